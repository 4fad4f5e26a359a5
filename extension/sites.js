// Where people write: compose boxes by site. Selectors are of 2026; the generic one catches what changed since.
globalThis.riskcheckSites = [
  { name: "X", hosts: /^(?:x|twitter)\.com$/, boxes: '[data-testid^="tweetTextarea_"][contenteditable="true"]' },
  { name: "LinkedIn", hosts: /^www\.linkedin\.com$/, boxes: '.ql-editor[contenteditable="true"], .editor-content [contenteditable="true"]' },
  { name: "Bluesky", hosts: /^bsky\.app$/, boxes: '.ProseMirror[contenteditable="true"]' },
  { name: "Mastodon", hosts: /./, boxes: ".compose-form textarea, textarea.autosuggest-textarea__textarea" },
];

// Watches the compose box that has the focus, and shows what riskcheck says in a small box of its own beside it.
// It reads compose boxes only, never the page, and changes nothing on it.
(() => {
  if (globalThis.riskcheckWatches) return;
  globalThis.riskcheckWatches = true;
  const PAUSE = 400;
  const TITLES = { keyword: "your own keyword" };
  const site = globalThis.riskcheckSites.find((one) => one.hosts.test(location.hostname));
  if (!site) return;
  const host = document.createElement("riskcheck-says");
  const root = host.attachShadow({ mode: "closed" });
  const box = document.createElement("div");
  box.setAttribute("role", "status");
  box.setAttribute("aria-live", "polite");
  const look = new CSSStyleSheet();
  look.replaceSync(`
    :host { all: initial; position: fixed; right: 12px; bottom: 12px; z-index: 2147483647; max-width: min(22rem, calc(100vw - 24px)); }
    div { font: 14px/1.45 system-ui, sans-serif; color: #1b1f24; background: #fff; border: 1px solid #8c959f; border-left: 6px solid #1f6b3a; border-radius: 8px; padding: 8px 12px; box-shadow: 0 2px 12px rgb(0 0 0 / 25%); }
    div[data-band=low] { border-left-color: #1a5f77; } div[data-band=medium] { border-left-color: #7a5000; } div[data-band=high] { border-left-color: #b3261e; }
    p { margin: 2px 0; } b { display: block; }
    @media (prefers-color-scheme: dark) { div { color: #e6e9ed; background: #181e25; border-color: #6b7785; } }`);
  root.adoptedStyleSheets = [look];
  root.append(box);
  let timer = 0, asked = 0;

  const textOf = (field) => ("value" in field ? field.value : field.innerText).replace(/\u00a0/g, " ").trim();
  const name = (category) => TITLES[category] || category.replaceAll("_", " ");
  function line(tag, text) {
    const node = document.createElement(tag);
    node.textContent = text;
    return node;
  }
  function show(answer) {
    if (!answer || answer.off) return host.remove();
    if (answer.error) {
      box.dataset.band = "none";
      box.replaceChildren(line("b", "riskcheck does not answer"), line("p", "Start it, and connect the extension again."));
    } else {
      box.dataset.band = answer.band;
      const head = !answer.assessed ? "riskcheck: not assessed" : answer.band === "none" ? "riskcheck: nothing found" : `riskcheck: ${answer.band}`;
      const found = answer.findings.map((one) => {
        const words = one.spans.map((span) => `“${span.text}”`).join(", ");
        return line("p", `${name(one.category)}: ${words}. ${one.advice}`);
      });
      box.replaceChildren(line("b", head), ...found, ...answer.notes.map((note) => line("p", note.text)));
    }
    if (!host.isConnected) document.documentElement.append(host);
    return undefined;
  }
  async function check(field) {
    const number = ++asked, text = textOf(field);
    if (!text) return show(null);
    let answer;
    try {
      answer = await chrome.runtime.sendMessage({ kind: "check", text });
    } catch {
      return host.remove();  // the extension was updated or switched off: this script is an orphan
    }
    return number === asked ? show(answer) : undefined;
  }
  document.addEventListener("input", (event) => {
    const from = event.composedPath()[0];
    const field = from instanceof Element && from.closest(site.boxes);
    if (!field) return;
    clearTimeout(timer);
    timer = setTimeout(() => check(field), PAUSE);
  }, true);
})();

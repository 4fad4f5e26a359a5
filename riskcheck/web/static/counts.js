// How long a draft is by each network's own way of counting.
const URLS = /https?:\/\/\S+|(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|org|net|io|co|uk|de|eu|gov|edu|app|dev)(?:\/\S*)?(?!\w)/giu;
const LINKED = /https?:\/\/\S+/giu;
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter("en", { granularity: "grapheme" }) : null;
const graphemes = (text) => (segmenter ? [...segmenter.segment(text)].map((one) => one.segment) : Array.from(text));
const points = (text) => Array.from(text).length;

/** X counts a link as 23, an emoji as 2, and characters beyond Latin and the like as 2. */
function weighted(text) {
  const short = text.normalize("NFC").replace(URLS, "x".repeat(23));
  let sum = 0;
  for (const one of graphemes(short)) {
    if (/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(one)) {
      sum += 2;
      continue;
    }
    for (const char of one) {
      const code = char.codePointAt(0);
      const light = code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247);
      sum += light ? 1 : 2;
    }
  }
  return sum;
}
/** Mastodon counts a link as 23 and of a mention only the name. */
const tooted = (text) => graphemes(
  text.replace(LINKED, "x".repeat(23)).replace(/(?<![\w/])@(\w+)@[\w.-]+\w/g, "@$1")).length;

export const NETWORKS = [
  ["x", "X", 280, weighted],
  ["bluesky", "Bluesky", 300, (text) => graphemes(text).length],
  ["mastodon", "Mastodon", 500, tooted],
  ["threads", "Threads", 500, points],
  ["linkedin", "LinkedIn", 3000, points],
  ["instagram", "Instagram", 2200, points],
  ["facebook", "Facebook", 63206, points],
];

/** [used, most, name] for a network. */
export function count(text, network) {
  const [, name, most, measure] = NETWORKS.find(([key]) => key === network) || NETWORKS[0];
  return [measure(text), most, name];
}

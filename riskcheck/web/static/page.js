// What all pages share: the token, requests, and building elements. Text of posts enters as text nodes only.
const KEY = "riskcheck-token";
const LOST = "The connection to riskcheck is missing or of an earlier start. Open the address that “riskcheck serve” printed.";
export const BANDS = ["none", "low", "medium", "high"];
export const DECISIONS = [["keep", "Keep"], ["fix", "Fix"], ["delete", "Delete"], ["false_alarm", "False alarm"]];
export const byId = (id) => document.getElementById(id);
export const number = (value) => value.toLocaleString("en");

let memory = null;
export function token() {
  try {
    return localStorage.getItem(KEY) || memory;
  } catch {
    return memory;
  }
}
function remember(value) {
  memory = value;
  try {
    if (value) localStorage.setItem(KEY, value);
    else localStorage.removeItem(KEY);
  } catch {
    // Storage is switched off: the token holds for this page only.
  }
}
const given = /^#token=([\w-]+)$/.exec(location.hash);
if (given) {
  remember(given[1]);
  history.replaceState(null, "", location.pathname);
}

/** Tell what went wrong, in the dialog where one is open: what lies behind it can be neither seen nor heard. */
export function alarm(text) {
  const place = document.querySelector("dialog[open] .alert") || byId("alert");
  place.textContent = text || "";
  place.hidden = !text;
}
export const headers = () => ({ Authorization: `Bearer ${token() || ""}` });

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}
export function refusal(status, body) {
  if (status === 401) return new Refused(401, LOST);
  let text = "";
  try {
    text = JSON.parse(body).error;
  } catch {
    // No answer of ours.
  }
  return new Refused(status, text || `riskcheck answered with status ${status}; look at the terminal it runs in.`);
}
/** Ask the server; the answer's JSON, or an error with a sentence for the user. */
export async function ask(method, path, body, signal) {
  const response = await send(method, path, body, signal);
  return response.status === 204 ? null : response.json();
}
export async function send(method, path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method, signal, headers: body === undefined ? headers() : { ...headers(), "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Refused(0, "riskcheck does not answer; it was stopped. Start “riskcheck serve” again.");
  }
  if (!response.ok) throw refusal(response.status, await response.text());
  return response;
}
/** Run what may fail, and show why it did. */
export async function tried(work) {
  try {
    const answer = await work();
    alarm("");
    return answer;
  } catch (fault) {
    if (fault.name === "AbortError") return undefined;
    alarm(fault.message);
    if (!(fault instanceof Refused)) throw fault;
    return undefined;
  }
}

export function make(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children.map((child) => (typeof child === "string" ? harmless(child) : child)));
  return node;
}
// What acts instead of showing, one for one, so that offsets stay true: controls, bidirectional marks, separators.
const ACTS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
export const harmless = (text) => text.replace(ACTS, (char) =>
  char < " " ? String.fromCharCode(0x2400 + char.charCodeAt(0)) : "\ufffd");

/** Cut a text at its evidence: [piece, category or "", severity]. Offsets count code points, not UTF-16 units. */
export function pieces(text, findings) {
  const points = Array.from(text);
  const owner = new Array(points.length).fill(null);
  for (const found of [...findings].reverse()) {  // the worst comes first and so wins
    for (const span of found.spans) owner.fill(found, Math.max(0, span.start), Math.min(span.end, points.length));
  }
  const out = [];
  for (let at = 0; at < points.length;) {
    let end = at;
    while (end < points.length && owner[end] === owner[at]) end += 1;
    out.push([points.slice(at, end).join(""), owner[at] ? owner[at].category : ""]);
    at = end;
  }
  return out;
}
/** The nodes of a text with its evidence marked by category. */
export function marked(text, findings) {
  return pieces(text, findings).map(([piece, category]) =>
    category ? make("mark", { class: `cat ${category}` }, piece) : harmless(piece));
}

const known = {};
export async function titles() {
  if (!known.keyword) {
    for (const one of (await ask("GET", "/api/categories")).categories) known[one.name] = one.title;
    known.keyword = "Your own keyword";
  }
  return known;
}
export const title = (name) => known[name] || name.replaceAll("_", " ");

/** The list of findings and notes, as on the draft and on a post's card. */
export function findings(list) {
  return list.map((found) => make("li", {},
    make("strong", {}, make("span", { class: `dot cat ${found.category}`, "aria-hidden": "true" }), title(found.category)),
    make("span", { class: `badge ${BANDS[found.severity]}` }, BANDS[found.severity]),
    make("span", { class: "quiet" }, found.probability > 0.99 ? "over 99 % sure" : found.probability < 0.25 ? "kind unsure" : `${Math.round(found.probability * 100)} % sure`),
    make("p", {}, found.why), make("p", { class: "advice" }, found.advice)));
}
export const notes = (list) => list.map((note) => make("li", {}, make("em", {}, "Note: "), note.text));

export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  } catch {
    return "This browser does not allow copying; select the text and copy it.";
  }
}

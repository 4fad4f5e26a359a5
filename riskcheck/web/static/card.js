// A post's card: its text with the evidence, notes, link, and the user's decision.
import { BANDS, DECISIONS, ask, byId, findings, make, marked, notes, tried } from "./page.js";

const KEYS = { k: "keep", f: "fix", d: "delete", a: "false_alarm" };
const card = byId("card");
let at = -1, list = [], changed = () => {}, next = async () => {}, made = [];

export function facts(post) {
  return [post.post.platform, post.post.kind, post.post.created_at ? post.post.created_at.slice(0, 10) : "date unknown",
    post.post.visibility].join(" · ");
}
function draw() {
  const post = list[at];
  const head = make("p", { class: "head" }, make("span", { class: `badge ${post.band}` }, post.band), facts(post));
  if (/^https?:\/\//.test(post.post.url)) {
    head.append(make("a", { href: post.post.url, target: "_blank", rel: "noopener noreferrer" }, "open the live post"));
  }
  const group = make("fieldset", { class: "decide" }, make("legend", {}, "Your decision"));
  for (const [name, label] of DECISIONS) {
    const button = make("button", { type: "button", "aria-pressed": String(post.decision === name), "data-decision": name }, label);
    button.addEventListener("click", () => decide(name));
    group.append(button);
  }
  const taken = make("button", { type: "button", id: "card-undo" }, "Undo");
  taken.disabled = !made.length;
  taken.addEventListener("click", undo);
  group.append(taken);
  byId("card-title").textContent = `Post ${at + 1}`;
  byId("card-body").replaceChildren(head,
    make("p", { class: "text", dir: "auto" }, ...marked(post.post.text, post.findings)),
    make("ul", { class: "findings" }, ...findings(post.findings)), make("ul", { class: "notes" }, ...notes(post.notes)), group);
  byId("before").disabled = at === 0;
  byId("after").disabled = at === list.length - 1;
}
function press() {
  const post = list[at];
  for (const button of byId("card-body").querySelectorAll("[data-decision]")) {
    button.setAttribute("aria-pressed", String(post.decision === button.dataset.decision));
  }
  byId("card-undo").disabled = !made.length;
}
async function save(digest, decision) {
  if (decision) await ask("POST", "/api/decisions", { digest, decision });
  else await ask("DELETE", `/api/decisions/${digest}`).catch((fault) => { if (fault.status !== 404) throw fault; });
}
async function decide(name) {
  const post = list[at], { digest } = post.post;
  const before = post.decision, same = before === name;
  const done = await tried(async () => {
    await save(digest, same ? null : name);
    return true;
  });
  if (!done) return;
  made.push([digest, before]);
  settle(digest, same ? null : name);
  byId("said").textContent = same ? "Decision taken back." : `Decided: ${name.replaceAll("_", " ")}.`;
}
function settle(digest, decision) {
  for (const post of list) if (post.post.digest === digest) post.decision = decision;
  press();
  changed();
}
/** Take back what was done in this tab; what another tab or the command line decided meanwhile is not touched. */
async function undo() {
  const last = made.pop();
  if (!last) return;
  if (!await tried(async () => { await save(...last); return true; })) {
    made.push(last);
    return;
  }
  const there = list.findIndex((post) => post.post.digest === last[0]);
  if (there >= 0 && there !== at) turn(there);
  settle(...last);
  byId("said").textContent = "Undone.";
}
function turn(to) {
  at = to;
  draw();
  // The focus may have been on what is gone or switched off now; outside the card its keys would do nothing.
  if (!card.contains(document.activeElement) || document.activeElement.disabled) card.focus();
}
function step(by) {
  const to = at + by;
  if (to < 0 || to >= list.length) return;
  turn(to);
  byId("said").textContent = `Post ${at + 1}, ${BANDS.includes(list[at].band) ? list[at].band : ""}: ${list[at].post.text.slice(0, 200)}`;
  if (at >= list.length - 3) next();
}

/** Open the card of one post of a list; the list may grow meanwhile. */
export function open(posts, index, onChange, onNearEnd) {
  [list, at, changed, next] = [posts, index, onChange, onNearEnd];
  draw();
  card.showModal();
}
export function forgetUndo() { made = []; }

byId("before").addEventListener("click", () => step(-1));
byId("after").addEventListener("click", () => step(1));
byId("close").addEventListener("click", () => card.close());
card.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "ArrowRight") step(1);
  else if (event.key === "ArrowLeft") step(-1);
  else if (event.key === "u") undo();
  else if (KEYS[event.key]) decide(KEYS[event.key]);
  else return;
  event.preventDefault();
});

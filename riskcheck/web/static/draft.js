// The draft: assessed while typing, and never overwritten by a late answer.
import { ask, byId, copy, findings, harmless, make, marked, notes, number, title, titles, tried } from "./page.js";
import { NETWORKS, count } from "./counts.js";

const PAUSE = 120, LONGER = 450, DRAFT = "riskcheck-draft", NETWORK = "riskcheck-network";
const text = byId("text"), mirror = byId("mirror"), stage = byId("stage"), network = byId("network");
const past = [];
let asked = 0, timer = 0, milder = 0, running = null, offered = null, profile = null, long = false;

function show(assessment, of) {
  const lines = marked(of, assessment ? assessment.findings : []);
  mirror.replaceChildren(...lines, "\n");  // a last line that is empty has its height, too
  mirror.scrollTop = text.scrollTop;
}
function say(assessment) {
  const band = byId("band");
  band.className = `band ${assessment ? assessment.band : "none"}`;
  byId("findings").replaceChildren(...findings(assessment ? assessment.findings : []));
  byId("notes").replaceChildren(...notes(assessment ? assessment.notes : []));
  let sentence = "Nothing to say yet.";
  if (assessment) {
    const names = assessment.findings.map((found) => title(found.category)).join(", ");
    if (assessment.score === null) sentence = "Not assessed: see the note.";
    else if (assessment.band === "none") sentence = "Nothing found.";
    else sentence = `${assessment.band[0].toUpperCase()}${assessment.band.slice(1)}: ${names}.`;
  }
  band.textContent = sentence;
  const notesSaid = assessment ? assessment.notes.map((note) => note.text).join(" ") : "";
  const live = byId("live"), spoken = assessment ? `${sentence} ${notesSaid}`.trim() : "";
  if (live.textContent !== spoken) live.textContent = spoken;  // said again only where it changed
}
function tally() {
  const [used, most, name] = count(text.value, network.value);
  const left = most - used;
  byId("count").textContent = left >= 0 ? `${number(used)} of ${number(most)} characters on ${name}`
    : `${number(used)} of ${number(most)} characters on ${name}: ${number(-left)} too many`;
  const over = byId("count").classList.toggle("over", left < 0);
  if (over !== long) byId("done").textContent = over ? `Too long for ${name} now.` : "";  // said once, not at every letter
  long = over;
}
const body = (value) => (stage.value ? { text: value, stage: stage.value } : { text: value });

async function check() {
  const number = ++asked, value = text.value;
  if (running) running.abort();
  running = new AbortController();
  withdraw();
  if (!value.trim()) {
    show(null, value);
    say(null);
    return;
  }
  const answer = await tried(() => ask("POST", "/api/check", body(value), running.signal));
  if (number !== asked || !answer) return;  // a newer question is on its way: this answer is of yesterday
  show(answer, value);
  say(answer);
  document.body.dataset.checked = String(number);
  if (answer.band !== "none" && answer.score !== null) milder = setTimeout(() => soften(number, value), LONGER);
}
function withdraw() {
  clearTimeout(milder);
  offered = null;
  byId("milder").hidden = true;
}
async function soften(number, value) {
  const answer = await tried(() => ask("POST", "/api/rewrite", body(value), running.signal));
  if (number !== asked || !answer || !answer.suggestion) return;
  offered = answer.suggestion.text;
  byId("suggestion").replaceChildren(...marked(offered, answer.suggestion.assessment.findings));
  byId("changes").textContent = `A suggestion by rules, ${answer.suggestion.changes.join("; ")}. Make it your own.`;
  byId("scored").textContent = `Scored again: ${answer.suggestion.band === "none" ? "nothing found" : `band ${answer.suggestion.band}`}.`;
  byId("milder").hidden = false;
}

/** Replace the text so that the browser's own undo knows of it, too. */
function replace(value) {
  past.push(text.value);
  byId("undo").disabled = false;
  put(value);
}
function put(value) {
  text.focus();
  text.select();
  const done = value ? document.execCommand("insertText", false, value) : document.execCommand("delete");
  if (!done || text.value !== value) text.value = value;
  changed();
}
function undo() {
  if (!past.length) return;
  put(past.pop());
  byId("undo").disabled = !past.length;
  byId("done").textContent = "Undone.";
}
function take() {
  if (offered === null) return;
  replace(offered);
  byId("done").textContent = "The suggestion is in the text; make it your own.";
}
function changed() {
  tally();
  show(null, text.value);
  keep(DRAFT, text.value);
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}
function keep(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // Then it does not outlive a change of page.
  }
}
const copied = async () => { byId("done").textContent = await copy(text.value); };

async function begin() {
  for (const [key, name] of NETWORKS) network.append(make("option", { value: key }, name));
  try {
    text.value = sessionStorage.getItem(DRAFT) || "";
    network.value = sessionStorage.getItem(NETWORK) || NETWORKS[0][0];
  } catch {
    // No draft of before.
  }
  tally();
  show(null, text.value);
  text.focus();
  await tried(async () => {
    await titles();
    profile = (await ask("GET", "/api/profile")).profile;
  });
  if (!profile) return;
  for (const name of ["employed", "searching", "interviewing", "offer_pending", "accepted"]) {
    stage.append(make("option", { value: name }, name.replaceAll("_", " ")));
  }
  stage.value = profile.stage;
  const names = [...profile.present, ...profile.former, ...profile.hoped_for];
  byId("employers").replaceChildren(
    names.length ? harmless(`Employers looked out for: ${names.join(", ")}. `) : "No employers are named in your profile. ",
    make("a", { href: "/profile" }, "Change the profile"));
  if (text.value) check();
}

text.addEventListener("input", () => { if (!long) byId("done").textContent = ""; changed(); });
text.addEventListener("scroll", () => { mirror.scrollTop = text.scrollTop; });
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) copied();
  else if (event.altKey && event.code === "KeyM") take();
  else if (event.altKey && event.code === "KeyU") undo();
  else return;
  event.preventDefault();
});
stage.addEventListener("change", check);
network.addEventListener("change", () => { keep(NETWORK, network.value); tally(); });
byId("copy").addEventListener("click", copied);
byId("undo").addEventListener("click", undo);
byId("take").addEventListener("click", take);
byId("clear").addEventListener("click", () => { if (text.value) replace(""); byId("done").textContent = ""; });
begin();

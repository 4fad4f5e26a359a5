// Choose or drop an export, send it as a stream, and follow the audit.
import { alarm, ask, byId, headers, make, number, refusal, tried } from "./page.js";

const PAUSE = 300;
let current = null, sending = null, stopped = false;

/** Send one file; `told` hears how many of its bytes are gone. XMLHttpRequest, because fetch tells no progress. */
function put(address, file, told) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    sending = request;
    request.open("PUT", address);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => told(event.loaded));
    request.addEventListener("load", () => (request.status < 300 ? done() : failed(refusal(request.status, request.responseText))));
    request.addEventListener("error", () => failed(refusal(0, '{"error": "The export could not be sent; it is too large, or riskcheck was stopped."}')));
    request.addEventListener("abort", () => failed(new DOMException("stopped", "AbortError")));
    request.send(file);
  });
}
function meter(label, share, far) {
  byId("progress").hidden = false;
  byId("stage").textContent = label;
  const bar = byId("bar");
  if (share === null) bar.removeAttribute("value");
  else bar.value = Math.round(share * 100);
  byId("far").textContent = far;
}
const announce = (text) => { byId("live").textContent = text; };
const mb = (bytes) => `${(bytes / 1048576).toFixed(1)} MB`;

const checkStopped = () => { if (stopped) throw new DOMException("stopped", "AbortError"); };
/** What this tab is busy with, or null. */
export const busy = () => current;

async function run(work, finished) {
  if (current) return;
  current = "beginning";
  stopped = false;
  const result = await tried(work), id = current;
  byId("progress").hidden = true;
  current = null;
  if (result) {
    announce("The audit is done.");
    finished(result);
    return;
  }
  if (id !== "beginning") await ask("DELETE", `/api/audit/${id}`).catch(() => null);  // what failed is not kept
  announce(stopped ? "Stopped." : "");
  byId("choose").focus();
}
/** files: [[path, File], …] */
export async function audit(files, settings, finished) {
  if (current) return alarm("One audit at a time in a tab: wait for this one, or stop it.");
  if (!files.length) return alarm("There is no file in it; choose the export as it was downloaded.");
  return run(async () => {
    const begun = await ask("POST", "/api/audit", settings);
    current = begun.id;
    checkStopped();
    const total = files.reduce((sum, [, file]) => sum + file.size, 0) || 1;
    announce("Sending the export.");
    let before = 0;
    for (const [path, file] of files) {
      await put(`/api/audit/${begun.id}/file?name=${encodeURIComponent(path)}`, file, (sent) =>
        meter("Sending", (before + sent) / total, `${mb(before + sent)} of ${mb(total)}`));
      before += file.size;
    }
    await ask("POST", `/api/audit/${begun.id}/start`);
    return follow(begun.id);
  }, finished);
}
/** Follow an audit that another tab, or this one before it was loaded again, has started. */
export const resume = (id, finished) => run(() => {
  current = id;
  return follow(id);
}, finished);
async function follow(id) {
  for (;;) {
    checkStopped();
    const found = await ask("GET", `/api/audit/${id}`);
    if (found.state === "done") return found;
    if (found.state === "failed") throw refusal(409, JSON.stringify({ error: `The audit failed: ${found.error}` }));
    const { stage, done, total } = found.progress;
    if (found.state === "queued") meter("Waiting for another audit", null, "");
    else if (stage === "assess") meter("Assessing", total ? done / total : null, `${number(done)} of ${number(total)} posts`);
    else meter("Reading", null, done ? `${number(done)} posts` : "");
    await new Promise((go) => setTimeout(go, PAUSE));
  }
}
/** Whatever is under way ends at its next step, and is removed then. */
function stop() {
  stopped = true;
  if (sending) sending.abort();
}

/** All files below a dropped folder. */
async function below(entry, path) {
  if (entry.isFile) return [[path + entry.name, await new Promise((done, failed) => entry.file(done, failed))]];
  const reader = entry.createReader(), found = [];
  for (;;) {
    const part = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!part.length) return found;
    for (const one of part) found.push(...await below(one, `${path}${entry.name}/`));
  }
}
async function dropped(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
  if (!entries.length) return [...data.files].map((file) => [file.name, file]);
  return (await Promise.all(entries.map((entry) => below(entry, "")))).flat();
}

export function install(give) {
  const drop = byId("drop");
  byId("choose").addEventListener("click", () => byId("file").click());
  byId("choose-folder").addEventListener("click", () => byId("folder").click());
  for (const id of ["file", "folder"]) {
    byId(id).addEventListener("change", (event) => {
      const files = [...event.target.files].map((file) => [file.webkitRelativePath || file.name, file]);
      event.target.value = "";
      give(files);
    });
  }
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    give(await dropped(event.dataTransfer));
  });
  byId("stop").addEventListener("click", stop);
}
export const option = (value, label) => make("option", { value }, label);

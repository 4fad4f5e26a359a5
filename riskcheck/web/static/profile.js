// The profile editor: the same file that the command line reads.
import { ask, byId, tried } from "./page.js";

const LISTS = ["present", "former", "hoped_for", "keywords", "allow"];
const boxes = () => [...document.querySelectorAll("input[name=category]")];
const lines = (id) => byId(id).value.split("\n").map((line) => line.trim()).filter(Boolean);

function show({ profile, path, exists }) {
  byId("path").textContent = exists ? `It lies in ${path}; “riskcheck init” and the command line use the same file.`
    : `No profile yet; saving makes ${path}, which the command line uses, too.`;
  byId("stage").value = profile.stage;
  byId("strictness").value = profile.strictness;
  for (const id of LISTS) byId(id).value = profile[id].join("\n");
  for (const box of boxes()) box.checked = !profile.off.includes(box.value);
}
async function read() {
  const found = await tried(() => ask("GET", "/api/profile"));
  if (found) show(found);
  return found;
}
byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("saved").textContent = "";
  const given = {
    stage: byId("stage").value, strictness: byId("strictness").value,
    off: boxes().filter((box) => !box.checked).map((box) => box.value),
    ...Object.fromEntries(LISTS.map((id) => [id, lines(id)])),
  };
  const found = await tried(() => ask("PUT", "/api/profile", given));
  if (!found) return;
  show(found);
  byId("saved").textContent = "Saved. The next check goes by it.";
});
byId("form").addEventListener("input", () => { byId("saved").textContent = ""; });
byId("again").addEventListener("click", async () => {
  if (await read()) byId("saved").textContent = "Read again.";
});
read();

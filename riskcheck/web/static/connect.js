// What the browser extension and editors need.
import { ask, byId, copy, token, tried } from "./page.js";

tried(async () => {
  await ask("GET", "/api/status");
  byId("code").value = `${location.origin}/#token=${token()}`;
});
byId("code").addEventListener("focus", (event) => event.target.select());
byId("copy").addEventListener("click", async () => { byId("done").textContent = await copy(byId("code").value); });

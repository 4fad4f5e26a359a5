// The extension's window: connect and disconnect.
const byId = (id) => document.getElementById(id);
const send = (message) => chrome.runtime.sendMessage(message);

function show(state) {
  byId("off").hidden = Boolean(state.connected);
  byId("on").hidden = !state.connected;
  byId("state").textContent = state.error || (state.connected ? `Connected to ${state.base}.`
    : state.lost ? "The connection is lost: riskcheck was stopped or started anew." : "Not connected: nothing is read.");
}
byId("off").addEventListener("submit", async (event) => {
  event.preventDefault();
  const state = await send({ kind: "connect", code: byId("code").value });
  if (state.connected) byId("code").value = "";
  show(state);
});
byId("leave").addEventListener("click", async () => show(await send({ kind: "disconnect" })));
byId("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const pattern = `https://${byId("instance").value.trim()}/*`;
  if (!(await chrome.permissions.request({ origins: [pattern] }))) return;
  await send({ kind: "site", pattern });
  byId("instance").value = "";
  byId("state").textContent = "Added. Reload its page.";
});
show(await send({ kind: "state" }));

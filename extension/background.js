// The only part that speaks to riskcheck. The connection lies in session storage, which pages and content scripts
// cannot read and which is gone when the browser closes.
const SCRIPT = "compose";
const SITES = ["https://x.com/*", "https://twitter.com/*", "https://www.linkedin.com/*", "https://bsky.app/*", "https://mastodon.social/*"];
const LONGEST = 20000;

/** {base, token} of "http://127.0.0.1:8737/#token=…", or null. */
function read(code) {
  const found = /^http:\/\/(127\.0\.0\.1):(\d{1,5})\/#token=([\w-]{20,100})$/.exec(String(code).trim());
  return found && { base: `http://${found[1]}:${found[2]}`, token: found[3] };
}
async function ask(connection, path, body) {
  const response = await fetch(connection.base + path, {
    method: body ? "POST" : "GET", credentials: "omit", cache: "no-store", redirect: "error",
    headers: { Authorization: `Bearer ${connection.token}`, ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!response.ok) throw new Error(response.status === 401 ? "connect again" : `status ${response.status}`);
  return response.json();
}
async function sites() {
  const { own = [] } = await chrome.storage.local.get("own");
  return [...SITES, ...own];
}
/** The script that reads compose boxes is on those pages only while there is a connection. */
async function watch(on) {
  const have = await chrome.scripting.getRegisteredContentScripts({ ids: [SCRIPT] });
  if (have.length) await chrome.scripting.unregisterContentScripts({ ids: [SCRIPT] });
  if (!on) return;
  await chrome.scripting.registerContentScripts([{
    id: SCRIPT, matches: await sites(), js: ["sites.js", "content.js"], runAt: "document_idle", persistAcrossSessions: false,
  }]);
}
const commands = {
  async state() {
    const { connection } = await chrome.storage.session.get("connection");
    if (!connection) return { connected: false };
    try {
      const { model } = await ask(connection, "/api/status");
      return { connected: true, base: connection.base, model };
    } catch {
      return { connected: false, lost: true };
    }
  },
  async connect({ code }) {
    const connection = read(code);
    if (!connection) return { error: "This is no connection. Copy it from the page “Connect” of riskcheck." };
    try {
      const status = await ask(connection, "/api/status");
      if (status.name !== "riskcheck") throw new Error("somebody else");
    } catch {
      return { error: "riskcheck does not answer with this connection. Start it and copy the connection anew." };
    }
    await chrome.storage.session.set({ connection });
    await watch(true);
    return { connected: true, base: connection.base };
  },
  async disconnect() {
    await chrome.storage.session.remove("connection");
    await watch(false);
    return { connected: false };
  },
  async site({ pattern }) {
    const { own = [] } = await chrome.storage.local.get("own");
    await chrome.storage.local.set({ own: [...new Set([...own, pattern])] });
    await watch(Boolean((await chrome.storage.session.get("connection")).connection));
    return {};
  },
};
async function check(text) {
  const { connection } = await chrome.storage.session.get("connection");
  if (!connection) return { off: true };
  try {
    const { band, score, findings, notes } = await ask(connection, "/api/check", { text: String(text).slice(0, LONGEST) });
    return { band, assessed: score !== null, findings, notes };
  } catch (fault) {
    return { error: fault.message };
  }
}
chrome.runtime.onMessage.addListener((message, sender, answer) => {
  // Pages may have a text checked and nothing else; connecting is for the extension's own window.
  const own = sender.id === chrome.runtime.id;
  const window = own && String(sender.url || "").startsWith(chrome.runtime.getURL(""));
  if (own && message.kind === "check") check(message.text).then(answer);
  else if (window && Object.hasOwn(commands, message.kind)) commands[message.kind](message).then(answer);
  else return false;
  return true;
});

// The audit page: give an export, then filter, read and decide.
import { BANDS, ask, byId, download, make, marked, number, send, title, titles, tried } from "./page.js";
import { bars, columns } from "./charts.js";
import { forgetUndo, open } from "./card.js";
import { audit, busy, install, option, resume } from "./upload.js";

const FILTERS = ["words", "band", "category", "period", "platform", "kind", "decision"];
const PAGE = 50;
let id = null, posts = [], total = 0, sort = "worst", asked = 0, loading = null, opener = null;

function settings() {
  return { threshold: byId("threshold").value, since: byId("since").value || null, until: byId("until").value || null, new: byId("new").checked };
}
function head(summary) {
  byId("lead").textContent = `${number(summary.to_do)} of ${number(summary.posts)} posts to look at (band ${summary.threshold} and above), ` +
    `${number(summary.settled)} settled. ${summary.day}, model ${summary.model}.`;
  columns("time", "Posts by month and band", Object.entries(summary.by_month));
  bars("categories", "Posts by category and band", Object.entries(summary.by_category).map(([name, row]) => [title(name), row]));
}
function choices(place, values, label) {
  place.replaceChildren(option("", "all"), ...values.map((value) => option(value, label(value))));
}
async function show(found) {
  id = found.id;
  const { summary } = found;
  const months = Object.keys(summary.by_month), years = [...new Set(months.filter((key) => key !== "unknown").map((key) => key.slice(0, 4)))];
  const plain = (value) => value.replaceAll("_", " ");
  choices(byId("category"), Object.keys(summary.by_category), title);
  choices(byId("period"), [...years, ...months].sort().reverse(), plain);
  choices(byId("platform"), summary.platforms, plain);
  choices(byId("kind"), summary.kinds, plain);
  byId("band").value = summary.threshold;
  for (const one of byId("band").options) one.defaultSelected = one.selected;
  byId("coverage").replaceChildren(...summary.statement.map((sentence) => make("li", {}, sentence)));
  byId("results").hidden = false;
  forgetUndo();
  head(summary);
  kept();
  await refresh();
  byId("lead").focus();
}

function row(post, index) {
  const line = make("tr", { class: post.band });
  const text = make("button", { type: "button", class: "link", dir: "auto" }, ...marked(post.post.text, post.findings));
  text.addEventListener("click", () => {
    opener = text;
    open(posts, index, decided, () => (posts.length < total ? more() : null));
  });
  const cells = [
    ["Band", make("span", { class: `badge ${post.band}` }, post.band)],
    ["Date", post.post.created_at ? post.post.created_at.slice(0, 10) : "unknown"],
    ["Where", `${post.post.platform} ${post.post.kind}`],
    ["Post", text],
    ["Categories", post.findings.map((found) => title(found.category)).join(", ")],
    ["Decision", post.decision ? post.decision.replaceAll("_", " ") : "–"],
  ];
  line.append(...cells.map(([label, value]) => make("td", { "data-label": label }, value)));
  return line;
}
function address(offset) {
  const query = new URLSearchParams({ offset, limit: PAGE, sort });
  for (const name of FILTERS) if (byId(name).value) query.set(name, byId(name).value);
  return `/api/audit/${id}/posts?${query}`;
}
async function refresh() {
  const number = ++asked;
  const found = await tried(() => ask("GET", address(0)));
  if (number !== asked || !found) return;
  posts = found.posts;
  total = found.total;
  byId("rows").replaceChildren(...posts.map(row));
  status();
}
function more() {
  loading = loading || (async () => {
    const number = asked, found = await tried(() => ask("GET", address(posts.length)));
    loading = null;
    if (number !== asked || !found) return;
    const first = posts.length;
    posts.push(...found.posts);
    total = found.total;
    byId("rows").append(...found.posts.map((post, at) => row(post, first + at)));
    status();
  })();
  return loading;
}
function status() {
  byId("status").textContent = total ? `${number(posts.length)} of ${number(total)} posts shown.` : "No post fits these filters.";
  byId("more").hidden = posts.length >= total;
}
/** A decision was made on the card: the line keeps its place, so that the next post is where it was. */
async function decided() {
  const lines = byId("rows").children;
  posts.forEach((post, at) => {
    lines[at].lastElementChild.textContent = post.decision ? post.decision.replaceAll("_", " ") : "–";
  });
  const found = await tried(() => ask("GET", `/api/audit/${id}`));
  if (found && found.summary) head(found.summary);
}

async function kept() {
  const found = await ask("GET", "/api/audits").catch(() => null);  // an alert that stands is not wiped
  const others = found ? found.audits.filter((one) => one.id !== id && one.id !== busy()) : [];
  byId("earlier").hidden = !others.length;
  byId("kept").replaceChildren(...others.map((one) => {
    const [label, act] = ACTS[one.state] || ACTS.receiving;
    const button = make("button", { type: "button" }, `${label} ${one.names.join(", ")}`.trim());
    button.addEventListener("click", () => act(one));
    return make("li", {}, button);
  }));
}
async function reopen(one) {
  const whole = await tried(() => ask("GET", `/api/audit/${one.id}`));
  if (whole) show(whole);
}
async function attend(one) {
  const running = resume(one.id, show);
  await kept();
  await running;
  kept();
}
async function drop(one) {
  await tried(() => ask("DELETE", `/api/audit/${one.id}`));
  kept();
}
// What can be done with an audit that another tab holds, or this one before it was loaded again.
const ACTS = {
  done: ["Show", reopen], queued: ["Follow", attend], running: ["Follow", attend],
  failed: ["Remove the failed audit of", drop], receiving: ["Remove an upload that was not finished", drop],
};

byId("filters").addEventListener("input", refresh);
byId("filters").addEventListener("reset", () => setTimeout(refresh, 0));
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("settings").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", async () => {
  const first = posts.length;
  await more();
  byId("rows").children[first]?.querySelector("button").focus();
});
for (const button of document.querySelectorAll("[data-sort]")) {
  button.addEventListener("click", () => {
    sort = button.dataset.sort === "worst" ? "worst" : sort === "new" ? "old" : "new";
    byId("by-worst").setAttribute("aria-sort", sort === "worst" ? "descending" : "none");
    byId("by-date").setAttribute("aria-sort", { worst: "none", new: "descending", old: "ascending" }[sort]);
    refresh();
  });
}
byId("card").addEventListener("close", () => {
  const line = opener && opener.isConnected ? opener : byId("lead");
  line.focus();
});
byId("download").addEventListener("click", () => tried(async () => {
  const name = byId("report").value;
  const response = await send("GET", `/api/audit/${id}/reports/${name}?cleanup=${byId("cleanup").value}`);
  download(await response.blob(), name);
}));
byId("remove").addEventListener("click", async () => {
  if (await tried(async () => { await ask("DELETE", `/api/audit/${id}`); return true; })) {
    id = null;
    byId("results").hidden = true;
    byId("live").textContent = "The audit was removed; your decisions stay.";
    byId("choose").focus();
    kept();
  }
});
install((files) => audit(files, settings(), show));
document.body.dataset.bands = BANDS.length;
tried(titles).then(kept);

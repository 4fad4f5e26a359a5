// Earlier audits, and what has been cleared since.
import { ask, byId, make, number, title, titles, tried } from "./page.js";
import { bars, columns } from "./charts.js";

const bands = (counts) => ["low", "medium", "high"].map((band) => counts.bands?.[band] || 0);
const day = (run) => run.finished.slice(0, 10);
const decided = (since) => Object.entries(since)
  .map(([name, count]) => `${count} ${name.replaceAll("_", " ")}`).join(", ") || "nothing";

function row(run) {
  const [low, medium, high] = bands(run.counts);
  const cells = [day(run), run.archives.join(", "), run.counts.posts || 0, high, medium, low, run.counts.to_do || 0,
    run.counts.settled || 0, decided(run.since)];
  const labels = ["Date", "Exports", "Posts", "High", "Medium", "Low", "To look at", "Settled", "Decided since"];
  return make("tr", {}, ...cells.map((value, at) =>
    make("td", { "data-label": labels[at] }, typeof value === "number" ? number(value) : value)));
}
function story(runs, decisions) {
  if (!runs.length) return "No audit yet. Give an export on the Audit page, or run “riskcheck audit”.";
  const last = runs[runs.length - 1], open = last.counts.to_do || 0;
  const parts = [`The last audit, of ${day(last)}, left ${number(open)} posts to look at.`];
  const since = Object.values(last.since).reduce((a, b) => a + b, 0);
  if (since) parts.push(`Since then you decided on ${number(since)}: ${decided(last.since)}.`);
  const before = runs.slice(0, -1).reverse().find((run) => run.archives.join() === last.archives.join());
  if (before) {
    const change = (before.counts.to_do || 0) - open;
    if (change > 0) parts.push(`That is ${number(change)} fewer than on ${day(before)}.`);
    if (change < 0) parts.push(`That is ${number(-change)} more than on ${day(before)}.`);
  }
  const all = Object.values(decisions).reduce((a, b) => a + b, 0);
  if (all) parts.push(`In all you decided on ${number(all)} ${all === 1 ? "post" : "posts"}: ${decided(decisions)}.`);
  return parts.join(" ");
}
/** The worst categories of the first audit and the last, two bars each; with one audit, one. */
function compare(first, last) {
  const [before, now] = [first, last].map((run) => run.counts.by_category || {});
  const sum = (counts) => (counts || []).reduce((a, b) => a + b, 0);
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .sort((a, b) => sum(before[b]) + sum(now[b]) - sum(before[a]) - sum(now[a]) || title(a).localeCompare(title(b)));
  const none = [0, 0, 0];
  if (first === last) byId("what").textContent = "By category";
  bars("change", "Posts by category, first audit and last", names.flatMap((name) => (first === last ? [[title(name), now[name]]] : [
    [`${title(name)}, first`, before[name] || none, title(name)],
    [`${title(name)}, last`, now[name] || none, "last"],
  ])));
}

tried(async () => {
  await titles();
  const { runs, decisions } = await ask("GET", "/api/runs");
  byId("lead").textContent = story(runs, decisions);
  byId("rows").replaceChildren(...runs.map(row).reverse());
  columns("chart", "Posts with findings, by audit", runs.slice(-24).map((run, at) => [`${at + 1}: ${day(run)}`, bands(run.counts)]));
  if (!runs.length) return;
  compare(runs[0], runs[runs.length - 1]);
});

// Charts as SVG elements: bars by band, with the same facts as text for those who cannot see them.
import { BANDS, byId, make } from "./page.js";

function draw(name, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}
/** As wide as there is room, so that letters keep their size on a phone. */
const room = (id) => Math.round(Math.min(Math.max(byId(id).clientWidth, 260), 560));
const sum = (row) => row[0] + row[1] + row[2];
const say = (key, row) => `${key}: ${row[2]} high, ${row[1]} medium, ${row[0]} low`;
function place(id, label, width, height, parts, rows) {
  const all = rows.map(([key, row]) => say(key, row)).join("; ") || "nothing";
  byId(id).replaceChildren(draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${label}. ${all}.` }, ...parts));
}
function legend(width) {
  return [["high", 180], ["medium", 125], ["low", 50]].flatMap(([band, back]) =>
    [draw("rect", { class: band, x: width - back, y: 3, width: 10, height: 10 }), draw("text", { x: width - back + 14, y: 12 }, band)]);
}

/** Columns over time; keys such as 2024-05 are months, and months without posts are shown, too. */
export function columns(id, label, entries) {
  const dated = entries.filter(([key]) => key !== "unknown");
  const rows = /^\d{4}-\d\d$/.test(dated[0]?.[0] || "") ? months(dated) : dated;
  const most = Math.max(1, ...rows.map(([, row]) => sum(row)));
  const width = room(id), step = width / Math.max(rows.length, 1), wide = Math.min(step * 0.75, 48), parts = [];
  rows.forEach(([key, row], at) => {
    let top = 150;
    for (const level of [0, 1, 2]) {
      const tall = (row[level] / most) * 130;
      top -= tall;
      parts.push(draw("rect", { class: BANDS[level + 1], x: at * step + (step - wide) / 2, y: top, width: wide, height: tall },
        draw("title", {}, say(key, row))));
    }
    if (at % Math.ceil(rows.length / Math.floor(width / 60)) === 0) {
      // A label near an edge starts or ends there, so that none is cut.
      const middle = at * step + step / 2, half = key.length * 3.6;
      const [x, anchor] = middle < half ? [0, "start"] : middle > width - half ? [width, "end"] : [middle, "middle"];
      parts.push(draw("text", { x, y: 168, "text-anchor": anchor }, key));
    }
  });
  parts.push(draw("text", { x: 0, y: 12 }, `most: ${most}`), ...legend(width));
  const without = entries.filter(([key]) => key === "unknown");
  place(id, label, width, 175, parts, [...rows.filter(([, row]) => sum(row)), ...without]);
  if (without.length) byId(id).append(make("p", { class: "quiet" }, `Time unknown: ${sum(without[0][1])}`));
}
function months(entries) {
  const sums = new Map(entries), keys = [...sums.keys()].sort(), rows = [];
  let [year, month] = keys[0].split("-").map(Number);
  const last = keys[keys.length - 1];
  if (Number(last.slice(0, 4)) - year > 3) {  // too many columns to read: years
    const years = new Map();
    for (const [key, row] of entries) {
      const have = years.get(key.slice(0, 4)) || [0, 0, 0];
      years.set(key.slice(0, 4), have.map((value, at) => value + row[at]));
    }
    return [...years].sort();
  }
  for (let key = keys[0]; key <= last;) {
    rows.push([key, sums.get(key) || [0, 0, 0]]);
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
    key = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
  }
  return rows;
}

/** Lying bars, one an entry: [name, counts, shorter name to show]. */
export function bars(id, label, rows) {
  const parts = [], width = room(id), edge = width < 400 ? 165 : 205, letters = Math.floor(edge / 7);
  const most = Math.max(1, ...rows.map(([, row]) => sum(row)));
  rows.forEach(([key, row, short = key], at) => {
    let left = edge;
    parts.push(draw("text", { x: edge - 7, y: at * 21 + 14, "text-anchor": "end" },
      short.length > letters ? `${short.slice(0, letters - 1).trim()}…` : short));
    for (const level of [2, 1, 0]) {
      const long = (row[level] / most) * (width - edge - 40);
      parts.push(draw("rect", { class: BANDS[level + 1], x: left, y: at * 21 + 3, width: long, height: 14 },
        draw("title", {}, say(key, row))));
      left += long;
    }
    parts.push(draw("text", { x: left + 5, y: at * 21 + 14 }, String(sum(row))));
  });
  place(id, label, width, Math.max(100, rows.length * 21 + 4), parts, rows);
}

"use strict";
// Text of posts enters the page through textContent only; nothing here parses HTML or reaches for the network.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const BANDS = ["none", "low", "medium", "high"];
  const DECISIONS = [["keep", "Keep"], ["fix", "Fix"], ["delete", "Delete"], ["false_alarm", "False alarm"]];
  const KEY = "riskcheck-decisions";
  const PAGE = 40;
  const byId = (id) => document.getElementById(id);
  const controls = Object.fromEntries(
    ["search", "band", "category", "year", "platform", "kind", "decided", "sort"].map((id) => [id, byId(id)]));
  let shown = [];
  let drawn = 0;

  function make(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    node.append(...children);  // strings become text nodes
    return node;
  }

  // Decisions: those of riskcheck's memory, under those made in this page.
  let remembers = true;
  let made = Object.create(null);
  try {
    made = Object.assign(made, JSON.parse(localStorage.getItem(KEY) || "{}"));
  } catch (error) {
    remembers = false;  // storage is switched off, or holds something else
  }
  const names = DECISIONS.map(([name]) => name);
  function decision(post) {
    const own = made[post.d];
    if (Array.isArray(own) && (own[0] === "" || names.includes(own[0]))) return own[0];
    return post.q;
  }
  const settled = (post) => ["keep", "false_alarm"].includes(decision(post));
  function decide(post, name) {
    made[post.d] = [decision(post) === name ? "" : name, new Date().toISOString()];
    try {
      localStorage.setItem(KEY, JSON.stringify(made));
    } catch (error) {
      remembers = false;
    }
    memory();
    status();
  }
  function memory() {
    byId("memory").textContent = remembers
      ? "Decisions are kept in this browser. Export them and run “riskcheck decisions import FILE” to keep them for later audits."
      : "This browser keeps nothing for this page: export your decisions before you close it.";
  }
  function save(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = make("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
  byId("export").addEventListener("click", () => {
    const seen = new Map();
    for (const post of data.posts) {
      const name = decision(post);
      const own = made[post.d];
      if (name) seen.set(post.d, { digest: post.d, decision: name, time: own ? String(own[1]) : null });
    }
    save("riskcheck-decisions.json", "application/json",
      JSON.stringify({ riskcheck_decisions: 1, decisions: [...seen.values()] }, null, 1) + "\n");
  });
  const cell = (text) => '"' + (/^\s*[=+\-@|%＝＋－＠]/.test(text) ? "'" : "") +
    text.replace(/([;\t\n]\s*)(?=[=+\-@|%＝＋－＠])/g, "$1'").replaceAll('"', '""') + '"';
  byId("cleanup").addEventListener("click", () => {
    const rows = [["id", "link", "reason", "platform"]];
    for (const post of data.posts) {
      if (decision(post) === "delete") {
        rows.push([post.i, post.u, post.f.map((found) => data.titles[found[0]] || found[0]).join("; "), post.p]);
      }
    }
    save("cleanup.csv", "text/csv", rows.map((row) => row.map(cell).join(",") + "\r\n").join(""));
  });

  // Filters
  function options(select, choices) {
    for (const [value, label] of choices) select.append(make("option", { value }, label));
  }
  const year = (post) => (post.t ? post.t.slice(0, 4) : "unknown");
  const distinct = (get) => [...new Set(data.posts.flatMap(get))].sort();
  const any = (values, label) => [["", label], ...values.map((value) => [value, value.replaceAll("_", " ")])];
  options(controls.band, [["1", "low and above"], ["2", "medium and above"], ["3", "high only"]]);
  controls.band.value = String(BANDS.indexOf(data.threshold));
  for (const option of controls.band.options) option.defaultSelected = option.selected;
  options(controls.category, [["", "all"], ...distinct((post) => post.f.map((found) => found[0]))
    .map((name) => [name, data.titles[name] || name])]);
  options(controls.year, any(distinct(year).reverse(), "all"));
  options(controls.platform, any(distinct((post) => post.p), "all"));
  options(controls.kind, any(distinct((post) => post.k), "all"));
  options(controls.decided, [["open", "to do"], ["", "all"], ["none", "undecided"], ...DECISIONS]);
  options(controls.sort, [["worst", "worst first"], ["new", "newest first"], ["old", "oldest first"]]);
  for (const post of data.posts) post.low = post.x.join("").toLowerCase();

  function chosen() {
    const want = Object.fromEntries(Object.entries(controls).map(([id, node]) => [id, node.value]));
    const words = want.search.toLowerCase().split(/\s+/).filter(Boolean);
    const found = data.posts.filter((post) =>
      post.b >= Number(want.band) &&
      (!want.category || post.f.some((one) => one[0] === want.category)) &&
      (!want.year || year(post) === want.year) &&
      (!want.platform || post.p === want.platform) &&
      (!want.kind || post.k === want.kind) &&
      (want.decided === "" || (want.decided === "open" ? !settled(post)
        : decision(post) === (want.decided === "none" ? "" : want.decided))) &&
      words.every((word) => post.low.includes(word)));
    if (want.sort !== "worst") {
      const sign = want.sort === "new" ? -1 : 1;
      const time = (post) => (post.t ? Date.parse(post.t) : sign * Infinity);
      found.sort((a, b) => (time(a) === time(b) ? 0 : time(a) < time(b) ? -sign : sign));
    }
    return found;
  }

  // Posts
  function card(post) {
    const band = BANDS[post.b];
    const item = make("li", { class: "post " + band });
    item.classList.toggle("settled", settled(post));
    const facts = [post.p, post.k, post.t ? post.t.slice(0, 10) : "date unknown", post.v];
    const head = make("div", { class: "head" }, make("span", { class: "badge" }, band), facts.join(" · "));
    if (/^https?:\/\//.test(post.u)) {
      head.append(make("a", { href: post.u, target: "_blank", rel: "noopener noreferrer" }, "open the live post"));
    }
    const text = make("p", { class: "text", dir: "auto" });
    post.x.forEach((piece, at) => text.append(at % 2 ? make("mark", {}, piece) : piece));
    const list = make("ul", { class: "findings" });
    for (const [name, severity, share, why, advice] of post.f) {
      list.append(make("li", {}, make("strong", {}, data.titles[name] || name),
        ` (${BANDS[severity]}, ${Math.round(share * 100)} %): ${data.texts[why]} ${data.texts[advice]}`));
    }
    for (const note of post.n) list.append(make("li", {}, make("em", {}, "Note: "), data.texts[note]));
    const group = make("fieldset", { class: "decide" }, make("legend", {}, "Your decision"));
    for (const [name, label] of DECISIONS) {
      const button = make("button", { type: "button", "aria-pressed": String(decision(post) === name) }, label);
      button.addEventListener("click", () => {
        decide(post, name);
        group.querySelectorAll("button").forEach((other, at) =>
          other.setAttribute("aria-pressed", String(decision(post) === DECISIONS[at][0])));
        item.classList.toggle("settled", settled(post));
      });
      group.append(button);
    }
    item.append(head, text, list, group);
    return item;
  }
  function more() {
    byId("list").append(...shown.slice(drawn, drawn + PAGE).map(card));
    drawn = Math.min(shown.length, drawn + PAGE);
    byId("more").hidden = drawn >= shown.length;
    status();
  }
  function status() {
    byId("status").textContent = shown.length
      ? `${drawn.toLocaleString("en")} of ${shown.length.toLocaleString("en")} posts shown` : "No post fits these filters.";
    const least = BANDS.indexOf(data.threshold);
    const open = data.posts.filter((post) => post.b >= least && !settled(post)).length + data.cut;
    byId("lead").textContent = `${open.toLocaleString("en")} of ${data.counts.posts.toLocaleString("en")} posts to look at ` +
      `(band ${data.threshold} and above), ${data.day}, model ${data.model}.`;
  }

  // Charts
  function draw(name, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }
  function tally(posts, get) {
    const sums = new Map();
    for (const post of posts) {
      for (const key of get(post)) {
        if (!sums.has(key)) sums.set(key, [0, 0, 0]);
        sums.get(key)[post.b - 1] += 1;
      }
    }
    return sums;
  }
  const say = (key, row) => `${key}: ${row[2]} high, ${row[1]} medium, ${row[0]} low`;
  function chart(place, label, width, height, children, rows) {
    const all = rows.map(([key, row]) => say(key, row)).join("; ") || "nothing";
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${label}. ${all}.` }, ...children);
    byId(place).replaceChildren(svg);
  }
  function timeChart(posts) {
    const dated = posts.filter((post) => post.t);
    const years = dated.map((post) => Number(year(post)));
    const first = years.reduce((a, b) => Math.min(a, b), 9999), last = years.reduce((a, b) => Math.max(a, b), 0);
    const monthly = last - first < 2;
    const sums = tally(dated, (post) => [post.t.slice(0, monthly ? 7 : 4)]);
    const rows = [];
    for (let at = first; at <= last; at += 1) {
      const keys = monthly ? Array.from({ length: 12 }, (_, m) => `${at}-${String(m + 1).padStart(2, "0")}`) : [String(at)];
      for (const key of keys) rows.push([key, sums.get(key) || [0, 0, 0]]);
    }
    const most = Math.max(1, ...rows.map(([, row]) => row[0] + row[1] + row[2]));
    const step = 480 / Math.max(rows.length, 1), wide = Math.min(step * 0.75, 48), parts = [];
    rows.forEach(([key, row], at) => {
      let top = 150;
      for (const level of [0, 1, 2]) {
        const tall = (row[level] / most) * 130;
        top -= tall;
        parts.push(draw("rect", { class: BANDS[level + 1], x: at * step + (step - wide) / 2, y: top, width: wide, height: tall },
          draw("title", {}, say(key, row))));
      }
      if (at % Math.ceil(rows.length / 10) === 0) {
        parts.push(draw("text", { x: at * step + step / 2, y: 168, "text-anchor": "middle" }, key));
      }
    });
    parts.push(draw("text", { x: 0, y: 12 }, `most: ${most}`));
    [["high", 300], ["medium", 355], ["low", 430]].forEach(([band, x]) => parts.push(
      draw("rect", { class: band, x, y: 3, width: 10, height: 10 }), draw("text", { x: x + 14, y: 12 }, band)));
    chart("time", `Posts by ${monthly ? "month" : "year"} and band`, 480, 175, parts, rows.filter(([, row]) => row.some(Boolean)));
  }
  function categoryChart(posts) {
    const sums = tally(posts, (post) => [...new Set(post.f.map((found) => found[0]))]);
    const sum = (row) => row[0] + row[1] + row[2];
    const rows = [...sums].sort((a, b) => sum(b[1]) - sum(a[1])).slice(0, 8).map(([key, row]) => [data.titles[key] || key, row]);
    const most = Math.max(1, ...rows.map(([, row]) => sum(row))), parts = [];
    rows.forEach(([key, row], at) => {
      let left = 190;
      parts.push(draw("text", { x: 182, y: at * 21 + 14, "text-anchor": "end" }, key.length > 28 ? key.slice(0, 27) + "…" : key));
      for (const level of [2, 1, 0]) {
        const long = (row[level] / most) * 250;
        parts.push(draw("rect", { class: BANDS[level + 1], x: left, y: at * 21 + 3, width: long, height: 14 },
          draw("title", {}, say(key, row))));
        left += long;
      }
      parts.push(draw("text", { x: left + 5, y: at * 21 + 14 }, String(sum(row))));
    });
    chart("categories", "Posts by category and band", 480, Math.max(175, rows.length * 21 + 4), parts, rows);
  }

  function refresh() {
    shown = chosen();
    drawn = 0;
    byId("list").replaceChildren();
    more();
    timeChart(shown);
    categoryChart(shown);
  }
  const form = byId("filters");
  form.addEventListener("input", refresh);
  form.addEventListener("reset", () => setTimeout(refresh, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", () => {
    const next = drawn;
    more();
    const first = byId("list").children[next];
    if (first) first.querySelector("button").focus();
  });
  byId("coverage").append(...data.statement.map((sentence) => make("li", {}, sentence)));
  memory();
  refresh();
})();

"""An evaluation as one HTML page: no script, no outside asset, every text escaped.

The content security policy allows the page's one style sheet, by its hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np

from riskcheck.assessment import BANDS
from riskcheck.categories import BY_NAME, CORE, NAMES
from riskcheck.corpus.curves import Detector, levels, precision_recall_svg, reliability, reliability_svg
from riskcheck.corpus.evaluate import bands
from riskcheck.corpus.metrics import any_of
from riskcheck.corpus.reading import Example
from riskcheck.model import severities
from riskcheck.scorer import Scores
from riskcheck.text.safe import visible

WORST = 20
"""Errors of each kind that the page shows."""
_LONGEST = 600
_STYLE = """
:root{color-scheme:light dark;--ink:#1d2329;--paper:#fff;--soft:#5b6570;--rule:#d8dde2;--tint:0,94,162;
--c0:#005ea2;--c1:#b45309;--c2:#0f766e}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--paper:#15191d;--soft:#a5aeb7;--rule:#39424b;--tint:110,180,240;
--c0:#6eb4f0;--c1:#f0a85a;--c2:#5fc9bd}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:66rem;margin:0 auto;
padding:1.5rem}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem}p,figcaption{color:var(--soft);max-width:46rem}
.charts{display:flex;flex-wrap:wrap;gap:1.5rem}figure{margin:0;max-width:23rem}svg{max-width:100%;height:auto}
svg text{fill:var(--soft);font-size:12px}svg .mid{text-anchor:middle}svg .end{text-anchor:end}
.grid{stroke:var(--rule)}.even{stroke:var(--soft);stroke-dasharray:2 4}.line{fill:none;stroke-width:2}
.s0{stroke:var(--c0)}.s1{stroke:var(--c1);stroke-dasharray:7 3}.s2{stroke:var(--c2);stroke-dasharray:2 3}
.dot{fill:var(--paper);stroke-width:2;stroke-dasharray:none}.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .7rem;border-bottom:1px solid var(--rule);text-align:right;vertical-align:top}
th:first-child,td.text{text-align:left}td.text{white-space:pre-wrap;overflow-wrap:anywhere;max-width:34rem}
.h1{background:rgba(var(--tint),.12)}.h2{background:rgba(var(--tint),.3)}.h3{background:rgba(var(--tint),.55)}
"""


def detectors(examples: Sequence[Example], scores: Scores) -> list[Detector]:
    """Return the three overall detectors: risky, any category, any core category."""
    y = severities([e.labels for e in examples])
    core = [NAMES.index(name) for name in CORE]
    return [
        Detector("risky", y.max(axis=1) >= 2, scores.risky),
        Detector("any category", y.max(axis=1) >= 1, scores.overall[:, 0]),
        Detector("core category", np.asarray((y[:, core] > 0).any(axis=1)), any_of(scores.categories[:, core])),
    ]


def page(
    examples: Sequence[Example],
    scores: Scores,
    thresholds: dict[str, Any],
    result: dict[str, Any],
    *,
    source: str,
    model: str,
) -> str:
    """Lay out an evaluation as a page.

    Parameters
    ----------
    examples : sequence of Example
        The labelled posts. The worst errors show their texts.
    scores : Scores
        Their scores.
    thresholds : dict
        Those of the model.
    result : dict
        As :func:`riskcheck.corpus.evaluate.report` gives it.
    source : str
        Where the posts come from, for the reader.
    model : str
        Version of the model.
    """
    level = bands(scores, thresholds)
    truth = np.array([e.severity for e in examples], dtype=np.int64)
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    alarms, twins = result["false_alarms"], result["twins"]
    wrong = {
        "False alarms: harmless posts, most certain first": _false_alarms(truth, level, scores),
        "Misses: risky posts, least suspected first": _misses(truth, level, scores),
    }
    facts = [
        f"{len(examples):,} posts from {source}, model {model}.",
        f"False alarms, medium or high: {alarms['medium_or_high']:,} of {alarms['harmless']:,} harmless posts.",
        f"Severity: quadratic-weighted kappa {result['severity_kappa']:.2f}.",
    ]
    if twins["all"]:
        facts.append(f"Twins: the risky one scores higher in {twins['ordered']:,} of {twins['all']:,}.")
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>riskcheck evaluation</title><style>{_STYLE}</style></head><body><main><h1>Evaluation</h1>",
        *(f"<p>{_safe(fact)}</p>" for fact in facts),
        '<h2>Curves</h2><div class="charts">',
        f"<figure>{precision_recall_svg(detectors(examples, scores))}",
        "<figcaption>With average precision. By chance the line lies at the share"
        " of posts that have the label.</figcaption></figure>",
        f"<figure>{reliability_svg({d.name: reliability(d) for d in levels(truth, scores)})}",
        "<figcaption>On the dotted line a stated 70 % is true of 70 in 100. Larger"
        " points stand for more posts.</figcaption></figure></div>",
        "<h2>Severity bands</h2><p>Rows: the label. Columns: what the model says.</p>", _confusion(truth, level),
        "<h2>Figures</h2><p>Intervals: 95 %, by bootstrap over groups of posts. Precision, recall and F1 at the"
        " model's thresholds.</p>", _metrics(result["metrics"]),
        "<h2>Worst errors</h2>",
        *(_errors(name, examples, scores, level, rows) for name, rows in wrong.items()),
        "</main></body></html>\n",
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _safe(text: str) -> str:
    return escape(visible(text))


def _table(head: Iterable[str], rows: Iterable[str]) -> str:
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f'<div class="wide"><table><thead><tr>{columns}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _confusion(truth: np.ndarray[Any, Any], level: np.ndarray[Any, Any]) -> str:
    rows = []
    for i, name in enumerate(BANDS):
        total = int((truth == i).sum())
        cells = []
        for j in range(len(BANDS)):
            count = int(((truth == i) & (level == j)).sum())
            shade = f"h{min(3, 1 + int(3 * count / total))}" if count else "h0"
            cells.append(f'<td class="{shade}">{count:,}</td>')
        rows.append(f'<tr><th scope="row">{name}</th>{"".join(cells)}<td>{total:,}</td></tr>')
    return _table(("label", *BANDS, "all"), rows)


def _metrics(metrics: Sequence[dict[str, Any]]) -> str:
    rows = []
    for row in metrics:
        n = {key: "–" if value is None else f"{value:.2f}" for key, value in row.items() if key != "name"}
        name = BY_NAME[row["name"]].title if row["name"] in BY_NAME else row["name"]
        values = (
            f"{row['positive']:,}", n["average_precision"], f"{n['low']} to {n['high']}", n["precision"], n["recall"],
            n["f1"], n["calibration_error"],
        )  # fmt: skip
        cells = "".join(f"<td>{value}</td>" for value in values)
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    head = ("", "posts with it", "average precision", "95 %", "precision", "recall", "F1", "calibration error")
    return _table(head, rows)


def _false_alarms(truth: np.ndarray[Any, Any], level: np.ndarray[Any, Any], scores: Scores) -> list[int]:
    rows = np.flatnonzero((truth == 0) & (level >= 1))
    return [int(i) for i in rows[np.lexsort((-scores.risky[rows], -level[rows]))]]


def _misses(truth: np.ndarray[Any, Any], level: np.ndarray[Any, Any], scores: Scores) -> list[int]:
    rows = np.flatnonzero((truth >= 2) & (level < 2))
    return [int(i) for i in rows[np.argsort(scores.risky[rows], kind="stable")]]


def _errors(
    title: str, examples: Sequence[Example], scores: Scores, level: np.ndarray[Any, Any], rows: list[int]
) -> str:
    if not rows:
        return f"<h3>{escape(title)}</h3><p>None.</p>"
    lines = []
    for i in rows[:WORST]:
        text = examples[i].text
        shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
        labels = ", ".join(f"{name} {value}" for name, value in examples[i].labels.items()) or "harmless"
        likeliest = NAMES[int(np.argmax(scores.categories[i]))]
        lines.append(
            f'<tr><td class="text">{_safe(shown)}</td><td class="text">{escape(labels)}</td><td>{BANDS[level[i]]}</td>'
            f'<td class="text">{likeliest} {scores.categories[i].max():.2f}</td><td>{scores.risky[i]:.2f}</td></tr>'
        )
    count = f"<p>{min(WORST, len(rows))} of {len(rows):,}.</p>"
    return f"<h3>{escape(title)}</h3>{count}" + _table(("post", "label", "band", "likeliest", "risky"), lines)

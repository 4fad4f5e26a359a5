"""``report.html``: one file that works offline, asks the network for nothing and keeps the user's decisions.

Posts enter it as JSON that no HTML parser can leave, and the page shows them through ``textContent`` only. The
content security policy allows this one script and this one style sheet, by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

from riskcheck.assessment import BANDS
from riskcheck.report import safe
from riskcheck.report.base import Item, Report, Result, whole
from riskcheck.report.markdown import title

MOST = 20_000
"""Posts that the page holds, the worst: about 12 MB. ``posts.csv`` and ``posts.jsonl`` hold all."""


def _asset(name: str) -> str:
    return (files("riskcheck.report") / "page" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _alternating(item: Item) -> list[str]:
    """Cut a text at its evidence: plain, marked, plain, … beginning with plain.

    Offsets would not do, because JavaScript counts UTF-16 units where riskcheck counts code points.
    """
    text = item.post.text
    out: list[str] = []
    for piece, marked in safe.pieces(text, safe.spans(item.assessment, len(text))):
        if len(out) % 2 != marked:
            out.append("")
        out.append(safe.harmless(piece))
    return out


def _entry(item: Item, texts: dict[str, int], titles: dict[str, str]) -> dict[str, Any]:
    """Return one post in the short keys of the page; whys, advice and notes go into ``texts`` once."""
    post, found = item.post, item.assessment

    def place(text: str) -> int:
        return texts.setdefault(safe.harmless(text), len(texts))

    for finding in found.findings:
        titles.setdefault(finding.category, title(finding.category))
    return {
        "d": post.digest,
        "i": safe.harmless(post.id),
        "p": safe.harmless(post.platform),
        "k": post.kind,
        "v": post.visibility,
        "t": post.created.isoformat() if post.created else None,
        "b": found.level,
        "x": _alternating(item),
        "u": safe.link(post.url),
        "f": [[f.category, f.severity, round(f.probability, 4), place(f.why), place(f.advice)] for f in found.findings],
        "n": [place(note.text) for note in found.notes],
        "q": item.decision,
    }


def _data(result: Result) -> Iterator[str]:
    """Yield the page's JSON piece by piece, so that the page is never in memory as a whole."""
    texts: dict[str, int] = {}
    titles: dict[str, str] = {}
    shown_open = 0
    least = BANDS.index(result.threshold)
    yield '{"posts":['
    for number, item in enumerate(islice(result.items(worst=True), MOST)):
        shown_open += item.assessment.level >= least and not item.settled
        yield ("," if number else "") + safe.embedded(_entry(item, texts, titles))
    counts = result.counts.to_dict()
    risky = sum(counts["bands"][band] for band in BANDS[1:])
    statement = [safe.harmless(sentence) for sentence in result.sentences]
    if not counts["to_do"]:
        statement.insert(0, result.verdict)
    if risky > MOST:
        statement.insert(0, f"This page shows the {MOST:,} worst of {risky:,} posts; posts.csv lists all of them.")
    rest = {
        "texts": list(texts), "titles": titles, "statement": statement, "counts": {"posts": counts["posts"]},
        "cut": counts["to_do"] - shown_open, "threshold": result.threshold, "day": result.day, "model": result.model,
    }  # fmt: skip
    yield "]," + safe.embedded(rest)[1:]


def page(result: Result) -> Iterator[str]:
    """Yield the page piece by piece."""
    style, script = _asset("style.css"), _asset("script.js")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    frame = _asset("page.html").replace("@CSP@", policy).replace("@STYLE@", style)
    before, _, after = frame.partition("@DATA@")
    yield before
    yield from _data(result)
    yield after.replace("@SCRIPT@", script)


class HtmlReport(Report):
    """Everything from band ``low`` on, with filters, charts and decisions."""

    files = ("report.html",)

    def write(self, result: Result, folder: Path) -> list[Path]:
        """Write ``report.html``."""
        path = folder / self.files[0]
        with whole(path) as stream:
            stream.writelines(page(result))
        return [path]

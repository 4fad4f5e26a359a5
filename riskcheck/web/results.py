"""What an audit found, read back from ``posts.jsonl``: for the table, the charts and the reports.

Only what is searched and sorted is held in memory, and only of posts with a finding; the rest is read when asked for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from riskcheck.assessment import BANDS, Assessment, Finding, Note, Span
from riskcheck.post import Post
from riskcheck.report.base import SETTLED, Counts, Item, Result, post_facts, write_lines
from riskcheck.report.jsonl import record
from riskcheck.report.safe import link

POSTS, FACTS, ROWS = "posts.jsonl", "facts.json", "rows.jsonl"
UNDATED = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """What the table needs of one post that has a finding."""

    at: int
    number: int
    level: int
    severity: float
    digest: str
    created: str
    platform: str
    kind: str
    categories: tuple[str, ...]
    low: str

    @classmethod
    def from_list(cls, values: list[Any]) -> Row:
        """Make it from what :func:`index` wrote."""
        made = dict(zip((field.name for field in fields(cls)), values, strict=True))
        return cls(**{**made, "categories": tuple(made["categories"])})

    @property
    def worst(self) -> tuple[float, ...]:
        """Sort key: worst first, then as read."""
        return (-self.level, -self.severity, self.number)


def index(folder: Path) -> int:
    """Write what the table needs beside ``posts.jsonl``, worst first; return how many posts there are.

    It is for the worker, so that the page itself never reads all posts of a large archive at once.
    """
    rows: list[Row] = []
    posts = 0
    for at, data in _lines(folder):
        if data["band"] != "none":
            rows.append(_row(at, posts, data))
        posts += 1
    rows.sort(key=lambda row: row.worst)
    write_lines(folder / ROWS, (json.dumps(list(astuple(row))) for row in rows))
    return posts


def _lines(folder: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with (folder / POSTS).open("rb") as stream:
        at = 0
        for line in stream:
            yield at, json.loads(line)
            at += len(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Filters, order and page of the table; an empty value leaves a filter out."""

    band: int = 1
    category: str = ""
    period: str = ""
    platform: str = ""
    kind: str = ""
    decision: str = ""
    words: str = ""
    sort: str = "worst"
    offset: int = 0
    limit: int = 50

    def fits(self, row: Row, decision: str) -> bool:
        """Tell whether a post is wanted."""
        if self.decision == "open":
            decided = decision not in SETTLED
        else:
            decided = not self.decision or decision == ("" if self.decision == "none" else self.decision)
        return (
            decided
            and row.level >= self.band
            and (not self.category or self.category in row.categories)
            and row.created.startswith(self.period)
            and self.platform in ("", row.platform)
            and self.kind in ("", row.kind)
            and all(word in row.low for word in self.words.lower().split())
        )


class Results:
    """The results in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where the worker left them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        self.posts: int = self.facts["posts"]
        with (folder / ROWS).open("rb") as stream:
            self.rows = [Row.from_list(json.loads(line)) for line in stream]

    def _at(self, rows: list[Row]) -> Iterator[dict[str, Any]]:
        with (self.folder / POSTS).open("rb") as stream:
            for row in rows:
                stream.seek(row.at)
                yield json.loads(stream.readline())

    def page(self, query: Query, decisions: Mapping[str, str]) -> dict[str, Any]:
        """Return how many posts fit, and one page of them by the output contract."""
        found = [row for row in self.rows if query.fits(row, decisions.get(row.digest, ""))]
        if query.sort != "worst":
            dated = sorted((row for row in found if row.created != UNDATED), key=lambda row: row.created)
            if query.sort == "new":
                dated.reverse()
            found = dated + [row for row in found if row.created == UNDATED]
        part = found[query.offset : query.offset + query.limit]
        return {"total": len(found), "posts": [_shown(data, decisions) for data in self._at(part)]}

    def summary(self, decisions: Mapping[str, str]) -> dict[str, Any]:
        """Return sums for the charts and the head of the page; a false alarm counts as no risk."""
        months: dict[str, list[int]] = {}
        categories: dict[str, list[int]] = {}
        made: Counter[str] = Counter()
        bands = dict.fromkeys(BANDS, 0) | {"none": self.posts - len(self.rows)}
        to_do = settled = 0
        least = BANDS.index(self.facts["threshold"])
        for row in self.rows:
            decision = decisions.get(row.digest, "")
            made[decision] += 1
            if row.level >= least:
                settled += decision in SETTLED
                to_do += decision not in SETTLED
            if decision == "false_alarm":
                bands["none"] += 1
                continue
            bands[BANDS[row.level]] += 1
            month = row.created if row.created == UNDATED else row.created[:7]
            months.setdefault(month, [0, 0, 0])[row.level - 1] += 1
            for category in row.categories:
                categories.setdefault(category, [0, 0, 0])[row.level - 1] += 1
        made.pop("", None)
        return {
            "posts": self.posts, "to_do": to_do, "settled": settled, "bands": bands, "decisions": dict(made),
            "by_month": dict(sorted(months.items())),
            "by_category": dict(sorted(categories.items(), key=lambda entry: (-sum(entry[1]), entry[0]))),
            "platforms": sorted({row.platform for row in self.rows}), "kinds": sorted({row.kind for row in self.rows}),
            **{name: self.facts[name] for name in ("day", "model", "threshold", "coverage")},
            "statement": list(self.facts["sentences"]),
        }  # fmt: skip

    def result(self, decisions: Mapping[str, str], *, marked_only: bool = True) -> Result:
        """Return the audit as reports take it, with the decisions as they stand now."""

        def items(*, worst: bool = False) -> Iterator[Item]:
            records = self._at(self.rows) if worst else (data for _, data in _lines(self.folder))
            for data in records:
                yield _item(data, decisions)

        counts = Counts()
        for item in items():
            counts.add(item, self.facts["threshold"])
        return Result(
            items=items, counts=counts, coverage=self.facts["coverage"], sentences=tuple(self.facts["sentences"]),
            day=self.facts["day"], model=self.facts["model"], threshold=self.facts["threshold"],
            marked_only=marked_only,
        )  # fmt: skip


def _row(at: int, number: int, data: dict[str, Any]) -> Row:
    post = data["post"]
    return Row(
        at, number, BANDS.index(data["band"]), data["severity"] or 0.0, post["digest"], post["created_at"] or UNDATED,
        post["platform"], post["kind"], tuple(dict.fromkeys(found["category"] for found in data["findings"])),
        post["text"].lower(),
    )  # fmt: skip


def _item(data: dict[str, Any], decisions: Mapping[str, str]) -> Item:
    facts = dict(data["post"])
    created = facts.pop("created_at")
    digest = facts.pop("digest")
    post = Post(id=data["id"], created=dt.datetime.fromisoformat(created) if created else None, **facts)
    findings = tuple(
        Finding(**{**found, "spans": tuple(Span(**span) for span in found["spans"])}) for found in data["findings"]
    )
    found = Assessment(
        id=data["id"], band=data["band"], severity=data["severity"], score=data["score"], findings=findings,
        notes=tuple(Note(**note) for note in data["notes"]), model=data["model"],
        scores={name: p for name, p in data["scores"].items() if p is not None},
    )  # fmt: skip
    return Item(post, found, decisions.get(digest, ""))


def _shown(data: dict[str, Any], decisions: Mapping[str, str]) -> dict[str, Any]:
    """Return the contract's record with the decision of now, and an address only where a browser may follow it."""
    item = _item(data, decisions)
    shown = record(item)
    shown["post"] = {**post_facts(item.post), "text": item.post.text, "digest": item.post.digest}
    shown["post"]["url"] = link(item.post.url)
    return shown

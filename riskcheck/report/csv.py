"""``posts.csv``: one row per post, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Protocol

from riskcheck.report.base import Item, Report, Result, whole
from riskcheck.report.safe import cell, link

COLUMNS = (
    "id", "created_at", "platform", "kind", "visibility", "band", "severity", "score", "categories", "decision",
    "notes", "words", "advice", "link", "text",
)  # fmt: skip


class Table(Protocol):
    """What :mod:`csv` calls a writer."""

    def writerow(self, row: Iterable[object], /) -> object:
        """Write one row."""
        ...

    def writerows(self, rows: Iterable[Iterable[object]], /) -> object:
        """Write rows."""
        ...


def table(stream: IO[str]) -> Table:
    """Return a CSV writer by RFC 4180.

    Every cell is quoted: a spreadsheet that cuts at semicolons would else find a formula inside a post.
    """
    return csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def row(item: Item) -> list[str]:
    """Return the cells of one post, in the order of ``COLUMNS``."""
    post, found = item.post, item.assessment
    words = " … ".join(span.text for finding in found.findings for span in finding.spans)
    values = (
        post.id, post.created.isoformat() if post.created else "", post.platform, post.kind, post.visibility,
        found.band, _number(found.severity, 2), _number(found.score, 4),
        " ".join(finding.category for finding in found.findings), item.decision,
        " ".join(note.kind for note in found.notes), words,
        " ".join(dict.fromkeys(finding.advice for finding in found.findings)), link(post.url), post.text,
    )  # fmt: skip
    return [cell(value) for value in values]


class CsvReport(Report):
    """One row per post, in reading order."""

    files = ("posts.csv",)

    def write(self, result: Result, folder: Path) -> list[Path]:
        """Write ``posts.csv``."""
        path = folder / self.files[0]
        with whole(path) as stream:
            writer = table(stream)
            writer.writerow(COLUMNS)
            writer.writerows(row(item) for item in result.items())
        return [path]

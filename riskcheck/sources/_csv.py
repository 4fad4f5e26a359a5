"""Rows of CSV exports: encodings, preambles, delimiters and broken quotes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from riskcheck.post import Skipped
from riskcheck.sources._text import encoding, text_lines
from riskcheck.sources.archive import Archive, MemberError
from riskcheck.sources.base import DAMAGED, NOT_UNDERSTOOD

_DELIMITERS = (",", ";", "\t", "|")
_PREAMBLE = 20  # LinkedIn puts up to 5 lines of "Notes:" before the header
BAD_ROW = "row cannot be read (quotation marks do not match)"
WRONG_COLUMNS = "row has more columns than the header"
_Accept = Callable[[frozenset[str]], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """A row by column (lower case), and where it stands."""

    where: str
    cells: dict[str, str]

    def get(self, *columns: str) -> str:
        """Return the first of these columns that holds something."""
        return next((cell for column in columns if (cell := self.cells.get(column, "").strip())), "")


def _names(row: list[str]) -> list[str]:
    return [cell.strip().strip("\ufeff").lower() for cell in row]


def header(head: bytes, accept: _Accept) -> tuple[int, str, list[str]] | None:
    """Find the header row in the first bytes of a file: its line, the delimiter and its columns."""
    lines = head.decode(encoding(head), "replace").replace("\0", "").splitlines()[:_PREAMBLE]
    for number, line in enumerate(lines):
        for delimiter in _DELIMITERS:
            try:
                columns = _names(next(csv.reader([line], delimiter=delimiter), []))
            except csv.Error:
                continue
            if accept(frozenset(columns)):
                return number, delimiter, columns
    return None


def needs(*columns: str) -> _Accept:
    """Return a test that a header holds all these columns."""
    wanted = frozenset(columns)
    return lambda found: wanted <= found


def is_table(archive: Archive, name: str, *columns: str) -> bool:
    """Tell whether a member is a CSV with these columns."""
    return header(archive.head(name), needs(*columns)) is not None


def rows(archive: Archive, name: str, accept: _Accept, *, backslash: bool = False) -> Iterator[Row | Skipped]:
    r"""Yield the rows of a member as dictionaries, and a reason for each that cannot be read.

    Parameters
    ----------
    archive : Archive
        Where the member is.
    name : str
        The member.
    accept : callable
        Tells the header row by its columns.
    backslash : bool
        Quotation marks inside a cell may be written ``\"``.
    """
    found = header(archive.head(name, 65536), accept)
    if not found:
        archive.opened[name] = None
        yield Skipped(where=name, reason=NOT_UNDERSTOOD)
        return
    start, delimiter, columns = found
    number = 0
    try:
        with text_lines(archive.open(name)) as lines:
            for _ in range(start):
                next(lines, "")
            clean = (line.replace("\0", "") for line in lines)
            reader = csv.reader(clean, delimiter=delimiter, escapechar="\\" if backslash else None, strict=True)
            while True:
                number += 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield Skipped(where=f"{name}#{number - 1}", reason=BAD_ROW)
                    continue
                if number == 1:
                    continue
                if not any(cells):
                    number -= 1
                elif len(cells) > len(columns):
                    yield Skipped(where=f"{name}#{number - 1}", reason=WRONG_COLUMNS)
                else:
                    yield Row(f"{name}#{number - 1}", dict(zip(columns, cells, strict=False)))
    except MemberError:
        yield Skipped(where=f"{name}#{number}", reason=DAMAGED)

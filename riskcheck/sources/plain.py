"""Plain files: CSV, JSON, JSON Lines, Parquet, and text with one post a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from riskcheck.post import Post, Skipped
from riskcheck.sources import _csv, _fields
from riskcheck.sources._json import records
from riskcheck.sources._split import ListReader
from riskcheck.sources._text import clean, text_lines
from riskcheck.sources.archive import Archive, MemberError
from riskcheck.sources.base import DAMAGED, NOT_UNDERSTOOD, NOT_VALID, TOO_LARGE, Source

_MAX_LINE = 1 << 20
_TABLES = (".csv", ".tsv")
_LINES = (".jsonl", ".ndjson")
_TEXTS = (".txt", ".md", ".text")
_LIST = r"(?:posts|items|data|records|comments|messages|tweets)\.item"
_BINARY = (b"\x7fELF", b"MZ", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"SQLite format 3")


class Plain(Source):
    """Files that are no export: the user's own list of posts."""

    name = "plain"
    title = "Plain CSV, JSON, JSON Lines, Parquet or text"
    export_help = "A file with a column named text (and id, created_at, … if there are any), or one post a line."
    specific = False

    def identify(self, archive: Archive) -> bool:
        """Take a single file, or a folder that holds nothing but such files; packed, only tables and records."""
        if not archive.members:
            return False
        forms = {self._form(archive, name) for name in archive.members}
        if archive.kind not in ("file", "folder"):
            # Any unknown export may hold loose JSON or a note in text.
            return forms <= {"csv", "jsonl", "parquet"}
        return "" not in forms and forms != {"empty"}

    def refusal(self, archive: Archive) -> str | None:
        """Say what a table lacks, and that a web page is no export."""
        name = next(iter(archive.members), "")
        if len(archive.members) != 1 or self._form(archive, name):
            return None
        suffix, columns = PurePosixPath(name).suffix.lower(), ", ".join(_fields.TEXT[:6])
        if suffix in _TABLES:
            return f"this table has no column for the text; name it {columns} or the like"
        if suffix in (".html", ".htm"):
            return "this is a web page, which is not read; ask the network for an export as JSON or CSV and name that"
        return None

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield the posts of all files."""
        for name in archive.members:
            form = self._form(archive, name)
            if form == "csv":
                yield from self._table(archive, name)
            elif form == "jsonl":
                yield from self._json_lines(archive, name)
            elif form == "json":
                yield from self._json(archive, name)
            elif form == "parquet":
                yield from _fields.parquet(archive, name)
            elif form:
                yield from self._text(archive, name)
            else:
                yield Skipped(where=name, reason=NOT_UNDERSTOOD)

    def _form(self, archive: Archive, name: str) -> str:
        """Return how a file is read, or nothing where it is none of these."""
        head = archive.head(name, 65536)
        suffix = PurePosixPath(name).suffix.lower()
        if head.startswith(b"PAR1"):
            return "parquet"
        if head.startswith(_BINARY) or suffix in (".html", ".htm", ".js", ".xml"):
            return ""
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n\0")[:1]
        if suffix in _LINES:
            return "jsonl"
        if suffix == ".json":
            return "json" if start in (b"[", b"{", b"\xff", b"\xfe") else ""
        if suffix in _TABLES:
            return "csv" if _csv.header(head, _fields.has_text) else ""
        if suffix in _TEXTS:
            return "text" if head else "empty"
        return "json" if start == b"[" else "jsonl" if start == b"{" else ""

    def _table(self, archive: Archive, name: str) -> Iterator[Post | Skipped]:
        for row in _csv.rows(archive, name, _fields.has_text):
            yield row if isinstance(row, Skipped) else _fields.post(row.where, dict(row.cells))

    def _json(self, archive: Archive, name: str) -> Iterator[Post | Skipped]:
        start = archive.head(name, 64).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
        if start.startswith(b"["):
            yield from self._json_list(archive, name)
            return
        for item in records(archive, name, _LIST):
            yield item if isinstance(item, Skipped) else _fields.post(item[0], item[2])

    def _json_list(self, archive: Archive, name: str) -> Iterator[Post | Skipped]:
        if archive.head(name, 64).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n[")[:1] == b'"':
            for item in records(archive, name, "item"):
                yield item if isinstance(item, Skipped) else _fields.post(item[0], item[2])
            return
        for found in ListReader(dict).read(archive, name):
            yield found if isinstance(found, Skipped) else _fields.post(*found)

    def _json_lines(self, archive: Archive, name: str) -> Iterator[Post | Skipped]:
        for where, line in self._lines(archive, name):
            if isinstance(line, Skipped):
                yield line
                continue
            found = _fields.decode(line)
            if found is None:
                yield Skipped(where=where, reason=NOT_VALID)
            else:
                yield _fields.post(where, found)

    def _text(self, archive: Archive, name: str) -> Iterator[Post | Skipped]:
        for where, line in self._lines(archive, name):
            yield line if isinstance(line, Skipped) else _fields.post(where, line)

    def _lines(self, archive: Archive, name: str) -> Iterator[tuple[str, str | Skipped]]:
        number = 0
        try:
            with text_lines(archive.open(name)) as lines:
                while line := lines.readline(_MAX_LINE):
                    number += 1
                    where = f"{name}#{number}"
                    if len(line) >= _MAX_LINE and not line.endswith("\n"):
                        while (rest := lines.readline(_MAX_LINE)) and not rest.endswith("\n"):
                            pass
                        yield where, Skipped(where=where, reason=TOO_LARGE)
                    elif clean(line):
                        yield where, line
        except MemberError:
            yield name, Skipped(where=f"{name}#{number + 1}", reason=DAMAGED)

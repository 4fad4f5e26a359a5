"""YouTube, from Google Takeout: comments and live chats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from riskcheck.post import Post, Skipped
from riskcheck.sources import _csv
from riskcheck.sources._ids import made_id
from riskcheck.sources._json import dig, text_at
from riskcheck.sources._text import clean
from riskcheck.sources._time import from_iso
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT, Source

# Files are named in the language of the account (``reacties.csv``), so tables are known by their columns.
_KINDS = (
    ("comment id", "comment create timestamp", "comment text"),
    ("live chat id", "live chat create timestamp", "live chat text"),
)


class YouTube(Source):
    """Comments and messages in live chats."""

    name = "youtube"
    title = "YouTube (Google Takeout)"
    export_help = "takeout.google.com, choose YouTube with comments and live chats; name the zip as it came."
    unread = (("*/*.html", "watched and searched, not written"), ("*/*.json", "watched and searched, not written"))

    def identify(self, archive: Archive) -> bool:
        """Look for a table with the columns of comments or live chats."""
        return any(True for _ in self._tables(archive))

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield comments and live chats."""
        for name, columns in self._tables(archive):
            for row in _csv.rows(archive, name, _csv.needs(*columns)):
                yield row if isinstance(row, Skipped) else self._post(row, columns)

    def refusal(self, archive: Archive) -> str | None:
        """Name the old form of comments, which was a web page."""
        if archive.match("my-comments/my-comments.html", "my-live-chat-messages/*.html"):
            return "this is an old Google Takeout with comments as HTML; ask for a new one at takeout.google.com"
        return None

    def _tables(self, archive: Archive) -> Iterator[tuple[str, tuple[str, ...]]]:
        for name in archive.match("*.csv", "*/*.csv", "*/*/*.csv"):
            head = archive.head(name)
            for columns in _KINDS:
                if _csv.header(head, _csv.needs(*columns)):
                    yield name, columns

    def _post(self, row: _csv.Row, columns: tuple[str, ...]) -> Post | Skipped:
        key, stamp, words = columns
        text = clean(_words(row.get(words)))
        if not text:
            return Skipped(where=row.where, reason=NO_TEXT)
        created = from_iso(row.get(stamp), earliest=2005)
        identifier, video = row.get(key), row.get("video id")
        address = f"https://www.youtube.com/watch?v={video}" if video else ""
        return Post(
            text=text, id=identifier or made_id(self.name, text, created), platform=self.name, created=created,
            kind="comment", visibility="public", where=row.where,
            url=f"{address}&lc={identifier}" if address and key == "comment id" else address,
        )  # fmt: skip


def _words(cell: str) -> str:
    r"""Return the text of a cell, which holds JSON fragments since 2023 and plain text before.

    >>> _words('{"text":"so "},{"text":"true"}')
    'so true'
    """
    if not cell.startswith("{"):
        return cell
    try:
        parts: Any = json.loads(f"[{cell}]")
    except (ValueError, RecursionError):
        return cell
    # Until June 2024 the fragments were wrapped.
    wrapped = [dig(part, "takeoutSegments") for part in parts]
    segments = [item for part in wrapped if isinstance(part, list) for item in part] or parts
    return "".join(text_at(segment, "text") for segment in segments)

"""Reddit: posts, comments, drafts."""

from __future__ import annotations

from collections.abc import Iterator

from riskcheck.post import Kind, Post, Skipped, Visibility
from riskcheck.sources import _csv
from riskcheck.sources._ids import made_id
from riskcheck.sources._text import clean
from riskcheck.sources._time import from_iso
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT, REMOVED, Owner, Source

_POSTS = ("id", "permalink", "date", "subreddit", "title")
_COMMENTS = ("id", "permalink", "date", "subreddit", "body")
_DRAFTS = ("id", "title", "body")
_REMOVED = frozenset({"[removed]", "[deleted]", "[ removed by reddit ]"})


class Reddit(Source):
    """Posts with their titles, comments and drafts."""

    name = "reddit"
    title = "Reddit"
    export_help = "reddit.com/settings/data-request, all data; name the zip as it came."
    unread = (
        ("*_headers*.csv", "repeats another file without text"),
        ("messages*.csv", "private messages"),
        ("chat_history.csv", "private messages"),
    )

    def identify(self, archive: Archive) -> bool:
        """Look for the tables of posts or comments."""
        posts = any(_csv.is_table(archive, name, *_POSTS) for name in self._names(archive, "posts"))
        return posts or any(_csv.is_table(archive, name, *_COMMENTS) for name in self._names(archive, "comments"))

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield posts, comments, drafts."""
        yield from self._table(archive, "posts", _POSTS, "post", "public")
        yield from self._table(archive, "comments", _COMMENTS, "comment", "public")
        yield from self._table(archive, "drafts", _DRAFTS, "draft", "private")

    def owner(self, archive: Archive) -> Owner | None:
        """Return the handle from ``statistics.csv``."""
        for name in archive.match("statistics.csv"):
            for row in _csv.rows(archive, name, _csv.needs("statistic", "value")):
                if not isinstance(row, Skipped) and row.get("statistic") == "account name":
                    return Owner(handle=row.get("value"))
        return None

    def _names(self, archive: Archive, stem: str) -> list[str]:
        # Large exports are split: ``comments_1.csv``; ``comments_headers.csv`` repeats them without text.
        return [name for name in archive.match(f"{stem}.csv", f"{stem}_*.csv") if "_headers" not in name]

    def _table(
        self, archive: Archive, stem: str, columns: tuple[str, ...], kind: Kind, visibility: Visibility
    ) -> Iterator[Post | Skipped]:
        for name in self._names(archive, stem):
            for row in _csv.rows(archive, name, _csv.needs(*columns)):
                yield row if isinstance(row, Skipped) else self._post(row, kind, visibility)

    def _post(self, row: _csv.Row, kind: Kind, visibility: Visibility) -> Post | Skipped:
        parts = [clean(row.get(column)) for column in ("title", "body")]
        if parts[1].lower() in _REMOVED and not parts[0]:
            return Skipped(where=row.where, reason=REMOVED)
        text = "\n\n".join(part for part in parts if part and part.lower() not in _REMOVED)
        if not text:
            return Skipped(where=row.where, reason=NO_TEXT)
        created = from_iso(row.get("date", "created"), earliest=2005)
        url = row.get("permalink")
        return Post(
            text=text, id=row.get("id") or made_id(self.name, text, created), platform=self.name, created=created,
            kind=kind, visibility=visibility, url=f"https://www.reddit.com{url}" if url.startswith("/") else url,
            where=row.where,
        )  # fmt: skip

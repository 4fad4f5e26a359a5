"""LinkedIn: shares, comments, profile; and the employers it names."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable, Iterator

from riskcheck.post import Post, Skipped, Visibility
from riskcheck.sources import _csv
from riskcheck.sources._ids import made_id
from riskcheck.sources._text import clean, html_text
from riskcheck.sources._time import from_iso, from_words
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT, Employer, Owner, Source

_SHARES = ("date", "sharelink", "sharecommentary")
_COMMENTS = ("date", "link", "message")
_POSITIONS = ("company name", "started on", "finished on")
_PROFILE = ("first name", "last name", "headline")
_VISIBILITY: dict[str, Visibility] = {
    "MEMBER_NETWORK": "public", "PUBLIC": "public", "ANYONE": "public", "CONNECTIONS": "followers",
}  # fmt: skip


class LinkedIn(Source):
    """Shares, comments, articles, headline and summary."""

    name = "linkedin"
    title = "LinkedIn"
    export_help = "Settings, Data privacy, Get a copy of your data, the larger archive; name the zip as it came."
    unread = (("messages.csv", "private messages"), ("Recommendations_*.csv", "not a post"))

    def identify(self, archive: Archive) -> bool:
        """Look for a table that only LinkedIn has."""
        for columns, *names in (
            (_SHARES, "Shares*.csv"), (_COMMENTS, "Comments*.csv"), (_POSITIONS, "Positions.csv"),
            (_PROFILE, "Profile.csv"),
        ):  # fmt: skip
            if any(_csv.is_table(archive, name, *columns) for name in archive.match(*names)):
                return True
        return False

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield profile, shares, comments, articles."""
        for name in archive.match("Profile.csv"):
            for row in _csv.rows(archive, name, _csv.needs(*_PROFILE)):
                yield from [row] if isinstance(row, Skipped) else self._profile(row)
        yield from self._table(archive, "Shares*.csv", _SHARES, self._share)
        yield from self._table(archive, "Comments*.csv", _COMMENTS, self._comment)
        for name in archive.match("Articles/*.html", "Articles/*/*.html"):
            yield self._article(archive, name)

    def owner(self, archive: Archive) -> Owner | None:
        """Return the name."""
        for name in archive.match("Profile.csv"):
            for row in _csv.rows(archive, name, _csv.needs(*_PROFILE)):
                if not isinstance(row, Skipped):
                    return Owner(display_name=f"{row.get('first name')} {row.get('last name')}".strip())
        return None

    def employers(self, archive: Archive) -> tuple[Employer, ...]:
        """Return what ``Positions.csv`` says; without an end the position is held now."""
        found: dict[tuple[str, dt.date | None], Employer] = {}
        for name in archive.match("Positions.csv"):
            for row in _csv.rows(archive, name, _csv.needs(*_POSITIONS)):
                if isinstance(row, Skipped) or not row.get("company name"):
                    continue
                started, ended = _month(row.get("started on")), _month(row.get("finished on"))
                employer = Employer(
                    name=clean(html.unescape(row.get("company name"))), started=started, ended=ended,
                    current=not row.get("finished on"),
                )  # fmt: skip
                found[employer.name, started] = employer
        oldest = dt.date.min
        latest = sorted(found.values(), key=lambda employer: employer.started or oldest, reverse=True)
        return tuple(sorted(latest, key=lambda employer: not employer.current))

    def _table(
        self, archive: Archive, pattern: str, columns: tuple[str, ...], make: Callable[[_csv.Row], Post | Skipped]
    ) -> Iterator[Post | Skipped]:
        for name in archive.match(pattern):
            # Comments.csv writes \" inside a cell, Shares.csv doubles the mark; ask the file.
            backslash = b'\\"' in archive.head(name, 1 << 20)
            for row in _csv.rows(archive, name, _csv.needs(*columns), backslash=backslash):
                yield row if isinstance(row, Skipped) else make(row)

    def _share(self, row: _csv.Row) -> Post | Skipped:
        # Each line of a share stands in quotation marks of its own, and all of them are doubled again.
        text = row.get("sharecommentary").replace('"\r\n"', "\n").replace('"\n"', "\n")
        if text.startswith('"') != text.endswith('"') or text.count('"') % 2:
            text = text.strip('"')
        visibility = _VISIBILITY.get(row.get("visibility").upper(), "unknown")
        return self._post(row, text.replace('""', '"'), row.get("sharelink"), visibility, comment=False)

    def _comment(self, row: _csv.Row) -> Post | Skipped:
        return self._post(row, row.get("message").replace('\\"', '"'), row.get("link"), "public", comment=True)

    def _post(self, row: _csv.Row, text: str, url: str, visibility: Visibility, *, comment: bool) -> Post | Skipped:
        text = clean(html.unescape(text))
        if not text:
            return Skipped(where=row.where, reason=NO_TEXT)
        # The export states no time zone; its times are UTC.
        created = from_iso(row.get("date"), earliest=2003)
        return Post(
            text=text, id=made_id(self.name, url, text, created), platform=self.name, created=created,
            kind="comment" if comment else "post", visibility=visibility, url=url, where=row.where,
        )  # fmt: skip

    def _profile(self, row: _csv.Row) -> Iterator[Post | Skipped]:
        texts = [clean(html.unescape(row.get(column))) for column in ("headline", "summary")]
        if not any(texts):
            yield Skipped(where=row.where, reason=NO_TEXT)
        for text in filter(None, texts):
            yield Post(
                text=text, id=made_id(self.name, "bio", text), platform=self.name, kind="bio", visibility="public",
                where=row.where,
            )  # fmt: skip

    def _article(self, archive: Archive, name: str) -> Post | Skipped:
        with archive.open(name) as stream:
            text = html_text(stream.read(4 << 20).decode("utf-8", "replace"))
        if not text:
            return Skipped(where=name, reason=NO_TEXT)
        return Post(text=text, id=made_id(self.name, name), platform=self.name, visibility="public", where=name)


def _month(text: str) -> dt.date | None:
    when = from_words(text) or from_iso(f"{text}-01-01" if len(text) == 4 else text)
    return when.date() if when else None

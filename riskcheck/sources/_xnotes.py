"""Note tweets: the long form of a tweet, which X exports in a file of its own and without the tweet's id."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from riskcheck.post import Post, Skipped, Visibility
from riskcheck.sources._json import dig, text_at
from riskcheck.sources._split import ListReader
from riskcheck.sources._text import clean
from riskcheck.sources._time import from_iso
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT

JOINED = "long form, joined to the post it belongs to"
_LINK = re.compile(r"https?://\S")
_SHORTEST = 20
_MOST_AT_ONCE = 50  # nobody writes more in one second


class _Note:
    __slots__ = ("created", "id", "taken", "text", "visibility", "where")

    def __init__(self, text: str, id: str, created: dt.datetime | None, visibility: Visibility, where: str) -> None:
        self.text, self.id, self.created, self.visibility, self.where = text, id, created, visibility, where
        self.taken = False


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


def _beginning(text: str) -> str:
    """Return the beginning of a long text, flat: without the ellipsis and the links that X puts behind it.

    >>> _beginning("What a day… https://t.co/a https://t.co/b")
    'what a day'
    """
    words = text.split()
    while words and (link := _LINK.search(words[-1])):
        last = words.pop()[: link.start()]
        if last:
            words.append(last)
            break
    return _flat(" ".join(words).removesuffix("…").removesuffix("...") if words else "")


class Notes:
    """The long forms of one archive, waiting for their tweets."""

    def __init__(self) -> None:
        self._all: list[_Note] = []
        self._by_time: dict[dt.datetime, list[_Note]] = {}
        self._by_tweet: dict[str, _Note] = {}

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._all)

    def load(self, archive: Archive, name: str, visibility: Visibility) -> Iterator[Skipped]:
        """Read a file of notes."""
        for item in ListReader(dict).read(archive, name):
            if isinstance(item, Skipped):
                yield item
                continue
            where, record = item
            note: Any = dig(record, "noteTweet") or record
            # One published description has ``noteTweetResults`` and ``tweetId``; no export seen has them.
            places = (("core", "text"), ("noteTweetResults", "text"), ("text",))
            text = clean(next((text for place in places if (text := text_at(note, *place))), ""))
            if not text:
                yield Skipped(where=where, reason=NO_TEXT)
                continue
            created = from_iso(dig(note, "createdAt"), earliest=2006)
            held = _Note(text, text_at(note, "noteTweetId") or where, created, visibility, where)
            self._all.append(held)
            tweet = text_at(note, "tweetId") or text_at(note, "noteTweetResults", "tweetId")
            if tweet:
                self._by_tweet[tweet] = held
            elif created:
                self._by_time.setdefault(created.replace(microsecond=0), []).append(held)

    def take(self, identifier: str, created: dt.datetime, text: str) -> str:
        """Return the long form of a tweet: same second and same beginning; empty where there is none."""
        known = self._by_tweet.get(identifier)
        if known:
            known.taken = True
            return known.text
        notes = self._by_time.get(created, [])[:_MOST_AT_ONCE]
        start = _beginning(text) if notes else ""
        for note in notes:
            whole = _flat(note.text)
            if len(whole) >= len(start) and whole.startswith(start) and (len(start) >= _SHORTEST or whole == start):
                note.taken = True
                return note.text
        return ""

    def rest(self, handle: str) -> Iterator[Post | Skipped]:
        """Yield notes that no tweet claimed as posts, and the others as joined."""
        for note in self._all:
            if note.taken:
                yield Skipped(where=note.where, reason=JOINED)
                continue
            yield Post(
                text=note.text, id=note.id, platform="x", created=note.created, visibility=note.visibility,
                url=f"https://x.com/{handle}" if handle else "", where=note.where,
            )  # fmt: skip

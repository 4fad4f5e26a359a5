"""What the exports of Facebook, Instagram and Threads share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from riskcheck.post import Kind, Post, Skipped
from riskcheck.sources._ids import made_id
from riskcheck.sources._json import dig, records, text_at
from riskcheck.sources._text import clean, unmangle
from riskcheck.sources._time import from_epoch
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT, WRONG_TYPE

# In the archive of Instagram, or alone.
THREADS_FILES = ("threads/threads_and_replies*.json", "threads_and_replies*.json")
_STARTED = 2004


def re_export(title: str) -> str:
    """Return what to do about an HTML export."""
    return f"this is an HTML export of {title}, which is not read; ask for the download again and choose JSON as format"


def records_of(archive: Archive, name: str, wanted: str) -> Iterator[tuple[str, dict[str, Any]] | Skipped]:
    """Yield the records of a file as dictionaries with healed texts."""
    for item in records(archive, name, wanted):
        if isinstance(item, Skipped):
            yield item
        elif isinstance(item[2], dict):
            yield item[0], unmangle(item[2])
        else:
            yield Skipped(where=item[0], reason=WRONG_TYPE)


def post(platform: str, where: str, text: str, when: object, kind: Kind, *, url: str = "") -> Post | Skipped:
    """Return a post of a network that gives no id, or a reason where it has no words."""
    text = clean(text)
    if not text:
        return Skipped(where=where, reason=NO_TEXT)
    created: dt.datetime | None = from_epoch(when, earliest=_STARTED) if when else None
    identifier = made_id(platform, kind, text, created)
    return Post(text=text, id=identifier, platform=platform, created=created, kind=kind, url=url, where=where)


def captions(platform: str, where: str, record: dict[str, Any], kind: Kind) -> Iterator[Post | Skipped]:
    """Yield the caption of an entry, which stands in its title or in that of its first picture, and the others."""
    media = dig(record, "media")
    pictures = [item for item in media if isinstance(item, dict)] if isinstance(media, list) else []
    when = dig(record, "creation_timestamp") or dig(pictures, 0, "creation_timestamp")
    texts = [clean(text_at(record, "title")), *(clean(text_at(picture, "title")) for picture in pictures)]
    found = list(dict.fromkeys(text for text in texts if text))
    if not found:
        yield Skipped(where=where, reason=NO_TEXT)
    for text in found:
        yield post(platform, where, text, when, kind)


def threads(archive: Archive) -> Iterator[Post | Skipped]:
    """Yield the posts and replies of Threads, which come inside the archive of Instagram."""
    for name in archive.match(*THREADS_FILES):
        for item in records_of(archive, name, r"text_post_app_text_posts\.item|item"):
            if isinstance(item, Skipped):
                yield item
                continue
            where, record = item
            reply = dig(record, "media", 0, "text_app_post", "is_reply") is True
            yield from captions("threads", where, record, "reply" if reply else "post")

"""One tweet as X exports it, and the posts it holds."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from riskcheck.post import Kind, Post, Skipped, Visibility
from riskcheck.sources._split import ListReader
from riskcheck.sources._text import clean
from riskcheck.sources._time import from_x
from riskcheck.sources.base import NO_TEXT, WRONG_TYPE

if TYPE_CHECKING:
    from riskcheck.sources._xnotes import Notes

Word = str | int | None  # X writes every number as a string; the old layout does not
_STATUS = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/[^/?#]+/status(?:es)?/\d+(?:[?#].*)?", re.I)
_MENTIONS = re.compile(r"(?:@\w+\s+)+")
# A post holds a few links, each once. Made up, they could swell a text without bound.
_MOST_LINKS, _MOST_TIMES, _LONGEST_LINK = 100, 20, 2000


class Link(msgspec.Struct):
    """A link: the short form in the text, and where it leads."""

    url: Any = None
    expanded_url: Any = None


class Picture(msgspec.Struct):
    """A picture or film. The description's name differs between exports."""

    url: Any = None
    media_alt: Any = None
    ext_alt_text: Any = None


class Entities(msgspec.Struct):
    """What X found in the text."""

    urls: list[Link] | None = None
    media: list[Picture] | None = None


class Tweet(msgspec.Struct):
    """The fields that matter; msgspec passes over all others."""

    id_str: Word = None
    id: Word = None
    created_at: Any = None
    full_text: str | None = None
    text: str | None = None
    lang: Any = None
    in_reply_to_status_id_str: Word = None
    in_reply_to_user_id_str: Word = None
    in_reply_to_status_id: Word = None
    in_reply_to_user_id: Word = None
    in_reply_to_screen_name: Any = None
    retweeted_status: Any = None
    display_text_range: Any = None
    entities: Entities | None = None
    extended_entities: Entities | None = None


class Item(Tweet):
    """An element of the list: ``{"tweet": {…}}``, or, in some exports, the tweet itself."""

    tweet: Tweet | None = None


READER = ListReader(Item)


def address(handle: str, identifier: str) -> str:
    """Return where a tweet can be seen."""
    return f"https://x.com/{handle or 'i/web'}/status/{identifier}" if identifier.isdigit() else ""


def _text(tweet: Tweet, raw: str, reply: bool) -> tuple[str, bool]:
    """Return the text as a reader sees it, and whether it quotes another tweet."""
    quoted = False
    entities = tweet.entities
    for link in ((entities.urls if entities else None) or ())[:_MOST_LINKS]:
        short, full = link.url, link.expanded_url
        if not isinstance(full, str):
            continue
        is_status = _STATUS.fullmatch(full) is not None
        quoted = quoted or is_status
        # Positions count UTF-16 units in some exports and code points in others, so replace by text.
        if isinstance(short, str) and short:
            raw = raw.replace(short, "" if is_status else full[:_LONGEST_LINK], _MOST_TIMES)
    for group in (entities, tweet.extended_entities):
        for picture in ((group.media if group else None) or ())[:_MOST_LINKS]:
            if isinstance(picture.url, str) and picture.url:
                raw = raw.replace(picture.url, "", _MOST_TIMES)
    if reply and raw.startswith("@"):
        raw = _without_mentions(raw, tweet.display_text_range)
    # Unescaping comes last: a link may hold ``&amp;`` too.
    return clean(html.unescape(raw) if "&" in raw else raw), quoted


def _without_mentions(raw: str, span: object) -> str:
    """Cut the names that a reply begins with and that X does not show."""
    first = str(span[0]) if isinstance(span, list) and span else ""
    start = int(first) if first.isdecimal() and len(first) < 6 else 0
    # The names are ASCII, so the unit of the position does not matter.
    return raw[start:] if start > 0 and _MENTIONS.fullmatch(raw[:start] + " ") else raw


def posts(
    where: str, tweet: Tweet, visibility: Visibility, handle: str, notes: Notes, *, created: dt.datetime | None = None
) -> Iterator[Post | Skipped]:
    """Yield a tweet and the descriptions of its pictures."""
    raw = tweet.full_text if tweet.full_text is not None else tweet.text
    identifier = str(tweet.id_str or tweet.id or "")
    if raw is None or not identifier:
        yield Skipped(where=where, reason=WRONG_TYPE)
        return
    created = created or from_x(tweet.created_at)
    reply = bool(tweet.in_reply_to_status_id_str or tweet.in_reply_to_user_id_str)
    reply = reply or bool(tweet.in_reply_to_status_id or tweet.in_reply_to_user_id or tweet.in_reply_to_screen_name)
    repost = raw.startswith("RT @") or tweet.retweeted_status is not None
    text, quoted = _text(tweet, raw, reply)
    if created is not None and not repost and notes:
        text = notes.take(identifier, created, text) or text
    language = tweet.lang if isinstance(tweet.lang, str) and tweet.lang not in ("und", "zxx") else ""
    kind: Kind = "repost" if repost else "reply" if reply else "quote" if quoted else "post"
    url = address(handle, identifier)
    if text:
        yield Post(
            text=text, id=identifier, platform="x", created=created, kind=kind, visibility=visibility,
            language=language, url=url, where=where, others_words=repost,
        )  # fmt: skip
    else:
        yield Skipped(where=where, reason=NO_TEXT)
    if repost or (tweet.extended_entities is None and tweet.entities is None):
        return
    for number, alt in enumerate(_descriptions(tweet), 1):
        yield Post(
            text=alt, id=f"{identifier}#alt{number}", platform="x", created=created, kind="alt",
            visibility=visibility, url=url, where=where,
        )  # fmt: skip


def _descriptions(tweet: Tweet) -> list[str]:
    for group in (tweet.extended_entities, tweet.entities):
        if group and group.media:
            alts = [alt for picture in group.media for alt in (picture.ext_alt_text, picture.media_alt)]
            texts = (clean(html.unescape(alt)) for alt in alts if isinstance(alt, str))
            return list(dict.fromkeys(filter(None, texts)))
    return []

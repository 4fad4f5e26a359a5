"""One status as Mastodon's interface gives it, and the posts it holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from riskcheck.post import Kind, Post, Skipped, Visibility
from riskcheck.sources._json import text_at
from riskcheck.sources._text import clean, html_text
from riskcheck.sources._time import from_any
from riskcheck.sources.base import NO_TEXT, WRONG_TYPE

_VISIBILITIES: dict[str, Visibility] = {
    "public": "public", "unlisted": "unlisted", "private": "followers", "direct": "direct",
}  # fmt: skip


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _text(status: Mapping[str, Any]) -> str:
    """Join warning, text and answers as the reader of the export does, so that decisions hold for both."""
    poll = status.get("poll")
    answers = _list(poll.get("options")) if isinstance(poll, Mapping) else []
    parts = [
        text_at(status, "spoiler_text"), html_text(text_at(status, "content")),
        *(text_at(answer, "title") for answer in answers),
    ]  # fmt: skip
    return "\n\n".join(part for part in map(clean, parts) if part)


def _quotes(status: Mapping[str, Any]) -> bool:
    """Tell whether a status quotes another; of Mastodon since 4.5, others name it in other ways."""
    names = ("quote", "quote_id", "quoted_status_id")
    own = status.get("pleroma")
    places = (status, own if isinstance(own, Mapping) else {})
    return any(place.get(name) for place in places for name in names)


def posts(where: str, status: Mapping[str, Any]) -> Iterator[Post | Skipped]:
    """Yield a status and the descriptions of its pictures; of a boost the words of the other."""
    boosted = status.get("reblog")
    shown = boosted if isinstance(boosted, Mapping) else status
    repost = shown is boosted
    identifier = text_at(status, "uri") or str(status.get("id") or "")
    if not identifier or not isinstance(shown.get("content"), str):
        yield Skipped(where=where, reason=WRONG_TYPE)
        return
    created = status.get("created_at")
    shared: dict[str, Any] = {
        "platform": "mastodon",
        "created": from_any(created if isinstance(created, dt.datetime | str) else None, earliest=2008),
        "visibility": _VISIBILITIES.get(text_at(status, "visibility"), "unknown"),
        "url": text_at(shown, "url") or text_at(shown, "uri"),
        "where": where,
    }
    text = _text(shown)
    kind: Kind = "reply" if status.get("in_reply_to_id") else "quote" if _quotes(status) else "post"
    kind = "repost" if repost else kind
    if text:
        yield Post(
            text=text, id=identifier, kind=kind, language=text_at(shown, "language"), others_words=repost, **shared
        )
    else:
        yield Skipped(where=where, reason=NO_TEXT)
    if repost:
        return
    for number, picture in enumerate(_list(status.get("media_attachments")), 1):
        if alt := clean(text_at(picture, "description")):
            yield Post(text=alt, id=f"{identifier}#alt{number}", kind="alt", **shared)

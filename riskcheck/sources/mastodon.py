"""Mastodon and its relatives: the outbox as ActivityPub wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from riskcheck.post import Post, Skipped, Visibility
from riskcheck.sources._ids import made_id
from riskcheck.sources._json import dig, records, text_at, whole
from riskcheck.sources._text import clean, html_text
from riskcheck.sources._time import from_iso
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT, WRONG_TYPE, Owner, Source

_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_MARKS = (b"OrderedCollection", b"orderedItems")
REPOST = "repost: the export holds only its address"
OTHER_ACTIVITY = "activity that is no post"


class Mastodon(Source):
    """Posts, replies, content warnings, polls, descriptions of pictures, bio and handle."""

    name = "mastodon"
    title = "Mastodon"
    export_help = "Preferences, Import and export, Data export, Request your archive; name the file as it came."
    unread = (("likes.json", "words of others"), ("bookmarks.json", "words of others"))

    def identify(self, archive: Archive) -> bool:
        """Look for an outbox that is an ordered collection."""
        return any(all(mark in archive.head(name) for mark in _MARKS) for name in archive.match("outbox.json"))

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield profile, then the outbox."""
        yield from self._profile(archive)
        for name in archive.match("outbox.json"):
            for item in records(archive, name, r"ordereditems\.item"):
                yield from [item] if isinstance(item, Skipped) else self._activity(item[0], item[2])

    def owner(self, archive: Archive) -> Owner | None:
        """Return handle, address and display name from ``actor.json``."""
        for name in archive.match("actor.json"):
            actor = whole(archive, name)
            return Owner(
                handle=text_at(actor, "preferredUsername"), id=text_at(actor, "id"), display_name=text_at(actor, "name")
            )
        return None

    def _profile(self, archive: Archive) -> Iterator[Post | Skipped]:
        for name in archive.match("actor.json"):
            archive.opened[name] = None
            actor = whole(archive, name)
            if not isinstance(actor, dict):
                yield Skipped(where=name, reason=WRONG_TYPE)
                continue
            url = text_at(actor, "url")
            for text, kind, part in (
                (text_at(actor, "preferredUsername"), "handle", "handle"),
                (text_at(actor, "name"), "handle", "name"),
                (html_text(text_at(actor, "summary")), "bio", "bio"),
            ):
                if clean(text):
                    yield Post(
                        text=clean(text), id=f"{text_at(actor, 'id')}#{part}", platform=self.name,
                        kind="bio" if kind == "bio" else "handle", visibility="public", url=url, where=name,
                    )  # fmt: skip

    def _activity(self, where: str, activity: object) -> Iterator[Post | Skipped]:
        kind = text_at(activity, "type")
        note = dig(activity, "object")
        if kind == "Announce":
            yield Skipped(where=where, reason=REPOST)
        elif kind not in ("Create", "Update"):
            yield Skipped(where=where, reason=OTHER_ACTIVITY if kind else WRONG_TYPE)
        elif not isinstance(note, dict):
            yield Skipped(where=where, reason=WRONG_TYPE)
        else:
            yield from self._note(where, note)

    def _note(self, where: str, note: dict[str, Any]) -> Iterator[Post | Skipped]:
        answers = [text_at(option, "name") for key in ("oneOf", "anyOf") for option in _items(dig(note, key))]
        parts = [text_at(note, "summary"), html_text(text_at(note, "content")), *answers]
        text = "\n\n".join(part for part in map(clean, parts) if part)
        created = from_iso(dig(note, "published"), earliest=2008)
        languages = dig(note, "contentMap")
        identifier = text_at(note, "id") or made_id(self.name, text, created)
        shared: dict[str, Any] = {
            "platform": self.name, "created": created, "visibility": _visibility(note), "where": where,
            "url": text_at(note, "url") or text_at(note, "id"),
        }  # fmt: skip
        if text:
            language = next(iter(languages), "") if isinstance(languages, dict) and len(languages) == 1 else ""
            kind = "reply" if dig(note, "inReplyTo") else "post"
            yield Post(text=text, id=identifier, kind=kind, language=language, **shared)  # type: ignore[arg-type]
        else:
            yield Skipped(where=where, reason=NO_TEXT)
        for number, attachment in enumerate(_items(dig(note, "attachment")), 1):
            if alt := clean(text_at(attachment, "name")):
                yield Post(text=alt, id=f"{identifier}#alt{number}", kind="alt", **shared)


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _visibility(note: dict[str, Any]) -> Visibility:
    """Public in ``to`` is public, in ``cc`` unlisted; else followers, or a direct message."""
    to, cc = ([address for address in _items(dig(note, key)) if isinstance(address, str)] for key in ("to", "cc"))
    if not _PUBLIC.isdisjoint(to):
        return "public"
    if not _PUBLIC.isdisjoint(cc):
        return "unlisted"
    if any(address.rstrip("/").endswith("/followers") for address in to + cc):
        return "followers"
    return "direct" if to or cc else "unknown"

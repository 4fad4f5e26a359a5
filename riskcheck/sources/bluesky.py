"""Bluesky: the repository as CAR, or its records as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from riskcheck.post import Kind, Post, Skipped
from riskcheck.sources import _car
from riskcheck.sources._ids import made_id
from riskcheck.sources._json import dig, records, text_at
from riskcheck.sources._text import clean
from riskcheck.sources._time import from_iso
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT, WRONG_TYPE, Owner, Source

_POST, _PROFILE = "app.bsky.feed.post", "app.bsky.actor.profile"
_RECORD_LIST = r"records\.item|feed\.item|item|posts\.item"
UNLISTED = "post that the repository no longer lists"


class Bluesky(Source):
    """Posts, replies, quotes, descriptions of pictures, bio and display name."""

    name = "bluesky"
    title = "Bluesky"
    export_help = "Settings, Account, Export my data, Download CAR file; name the .car file."

    def identify(self, archive: Archive) -> bool:
        """Look for a CAR, or for JSON that names the collection."""
        if self._cars(archive):
            return True
        return any(_POST.encode() in archive.head(name, 65536) for name in self._json(archive))

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield the records of all repositories and JSON files."""
        for name in self._cars(archive):
            yield from self._repository(archive, name)
        for name in self._json(archive):
            single = name.rpartition("/")[0].endswith((_POST, _PROFILE))
            for item in records(archive, name, "" if single else _RECORD_LIST):
                if isinstance(item, Skipped):
                    yield item
                    continue
                where, _, value = item
                address = text_at(value, "uri") or text_at(value, "post", "uri")
                record = dig(value, "value") or dig(value, "post", "record") or dig(value, "record") or value
                did, _, key = address.removeprefix("at://").partition("/")
                if single and not key:
                    did, key = "", f"{_POST}/{name.rpartition('/')[2].removesuffix('.json')}"
                yield from self._record(where, record, did, key)

    def owner(self, archive: Archive) -> Owner | None:
        """Return the account's id; a repository does not hold the handle."""
        for name in self._cars(archive):
            for item in _car.blocks(archive, name):
                if not isinstance(item, Skipped) and text_at(item[2], "did"):
                    return Owner(id=text_at(item[2], "did"))
        return None

    def _cars(self, archive: Archive) -> list[str]:
        names = archive.match("*.car") or (list(archive.members) if archive.kind == "file" else [])
        return [name for name in names if _car.is_car(archive.head(name, 256))]

    def _json(self, archive: Archive) -> list[str]:
        if archive.kind == "file":
            return archive.match("*.json")
        return archive.match(f"{_POST}/*.json", f"{_PROFILE}/*.json", "posts.json", "records.json", "feed.json")

    def _repository(self, archive: Archive, name: str) -> Iterator[Post | Skipped]:
        """Pass twice: keys stand in the tree, records beside it, and the order is free."""
        keys: dict[bytes, str] = {}
        did = ""
        for item in _car.blocks(archive, name):
            if isinstance(item, Skipped) or not isinstance(item[2], dict):
                continue
            did = did or text_at(item[2], "did")
            if "e" in item[2] and "l" in item[2]:
                keys.update((cid, key) for cid, key in _car.node_keys(item[2]) if key.startswith((_POST, _PROFILE)))
        for item in _car.blocks(archive, name):
            if isinstance(item, Skipped):
                yield item
                continue
            where, cid, value = item
            if text_at(value, "$type") not in (_POST, _PROFILE):
                continue
            if cid in keys:
                yield from self._record(where, value, did, keys[cid])
            else:
                yield Skipped(where=where, reason=UNLISTED)

    def _record(self, where: str, record: object, did: str, key: str) -> Iterator[Post | Skipped]:
        kind = text_at(record, "$type")
        if kind == _PROFILE:
            yield from self._profile(where, record, did)
        elif kind == _POST and isinstance(dig(record, "text"), str):
            yield from self._post(where, record, did, key)
        else:
            yield Skipped(where=where, reason=WRONG_TYPE if kind in (_POST, "") else "record that is no post")

    def _profile(self, where: str, record: object, did: str) -> Iterator[Post | Skipped]:
        texts = {"name": clean(text_at(record, "displayName")), "bio": clean(text_at(record, "description"))}
        if not any(texts.values()):
            yield Skipped(where=where, reason=NO_TEXT)
        for part, text in texts.items():
            if text:
                yield Post(
                    text=text, id=f"{did}#{part}", platform=self.name, kind="bio" if part == "bio" else "handle",
                    visibility="public", url=f"https://bsky.app/profile/{did}" if did else "", where=where,
                )  # fmt: skip

    def _post(self, where: str, record: object, did: str, key: str) -> Iterator[Post | Skipped]:
        text = clean(text_at(record, "text"))
        created = from_iso(dig(record, "createdAt"))  # set by the client, so it may be anything
        embed = text_at(record, "embed", "$type")
        quote = embed.startswith("app.bsky.embed.record")
        kind: Kind = "reply" if dig(record, "reply") else "quote" if quote else "post"
        place = key.rpartition("/")[2]
        identifier = place or made_id(self.name, text, created)
        shared: dict[str, Any] = {
            "platform": self.name, "created": created, "visibility": "public", "where": where,
            "url": f"https://bsky.app/profile/{did}/post/{place}" if did and place else "",
        }  # fmt: skip
        if text:
            language = text_at(record, "langs", 0)
            yield Post(text=text, id=identifier, kind=kind, language=language, **shared)
        else:
            yield Skipped(where=where, reason=NO_TEXT)
        media = dig(record, "embed", "media") or dig(record, "embed")
        images = dig(media, "images")
        pictures = images if isinstance(images, list) else []
        alts = [text_at(media, "alt"), *(text_at(picture, "alt") for picture in pictures)]
        for number, alt in enumerate(filter(None, map(clean, alts)), 1):
            yield Post(text=alt, id=f"{identifier}#alt{number}", kind="alt", **shared)

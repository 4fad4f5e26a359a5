"""Bluesky: the public repository of an account, read from the server that hosts it. Free, without sign-in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from riskcheck.accounts._address import server_address
from riskcheck.accounts._atproto import Identity, Xrpc
from riskcheck.accounts._place import Span
from riskcheck.accounts._profile import profile_items
from riskcheck.accounts._wait import Patience
from riskcheck.accounts.base import Account, Person, Record
from riskcheck.errors import require
from riskcheck.post import Post
from riskcheck.sources._json import dig, text_at
from riskcheck.sources.bluesky import Bluesky as Export

_POST, _PROFILE = "app.bsky.feed.post", "app.bsky.actor.profile"
_PAGE = 100
_KEY = re.compile(r"[2-7a-j][2-7a-z]{12}")
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_LINK = re.compile(r"https?://bsky\.app/profile/([^/?#]+)/?")
_GONE = {
    "RepoNotFound": "no such account on this server",
    "RepoTakendown": "the account was taken down",
    "RepoSuspended": "the account is suspended",
    "RepoDeactivated": "the account is deactivated",
}


class Bluesky(Account):
    """Posts, replies, quotes, descriptions of pictures, bio, display name and handle."""

    name = "bluesky"
    title = "Bluesky"
    home = "none needed: repositories are public"
    blind: ClassVar[tuple[str, ...]] = (
        "A scan of Bluesky sees all public posts that exist now, not deleted ones, and no messages",
    )

    def __init__(self, server: str = "", patience: Patience | None = None, *, identity: Identity | None = None) -> None:
        super().__init__(server_address(server) if server else "", patience)
        self._identity = identity or Identity()

    def sign_in_state(self) -> str:
        """Say that none is needed."""
        return "not needed"

    def ready(self) -> None:
        """Check that the library is there."""
        require("atproto_client", "bluesky")

    def find(self, handle: str) -> Person:
        """Resolve a handle to its id, and the id to the server that hosts the repository."""
        name = handle.strip()
        link = _LINK.match(name)
        name = (link[1] if link else name).removeprefix("@").removeprefix("at://")
        if not name.startswith("did:"):
            name = name.lower() if "." in name else f"{name.lower()}.bsky.social"
        found = self._identity.resolve(name, self.server, self.patience)
        asked = {"repo": found.did, "collection": _PROFILE, "rkey": "self"}
        with Xrpc(found.server, self.patience) as xrpc:
            described = xrpc.get("com.atproto.repo.describeRepo", {"repo": found.did}, _GONE)
            answer = xrpc.get("com.atproto.repo.getRecord", asked, {"RecordNotFound": ""})
        shown = text_at(described, "handle") or found.handle
        key, where = found.did, f"Bluesky @{shown}"
        profile = tuple(self._posts(where, dig(answer, "value"), key, f"{_PROFILE}/self")) if answer else ()
        handles = profile_items(
            self.name, key, (("handle", shown),), url=f"https://bsky.app/profile/{key}", where=where
        )  # fmt: skip
        return Person(
            key=f"bluesky {key}", id=key, handle=f"@{shown}", server=found.server,
            items=handles + tuple(item for item in profile if isinstance(item, Post)),
        )  # fmt: skip

    def pages(
        self, person: Person, span: Span, *, since: dt.date | None = None, most: int | None = None
    ) -> Iterator[list[Record]]:
        """Page by record key, newest first; a key stays a place to go on from when its record is deleted."""
        with Xrpc(person.server, self.patience) as xrpc:
            yield from self._pages(xrpc, person, span, most)

    def _pages(self, xrpc: Xrpc, person: Person, span: Span, left: int | None) -> Iterator[list[Record]]:
        cursor, where = span.before, f"Bluesky {person.handle}"
        while True:
            size = _PAGE if left is None else min(_PAGE, left)
            asked = {"repo": person.id, "collection": _POST, "limit": str(size)}
            answer = xrpc.get("com.atproto.repo.listRecords", asked | ({"cursor": cursor} if cursor else {}), _GONE)
            found = dig(answer, "records")
            page: list[Record] = []
            for entry in found if isinstance(found, list) else ():
                key = text_at(entry, "uri").rpartition("/")[2]
                if span.after and key <= span.after:
                    yield page
                    return
                items = tuple(self._posts(where, dig(entry, "value"), person.id, f"{_POST}/{key}"))
                page.append(Record(key, self.moment(key), items))
            yield page
            left = None if left is None else left - len(page)
            following = text_at(answer, "cursor")
            # Some servers give a cursor with the last page too; it leads to an empty one.
            if not page or following in ("", cursor) or left == 0:
                return
            cursor = following

    def moment(self, identifier: str) -> dt.datetime | None:
        """Return the time in a record key, which is in most: microseconds, 5 bits a character."""
        if not _KEY.fullmatch(identifier):
            return None
        number = 0
        for character in identifier:
            number = number * 32 + _DIGITS.index(character)
        try:
            return dt.datetime.fromtimestamp((number >> 10) / 1e6, dt.UTC)
        except (OverflowError, ValueError, OSError):
            return None

    def _posts(self, where: str, record: Any, did: str, key: str) -> Iterator[Any]:
        # The record is that of the export, and so the posts, their ids and the decisions are the same.
        return Export()._record(where, record, did, key)

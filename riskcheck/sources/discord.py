"""Discord: the user's own messages."""

from __future__ import annotations

from collections.abc import Iterator

from riskcheck.post import Post, Skipped, Visibility
from riskcheck.sources import _csv
from riskcheck.sources._json import dig, records, text_at, whole
from riskcheck.sources._text import clean
from riskcheck.sources._time import from_iso
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT, WRONG_TYPE, Owner, Source

# ``messages/c123/messages.csv`` until 2023, ``Messages/c123/messages.json`` after; at first without the ``c``.
_CSV, _JSON = "messages/*/messages.csv", "messages/*/messages.json"
_COLUMNS = ("id", "timestamp", "contents")
_DIRECT = frozenset({"1", "3", "DM", "GROUP_DM"})


class Discord(Source):
    """Messages in servers and direct messages."""

    name = "discord"
    title = "Discord"
    export_help = "User settings, Data and privacy, Request all of my data; name the zip as it came."
    unread = (("messages/index.json", "names of channels"), ("activity/*/*.json", "analytics"))

    def identify(self, archive: Archive) -> bool:
        """Look for a channel with messages in one of the two forms."""
        if any(_csv.is_table(archive, name, *_COLUMNS) for name in archive.match(_CSV)[:20]):
            return True
        return any(b'"Contents"' in archive.head(name) for name in archive.match(_JSON)[:200])

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield the messages, channel by channel."""
        for name in archive.match(_CSV):
            folder = name.rpartition("/")[0]
            place = self._place(archive, folder)
            for row in _csv.rows(archive, name, _csv.needs(*_COLUMNS)):
                if isinstance(row, Skipped):
                    yield row
                else:
                    yield self._post(row.where, row.get("id"), row.get("timestamp"), row.get("contents"), place)
        for name in archive.match(_JSON):
            place = self._place(archive, name.rpartition("/")[0])
            for item in records(archive, name, "item"):
                if isinstance(item, Skipped):
                    yield item
                    continue
                where, _, value = item
                identifier = dig(value, "ID")
                if not isinstance(identifier, int | str) or not isinstance(dig(value, "Contents"), str):
                    yield Skipped(where=where, reason=WRONG_TYPE)
                    continue
                yield self._post(where, str(identifier), text_at(value, "Timestamp"), text_at(value, "Contents"), place)

    def owner(self, archive: Archive) -> Owner | None:
        """Return handle, id and display name from ``account/user.json``."""
        for name in archive.match("account/user.json"):
            user = whole(archive, name)
            return Owner(
                handle=text_at(user, "username"),
                id=str(dig(user, "id") or ""),
                display_name=text_at(user, "global_name"),
            )
        return None

    def _place(self, archive: Archive, folder: str) -> tuple[str, Visibility]:
        """Return the address of a channel, and whether it is a private one."""
        name = f"{folder}/channel.json"
        channel = whole(archive, name) if name in archive.members else None
        if channel is not None:
            archive.opened[name] = None
        number = str(dig(channel, "id") or folder.rpartition("/")[2].lstrip("c"))
        direct = str(dig(channel, "type")) in _DIRECT
        server = text_at(channel, "guild", "id")
        address = f"https://discord.com/channels/{server or '@me'}/{number}" if server or direct else ""
        return address, "direct" if direct else "unknown"

    def _post(self, where: str, identifier: str, when: str, text: str, place: tuple[str, Visibility]) -> Post | Skipped:
        text = clean(text)
        if not text:
            return Skipped(where=where, reason=NO_TEXT)
        address, visibility = place
        return Post(
            text=text, id=identifier, platform=self.name, created=from_iso(when, earliest=2015), visibility=visibility,
            url=f"{address}/{identifier}" if address else "", where=where,
        )  # fmt: skip

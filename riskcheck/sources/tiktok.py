"""TikTok: comments, captions, bio and handle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from riskcheck.post import Kind, Post, Skipped, Visibility
from riskcheck.sources._ids import made_id
from riskcheck.sources._json import dig, records
from riskcheck.sources._text import clean
from riskcheck.sources._time import from_iso
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT, WRONG_TYPE, Owner, Source

# ``user_data.json`` until 2024. The parents were renamed (``Activity`` to ``Your Activity``, ``Video`` to
# ``Post``) and keys changed between upper and lower case, so paths are compared in lower case.
_FILES = ("user_data_tiktok.json", "user_data*.json")
_COMMENTS = r"(?:.*\.)?commentslist\.item"
_VIDEOS = r"(?:.*\.)?(?:post|posts|video|videos)\.(?:posts|videos)\.videolist\.item"
_PROFILE = r"(?:.*\.)?profilemap"
_MARKS = (b'"Comment"', b'"Activity"', b'"Your Activity"', b'"Profile"', b'"Video"', b'"Post"', b'"App Settings"')
_VISIBILITY: dict[str, Visibility] = {
    "public": "public", "everyone": "public", "friends": "followers", "followers": "followers",
    "private": "private", "only me": "private",
}  # fmt: skip
_NONE = frozenset({"", "n/a", "none"})


class TikTok(Source):
    """Comments, captions of videos, bio and handle."""

    name = "tiktok"
    title = "TikTok"
    export_help = "Settings and privacy, Account, Download your data, choose JSON as format."

    def identify(self, archive: Archive) -> bool:
        """Look for the one JSON file with the sections of TikTok."""
        return any(any(mark in archive.head(name, 65536) for mark in _MARKS) for name in archive.match(*_FILES))

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield what the file holds, in its order."""
        for name in archive.match(*_FILES):
            for item in records(archive, name, f"{_COMMENTS}|{_VIDEOS}|{_PROFILE}"):
                if isinstance(item, Skipped):
                    yield item
                elif not isinstance(item[2], dict):
                    yield Skipped(where=item[0], reason=WRONG_TYPE)
                elif item[1].lower().endswith("profilemap"):
                    yield from self._profile(item[0], item[2])
                else:
                    yield self._post(*item)

    def refusal(self, archive: Archive) -> str | None:
        """Name the export as text files."""
        if archive.match("Comment/Comments.txt", "Comments/Comments.txt", "Your Activity/*.txt", "Activity/*.txt"):
            return "this is a text export of TikTok, which is not read; ask for the download again and choose JSON"
        return None

    def owner(self, archive: Archive) -> Owner | None:
        """Return the handle."""
        for name in archive.match(*_FILES):
            for item in records(archive, name, _PROFILE):
                if not isinstance(item, Skipped):
                    return Owner(handle=_field(item[2], "userName"))
        return None

    def _profile(self, where: str, value: dict[str, Any]) -> Iterator[Post | Skipped]:
        handle, bio = _field(value, "userName"), _field(value, "bioDescription")
        if not handle and not bio:
            yield Skipped(where=where, reason=NO_TEXT)
        texts: tuple[tuple[str, Kind], ...] = ((handle, "handle"), (bio, "bio"))
        for text, kind in texts:
            if text:
                yield Post(
                    text=text, id=made_id(self.name, kind, text), platform=self.name, kind=kind, visibility="public",
                    url=f"https://www.tiktok.com/@{handle}" if handle else "", where=where,
                )  # fmt: skip

    def _post(self, where: str, path: str, value: dict[str, Any]) -> Post | Skipped:
        comment = path.lower().endswith("commentslist.item")
        text = _field(value, "comment") if comment else _field(value, "title") or _field(value, "description")
        if not text:
            return Skipped(where=where, reason=NO_TEXT)
        created = from_iso(_field(value, "date"), earliest=2014)  # without a zone, but UTC
        who: Visibility = "unknown" if comment else _VISIBILITY.get(_field(value, "whoCanView").lower(), "unknown")
        url = _field(value, "url") or ("" if comment else _field(value, "link"))
        return Post(
            text=text, id=made_id(self.name, path, text, created), platform=self.name, created=created,
            kind="comment" if comment else "caption", visibility=who, url=url, where=where,
        )  # fmt: skip


def _field(value: object, key: str) -> str:
    """Return a string by its key, whatever the case."""
    found = dig(value, key)
    if found is None and isinstance(value, dict):
        found = next((item for name, item in value.items() if name.lower() == key.lower()), None)
    text = clean(found) if isinstance(found, str) else ""
    return "" if text.lower() in _NONE else text

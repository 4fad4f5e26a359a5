"""Facebook: posts, comments, captions, groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from riskcheck.post import Kind, Post, Skipped
from riskcheck.sources._json import dig, text_at
from riskcheck.sources._meta import post, re_export, records_of
from riskcheck.sources._text import clean
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT, Owner, Source

# Below ``your_facebook_activity/`` since 2023; the names grew by what the file also holds.
_POSTS = ("posts/your_posts*.json", "posts/profile_posts*.json")
_COMMENTS = ("comments_and_reactions/comments.json", "comments/comments.json")
_GROUP_POSTS = ("groups/group_posts_and_comments.json", "groups/your_posts_and_comments_in_groups.json")
_GROUP_COMMENTS = ("groups/your_comments_in_groups.json",)
_CAPTIONS = ("posts/your_uncategorized_photos.json", "posts/your_videos.json", "posts/album/*.json")
_PROFILE = (
    "profile_information/profile_information.json",
    "personal_information/profile_information/profile_information.json",
)


class Facebook(Source):
    """Posts, comments and captions, on the profile and in groups."""

    name = "facebook"
    title = "Facebook"
    export_help = "Accounts Center, Export your information, choose Facebook and JSON as format."
    unread = (("messages/*/*/*.json", "private messages"), ("inbox/*/*.json", "private messages"))

    def identify(self, archive: Archive) -> bool:
        """Look for posts or comments with the keys of Facebook."""
        for names, mark in (
            (archive.match(*_POSTS), b'"timestamp"'),
            (archive.match(*_COMMENTS), b'"comments_v2"'),
            (archive.match(*_GROUP_POSTS), b'"group_posts_v2"'),
            (archive.match(*_GROUP_COMMENTS), b'"group_comments_v2"'),
        ):
            if any(mark in archive.head(name, 65536) for name in names):
                return True
        return False

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield posts, comments, those in groups, then captions."""
        groups: tuple[tuple[tuple[str, ...], str, Kind], ...] = (
            (_POSTS, r"item|[a-z_]+_v\d\.item", "post"),
            (_COMMENTS, r"comments_v2\.item", "comment"),
            (_GROUP_POSTS, r"group_posts_v2\.item", "post"),
            (_GROUP_COMMENTS, r"group_comments_v2\.item", "comment"),
        )
        for names, wanted, kind in groups:
            for name in archive.match(*names):
                for item in records_of(archive, name, wanted):
                    yield from [item] if isinstance(item, Skipped) else self._record(*item, kind)
        for name in archive.match(*_CAPTIONS):
            # Photos and videos are listed under ``…_v2``; an album is an object with ``photos``.
            for item in records_of(archive, name, r"item|[a-z_]+_v\d\.item|photos\.item"):
                if isinstance(item, Skipped):
                    yield item
                    continue
                where, record = item
                when = dig(record, "creation_timestamp")
                yield post(self.name, where, text_at(record, "description"), when, "caption")

    def refusal(self, archive: Archive) -> str | None:
        """Name the HTML export."""
        found = archive.match("posts/your_posts*.html", "comments_and_reactions/comments.html")
        return re_export(self.title) if found or archive.match("your_facebook_activity/*/*.html") else None

    def owner(self, archive: Archive) -> Owner | None:
        """Return the name."""
        for name in archive.match(*_PROFILE):
            for item in records_of(archive, name, r"profile_v2"):
                if not isinstance(item, Skipped):
                    return Owner(display_name=text_at(item[1], "name", "full_name"))
        return None

    def _record(self, where: str, record: dict[str, Any], kind: Kind) -> Iterator[Post | Skipped]:
        """Yield the words of the user. The title (``X shared a link.``) and what a link says are not theirs."""
        when = dig(record, "timestamp")
        found: list[tuple[str, Kind]] = []
        for part in _items(dig(record, "data")):
            if text := clean(text_at(part, "post")):
                found.append((text, kind))
            if text := clean(text_at(part, "comment", "comment")):
                found.append((text, "comment"))
                when = when or dig(part, "comment", "timestamp")
        for attachment in _items(dig(record, "attachments")):
            for part in _items(dig(attachment, "data")):
                if text := clean(text_at(part, "media", "description")):
                    found.append((text, "caption"))
        first: dict[str, Kind] = {}
        for text, what in found:
            # Facebook repeats the post as description of its only picture.
            first.setdefault(text, what)
        if not first:
            yield Skipped(where=where, reason=NO_TEXT)
        for text, what in first.items():
            yield post(self.name, where, text, when, what)


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

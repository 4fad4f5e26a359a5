"""Instagram: captions, comments, bio; and Threads, which comes in the same archive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from riskcheck.post import Post, Skipped
from riskcheck.sources._json import dig, text_at
from riskcheck.sources._meta import captions, post, re_export, records_of, threads
from riskcheck.sources._time import from_iso
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import Owner, Source

# ``content/posts_1.json`` until 2023, then below ``your_instagram_activity/``; ``media/`` since 2024.
_MEDIA = tuple(
    f"{folder}/{name}.json"
    for folder in ("content", "media")
    for name in ("posts_*", "stories*", "reels*", "igtv_videos*", "archived_posts*", "recently_deleted_content*")
)
_LIST = r"item|(?:ig_\w+|[a-z]+_media)\.item"
_COMMENTS = ("comments/post_comments*.json", "comments/reels_comments*.json")
_COMMENT_LIST = r"item|comments_\w+\.item"
_PERSONAL = ("personal_information/personal_information.json", "personal_information/*/personal_information.json")
# Keys are in the language of the account; these were seen.
_COMMENT_KEYS = ("Comment", "Opmerking", "Kommentar", "Commentaire", "Comentario", "Commento", "Comentário")
_NAME_KEYS = ("Username", "Gebruikersnaam", "Benutzername", "Nom d’utilisateur", "Nombre de usuario", "Nome utente")
_BIO_KEYS = ("Bio", "Biografie", "Steckbrief", "Biographie", "Biografía", "Biografia")


class Instagram(Source):
    """Captions of posts, stories and reels, comments, bio and handle, and Threads."""

    name = "instagram"
    title = "Instagram"
    export_help = "Accounts Center, Export your information, choose Instagram and JSON as format."
    unread = (
        ("messages/*/*/*.json", "private messages"),
        ("inbox/*/*.json", "private messages"),
        ("likes/*.json", "words of others"),
        ("threads/*.json", "no words of yours"),
    )

    def identify(self, archive: Archive) -> bool:
        """Look for captions or comments in the folders that only Instagram has."""
        if archive.match("posts/your_posts*.json", "posts/profile_posts*.json", "comments_and_reactions/*.json"):
            return False
        names = archive.match(*_MEDIA)
        if any(b'"creation_timestamp"' in archive.head(name, 65536) for name in names):
            return True
        if any(b'"string_' in archive.head(name) for name in archive.match(*_COMMENTS)):
            return True
        return any(b'"taken_at"' in archive.head(name) for name in archive.match("media.json"))

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield profile, captions, comments, then Threads."""
        yield from self._profile(archive)
        for name in archive.match(*_MEDIA):
            for item in records_of(archive, name, _LIST):
                yield from [item] if isinstance(item, Skipped) else captions(self.name, *item, "caption")
        for name in archive.match("media.json"):
            yield from self._media_2018(archive, name)
        for name in archive.match(*_COMMENTS):
            for item in records_of(archive, name, _COMMENT_LIST):
                yield item if isinstance(item, Skipped) else self._comment(*item)
        yield from threads(archive)

    def refusal(self, archive: Archive) -> str | None:
        """Name the HTML export."""
        found = archive.match("content/posts_*.html", "media/posts_*.html", "comments/post_comments*.html")
        return re_export(self.title) if found or archive.match("your_instagram_activity/*/*.html") else None

    def owner(self, archive: Archive) -> Owner | None:
        """Return the handle."""
        for name in archive.match(*_PERSONAL):
            for item in records_of(archive, name, r"profile_user\.item"):
                if not isinstance(item, Skipped):
                    return Owner(handle=_value(dig(item[1], "string_map_data"), _NAME_KEYS))
        return None

    def _profile(self, archive: Archive) -> Iterator[Post | Skipped]:
        for name in archive.match(*_PERSONAL):
            for item in records_of(archive, name, r"profile_user\.item"):
                if isinstance(item, Skipped):
                    yield item
                    continue
                where, record = item
                fields = dig(record, "string_map_data")
                handle, bio = _value(fields, _NAME_KEYS), _value(fields, _BIO_KEYS)
                if handle:
                    yield post(self.name, where, handle, None, "handle", url=f"https://www.instagram.com/{handle}/")
                if bio or not handle:
                    yield post(self.name, where, bio, None, "bio")

    def _media_2018(self, archive: Archive, name: str) -> Iterator[Post | Skipped]:
        for item in records_of(archive, name, r"(?:photos|videos|stories)\.item"):
            if isinstance(item, Skipped):
                yield item
                continue
            taken = from_iso(dig(item[1], "taken_at"), earliest=2010)
            yield post(self.name, item[0], text_at(item[1], "caption"), taken.timestamp() if taken else None, "caption")

    def _comment(self, where: str, record: dict[str, Any]) -> Post | Skipped:
        fields = dig(record, "string_map_data")
        if isinstance(fields, dict):
            text = _value(fields, _COMMENT_KEYS) or _first_words(fields)
            when = next((stamp for field in fields.values() if (stamp := dig(field, "timestamp"))), None)
            return post(self.name, where, text, when, "comment")
        # Until 2022: the owner of the picture as title, the comment in a list.
        old = dig(record, "string_list_data", 0)
        return post(self.name, where, text_at(old, "value"), dig(old, "timestamp"), "comment")


def _value(fields: object, keys: tuple[str, ...]) -> str:
    return next((text for key in keys if (text := text_at(fields, key, "value"))), "")


def _first_words(fields: dict[str, Any]) -> str:
    """Return the comment under an unknown key: it comes first, before the owner and the time."""
    texts = (text_at(field, "value") for field in fields.values() if not dig(field, "timestamp"))
    return next(filter(None, texts), "")

"""X, once Twitter: every archive layout since 2010."""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskcheck.post import Post, Skipped, Visibility
from riskcheck.sources import _csv, _xmanifest, _xpost
from riskcheck.sources._json import text_at
from riskcheck.sources._split import ListReader
from riskcheck.sources._text import clean
from riskcheck.sources._time import from_iso
from riskcheck.sources._xnotes import Notes
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import NO_TEXT, Owner, Source

# ``data/tweets.js`` since 2022, ``data/tweet.js`` before, ``tweet.js`` without folder until 2020-03.
_FILES: tuple[tuple[tuple[str, ...], Visibility], ...] = (
    (("tweets.js", "tweets-part*.js", "tweet.js", "tweet-part*.js"), "public"),
    (("community-tweet.js", "community-tweet-part*.js"), "public"),
    (("twitter-circle-tweet.js", "twitter-circle-tweet-part*.js"), "followers"),
    (("deleted-tweets.js", "deleted-tweets-part*.js"), "deleted"),
)
_NOTES: tuple[tuple[str, Visibility], ...] = (("note-tweet*.js", "public"), ("deleted-note-tweet*.js", "deleted"))
_MONTHS = ("js/tweets/*_*.js", "tweets/*_*.js")  # Grailbird: ``data/js/tweets/2012_06.js``, until 2018
_CSV_COLUMNS = ("tweet_id", "timestamp", "text")
_ASSIGNMENT = re.compile(rb"\s*(?:window\.)?(?:YTD\.\w*tweet\w*\.part\d+|Grailbird\.data\.tweets_\d+_\d+)\s*=")


class X(Source):
    """Tweets of all layouts, note tweets, community, circle and deleted tweets, bio and handle."""

    name = "x"
    title = "X (Twitter)"
    export_help = "Settings, Your account, Download an archive of your data; name the zip as it came."
    unread = (
        ("manifest.js", "lists the files of the archive"),
        ("Your archive.html", "shows the archive in a browser"),
        ("tweet-headers.js", "repeats tweets.js without text"),
        ("deleted-tweet-headers.js", "repeats deleted-tweets.js without text"),
        ("like*.js", "words of others"),
        ("direct-messages*.js", "private messages"),
        ("grok-chat-item.js", "private chat"),
        ("article*.js", "holds posts but is not understood yet"),
        ("periscope-comments-made-by-user.js", "holds posts but is not understood yet"),
    )

    def identify(self, archive: Archive) -> bool:
        """Look for a file that assigns tweets, or the old table of them."""
        names = archive.match(*(pattern for patterns, _ in _FILES for pattern in patterns), "note-tweet.js", *_MONTHS)
        if any(_ASSIGNMENT.match(archive.head(name, 256).lstrip(b"\xef\xbb\xbf")) for name in names):
            return True
        return any(_csv.is_table(archive, name, *_CSV_COLUMNS) for name in archive.match("tweets.csv"))

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield profile, tweets, then the long forms that no tweet claimed."""
        owner = self.owner(archive) or Owner()
        yield from self._profile(archive, owner)
        notes = Notes()
        for pattern, visibility in _NOTES:
            for name in archive.match(pattern):
                yield from notes.load(archive, name, visibility)
        for patterns, visibility in _FILES:
            for name in archive.match(*patterns):
                yield from self._tweets(archive, name, visibility, owner, notes)
        # The old archive holds every tweet twice, as months and as a table: the same ids, merged later.
        for name in archive.match(*_MONTHS):
            yield from self._tweets(archive, name, "public", owner, notes)
        for name in archive.match("tweets.csv"):
            yield from self._table(archive, name, owner)
        yield from notes.rest(owner.handle)

    def refusal(self, archive: Archive) -> str | None:
        """Refuse an archive of X that holds no file with tweets."""
        if not archive.match("Your archive.html", "tweet-headers.js"):
            return None
        return (
            "this looks like a part of an archive of X, without the file that holds the posts (data/tweets.js);"
            " name the zip or the whole folder as it came"
        )

    def gaps(self, archive: Archive) -> Iterator[str]:
        """Tell which parts ``manifest.js`` names and the archive lacks."""
        yield from _xmanifest.gaps(archive, [*(name for names, _ in _FILES for name in names), *dict(_NOTES)])

    def owner(self, archive: Archive) -> Owner | None:
        """Return handle, id and display name from ``account.js``."""
        for name in archive.match("account.js"):
            for item in ListReader(dict).read(archive, name):
                if not isinstance(item, Skipped):
                    return Owner(
                        handle=text_at(item[1], "account", "username"),
                        id=text_at(item[1], "account", "accountId"),
                        display_name=text_at(item[1], "account", "accountDisplayName"),
                    )
        return None

    def _profile(self, archive: Archive, owner: Owner) -> Iterator[Post | Skipped]:
        url = f"https://x.com/{owner.handle}" if owner.handle else ""
        where = next(iter(archive.match("account.js")), "")
        for text, part in ((owner.handle, "handle"), (owner.display_name, "name")):
            if clean(text):
                yield Post(
                    text=clean(text), id=f"{owner.id or owner.handle}#{part}", platform=self.name, kind="handle",
                    visibility="public", url=url, where=where,
                )  # fmt: skip
        for name in archive.match("profile.js"):
            for item in ListReader(dict).read(archive, name):
                if isinstance(item, Skipped):
                    yield item
                    continue
                bio = clean(text_at(item[1], "profile", "description", "bio"))
                if not bio:
                    yield Skipped(where=item[0], reason=NO_TEXT)
                    continue
                yield Post(
                    text=bio, id=f"{owner.id or owner.handle}#bio", platform=self.name, kind="bio",
                    visibility="public", url=url, where=item[0],
                )  # fmt: skip

    def _tweets(
        self, archive: Archive, name: str, visibility: Visibility, owner: Owner, notes: Notes
    ) -> Iterator[Post | Skipped]:
        for item in _xpost.READER.read(archive, name):
            if isinstance(item, Skipped):
                yield item
            else:
                yield from _xpost.posts(item[0], item[1].tweet or item[1], visibility, owner.handle, notes)

    def _table(self, archive: Archive, name: str, owner: Owner) -> Iterator[Post | Skipped]:
        for row in _csv.rows(archive, name, _csv.needs(*_CSV_COLUMNS)):
            if isinstance(row, Skipped):
                yield row
                continue
            tweet = _xpost.Tweet(
                id_str=row.get("tweet_id"),
                full_text=row.get("text"),
                in_reply_to_status_id_str=row.get("in_reply_to_status_id"),
                in_reply_to_user_id_str=row.get("in_reply_to_user_id"),
                retweeted_status={} if row.get("retweeted_status_id") else None,
                entities=_xpost.Entities(
                    urls=[_xpost.Link(expanded_url=url) for url in row.get("expanded_urls").split(",") if url]
                ),
            )
            created = from_iso(row.get("timestamp"), earliest=2006)
            yield from _xpost.posts(row.where, tweet, "public", owner.handle, Notes(), created=created)

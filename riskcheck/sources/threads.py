"""Threads, where its file comes without the archive of Instagram around it."""

from __future__ import annotations

from collections.abc import Iterator

from riskcheck.post import Post, Skipped
from riskcheck.sources._meta import THREADS_FILES, re_export, threads
from riskcheck.sources.archive import Archive
from riskcheck.sources.base import Source

_MARK = b'"text_post_app_text_posts"'


class Threads(Source):
    """Posts and replies of Threads. The Instagram source reads them where both come together."""

    name = "threads"
    title = "Threads"
    export_help = "Accounts Center, Export your information, choose Threads (or Instagram) and JSON as format."
    unread = (("threads/*.json", "no words of yours"),)

    def identify(self, archive: Archive) -> bool:
        """Look for the posts of Threads without any of Instagram."""
        names = archive.match(*THREADS_FILES)
        alone = not archive.match("content/*.json", "media/*.json", "comments/post_comments*.json", "media.json")
        return alone and any(_MARK in archive.head(name) for name in names)

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield posts and replies."""
        yield from threads(archive)

    def refusal(self, archive: Archive) -> str | None:
        """Name the HTML export."""
        return re_export(self.title) if archive.match("threads/threads_and_replies*.html") else None

"""Tumblr: posts as its interface writes them (backup tools), and the pages of its own export."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from riskcheck.post import Kind, Post, Skipped, Visibility
from riskcheck.sources._ids import made_id
from riskcheck.sources._json import dig, records, text_at
from riskcheck.sources._text import clean, html_text
from riskcheck.sources._time import from_epoch, from_words
from riskcheck.sources.archive import Archive, MemberError
from riskcheck.sources.base import DAMAGED, NO_TEXT, WRONG_TYPE, Source

_PAGES = ("posts/html/*.html", "html/*.html")
_JSON = ("*.json", "*/*.json")
_MARKS = (b'"blog_name"', b'"post_url"')
_LISTED = re.compile(rb'"posts"\s*:\s*\[')
_TEXTS = ("title", "body", "caption", "text", "question", "answer", "description")
_FURNITURE = "#footer, script, style, title"
_QUOTED = "blockquote, p:has(> a.tumblr_blog)"
_VISIBILITY: dict[str, Visibility] = {
    "published": "public", "private": "private", "draft": "private", "queued": "private",
}  # fmt: skip


def _shape(head: bytes) -> str:
    """Say where a file holds its posts: in a list, in one by name, or as the whole file."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        return "item"
    return r"posts\.item|response\.posts\.item" if _LISTED.search(head) else ""


class Tumblr(Source):
    """Posts and what was added to reblogs."""

    name = "tumblr"
    title = "Tumblr"
    export_help = "Account settings, the blog, Export; unpack posts.zip and name it or its folder."
    unread = (("posts_index.html", "repeats the posts"), ("messages/*", "private messages"))

    def identify(self, archive: Archive) -> bool:
        """Look for pages of the export, or JSON with a blog's name and a post's address."""
        if any(b'id="timestamp"' in self._page(archive, name) for name in archive.match(*_PAGES)[:3]):
            return True
        return any(all(mark in archive.head(name) for mark in _MARKS) for name in archive.match(*_JSON)[:50])

    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield JSON posts, then pages."""
        for name in archive.match(*_JSON):
            for item in records(archive, name, _shape(archive.head(name))):
                yield item if isinstance(item, Skipped) else self._record(item[0], item[2])
        for name in archive.match(*_PAGES):
            archive.opened[name] = None
            yield self._from_page(archive, name)

    def refusal(self, archive: Archive) -> str | None:
        """Name the export that still holds its posts as an archive of their own."""
        if any(problem.where.rpartition("/")[2] == "posts.zip" for problem in archive.problems):
            return "this is an export of Tumblr whose posts are an archive of their own; unpack posts.zip and name that"
        return None

    def _record(self, where: str, value: object) -> Post | Skipped:
        if not isinstance(value, dict) or not text_at(value, "post_url"):
            return Skipped(where=where, reason=WRONG_TYPE)
        trail = dig(value, "trail")
        reblog = bool(dig(value, "reblogged_from_id") or dig(value, "parent_post_url"))
        blog = text_at(value, "blog_name")
        own = [part for part in trail if text_at(part, "blog", "name") == blog] if isinstance(trail, list) else []
        parts = [text_at(part, "content") or text_at(part, "content_raw") for part in own]
        if not reblog and not any(parts):
            parts = [text_at(value, key) for key in _TEXTS]
            parts += [text_at(block, "text") for block in dig(value, "content") or () if isinstance(block, dict)]
        text = clean("\n\n".join(part for part in map(html_text, parts) if part))
        others = False
        if not text and reblog:
            body = text_at(value, "body") or text_at(value, "caption")
            text, others = html_text(body) or clean(text_at(value, "summary")), True
        if not text:
            return Skipped(where=where, reason=NO_TEXT)
        kind: Kind = "repost" if others else "quote" if reblog else "post"
        return Post(
            text=text, id=text_at(value, "id_string") or str(dig(value, "id") or made_id(self.name, text)),
            platform=self.name, created=from_epoch(dig(value, "timestamp"), earliest=2007), kind=kind,
            visibility=_VISIBILITY.get(text_at(value, "state"), "unknown"), url=text_at(value, "post_url"),
            where=where, others_words=others,
        )  # fmt: skip

    def _page(self, archive: Archive, name: str) -> bytes:
        return archive.head(name, 1 << 20)

    def _from_page(self, archive: Archive, name: str) -> Post | Skipped:
        """Read one page: the text, a footer with time and tags, and reblogs as quotations below a blog's name."""
        try:
            markup = archive.load(name, 8 << 20).decode("utf-8", "replace")
        except MemberError:
            return Skipped(where=name, reason=DAMAGED)
        stamp = LexborHTMLParser(markup).css_first("#timestamp")
        created = from_words(stamp.text().strip(), earliest=2007) if stamp else None
        reblog = 'class="tumblr_blog"' in markup
        own = html_text(markup, drop=f"{_FURNITURE}, {_QUOTED}" if reblog else _FURNITURE)
        text = own or html_text(markup, drop=_FURNITURE)
        if not text:
            return Skipped(where=name, reason=NO_TEXT)
        others = reblog and not own
        return Post(
            text=text, id=name.rpartition("/")[2].removesuffix(".html"), platform=self.name, created=created,
            kind="repost" if others else "quote" if reblog else "post", where=name, others_words=others,
        )  # fmt: skip

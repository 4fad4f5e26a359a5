"""The two things a source yields: a post, or the reason why there is none."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Literal

Kind = Literal["post", "reply", "quote", "repost", "comment", "caption", "alt", "bio", "handle", "draft"]
Visibility = Literal["public", "unlisted", "followers", "direct", "private", "deleted", "unknown"]

KINDS: tuple[Kind, ...] = (
    "post", "reply", "quote", "repost", "comment", "caption", "alt", "bio", "handle", "draft",
)  # fmt: skip
VISIBILITIES: tuple[Visibility, ...] = (
    "public", "unlisted", "followers", "direct", "private", "deleted", "unknown",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post, as the author wrote it.

    Parameters
    ----------
    text : str
        The text as a reader of the platform sees it.
    id : str
        The platform's own id, or the start of a hash where the platform gives none.
    platform : str
        Name of the source that read it (``x``, ``facebook``, …) or ``draft``.
    created : datetime.datetime, optional
        Aware time of publication; None where it is unknown.
    kind : str
        One of ``KINDS``.
    visibility : str
        One of ``VISIBILITIES``.
    language : str
        BCP 47 tag as the export states it; empty where it states none.
    url : str
        Address of the live post; empty where it is unknown.
    where : str
        File or archive member that the post was read from, for messages.
    others_words : bool
        True where the words are not the author's own (a repost).
    """

    text: str
    id: str = ""
    platform: str = "draft"
    created: dt.datetime | None = None
    kind: Kind = "post"
    visibility: Visibility = "unknown"
    language: str = ""
    url: str = ""
    where: str = ""
    others_words: bool = False

    def __post_init__(self) -> None:
        if self.created is not None and self.created.tzinfo is None:
            raise ValueError("created must be an aware time or None")
        if not self.id:
            object.__setattr__(self, "id", self.digest[:12])

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of platform and text: what the store keeps in place of the text."""
        payload = f"{self.platform}\0{self.text}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(payload).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A record that was met and not assessed, and why.

    Parameters
    ----------
    where : str
        File or member, and line or index where known.
    reason : str
        A few words, fit for counting: the same cause gives the same reason.
    """

    where: str
    reason: str

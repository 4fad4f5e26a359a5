"""Telling posts apart in little memory."""

from __future__ import annotations

import datetime as dt
import hashlib
from array import array

from riskcheck.post import Post

_START = 1 << 12
# An older export may miss that a post is a reply or quotes another: it is the same post all the same.
_SAME_KIND = {"reply": "post", "quote": "post", "repost": "post"}
_TEXT_IS_ID = ("bio", "handle")
_MIX = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1


def made_id(*parts: str | dt.datetime | None) -> str:
    """Return an id for a post of a network that gives none: the same parts, the same id."""
    payload = "\0".join(part.isoformat() if isinstance(part, dt.datetime) else part or "" for part in parts)
    return hashlib.sha256(payload.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _word(key: str) -> int:
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1  # 0 marks an empty slot


def _place(word: int, mask: int) -> int:
    return (word * _MIX & _WORD) >> 20 & mask


class Seen:
    """A set of keys that keeps 64 bits of each: 12 to 32 bytes a key, so that a million posts fit in 32 MB.

    Two keys share their 64 bits with a chance of 1 in 37 million among a million posts.

    >>> seen = Seen()
    >>> seen.add("a"), seen.add("b"), seen.add("a")
    (True, True, False)
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * _START))
        self._used = 0

    def __len__(self) -> int:
        """Return how many keys were added."""
        return self._used

    def __contains__(self, key: str) -> bool:
        """Tell whether a key was added."""
        slots, mask, word = self._slots, len(self._slots) - 1, _word(key)
        place = _place(word, mask)
        while slots[place] not in (0, word):
            place = (place + 1) & mask
        return bool(slots[place])

    def add(self, key: str) -> bool:
        """Add a key; return False where it was there already."""
        if not self._put(_word(key)):
            return False
        self._used += 1
        if self._used * 3 > len(self._slots) * 2:
            self._grow()
        return True

    def _put(self, word: int) -> bool:
        slots, mask = self._slots, len(self._slots) - 1
        place = _place(word, mask)
        while slots[place]:
            if slots[place] == word:
                return False
            place = (place + 1) & mask
        slots[place] = word
        return True

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(16 * len(old)))
        for word in old:
            if word:
                self._put(word)


class Twins:
    """Tell posts that were met before, in the same archive or another.

    Two posts are one where network and id are the same; a bio that was rewritten is another bio. A row of a plain
    file has no network: it is one with a post of an export where the words are the same, and the time, to the second,
    or the id. Posts of two networks are never one, even with the same words at the same time: both are online.

    Parameters
    ----------
    texts : bool
        True where plain files and exports are read together; costs twice as much memory again.
    """

    def __init__(self, *, texts: bool) -> None:
        self._seen = Seen()
        self._texts = Seen() if texts else None

    def add(self, post: Post, *, own: bool) -> bool:
        """Add a post of an export (``own``) or of a plain file; return False where it was met before."""
        kind = _SAME_KIND.get(post.kind, post.kind)
        text = post.text if post.kind in _TEXT_IS_ID else ""
        if self._texts is not None:
            keys = _by_text(post)
            if not own and any(key in self._texts for key in keys):
                return False
            if own:
                for key in keys:
                    self._texts.add(key)
        return self._seen.add(f"{post.platform}\0{kind}\0{post.id}\0{text}")


def _by_text(post: Post) -> list[str]:
    """Return what a copy of a post in a plain file has in common with it."""
    words = " ".join(post.text.split())
    keys = [f"id\0{post.id}\0{words}"]
    if post.created:
        keys.append(f"time\0{int(post.created.timestamp())}\0{words}")
    return keys

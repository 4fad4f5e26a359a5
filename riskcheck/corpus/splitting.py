"""Which side of which split a labelled post falls on: decided by group, from a hash, for good."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from riskcheck.corpus.reading import Example

Role = Literal["train", "calibration", "test"]
_NOISE = re.compile(r"https?://\S+|@\w+|[^a-z0-9' ]+")
_SHINGLE = 4
_SKETCH = 4
NEAR = 0.6
"""Jaccard similarity of word 4-grams from which two posts count as near-duplicates."""


def _bucket(group: str) -> int:
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % 100


def role(example: Example) -> Role:
    """Tell the role of an example: a tenth of the invented groups tests, about a tenth of all groups calibrates.

    Public posts have a test file of their own (``dev``), so their groups either train or calibrate.
    """
    bucket = _bucket(example.group or example.id)
    if example.collection == "authored":
        return "test" if bucket < 10 else "calibration" if bucket < 18 else "train"
    return "calibration" if bucket < 10 else "train"


def shingles(text: str) -> frozenset[int]:
    """Hash the word 4-grams of a text, without links, names and punctuation."""
    words = _NOISE.sub(" ", text.lower().replace("\u2019", "'")).split()
    if len(words) < _SHINGLE:
        return frozenset((hash_words(words),)) if words else frozenset()
    return frozenset(hash_words(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1))


def hash_words(words: Sequence[str]) -> int:
    """Hash words the same way in every process."""
    return int.from_bytes(hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest(), "big")


def near_duplicates(texts: Sequence[str], near: float = NEAR) -> list[int]:
    """Group near-duplicates.

    Parameters
    ----------
    texts : sequence of str
        The posts.
    near : float
        Jaccard similarity (0 to 1) of word 4-grams from which two posts are the same.

    Returns
    -------
    list of int
        For every text the index of the first text of its group. Candidates share one of the four smallest
        hashes of their shingles (a bottom-k sketch), so a few pairs just above ``near`` can be missed.
    """
    sets = [shingles(text) for text in texts]
    buckets: defaultdict[int, list[int]] = defaultdict(list)
    for i, grams in enumerate(sets):
        for value in sorted(grams)[:_SKETCH]:
            buckets[value].append(i)
    parent = list(range(len(texts)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for members in buckets.values():
        for a, b in pairwise(members):
            ra, rb = find(a), find(b)
            if ra != rb and len(sets[a] & sets[b]) >= near * len(sets[a] | sets[b]):
                parent[max(ra, rb)] = min(ra, rb)
    return [find(i) for i in range(len(texts))]


def with_groups(examples: Sequence[Example]) -> list[Example]:
    """Give public posts their near-duplicate group; invented ones keep their author's voice."""
    first = near_duplicates([example.text for example in examples])
    return [
        example if example.group else replace(example, group=examples[index].id)
        for example, index in zip(examples, first, strict=True)
    ]

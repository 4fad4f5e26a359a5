"""From an analysed post to features: hashed word and character n-grams, with what the cues add.

Words are hashed to 32 bits, so no vocabulary of texts is stored, and every feature is binary: what counts is
that a post says something, not how often. Two blocks (words, characters) are each scaled to length one.
"""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from riskcheck.text.analysis import Analysis
from riskcheck.text.words import ELONGATED, MASKED, OBFUSCATED

CHAR_SIZES = (2, 3, 4, 5)
_LONGEST_WORD = 24
_SCOPES = ("negation", "hypothetical", "quotation")
_WORDS = ("first_person", "third_party", "work", "employer")
_MIX = 0x9E3779B1
_MASK32 = 0xFFFFFFFF
_BEGIN, _END = crc32(b"<s>"), crc32(b"</s>")
_FLAGS = {MASKED: crc32(b"flag:masked"), OBFUSCATED: crc32(b"flag:obfuscated"), ELONGATED: crc32(b"flag:elongated")}


@lru_cache(maxsize=100_000)
def word_hash(word: str) -> int:
    """Hash a normal form to 32 bits, the same in every process."""
    return crc32(b"w:" + word.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=100_000)
def char_hashes(word: str) -> tuple[int, ...]:
    """Hash the character n-grams of one word, its boundaries marked by a blank."""
    padded = f" {word[:_LONGEST_WORD]} ".encode("utf-8", "surrogatepass").decode("latin-1")
    return tuple(
        {crc32(b"c:" + padded[i : i + n].encode("latin-1")) for n in CHAR_SIZES for i in range(len(padded) - n + 1)}
    )


def _pair(first: int, second: int) -> int:
    return ((first * _MIX) ^ (second + 0x7F4A7C15)) & _MASK32


def _word_block(analysis: Analysis, begin: int, end: int) -> set[int]:
    """Word features of the tokens from ``begin`` to ``end``."""
    tokens = analysis.tokens
    scope: dict[int, int] = {}
    marks: set[str] = set()
    for bit, name in enumerate(_SCOPES):
        for a, b in analysis.ranges[name]:
            for i in range(max(a, begin), min(b, end)):
                scope[i] = scope.get(i, 0) | 1 << bit
    for name in _WORDS:
        if any(a < end and b > begin for a, b in analysis.ranges[name]):
            marks.add(name)
    features: set[int] = {crc32(f"cue:{name}".encode()) for name in marks}
    features.update(crc32(f"cue:{a}+{b}".encode()) for a in marks for b in marks if a < b)
    before, before2 = _BEGIN, 0
    starts = set(analysis.starts)
    for i in range(begin, end):
        token = tokens[i]
        if i in starts and i > begin:
            features.add(_pair(before, _END))
            before, before2 = _BEGIN, 0
        here = word_hash(token.norm)
        features.add(here)
        features.add(_pair(before, here))
        if before2:
            features.add(_pair(_pair(before2, before), here))
        if i in scope:
            features.add(_pair(scope[i], here))
        if token.flags:
            features.update(value for flag, value in _FLAGS.items() if token.flags & flag)
        before2, before = before, here
    features.add(_pair(before, _END))
    return features


def extract(
    analysis: Analysis, begin: int = 0, end: int | None = None
) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Turn a post, or a range of its tokens, into hashed features.

    Parameters
    ----------
    analysis : Analysis
        The post as read by the pipeline.
    begin, end : int
        Token range; all tokens by default.

    Returns
    -------
    ids : ndarray of uint32, shape (n,)
        Hashes of the features, each once per block.
    values : ndarray of float32, shape (n,)
        One over the square root of the block's size.
    """
    end = len(analysis.tokens) if end is None else end
    words = _word_block(analysis, begin, end)
    chars: set[int] = set()
    for token in analysis.tokens[begin:end]:
        chars.update(char_hashes(token.norm))
    sizes = (len(words), len(chars))
    ids = np.fromiter((*words, *chars), dtype=np.uint32, count=sum(sizes))
    values = np.empty(len(ids), dtype=np.float32)
    values[: sizes[0]] = sizes[0] ** -0.5 if sizes[0] else 0.0
    values[sizes[0] :] = sizes[1] ** -0.5 if sizes[1] else 0.0
    return ids, values

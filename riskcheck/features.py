"""From an analysed post to features: hashed word and character n-grams, with what the cues add.

Words are hashed to 32 bits, so no vocabulary of texts is stored, and every feature of the words is binary: what
counts is that a post says something, not how often. Character n-grams are counted word by word, so that what they
add can be looked up with the word. Each of the two blocks is divided by the root of its sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple
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
_CHARS = crc32(b"c:")
_BEGIN, _END = crc32(b"<s>"), crc32(b"</s>")
_FLAGS = {MASKED: crc32(b"flag:masked"), OBFUSCATED: crc32(b"flag:obfuscated"), ELONGATED: crc32(b"flag:elongated")}


@lru_cache(maxsize=50_000)
def word_hash(word: str) -> int:
    """Hash a normal form to 32 bits, the same in every process."""
    return crc32(b"w:" + word.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=20_000)
def char_hashes(word: str) -> tuple[int, ...]:
    """Hash the character n-grams of one word, its boundaries marked by a blank."""
    padded = f" {word[:_LONGEST_WORD]} ".encode("utf-8", "surrogatepass")
    return tuple({crc32(padded[i : i + n], _CHARS) for n in CHAR_SIZES for i in range(len(padded) - n + 1)})


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
        Hashes of the features: those of words once each, those of characters once a word.
    values : ndarray of float32, shape (n,)
        One over the square root of the block's size.
    """
    end = len(analysis.tokens) if end is None else end
    words = _word_block(analysis, begin, end)
    chars = [value for token in analysis.tokens[begin:end] for value in char_hashes(token.norm)]
    sizes = (len(words), len(chars))
    ids = np.fromiter((*words, *chars), dtype=np.uint32, count=sum(sizes))
    values = np.empty(len(ids), dtype=np.float32)
    values[: sizes[0]] = sizes[0] ** -0.5 if sizes[0] else 0.0
    values[sizes[0] :] = sizes[1] ** -0.5 if sizes[1] else 0.0
    return ids, values


def bits(analysis: Analysis) -> bytearray:
    """Lay the cues out by token: the lower three bits are the scopes it stands in, the upper four what it is."""
    found = bytearray(len(analysis.tokens))
    for bit, name in enumerate(_SCOPES + _WORDS):
        for a, b in analysis.ranges[name]:
            for i in range(a, b):
                found[i] |= 1 << bit
    return found


class Occurrences(NamedTuple):
    """Where word features of many texts occur.

    Parameters
    ----------
    tokens : ndarray of int
        Place of the last word that the feature is made of.
    features : ndarray of uint32
        Hashes.
    words : int
        How many words it is made of, 1 to 3.
    """

    tokens: NDArray[np.int64]
    features: NDArray[np.uint32]
    words: int


def occurrences(
    words: NDArray[np.uint32],
    flags: NDArray[np.uint8],
    cues: NDArray[np.uint8],
    breaks: NDArray[np.bool_],
    lengths: NDArray[np.int64],
) -> list[Occurrences]:
    """Make the features of many texts that belong to words, wherever they occur.

    Parameters
    ----------
    words, flags : ndarray
        :func:`word_hash` and flags of the tokens of all texts, laid end to end.
    cues : ndarray
        Their :func:`bits`.
    breaks : ndarray
        Whether a sentence begins with the token.
    lengths : ndarray
        Tokens of each text.
    """
    first = breaks.copy()
    first[(np.cumsum(lengths) - lengths)[lengths > 0]] = True
    last = np.flatnonzero(np.append(first[1:], True)[: len(first)])
    begin, inner = np.flatnonzero(first), np.flatnonzero(~first)
    before = np.append(np.uint32(_BEGIN), words[:-1])
    before[begin] = _BEGIN
    pairs = _pairs(before, words)
    scoped, flagged = np.flatnonzero(cues & 7), np.flatnonzero(flags)
    return [
        Occurrences(np.arange(len(words)), words, 1),
        Occurrences(begin, pairs[begin], 1),
        Occurrences(inner, pairs[inner], 2),
        # What stands before the second word of a sentence is its beginning, and that is no word.
        *(Occurrences(at, _pairs(_pairs(before[at - 1], before[at]), words[at]), count)
          for second in [first[inner - 1]] for at, count in ((inner[second], 2), (inner[~second], 3))),
        Occurrences(scoped, _pairs(cues[scoped] & 7, words[scoped]), 1),
        Occurrences(last, _pairs(words[last], np.array([_END], np.uint32)), 1),
        *(Occurrences(at, np.full(len(at), value, np.uint32), 1)
          for flag, value in _FLAGS.items() for at in [flagged[flags[flagged] & flag > 0]]),
    ]  # fmt: skip


def word_blocks(
    found: Sequence[Occurrences], cues: NDArray[np.uint8], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Gather the word features of many texts: the same as :func:`extract` makes for each.

    Parameters
    ----------
    found : sequence of Occurrences
        The features that belong to words.
    cues : ndarray
        :func:`bits` of the tokens of all texts, laid end to end.
    lengths : ndarray
        Tokens of each text.

    Returns
    -------
    owner : ndarray of int
        Which text each feature belongs to, ascending.
    features : ndarray of uint32
        Hashes, each once for a text.
    """
    owner = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
    both = [(owner[occurrence.tokens], occurrence.features) for occurrence in found]
    empty = np.flatnonzero(lengths == 0).astype(np.uint64)
    both.append((empty, np.full(len(empty), _pair(_BEGIN, _END), np.uint32)))
    marked = np.flatnonzero(cues >> 3)
    marks = np.zeros(len(lengths), np.uint8)
    np.bitwise_or.at(marks, owner[marked].astype(np.int64), cues[marked] >> 3)
    for mark, values in _marks().items():
        at = np.flatnonzero(marks & mark == mark).astype(np.uint64)
        both.append((at, np.full(len(at), values, np.uint32)))
    return _distinct(np.concatenate([who for who, _ in both]), np.concatenate([what for _, what in both]))


def _distinct(owner: NDArray[np.uint64], features: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Drop features that a text has already; the rest comes out by text and then by hash."""
    both = np.sort(owner << np.uint64(32) | features)
    both = both[np.append(True, both[1:] != both[:-1])] if len(both) else both
    return (both >> np.uint64(32)).astype(np.int64), both.astype(np.uint32)


def _pairs(first: NDArray[Any], second: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Do what :func:`_pair` does, many at a time; unsigned numbers wrap around."""
    return (first.astype(np.uint32) * np.uint32(_MIX)) ^ (second + np.uint32(0x7F4A7C15))


@cache
def _marks() -> dict[int, int]:
    """Features of the words' cues and of pairs of them, by their bits."""
    names = sorted((name, 1 << bit) for bit, name in enumerate(_WORDS))
    alone = {bit: crc32(f"cue:{name}".encode()) for name, bit in names}
    return alone | {p | q: crc32(f"cue:{a}+{b}".encode()) for a, p in names for b, q in names if a < b}

"""Distinct tokens, numbered: what depends on one token alone is computed once and then looked up by number."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskcheck.encoder import Encoder, Float, Numbers
from riskcheck.features import char_hashes, word_hash
from riskcheck.text.analysis import Analysis

_MOST = 20_000
"""Tokens kept; a stream of new words begins anew beyond it, so that memory stays bounded."""
_BUCKET_BITS = 18


class Keys:
    """Find hashes in a sorted array of keys, many at a time.

    Parameters
    ----------
    keys : ndarray of uint32
        Ascending. The upper bits of a hash say where to look, so that few comparisons remain.
    """

    def __init__(self, keys: NDArray[np.uint32]) -> None:
        self._keys = np.append(np.asarray(keys), np.uint32(0))
        counts = np.bincount(np.asarray(keys) >> (32 - _BUCKET_BITS), minlength=1 << _BUCKET_BITS)
        self._begins = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        self._deepest = int(counts.max(initial=0))

    def find(self, hashes: NDArray[np.uint32]) -> Numbers:
        """Return the place of every hash among the keys, -1 where it is none of them."""
        found = np.full(len(hashes), -1, dtype=np.int64)
        bucket = hashes >> (32 - _BUCKET_BITS)
        at = self._begins[bucket]
        left = np.flatnonzero(at < self._begins[bucket + 1])
        ends, at = self._begins[bucket[left] + 1], at[left]
        for _ in range(self._deepest):
            hit = self._keys[at] == hashes[left]
            found[left[hit]] = at[hit]
            at = at + 1
            more = ~hit & (at < ends)
            left, at, ends = left[more], at[more], ends[more]
            if not len(left):
                break
        return found


class _Column:
    """Rows that grow; what was handed out before stays as it is."""

    def __init__(self, dtype: str, *shape: int) -> None:
        self._rows = np.zeros((256, *shape), dtype)
        self._count = 0

    def extend(self, rows: NDArray[Any]) -> None:
        end = self._count + len(rows)
        if end > len(self._rows):
            larger = np.zeros((2 * end, *self._rows.shape[1:]), self._rows.dtype)
            larger[: self._count] = self._rows[: self._count]
            self._rows = larger
        self._rows[self._count : end] = rows
        self._count = end

    @property
    def rows(self) -> NDArray[Any]:
        return self._rows[: self._count]


class Columns(NamedTuple):
    """What is known of each token, by its number.

    Parameters
    ----------
    words : ndarray of uint32
        Hash of the normal form.
    flags : ndarray of uint8
        Disguises undone.
    table : ndarray of float32, shape (n, 4 * width)
        What the network reads; see :meth:`riskcheck.encoder.Encoder.table`.
    chars : ndarray of float64, shape (n, 18)
        Weights of the token's character n-grams, summed, and how many they are.
    """

    words: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    table: Float
    chars: NDArray[np.float64]


class Lexemes:
    """Number the tokens of posts. Safe to share between threads.

    Parameters
    ----------
    keys : Keys
        Features that the linear model knows.
    coef : ndarray of float16, shape (keys, 17)
        Their weights.
    encoder : Encoder
        The network.
    """

    def __init__(self, keys: Keys, coef: NDArray[Any], encoder: Encoder) -> None:
        self._keys, self._coef, self._encoder = keys, coef, encoder
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        self._numbers: dict[tuple[str, int], int] = {}
        width, outputs = self._encoder.width, self._coef.shape[1]
        self._columns = (
            _Column("u4"), _Column("u1"), _Column("f4", 4 * width), _Column("f8", outputs + 1),
        )  # fmt: skip

    def read(self, analyses: Sequence[Analysis]) -> tuple[Numbers, Columns]:
        """Number all tokens of posts, one after the other, and return what is known of the numbers."""
        with self._lock:
            if len(self._numbers) > _MOST:
                self._begin()
            numbers, before = self._numbers, len(self._numbers)
            seen = [(norm, look) for analysis in analyses for _, _, norm, _, look in analysis.tokens]
            found = list(map(numbers.get, seen))
            if None in found:
                for token, number in zip(seen, found, strict=True):
                    if number is None:
                        numbers.setdefault(token, len(numbers))
                found = list(map(numbers.get, seen))
                self._extend(list(islice(reversed(numbers), len(numbers) - before))[::-1])
            return np.array(found, dtype=np.int64), Columns(*(column.rows for column in self._columns))

    def _extend(self, new: list[tuple[str, int]]) -> None:
        norms = [norm for norm, _ in new]
        chars = [char_hashes(norm) for norm in norms]
        sizes = np.array([len(hashes) for hashes in chars])
        places = self._keys.find(np.fromiter(chain.from_iterable(chars), dtype=np.uint32, count=int(sizes.sum())))
        weights = np.where((places >= 0)[:, None], self._coef[places], 0).astype(np.float64)
        rows = Columns(
            words=np.array([word_hash(norm) for norm in norms], np.uint32),
            # The lowest three bits of a look are the flags.
            flags=np.array([seen & 7 for _, seen in new], np.uint8),
            table=self._encoder.table(norms, [seen for _, seen in new]),
            chars=np.column_stack((np.add.reduceat(weights, np.cumsum(sizes) - sizes), sizes)),
        )
        for column, values in zip(self._columns, rows, strict=True):
            column.extend(np.asarray(values))

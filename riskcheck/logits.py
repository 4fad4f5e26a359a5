"""Run n-grams and network over posts and parts of posts: what the scorer stacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskcheck.encoder import Encoder, Float
from riskcheck.features import bits, word_blocks
from riskcheck.lexemes import Columns, Keys, Lexemes, Numbers
from riskcheck.text.analysis import Analysis

Sums = NDArray[np.float64]
Both = tuple[Float, Float]
"""Logits of the n-gram model, shape (n, 17), and of the network, shape (n, 45)."""
Part = tuple[int, int, int]
"""Post, first and last token of a part of it."""
_AT_ONCE = 4096
"""Parts that are run at once: what a very long post needs in memory does not grow with its length."""
WINDOW = 48
"""Tokens of a longer post that are read at once."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Posts whose tokens were looked up, laid end to end.

    Parameters
    ----------
    analyses : sequence of Analysis
        The posts.
    numbers, columns
        Their tokens as :meth:`riskcheck.lexemes.Lexemes.read` gives them.
    cues : ndarray of uint8
        Their tokens' cues; see :func:`riskcheck.features.bits`.
    breaks : ndarray of bool
        Whether a sentence begins with the token.
    begins : ndarray of int
        First token of each post.
    """

    analyses: Sequence[Analysis]
    numbers: Numbers
    columns: Columns
    cues: NDArray[np.uint8]
    breaks: NDArray[np.bool_]
    begins: Numbers


class Logits:
    """Both models.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        ``ngram_keys`` (uint32, sorted), ``ngram_coef`` (n, 17), ``ngram_bias`` (17,), and the encoder's arrays with
        the prefix ``encoder_``.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._keys = Keys(arrays["ngram_keys"])
        self._coef = np.asarray(arrays["ngram_coef"])
        self._bias = arrays["ngram_bias"].astype(np.float32)
        prefix = "encoder_"
        self.encoder = Encoder({k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)})
        self._lexemes = Lexemes(self._keys, self._coef, self.encoder)

    def read(self, analyses: Sequence[Analysis]) -> Reading:
        """Look up the tokens of posts."""
        numbers, columns = self._lexemes.read(analyses)
        cues = np.frombuffer(b"".join(map(bits, analyses)), dtype=np.uint8)
        sizes = np.array([len(analysis.tokens) for analysis in analyses], dtype=np.int64)
        begins = np.cumsum(sizes) - sizes
        breaks = np.zeros(len(numbers), dtype=bool)
        breaks[[begin + start for begin, a in zip(begins.tolist(), analyses, strict=True) for start in a.starts]] = True
        return Reading(analyses, numbers, columns, cues, breaks, begins)

    def parts(self, reading: Reading, parts: Sequence[Part]) -> Both:
        """Run both models over parts of posts.

        Parameters
        ----------
        reading : Reading
            The posts.
        parts : sequence of (int, int, int)
            Post, first and last token of each part.

        Returns
        -------
        Both
            Logits of the parts.
        """
        if len(parts) > _AT_ONCE:
            some = [self.parts(reading, parts[at : at + _AT_ONCE]) for at in range(0, len(parts), _AT_ONCE)]
            return np.concatenate([linear for linear, _ in some]), np.concatenate([network for _, network in some])
        table = np.array(parts, dtype=np.int64).reshape(-1, 3)
        lengths = table[:, 2] - table[:, 1]
        rows = _ranges(reading.begins[table[:, 0]] + table[:, 1], lengths)
        return self._both(reading.columns, reading.numbers[rows], reading.cues[rows], reading.breaks[rows], lengths)

    def without_each(self, reading: Reading, spans: Sequence[Part], left_out: Sequence[Sequence[int]]) -> list[Both]:
        """Leave tokens out, one at a time.

        Parameters
        ----------
        reading : Reading
            The posts.
        spans : sequence of (int, int, int)
            Post, first and last token of what is weighed: a sentence, or the beginning of one.
        left_out : sequence of sequence of int
            For each span the tokens to leave out, counted from its first.

        Returns
        -------
        list of (ndarray, ndarray)
            For each span the logits of the span, and then of what remains of it without each token.
        """
        rows, lengths = [], []
        for (post, begin, end), places in zip(spans, left_out, strict=True):
            own, count = np.arange(reading.begins[post] + begin, reading.begins[post] + end), end - begin
            keep = np.ones((len(places), count), dtype=bool)
            keep[np.arange(len(places)), list(places)] = False
            # The span as it is comes first.
            rows += [own, np.tile(own, (len(places), 1))[keep]]
            lengths += [count, *[count - 1] * len(places)]
        at = np.concatenate(rows)
        linear, network = self._both(
            reading.columns, reading.numbers[at], reading.cues[at], np.zeros(len(at), bool), np.array(lengths)
        )
        edges = np.cumsum([0, *(1 + len(places) for places in left_out)]).tolist()
        return [(linear[a:b], network[a:b]) for a, b in pairwise(edges)]

    def _both(
        self, columns: Columns, numbers: Numbers, cues: NDArray[np.uint8], breaks: NDArray[np.bool_], lengths: Numbers
    ) -> Both:
        """Run both models over texts given as numbered tokens, laid end to end."""
        owner, features = word_blocks(columns.words[numbers], columns.flags[numbers], cues, breaks, lengths)
        linear = self._bias + self._sum(owner, features, lengths) * _scale(owner, lengths)
        linear += self._chars(columns, numbers, lengths)
        return linear.astype(np.float32), self.encoder.run(columns.table, numbers, lengths)

    def _sum(self, owner: Numbers, features: NDArray[np.uint32], lengths: Numbers) -> Sums:
        """Sum the linear model's weights of each text's features."""
        places = self._keys.find(features)
        known = np.flatnonzero(places >= 0)
        result = np.zeros((len(lengths), len(self._bias)))
        if len(known):
            begins = np.flatnonzero(np.diff(owner[known], prepend=-1))
            weights = self._coef[places[known]].astype(np.float32)
            result[owner[known[begins]]] = np.add.reduceat(weights, begins)
        return result

    def _chars(self, columns: Columns, numbers: Numbers, lengths: Numbers) -> Sums:
        """Sum the weights of each text's character n-grams: those of its tokens, less what several tokens share."""
        result = np.zeros((len(lengths), len(self._bias)))
        full = np.flatnonzero(lengths)
        if not len(full):
            return result
        result[full] = np.add.reduceat(columns.sums[numbers], (np.cumsum(lengths) - lengths)[full])
        ends = columns.ends[numbers]
        sizes = ends - np.where(numbers > 0, columns.ends[numbers - 1], 0)
        owner = np.repeat(np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths), sizes)
        both = np.sort(owner << np.uint64(32) | columns.chars[_ranges(ends - sizes, sizes)])
        again = both[1:][both[1:] == both[:-1]]
        owner_again = (again >> np.uint64(32)).astype(np.int64)
        result -= self._sum(owner_again, again.astype(np.uint32), lengths)
        counts = np.bincount(owner.astype(np.int64), minlength=len(lengths))
        counts -= np.bincount(owner_again, minlength=len(lengths))
        return result * np.maximum(counts, 1)[:, None] ** -0.5


def _scale(owner: Numbers, lengths: Numbers) -> Sums:
    """One over the root of each text's number of features."""
    scale: Sums = 1.0 / np.sqrt(np.bincount(owner, minlength=len(lengths)))[:, None]
    return scale


def _ranges(begins: Numbers, sizes: Numbers) -> Numbers:
    """Lay the ranges that begin at ``begins`` end to end."""
    result: Numbers = np.repeat(begins - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
    return result


def pieces(analysis: Analysis) -> list[tuple[int, int]]:
    """Token ranges to read: a post in one piece, a long one in windows of whole sentences.

    A window ends before it has more than :data:`WINDOW` tokens, so that one sentence is not diluted by all the others.
    """
    total = len(analysis.tokens)
    if total <= WINDOW:
        return [(0, total)]
    edges = [0]
    for begin, end in analysis.sentences():
        if end - edges[-1] > WINDOW and begin > edges[-1]:
            edges.append(begin)
    return list(pairwise([*edges, total]))

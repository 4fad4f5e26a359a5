"""Run n-grams and network over posts and parts of posts: what the scorer stacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskcheck import gradient
from riskcheck.encoder import Encoder, Float, Numbers
from riskcheck.features import Occurrences, bits, occurrences, word_blocks
from riskcheck.lexemes import Columns, Keys, Lexemes
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
        ``ngram_keys`` (uint32, sorted), ``ngram_coef`` (n, 17), ``ngram_bias`` (17,), ``gate`` (1,), ``calm`` (45,),
        and the encoder's arrays with the prefix ``encoder_``.

    Attributes
    ----------
    encoder : Encoder
        The network. It reads what at least one n-gram logit reaches ``gate`` for.
    calm : ndarray of float32, shape (45,)
        What it is taken to say of the rest, plainly harmless: what it says of such posts on average.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._keys = Keys(arrays["ngram_keys"])
        self._coef = np.asarray(arrays["ngram_coef"])
        self._bias = arrays["ngram_bias"].astype(np.float32)
        self._gate, self.calm = float(arrays["gate"][0]), arrays["calm"].astype(np.float32)
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
        rows, lengths = _rows(reading, parts)
        linear = self._linear(reading, rows, lengths)
        network = np.tile(self.calm, (len(parts), 1))
        alarmed = np.flatnonzero(linear.max(axis=1, initial=-np.inf) >= self._gate)
        network[alarmed] = self.network(reading, [parts[at] for at in alarmed.tolist()])
        return linear, network

    def network(self, reading: Reading, parts: Sequence[Part]) -> Float:
        """Run the network over parts of posts, whatever the n-gram model says of them."""
        rows, lengths = _rows(reading, parts)
        return self.encoder.run(reading.columns.table, reading.numbers[rows], lengths)

    def linear_shares(self, reading: Reading, windows: Sequence[Part], wanted: Sequence[tuple[int, int]]) -> list[Sums]:
        """Share the n-gram model's logits out among the tokens.

        What a feature adds goes to its words in equal parts (their Shapley values, since the features are summed), and
        to each place where it occurs. The bias, and the cues of a whole post, belong to no word.

        Parameters
        ----------
        reading : Reading
            The posts.
        windows : sequence of (int, int, int)
            Post, first and last token of what is weighed.
        wanted : sequence of (int, int)
            Window and output.

        Returns
        -------
        list of ndarray of float64
            For each of ``wanted`` what each token of the window adds.
        """
        rows, lengths = _rows(reading, windows)
        found, owner, features = _features(reading, rows, lengths)
        scale = _scale(np.bincount(owner, minlength=len(lengths)))
        everywhere = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
        shift = np.uint64(32)
        known = owner.astype(np.uint64) << shift | features
        at = [np.searchsorted(known, everywhere[o.tokens] << shift | o.features) for o in found]
        times = np.bincount(np.concatenate(at), minlength=len(known))
        weights = self._weights(features) * (scale[owner] / np.maximum(times, 1)[:, None])
        chars = reading.columns.chars[reading.numbers[rows]]
        result = chars[:, :-1] * _scale(_sums(chars[:, -1:], lengths)[:, 0])[everywhere]
        for places, occurrence in zip(at, found, strict=True):
            for back in range(occurrence.words):
                np.add.at(result, occurrence.tokens - back, weights[places] / occurrence.words)
        ends = np.cumsum(lengths)
        return [result[ends[window] - lengths[window] : ends[window], output] for window, output in wanted]

    def network_shares(
        self, reading: Reading, windows: Sequence[Part], wanted: Sequence[tuple[int, int]]
    ) -> list[Float]:
        """Do the same for the network's logits, by :func:`riskcheck.gradient.shares`."""
        rows, lengths = _rows(reading, windows)
        return gradient.shares(self.encoder, reading.columns.table, reading.numbers[rows], lengths, wanted)

    def _linear(self, reading: Reading, rows: Numbers, lengths: Numbers) -> Float:
        """Run the n-gram model over texts given as rows of the reading, laid end to end."""
        _, owner, features = _features(reading, rows, lengths)
        sizes = np.bincount(owner, minlength=len(lengths))
        logits = self._bias + _sums(self._weights(features), sizes) * _scale(sizes)
        chars = _sums(reading.columns.chars[reading.numbers[rows]], lengths)
        logits += chars[:, :-1] * _scale(chars[:, -1])
        return logits.astype(np.float32)

    def _weights(self, features: NDArray[np.uint32]) -> Float:
        """Weights of features, 0 where the model does not know one."""
        places = self._keys.find(features)
        known = np.flatnonzero(places >= 0)
        weights = np.zeros((len(features), len(self._bias)), np.float32)
        weights[known] = self._coef[places[known]]
        return weights


def _rows(reading: Reading, parts: Sequence[Part]) -> tuple[Numbers, Numbers]:
    """Rows of the reading that parts consist of, laid end to end, and how many each has."""
    table = np.array(parts, dtype=np.int64).reshape(-1, 3)
    lengths = table[:, 2] - table[:, 1]
    return _ranges(reading.begins[table[:, 0]] + table[:, 1], lengths), lengths


def _features(
    reading: Reading, rows: Numbers, lengths: Numbers
) -> tuple[list[Occurrences], Numbers, NDArray[np.uint32]]:
    """Word features of texts given as rows of the reading: where they occur, whose they are, and each once a text."""
    columns, numbers, cues = reading.columns, reading.numbers[rows], reading.cues[rows]
    found = occurrences(columns.words[numbers], columns.flags[numbers], cues, reading.breaks[rows], lengths)
    return found, *word_blocks(found, cues, lengths)


def _sums(values: NDArray[np.floating], lengths: Numbers) -> Sums:
    """Sum runs of rows; ``lengths`` says how many rows each has."""
    result = np.zeros((len(lengths), values.shape[1]))
    full = np.flatnonzero(lengths)
    if len(full):
        result[full] = np.add.reduceat(values, (np.cumsum(lengths) - lengths)[full])
    return result


def _scale(sizes: NDArray[Any]) -> Sums:
    """One over the root of each text's number of features, as a column."""
    scale: Sums = np.maximum(sizes, 1)[:, None] ** -0.5
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

"""Score posts with the arrays of a trained model: numpy only, no spaCy, no scikit-learn.

The arrays are compiled from the estimators that :class:`riskcheck.model.RiskModel` fits; a test proves that both
give the same scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskcheck.categories import NAMES
from riskcheck.encoder import LONGEST, Encoder
from riskcheck.features import bits, word_blocks
from riskcheck.lexemes import Columns, Keys, Lexemes, Numbers
from riskcheck.text.analysis import Analysis

Float = NDArray[np.float32]
Sums = NDArray[np.float64]
LEVELS = 3
"""Severities above 0."""
OUTPUTS = len(NAMES) + LEVELS
"""What is stacked: every category at severity 1 or more, then the overall severity at 1, 2 and 3 or more."""
PICK = [3 * i for i in range(len(NAMES))] + list(range(3 * len(NAMES), 3 * len(NAMES) + LEVELS))
"""Which of the network's logits each stacked output reads."""
INPUTS = 4
"""Inputs of the stack for every output: n-grams and network, each for the whole post and its worst sentence."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Calibrated probabilities of one batch.

    Parameters
    ----------
    categories : ndarray of float32, shape (n, 14)
        That a category applies at severity 1 or more.
    severities : ndarray of float32, shape (n, 14, 2)
        That a category, given that it applies, has severity 2 or more, and 3.
    overall : ndarray of float32, shape (n, 3)
        That the overall severity is at least 1, 2 and 3; never rising from left to right.
    """

    categories: Float
    severities: Float
    overall: Float

    @property
    def risky(self) -> Float:
        """Probability that a post is risky (overall severity 2 or more), shape (n,)."""
        result: Float = self.overall[:, 1]
        return result

    @property
    def expected(self) -> Float:
        """Expected overall severity, 0 to 3, shape (n,)."""
        result: Float = self.overall.sum(axis=1)
        return result


def expit(x: Float) -> Float:
    """Logistic function, without overflow."""
    result: Float = (0.5 * (1.0 + np.tanh(0.5 * x))).astype(np.float32)
    return result


@dataclass(frozen=True, slots=True)
class Reading:
    """Posts and what was read in each of their parts.

    Parameters
    ----------
    analyses : sequence of Analysis
        The posts.
    numbers, columns
        Their tokens as :meth:`riskcheck.lexemes.Lexemes.read` gives them.
    cues : ndarray of uint8
        Their tokens' cues; see :func:`riskcheck.features.bits`.
    begins : ndarray of int
        First token of each post.
    parts : list of (int, int, int)
        Post, first and last token of each part: the whole of a post, then its sentences if there are several.
    linear, network : ndarray of float32, shape (parts, 17) and (parts, 45)
        Logits of both models for each part.
    """

    analyses: Sequence[Analysis]
    numbers: Numbers
    columns: Columns
    cues: NDArray[np.uint8]
    begins: Numbers
    parts: Sequence[tuple[int, int, int]]
    linear: Float
    network: Float


class Scorer:
    """Turn analysed posts into calibrated probabilities.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        ``ngram_keys`` (uint32, sorted), ``ngram_coef`` (n, 17), ``ngram_bias`` (17,), ``stack_coef`` (17, 4),
        ``stack_bias`` (17,), ``severity_coef`` (14, 2, inputs), ``severity_bias`` (14, 2), and the encoder's arrays
        with the prefix ``encoder_``.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._keys = Keys(arrays["ngram_keys"])
        self._coef = np.asarray(arrays["ngram_coef"])
        self._bias = arrays["ngram_bias"].astype(np.float32)
        self._stack_coef = arrays["stack_coef"].astype(np.float32)
        self._stack_bias = arrays["stack_bias"].astype(np.float32)
        self._severity_coef = arrays["severity_coef"].astype(np.float32)
        self._severity_bias = arrays["severity_bias"].astype(np.float32)
        prefix = "encoder_"
        self.encoder = Encoder({k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)})
        self._lexemes = Lexemes(self._keys, self._coef, self.encoder)

    def read(self, analyses: Sequence[Analysis]) -> Reading:
        """Run both models over posts and their sentences."""
        numbers, columns = self._lexemes.read(analyses)
        cues = np.frombuffer(b"".join(map(bits, analyses)), dtype=np.uint8)
        sizes = np.array([len(analysis.tokens) for analysis in analyses], dtype=np.int64)
        begins = np.cumsum(sizes) - sizes
        breaks = np.zeros(len(numbers), dtype=bool)
        breaks[[begin + start for begin, a in zip(begins.tolist(), analyses, strict=True) for start in a.starts]] = True
        parts = [(index, begin, end) for index, analysis in enumerate(analyses) for begin, end in pieces(analysis)]
        table = np.array(parts, dtype=np.int64)
        lengths = table[:, 2] - table[:, 1]
        rows = _ranges(begins[table[:, 0]] + table[:, 1], lengths)
        linear, network = self._both(columns, numbers[rows], cues[rows], breaks[rows], lengths)
        return Reading(analyses, numbers, columns, cues, begins, parts, linear, network)

    def without_each(self, reading: Reading, spans: Sequence[tuple[int, int, int]]) -> list[Float]:
        """Weigh tokens by leaving them out.

        Parameters
        ----------
        reading : Reading
            The posts.
        spans : sequence of (int, int, int)
            Post, first and last token of what is weighed: a sentence, or the beginning of one.

        Returns
        -------
        list of ndarray, shape (tokens, 17)
            For each span what every stacked output loses without each token, the span read by itself.
        """
        rows, lengths = [], []
        for post, begin, end in spans:
            own, count = np.arange(reading.begins[post] + begin, reading.begins[post] + end), end - begin
            # Row i of the square lacks token i; the span as it is comes first.
            rows += [own, np.tile(own, (count, 1))[~np.eye(count, dtype=bool)]]
            lengths += [count, *[count - 1] * count]
        at = np.concatenate(rows)
        both = self._both(
            reading.columns, reading.numbers[at], reading.cues[at], np.zeros(len(at), bool), np.array(lengths)
        )
        logits, found, first = self.alone(*both), [], 0
        for _, begin, end in spans:
            last = first + 1 + end - begin
            found.append(logits[first] - logits[first + 1 : last])
            first = last
        return found

    def alone(self, linear: Float, network: Float) -> Float:
        """Logits of all stacked outputs for parts that are read by themselves, shape (parts, 17)."""
        weights = self._stack_coef[:, :2] + self._stack_coef[:, 2:]
        result: Float = linear * weights[:, 0] + network[:, PICK] * weights[:, 1] + self._stack_bias
        return result

    def _both(
        self, columns: Columns, numbers: Numbers, cues: NDArray[np.uint8], breaks: NDArray[np.bool_], lengths: Numbers
    ) -> tuple[Float, Float]:
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

    def inputs(self, analyses: Sequence[Analysis]) -> tuple[Float, Float]:
        """Compute what the stack reads; see :meth:`stacked`."""
        return self.stacked(self.read(analyses))

    def stacked(self, reading: Reading) -> tuple[Float, Float]:
        """Gather what the stack reads.

        Returns
        -------
        stack : ndarray of float32, shape (n, 17, 4)
            n-grams whole, network whole, n-grams worst sentence, network worst sentence.
        network : ndarray of float32, shape (n, 45)
            All logits of the network, the larger of whole and worst sentence.
        """
        linear, network = reading.linear, reading.network
        owner = np.array([index for index, _, _ in reading.parts])
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        # The first part of a post is the whole of it; the others are its sentences.
        worst_linear = np.maximum.reduceat(linear, first)
        worst_network = np.maximum.reduceat(network, first)
        stack = np.stack((linear[first], network[first][:, PICK], worst_linear, worst_network[:, PICK]), axis=2)
        return stack, worst_network

    def scores(self, analyses: Sequence[Analysis]) -> Scores:
        """Score analysed posts; see :class:`Scores`."""
        if not analyses:
            return Scores(np.zeros((0, 14), "f4"), np.zeros((0, 14, 2), "f4"), np.zeros((0, 3), "f4"))
        stack, network = self.inputs(analyses)
        return self.from_inputs(stack, network)

    def from_inputs(self, stack: Float, network: Float) -> Scores:
        """Apply stack and calibration to :meth:`inputs`."""
        logits = (stack * self._stack_coef).sum(axis=2) + self._stack_bias
        probabilities = expit(logits)
        overall = np.minimum.accumulate(probabilities[:, len(NAMES) :], axis=1)
        read = severity_inputs(logits, network)
        severities = expit((read[:, :, None, :] * self._severity_coef).sum(axis=3) + self._severity_bias)
        severities[:, :, 1] = np.minimum(severities[:, :, 0], severities[:, :, 1])
        return Scores(probabilities[:, : len(NAMES)], severities, overall)


def _scale(owner: Numbers, lengths: Numbers) -> Sums:
    """One over the root of each text's number of features."""
    scale: Sums = 1.0 / np.sqrt(np.bincount(owner, minlength=len(lengths)))[:, None]
    return scale


def _ranges(begins: Numbers, sizes: Numbers) -> Numbers:
    """Lay the ranges that begin at ``begins`` end to end."""
    result: Numbers = np.repeat(begins - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
    return result


def severity_inputs(logits: Float, network: Float) -> Float:
    """What a category's severity is read from: shape (n, 14, 4).

    The network's logits for severity 2 and 3 of the category, and the overall logits for 2 and 3.
    """
    count = len(NAMES)
    own = network[:, : 3 * count].reshape(-1, count, 3)[:, :, 1:]
    overall = np.broadcast_to(logits[:, None, count + 1 :], (len(logits), count, 2))
    return np.concatenate((own, overall), axis=2)


def pieces(analysis: Analysis) -> list[tuple[int, int]]:
    """Token ranges to read: the whole post (its first window), then its sentences if there are several."""
    total = len(analysis.tokens)
    parts = [(0, min(total, LONGEST))]
    sentences = analysis.sentences()
    if len(sentences) > 1:
        parts += sentences
    return parts

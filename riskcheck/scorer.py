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
from riskcheck.features import extract
from riskcheck.text.analysis import Analysis

Float = NDArray[np.float32]
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
        self._keys = arrays["ngram_keys"]
        self._coef = arrays["ngram_coef"]
        self._bias = arrays["ngram_bias"].astype(np.float32)
        self._stack_coef = arrays["stack_coef"].astype(np.float32)
        self._stack_bias = arrays["stack_bias"].astype(np.float32)
        self._severity_coef = arrays["severity_coef"].astype(np.float32)
        self._severity_bias = arrays["severity_bias"].astype(np.float32)
        prefix = "encoder_"
        self.encoder = Encoder({k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)})

    def ngram_logits(self, features: Sequence[tuple[NDArray[np.uint32], Float]]) -> Float:
        """Sum the linear model's weights over hashed features; shape (n, 17)."""
        sizes = np.array([len(ids) for ids, _ in features])
        result = np.tile(self._bias, (len(features), 1))
        if not sizes.sum():
            return result
        ids = np.concatenate([ids for ids, _ in features])
        values = np.concatenate([values for _, values in features])
        at = np.searchsorted(self._keys, ids)
        at[at == len(self._keys)] = 0
        known = np.flatnonzero(self._keys[at] == ids)
        owner = np.repeat(np.arange(len(features)), sizes)[known]
        rows = self._coef[at[known]].astype(np.float32) * values[known, None]
        used, begins = np.unique(owner, return_index=True)
        if len(used):
            result[used] += np.add.reduceat(rows, begins)
        return result

    def inputs(self, analyses: Sequence[Analysis]) -> tuple[Float, Float]:
        """Compute what the stack reads.

        Returns
        -------
        stack : ndarray of float32, shape (n, 17, 4)
            n-grams whole, network whole, n-grams worst sentence, network worst sentence.
        network : ndarray of float32, shape (n, 45)
            All logits of the network, the larger of whole and worst sentence.
        """
        parts: list[tuple[int, int, int]] = []
        for index, analysis in enumerate(analyses):
            parts += [(index, begin, end) for begin, end in pieces(analysis)]
        owner = np.array([index for index, _, _ in parts])
        linear = self.ngram_logits([extract(analyses[i], a, b) for i, a, b in parts])
        network = self.encoder.logits(
            [analyses[i].text for i, _, _ in parts], [analyses[i].tokens[a:b] for i, a, b in parts]
        )
        first = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
        # The first part of a post is the whole of it; the others are its sentences.
        worst_linear = np.maximum.reduceat(linear, first)
        worst_network = np.maximum.reduceat(network, first)
        stack = np.stack((linear[first], network[first][:, PICK], worst_linear, worst_network[:, PICK]), axis=2)
        return stack, worst_network

    def part_logits(self, analysis: Analysis, parts: Sequence[tuple[int, int]], output: int) -> Float:
        """Logit of one stacked output for each of several token ranges read by itself, shape (parts,)."""
        linear = self.ngram_logits([extract(analysis, a, b) for a, b in parts])
        network = self.encoder.logits([analysis.text] * len(parts), [analysis.tokens[a:b] for a, b in parts])
        return self._alone(linear, network, output)

    def whole_logits(self, analyses: Sequence[Analysis], output: int) -> Float:
        """Logit of one stacked output for posts read as a whole, shape (n,)."""
        linear = self.ngram_logits([extract(analysis) for analysis in analyses])
        network = self.encoder.logits([a.text for a in analyses], [a.tokens for a in analyses])
        return self._alone(linear, network, output)

    def _alone(self, linear: Float, network: Float, output: int) -> Float:
        """Stack with the whole standing for its own worst sentence."""
        ngram_weight, network_weight = self._stack_coef[output, :2] + self._stack_coef[output, 2:]
        result: Float = (
            linear[:, output] * ngram_weight + network[:, PICK[output]] * network_weight + self._stack_bias[output]
        )
        return result

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

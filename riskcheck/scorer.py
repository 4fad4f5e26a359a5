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
from riskcheck.encoder import Float
from riskcheck.logits import Logits, Part, Reading, pieces
from riskcheck.text.analysis import Analysis

LEVELS = 3
"""Severities above 0."""
OUTPUTS = len(NAMES) + LEVELS
"""What is stacked: every category at severity 1 or more, then the overall severity at 1, 2 and 3 or more."""
PICK = [3 * i for i in range(len(NAMES))] + list(range(3 * len(NAMES), 3 * len(NAMES) + LEVELS))
"""Which of the network's logits each stacked output reads."""
INPUTS = 2
"""Inputs of the stack for every output: the logits of n-grams and network."""


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

    def levels(self, limits: Float) -> NDArray[np.int64]:
        """Overall severity as shown, shape (n,): a level counts where it and all below it reach their threshold."""
        result: NDArray[np.int64] = np.cumprod(self.overall >= limits, axis=1).sum(axis=1)
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
        ``stack_coef`` (17, 2), ``stack_bias`` (17,), ``severity_coef`` (14, 2, inputs), ``severity_bias`` (14, 2), and
        what :class:`riskcheck.logits.Logits` reads.

    Attributes
    ----------
    logits : Logits
        Both models.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._stack_coef = arrays["stack_coef"].astype(np.float32)
        self._stack_bias = arrays["stack_bias"].astype(np.float32)
        self._severity_coef = arrays["severity_coef"].astype(np.float32)
        self._severity_bias = arrays["severity_bias"].astype(np.float32)
        self.logits = Logits(arrays)

    def alone(self, linear: Float, network: Float) -> Float:
        """Logits of all stacked outputs for parts that are read by themselves, shape (parts, 17)."""
        coef = self._stack_coef
        result: Float = linear * coef[:, 0] + network[:, PICK] * coef[:, 1] + self._stack_bias
        return result

    def shares(self, reading: Reading, windows: Sequence[Part], wanted: Sequence[tuple[int, int]]) -> list[Float]:
        """Share the logits of :meth:`alone` out among the tokens of parts of posts.

        Parameters
        ----------
        reading : Reading
            The posts.
        windows : sequence of (int, int, int)
            Post, first and last token of each part; none is empty.
        wanted : sequence of (int, int)
            Part and stacked output.

        Returns
        -------
        list of ndarray of float32
            For each of ``wanted`` what each token of the part adds.
        """
        linear = self.logits.linear_shares(reading, windows, wanted)
        network = self.logits.network_shares(reading, windows, [(part, PICK[output]) for part, output in wanted])
        return [
            (one * self._stack_coef[output, 0] + other * self._stack_coef[output, 1]).astype(np.float32)
            for one, other, (_, output) in zip(linear, network, wanted, strict=True)
        ]

    def inputs(self, analyses: Sequence[Analysis]) -> tuple[Float, Float]:
        """Compute what the stack reads; see :meth:`stacked`."""
        return self.stacked(self.logits.read(analyses))

    def stacked(self, reading: Reading) -> tuple[Float, Float]:
        """Run both models over posts, and gather what the stack reads.

        Returns
        -------
        stack : ndarray of float32, shape (n, 17, 2)
            n-grams, network: the larger logit where a post has several parts.
        network : ndarray of float32, shape (n, 45)
            All logits of the network, likewise.
        """
        parts = [(post, *piece) for post, analysis in enumerate(reading.analyses) for piece in pieces(analysis)]
        linear, network = self.logits.parts(reading, parts)
        first = np.flatnonzero(np.diff([post for post, _, _ in parts], prepend=-1))
        linear, network = np.maximum.reduceat(linear, first), np.maximum.reduceat(network, first)
        return np.stack((linear, network[:, PICK]), axis=2), network

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

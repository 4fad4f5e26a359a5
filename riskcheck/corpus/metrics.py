"""Metrics with intervals: average precision, precision, recall, F1, calibration error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

Bool = NDArray[np.bool_]
Real = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a detector does on labelled posts.

    Parameters
    ----------
    name : str
        A category, ``risky``, ``any`` or ``core``.
    posts, positive : int
        Sample size, and how many posts have it.
    average_precision : float
        Area under the precision-recall curve (step-wise), 0 to 1; NaN without positives.
    low, high : float
        95 % interval of the average precision, by bootstrap over groups of posts.
    precision, recall, f1 : float
        At the shipped threshold, 0 to 1.
    calibration_error : float
        Expected calibration error over ten equal-width bins, 0 to 1.
    """

    name: str
    posts: int
    positive: int
    average_precision: float
    low: float
    high: float
    precision: float
    recall: float
    f1: float
    calibration_error: float

    def to_dict(self) -> dict[str, float | int | str | None]:
        """Return plain values, rounded; NaN becomes None."""
        return {
            k: (v if not isinstance(v, float) else None if np.isnan(v) else round(v, 4))
            for k, v in asdict(self).items()
        }


def calibration_error(y: Bool, p: Real, bins: int = 10) -> float:
    """Expected calibration error (Naeini et al. 2015) over equal-width bins."""
    if not len(y):
        return float("nan")
    at = np.minimum((p * bins).astype(int), bins - 1)
    weight = np.bincount(at, minlength=bins) / len(y)
    gap = np.abs(np.bincount(at, y, bins) - np.bincount(at, p, bins)) / np.maximum(np.bincount(at, minlength=bins), 1)
    return float((weight * gap).sum())


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float], groups: NDArray[np.int64], *, rounds: int = 500, seed: int = 0
) -> tuple[float, float]:
    """95 % percentile interval of a statistic, resampling whole groups.

    Parameters
    ----------
    statistic : callable
        From row indices to a number; NaN results are left out.
    groups : ndarray of int, shape (n,)
        Group of every row: near-duplicates and one author's posts are not independent.
    rounds : int
        Number of resamples.
    seed : int
        Seed of the generator.
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    values = []
    for _ in range(rounds):
        pick = rng.integers(0, len(members), len(members))
        values.append(statistic(np.concatenate([members[i] for i in pick])))
    kept = np.array([v for v in values if not np.isnan(v)])
    return (float(np.percentile(kept, 2.5)), float(np.percentile(kept, 97.5))) if len(kept) else (np.nan, np.nan)


def average_precision(y: Bool, p: Real) -> float:
    """Average precision; NaN where nothing is positive."""
    return float(average_precision_score(y, p)) if y.any() else float("nan")


def measure(name: str, y: Bool, p: Real, threshold: float, groups: NDArray[np.int64], *, rounds: int = 500) -> Metrics:
    """Measure one detector; see :class:`Metrics`."""
    found = p >= threshold
    hits = int((found & y).sum())
    precision = hits / found.sum() if found.any() else float("nan")
    recall = hits / y.sum() if y.any() else float("nan")
    f1 = 2 * hits / (found.sum() + y.sum()) if found.any() or y.any() else float("nan")
    low, high = bootstrap(lambda rows: average_precision(y[rows], p[rows]), groups, rounds=rounds)
    return Metrics(
        name, len(y), int(y.sum()), average_precision(y, p), low, high, float(precision), float(recall), float(f1),
        calibration_error(y, p),
    )  # fmt: skip


def any_of(p: Real) -> Real:
    """Score that at least one of several categories applies: the highest of them, shape (n,)."""
    result: Real = p.max(axis=1)
    return result

"""Thresholds, chosen on calibration posts only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from riskcheck.categories import NAMES
from riskcheck.scorer import LEVELS, Scores

FALSE_ALARMS = 0.015
"""Share of harmless public calibration posts that may be called medium or high.

Most of them were chosen because a model was unsure of them: on posts drawn at random it is less."""
LIKELY = 0.5
"""Least probability of any category from which a post is shown as ``low``: more likely than not."""
_LOWEST, _HIGHEST = 0.35, 0.75


def best_f1(y: NDArray[np.bool_], p: NDArray[np.floating]) -> float:
    """Threshold with the highest F1, kept between 0.35 and 0.75 (0.5 where too few posts tell)."""
    if y.sum() < 10:
        return 0.5
    order = np.argsort(-p, kind="stable")
    hits = np.cumsum(y[order])
    f1 = 2 * hits / (np.arange(1, len(y) + 1) + y.sum())
    return float(np.clip(p[order][int(np.argmax(f1))], _LOWEST, _HIGHEST))


def choose(scores: Scores, y: NDArray[np.int64], everyday: NDArray[np.bool_]) -> dict[str, object]:
    """Choose the thresholds of categories and bands.

    Parameters
    ----------
    scores : Scores
        Scores of the calibration posts.
    y : ndarray of int, shape (n, 14)
        Their severities.
    everyday : ndarray of bool, shape (n,)
        Which of them stand for what people post: public posts, rather than invented twins that are safe by a hair.

    Returns
    -------
    dict
        ``categories``: name to threshold; ``bands``: three thresholds for overall severity 1, 2 and 3.
        That of severity 1 is at least :data:`LIKELY`; that of severity 2 keeps false alarms on harmless everyday
        posts under :data:`FALSE_ALARMS`.
    """
    overall = y.max(axis=1)
    bands = [best_f1(overall >= level, scores.overall[:, level - 1]) for level in range(1, LEVELS + 1)]
    bands[0] = max(bands[0], LIKELY)
    harmless = scores.overall[(overall == 0) & everyday, 1]
    if len(harmless):
        bands[1] = max(bands[1], float(np.quantile(harmless, 1 - FALSE_ALARMS)))
    return {
        "categories": {name: round(best_f1(y[:, i] > 0, scores.categories[:, i]), 4) for i, name in enumerate(NAMES)},
        "bands": [round(float(value), 4) for value in bands],
    }

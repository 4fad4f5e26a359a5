"""Evaluate a model on labelled posts, with intervals and sample sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import cohen_kappa_score

from riskcheck.categories import CORE, NAMES
from riskcheck.corpus.curves import levels, reliability
from riskcheck.corpus.metrics import Metrics, any_of, measure
from riskcheck.corpus.reading import Example
from riskcheck.model import RiskModel, severities
from riskcheck.scorer import Scores


def group_numbers(examples: Sequence[Example]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Number the groups of examples, for resampling."""
    names = {name: i for i, name in enumerate(dict.fromkeys(e.group or e.id for e in examples))}
    return np.array([names[e.group or e.id] for e in examples], dtype=np.int64)


def table(
    examples: Sequence[Example], scores: Scores, thresholds: dict[str, Any], *, rounds: int = 500
) -> list[Metrics]:
    """Measure every category, ``risky``, ``any`` and ``core``.

    Parameters
    ----------
    examples : sequence of Example
        Labelled posts that neither the model nor a threshold has seen.
    scores : Scores
        Their scores.
    thresholds : dict
        As chosen by :func:`riskcheck.corpus.thresholds.choose`.
    rounds : int
        Resamples for the intervals.
    """
    y = severities([e.labels for e in examples])
    groups = group_numbers(examples)
    core = [NAMES.index(name) for name in CORE]
    limits = thresholds["categories"]
    overall = y.max(axis=1)
    in_core = np.asarray((y[:, core] > 0).any(axis=1))
    core_limit = float(np.mean([limits[name] for name in CORE]))
    rows = [
        measure("risky", overall >= 2, scores.risky, thresholds["bands"][1], groups, rounds=rounds),
        measure("any", overall >= 1, scores.overall[:, 0], thresholds["bands"][0], groups, rounds=rounds),
        measure("core", in_core, any_of(scores.categories[:, core]), core_limit, groups, rounds=rounds),
    ]
    rows += [
        measure(name, y[:, i] > 0, scores.categories[:, i], limits[name], groups, rounds=rounds)
        for i, name in enumerate(NAMES)
    ]
    return rows


def severity_kappa(examples: Sequence[Example], scores: Scores, thresholds: dict[str, Any]) -> float:
    """Quadratic-weighted kappa of the overall severity class."""
    truth = [e.severity for e in examples]
    level = bands(scores, thresholds)
    return float(cohen_kappa_score(truth, level, weights="quadratic")) if len(set(truth)) > 1 else float("nan")


def bands(scores: Scores, thresholds: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Overall severity class of every post, 0 to 3."""
    return scores.levels(np.array(thresholds["bands"], dtype=np.float32))


def twins_ordered(examples: Sequence[Example], scores: Scores) -> tuple[int, int]:
    """Count twins in which the risky one scores higher than the safe one: (ordered rightly, all)."""
    families: dict[str, list[int]] = {}
    for i, example in enumerate(examples):
        if example.pair:
            families.setdefault(example.pair, []).append(i)
    right = total = 0
    for members in families.values():
        for a in members:
            for b in members:
                if examples[a].severity >= 2 and examples[b].severity == 0:
                    total += 1
                    right += bool(scores.risky[a] > scores.risky[b])
    return right, total


def report(
    model: RiskModel, examples: Sequence[Example], thresholds: dict[str, Any], *, rounds: int = 500
) -> dict[str, Any]:
    """Evaluate and return plain values: metrics, kappa, twins, false alarms, reliability."""
    scores = model.predict_scores([e.text for e in examples])
    level = bands(scores, thresholds)
    harmless = np.array([e.severity == 0 for e in examples])
    right, total = twins_ordered(examples, scores)
    return {
        "posts": len(examples),
        "metrics": [row.to_dict() for row in table(examples, scores, thresholds, rounds=rounds)],
        "severity_kappa": round(severity_kappa(examples, scores, thresholds), 4),
        "twins": {"ordered": right, "all": total},
        "false_alarms": {"medium_or_high": int((level[harmless] >= 2).sum()), "harmless": int(harmless.sum())},
        "reliability": {
            detector.name: [[b.posts, round(b.stated, 4), round(b.observed, 4)] for b in reliability(detector)]
            for detector in levels(np.array([e.severity for e in examples]), scores)
        },
    }

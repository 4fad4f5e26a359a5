from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score

from riskcheck.corpus.metrics import any_of, average_precision, bootstrap, calibration_error, measure


def by_hand(y: np.ndarray, p: np.ndarray) -> float:
    """Average precision from its definition: the sum of precision times the gain in recall, ties taken together."""
    total, recall_before = 0.0, 0.0
    for threshold in sorted(set(p.tolist()), reverse=True):
        found = p >= threshold
        recall = (found & y).sum() / y.sum()
        total += (recall - recall_before) * (found & y).sum() / found.sum()
        recall_before = recall
    return total


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_agrees_with_scikit_learn_and_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = rng.random(300) < 0.2
    p = np.round(rng.random(300) * 0.7 + 0.3 * y, 2)  # rounded: many ties
    assert average_precision(y, p) == pytest.approx(average_precision_score(y, p))
    assert average_precision(y, p) == pytest.approx(by_hand(y, p))


def test_average_precision_at_its_ends() -> None:
    y = np.array([True, False, True, False])
    assert average_precision(y, np.array([0.9, 0.1, 0.8, 0.2])) == 1.0
    assert average_precision(y, np.full(4, 0.5)) == 0.5
    assert np.isnan(average_precision(np.zeros(4, bool), np.full(4, 0.5)))


def test_calibration_error_by_hand() -> None:
    y = np.array([False, True, True, True])
    # Bin 0 to 0.1: two posts, mean 0.05, half true: gap 0.45. Last bin: mean 0.95, all true: gap 0.05.
    assert calibration_error(y, np.array([0.05, 0.05, 0.95, 0.95])) == pytest.approx(0.5 * 0.45 + 0.5 * 0.05)
    assert calibration_error(y, y.astype(float)) == 0.0
    assert calibration_error(y, (~y).astype(float)) == 1.0
    assert calibration_error(np.array([True]), np.array([1.0])) == 0.0
    assert np.isnan(calibration_error(np.array([], bool), np.array([])))


def test_calibration_error_of_true_probabilities_is_small_and_of_doubled_ones_is_not() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(50_000) / 2
    y = rng.random(50_000) < p
    assert calibration_error(y, p) < 0.01
    assert calibration_error(y, 2 * p) == pytest.approx(0.25, abs=0.02)


def test_bootstrap_by_group_covers_the_truth_where_rows_alone_do_not() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 6)
    alone = np.arange(len(groups))
    covered = {"groups": 0, "rows": 0}
    trials = 120
    for trial in range(trials):
        values = rng.normal(size=40)[groups] + 0.2 * rng.normal(size=len(groups))  # posts of one author are alike
        for name, numbers in (("groups", groups), ("rows", alone)):
            low, high = bootstrap(lambda rows, v=values: float(v[rows].mean()), numbers, rounds=120, seed=trial)
            covered[name] += low <= 0 <= high
    assert covered["groups"] / trials >= 0.87
    assert covered["rows"] / trials <= 0.75


def test_bootstrap_keeps_groups_whole_and_is_the_same_for_one_seed() -> None:
    groups = np.array([7, 3, 7, 3, 3, 9])
    seen = []
    first = bootstrap(lambda rows: seen.append(rows) or float(len(rows)), groups, rounds=50)
    for rows in seen:
        counts = np.bincount(rows, minlength=len(groups))
        for number in np.unique(groups):
            assert len(set(counts[groups == number])) == 1
    assert first == bootstrap(lambda rows: float(len(rows)), groups, rounds=50)
    assert first != bootstrap(lambda rows: float(rows.sum()), groups, rounds=50, seed=1)


def test_bootstrap_leaves_out_what_cannot_be_measured() -> None:
    groups = np.arange(10)
    y = groups == 0
    low, high = bootstrap(lambda rows: 1.0 if y[rows].any() else float("nan"), groups, rounds=50)
    assert (low, high) == (1.0, 1.0)
    assert all(np.isnan(v) for v in bootstrap(lambda rows: float("nan"), groups, rounds=5))


def test_measure_at_a_threshold_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    y = rng.random(400) < 0.3
    p = np.clip(rng.normal(0.3 + 0.3 * y, 0.2), 0, 1)
    found = measure("risky", y, p, 0.5, np.arange(400), rounds=100)
    assert (found.posts, found.positive) == (400, int(y.sum()))
    assert found.precision == pytest.approx(precision_score(y, p >= 0.5))
    assert found.recall == pytest.approx(recall_score(y, p >= 0.5))
    assert found.f1 == pytest.approx(f1_score(y, p >= 0.5))
    assert found.low < found.average_precision < found.high
    assert found.calibration_error == calibration_error(y, p)


def test_what_cannot_be_measured_is_null_in_json() -> None:
    nothing = measure("x", np.zeros(5, bool), np.full(5, 0.2), 0.5, np.arange(5), rounds=10).to_dict()
    plain = json.loads(json.dumps(nothing, allow_nan=False))
    assert [k for k, v in plain.items() if v is None] == [
        "average_precision",
        "low",
        "high",
        "precision",
        "recall",
        "f1",
    ]
    assert plain["calibration_error"] == 0.2


def test_at_the_threshold_counts_as_found() -> None:
    found = measure("x", np.array([True, False]), np.array([0.5, 0.4]), 0.5, np.arange(2), rounds=5)
    assert (found.precision, found.recall) == (1.0, 1.0)


def test_any_of_several_is_the_highest() -> None:
    assert any_of(np.array([[0.1, 0.7], [0.3, 0.2]])).tolist() == [0.7, 0.3]

"""One truth: spaCy and scikit-learn say of posts by the ten thousand what the light scorer says of them."""

from __future__ import annotations

import os
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from riskcheck import artefact
from riskcheck.categories import NAMES
from riskcheck.features import extract
from riskcheck.logits import pieces
from riskcheck.model import RiskModel
from riskcheck.pipeline import build
from riskcheck.pipeline.reading import analysis_of
from riskcheck.text.analysis import Analysis, analyse

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from make_posts import posts

COUNT = int(os.environ.get("RISKCHECK_PARITY_POSTS", "20000"))
"""100,000 take about five minutes, so every run of the tests takes fewer."""


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return RiskModel.load(artefact.default_path())


def by_scikit_learn(model: RiskModel, analyses: list[Analysis]) -> np.ndarray:
    """Probabilities of the categories by the estimators; the network's logits are the product's own."""
    found = [(post, *extract(a, *piece)) for post, a in enumerate(analyses) for piece in pieces(a)]
    ids = np.concatenate([f[1] for f in found])
    at = np.minimum(np.searchsorted(model.keys_, ids), len(model.keys_) - 1)
    known = model.keys_[at] == ids
    rows = np.repeat(np.arange(len(found)), [len(f[1]) for f in found])
    values = np.concatenate([f[2] for f in found]).astype(np.float64)
    matrix = sp.csr_matrix((values[known], (rows[known], at[known])), shape=(len(found), len(model.keys_)))
    windows = matrix @ np.column_stack([m.coef_[0] for m in model.estimators_["ngram"]])
    windows += [m.intercept_[0] for m in model.estimators_["ngram"]]
    first = np.flatnonzero(np.diff([post for post, _, _ in found], prepend=-1))
    stack = np.maximum.reduceat(windows, first)
    network = model.scorer_.inputs(analyses)[0][:, :, 1].astype(np.float64)
    both = np.stack((stack, network), axis=2)
    return np.column_stack([m.predict_proba(both[:, i])[:, 1] for i, m in enumerate(model.estimators_["stack"])])


def test_both_paths_agree(model: RiskModel) -> None:
    nlp, worst, seen = build(), 0.0, 0
    stream = (text for _, text in posts(COUNT, risky=0.3))
    while texts := list(islice(stream, 2000)):
        full = [analysis_of(doc) for doc in nlp.pipe(texts, batch_size=2000)]
        light = [analyse(text) for text in texts]
        assert full == light
        scores = model.scorer_.scores(light).categories
        worst = max(worst, float(np.abs(by_scikit_learn(model, full)[:, : len(NAMES)] - scores).max()))
        seen += len(texts)
    assert seen == COUNT
    assert worst < 1e-6

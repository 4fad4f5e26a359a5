"""The estimators and the compiled scorer are one truth; a model file is untrusted input."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
import skops.io
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from riskcheck import artefact
from riskcheck.categories import NAMES
from riskcheck.corpus.reading import read_authored
from riskcheck.errors import ModelError
from riskcheck.features import extract
from riskcheck.logits import WINDOW, pieces
from riskcheck.model import RiskModel, severities, targets
from riskcheck.scorer import OUTPUTS, severity_inputs
from riskcheck.text.analysis import analyse


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return RiskModel.load(artefact.default_path())


@pytest.fixture(scope="module")
def examples(pytestconfig: pytest.Config):  # type: ignore[no-untyped-def]
    return read_authored(pytestconfig.rootpath / "data")[:600]


def linear_by_scikit_learn(model: RiskModel, texts: list[str]) -> np.ndarray:
    """Logits of the n-gram model by the estimators themselves, the highest of a long post's windows."""
    found = []
    for analysis in map(analyse, texts):
        windows = []
        for begin, end in pieces(analysis):
            ids, weights = extract(analysis, begin, end)
            at = np.searchsorted(model.keys_, ids)
            at[at == len(model.keys_)] = 0
            known = model.keys_[at] == ids
            row = sp.csr_matrix((weights[known], at[known], [0, known.sum()]), shape=(1, len(model.keys_)))
            windows.append([m.decision_function(row)[0] for m in model.estimators_["ngram"]])
        found.append(np.max(windows, axis=0))
    return np.array(found)


def test_a_long_post_is_read_in_windows_of_whole_sentences() -> None:
    short = analyse("so it goes on and on. " * 6)
    assert pieces(short) == [(0, len(short.tokens))]
    for text in ("we walked home in the rain. " * 90, "word " * 400, "no stop, " * 300, "\n".join("abcdefghij" * 30)):
        analysis = analyse(text)
        found = pieces(analysis)
        assert [a for a, _ in found] == [0, *(b for _, b in found[:-1])]
        assert found[-1][1] == len(analysis.tokens)
        edges = {edge for sentence in analysis.sentences() for edge in sentence}
        assert {edge for piece in found for edge in piece} <= edges
        assert max(b - a for a, b in found) <= max(WINDOW, *(b - a for a, b in analysis.sentences()))


def test_the_compiled_scorer_equals_the_estimators(model: RiskModel, examples) -> None:  # type: ignore[no-untyped-def]
    texts = [e.text for e in examples[:100]] + ["", "x", "word " * 400]
    analyses = [analyse(text) for text in texts]
    stack, network = model.scorer_.inputs(analyses)
    assert np.abs(stack[:, :, 0] - linear_by_scikit_learn(model, texts)).max() < 1e-4
    scores = model.scorer_.from_inputs(stack, network)
    logits = np.column_stack([m.decision_function(stack[:, i]) for i, m in enumerate(model.estimators_["stack"])])
    proba = np.column_stack([m.predict_proba(stack[:, i])[:, 1] for i, m in enumerate(model.estimators_["stack"])])
    assert np.abs(proba[:, : len(NAMES)] - scores.categories).max() < 1e-6
    read = severity_inputs(logits.astype(np.float32), network)
    for i in range(len(NAMES)):
        for level in range(2):
            wanted = model.estimators_["severity"][2 * i + level].predict_proba(read[:, i])[:, 1]
            assert (scores.severities[:, i, level] <= wanted + 1e-6).all()


def test_scores_are_ordered_and_bounded(model: RiskModel, examples) -> None:  # type: ignore[no-untyped-def]
    scores = model.predict_scores([e.text for e in examples[:200]])
    assert (np.diff(scores.overall, axis=1) <= 0).all()
    assert ((scores.categories >= 0) & (scores.categories <= 1)).all()
    assert ((scores.expected >= 0) & (scores.expected <= 3)).all()
    assert model.predict_proba([]).shape == (0, 14)
    assert set(model.predict([e.text for e in examples[:50]])) <= {0, 1, 2, 3}


def test_training_twice_gives_the_same_file(model: RiskModel, examples, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    texts, y = [e.text for e in examples], severities([e.labels for e in examples])
    held = (texts[400:], y[400:])
    manifest = {"version": "0", "thresholds": {}}
    digests = set()
    for name in ("a", "b"):
        fitted = RiskModel(model.encoder, seed=3).fit(texts[:400], y[:400], calibration=held)
        digests.add(fitted.save(tmp_path / name, manifest))
    assert len(digests) == 1
    again = RiskModel.load(tmp_path / "a")
    assert np.array_equal(again.predict_proba(texts), fitted.predict_proba(texts))


def test_it_keeps_the_law_of_scikit_learn(model: RiskModel) -> None:
    plain = RiskModel(C=2.0, min_count=5, seed=1)
    assert clone(plain).get_params() == plain.get_params()
    with pytest.raises(ModelError, match="encoder"):
        plain.fit(["a"], np.zeros((1, 14), int), calibration=(["a"], np.zeros((1, 14), int)))


def test_targets() -> None:
    y = severities([{"job_complaint": 2, "crude_language": 1}, {}])
    wanted = targets(y)
    assert wanted.shape == (2, OUTPUTS)
    assert wanted[0].sum() == 4  # two categories, severity at least 1 and 2
    assert not wanted[1].any()


class Evil:
    def __reduce__(self):  # type: ignore[no-untyped-def]
        return (print, ("never",))


def replaced(path: Path, estimators: object) -> None:
    data = artefact.read(artefact.default_path())
    artefact.write(path, artefact.Artefact(data.manifest, data.arrays, artefact.repack(skops.io.dumps(estimators))))


@pytest.mark.parametrize(
    "estimators",
    [
        {"stack": [Evil()], "severity": []},
        {"stack": [LogisticRegression()], "severity": [zipfile.ZipFile(io.BytesIO(), "w").filename]},
        [LogisticRegression()],
    ],
)
def test_foreign_types_are_refused(tmp_path: Path, estimators: object, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "evil.riskmodel"
    replaced(path, estimators)
    with pytest.raises(ModelError, match=r"do not use this file"):
        RiskModel.load(path)
    assert "never" not in capsys.readouterr().out

"""The trained model: scikit-learn estimators over hashed n-grams and the encoder's logits."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from riskcheck import artefact, soundness
from riskcheck.categories import NAMES
from riskcheck.encoder import Float
from riskcheck.errors import ModelError
from riskcheck.features import extract
from riskcheck.scorer import INPUTS, LEVELS, OUTPUTS, Scorer, Scores, severity_inputs
from riskcheck.text.analysis import Analysis, analyse

_BATCH = 512
_OPEN = -100.0
"""Gate that the n-gram model lets every post through."""
_MISSED = 0.002
"""Share of the calibration posts found risky that the gate may hold back."""
_COUNTS = {"stack": OUTPUTS, "severity": 2 * len(NAMES)}
Estimators = dict[str, list[LogisticRegression]]


def severities(labels: Sequence[dict[str, int]]) -> NDArray[np.int64]:
    """Lay labels out as a matrix of severities, shape (n, 14), 0 where a category does not apply."""
    return np.array([[row.get(name, 0) for name in NAMES] for row in labels], dtype=np.int64).reshape(-1, len(NAMES))


def targets(y: NDArray[np.int64]) -> NDArray[np.bool_]:
    """What the stacked outputs predict, shape (n, 17): each category, then overall severity of 1, 2, 3 or more."""
    overall = y.max(axis=1)
    return np.column_stack([y > 0, *(overall >= level for level in range(1, LEVELS + 1))])


class RiskModel(BaseEstimator):  # type: ignore[misc]
    """Score posts for the fourteen categories and the overall severity.

    One calibrated logistic regression for every category and cumulative ones for severity (an ordinal model) read a
    logistic regression over hashed n-grams, and the encoder, which reads what the first holds possible (a cascade).

    Parameters
    ----------
    encoder : dict of str to ndarray, optional
        Arrays of a trained :class:`riskcheck.encoder.Encoder`. Needed to fit; kept in a saved model.
    C : float
        Inverse strength of the n-gram model's L2 penalty, above 0.
    min_count : int
        Training posts that a feature must occur in to be kept, 1 or more.
    seed : int
        Seed of the solvers.

    Attributes
    ----------
    estimators_ : dict of str to list of LogisticRegression
        ``ngram`` (17), ``stack`` (17) and ``severity`` (28) models.
    gate_ : float
        n-gram logit that one output must reach for the encoder to read a post.
    calm_ : ndarray of float32, shape (45,)
        The encoder's mean logits of the posts below it.
    scorer_ : Scorer
        The compiled form; what :meth:`predict_proba` runs.
    """

    def __init__(
        self,
        encoder: dict[str, NDArray[Any]] | None = None,
        *,
        C: float = 3.0,  # noqa: N803 (scikit-learn's name)
        min_count: int = 3,
        seed: int = 0,
    ) -> None:
        self.encoder = encoder
        self.C = C
        self.min_count = min_count
        self.seed = seed

    def fit(
        self,
        X: Sequence[str],  # noqa: N803
        y: NDArray[np.int64],
        *,
        calibration: tuple[Sequence[str], NDArray[np.int64]],
    ) -> RiskModel:
        """Train.

        Parameters
        ----------
        X : sequence of str
            Training posts.
        y : ndarray of int, shape (n, 14)
            Severity of every category, 0 to 3.
        calibration : tuple
            Posts and severities that neither the n-gram model nor the encoder has seen: the stack, the
            severities and their calibration are fitted on them.

        Returns
        -------
        RiskModel
            Itself.
        """
        if self.encoder is None:
            raise ModelError("an encoder is needed to train; pass the arrays of models/encoder/encoder.npz")
        analyses = [analyse(text) for text in X]
        matrix, keys = self._matrix(analyses)
        wanted = targets(y)
        ngram = [self._fitted(self.C, matrix, wanted[:, i]) for i in range(OUTPUTS)]
        for model in ngram:
            # What is shipped is half precision: round before anything is fitted on top.
            model.coef_ = model.coef_.astype(np.float16).astype(np.float64)
        self.keys_: NDArray[np.uint32] = keys
        self.estimators_: Estimators = {"ngram": ngram, "stack": [], "severity": []}
        self.gate_, self.calm_ = _OPEN, np.zeros(self.encoder["output"].shape[1], np.float32)
        held_out, severity = [analyse(text) for text in calibration[0]], calibration[1]
        self._fit_stack(*self._inputs(held_out), severity)
        self._close_gate(*self._inputs(held_out))
        self._fit_stack(*self._inputs(held_out), severity)
        self.scorer_ = Scorer(self.arrays())
        return self

    def _fitted(self, c: float, x: Any, wanted: NDArray[np.bool_], *, otherwise: float = -9.0) -> LogisticRegression:
        """Fit one logistic regression; what always or never occurs gets a constant logit instead."""
        if not 0 < wanted.sum() < len(wanted):
            return _logistic_from(np.zeros(x.shape[1]), otherwise)
        model = LogisticRegression(C=c, solver="liblinear", random_state=self.seed, max_iter=1000)
        return model.fit(x, wanted)

    def _matrix(self, analyses: Sequence[Analysis]) -> tuple[sp.csr_matrix, NDArray[np.uint32]]:
        features = [extract(analysis) for analysis in analyses]
        ids = np.concatenate([f[0] for f in features])
        found, counts = np.unique(np.concatenate([np.unique(f[0]) for f in features]), return_counts=True)
        keys = found[counts >= self.min_count]
        columns = np.searchsorted(keys, ids)
        columns[columns == len(keys)] = 0
        known = keys[columns] == ids
        rows = np.repeat(np.arange(len(features)), [len(f[0]) for f in features])
        values = np.concatenate([f[1] for f in features])
        shape = (len(features), len(keys))
        # The constructor sums what stands twice in a row.
        return sp.csr_matrix((values[known], (rows[known], columns[known])), shape=shape), keys

    def _inputs(self, analyses: Sequence[Analysis]) -> tuple[Float, Float]:
        """What the stack reads of posts, by the parts that are fitted so far."""
        scorer = Scorer({**_identity_stack(), **self.arrays()})
        parts = [scorer.inputs(analyses[i : i + _BATCH]) for i in range(0, len(analyses), _BATCH)]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def _close_gate(self, stack: Float, network: Float) -> None:
        """Let the n-gram model alone call harmless what is below all but the least of what the stack finds."""
        found = self.estimators_["stack"][len(NAMES)].decision_function(stack[:, len(NAMES)]) > 0
        alarm = stack[:, :, 0].max(axis=1)
        gate = float(np.quantile(alarm[found], _MISSED)) if found.any() else _OPEN
        if (alarm < gate).any():
            self.gate_, self.calm_ = gate, network[alarm < gate].mean(axis=0)

    def _fit_stack(self, stack: Float, network: Float, y: NDArray[np.int64]) -> None:
        wanted = targets(y)
        self.estimators_["stack"] = [self._fitted(1.0, stack[:, i], wanted[:, i]) for i in range(OUTPUTS)]
        logits = np.column_stack(
            [m.decision_function(stack[:, i]) for i, m in enumerate(self.estimators_["stack"])]
        ).astype(np.float32)
        read = severity_inputs(logits, network)
        self.estimators_["severity"] = []
        for i in range(len(NAMES)):
            has = y[:, i] > 0
            self.estimators_["severity"] += [
                self._fitted(0.3, read[has, i], y[has, i] >= level, otherwise=-1.0 - level) for level in (2, 3)
            ]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Compile the fitted estimators into the arrays that :class:`riskcheck.scorer.Scorer` reads."""
        check_is_fitted(self, "estimators_")
        assert self.encoder is not None
        compiled: dict[str, NDArray[Any]] = {
            "ngram_keys": self.keys_,
            "ngram_coef": np.column_stack([m.coef_[0] for m in self.estimators_["ngram"]]).astype(np.float16),
            "ngram_bias": np.array([m.intercept_[0] for m in self.estimators_["ngram"]], dtype=np.float32),
            "gate": np.array([self.gate_], dtype=np.float32),
            "calm": self.calm_,
            **{f"encoder_{name}": array for name, array in self.encoder.items()},
        }
        if self.estimators_["stack"]:
            compiled["stack_coef"] = np.array([m.coef_[0] for m in self.estimators_["stack"]], dtype=np.float32)
            compiled["stack_bias"] = np.array([m.intercept_[0] for m in self.estimators_["stack"]], dtype=np.float32)
            severity = self.estimators_["severity"]
            compiled["severity_coef"] = np.array([m.coef_[0] for m in severity], dtype=np.float32).reshape(14, 2, -1)
            compiled["severity_bias"] = np.array([m.intercept_[0] for m in severity], dtype=np.float32).reshape(14, 2)
        return compiled

    def predict_scores(self, X: Sequence[str]) -> Scores:  # noqa: N803
        """Score posts, all of :class:`riskcheck.scorer.Scores`."""
        check_is_fitted(self, "scorer_")
        parts = [
            self.scorer_.scores([analyse(text) for text in X[i : i + _BATCH]]) for i in range(0, max(1, len(X)), _BATCH)
        ]
        return Scores(
            np.concatenate([p.categories for p in parts]),
            np.concatenate([p.severities for p in parts]),
            np.concatenate([p.overall for p in parts]),
        )

    def predict_proba(self, X: Sequence[str]) -> Float:  # noqa: N803
        """Probability of every category, shape (n, 14)."""
        return self.predict_scores(X).categories

    def predict(self, X: Sequence[str]) -> NDArray[np.int64]:  # noqa: N803
        """Overall severity class, 0 to 3, shape (n,)."""
        level: NDArray[np.int64] = (self.predict_scores(X).overall >= 0.5).sum(axis=1)
        return level

    def save(self, path: Path, manifest: dict[str, Any]) -> str:
        """Write the model file; returns its SHA-256. ``manifest`` must hold ``version`` and ``thresholds``."""
        import skops.io

        small = {name: self.estimators_[name] for name in ("stack", "severity")}
        params = {"C": self.C, "min_count": self.min_count, "seed": self.seed}
        data = artefact.Artefact(
            {**manifest, "categories": list(NAMES), "params": params},
            self.arrays(),
            artefact.repack(skops.io.dumps(small)),
        )  # fmt: skip
        return artefact.write(path, data)

    @classmethod
    def load(cls, path: Path) -> RiskModel:
        """Read a model file; estimators of any type but scikit-learn's own are refused.

        Raises
        ------
        ModelError
            If the file is not whole, altered, or holds a type that is not trusted.
        """
        data = artefact.read(path)
        soundness.check_arrays(data.arrays)
        small = _estimators(path, data.estimators)
        params = data.manifest.get("params")
        if not isinstance(params, dict) or params.keys() != {"C", "min_count", "seed"}:
            raise ModelError(f"{path}: its manifest lacks the parameters of the training; get a fresh copy")
        prefix = "encoder_"
        model = cls({k.removeprefix(prefix): v for k, v in data.arrays.items() if k.startswith(prefix)}, **params)
        model.keys_ = data.arrays["ngram_keys"]
        coef, bias = data.arrays["ngram_coef"], data.arrays["ngram_bias"]
        model.estimators_ = {
            "ngram": [_logistic_from(coef[:, i], float(bias[i])) for i in range(OUTPUTS)],
            **small,
        }
        model.gate_, model.calm_ = float(data.arrays["gate"][0]), data.arrays["calm"]
        model.scorer_ = Scorer(data.arrays)
        return model


def _estimators(path: Path, content: bytes) -> Estimators:
    """Read the estimators of a model file; nothing but numbers is taken over."""
    import skops.io

    try:
        if not artefact.is_plain(content):
            raise ModelError(f"{path}: its estimators are packed; do not use this file")
        unknown = skops.io.get_untrusted_types(data=content)
        if unknown:
            raise ModelError(f"{path}: holds types that are not trusted ({', '.join(unknown)}); do not use this file")
        with warnings.catch_warnings():
            # Coefficients mean the same in every version of scikit-learn, and nothing else is kept.
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            small = skops.io.loads(content, trusted=[])
    except ModelError:
        raise
    except Exception as error:  # skops raises whatever a forged schema makes it stumble over
        raise ModelError(f"{path}: its estimators are not in skops form ({error}); do not use this file") from error
    if not isinstance(small, dict) or {k: len(v) for k, v in small.items() if isinstance(v, list)} != _COUNTS:
        raise ModelError(f"{path}: holds other estimators than riskcheck's; do not use this file")
    if {type(model) for models in small.values() for model in models} != {LogisticRegression}:
        raise ModelError(f"{path}: holds other estimators than riskcheck's; do not use this file")
    return {name: [_logistic_from(m.coef_[0], float(m.intercept_[0]), c=m.C) for m in small[name]] for name in _COUNTS}


def _identity_stack() -> dict[str, NDArray[Any]]:
    """Stand-ins for the arrays that are fitted last."""
    return {
        "stack_coef": np.zeros((OUTPUTS, INPUTS), "f4"), "stack_bias": np.zeros(OUTPUTS, "f4"),
        "severity_coef": np.zeros((14, 2, 4), "f4"), "severity_bias": np.zeros((14, 2), "f4"),
    }  # fmt: skip


def _logistic_from(coef: NDArray[Any], bias: float, *, c: float = 1.0) -> LogisticRegression:
    model = LogisticRegression(C=c, solver="liblinear")
    model.classes_ = np.array([False, True])
    model.coef_ = np.asarray(coef, dtype=np.float64)[None]
    model.intercept_ = np.array([bias])
    return model

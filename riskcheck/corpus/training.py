"""Train the shipped model from the corpus: one command, the same bytes from the same data."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskcheck.corpus import evaluate, thresholds
from riskcheck.corpus.reading import AUTHORED, Example, hydrate, hydrated_files, read_authored, read_challenge
from riskcheck.corpus.splitting import role, with_groups
from riskcheck.errors import CorpusError
from riskcheck.model import RiskModel, severities

DEV = "dev"
MODEL_VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class Splits:
    """The corpus by role; no group stands on two sides.

    Parameters
    ----------
    train, calibration : list of Example
        What the models, and then the stack and the thresholds, are fitted on.
    test : list of Example
        Invented posts of voices that nothing was fitted on.
    dev : list of Example
        Public posts that nothing was fitted on; empty without hydrated texts.
    """

    train: list[Example]
    calibration: list[Example]
    test: list[Example]
    dev: list[Example]


def split(data: Path, texts: Path | None) -> Splits:
    """Read the corpus and divide it by group.

    Parameters
    ----------
    data : Path
        The project's ``data`` folder.
    texts : Path, optional
        Folder with the texts of the public posts; without it only the invented posts are used.
    """
    public: list[Example] = []
    dev: list[Example] = []
    if texts is not None:
        found = hydrate(data, hydrated_files(texts))
        dev = found.examples.get(DEV, [])
        public = [e for name, examples in sorted(found.examples.items()) if name != DEV for e in examples]
        if not public:
            raise CorpusError(f"{texts}: no text here has the id of a labelled post; point at the hydrated corpus")
    pool = with_groups([*dev, *public, *read_authored(data)])
    held_out = {e.group for e in pool[: len(dev)]}
    rest = [e for e in pool[len(dev) :] if e.group not in held_out]
    roles = [role(e) for e in rest]
    return Splits(
        train=[e for e, r in zip(rest, roles, strict=True) if r == "train"],
        calibration=[e for e, r in zip(rest, roles, strict=True) if r == "calibration"],
        test=[e for e, r in zip(rest, roles, strict=True) if r == "test"],
        dev=pool[: len(dev)],
    )


def read_encoder(path: Path) -> dict[str, NDArray[Any]]:
    """Read the encoder's arrays; nothing is unpickled.

    Raises
    ------
    CorpusError
        If the file is missing or not a set of arrays.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: no encoder arrays ({error}); it lies in models/encoder of the project") from error


def fit(splits: Splits, encoder: dict[str, NDArray[Any]], *, seed: int = 0) -> tuple[RiskModel, dict[str, Any]]:
    """Fit the model and choose its thresholds.

    Returns
    -------
    model : RiskModel
        The fitted model.
    thresholds : dict
        As :func:`riskcheck.corpus.thresholds.choose` gives them.
    """
    model = RiskModel(encoder, seed=seed)
    held = ([e.text for e in splits.calibration], severities([e.labels for e in splits.calibration]))
    model.fit([e.text for e in splits.train], severities([e.labels for e in splits.train]), calibration=held)
    public = np.array([e.collection != AUTHORED for e in splits.calibration])
    everyday = public if public.any() else ~public
    return model, thresholds.choose(model.predict_scores(held[0]), held[1], everyday)


def train(
    data: Path,
    texts: Path | None,
    encoder: Path,
    out: Path,
    *,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Train, evaluate and write the model.

    Parameters
    ----------
    data, texts : Path
        As for :func:`split`.
    encoder : Path
        ``models/encoder/encoder.npz``.
    out : Path
        Model file to write.
    seed : int
        Seed of the solvers.
    say : callable
        Receives a line on each stage.

    Returns
    -------
    dict
        Manifest of the model, with ``sha256`` of the file.
    """
    splits = split(data, texts)
    say(
        f"{len(splits.train)} posts train, {len(splits.calibration)} calibrate, "
        f"{len(splits.test)} invented and {len(splits.dev)} public posts test"
    )
    if texts is None:
        say("no texts of public posts given: training on the invented posts alone, the result is not the shipped model")
    model, limits = fit(splits, read_encoder(encoder), seed=seed)
    say("evaluating")
    tests = {"invented": splits.test, "public": splits.dev, "challenge": read_challenge(data)}
    manifest = {
        "version": MODEL_VERSION if texts is not None else f"{MODEL_VERSION}+invented-only",
        "thresholds": limits,
        "metrics": {name: evaluate.report(model, examples, limits) for name, examples in tests.items() if examples},
        "posts": {"train": len(splits.train), "calibration": len(splits.calibration)},
        "made_with": versions(),
    }
    return {**manifest, "sha256": model.save(out, manifest)}


def versions() -> dict[str, str]:
    """Versions that the bytes of a model depend on."""
    import scipy
    import sklearn

    return {
        "python": platform.python_version(), "numpy": np.__version__,
        "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
    }  # fmt: skip

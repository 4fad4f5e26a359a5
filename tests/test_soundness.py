"""A model file whose checksums all fit, but whose parts do not make a model, is refused with a sentence."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from click.testing import CliRunner
from sklearn.linear_model import LogisticRegression

from riskcheck import artefact
from riskcheck.artefact import Artefact
from riskcheck.assess import Assessor
from riskcheck.cli import cli
from riskcheck.errors import ModelError
from riskcheck.model import RiskModel

SHIPPED = artefact.read(artefact.default_path())
ARRAYS = sorted(SHIPPED.arrays)


def refused(array: dict[str, np.ndarray] | None = None, manifest: dict[str, Any] | None = None) -> str:
    """Say what an assessor says to a model with these parts."""
    with pytest.raises(ModelError) as found:
        Assessor(Artefact(SHIPPED.manifest if manifest is None else manifest, array or SHIPPED.arrays))
    sentence = str(found.value)
    assert re.search(r"; (get a fresh copy|train it anew with this version of riskcheck)$", sentence), sentence
    assert "\n" not in sentence
    assert len(sentence) < 200
    return sentence


def test_the_shipped_model_is_accepted() -> None:
    """Else the tests below would prove nothing."""
    Assessor(SHIPPED)


@pytest.mark.parametrize("name", ARRAYS)
def test_every_array_is_needed(name: str) -> None:
    assert "encoder_" in refused({k: v for k, v in SHIPPED.arrays.items() if k != name}) or "encoder" not in name


@pytest.mark.parametrize("name", [n for n in ARRAYS if n != "encoder_gram_vectors"])
def test_an_array_that_is_a_row_short_fits_nothing(name: str) -> None:
    refused({**SHIPPED.arrays, name: SHIPPED.arrays[name][:-1]})


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("wrong", ["flat", "deep", "kind", "empty"])
def test_an_array_of_another_form_is_refused(name: str, wrong: str) -> None:
    array = SHIPPED.arrays[name]
    changed = {
        "flat": array.ravel()[:1] if array.size > 1 else np.repeat(array, 2), "deep": array[None], "empty": array[:0],
        "kind": array.astype(np.int64) if array.dtype.kind == "f" else array.astype(np.float32),
    }[wrong]  # fmt: skip
    refused({**SHIPPED.arrays, name: changed})


@pytest.mark.parametrize("name", ["stack_bias", "severity_coef", "encoder_conv0", "encoder_output"])
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused(name: str, number: float) -> None:
    array = np.array(SHIPPED.arrays[name])
    array.flat[-1] = number
    assert "no number" in refused({**SHIPPED.arrays, name: array})


@pytest.mark.parametrize("steps", [[0, 2, 4], [-1, 2, 4], [1, 2, 2**30], [1] * 200, []])
def test_steps_of_the_layers_stay_within_a_post(steps: list[int]) -> None:
    assert "dilations" in refused({**SHIPPED.arrays, "encoder_dilations": np.array(steps, np.int32)})


@pytest.mark.parametrize("name", ["ngram_keys", "encoder_word_keys"])
def test_keys_are_sorted(name: str) -> None:
    assert "not sorted" in refused({**SHIPPED.arrays, name: np.array(SHIPPED.arrays[name][::-1])})


def test_arrays_that_no_model_has_are_refused() -> None:
    assert "../../x not known" in refused({**SHIPPED.arrays, "../../x": np.zeros(3)})


@pytest.mark.parametrize("key", ["version", "categories", "thresholds"])
@pytest.mark.parametrize("value", ["gone", None, 7, [], {}, ["x"], {"bands": [0.1, 0.2, 0.3]}])
def test_a_manifest_without_what_a_model_needs_is_refused(key: str, value: object) -> None:
    manifest = {k: v for k, v in SHIPPED.manifest.items() if k != key}
    refused(manifest=manifest if value == "gone" else {**manifest, key: value})


@pytest.mark.parametrize("limit", [-0.1, 1.5, float("nan"), "0.5", None, [0.5]])
@pytest.mark.parametrize("where", ["bands", "categories"])
def test_thresholds_are_probabilities(limit: object, where: str) -> None:
    limits = json.loads(json.dumps(SHIPPED.manifest["thresholds"]))
    limits[where][0 if where == "bands" else "job_complaint"] = limit
    assert "is no threshold" in refused(manifest={**SHIPPED.manifest, "thresholds": limits})


def written(path: Path, manifest: dict[str, Any], estimators: bytes = SHIPPED.estimators) -> Path:
    artefact.write(path, Artefact(manifest, SHIPPED.arrays, estimators))
    return path


def test_the_command_line_says_it_in_one_line(tmp_path: Path) -> None:
    manifest = {k: v for k, v in SHIPPED.manifest.items() if k != "version"}
    path = written(tmp_path / "m", manifest)
    for words in (["check", "hello"], ["model"], ["score", "-"]):
        done = CliRunner().invoke(cli, [*words, "--model", str(path)], input='{"text": "hello"}\n')
        assert done.exit_code == 2, done.output
        assert done.stderr.startswith("riskcheck: the model file does not hold a model of this version")
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("params", [None, {}, {"C": 1.0}, {"C": 1.0, "min_count": 3, "seed": 0, "encoder": 1}, [1]])
def test_training_parameters_are_those_of_a_model(tmp_path: Path, params: object) -> None:
    path = written(tmp_path / "m", {**SHIPPED.manifest, "params": params})
    with pytest.raises(ModelError, match="parameters of the training"):
        RiskModel.load(path)


def swollen(content: bytes) -> bytes:
    """Pack a skops file, as a bomb would be."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            out.writestr(name, source.read(name))
    return target.getvalue()


def schema(change: Callable[[dict[str, Any]], None]) -> bytes:
    """Forge the schema of the shipped estimators."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SHIPPED.estimators)) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            content = source.read(name)
            if name == "schema.json":
                tree = json.loads(content)
                change(tree)
                content = json.dumps(tree).encode()
            out.writestr(name, content)
    return target.getvalue()


FEW = [LogisticRegression().fit([[0.0], [1.0]], [0, 1])]


@pytest.mark.parametrize(
    "estimators",
    [
        swollen(SHIPPED.estimators),
        artefact.repack(skops.io.dumps({"stack": FEW * 17, "severity": FEW})),
        artefact.repack(skops.io.dumps({"stack": FEW * 17, "severity": FEW * 28, "more": FEW})),
        artefact.repack(skops.io.dumps({"stack": FEW * 17, "severity": [1] * 28})),
        artefact.repack(skops.io.dumps({"stack": 3, "severity": None})),
        schema(lambda tree: tree.pop("content")),
        schema(lambda tree: tree.update(__loader__="NoSuchNode")),
        schema(lambda tree: tree.update(__class__="system", __module__="os", __loader__="FunctionNode")),
        schema(lambda tree: tree["content"].update(stack=None)),
    ],
    ids=["packed", "too few", "too many", "numbers", "no lists", "no content", "no loader", "os.system",
         "nothing"],
)  # fmt: skip
def test_estimators_that_are_not_riskchecks_are_refused(tmp_path: Path, estimators: bytes) -> None:
    path = written(tmp_path / "m", SHIPPED.manifest, estimators)
    with pytest.raises(ModelError, match="do not use this file"):
        RiskModel.load(path)


def test_members_that_no_model_has_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(artefact, "_ESTIMATORS", "evil.py")
        artefact.write(path, Artefact(SHIPPED.manifest, {}, b"import os"))
    with pytest.raises(ModelError, match=r"holds evil\.py, which no model has; do not use this file"):
        artefact.read(path)


@pytest.mark.parametrize("packed", [True, False])
def test_a_huge_manifest_is_refused_before_it_is_read(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "m"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        archive.writestr("manifest.json", b" " * (5 * 1024 * 1024) if not packed else b"{}")
    with pytest.raises(ModelError, match="packed or far too large"):
        artefact.read(path)

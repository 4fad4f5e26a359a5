"""What a user, or somebody who sends one a file, can put in front of the program: profiles and model files."""

from __future__ import annotations

import hashlib
import io
import json
import math
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from fuzz.kit import Choices, promise
from riskcheck import artefact, profile
from riskcheck.assess import Assessor
from riskcheck.categories import NAMES
from riskcheck.errors import ModelError, ProfileError
from riskcheck.post import Post
from riskcheck.scorer import INPUTS, OUTPUTS
from riskcheck.text.tokens import LOOKS

LONGEST = 12_000
_PROFILE, _RAW, _FORGED = 0, 1, 2
_POST = Post(text="I hate my job at Brightwell. My boss is an idiot!! \U0001f602 " * 3, kind="draft")
_WIDTH, _HEADS, _HIDDEN, _LOGITS = 4, 2, 3, 3 * OUTPUTS - 6
DICTIONARY = (
    "stage = ",
    '"offer_pending"',
    "present = [",
    "strictness",
    "off = [",
    "keywords = [",
    "allow = [",
    "[[",
    "''' ",
    "=",
    "1979-05-27T07:32:00Z",
    "0x",
    "manifest.json",
    "arrays/",
    ".npy",
    "\x93NUMPY\x01\x00",
    "'descr'",
    "'<f4'",
    "'shape'",
)


def small_arrays() -> dict[str, np.ndarray]:
    """Return the arrays of a model of a few kilobytes."""
    made = np.random.default_rng(0)

    def some(*shape: int) -> np.ndarray:
        return made.normal(size=shape).astype(np.float32)

    encoder = {
        "word_keys": np.array([1, 2, 3], np.uint32), "word_vectors": some(3, _WIDTH), "gram_vectors": some(8, _WIDTH),
        "shape_vectors": some(LOOKS, _WIDTH), "dilations": np.array([1, 2], np.int32),
        "conv0": some(3 * _WIDTH, _WIDTH), "conv0_bias": some(_WIDTH),
        "conv1": some(3 * _WIDTH, _WIDTH), "conv1_bias": some(_WIDTH),
        "query": some(_WIDTH, _HEADS), "query_bias": some(_HEADS),
        "hidden": some(_WIDTH * (2 + _HEADS), _HIDDEN), "hidden_bias": some(_HIDDEN),
        "output": some(_HIDDEN, 45), "output_bias": some(45),
    }  # fmt: skip
    return {
        "ngram_keys": np.array([5, 9, 2**31], np.uint32), "ngram_coef": some(3, OUTPUTS), "ngram_bias": some(OUTPUTS),
        "gate": some(1), "calm": some(45), "stack_coef": some(OUTPUTS, INPUTS), "stack_bias": some(OUTPUTS),
        "severity_coef": some(len(NAMES), 2, 4), "severity_bias": some(len(NAMES), 2),
        **{f"encoder_{name}": array for name, array in encoder.items()},
    }  # fmt: skip


def small_manifest() -> dict[str, Any]:
    """Return the manifest that goes with them."""
    limits = {"categories": dict.fromkeys(NAMES, 0.5), "bands": [0.3, 0.5, 0.7]}
    return {"version": "0.0.0", "categories": list(NAMES), "thresholds": limits}


@cache
def _small() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.riskmodel"
        artefact.write(path, artefact.Artefact(small_manifest(), small_arrays()))
        return path.read_bytes()


def seeds() -> Iterator[bytes]:
    """Yield profiles, a whole model, and recipes for models that are signed but wrong."""
    full = profile.Profile(
        stage="employed", present=("Brightwell",), former=("@acme",), off=("hot_button",), keywords=("deadline",),
        allow=("texas tea",), strictness="strict",
    )  # fmt: skip
    yield bytes([_PROFILE]) + profile.dump(full).encode()
    yield bytes([_PROFILE]) + b'stage = "offer_pending"\npresent = ["a", \'b\']\n[x.y]\nz = {a = 1}\n'
    yield bytes([_RAW]) + _small()[:LONGEST]
    yield from (bytes([_FORGED, *range(start, start + 40)]) for start in range(0, 210, 7))


def one(data: bytes) -> None:
    """Load a profile or a model; only the errors of their own may come out."""
    choices = Choices(data)
    kind = choices.number(3)
    with tempfile.TemporaryDirectory() as name:
        if kind == _PROFILE:
            _profile(Path(name) / "profile.toml", choices.rest())
        else:
            path = Path(name) / "some.riskmodel"
            path.write_bytes(choices.rest() if kind == _RAW else forged(choices))
            _model(path)


def _profile(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        found = profile.load(path)
    except ProfileError as error:
        promise(str(error), "an error without words")
        return
    profile.write(path, found)
    promise(profile.load(path) == found, "a profile that is written is read otherwise")
    Assessor(_plain(), found).check(_POST)


@cache
def _plain() -> artefact.Artefact:
    return artefact.Artefact(small_manifest(), small_arrays())


def _model(path: Path) -> None:
    try:
        assessor = Assessor.from_file(path)
    except ModelError as error:
        promise(str(error), "an error without words")
        return
    found = assessor.check(_POST)
    promise(isinstance(found.model, str), "a version that is no text")
    promise(found.score is not None and math.isfinite(found.score), "a model that loads gives no score")
    promise(all(math.isfinite(value) for value in found.scores.values()), "a model that loads gives no probabilities")


def forged(choices: Choices) -> bytes:
    """Write a model as somebody who knows the format would: wrong, with checksums that fit."""
    arrays, manifest = {k: v.copy() for k, v in small_arrays().items()}, small_manifest()
    for _ in range(1 + choices.number(3)):
        what, name = choices.number(7), choices.pick(sorted(arrays))
        if what == 0:
            del arrays[name]
        elif what == 1:
            shape = tuple(choices.number(9) for _ in range(choices.number(4)))
            arrays[name] = np.ones(shape, arrays[name].dtype)
        elif what == 2:
            arrays[name] = arrays[name].astype(choices.pick(("<f2", "<f4", "<f8", "<u4", "<i4", "<i8")))
        elif what == 3 and arrays[name].size:
            values = (0, -1, 1e38, float("nan"), float("inf"), 2**31, 10**9)
            with np.errstate(all="ignore"):
                at = choices.number(arrays[name].size)
                arrays[name].reshape(-1)[at] = np.array(choices.pick(values)).astype(arrays[name].dtype)
        elif what == 4:
            arrays[choices.text()[:40]] = arrays[name]
        else:
            _twist(manifest, choices)
        if not arrays:
            break
    members = {f"arrays/{name}.npy": _npy(array) for name, array in arrays.items()}
    manifest |= {"format": artefact.FORMAT, "checksums": {n: hashlib.sha256(c).hexdigest() for n, c in members.items()}}
    try:
        manifest["digest"] = artefact._digest(manifest)
        text = json.dumps(manifest).encode()
    except (ValueError, TypeError, OverflowError):
        text = b"{}"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in {**members, "manifest.json": text}.items():
            archive.writestr(zipfile.ZipInfo(name.encode("utf-8", "replace").decode()), content)
    return stream.getvalue()


def _npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=(1, 0), allow_pickle=False)
    return stream.getvalue()


def _twist(manifest: dict[str, Any], choices: Choices) -> None:
    """Put something odd into the manifest."""
    holder = manifest
    for _ in range(choices.number(3)):
        inner = [value for value in holder.values() if isinstance(value, dict)]
        holder = choices.pick(inner) if inner else holder
    if holder:
        holder[choices.pick(sorted(holder))] = choices.value()

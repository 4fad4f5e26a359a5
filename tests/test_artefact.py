from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import shutil
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from riskcheck import artefact
from riskcheck.artefact import Artefact, read, repack, write
from riskcheck.errors import ModelError
from riskcheck.model import RiskModel

ARRAYS = {
    "half": np.arange(6, dtype=np.float16).reshape(2, 3),
    "single": np.linspace(-1, 1, 5, dtype=np.float32),
    "keys": np.array([3, 5, 2**32 - 1], dtype=np.uint32),
    "none": np.zeros((0, 4), dtype=np.float32),
    "double": np.array([0.25]),
}
MANIFEST = {"version": "9.9.9", "categories": ["a", "b"], "thresholds": {"bands": [0.1, 0.2, 0.3]}, "note": "é"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "small.riskmodel"
    write(path, Artefact(MANIFEST, ARRAYS, b"estimators"))
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forge(path: Path, parts: dict[str, bytes], *, compression: int = zipfile.ZIP_STORED, sign: bool = True) -> None:
    """Write a model file as somebody who knows the format would: with checksums and digest that fit."""
    manifest = json.loads(parts["manifest.json"])
    if sign:
        manifest["checksums"] = {n: hashlib.sha256(c).hexdigest() for n, c in parts.items() if n != "manifest.json"}
        manifest["digest"] = artefact._digest(manifest)
    path.unlink()  # arrays that were read before stay mapped to the old file
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in {**parts, "manifest.json": json.dumps(manifest).encode()}.items():
            archive.writestr(name, content)


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def same(a: Artefact, b: Artefact) -> bool:
    return (
        a.manifest == b.manifest
        and a.estimators == b.estimators
        and a.arrays.keys() == b.arrays.keys()
        and all(a.arrays[k].dtype == b.arrays[k].dtype and np.array_equal(a.arrays[k], b.arrays[k]) for k in a.arrays)
    )


def test_round_trip(model: Path) -> None:
    found = read(model)
    assert found.version == "9.9.9"
    assert {k: found.manifest[k] for k in MANIFEST} == MANIFEST
    assert found.estimators == b"estimators"
    assert same(found, Artefact(found.manifest, ARRAYS, b"estimators"))
    assert all(not a.flags.writeable for a in found.arrays.values() if a.size)


def test_a_forged_file_that_changes_nothing_is_read(model: Path) -> None:
    """Else the tests below would prove nothing."""
    before = read(model)
    forge(model, members(model))
    assert same(before, read(model))


def test_the_same_model_gives_the_same_bytes_and_the_hash_is_of_the_file(tmp_path: Path, model: Path) -> None:
    digest = write(tmp_path / "again", Artefact(MANIFEST, dict(reversed(ARRAYS.items())), b"estimators"))
    assert (tmp_path / "again").read_bytes() == model.read_bytes()
    assert digest == hashlib.sha256(model.read_bytes()).hexdigest()
    other = write(tmp_path / "other", Artefact({**MANIFEST, "version": "9.9.8"}, ARRAYS, b"estimators"))
    assert other != digest


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, model: Path) -> None:
    before = model.read_bytes()
    with pytest.raises(ValueError, match="Object arrays"):
        write(model, Artefact(MANIFEST, {"bad": np.array([{}], dtype=object)}))
    assert model.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [model.name]


def test_a_file_cut_anywhere_is_refused(tmp_path: Path, model: Path) -> None:
    whole = model.read_bytes()
    cut = tmp_path / "cut"
    for length in [*range(0, len(whole), 37), len(whole) - 1]:
        cut.write_bytes(whole[:length])
        with pytest.raises(ModelError, match="cut"):
            read(cut)


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_a_flipped_byte_is_refused_or_changes_nothing(tmp_path: Path, model: Path, mask: int) -> None:
    """Times and other unused zip fields may differ; what is read from the file may not."""
    whole, before = model.read_bytes(), read(model)
    path = tmp_path / "flipped"
    refused = 0
    unexpected = {}
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :])
        try:
            assert same(before, read(path)), f"byte {at} changed what is read"
        except ModelError:
            refused += 1
        except Exception as error:
            unexpected[at] = repr(error)
    assert unexpected == {}
    assert refused > len(whole) // 3 * 0.6


def test_flipped_bytes_of_the_shipped_model_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "shipped"
    shutil.copyfile(artefact.default_path(), path)
    size = path.stat().st_size
    for at in (size // 10, size // 2, size * 9 // 10):
        with path.open("r+b") as stream:
            stream.seek(at)
            byte = stream.read(1)[0]
            stream.seek(at)
            stream.write(bytes([byte ^ 0xFF]))
            stream.flush()
            with pytest.raises(ModelError, match="altered or damaged"):
                read(path)
            stream.seek(at)
            stream.write(bytes([byte]))
    assert read(path).version == read(artefact.default_path()).version


def test_swapped_members_are_refused(model: Path) -> None:
    parts = members(model)
    a, b = "arrays/half.npy", "arrays/single.npy"
    parts[a], parts[b] = parts[b], parts[a]
    forge(model, parts, sign=False)
    with pytest.raises(ModelError, match="altered or damaged"):
        read(model)
    manifest = json.loads(parts["manifest.json"])
    manifest["checksums"][a], manifest["checksums"][b] = manifest["checksums"][b], manifest["checksums"][a]
    forge(model, {**parts, "manifest.json": json.dumps(manifest).encode()}, sign=False)
    with pytest.raises(ModelError, match="its manifest was altered"):
        read(model)


@pytest.mark.parametrize(
    "key", ["version", "thresholds", "categories", "format", "digest"], ids=lambda key: f"changed {key}"
)
def test_an_altered_manifest_is_refused(model: Path, key: str) -> None:
    parts = members(model)
    manifest = json.loads(parts["manifest.json"])
    manifest[key] = "1.0.0"
    forge(model, {**parts, "manifest.json": json.dumps(manifest).encode()}, sign=False)
    with pytest.raises(ModelError, match=r"manifest was altered|model format"):
        read(model)


@pytest.mark.parametrize("number", [0, 2, "1", None])
def test_another_format_is_named(model: Path, number: object) -> None:
    parts = members(model)
    manifest = {**json.loads(parts["manifest.json"]), "format": number}
    forge(model, {**parts, "manifest.json": json.dumps(manifest).encode()})
    with pytest.raises(ModelError, match="this riskcheck reads format 1"):
        read(model)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'"x"', b"[" * 100_000, b"\xff"])
def test_a_manifest_that_is_none_is_refused(model: Path, content: bytes) -> None:
    with zipfile.ZipFile(model, "w") as archive:
        archive.writestr("manifest.json", content)
    with pytest.raises(ModelError, match="manifest"):
        read(model)


class Bomb:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.trace),))


def test_pickled_arrays_are_refused_and_not_unpickled(tmp_path: Path, model: Path) -> None:
    trace = tmp_path / "unpickled"
    parts = members(model)
    for content in (npy(np.array([Bomb(trace)], dtype=object)), pickle.dumps(Bomb(trace))):
        forge(model, {**parts, "arrays/half.npy": content})
        with pytest.raises(ModelError, match=r"arrays/half\.npy is no array of the kinds"):
            read(model)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Bomb(trace)))
    assert trace.exists(), "the bomb itself does not work"


@pytest.mark.parametrize(
    "content",
    [
        npy(np.array(["text"])), npy(np.array([True])), npy(np.asfortranarray(np.ones((3, 2)))), npy(np.ones(3, ">f4")),
        npy(np.ones(3, "M8[s]")), b"\x93NUMPY", b"\x93NUMPY\x01\x00\xff\xff{", b"no array at all", b"",
        b"\x93NUMPY\x02\x00" + npy(np.ones(3))[8:],
    ],
    ids=["text", "bool", "fortran", "big-endian", "time", "cut", "long header", "plain text", "empty", "version 2"],
)  # fmt: skip
def test_arrays_of_other_kinds_are_refused(model: Path, content: bytes) -> None:
    forge(model, {**members(model), "arrays/half.npy": content})
    with pytest.raises(ModelError):
        read(model)


@pytest.mark.parametrize("shape", [(40,), (10**9,), (-1,)], ids=["within the file", "beyond the file", "negative"])
def test_an_array_does_not_reach_beyond_its_member(model: Path, shape: tuple[int, ...]) -> None:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f4", "fortran_order": False, "shape": shape})
    forge(model, {**members(model), "arrays/half.npy": stream.getvalue() + bytes(8)})
    with pytest.raises(ModelError):
        read(model)


def test_compressed_members_are_refused(model: Path) -> None:
    parts = members(model)
    forge(model, parts, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ModelError, match="its manifest is packed"):
        read(model)
    with zipfile.ZipFile(model, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content, None if name == "manifest.json" else zipfile.ZIP_DEFLATED)
    with pytest.raises(ModelError, match="members differ from its manifest"):
        read(model)


@pytest.mark.parametrize("change", ["more", "fewer", "twice"])
def test_members_are_those_of_the_manifest(model: Path, change: str) -> None:
    parts = members(model)
    if change == "fewer":
        del parts["arrays/half.npy"]
        forge(model, parts, sign=False)
    else:
        name = "arrays/other.npy" if change == "more" else "arrays/half.npy"
        with zipfile.ZipFile(model, "a") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # zipfile warns of the second member of one name
            archive.writestr(name, npy(np.ones((2, 3), np.float16)))
    with pytest.raises(ModelError, match=r"members differ|altered or damaged"):
        read(model)


def test_a_file_that_claims_to_be_huge_is_refused_before_it_is_read(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artefact, "_LARGEST", 1000)
    with pytest.raises(ModelError, match="larger than any model"):
        read(model)


def test_what_is_no_model_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model file"):
        read(tmp_path / "none")
    with pytest.raises(ModelError, match="not a whole model file"):
        read(tmp_path)
    (tmp_path / "text").write_text("hello")
    with pytest.raises(ModelError, match="not a whole model file"):
        read(tmp_path / "text")
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ModelError, match="no manifest"):
        read(tmp_path / "zip")


def test_estimators_of_other_types_are_not_loaded(tmp_path: Path) -> None:
    import skops.io
    from sklearn.linear_model import LinearRegression

    path, shipped = tmp_path / "model", read(artefact.default_path()).arrays
    for content in (skops.io.dumps({"stack": [LinearRegression()]}), skops.io.dumps([1])):
        write(path, Artefact(MANIFEST, shipped, repack(content)))
        with pytest.raises(ModelError, match="other estimators"):
            RiskModel.load(path)
    write(path, Artefact(MANIFEST, shipped, repack(skops.io.dumps({"stack": [Bomb(tmp_path / "trace")]}))))
    with pytest.raises(ModelError, match="not trusted"):
        RiskModel.load(path)
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_estimators_that_are_none_are_refused(tmp_path: Path, content: bytes) -> None:
    path, shipped = tmp_path / "model", read(artefact.default_path()).arrays
    write(path, Artefact(MANIFEST, shipped, content))
    with pytest.raises(ModelError):
        RiskModel.load(path)


def test_equal_estimators_are_repacked_to_equal_bytes_that_still_load() -> None:
    import skops.io
    from sklearn.linear_model import LogisticRegression

    kept = []  # both alive, so that they lie at different addresses
    for _ in range(2):
        fitted = LogisticRegression(C=0.5).fit(np.array([[0.0], [1.0], [2.0]]), np.array([False, True, True]))
        kept.append({"stack": [fitted, fitted], "severity": [LogisticRegression(C=2.0)]})
    packed = [repack(skops.io.dumps(models)) for models in kept]
    assert packed[0] == packed[1]
    again = skops.io.loads(packed[0], trusted=[])
    assert again["stack"][1].coef_ == kept[0]["stack"][0].coef_
    assert [again["stack"][0].C, again["severity"][0].C] == [0.5, 2.0]

"""The model file: a zip of a manifest, plain arrays and, for scikit-learn, estimators in skops form.

Nothing in it is ever unpickled. Arrays are stored uncompressed, so that they can be mapped into memory; the
manifest holds a checksum of every member.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import re
import struct
import zipfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from riskcheck.errors import ModelError

FORMAT = 1
_MANIFEST = "manifest.json"
_ESTIMATORS = "estimators.skops"
_ARRAYS = "arrays/"
_SCHEMA = "schema.json"
_ADDRESS = re.compile(r'("__id__": |"file": ")(\d{6,})')
_LARGEST = 512 * 1024 * 1024
_LARGEST_MANIFEST = 4 * 1024 * 1024
_DTYPES = ("<f2", "<f4", "<f8", "<u4", "<i4", "<i8")


@dataclass(frozen=True, slots=True)
class Artefact:
    """A model as it lies in its file.

    Parameters
    ----------
    manifest : dict
        Version, categories, thresholds, metrics, versions of the tools, and checksums.
    arrays : dict of str to ndarray
        The compiled model.
    estimators : bytes
        The estimators that the arrays were compiled from, in skops form; empty if the file holds none.
    """

    manifest: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    estimators: bytes = b""

    @property
    def version(self) -> str:
        """Version of the model."""
        return str(self.manifest["version"])


def default_path() -> Path:
    """Find the model that comes with the package, in a wheel or in a source checkout."""
    packaged = Path(str(files("riskcheck"))) / "models" / "default.riskmodel"
    checkout = Path(__file__).resolve().parent.parent / "models" / "default.riskmodel"
    return checkout if checkout.exists() and not packaged.exists() else packaged


def _npy(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return stream.getvalue()


def write(path: Path, artefact: Artefact) -> str:
    """Write a model file whole or not at all, the same bytes for the same model.

    Returns
    -------
    str
        SHA-256 of the file.
    """
    members = {f"{_ARRAYS}{name}.npy": _npy(array) for name, array in sorted(artefact.arrays.items())}
    if artefact.estimators:
        members[_ESTIMATORS] = artefact.estimators
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    manifest = {**artefact.manifest, "format": FORMAT, "checksums": checksums}
    manifest["digest"] = _digest(manifest)
    members = {_MANIFEST: msgspec.json.format(msgspec.json.encode(manifest), indent=1), **members}
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
        digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return digest


def _digest(manifest: dict[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != "digest"}
    return hashlib.sha256(msgspec.json.encode(rest, order="deterministic")).hexdigest()


def read(path: Path) -> Artefact:
    """Read a model file as untrusted input.

    Raises
    ------
    ModelError
        If the file is missing, cut short, altered, or made by another version of riskcheck.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = {info.filename: info for info in archive.infolist()}
            if sum(info.file_size for info in infos.values()) > _LARGEST:
                raise ModelError(f"{path}: larger than any model of riskcheck; use a file made by `riskcheck train`")
            if _MANIFEST not in infos:
                raise ModelError(f"{path}: not a model of riskcheck (no manifest); use one made by `riskcheck train`")
            if infos[_MANIFEST].compress_type or infos[_MANIFEST].file_size > _LARGEST_MANIFEST:
                raise ModelError(f"{path}: its manifest is packed or far too large; get a fresh copy")
            manifest = _manifest(path, archive.read(_MANIFEST))
            checksums = manifest["checksums"]
            if set(infos) != {_MANIFEST, *checksums} or any(i.compress_type for i in infos.values()):
                raise ModelError(f"{path}: its members differ from its manifest; get a fresh copy")
            if odd := [n for n in checksums if n != _ESTIMATORS and not n.startswith(_ARRAYS)]:
                raise ModelError(f"{path}: holds {odd[0]}, which no model has; do not use this file")
            arrays, estimators = {}, b""
            with path.open("rb") as stream:
                for name, info in infos.items():
                    if name == _MANIFEST:
                        continue
                    offset = _offset(stream, info)
                    raw = np.memmap(path, dtype=np.uint8, mode="r", offset=offset, shape=(info.file_size,))
                    if hashlib.sha256(raw.data).hexdigest() != checksums[name]:
                        raise ModelError(f"{path}: {name} was altered or damaged; get a fresh copy")
                    if name.startswith(_ARRAYS):
                        key = name.removeprefix(_ARRAYS).removesuffix(".npy")
                        arrays[key] = _array(path, name, stream, offset, info.file_size)
                    else:
                        estimators = raw.tobytes()
    except FileNotFoundError as error:
        raise ModelError(f"{path}: no such model file; check --model or reinstall riskcheck") from error
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        struct.error,
        ValueError,
        RuntimeError,
    ) as error:
        # zipfile raises RuntimeError for flags and methods that it does not know, memmap ValueError past the end.
        raise ModelError(f"{path}: not a whole model file ({error}); get a fresh copy") from error
    return Artefact(manifest, arrays, estimators)


def _manifest(path: Path, content: bytes) -> dict[str, Any]:
    try:
        manifest = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ModelError(f"{path}: its manifest is not JSON; get a fresh copy") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("checksums"), dict):
        raise ModelError(f"{path}: its manifest lacks checksums; get a fresh copy")
    if manifest.get("format") != FORMAT:
        raise ModelError(
            f"{path}: model format {manifest.get('format')!r}, this riskcheck reads format {FORMAT};"
            " update riskcheck or train the model anew"
        )
    if manifest.get("digest") != _digest(manifest):
        raise ModelError(f"{path}: its manifest was altered; get a fresh copy")
    return manifest


def _offset(stream: io.BufferedReader, info: zipfile.ZipInfo) -> int:
    """Where a stored member's bytes begin: behind its local header."""
    stream.seek(info.header_offset)
    header = stream.read(30)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    return int(info.header_offset + 30 + name_length + extra_length)


def _array(path: Path, name: str, stream: io.BufferedReader, offset: int, size: int) -> NDArray[Any]:
    stream.seek(offset)
    try:
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"npy version {version}")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
        if dtype.str not in _DTYPES or fortran:
            raise ValueError(f"type {dtype}")
        if stream.tell() - offset + math.prod(shape) * dtype.itemsize != size:
            raise ValueError("its size differs from its shape")
        return (
            np.memmap(path, dtype=dtype, mode="r", offset=stream.tell(), shape=shape)
            if np.prod(shape)
            else (np.zeros(shape, dtype))
        )
    except ValueError as error:
        raise ModelError(f"{path}: {name} is no array of the kinds a model holds ({error})") from error


def is_plain(archive: bytes) -> bool:
    """Tell whether a skops file is stored as :func:`repack` writes it, so that it cannot grow when it is read."""
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        infos = source.infolist()
    return not any(i.compress_type for i in infos) and sum(i.file_size for i in infos) <= len(archive)


def repack(archive: bytes) -> bytes:
    """Rewrite a skops file so that equal estimators give equal bytes.

    skops names objects by their address in memory, and the zip tells the time: addresses become numbers in
    order of appearance, times are fixed.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
        schema = source.read(_SCHEMA).decode()
        numbers: dict[str, str] = {}

        def renumber(match: re.Match[str]) -> str:
            return match[1] + numbers.setdefault(match[2], str(len(numbers) + 1))

        schema = _ADDRESS.sub(renumber, schema)
        members = {numbers.get(Path(n).stem, Path(n).stem) + Path(n).suffix: source.read(n) for n in source.namelist()}
        for name in sorted(members):
            content = schema.encode() if name == _SCHEMA else members[name]
            out.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return target.getvalue()

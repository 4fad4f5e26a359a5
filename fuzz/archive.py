"""The view of archives: raw bytes of zips and tars, archives built from hostile parts, folders."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

from fuzz.kit import Choices, promise
from riskcheck.errors import RiskCheckError
from riskcheck.post import Post
from riskcheck.sources import Archive, _containers, all_sources, detect, open_archive
from riskcheck.sources.archive import Limits
from tests.sources.kit import samples

LONGEST = 8192
_LOADED = (_containers, all_sources())  # at once, so that the fuzzer sees into them
LIMITS = Limits(members=500, member_bytes=4 << 20, ratio=100, floor=1 << 20)
_RAW, _ZIP, _TAR, _FOLDER = 0, 1, 2, 3
_SUFFIXES = ("", ".zip", ".tar", ".tar.gz", ".tgz", ".json", ".csv", ".txt", ".gz", ".xz")
_NAMES = (
    "data/tweets.js", "tweets.js", "data/account.js", "../../etc/passwd", "/etc/passwd", "C:\\x.js", "a/../../b.json",
    "..", ".", "", "a\0b", "a\nb", "\u202egpj.js", "\\\\host\\share", "x" * 300, "a/" * 120 + "b", "con.json",
    "__MACOSX/x", "posts.csv", "inner.zip", "DATA/TWEETS.JS", "data//tweets.js", "./data/tweets.js", "\ud800.js",
)  # fmt: skip
_CONTENT = (
    b'window.YTD.tweets.part0 = [{"tweet":{"id_str":"1","full_text":"Long day"}}]', b"", b"text\nhello\n", b"[" * 500,
    b"\0" * 3_000_000, b"PK\x03\x04", b"a" * 70_000,
)  # fmt: skip
_TYPES = (
    tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE,
    tarfile.GNUTYPE_SPARSE, tarfile.CONTTYPE, b"9",
)  # fmt: skip
DICTIONARY = ("PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "ustar", "path=", "size=", "GNU.sparse.", "../", "\x1f\x8b")


def seeds() -> Iterator[bytes]:
    """Yield small archives of every kind, and recipes for hostile ones."""
    files = next(sample for sample in samples() if str(sample) == "x-tweet_2020").files()
    small = {name: content[:600] for name, content in files.items()}
    for kind, packed in (("w", 2), ("w:gz", 3), ("w:bz2", 2), ("w:xz", 9)):
        for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT):
            stream = io.BytesIO()
            with tarfile.open(fileobj=stream, mode=kind, format=form) as target:
                for name, content in small.items():
                    info = tarfile.TarInfo(name if form == tarfile.USTAR_FORMAT else name + "\u00e9" * 120)
                    info.size = len(content)
                    target.addfile(info, io.BytesIO(content))
            yield bytes([_RAW, packed]) + stream.getvalue()[:LONGEST]
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as target:
            for name, content in small.items():
                target.writestr(name, content)
        yield bytes([_RAW, 1]) + stream.getvalue()[:LONGEST]
    plain = b'{"text": "Long day"}\n' * 3
    yield from (
        bytes([_RAW, 0]) + packed for packed in (gzip.compress(plain), bz2.compress(plain), lzma.compress(plain))
    )
    for kind in (_ZIP, _TAR, _FOLDER):
        yield from (bytes([kind, 1, *range(start, start + 24)]) for start in range(0, 200, 20))


def one(data: bytes) -> None:
    """Make an archive and do all that is done with one."""
    choices = Choices(data)
    kind = choices.number(4)
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        path = folder / f"export{choices.pick(_SUFFIXES)}"
        if kind == _FOLDER:
            _folder(path, choices)
        else:
            path.write_bytes({_RAW: Choices.rest, _ZIP: _zip, _TAR: _tar}[kind](choices))
        survive(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def survive(path: Path) -> None:
    """Open, list, detect and read an archive, within its limits."""
    try:
        with open_archive(path, limits=LIMITS) as archive:
            promise(len(archive.members) <= LIMITS.members, "more members than allowed")
            for name in archive.members:
                promise(not name.startswith("/") and ".." not in name.split("/"), "a name that leaves the archive")
                promise(
                    name.isprintable() or not any(ord(char) < 32 for char in name), "a name with control characters"
                )
            for problem in archive.problems:
                promise(problem.reason and problem.where is not None, "a problem without words")
            _read(archive)
    except RiskCheckError as error:
        promise(str(error), "an error without words")


def _read(archive: Archive) -> None:
    for name, member in archive.members.items():
        most = min(LIMITS.member_bytes, max(LIMITS.floor, LIMITS.ratio * member.packed)) + (1 << 17)
        try:
            archive.head(name)
            with archive.open(name) as stream:
                size = 0
                while piece := stream.read(1 << 16):
                    size += len(piece)
                    promise(size <= most, "a member that swells past its limit")
        except RiskCheckError as error:
            promise(str(error), "an error without words")
    for item in detect(archive).read(archive):
        promise(item.text if isinstance(item, Post) else item.reason, "a record without text or reason")


def _name(choices: Choices) -> str:
    return choices.pick(_NAMES) if choices.number(4) else choices.text()[:60]


def _content(choices: Choices) -> bytes:
    return choices.pick(_CONTENT) if choices.number(4) else choices.bytes(choices.number(256))


def _zip(choices: Choices) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(stream, "w") as target:
        for _ in range(choices.number(6)):
            info = zipfile.ZipInfo()
            info.filename = _name(choices).encode("utf-8", "replace").decode() or "x"
            info.compress_type = choices.pick((0, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
            info.external_attr = choices.pick((0, 0o120777 << 16, 0o060644 << 16, 0o40755 << 16))
            target.writestr(info, _content(choices))
    return _bent(stream.getvalue(), choices)


def _tar(choices: Choices) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=choices.pick(("w", "w:gz"))) as target:
        for _ in range(choices.number(6)):
            info = tarfile.TarInfo(_name(choices).replace("\0", "?").encode("utf-8", "replace").decode() or "x")
            info.type, info.linkname = choices.pick(_TYPES), "../../etc/passwd"
            content = _content(choices)
            info.size = len(content) if info.isreg() else 0
            target.addfile(info, io.BytesIO(content))
    return _bent(stream.getvalue(), choices)


def _bent(data: bytes, choices: Choices) -> bytes:
    """Change a few bytes, so that sizes and places lie, and put a tar's checksums right again."""
    bent = bytearray(data)
    for _ in range(choices.number(8)):
        # Most of what matters stands in the first header or in the directory at the end.
        at = choices.number(1024) if choices.number(2) else len(bent) - 1 - choices.number(300)
        if 0 <= at < len(bent):
            bent[at] = choices.pick((0, 0xFF, 0x80, 0x7F, 1, 0x37, choices.number(256)))
    if bent[257:262] == b"ustar":
        for start in range(0, len(bent) - 511, 512):
            if bent[start + 257 : start + 262] == b"ustar":
                bent[start + 148 : start + 156] = b" " * 8
                bent[start + 148 : start + 156] = b"%06o\0 " % sum(bent[start : start + 512])
    return bytes(bent)


def _folder(path: Path, choices: Choices) -> None:
    path.mkdir()
    for _ in range(choices.number(6)):
        target = path / _name(choices).replace("\0", "?").replace("..", "__").lstrip("/\\")[:200]
        kind, content = choices.number(5), _content(choices)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if kind == 0:
                target.symlink_to(choices.pick(("/etc/passwd", ".", "/dev/zero", "missing", str(path))))
            elif kind == 1 and not target.exists():
                os.mkfifo(target)
            elif not target.exists():  # writing into a pipe would wait for a reader
                target.write_bytes(content)
                target.chmod(0o600 if kind < 4 else 0)
        except (OSError, ValueError):
            continue

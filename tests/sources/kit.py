"""Shared by the tests of the sources: samples, packing, archives in memory."""

from __future__ import annotations

import dataclasses
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from riskcheck.post import Post, Skipped
from riskcheck.sources import Archive, Source, open_archive
from riskcheck.sources.archive import LIMITS, Limits, Member

SAMPLES = Path(__file__).parent / "samples"


@dataclasses.dataclass(frozen=True)
class Sample:
    """An invented export and the posts that it holds."""

    source: str
    layout: str

    @property
    def folder(self) -> Path:
        return SAMPLES / self.source / self.layout

    @property
    def export(self) -> Path:
        return next(path for path in sorted(self.folder.iterdir()) if path.stem == "export")

    @property
    def expected(self) -> Path:
        return self.folder / "expected.jsonl"

    def files(self) -> dict[str, bytes]:
        if self.export.is_file():
            return {self.export.name: self.export.read_bytes()}
        files = sorted(path for path in self.export.rglob("*") if path.is_file())
        return {path.relative_to(self.export).as_posix(): path.read_bytes() for path in files}

    def __str__(self) -> str:
        return f"{self.source}-{self.layout}"


def samples() -> list[Sample]:
    return [Sample(path.parent.name, path.name) for path in sorted(SAMPLES.glob("*/*")) if path.is_dir()]


def lines(items: Iterator[Post | Skipped]) -> list[str]:
    """Return what was read as lines of JSON, without what is empty."""
    found = []
    for item in items:
        fields = {key: value for key, value in dataclasses.asdict(item).items() if value}
        if isinstance(item, Post) and item.created:
            fields["created"] = item.created.isoformat()
        found.append(json.dumps(fields, ensure_ascii=False, sort_keys=True))
    return found


def read_lines(path: Path, source: Source) -> list[str]:
    with open_archive(path) as archive:
        return lines(source.read(archive))


def pack_zip(path: Path, files: dict[str, bytes], prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(prefix + name, data)
    return path


def pack_tar(path: Path, files: dict[str, bytes], mode: str, prefix: str = "") -> Path:
    with tarfile.open(path, mode) as target:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(prefix + name)
            info.size = len(data)
            target.addfile(info, io.BytesIO(data))
    return path


class MemoryArchive(Archive):
    """An archive without a file, for tests that make thousands of them."""

    kind = "folder"

    def __init__(self, files: dict[str, bytes], *, single: bool = False, limits: Limits = LIMITS) -> None:
        super().__init__(Path("memory"), limits)
        self.kind = "file" if single else "folder"
        for name, data in files.items():
            self._add(name, len(data), len(data), data)

    def _raw(self, member: Member) -> BinaryIO:
        return cast(BinaryIO, io.BytesIO(cast(bytes, member.handle)))

"""The four things that hold an export: zip, tar, folder, single file."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile
from pathlib import Path
from typing import IO, BinaryIO, cast

from riskcheck.errors import ArchiveError
from riskcheck.post import Skipped
from riskcheck.sources._bounds import DAMAGE, Limits, Member
from riskcheck.sources.archive import Archive

_READ_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
_FOREIGN = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "RAR"}
_TAR_MAGIC_AT = 257


class ZipArchive(Archive):
    """A zip, Zip64 included."""

    kind = "zip"

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path, limits)
        try:
            self._zip = zipfile.ZipFile(path)
        except DAMAGE as error:
            raise ArchiveError(
                f"{path.name}: the zip is cut short or damaged; download it again and do not open it in between"
            ) from error
        locked = 0
        for info in self._zip.infolist():
            if info.filename.endswith("/"):  # is_dir() cannot take an empty name
                continue
            refusal = ""
            if info.flag_bits & 1:
                locked += 1
                refusal = "locked with a password, not read"
            elif stat.S_ISLNK(info.external_attr >> 16):
                refusal = "link, not followed"
            elif info.compress_type not in _READ_METHODS:
                refusal = "compressed in a way that is not read"
            self._add(info.filename, info.file_size, info.compress_size, info, refusal)
        if locked and not self.members:
            self._zip.close()
            raise ArchiveError(f"{path.name}: the zip is locked with a password; unpack it and name the folder instead")

    def _raw(self, member: Member) -> BinaryIO:
        return cast(BinaryIO, self._zip.open(member.handle))

    def close(self) -> None:
        """Release the file."""
        self._zip.close()


class _Plain(io.RawIOBase):
    """The decompressed side of a tar.gz, with a ceiling on how far it may reach."""

    def __init__(self, inner: IO[bytes], name: str, most: int) -> None:
        self._inner, self._name, self._most = inner, name, most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._inner.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._check(offset)
        return self._inner.seek(offset, whence)

    def read(self, size: int = -1, /) -> bytes:
        # A header may ask for any number of bytes at once.
        room = max(0, self._most - self._inner.tell()) + 1
        data = self._inner.read(room if size < 0 else min(size, room))
        self._check(self._inner.tell())
        return data

    def close(self) -> None:
        self._inner.close()
        super().close()

    def _check(self, position: int) -> None:
        if position > self._most:
            raise ArchiveError(
                f"{self._name}: swells to more than {self._most >> 20} MB; this looks like a bomb and was not read, "
                "download the export again from the network itself"
            )


class TarArchive(Archive):
    """A tar, plain or compressed. Its list is made by passing over it once."""

    kind = "tar"

    def __init__(self, path: Path, limits: Limits, stream: IO[bytes], *, packed: bool) -> None:
        super().__init__(path, limits)
        size = path.stat().st_size
        # A plain tar cannot swell, but a header can claim any size.
        most = max(limits.floor, limits.ratio * size) if packed else size + (1 << 20)
        self._stream = _Plain(stream, path.name, most)
        try:
            self._tar = tarfile.open(fileobj=cast(BinaryIO, self._stream), mode="r:")  # noqa: SIM115
        except DAMAGE as error:
            raise ArchiveError(f"{path.name}: the tar is cut short or damaged; download it again") from error
        try:
            last = -1
            for info in self._tar:
                # A size below 0 leads back, and round for ever.
                if info.size < 0 or info.offset <= last:
                    raise tarfile.ReadError("a header that leads back")
                last = info.offset
                self._list(info)
        except DAMAGE:
            self.problems.append(Skipped(where=path.name, reason="archive is cut short: later files are missing"))
        self._packed = size

    def _list(self, info: tarfile.TarInfo) -> None:
        if info.isdir():
            return
        refusal = ""
        if info.issym() or info.islnk():
            refusal = "link, not followed"
        elif not info.isfile():
            refusal = "device or pipe, not read"
        elif info.issparse():
            refusal = "file with holes, not read"
        self._add(info.name, info.size, info.size, info, refusal)

    def _raw(self, member: Member) -> BinaryIO:
        return cast(BinaryIO, self._tar.extractfile(member.handle))

    def close(self) -> None:
        """Release the file."""
        self._tar.close()
        self._stream.close()


class FolderArchive(Archive):
    """An export that was unpacked by hand."""

    kind = "folder"

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path, limits)
        folders = [path]
        while folders:
            folder = folders.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                where = folder.relative_to(path).as_posix()
                if folder == path:
                    raise ArchiveError(f"{path}: the folder cannot be read ({error.strerror})") from error
                self.problems.append(Skipped(where=where, reason="no permission to read the folder"))
                continue
            folders.extend(Path(entry.path) for entry in reversed(entries) if entry.is_dir(follow_symlinks=False))
            for entry in entries:
                self._list(entry, Path(entry.path).relative_to(path).as_posix())

    def _list(self, entry: os.DirEntry[str], name: str) -> None:
        if entry.is_dir(follow_symlinks=False):
            return
        if entry.is_symlink():
            self._add(name, 0, 0, None, "link, not followed")
        elif not entry.is_file(follow_symlinks=False):
            self._add(name, 0, 0, None, "device or pipe, not read")
        else:
            size = entry.stat(follow_symlinks=False).st_size
            self._add(name, size, size, entry.path)

    def _raw(self, member: Member) -> BinaryIO:
        # The entry may have become a link since it was listed.
        descriptor = os.open(member.handle, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        return os.fdopen(descriptor, "rb", buffering=0)


class FileArchive(Archive):
    """A single file, perhaps compressed on its own."""

    kind = "file"

    def __init__(self, path: Path, limits: Limits, suffix: str = "") -> None:
        super().__init__(path, limits)
        size = path.stat().st_size
        self._add(path.name.removesuffix(suffix), size, size, suffix)

    def _raw(self, member: Member) -> BinaryIO:
        stream = _decompress(self.path, member.handle) if member.handle else self.path.open("rb", buffering=0)
        return cast(BinaryIO, stream)


def _decompress(path: Path, suffix: str) -> IO[bytes]:
    if suffix == ".gz":
        return cast(IO[bytes], gzip.open(path))
    return bz2.open(path) if suffix == ".bz2" else lzma.open(path)


def container(path: Path, limits: Limits) -> Archive:
    """Open a path with the class that its first bytes ask for."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return FolderArchive(path, limits)
        if not stat.S_ISREG(mode):
            raise ArchiveError(f"{path}: neither a file nor a folder; name the export that you downloaded")
        with path.open("rb") as stream:
            head = stream.read(_TAR_MAGIC_AT + 8)
    except FileNotFoundError:
        raise ArchiveError(f"{path}: no such file or folder; check the path") from None
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{path}: cannot be read ({error}); check its permissions") from error
    if not head:
        raise ArchiveError(f"{path.name}: the file is empty; download the export again")
    for magic, title in _FOREIGN.items():
        if head.startswith(magic):
            raise ArchiveError(f"{path.name}: {title} archives are not read; unpack it and name the folder instead")
    if head.startswith(b"PK") and head[2:4] in (b"\x03\x04", b"\x05\x06", b"\x07\x08"):
        return ZipArchive(path, limits)
    if path.suffix.lower() == ".zip" and not head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        if b"ustar" not in head and not zipfile.is_zipfile(path):
            raise ArchiveError(f"{path.name}: this is not a zip but perhaps a web page; download the export again")
        return ZipArchive(path, limits) if b"ustar" not in head else _tar(path, limits, "")
    suffix = ".gz" if head[:2] == b"\x1f\x8b" else ".bz2" if head[:3] == b"BZh" else ""
    suffix = ".xz" if head.startswith(b"\xfd7zXZ\x00") else suffix
    if not suffix:
        return _tar(path, limits, "") if head[_TAR_MAGIC_AT:].startswith(b"ustar") else FileArchive(path, limits)
    try:
        with _decompress(path, suffix) as inner:
            start = inner.read(_TAR_MAGIC_AT + 8)
    except DAMAGE as error:
        raise ArchiveError(f"{path.name}: the archive is cut short or damaged; download it again") from error
    if start[_TAR_MAGIC_AT:].startswith(b"ustar"):
        return _tar(path, limits, suffix)
    return FileArchive(path, limits, suffix)


def _tar(path: Path, limits: Limits, suffix: str) -> Archive:
    stream = _decompress(path, suffix) if suffix else path.open("rb")
    return TarArchive(path, limits, stream, packed=bool(suffix))

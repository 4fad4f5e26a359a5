"""Bounds of an archive: which names are taken, and how many bytes are read."""

from __future__ import annotations

import functools
import io
import lzma
import re
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from riskcheck.errors import ArchiveError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

NESTED = frozenset({".zip", ".7z", ".rar", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz"})
MEDIA = frozenset(
    {".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".bmp", ".svg", ".ico", ".mp4", ".m4v", ".m4a", ".mov", ".webm"}
    | {".avi", ".mp3", ".ogg", ".wav", ".aac", ".srt", ".vtt", ".woff", ".woff2", ".ttf", ".css"}
)
# What the standard library raises on damaged input; RuntimeError is zipfile's answer to a password.
DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error,
    EOFError, OSError, NotImplementedError, RuntimeError, ValueError, OverflowError,
)  # fmt: skip
NOISE = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
_MAX_WRAPPERS = 2  # one folder that the packer added, and one such as ``data/``


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an archive may ask of the machine.

    Parameters
    ----------
    members : int
        Most members that are listed.
    member_bytes : int
        Most bytes read from one member.
    ratio : int
        Most bytes out per compressed byte in, checked beyond ``floor``. Real exports stay below 60;
        deflate reaches 1,030 on zeros.
    floor : int
        Bytes that any member may hold, whatever its ratio.
    """

    members: int = 1_000_000
    member_bytes: int = 32 << 30
    ratio: int = 250
    floor: int = 64 << 20


LIMITS = Limits()


class MemberError(ArchiveError):
    """One member is damaged: the others can still be read."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive: its uniform name, its size, and what its container needs to open it."""

    name: str
    size: int
    packed: int
    handle: Any


def clean_name(raw: str) -> str:
    """Return a member's name with forward slashes and without ``.`` parts.

    Raises
    ------
    ValueError
        If the name is absolute, climbs with ``..`` or holds control characters.
    """
    name = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise ValueError("absolute path in the archive, not read")
    if ".." in parts:
        raise ValueError("path that points outside the archive, not read")
    if not parts or any(unicodedata.category(char) == "Cc" for char in name):
        raise ValueError("file name that cannot be used, not read")
    return unicodedata.normalize("NFC", "/".join(parts))


@functools.lru_cache(maxsize=512)
def globs(patterns: tuple[str, ...]) -> re.Pattern[str]:
    ways = "|".join(re.escape(pattern).replace(r"\*", "[^/]*") for pattern in patterns)
    return re.compile(rf"(?:[^/]*/){{0,{_MAX_WRAPPERS}}}(?:{ways})", re.IGNORECASE)


class BoundedStream(io.RawIOBase):
    """Count what is really read from a member, and turn damage into a sentence.

    Parameters
    ----------
    raw : binary stream
        The member as its container opens it.
    label : str
        Archive and member, for messages.
    count : callable
        Told how many bytes were read so far, and how many more just now; raises where it is too much.
    """

    def __init__(self, raw: BinaryIO, label: str, count: Callable[[int, int], None]) -> None:
        self._raw, self._label, self._count = raw, label, count
        self._read = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Tell whether the container can jump."""
        return self._raw.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, for formats such as Parquet that begin at their end."""
        return self._raw.seek(offset, whence)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill a buffer, or say that the member is damaged or too large."""
        view = memoryview(buffer).cast("B")
        try:
            data = self._raw.read(len(view))
        except ArchiveError:
            raise
        except DAMAGE as error:
            raise MemberError(f"{self._label} is damaged; download the export again") from error
        self._read += len(data)
        self._count(self._read, len(data))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the member."""
        if not self.closed:
            self._raw.close()
        super().close()

"""Formats by a file's ending, and streams that pack and unpack gzip and Zstandard."""

from __future__ import annotations

import contextlib
import gzip
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from riskcheck.errors import InputError, MissingExtraError, require

KINDS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".pq": "parquet"}
PACKINGS = {".gz": "gz", ".zst": "zst"}
STANDARD = Path("-")
"""Stands for standard input or output, which carry JSONL."""


@dataclass(frozen=True, slots=True)
class Format:
    """``jsonl``, ``csv``, ``tsv`` or ``parquet``, and how it is packed: ``gz``, ``zst`` or not at all."""

    kind: str
    packing: str = ""


def format_of(path: Path) -> Format:
    """Tell the format by the ending.

    Raises
    ------
    InputError
        If the ending is none of those that are read and written.

    Examples
    --------
    >>> format_of(Path("posts.csv.gz"))
    Format(kind='csv', packing='gz')
    """
    if path == STANDARD:
        return Format("jsonl")
    endings = [suffix.lower() for suffix in path.suffixes[-2:]]
    packing = PACKINGS.get(endings[-1], "") if endings else ""
    kind = KINDS.get(endings[-2 if packing and len(endings) > 1 else -1], "") if endings else ""
    if not kind or (kind == "parquet" and packing):
        raise InputError(
            f"{path}: no format that riskcheck knows; name it .jsonl, .csv or .tsv (also with .gz or .zst) or .parquet"
        )
    return Format(kind, packing)


def _zstandard() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd

        return zstd
    return require("zstandard", "zstd")


class _Frames(io.RawIOBase):
    """Unpack the frames of a Zstandard file one after another; python-zstandard's own reader misses a lost end."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed, self._left = packed, b""
        self._frame: Any = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            data = self._frame.unused_data if self._frame is not None and self._frame.eof else b""
            # Little at a time: a few bytes can stand for very many.
            data = data or self._packed.read(1 << 13)
            if not data:
                if self._frame is not None and not self._frame.eof:
                    raise EOFError("its end is missing")
                return 0
            if self._frame is None or self._frame.eof:
                frame = _zstandard().ZstdDecompressor()
                self._frame = frame.decompressobj() if hasattr(frame, "decompressobj") else frame
            self._left = self._frame.decompress(data)
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


@contextlib.contextmanager
def unpacked(path: Path, packing: str) -> Iterator[IO[bytes]]:
    """Open a file for reading, unpacked.

    Raises
    ------
    InputError
        If it is missing, cannot be read, or is cut short or damaged, also when that shows only while reading.
    """
    try:
        if path == STANDARD:
            yield sys.stdin.buffer
        elif packing == "gz":
            with gzip.open(path) as stream:
                yield cast("IO[bytes]", stream)
        elif packing == "zst":
            with path.open("rb") as packed, io.BufferedReader(_Frames(packed), 1 << 18) as stream:
                yield stream
        else:
            with path.open("rb") as stream:
                yield stream
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; check the path") from error
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: cannot be read to its end ({error}); get a whole copy") from error
    except Exception as error:
        # Zstandard's own error has another name in each of its two homes.
        if type(error).__name__ in ("ZstdError", "BadGzipFile") or type(error).__module__ == "zlib":
            raise InputError(f"{path}: is damaged ({error}); get a whole copy") from error
        raise


def pack(content: bytes, packing: str) -> bytes:
    """Pack one chunk by itself: packed chunks joined are a valid file, and the same bytes every time."""
    if packing == "gz":
        return gzip.compress(content, compresslevel=6, mtime=0)
    if packing == "zst":
        zstandard = _zstandard()
        return bytes(zstandard.compress(content))
    return content


def available(form: Format) -> None:
    """Raise :class:`MissingExtraError` early where a format needs a package that is not installed."""
    if form.packing == "zst":
        _zstandard()
    if form.kind == "parquet":
        require("pyarrow", "parquet")


__all__ = ["STANDARD", "Format", "MissingExtraError", "available", "format_of", "pack", "unpacked"]

"""What a run has written so far, kept beside the output until it is whole.

The part file holds the blocks one after another; the journal names the run and, line by line, every block that is
whole: its bytes, their checksum, and its counts. A run that was killed leaves both, and can go on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any
from zlib import crc32

import msgspec

from riskcheck.batch.settings import Summary
from riskcheck.batch.work import Block
from riskcheck.batch.write import to_parquet
from riskcheck.errors import InputError
from riskcheck.files import take


class Spool:
    """Blocks on their way to an output file.

    Parameters
    ----------
    target : Path
        The output, which appears only when all of it is there.
    kind : str
        Its format; see :class:`riskcheck.batch.formats.Format`.

    Raises
    ------
    InputError
        If it cannot be written, or another run is writing it.
    """

    def __init__(self, target: Path, kind: str) -> None:
        self.target, self._kind = target, kind
        self._part = target.with_name(f".{target.name}.riskcheck-part")
        self._journal = target.with_name(f".{target.name}.riskcheck-journal")
        self._sizes: list[int] = []
        self.summary = Summary()

    def __enter__(self) -> Spool:
        try:
            self._bytes = os.fdopen(os.open(self._part, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
            self._lines = os.fdopen(os.open(self._journal, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        except OSError as error:
            raise InputError(f"{self.target}: cannot be written ({error.strerror}); choose another place") from error
        try:
            if sys.platform != "win32" and not take(self._lines):  # there no two processes can replace one file anyway
                raise InputError(f"{self.target}: another run is writing it; wait for that or choose another output")
        except InputError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bytes.close()
        self._lines.close()

    def facts(self) -> dict[str, Any] | None:
        """Return what the run that left this spool was, or None if there was none."""
        self._lines.seek(0)
        try:
            found = msgspec.json.decode(self._lines.readline())
        except msgspec.DecodeError:
            return None
        return found if isinstance(found, dict) else None

    def begin(self, facts: dict[str, Any]) -> None:
        """Begin anew."""
        self._bytes.truncate(0)
        self._lines.truncate(0)
        self._bytes.seek(0)
        self._lines.seek(0)
        self._lines.write(msgspec.json.encode(facts) + b"\n")
        self._lines.flush()

    def resume(self) -> int:
        """Go on behind the last block that is whole; return how many there are."""
        self._lines.seek(0)
        self._bytes.seek(0)
        end = len(self._lines.readline())
        for line in self._lines:
            try:
                entry = msgspec.json.decode(line)
            except msgspec.DecodeError:
                break
            content = self._bytes.read(entry["size"])
            if len(content) != entry["size"] or crc32(content) != entry["crc"] or not line.endswith(b"\n"):
                break
            self._sizes.append(entry["size"])
            self.summary.add(Summary.from_dict(entry))
            end += len(line)
        self._lines.truncate(end)
        self._bytes.truncate(sum(self._sizes))
        self._lines.seek(end)
        self._bytes.seek(sum(self._sizes))
        return len(self._sizes)

    def add(self, block: Block) -> None:
        """Write a block, and only then note that it is there."""
        entry = {"size": len(block.content), "crc": crc32(block.content), **block.summary.to_dict()}
        try:
            self._bytes.write(block.content)
            self._bytes.flush()
            self._lines.write(msgspec.json.encode(entry) + b"\n")
            self._lines.flush()
        except OSError as error:
            raise self._full(error) from error
        self._sizes.append(len(block.content))
        self.summary.add(block.summary)

    def finish(self) -> None:
        """Let the output appear, whole."""
        try:
            os.fsync(self._bytes.fileno())
            if self._kind == "parquet":
                whole = self.target.with_name(f".{self.target.name}.riskcheck-whole")
                to_parquet(self._blocks(), whole)
                whole.replace(self.target)
                self._part.unlink()
            else:
                self._part.chmod(0o666 & ~_umask())
                self._part.replace(self.target)
            self._journal.unlink()
        except OSError as error:
            raise self._full(error) from error

    def _full(self, error: OSError) -> InputError:
        why = error.strerror or error
        return InputError(f"{self.target}: cannot be written ({why}); make room and run again with --resume")

    def _blocks(self) -> Iterator[bytes]:
        self._bytes.seek(0)
        for size in self._sizes:
            yield self._bytes.read(size)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

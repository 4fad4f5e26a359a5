"""Take an export over as it streams in: into a private folder, under a name that cannot leave it, within limits."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import shutil
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path

from riskcheck.errors import InputError
from riskcheck.sources._bounds import clean_name

_RESERVED = frozenset({"con", "prn", "aux", "nul"} | {f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10)})
_LONGEST_PART, _MOST_PARTS = 200, 24
_AT_ONCE = 1 << 20


class TooLargeError(InputError):
    """An upload is larger than this machine or the page allows."""


@dataclass(slots=True)
class Limits:
    """How much one audit may bring along."""

    bytes: int = 20 << 30
    files: int = 50_000
    spare: int = 512 << 20
    """What must stay free on the disk."""


def safe_name(name: str) -> str:
    r"""Return a relative path that stays inside its folder on every system.

    Raises
    ------
    InputError
        If it cannot.

    >>> safe_name("export/./data\\tweets.js")
    'export/data/tweets.js'
    """
    try:
        cleaned = clean_name(name)
    except ValueError as error:
        raise InputError(f"{name[:80]!r}: {error}; rename the file and try again") from error
    parts = cleaned.split("/")
    if len(parts) > _MOST_PARTS or any(len(part.encode()) > _LONGEST_PART for part in parts):
        raise InputError(f"{name[:80]!r}: the name is too long; rename the file and try again")
    for part in parts:
        if part.split(".")[0].lower() in _RESERVED or part.endswith((".", " ")) or set(part) & set('<>:"|?*'):
            raise InputError(f"{name[:80]!r}: the name has characters that files may not have; rename it and try again")
    return cleaned


class Upload:
    """The files of one audit.

    Parameters
    ----------
    folder : pathlib.Path
        Where they lie until they were read; made here.
    limits : Limits
        How much may come.
    """

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.folder = folder
        self.limits = limits or Limits()
        self.files = 0
        self.bytes = 0
        folder.mkdir(mode=0o700)

    async def take(self, name: str, body: AsyncIterable[bytes]) -> int:
        """Write one file as it arrives; what broke off is removed. Return its size."""
        if self.files >= self.limits.files:
            raise TooLargeError(f"more than {self.limits.files:,} files; give the zip as it was downloaded")
        target = self.folder / safe_name(name)
        if target.exists():
            raise InputError(f"{name}: was sent already; send each file once")
        size = 0
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as stream:
                held: list[bytes] = []
                async for part in body:
                    size += len(part)
                    self._check(size)
                    held.append(part)
                    if sum(map(len, held)) >= _AT_ONCE:
                        # Beside the loop, so that a slow disk holds up no draft.
                        await asyncio.to_thread(stream.writelines, held)
                        held = []
                stream.writelines(held)
        except OSError as error:
            _remove(target)
            todo = "free some disk space" if error.errno == errno.ENOSPC else "rename the file and try again"
            raise InputError(f"{name}: cannot be kept for reading ({error.strerror}); {todo}") from error
        except BaseException:
            _remove(target)
            raise
        self.files += 1
        self.bytes += size
        return size

    def _check(self, size: int) -> None:
        if self.bytes + size > self.limits.bytes:
            raise TooLargeError(
                f"the export is larger than {self.limits.bytes >> 20:,} MB; use `riskcheck audit` for it, which copies"
                " nothing"
            )
        if shutil.disk_usage(self.folder).free < self.limits.spare:
            raise TooLargeError("the disk is nearly full; free some space, or use `riskcheck audit`, which copies less")

    def archives(self) -> list[Path]:
        """Return what was sent: files and folders of the top level."""
        return sorted(self.folder.iterdir())

    def remove(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()

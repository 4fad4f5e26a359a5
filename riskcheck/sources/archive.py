"""One safe, streaming, read-only view of a zip, a tar, a folder or a single file.

Nothing is unpacked to disk. Names are made uniform, bytes are counted while they are read, and whatever is
not read (links, devices, archives inside the archive, …) is listed in :attr:`Archive.problems`.
"""

from __future__ import annotations

import functools
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import BinaryIO

from riskcheck.errors import ArchiveError
from riskcheck.post import Skipped
from riskcheck.sources._bounds import (
    DAMAGE,
    LIMITS,
    MEDIA,
    NESTED,
    NOISE,
    BoundedStream,
    Limits,
    Member,
    MemberError,
    clean_name,
    globs,
)  # fmt: skip

__all__ = ["LIMITS", "Archive", "Limits", "Member", "MemberError", "listed", "open_archive"]

_HEAD, _MOST_HEADS = 1 << 16, 64
TWICE = "same file name twice in the archive: the last one is read"


class Archive(ABC):
    """Members of one export, whatever holds them.

    Parameters
    ----------
    path : pathlib.Path
        What the user named.
    limits : Limits
        How much it may ask of the machine.

    Attributes
    ----------
    members : dict of str to Member
        Files by uniform name, in the archive's own order.
    problems : list of Skipped
        Members that are not read, and why.
    opened : dict of str to None
        Names that a source has opened to read, in order.
    """

    kind = "archive"

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.path, self.limits = path, limits
        self.members: dict[str, Member] = {}
        self.problems: list[Skipped] = []
        self.opened: dict[str, None] = {}
        self._heads: dict[str, bytes] = {}
        self._total = 0
        self._packed = 0

    @abstractmethod
    def _raw(self, member: Member) -> BinaryIO:
        """Open a member without any bound."""

    def close(self) -> None:
        """Release the file."""
        return

    def __enter__(self) -> Archive:
        """Return the archive itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the archive."""
        self.close()

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all members except pictures, films and sound."""
        return tuple(name for name in self.members if PurePosixPath(name).suffix.lower() not in MEDIA)

    def match(self, *patterns: str) -> list[str]:
        """Return the names that fit a pattern (``*`` stays in one folder), below at most two wrapping folders."""
        fits = globs(patterns).fullmatch
        return sorted(name for name in self.names if fits(name))

    def open(self, name: str) -> io.BufferedReader:
        """Open a member to read its records; the coverage counts it as read."""
        self.opened[name] = None
        return self._open(name)

    def head(self, name: str, size: int = 8192) -> bytes:
        """Return the first bytes of a member, or nothing where it is damaged."""
        if size > _HEAD:
            return self._head(name, size)
        # Every source asks; in a compressed tar each look may cost a pass over all that lies before.
        if name not in self._heads:
            if len(self._heads) >= _MOST_HEADS:
                self._heads.pop(next(iter(self._heads)))
            self._heads[name] = self._head(name, _HEAD)
        return self._heads[name][:size]

    def _head(self, name: str, size: int) -> bytes:
        try:
            with self._open(name) as stream:
                return stream.read(size)
        except MemberError:
            return b""

    def load(self, name: str, limit: int = 16 << 20) -> bytes:
        """Return a whole small member, such as one that tells the owner.

        Raises
        ------
        MemberError
            If it is damaged or larger than the limit.
        """
        with self._open(name) as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise MemberError(f"{self.path.name}: {name} is larger than expected and was not read")
        return data

    def _open(self, name: str) -> io.BufferedReader:
        member = self.members[name]
        label = f"{self.path.name}: {name}"
        try:
            raw = self._raw(member)
        except ArchiveError:
            raise
        except DAMAGE as error:
            raise MemberError(f"{label} is damaged; download the export again") from error
        return io.BufferedReader(BoundedStream(raw, label, functools.partial(self.count, member)), 1 << 16)

    @property
    def bytes_read(self) -> int:
        """How many bytes were read so far, for a progress bar."""
        return self._total

    def count(self, member: Member, read: int, more: int) -> None:
        """Count bytes that were read.

        Raises
        ------
        ArchiveError
            If the member, or all members together, swell as only a zip bomb does.
        """
        limits = self.limits
        self._total += more
        swollen = read > max(limits.floor, limits.ratio * member.packed)
        # Overlapping members share compressed bytes, so the sum is checked too; some files are read twice.
        swollen = swollen or self._total > max(8 * limits.floor, 4 * limits.ratio * self._packed)
        if swollen or read > limits.member_bytes:
            raise ArchiveError(
                f"{self.path.name}: {member.name} swells to more than {read >> 20} MB; this looks like a zip bomb "
                "and was not read, download the export again from the network itself"
            )

    def _add(self, raw: str, size: int, packed: int, handle: object, refusal: str = "") -> None:
        try:
            name = clean_name(raw)
        except ValueError as error:
            shown = "".join(char if char.isprintable() else "?" for char in raw)
            self.problems.append(Skipped(where=shown, reason=str(error)))
            return
        if not NOISE.isdisjoint(name.split("/")):
            return
        if not refusal and PurePosixPath(name).suffix.lower() in NESTED and self.kind != "file":
            refusal = "archive inside the archive, not read: name it on its own"
        if refusal:
            self.problems.append(Skipped(where=name, reason=refusal))
            return
        if name in self.members:
            self.problems.append(Skipped(where=name, reason=TWICE))
            self._packed -= self.members[name].packed
        if len(self.members) >= self.limits.members:
            raise ArchiveError(f"{self.path.name}: more than {self.limits.members} files; this is no export we know")
        self.members[name] = Member(name, size, packed, handle)
        self._packed += packed


def listed(names: Iterable[str], most: int = 5) -> str:
    """Join names for a sentence, the first few only."""
    found = list(names)
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")


def open_archive(path: str | Path, *, limits: Limits = LIMITS) -> Archive:
    """Open an export, whatever its packing, by what it is and not by what its name says.

    Parameters
    ----------
    path : str or pathlib.Path
        A zip, tar (also gz, bz2, xz), folder or single file.
    limits : Limits
        How much it may ask of the machine.

    Raises
    ------
    ArchiveError
        If it is missing, empty, cut short, locked, or packed in a way that is not read.
    """
    from riskcheck.sources._containers import container  # it builds on Archive

    return container(Path(path), limits)

"""Reading exported archives and files: one file for each format, found by itself.

>>> from riskcheck.coverage import Coverage
>>> from riskcheck.sources import all_sources
>>> [source.name for source in all_sources()][:3]
['bluesky', 'discord', 'facebook']
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from riskcheck.errors import ArchiveError
from riskcheck.post import Post, Skipped
from riskcheck.sources._ids import Twins
from riskcheck.sources.archive import Archive, listed, open_archive
from riskcheck.sources.base import Employer, Owner, Source

if TYPE_CHECKING:
    from riskcheck.coverage import Coverage

__all__ = ["Archive", "Employer", "Owner", "Source", "all_sources", "detect", "open_archive", "read"]

_TICKS = 500


@functools.cache
def all_sources() -> tuple[Source, ...]:
    """Return one of every source, by name.

    Raises
    ------
    TypeError
        If two of them share a name: a fault of the programmer.
    """
    found: dict[str, Source] = {}
    for info in pkgutil.iter_modules(__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Source) and not inspect.isabstract(kind) and kind.__module__ == module.__name__:
                if kind.name in found:
                    raise TypeError(f"two sources are named {kind.name}")
                found[kind.name] = kind()
    return tuple(found[name] for name in sorted(found))


def detect(archive: Archive) -> Source:
    """Return the source that reads an archive.

    Raises
    ------
    ArchiveError
        If none does, with what to download instead, or if several do.
    """
    label = archive.path.name or str(archive.path)
    specific = [source for source in all_sources() if source.specific and source.identify(archive)]
    if len(specific) > 1:
        titles = " and ".join(source.title for source in specific)
        raise ArchiveError(f"{label}: looks like an export of {titles}; name each export on its own")
    if specific:
        return specific[0]
    in_turn = sorted(all_sources(), key=lambda source: not source.specific)
    refusals = [sentence for source in in_turn if (sentence := source.refusal(archive))]
    if refusals:
        raise ArchiveError(f"{label}: {refusals[0]}")
    general = [source for source in all_sources() if not source.specific and source.identify(archive)]
    if general:
        return general[0]
    raise ArchiveError(_unknown(archive, label))


def _unknown(archive: Archive, label: str) -> str:
    nested = [problem.where for problem in archive.problems if "inside the archive" in problem.reason]
    if nested and not archive.members:
        return f"{label}: holds only other archives ({listed(nested)}); name these on their own"
    if not archive.members:
        return f"{label}: holds no file that can be read; download the export again"
    if not archive.names:
        return (
            f"{label}: holds only pictures, films or sound ({listed(archive.members)});"
            " name the part of the export that holds the posts"
        )
    held = f" It holds {listed(archive.members)}."
    helps = "\n".join(f"  {source.title}: {source.export_help}" for source in all_sources())
    return f"{label}: no reader understands this archive.{held} These are understood:\n{helps}"


def read(
    paths: Iterable[str | Path], coverage: Coverage, *, progress: Callable[[int, int], None] | None = None
) -> Iterator[Post]:
    """Yield the posts of several archives once each, and tell the coverage of all else.

    The coverage learns of files, skipped records and duplicates here. What becomes of a post (assessed,
    filtered out, not English) is for the caller to add. Plain files come last, so that of a post that stands in
    an export too, the one from the export is kept: it knows more. See :class:`riskcheck.sources._ids.Twins`.

    Parameters
    ----------
    paths : iterable of str or pathlib.Path
        Exports and files, of one or of several networks.
    coverage : Coverage
        Filled while the posts are taken.
    progress : callable, optional
        Told now and then how many bytes were read, and about how many there are.

    Raises
    ------
    ArchiveError
        If one cannot be opened or no source reads it; before any post is read.
    """
    with ExitStack() as stack:
        archives = [stack.enter_context(open_archive(path)) for path in paths]
        found = sorted(((archive, detect(archive)) for archive in archives), key=lambda pair: not pair[1].specific)
        twins = Twins(texts=len({source.specific for _, source in found}) > 1)
        meter = _Meter(found, progress)
        for archive, source in found:
            label = f"{archive.path.name}: " if len(found) > 1 else ""
            coverage.add_archive(archive.path.name, source.title)
            for sentence in source.gaps(archive):
                coverage.warn(label + sentence)
            for item in source.read(archive):
                meter.tick()
                if label:
                    item = replace(item, where=label + item.where)
                if isinstance(item, Skipped):
                    coverage.skip(item)
                elif twins.add(item, own=source.specific):
                    coverage.add(item)
                    yield item
                else:
                    coverage.merge(item)
            _files(archive, source, coverage, label)
        meter.finish()


class _Meter:
    """Report bytes read of bytes to read, a few times a second and not for every record."""

    def __init__(self, found: list[tuple[Archive, Source]], progress: Callable[[int, int], None] | None) -> None:
        self._archives = [archive for archive, _ in found]
        self._progress = progress
        self._ticks = 0
        self._before = sum(archive.bytes_read for archive in self._archives)
        self._total = 0
        for archive, source in found:
            left = set(archive.match(*(pattern for pattern, _ in source.unread))) if source.unread else set()
            self._total += sum(archive.members[name].size for name in archive.names if name not in left)

    def tick(self) -> None:
        self._ticks += 1
        if self._progress and not self._ticks % _TICKS:
            done = sum(archive.bytes_read for archive in self._archives) - self._before
            self._progress(min(done, self._total), self._total)

    def finish(self) -> None:
        if self._progress:
            self._progress(self._total, self._total)


def _files(archive: Archive, source: Source, coverage: Coverage, label: str) -> None:
    """Tell the coverage which files were read, and which were not and why."""
    for problem in archive.problems:
        coverage.leave(label + problem.where, problem.reason)
    for name in archive.opened:
        coverage.open(label + name)
    reasons: dict[str, str] = {}
    for pattern, reason in source.unread:
        reasons.update(dict.fromkeys(archive.match(pattern), reason))
    texts = frozenset(archive.names)
    for name in archive.members:
        if name not in archive.opened:
            reason = reasons.get(name, "no reader for it") if name in texts else "picture, film, sound or layout"
            coverage.leave(label + name, reason)

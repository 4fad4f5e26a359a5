"""Audit exported archives: read, filter, assess each post once, apply the user's decisions, and state the coverage."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from riskcheck.assessment import Assessment
from riskcheck.coverage import Coverage
from riskcheck.errors import InputError, StoreError
from riskcheck.post import Post
from riskcheck.report.base import Counts, Item, Result
from riskcheck.report.spill import CHUNK, Spill
from riskcheck.settings import Settings
from riskcheck.store import Run, Store

__all__ = ["WORK_FILE", "Checker", "Progress", "Settings", "audit", "begun", "fingerprint"]

WORK_FILE = ".riskcheck-progress.db"
_EVERYTHING = Settings()
Progress = Callable[[str, int, int | None], None]
"""``progress(stage, done, total)``: stage ``read`` or ``assess``; the total is None while it is unknown."""


class Checker(Protocol):
    """What an audit needs of :class:`riskcheck.assess.Assessor`."""

    version: str
    identity: str

    def check_many(self, posts: Iterable[Post]) -> Iterator[tuple[Post, Assessment]]:
        """Assess posts in order."""
        ...


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file; for a folder, of the names, sizes and times in it."""
    digest = hashlib.sha256()
    try:
        if path.is_dir():
            for member in sorted(entry for entry in path.rglob("*") if entry.is_file()):
                facts = member.stat()
                digest.update(
                    f"{member.relative_to(path)}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode(errors="replace")
                )
        else:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    return digest.hexdigest()


def begun(output: Path | None) -> dt.date | None:
    """Return the day on which an unfinished audit in a folder began, None where there is none."""
    if output is None or not (output / WORK_FILE).exists():
        return None
    spill = Spill(output / WORK_FILE)
    day = spill.meta.get("day")
    spill.close(remove=False)
    return dt.date.fromisoformat(day) if day else None


def _named(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Name archives by their file; by the whole path where two of them are called the same."""
    names = [path.name for path in paths]
    return [(path.name if names.count(path.name) == 1 else str(path), path) for path in paths]


def _told(items: Iterable[Post], say: Progress) -> Iterator[Post]:
    for count, post in enumerate(items, 1):
        if count % 500 == 0:
            say("read", count, None)
        yield post


def _wanted(
    posts: Iterable[Post], settings: Settings, seen: Callable[[str], bool] | None, coverage: Coverage
) -> Iterator[Post]:
    for post in posts:
        reason = settings.refuses(post)
        if not reason and seen and seen(post.digest):
            reason = "seen by an earlier audit"
        if reason:
            coverage.filter_out(reason)
        else:
            yield post


def _assess(spill: Spill, total: int, assessor: Checker, settings: Settings, say: Progress) -> None:
    done = spill.done()
    for position in range(done, total, CHUNK):
        say("assess", position, total)
        posts = spill.chunk(position)
        spill.keep(position, ((post, settings.narrowed(found)) for post, found in assessor.check_many(posts)))
    say("assess", total, total)


def _result(
    spill: Spill, decisions: Mapping[str, str], coverage: Coverage, settings: Settings, day: dt.date, model: str
) -> Result:
    def items(*, worst: bool = False) -> Iterator[Item]:
        for post, found in spill.items(worst=worst):
            yield Item(post, found, decisions.get(post.digest, ""))

    counts = Counts()
    for item in items():
        counts.add(item, settings.threshold)
        if any(note.kind == "not_english" for note in item.assessment.notes):
            coverage.not_assessed(item.post.language)
        else:
            coverage.assessed += 1
    return Result(
        items=items, counts=counts, coverage=coverage.to_dict(), sentences=tuple(coverage.sentences()), day=str(day),
        model=model, threshold=settings.threshold, marked_only=settings.marked_only,
    )  # fmt: skip


def _numbers(coverage: dict[str, Any]) -> dict[str, Any]:
    """Return the coverage without names of files, which the memory has no need of."""
    return {key: value for key, value in coverage.items() if not key.startswith("files") and key != "skipped"} | {
        "skipped": {reason: entry["count"] for reason, entry in coverage.get("skipped", {}).items()}
    }


@contextlib.contextmanager
def audit(
    paths: Sequence[Path],
    assessor: Checker,
    settings: Settings = _EVERYTHING,
    *,
    store: Store | None = None,
    output: Path | None = None,
    resume: bool = False,
    today: dt.date | None = None,
    progress: Progress | None = None,
    posts: Callable[[Coverage], Iterable[Post]] | None = None,
    remember: bool = True,
) -> Iterator[Result]:
    """Audit archives; the result can be read until the block ends.

    Leaving the block without an error records the run in the store and removes the progress file.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Archives, folders and files.
    assessor : Assessor
        What assesses the posts.
    settings : Settings
        What to keep and report.
    store : Store, optional
        Decisions and earlier runs; without it nothing is remembered.
    output : pathlib.Path, optional
        Folder in which progress is kept, so that a killed run can be resumed.
    resume : bool
        True to go on where a killed run in ``output`` stopped; without one, an audit begins as usual.
    today : datetime.date, optional
        Day of the audit.
    progress : callable, optional
        Is told how far the audit is.
    posts : callable, optional
        Yields the posts in place of the sources, and fills the coverage.
    remember : bool
        False to leave no run in the store, so that the posts still count as new.

    Raises
    ------
    InputError
        If an archive cannot be read, or the unfinished run was one of other archives or settings.
    """
    if settings.new and store is None:
        raise StoreError("only new posts were asked for, but no store says which ones were seen; pass a store")
    say = progress or (lambda stage, done, total: None)
    archives = {name: fingerprint(path) for name, path in _named(paths)}
    with contextlib.ExitStack() as stack:
        spill = Spill(output / WORK_FILE if output else None)
        stack.callback(lambda: spill.close(remove=False))
        day, started = _begin(spill, resume, today, archives, settings, assessor)
        coverage = Coverage()
        found = posts(coverage) if posts else _read(paths, coverage)
        seen = (lambda digest: store.seen(digest, started)) if store and settings.new else None
        total = spill.fill(_wanted(_told(found, say), settings, seen, coverage))
        _assess(spill, total, assessor, settings, say)
        decisions = store.decisions() if store else {}
        result = _result(spill, decisions, coverage, settings, day, assessor.version)
        yield result
        if store and remember:
            finished = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            run = Run(
                started=started, finished=finished, archives=archives, model=assessor.version,
                settings=settings.to_dict(), counts=result.counts.to_dict(), coverage=_numbers(result.coverage),
            )  # fmt: skip
            store.record(run, spill.digests())
        spill.close(remove=True)


def _read(paths: Sequence[Path], coverage: Coverage) -> Iterator[Post]:
    from riskcheck.sources import read  # readers bring parsers that no other command needs

    return read(paths, coverage)


def _begin(
    spill: Spill, resume: bool, today: dt.date | None, archives: dict[str, str], settings: Settings, assessor: Checker
) -> tuple[dt.date, str]:
    """Note what this run is; where it resumes another, make sure that it is the same, and return when that began."""
    same = {
        "archives": json.dumps(archives),
        "settings": json.dumps(settings.to_dict()),
        "model and profile": assessor.identity,
    }
    before = spill.meta
    if resume and before:
        differs = [name for name, value in same.items() if before.get(name) != value]
        if differs:
            raise InputError(
                f"{spill.path}: the unfinished audit had other {' and '.join(differs)};"
                " repeat it with the same, or leave --resume out to start anew"
            )
    day = dt.date.fromisoformat(before["day"]) if resume and before else today or dt.datetime.now(dt.UTC).date()
    started = before.get("started") if resume and before else None
    started = started or dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    spill.begin({**same, "day": str(day), "started": started}, keep=resume and bool(before))
    return day, started

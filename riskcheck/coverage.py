"""What was read, what was not, and why: the statement that goes with every report."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from riskcheck.post import Post, Skipped

_MOST_EXAMPLES = 3
_MOST_FILES = 200
UNKNOWN_YEAR = "unknown"


def _file(where: str) -> str:
    """Return the file of a place such as ``data/tweets.js#12``."""
    name, mark, number = where.rpartition("#")
    return name if mark and number.isdigit() else where


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _tally(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common())


@dataclass(slots=True)
class Tally:
    """How often something was met, and the first places where."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, where: str, most: int = _MOST_EXAMPLES) -> None:
        """Count one more."""
        self.count += 1
        if len(self.examples) < most:
            self.examples.append(where)


@dataclass(slots=True)
class ArchiveRead:
    """An archive, the network it comes from, and how many posts it gave."""

    name: str
    title: str
    posts: int = 0


@dataclass(slots=True)
class Coverage:
    """Count everything that is met while archives are read and assessed.

    ``records`` that were met are ``posts`` + ``merged`` + skipped; ``posts`` are ``assessed`` + filtered out +
    not English. :meth:`check` proves both.

    Examples
    --------
    >>> coverage = Coverage()
    >>> coverage.add(Post(text="Great first day", platform="x", kind="post"))
    >>> coverage.assessed += 1
    >>> coverage.check()
    []
    """

    archives: list[ArchiveRead] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)
    left: dict[str, Tally] = field(default_factory=dict)
    records: int = 0
    posts: int = 0
    assessed: int = 0
    merged: int = 0
    not_english: Counter[str] = field(default_factory=Counter)
    filtered: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, Tally] = field(default_factory=dict)
    platforms: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    years: Counter[str] = field(default_factory=Counter)
    visibilities: Counter[str] = field(default_factory=Counter)
    oldest: dt.datetime | None = None
    newest: dt.datetime | None = None
    _skips: dict[str, int] = field(default_factory=dict)

    def add_archive(self, name: str, title: str) -> None:
        """Note an archive and the network it comes from."""
        self.archives.append(ArchiveRead(name, title))

    def warn(self, sentence: str) -> None:
        """Note, once, what is known to be missing from an archive."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def add(self, post: Post) -> None:
        """Count a post that was read."""
        self.records += 1
        self.posts += 1
        if self.archives:
            self.archives[-1].posts += 1
        file = _file(post.where)
        self.files[file] = self.files.get(file, 0) + 1
        self.platforms[post.platform] += 1
        self.kinds[post.kind] += 1
        self.visibilities[post.visibility] += 1
        created = post.created
        self.years[UNKNOWN_YEAR if created is None else str(created.year)] += 1
        if created is not None:
            self.oldest = created if self.oldest is None or created < self.oldest else self.oldest
            self.newest = created if self.newest is None or created > self.newest else self.newest

    def merge(self, post: Post) -> None:
        """Count a post that had been read already, in this archive or another."""
        self.records += 1
        self.merged += 1
        self.files.setdefault(_file(post.where), 0)

    def skip(self, skipped: Skipped) -> None:
        """Count a record that is no post, and why."""
        self.records += 1
        self.skipped.setdefault(skipped.reason, Tally()).add(skipped.where)
        file = _file(skipped.where)
        self._skips[file] = self._skips.get(file, 0) + 1

    def open(self, name: str) -> None:
        """Note a file that was opened, even if it held nothing."""
        self.files.setdefault(name, 0)

    def leave(self, name: str, reason: str) -> None:
        """Note a file that was not read, and why."""
        self.left.setdefault(reason, Tally()).add(name, _MOST_FILES)

    def filter_out(self, reason: str) -> None:
        """Count a post that the user's own limits (since, until, kind, …) exclude."""
        self.filtered[reason] += 1

    def not_assessed(self, language: str) -> None:
        """Count a post in a language that is not assessed."""
        self.not_english[language or "unknown"] += 1

    @property
    def not_understood(self) -> dict[str, int]:
        """Files that were opened and gave no post, only skipped records, and how many."""
        return {file: count for file, count in self._skips.items() if count and not self.files.get(file)}

    def check(self) -> list[str]:
        """Return what does not add up; empty where all does."""
        faults = []
        skipped = sum(tally.count for tally in self.skipped.values())
        ends = self.assessed + self.filtered.total() + self.not_english.total()
        if self.records != self.posts + self.merged + skipped:
            parts = f"{self.posts} posts + {self.merged} merged + {skipped} skipped"
            faults.append(f"{self.records} records are not {parts}")
        if self.posts != ends:
            faults.append(f"{self.posts} posts are not {ends} assessed, filtered out or not English")
        if skipped != sum(self._skips.values()):
            faults.append("skipped records differ by reason and by file")
        if self.posts != sum(self.files.values()):
            faults.append("posts differ in sum and by file")
        if self.archives and self.posts != sum(archive.posts for archive in self.archives):
            faults.append("posts differ in sum and by archive")
        for name, counts in (("kind", self.kinds), ("year", self.years), ("visibility", self.visibilities)):
            if counts.total() != self.posts:
                faults.append(f"posts by {name} sum to {counts.total()}, not {self.posts}")
        return faults

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "archives": [{"name": read.name, "source": read.title, "posts": read.posts} for read in self.archives],
            "warnings": list(self.warnings),
            "records": self.records,
            "posts": self.posts,
            "assessed": self.assessed,
            "merged": self.merged,
            "filtered_out": dict(sorted(self.filtered.items())),
            "not_english": dict(sorted(self.not_english.items())),
            "skipped": {
                reason: {"count": tally.count, "examples": list(tally.examples)}
                for reason, tally in sorted(self.skipped.items())
            },
            "by_platform": dict(sorted(self.platforms.items())),
            "by_kind": dict(sorted(self.kinds.items())),
            "by_year": dict(sorted(self.years.items())),
            "by_visibility": dict(sorted(self.visibilities.items())),
            "oldest": self.oldest.isoformat() if self.oldest else None,
            "newest": self.newest.isoformat() if self.newest else None,
            "files_read": dict(self.files),
            "files_not_understood": self.not_understood,
            "files_not_read": {
                reason: {"count": tally.count, "examples": list(tally.examples)}
                for reason, tally in sorted(self.left.items())
            },
        }

    def sentences(self) -> list[str]:
        """Return the statement in plain language, one sentence each."""
        said = [
            f"Read {read.name} as an export of {read.title}: {_number(read.posts, 'post')}." for read in self.archives
        ]
        said += self.warnings
        said += self._found()
        if self.filtered:
            said.append(f"Left out on your wish: {_tally(self.filtered)}.")
        if self.not_english:
            said.append(
                f"Not assessed because {_number(self.not_english.total(), 'post is', 'posts are')} not in English: "
                f"{_tally(self.not_english)}."
            )
        said.append(f"Assessed {_number(self.assessed, 'post')}.")
        for reason, tally in sorted(self.skipped.items(), key=lambda item: -item[1].count):
            said.append(f"Skipped {_number(tally.count, 'record')}: {reason} (such as {tally.examples[0]}).")
        for name, count in self.not_understood.items():
            said.append(f"Nothing could be taken from {name} ({_number(count, 'record')} skipped).")
        for reason, tally in sorted(self.left.items()):
            if tally.count <= _MOST_EXAMPLES:
                said.append(f"Not read: {', '.join(tally.examples)} ({reason}).")
            else:
                said.append(f"Not read: {_number(tally.count, 'file')}, such as {tally.examples[0]} ({reason}).")
        return said

    def _found(self) -> list[str]:
        """Say what the records were; the numbers add up."""
        with_posts = sum(1 for count in self.files.values() if count)
        said = [f"Found {_number(self.posts, 'post')} in {_number(with_posts, 'file')}."]
        skipped = sum(tally.count for tally in self.skipped.values())
        if skipped or self.merged:
            parts = [f"{self.posts:,} gave a post", f"{self.merged:,} repeated one"][: 1 + bool(self.merged)]
            parts += [f"{skipped:,} {'was' if skipped == 1 else 'were'} skipped"] * bool(skipped)
            said.append(f"Of {_number(self.records, 'record')}, {', '.join(parts[:-1])} and {parts[-1]}.")
        if self.merged:
            said.append(f"{_number(self.merged, 'duplicate was', 'duplicates were')} merged.")
        if self.oldest and self.newest:
            said.append(f"The oldest is of {self.oldest:%Y-%m-%d}, the newest of {self.newest:%Y-%m-%d}.")
        if self.years[UNKNOWN_YEAR]:
            said.append(f"The time of {_number(self.years[UNKNOWN_YEAR], 'post')} is unknown.")
        if self.posts:
            said.append(f"By kind: {_tally(self.kinds)}.")
            said.append(f"By year: {', '.join(f'{year} {count:,}' for year, count in sorted(self.years.items()))}.")
        return said

"""What every report is made from, and what a report is: one file of this package, found by itself."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, ClassVar

from riskcheck.assessment import BANDS, Assessment, Band
from riskcheck.errors import InputError
from riskcheck.files import appearing
from riskcheck.post import Post
from riskcheck.store import DECISIONS

SETTLED: tuple[str, ...] = ("keep", "false_alarm")
UNKNOWN_YEAR = "unknown"


@dataclass(frozen=True, slots=True)
class Item:
    """A post, what riskcheck says of it, and what the user decided (empty if nothing yet)."""

    post: Post
    assessment: Assessment
    decision: str = ""

    @property
    def settled(self) -> bool:
        """True where the user wants to hear no more of it."""
        return self.decision in SETTLED


@dataclass(slots=True)
class Counts:
    """Sums over all items; ``by_category`` and ``by_year`` count per band, from ``low`` to ``high``.

    ``posts`` are those of all ``bands`` and those ``not_assessed``, because they are not English.
    """

    posts: int = 0
    not_assessed: int = 0
    bands: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    by_category: dict[str, list[int]] = field(default_factory=dict)
    by_year: dict[str, list[int]] = field(default_factory=dict)
    to_do: int = 0
    settled: int = 0

    def add(self, item: Item, threshold: Band) -> None:
        """Count one item; a false alarm counts as no risk."""
        self.posts += 1
        if any(note.kind == "not_english" for note in item.assessment.notes):
            self.not_assessed += 1
            return
        level = item.assessment.level
        if item.decision:
            self.decisions[item.decision] += 1
        if item.decision == "false_alarm":
            self.settled += level >= BANDS.index(threshold)
            level = 0
        self.bands[BANDS[level]] += 1
        created = item.post.created
        year = self.by_year.setdefault(str(created.year) if created else UNKNOWN_YEAR, [0, 0, 0])
        if not level:
            return
        year[level - 1] += 1
        for category in {finding.category for finding in item.assessment.findings}:
            self.by_category.setdefault(category, [0, 0, 0])[level - 1] += 1
        if level >= BANDS.index(threshold):
            self.settled += item.settled
            self.to_do += not item.settled

    def to_dict(self) -> dict[str, Any]:
        """Return plain values in a fixed order, ready for JSON."""
        return {
            "posts": self.posts,
            "not_assessed": self.not_assessed,
            "to_do": self.to_do,
            "settled": self.settled,
            "bands": {band: self.bands[band] for band in BANDS},
            "decisions": {name: self.decisions[name] for name in DECISIONS if self.decisions[name]},
            "by_category": dict(sorted(self.by_category.items(), key=lambda entry: (-sum(entry[1]), entry[0]))),
            "by_year": dict(sorted(self.by_year.items())),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An audit, ready to be reported.

    Parameters
    ----------
    items : callable
        ``items()`` yields every item in reading order, ``items(worst=True)`` those of band ``low`` and above,
        worst first. Each call starts anew, so that no report has to hold them all.
    counts : Counts
        Sums over all items.
    coverage : dict
        What was read and what was not, ready for JSON.
    sentences : tuple of str
        The same in plain language.
    day : str
        Day of the audit.
    model : str
        Version of the model.
    threshold : str
        Band from which an undecided post is something to do.
    marked_only : bool
        True if lists for deletion tools hold only posts that the user marked ``delete``.
    """

    items: Callable[..., Iterator[Item]]
    counts: Counts
    coverage: dict[str, Any]
    sentences: tuple[str, ...]
    day: str
    model: str
    threshold: Band = "medium"
    marked_only: bool = True

    @property
    def verdict(self) -> str:
        """What it comes to, in one sentence: "nothing found" must never mean "nothing read"."""
        counts = self.counts
        if counts.to_do:
            return f"{counts.to_do:,} to look at (band {self.threshold} and above)."
        assessed = counts.posts - counts.not_assessed
        if assessed:
            return f"Nothing to look at in {assessed:,} {'post' if assessed == 1 else 'posts'}."
        if counts.posts:
            return "No post was assessed: none is in English, so nothing is known of them."
        if self.coverage["posts"]:
            return "No post was assessed: all were left out on your wish."
        return "No post was found, so none was assessed."

    def to_do(self) -> Iterator[Item]:
        """Yield what is at or above the threshold and not settled, worst first."""
        least = BANDS.index(self.threshold)
        return (item for item in self.items(worst=True) if item.assessment.level >= least and not item.settled)


class Report(ABC):
    """Write an audit in one form. Subclass it in one file of this package; nothing else has to be told."""

    files: ClassVar[tuple[str, ...]]

    @abstractmethod
    def write(self, result: Result, folder: Path) -> list[Path]:
        """Write the files into a folder that exists, each whole or not at all, and return them."""


@contextlib.contextmanager
def whole(path: Path) -> Iterator[IO[str]]:
    """Open a text file that appears under its name only when it is complete.

    Raises
    ------
    InputError
        If the folder does not allow writing, or the disk is full.
    """
    try:
        with appearing(path) as stream:
            yield stream
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another --output folder") from error


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    """Write lines, whole or not at all."""
    with whole(path) as stream:
        stream.writelines(f"{line}\n" for line in lines)
    return path


def post_facts(post: Post) -> dict[str, Any]:
    """Return what is known of a post besides its text, ready for JSON."""
    return {
        "platform": post.platform,
        "kind": post.kind,
        "created_at": post.created.isoformat() if post.created else None,
        "visibility": post.visibility,
        "language": post.language,
        "url": post.url,
        "where": post.where,
        "others_words": post.others_words,
    }

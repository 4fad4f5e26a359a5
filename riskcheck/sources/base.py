"""What a source is: one export format, one file, found by itself."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from riskcheck.post import Post, Skipped
from riskcheck.sources.archive import Archive

# Reasons are counted, so the same cause has the same words everywhere.
NO_TEXT = "no text of its own (a picture, a link or a repost)"
NOT_UNDERSTOOD = "file should hold posts but its structure is not understood"
DAMAGED = "file is damaged: the rest of it was not read"
CUT_SHORT = "file ends in the middle of a record"
NOT_VALID = "record is not valid JSON"
WRONG_TYPE = "record has fields of an unexpected type"
TOO_LARGE = "record is too large"
TOO_DEEP = "record is nested too deeply"
REMOVED = "text was removed by the network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose export it is, as far as it says.

    Parameters
    ----------
    handle, id, display_name : str
        Empty where the export does not tell.
    """

    handle: str = ""
    id: str = ""
    display_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Employer:
    """A present or former employer that the export names.

    Parameters
    ----------
    name : str
        As written in the export.
    started, ended : datetime.date, optional
        First day of the month or year that the export gives; None where it gives none.
    current : bool
        True where the export gives no end.
    """

    name: str
    started: dt.date | None = None
    ended: dt.date | None = None
    current: bool = False


class Source(ABC):
    """Read the export of one network.

    Subclass it in one file of this package; nothing else has to be told.

    Attributes
    ----------
    name : str
        Platform of the posts, such as ``x``.
    title : str
        Name that users know.
    export_help : str
        One sentence: how to get the right export.
    specific : bool
        False for plain files, which are tried only where no specific source matches.
    unread : tuple of (str, str)
        Files (pattern) that hold the user's words and are not read on purpose, and why.

    Examples
    --------
    >>> from riskcheck.post import Post
    >>> class Diary(Source):
    ...     name, title = "diary", "Diary"
    ...     export_help = "Save the diary as diary.log."
    ...     def identify(self, archive):
    ...         return bool(archive.match("diary.log"))
    ...     def read(self, archive):
    ...         for line in archive.open("diary.log"):
    ...             yield Post(text=line.decode(), platform=self.name, where="diary.log")
    >>> Diary().title
    'Diary'
    """

    name: ClassVar[str]
    title: ClassVar[str]
    export_help: ClassVar[str]
    specific: ClassVar[bool] = True
    unread: ClassVar[tuple[tuple[str, str], ...]] = ()

    @abstractmethod
    def identify(self, archive: Archive) -> bool:
        """Tell from the inner structure whether this export is of this network."""

    @abstractmethod
    def read(self, archive: Archive) -> Iterator[Post | Skipped]:
        """Yield every post, and a reason for every record that is none."""

    def refusal(self, archive: Archive) -> str | None:
        """Return a sentence where this is an export of this network in a form that is not read."""
        return None

    def gaps(self, archive: Archive) -> Iterator[str]:
        """Yield a sentence for each part that the export itself names and that is not there."""
        yield from ()

    def owner(self, archive: Archive) -> Owner | None:
        """Return whose export it is, or None where it does not tell."""
        return None

    def employers(self, archive: Archive) -> tuple[Employer, ...]:
        """Return the employers that the export names, present ones first."""
        return ()

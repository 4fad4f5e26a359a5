"""How far an account was read."""

from __future__ import annotations

from dataclasses import dataclass, field


class EnoughError(Exception):
    """The next page would be more than the user agreed to; what is older stays to be read."""


@dataclass(frozen=True, slots=True)
class Span:
    """Posts older than the id ``before`` and newer than the id ``after``; empty means no bound."""

    before: str = ""
    after: str = ""


@dataclass(slots=True)
class Place:
    """How far an account was read: the newest id, and the spans below it that are still to read.

    Parameters
    ----------
    newest : str
        Id of the newest record.
    gaps : list of Span
        What is still to read, newest first.
    read : int
        How many records the last reading took; of that reading only, so it is not kept.
    cut : bool
        True if the user's limit of posts ended it.
    """

    newest: str = ""
    gaps: list[Span] = field(default_factory=list)
    read: int = field(default=0, compare=False)
    cut: bool = field(default=False, compare=False)

    def spans(self) -> list[Span]:
        """Return what is to read, newest first."""
        return [Span(after=self.newest), *self.gaps]

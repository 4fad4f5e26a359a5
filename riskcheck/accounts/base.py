"""What an account is: one live service, one file, found by itself."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from riskcheck.accounts._place import EnoughError, Place, Span
from riskcheck.accounts._wait import Patience
from riskcheck.post import Post, Skipped, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a scan costs at most, before anything is asked of the service.

    Parameters
    ----------
    posts : int, optional
        Most posts that are read; None where the service sets no limit.
    dollars : tuple of (float, float)
        From and to, in US dollars; both 0 where the service is free.
    text : str
        The same in a sentence.
    """

    posts: int | None
    dollars: tuple[float, float] = (0.0, 0.0)
    text: str = "free"

    @property
    def paid(self) -> bool:
        """True where the service charges for reading."""
        return self.dollars[1] > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account that was found.

    Parameters
    ----------
    key : str
        Service and ids, under which the place is remembered; it holds no handle.
    id, handle : str
        As the service names it.
    server : str
        Address of the server that is read.
    posts : int, optional
        How many posts the service counts.
    visibility : str
        Of the account as a whole.
    items : tuple of Post
        Handle, display name and bio.
    """

    key: str
    id: str
    handle: str
    server: str
    posts: int | None = None
    visibility: Visibility = "public"
    items: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a service: its id, its time and what it holds."""

    id: str
    created: dt.datetime | None
    items: tuple[Post | Skipped, ...]


class Account(ABC):
    """Read one person's posts from a live service, and change nothing there.

    Subclass it in one file of this package and import the client library inside its methods; nothing else has to
    be told.

    Parameters
    ----------
    server : str
        Address of the server; empty for the usual one.
    patience : Patience, optional
        How faults and limits are waited out.

    Attributes
    ----------
    name : str
        Platform of the posts, as the source of its export names it, so that decisions hold for both.
    title : str
        Name that users know.
    blind : tuple of str
        Sentences: what a scan cannot see, and what sees more.
    home : str
        Where to get access, for ``riskcheck accounts``.
    cuts : bool
        True if the service itself leaves out what is before ``since``, so that the end of the pages is not the end
        of the posts.

    Examples
    --------
    >>> class Diary(Account):
    ...     name, title, home, blind = "diary", "Diary", "no access needed", ()
    ...     def sign_in_state(self):
    ...         return "not needed"
    ...     def find(self, handle):
    ...         return Person(key=f"diary {handle}", id=handle, handle=handle, server="")
    ...     def pages(self, person, span, *, since=None, most=None):
    ...         yield [Record("2", None, (Post(text="What a day", id="2", platform="diary"),))]
    >>> [post.text for post in Diary().fetch("me")]
    ['What a day']
    """

    name: ClassVar[str]
    title: ClassVar[str]
    home: ClassVar[str]
    blind: ClassVar[tuple[str, ...]] = ()
    cuts: ClassVar[bool] = False

    def __init__(self, server: str = "", patience: Patience | None = None) -> None:
        self.server = server
        self.patience = patience or Patience()

    @abstractmethod
    def sign_in_state(self) -> str:
        """Say in a few words whether access is set up, without asking the service and without any secret."""

    def ready(self) -> None:  # noqa: B027 (most need no sign-in)
        """Check without asking the service that a scan can begin, before anything is agreed to or paid.

        Raises
        ------
        AccountError
            If a sign-in is missing.
        MissingExtraError
            If the client library is.
        """

    def unseen(self) -> tuple[str, ...]:
        """Say in sentences what this scan could not see; it may depend on the sign-in."""
        return self.blind

    @abstractmethod
    def find(self, handle: str) -> Person:
        """Look an account up.

        Raises
        ------
        AccountError
            If there is no such account, or the service refuses.
        """

    @abstractmethod
    def pages(
        self, person: Person, span: Span, *, since: dt.date | None = None, most: int | None = None
    ) -> Iterator[list[Record]]:
        """Yield records, newest first, page by page; about ``most`` of them and none much older than ``since``.

        Raises
        ------
        EnoughError
            If the next page would hold more than ``most``, and cost money.
        """

    def moment(self, identifier: str) -> dt.datetime | None:
        """Return the time that is in an id, where the service puts one there."""
        return None

    def estimate(self, handle: str = "", *, since: dt.date | None = None, max_posts: int | None = None) -> Estimate:
        """Say what a scan costs at most; services are free unless they say otherwise."""
        return Estimate(posts=max_posts)

    def fetch(
        self,
        handle: str | Person,
        place: Place | None = None,
        *,
        since: dt.date | None = None,
        max_posts: int | None = None,
    ) -> Iterator[Post | Skipped]:
        """Yield handle, name and bio, then the posts that were not read before, newest first.

        Parameters
        ----------
        handle : str or Person
            Whose posts.
        place : Place, optional
            How far the account was read. It is kept up to date while the posts are taken, so that a scan that
            breaks off can go on with it.
        since : datetime.date, optional
            First day (UTC) to read.
        max_posts : int, optional
            Most records to read.

        Raises
        ------
        AccountError
            If the service refuses, or stays out of reach; what was yielded before is good.
        """
        person = self.find(handle) if isinstance(handle, str) else handle
        place = Place() if place is None else place
        place.read, place.cut = 0, False
        yield from person.items
        first = dt.datetime.combine(since, dt.time(), dt.UTC) if since else None
        left = max_posts
        spans = place.spans()
        for number, span in enumerate(spans):
            rest, last = spans[number + 1 :], span.before
            for record in self._records(person, span, since, left, place):
                if first and record.created and record.created < first:
                    return
                yield from record.items
                place.read += 1
                if record.id:
                    if number == 0 and place.newest == span.after:
                        place.newest = record.id
                    place.gaps = [Span(record.id, span.after), *rest]
                    last = record.id
                # Also one without an id counts, as it does for the pages: they must not end before this does.
                if left is not None and (left := left - 1) == 0:
                    place.cut = True
            if place.cut:
                return
            bottom = self.moment(span.after)
            if first and self.cuts and not (bottom and bottom >= first):
                # What is older than the first day was not asked for and stays to be read.
                place.gaps = [Span(last, span.after), *rest] if last else rest
                return
            place.gaps = rest

    def _records(
        self, person: Person, span: Span, since: dt.date | None, most: int | None, place: Place
    ) -> Iterator[Record]:
        try:
            for page in self.pages(person, span, since=since, most=most):
                for record in page:
                    if span.after and record.id == span.after:  # a server that does not know of lower bounds
                        return
                    yield record
                    if place.cut:
                        return
        except EnoughError:
            place.cut = True

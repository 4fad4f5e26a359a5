"""One scan of an account: posts for an audit, what was kept of earlier scans, and how far it came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from riskcheck.accounts._kept import Kept
from riskcheck.accounts._place import Place
from riskcheck.accounts._wait import UnavailableError
from riskcheck.accounts.base import Account, Person
from riskcheck.coverage import Coverage
from riskcheck.errors import AccountError
from riskcheck.post import Post, Skipped
from riskcheck.sources._ids import Seen

STOPPED = "you stopped it"
_PROFILE = ("handle", "bio")


@dataclass(slots=True, kw_only=True)
class Scan:
    """Read what is new of an account, and state what was read.

    Parameters
    ----------
    account, person : Account, Person
        Which service and whose posts.
    place : Place
        How far it was read; kept up to date.
    before : str
        Time of the earlier scan that the place is of; empty for none.
    since, max_posts
        Limits of the user.
    kept : Kept, optional
        Posts of earlier scans, and where those of this one are kept.
    known : callable
        Tells from a digest whether an earlier run has assessed the same text.
    tick : callable
        Is told how many records were fetched.

    Attributes
    ----------
    fault : str
        Why the scan broke off; empty where it did not.
    later : bool
        True if the fault may pass by itself.
    fresh : set of str
        Kind and id of the posts that no earlier scan fetched.
    """

    account: Account
    person: Person
    place: Place
    before: str = ""
    since: dt.date | None = None
    max_posts: int | None = None
    kept: Kept | None = None
    known: Callable[[str], bool] = field(default=lambda digest: False)
    tick: Callable[[int], None] = field(default=lambda count: None)
    fault: str = ""
    later: bool = False
    fetched: int = 0
    earlier: int = 0
    oldest: dt.datetime | None = None
    fresh: set[str] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        """True where nothing that was asked for is missing."""
        return not self.fault and (not self.place.gaps or (self.since is not None and not self.place.cut))

    def read(self, coverage: Coverage) -> Iterator[Post]:
        """Yield the posts of this scan, then those kept of earlier ones; a scan that breaks off notes why and ends.

        Parameters
        ----------
        coverage : Coverage
            Filled while the posts are taken.
        """
        seen = Seen()
        for number, item in enumerate(self._fetch(), 1):
            item = replace(item, where=f"{item.where}#{number}")
            if isinstance(item, Skipped):
                coverage.skip(item)
            elif not seen.add(f"{item.kind}\0{item.id}") or (not self.kept and self._same_profile(item)):
                coverage.merge(item)
            else:
                if not self._same_profile(item):
                    self.fresh.add(f"{item.kind} {item.id}")
                coverage.add(item)
                yield item
        counted = self.person.posts or 0
        if counted and not (self.fetched or self.before or self.since or self.fault):
            self.fault = (
                f"{self.account.title} counts {counted:,} posts in this account and showed none, so nothing is known;"
                " sign in, or audit the export"
            )
        if self.kept and not self.fault and not self.place.gaps:
            self.kept.done()
        for item in self.kept.items() if self.kept else ():
            if isinstance(item, Skipped):
                coverage.skip(item)
            elif seen.add(f"{item.kind}\0{item.id}"):
                self.earlier += item.kind not in _PROFILE
                coverage.add(item)
                yield item
            else:
                coverage.merge(item)

    def _same_profile(self, post: Post) -> bool:
        """Tell whether this is the name or bio of a scan before, which says nothing new."""
        return bool(self.before) and post.kind in _PROFILE and self.known(post.digest)

    def _fetch(self) -> Iterator[Post | Skipped]:
        marked = None
        try:
            for item in self.account.fetch(self.person, self.place, since=self.since, max_posts=self.max_posts):
                if self.kept:
                    # The place moves only when all of a record was taken, so it never runs ahead of the posts.
                    marked = self._mark(marked)
                    self.kept.add(item)
                yield item
                self.fetched = self.place.read
                self.tick(self.fetched)
                if isinstance(item, Post) and item.created:
                    self.oldest = min(self.oldest or item.created, item.created)
        except AccountError as error:
            self.fault, self.later = str(error), isinstance(error, UnavailableError)
        except KeyboardInterrupt:
            self.fault = STOPPED
        finally:
            self.fetched = self.place.read
            if self.kept:
                self._mark(marked)

    def _mark(self, marked: object) -> tuple[object, ...]:
        now = (self.place.newest, *self.place.gaps)
        if self.kept and now != marked:
            self.kept.mark(self.place)
        return now

    def facts(self) -> dict[str, Any]:
        """Return what the coverage tells of the account, ready for JSON."""
        return {
            "account": {
                "service": self.account.name, "handle": self.person.handle, "server": self.person.server,
                "fetched": self.fetched, "of_earlier_scans": self.earlier, "complete": self.complete,
                "broke_off": self.fault or None, "counted_by_service": self.person.posts,
            }
        }  # fmt: skip

    def how_far(self) -> str:
        """Say how far a scan came that broke off."""
        came = f"back to {self.oldest:%Y-%m-%d}" if self.oldest else "no further than the profile"
        return f"It came {came} ({_records(self.fetched)})."

    def sentences(self, said: Sequence[str]) -> tuple[str, ...]:
        """Return the coverage statement of a scan.

        Parameters
        ----------
        said : sequence of str
            That of the coverage, whose first sentence speaks of files.
        """
        title, person = self.account.title, self.person
        lines = [f"Read {person.handle} live on {title} ({person.server}): {_records(self.fetched)} fetched."]
        if self.before:
            lines.append(
                f"Only what the scan of {self.before[:10]} had not read was fetched; --all reads everything again."
            )
        if self.earlier:
            lines.append(
                f"{self.earlier:,} posts come from earlier scans into this folder;"
                " those deleted since are still listed until a scan with --all."
            )
        if self.fault:
            lines.append(f"NOT COMPLETE, the scan broke off: {self.fault.rstrip('.')}. {self.how_far()}")
        elif self.place.gaps:
            lines.append(self._limit())
        elif not self.before and (person.posts or 0) > self.fetched:
            lines.append(f"{title} counts {person.posts:,} posts in this account and showed {self.fetched:,}.")
        lines += [f"{sentence}." for sentence in self.account.unseen()]
        found = f"Found {said[0].removeprefix('Found ').partition(' in ')[0]}."
        return (*lines, found, *said[1:])

    def _limit(self) -> str:
        if self.place.cut:
            return f"Stopped at --max-posts {self.max_posts or 0:,}; the same command goes on with older ones."
        return f"Not fetched: what is older than {self.since or 'the first day asked for'}."


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"

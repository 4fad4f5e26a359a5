"""Scan a live account: X, Bluesky or Mastodon, where no export is at hand.

Only what you ask for is read. Nothing is posted, changed or deleted there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskcheck.cli import options
from riskcheck.cli.audit import _print
from riskcheck.cli.filters import day
from riskcheck.cli.output import say, unheard
from riskcheck.errors import AccountError, ExitCode

if TYPE_CHECKING:
    from riskcheck.accounts import Account, Person, Scan
    from riskcheck.accounts._telling import Teller
    from riskcheck.report.base import Result

_UNITS = {"m": 60, "h": 3600, "d": 86400}
sleep = time.sleep


def every(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read how often to look, such as ``1h``; return seconds."""
    if value is None:
        return None
    found = re.fullmatch(r"([1-9]\d{0,3})([mhd])", value)
    if not found:
        raise click.BadParameter(f"{value!r} is no span of time; write 30m, 1h or 1d", ctx, param)
    return int(found[1]) * _UNITS[found[2]]


@click.command("scan")
@click.argument("service", metavar="SERVICE")
@click.argument("handle")
@options.reports("Write the reports of `audit`, and keep what was fetched for the next scan.")
@click.option("--since", callback=day, metavar="DATE", help="Only posts from this day on.")
@click.option("--max-posts", type=click.IntRange(min=1), metavar="N", help="Fetch at most so many posts.")
@click.option("--all", "anew", is_flag=True, help="Read everything again, also what an earlier scan has read.")
@click.option("--yes", is_flag=True, help="Agree to the cost without being asked.")
@click.option("--watch", callback=every, metavar="EVERY", help="Repeat every 30m, 1h or 1d and show only what is new.")
@click.option("--server", default="", metavar="URL", help="Server to ask (Mastodon, or a Bluesky host of your own).")
@options.threshold
@options.person
@options.common
@click.pass_context
def command(
    ctx: click.Context,
    /,
    service: str,
    handle: str,
    output: Path | None,
    anew: bool,
    yes: bool,
    watch: int | None,
    server: str,
    quiet: bool,
    **given: Any,
) -> None:
    """Scan a live account: SERVICE is x, bluesky or mastodon, HANDLE whose posts to read.

    The first scan reads all that the service shows, a later one only what is new. A scan that breaks off keeps
    what it has; the same command goes on. X charges for every read: the cost is shown and asked for first.

    \b
    Exit codes: 0 nothing to do, 1 something at or above the threshold is not settled, 2 wrong use, refused or
                broken off (reports then hold what was fetched).
    Example:    riskcheck scan bluesky you.bsky.social --output report
    """  # noqa: D301 (click reads the backspace)
    from riskcheck.accounts import Patience, UnavailableError, account
    from riskcheck.accounts._telling import Teller

    teller = Teller(quiet=quiet)
    live = account(service, server, Patience(say=teller.wait))
    live.ready()
    _agree(live, handle, given["since"], given["max_posts"], yes=yes, watch=watch, quiet=quiet)
    job = _Job(live, handle, output, teller, quiet=quiet, **given)
    if watch is None:
        try:
            code = job.round(anew=anew)
        except KeyboardInterrupt:
            code = job.stopped()
        ctx.exit(code)
    worst = ExitCode.CLEAR
    try:
        while not job.over:
            try:
                code = job.round(anew=anew and not job.rounds)
                # A fault that passes is told, and made good by a later round.
                worst = max(worst, code) if job.over or code != ExitCode.USAGE else worst
            except UnavailableError as error:
                say("riskcheck:", error, err=True)
            if not job.over:
                sleep(watch)
    except KeyboardInterrupt:
        worst = worst if job.rounds else job.stopped()
    ctx.exit(worst)


def _agree(
    live: Account,
    handle: str,
    since: dt.date | None,
    max_posts: int | None,
    *,
    yes: bool,
    watch: int | None,
    quiet: bool,
) -> None:
    """Show what the scan costs, and go on only if the user agrees."""
    cost = live.estimate(handle, since=since, max_posts=max_posts)
    if not cost.paid:
        return
    if not (yes and quiet):
        click.echo(f"{live.title} charges for reading: {cost.text}.", err=True)
        if watch:
            click.echo("--watch repeats this; later rounds are charged for the account and for new posts.", err=True)
    if yes:
        return
    try:
        agreed = click.confirm(f"Read {handle} on {live.title} at this cost?", err=True)
    except click.Abort:
        agreed = False
    if not agreed:
        raise AccountError("nothing was read and nothing charged; --yes agrees, --max-posts N costs less")


class _Job:
    """What is repeated by ``--watch``."""

    def __init__(
        self, live: Account, handle: str, output: Path | None, teller: Teller, *, quiet: bool, since: dt.date | None,
        max_posts: int | None, as_json: bool, threshold: Any, employers: tuple[str, ...], stage: str | None,
        model_path: Path | None, profile_path: Path | None,
    ) -> None:  # fmt: skip
        from riskcheck.audit import Settings

        self.live, self.handle, self.output, self.teller, self.quiet = live, handle, output, teller, quiet
        self.since, self.max_posts, self.as_json = since, max_posts, as_json
        self.settings = Settings(since=since, threshold=threshold)
        self.assessor = options.assessor_of(model_path, profile_path, stage, employers)
        self.rounds, self.over = 0, False

    @contextlib.contextmanager
    def _scan(self, *, anew: bool) -> Iterator[Scan]:
        """Begin where the last scan of this account ended; remember how far this one came."""
        from riskcheck.accounts import Kept, Place, Scan, State
        from riskcheck.store import data_folder

        person: Person = self.live.find(self.handle)
        state = State(data_folder())
        known, before = (None, "") if anew else state.get(person.key)
        place = known
        with contextlib.ExitStack() as stack:
            kept = None
            if self.output:
                kept = stack.enter_context(contextlib.closing(Kept(self.output, person.key, anew=anew)))
                # The folder knows what its reports lack; a new one lacks all, whatever was printed before.
                place, before = kept.place, kept.when if kept.place else ""
            scan = Scan(
                account=self.live, person=person, place=place or Place(), before=before, since=self.since,
                max_posts=self.max_posts, kept=kept, tick=self.teller.fetched,
            )  # fmt: skip
            yield scan
            # A folder that was begun later must not make what was read before it count as unread.
            if not (known and not known.gaps and scan.place.gaps):
                state.put(person.key, scan.place)

    def stopped(self) -> ExitCode:
        """Say what became of a scan that was stopped where there was nothing to show yet."""
        kept = "what was fetched is kept in its folder" if self.output else "nothing is kept without --output"
        click.echo(f"\nriskcheck: you stopped it; {kept}, and the same command goes on.", err=True)
        return ExitCode.USAGE

    def round(self, *, anew: bool) -> ExitCode:
        """Scan once; print and write what came, and return the exit code."""
        from riskcheck.audit import audit
        from riskcheck.report import write_all
        from riskcheck.store import Store

        today = dt.datetime.now(dt.UTC).date()
        self.assessor.today = today
        written: list[Path] = []
        self.live.patience.spent = 0.0
        with self._scan(anew=anew) as scan, Store() as store:
            scan.known = store.seen
            with audit(
                (), self.assessor, self.settings,
                store=store, output=self.output, today=today, progress=self.teller.progress, posts=scan.read,
            ) as found:  # fmt: skip
                result = replace(
                    found, sentences=scan.sentences(found.sentences), coverage=found.coverage | scan.facts()
                )
                if self.output:
                    written = write_all(result, self.output)
                with unheard():
                    self._show(result, scan)
        self.rounds += 1
        if not self.quiet and (self.rounds == 1 or scan.fresh):
            for path in written:
                say("Wrote", path, err=self.as_json)
        if scan.fault:
            say("riskcheck:", f"{scan.fault.rstrip('.')}. {scan.how_far()}", err=True)
            self.over = not scan.later
            return ExitCode.USAGE
        return ExitCode.FOUND if result.counts.to_do else ExitCode.CLEAR

    def _show(self, result: Result, scan: Scan) -> None:
        """Print the result; in later rounds of a watch only what is new."""
        if self.rounds:
            result = _only(result, scan.fresh)
            if not result.counts.posts:
                if not self.quiet and not scan.fault:
                    click.echo(f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC: nothing new.", err=True)
                return
        _print(result, as_json=self.as_json, quiet=self.quiet)


def _only(result: Result, fresh: set[str]) -> Result:
    """Return a result that holds only some posts."""
    from riskcheck.report.base import Counts, Item

    def items(*, worst: bool = False) -> Iterator[Item]:
        return (item for item in result.items(worst=worst) if f"{item.post.kind} {item.post.id}" in fresh)

    counts = Counts()
    for item in items():
        counts.add(item, result.threshold)
    return replace(result, items=items, counts=counts)

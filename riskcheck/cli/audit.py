"""Audit exported archives: find the risky posts of years in minutes.

Archives are read as they were downloaded. Nothing is deleted, and nothing leaves this computer.
"""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from riskcheck.categories import NAMES
from riskcheck.cli import options
from riskcheck.errors import ExitCode
from riskcheck.post import KINDS, VISIBILITIES

if TYPE_CHECKING:
    from riskcheck.audit import Progress, Settings

F = TypeVar("F", bound=Callable[..., Any])
_UNITS = {"d": 1, "w": 7}
_MONTHS = {"m": 1, "y": 12}


def day(ctx: click.Context, param: click.Parameter, value: str | None) -> dt.date | None:
    """Read ``2024-05-31``, ``2024-05`` or ``2024``; of a month or year, ``--until`` means the last day."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?", value)
    last = param.name == "until"
    try:
        if not found:
            raise ValueError("no date")
        year, month = int(found[1]), int(found[2] or (12 if last else 1))
        end = calendar.monthrange(year, month)[1]
        return dt.date(year, month, int(found[3] or (end if last else 1)))
    except (ValueError, calendar.IllegalMonthError) as error:
        raise click.BadParameter(
            f"{value!r} is no date; write it as 2024-05-31, 2024-05 or 2024", ctx, param
        ) from error


def span(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Check the form of a span such as ``12m``; only :func:`first_day` knows which day is today."""
    if value is not None and not re.fullmatch(r"[1-9]\d{0,3}[dwmy]", value):
        raise click.BadParameter(f"{value!r} is no span of time; write 90d, 6w, 12m or 2y", ctx, param)
    return value


def first_day(back: str, today: dt.date) -> dt.date:
    """Return the day on which a span such as ``12m`` begins.

    >>> first_day("1m", dt.date(2024, 3, 31))
    datetime.date(2024, 2, 29)
    """
    number, unit = int(back[:-1]), back[-1]
    try:
        if unit in _UNITS:
            return today - dt.timedelta(days=number * _UNITS[unit])
        months = today.year * 12 + today.month - 1 - number * _MONTHS[unit]
        year, month = divmod(months, 12)
        return dt.date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return dt.date.min


def filters(function: F) -> F:
    """Add the options that say which posts count."""
    choices: list[tuple[str, str, Any, str]] = [
        ("--platform", "platforms", str, "Only this network, such as x (repeatable)."),
        ("--visibility", "visibilities", click.Choice(VISIBILITIES), "Only posts of this visibility (repeatable)."),
        ("--category", "categories", click.Choice([*NAMES, "keyword"]), "Only this category (repeatable)."),
        ("--kind", "kinds", click.Choice(KINDS), "Only this kind of post (repeatable)."),
    ]
    for flag, name, kind, text in choices:
        function = click.option(flag, name, multiple=True, type=kind, help=text)(function)
    function = click.option("--last", callback=span, metavar="SPAN", help="Only the last 90d, 6w, 12m or 2y.")(function)
    function = click.option("--until", callback=day, metavar="DATE", help="Only posts up to this day.")(function)
    return click.option("--since", callback=day, metavar="DATE", help="Only posts from this day on.")(function)


def settings_of(today: dt.date, given: dict[str, Any], **more: Any) -> Settings:
    """Make the settings from the options of :func:`filters`."""
    from riskcheck.audit import Settings

    last = given.pop("last")
    if last and given["since"]:
        raise click.UsageError("--since and --last both say where to begin; give one of them")
    if last:
        given["since"] = first_day(last, today)
    if given["since"] and given["until"] and given["since"] > given["until"]:
        raise click.UsageError(f"--since {given['since']} is after --until {given['until']}")
    return Settings(**given, **more)


@contextlib.contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Progress | None]:
    """Show how far an audit is, on standard error and only on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks = {
            "read": bar.add_task("Reading", total=None, rate=""),
            "assess": bar.add_task("Assessing", total=None, start=False, visible=False, rate=""),
        }

        def say(stage: str, done: int, total: int | None) -> None:
            task = tasks[stage]
            if stage == "assess" and not bar.tasks[task].started:
                bar.start_task(task)
            speed = bar.tasks[task].speed
            bar.update(task, completed=done, total=total, visible=True, rate=f"{speed:,.0f} posts/s" if speed else "")

        yield say


@click.command("audit")
@click.argument("archives", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="ARCHIVE…")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write report.html, report.md, posts.csv, posts.jsonl, cleanup.csv and coverage.json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a post.")
@click.option("--new", is_flag=True, help="Only posts that no earlier audit has seen.")
@click.option("--resume", is_flag=True, help="Go on where a run into the same --output was stopped.")
@click.option(
    "--cleanup",
    type=click.Choice(["marked", "all"]),
    default="marked",
    show_default=True,
    help="What the lists for deletion tools hold: posts you marked delete, or all that is to do.",
)
@filters
@options.threshold
@options.person
@options.common
@click.pass_context
def command(
    ctx: click.Context,
    /,
    archives: tuple[Path, ...],
    output: Path | None,
    as_json: bool,
    new: bool,
    resume: bool,
    cleanup: str,
    threshold: str,
    employers: tuple[str, ...],
    stage: str | None,
    model_path: Path | None,
    profile_path: Path | None,
    quiet: bool,
    **given: Any,
) -> None:
    """Audit exported archives: find the risky posts of years in minutes.

    Give one or more ARCHIVEs as you downloaded them: zip, tar, folder or single file, of one or several networks.

    \b
    Exit codes: 0 nothing to do, 1 something at or above the threshold is not settled, 2 wrong use or input.
    Example:    riskcheck audit twitter-2024.zip --output report --last 12m
    """  # noqa: D301 (click reads the backspace)
    from riskcheck.audit import audit, begun
    from riskcheck.report import write_all
    from riskcheck.store import Store

    if resume and output is None:
        raise click.UsageError("--resume needs the --output folder of the run that was stopped")
    # A resumed audit keeps the day on which it began, so that it comes out as if it had never stopped.
    today = (begun(output) if resume else None) or dt.datetime.now(dt.UTC).date()
    settings = settings_of(today, given, threshold=threshold, new=new, marked_only=cleanup == "marked")
    assessor = options.assessor_of(model_path, options.profile_of(profile_path, stage, employers))
    assessor.today = today
    try:
        with Store() as store, contextlib.ExitStack() as stack:
            with progress_bar(quiet=quiet) as say:
                result = stack.enter_context(
                    audit(
                        archives, assessor, settings,
                        store=store, output=output, resume=resume, today=today, progress=say,
                    )
                )  # fmt: skip
            written = write_all(result, output) if output else []
            _print(result, as_json=as_json, quiet=quiet)
    except KeyboardInterrupt:
        if output:
            click.echo(f"\nStopped. `riskcheck audit … --output {output} --resume` goes on from here.", err=True)
        raise
    if not quiet:
        for path in written:
            click.echo(f"Wrote {path}", err=as_json)
    ctx.exit(ExitCode.FOUND if result.counts.to_do else ExitCode.CLEAR)


def _print(result: Any, *, as_json: bool, quiet: bool) -> None:
    from rich.console import Console

    from riskcheck.report.console import render, statement
    from riskcheck.report.jsonl import record
    from riskcheck.report.safe import dumps

    if not as_json:
        render(result, Console(highlight=False))
        return
    for item in result.items():
        click.echo(dumps(record(item)))
    if not quiet:
        statement(Console(stderr=True, highlight=False), result.sentences)

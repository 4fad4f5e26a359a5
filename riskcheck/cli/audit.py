"""Audit exported archives: find the risky posts of years in minutes.

Archives are read as they were downloaded. Nothing is deleted, and nothing leaves this computer.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskcheck.cli import filters, options
from riskcheck.cli.output import say as tell
from riskcheck.cli.output import unheard
from riskcheck.errors import ExitCode, InputError

if TYPE_CHECKING:
    from riskcheck.audit import Progress
    from riskcheck.report.base import Result


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
@options.reports("Write report.html, report.md, posts.csv, posts.jsonl, cleanup.csv and coverage.json.")
@click.option("--new", is_flag=True, help="Only posts that no earlier audit has seen.")
@click.option("--resume", is_flag=True, help="Go on where a run into the same --output was stopped.")
@click.option(
    "--cleanup",
    type=click.Choice(["marked", "all"]),
    default="marked",
    show_default=True,
    help="What the lists for deletion tools hold: posts you marked delete, or all that is to do.",
)
@filters.archives
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
    Exit codes: 0 nothing to do, 1 something at or above the threshold is not settled, 2 wrong use, or no post found.
    Example:    riskcheck audit twitter-2024.zip --output report --last 12m
    """  # noqa: D301 (click reads the backspace)
    from riskcheck.audit import audit, begun
    from riskcheck.report import write_all
    from riskcheck.store import Store

    if resume and output is None:
        raise click.UsageError("--resume needs the --output folder of the run that was stopped")
    # A resumed audit keeps the day on which it began, so that it comes out as if it had never stopped.
    today = (begun(output) if resume else None) or dt.datetime.now(dt.UTC).date()
    settings = filters.settings_of(today, given, threshold=threshold, new=new, marked_only=cleanup == "marked")
    assessor = options.assessor_of(model_path, profile_path, stage, employers)
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
            with unheard():
                _print(result, as_json=as_json, quiet=quiet)
    except KeyboardInterrupt:
        if output:
            tell("\nTo go on from here: `riskcheck audit … --resume --output`", output, err=True)
        raise
    if not quiet:
        for path in written:
            tell("Wrote", path, err=as_json)
    check_read(result)
    ctx.exit(ExitCode.FOUND if result.counts.to_do else ExitCode.CLEAR)


def check_read(result: Result) -> None:
    """Refuse to call an archive clear that gave no post at all.

    Raises
    ------
    InputError
        With how many records there were; the coverage statement says what became of them.
    """
    posts = sum(count for kind, count in result.coverage["by_kind"].items() if kind not in ("bio", "handle"))
    if posts or result.counts.to_do:
        return
    names = ", ".join(read["name"] for read in result.coverage["archives"])
    records = result.coverage["records"]
    held = f"none of {records:,} records gave a post" if records else "no post in it"
    held = "only a profile, no post" if result.coverage["posts"] else held
    raise InputError(f"{names}: {held}, so nothing is known; check that the export is complete")


def _print(result: Result, *, as_json: bool, quiet: bool) -> None:
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

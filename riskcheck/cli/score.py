"""Score files of posts, millions of them, in order and in constant memory.

JSONL, CSV, TSV and Parquet are read and written by their endings, .gz and .zst too.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskcheck.cli import options
from riskcheck.errors import ExitCode, InputError

if TYPE_CHECKING:
    from riskcheck.batch import Summary

_EVERY = 0.5


@click.command("score")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "target", type=click.Path(path_type=Path), default="-", metavar="OUT",
    help='File, or folder if IN is one; "-" for standard output (the default).',
)  # fmt: skip
@click.option("--text-column", default="text", show_default=True, metavar="C", help="Column or key of the text.")
@click.option("--id-column", default="id", show_default=True, metavar="C", help="Column or key of the id, if any.")
@click.option(
    "--date-column", default="created_at", show_default=True, metavar="C", help="Column or key of the date, if any."
)
@click.option("--scores-only", is_flag=True, help="Leave out which words a finding rests on; several times faster.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Worker processes; by default one a core.")
@click.option("--resume", is_flag=True, help="Go on with a run that was cut off.")
@click.option(
    "--backend", type=click.Choice(("loky", "dask", "ray", "spark")), default="loky", show_default=True,
    help="What the parts of a folder are spread by.",
)  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="Address of the cluster, such as tcp://10.0.0.5:8786.")
@options.person
@options.threshold
@options.common
@click.pass_context
def command(
    ctx: click.Context,
    source: Path,
    target: Path,
    text_column: str,
    id_column: str,
    date_column: str,
    scores_only: bool,
    jobs: int | None,
    resume: bool,
    backend: str,
    scheduler: str | None,
    employers: tuple[str, ...],
    stage: str | None,
    threshold: str,
    model_path: Path | None,
    profile_path: Path | None,
    quiet: bool,
) -> None:
    """Score files of posts: as many rows out as in, in the same order.

    IN is a file, "-" for JSONL from standard input, or a folder of files, which are scored part by part. A row
    that cannot be read comes out as {"id": …, "error": …}.

    \b
    Exit codes: 0 nothing at or above the threshold, 1 something is, 2 wrong use or unreadable input.
    Example:    riskcheck score posts.jsonl.gz -o scores.parquet --jobs 8
    """  # noqa: D301 (click reads the backspace)
    from riskcheck.batch import Settings, calm, score_file, score_folder

    if str(source) != "-" and not source.exists():
        raise InputError(f"{source}: no such file or folder; check the path")
    if len({text_column, id_column, date_column}) < 3:
        raise InputError("text, id and date need a column each; check --text-column, --id-column and --date-column")
    settings = Settings(
        model=str(model_path.resolve()) if model_path else None,
        profile=options.profile_of(profile_path, stage, employers),
        today=dt.datetime.now(dt.UTC).date(),
        text_column=text_column, id_column=id_column, date_column=date_column, spans=not scores_only,
    )  # fmt: skip
    jobs = jobs or os.cpu_count() or 1
    calm()
    progress = _Progress(shown=not quiet and sys.stderr.isatty())
    if source.is_dir():
        if str(target) == "-":
            raise InputError(f"{source}: is a folder; name the folder to write to with -o")
        summary = score_folder(
            source, target, settings, jobs=jobs, backend=backend, scheduler=scheduler, progress=progress
        )
    elif backend != "loky" or scheduler:
        raise InputError(f"{source}: is one file; --backend and --scheduler spread the files of a folder")
    else:
        summary = score_file(source, target, settings, jobs=jobs, resume=resume, progress=progress)
    progress.end(summary, quiet=quiet)
    ctx.exit(ExitCode.FOUND if summary.reaches(threshold) else ExitCode.CLEAR)


class _Progress:
    """A line on the terminal that counts."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._began = self._last = time.monotonic()
        self._before: int | None = None

    def __call__(self, summary: Summary) -> None:
        if self._before is None:
            self._before = summary.rows
        now = time.monotonic()
        if self._shown and now - self._last >= _EVERY:
            self._last = now
            rate = (summary.rows - self._before) / (now - self._began)
            click.echo(f"\r{summary.rows:,} posts, {rate:,.0f} a second ", nl=False, err=True)

    def end(self, summary: Summary, *, quiet: bool) -> None:
        """Say what came of it."""
        if self._shown:
            click.echo("\r", nl=False, err=True)
        if quiet or not (self._shown or summary.errors):
            return
        bands = ", ".join(f"{count:,} {band}" for band, count in sorted(summary.bands.items()))
        lost = f'; {summary.errors:,} rows could not be read, see their "error"' if summary.errors else ""
        click.echo(f"{summary.rows:,} posts: {bands or 'none'}{lost}", err=True)

"""Walk through the findings of an archive and decide on each.

Decisions are kept at once, so you can stop at any time and go on later.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from riskcheck.cli import filters, options
from riskcheck.cli.audit import check_read, progress_bar
from riskcheck.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from riskcheck.report import Item
    from riskcheck.store import Decision, Store

KEYS = {"k": "keep", "f": "fix", "d": "delete", "a": "false_alarm"}
HELP = "[k]eep  [f]ix  [d]elete  false [a]larm  [s]kip  [u]ndo  [q]uit"


@click.command("review")
@filters.archives
@options.threshold
@options.person
@options.common
@click.pass_context
def command(
    ctx: click.Context,
    /,
    archives: tuple[Path, ...],
    threshold: str,
    employers: tuple[str, ...],
    stage: str | None,
    model_path: Path | None,
    profile_path: Path | None,
    quiet: bool,
    **given: Any,
) -> None:
    """Walk through the findings of an archive and decide on each: keep, fix, delete, false alarm.

    One key decides; piped, one line does. Your decisions hold in later audits, for posts with the same words.
    Posts you have decided on are not shown again; `riskcheck decisions forget` brings them back.

    \b
    Exit codes: 0 all decided, 1 something is left, 2 wrong use or unreadable input.
    """  # noqa: D301 (click reads the backspace)
    from rich.console import Console

    from riskcheck.audit import audit
    from riskcheck.store import Store

    today = dt.datetime.now(dt.UTC).date()
    settings = filters.settings_of(today, given, threshold=threshold)
    assessor = options.assessor_of(model_path, profile_path, stage, employers)
    console = Console(highlight=False)
    with Store() as store:
        with (
            progress_bar(quiet=quiet) as say,
            audit(archives, assessor, settings, store=store, today=today, progress=say, remember=False) as result,
        ):
            items = [item for item in result.to_do() if not item.decision]
            unknown = result.verdict if result.counts.posts == result.counts.not_assessed else ""
        left = Walk(items, store, console).run()
    if not quiet:
        from riskcheck.report.console import statement

        statement(console, result.sentences)
    check_read(result)
    click.echo(unknown or (f"{left:,} left to decide." if left else "All decided."))
    ctx.exit(ExitCode.FOUND if left else ExitCode.CLEAR)


class Walk:
    """Go through items, one decision each.

    Parameters
    ----------
    items : list of Item
        What to decide on, worst first.
    store : Store
        Where decisions are kept.
    console : rich.console.Console
        Where to print.
    """

    def __init__(self, items: list[Item], store: Store, console: Console) -> None:
        self.items, self.store, self.console = items, store, console
        self.decided: set[str] = set()
        self._trail: list[tuple[int, str]] = []  # where we were, and the digest if a decision was made there

    def run(self) -> int:
        """Ask until the end or until the user quits; return how many posts are undecided."""
        at = 0
        while at < len(self.items):
            item = self.items[at]
            if item.post.digest in self.decided:  # the same words came before
                at += 1
                continue
            self._show(at, item)
            answer = self._ask()
            if answer == "q":
                break
            if answer == "u":
                at = self._undo(at)
                continue
            self._trail.append((at, item.post.digest if answer in KEYS else ""))
            if answer in KEYS:
                self.store.decide(item.post.digest, cast("Decision", KEYS[answer]))
                self.decided.add(item.post.digest)
                click.echo(f"  {KEYS[answer].replace('_', ' ')}")
            at += 1
        return sum(item.post.digest not in self.decided for item in self.items)

    def _undo(self, at: int) -> int:
        if not self._trail:
            click.echo("  nothing to undo")
            return at
        before, digest = self._trail.pop()
        if digest:
            self.store.undo()
            self.decided.discard(digest)
        return before

    def _show(self, at: int, item: Item) -> None:
        from riskcheck.report.console import print_item

        click.echo(f"\n{at + 1} of {len(self.items)}")
        print_item(self.console, item)

    def _ask(self) -> str:
        """Return the key of an answer; the end of the input quits."""
        click.echo(HELP)
        while True:
            try:
                if sys.stdin.isatty():
                    answer = click.getchar()
                else:
                    line = sys.stdin.readline()
                    answer = line.strip()[:1] if line else "q"
            except EOFError:
                answer = "q"
            answer = answer.lower()
            if answer in {*KEYS, "s", "u", "q"}:
                return answer
            click.echo(f"  {HELP}")

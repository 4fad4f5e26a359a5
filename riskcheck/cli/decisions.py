"""List, export, import or forget what you decided of posts.

Decisions are kept by a digest of each post; its text is never stored.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from riskcheck.cli import options
from riskcheck.cli.output import say
from riskcheck.errors import InputError
from riskcheck.store import Store
from riskcheck.text.safe import in_line

_LARGEST = 256 << 20


def _many(count: int, what: str = "decision") -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


@click.group("decisions")
def command() -> None:
    """List, export, import or forget what you decided of posts.

    Decisions are kept by a digest of each post; its text is never stored.
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON, as export does.")
@options.common
def list_(as_json: bool, quiet: bool, **_: object) -> None:
    """List all decisions, newest last, and count them."""
    with Store() as store:
        data = store.export()
        runs = store.runs()
    if as_json:
        click.echo(json.dumps(data, indent=1))
        return
    for entry in sorted(data["decisions"], key=lambda entry: str(entry["time"])):
        click.echo(f"{in_line(entry['time'])[:16]}  {entry['digest'][:12]}  {entry['decision'].replace('_', ' ')}")
    if not quiet:
        say(f"{_many(len(data['decisions']))} and {_many(len(runs), 'audit')} remembered in", store.path, err=True)


@command.command("export")
@click.argument("file", default="-", metavar="[FILE]")
@options.common
def export(file: str, quiet: bool, **_: object) -> None:
    """Write all decisions to FILE, or to standard output."""
    from riskcheck.report.base import whole

    with Store() as store:
        data = store.export()
    text = json.dumps(data, indent=1) + "\n"
    if file == "-":
        click.echo(text, nl=False)
        return
    with whole(Path(file)) as stream:
        stream.write(text)
    if not quiet:
        say(f"Wrote {_many(len(data['decisions']))} to", file)


@command.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@options.common
def import_(paths: tuple[str, ...], quiet: bool, **_: object) -> None:
    """Take over decisions from an export or from the report page ("-" for standard input).

    What a file decides replaces what was decided before of the same post.
    """
    exports = [(path, _read(path)) for path in paths]
    with Store() as store:
        changed = sum(store.import_(data) for _, data in exports)
    if not quiet:
        click.echo(f"{_many(changed)} taken over.")


def _read(path: str) -> object:
    try:
        if path == "-":
            content = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(path).open("rb") as stream:
                content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    if len(content) > _LARGEST:
        raise InputError(f"{path}: too large for an export of decisions; check the path")
    try:
        data: object = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is not JSON; give a file made by `riskcheck decisions export`") from error
    return data


@command.command("forget")
@click.argument("digests", nargs=-1, metavar="[DIGEST…]")
@click.option("--all", "everything", is_flag=True, help="Forget all that is kept of your posts.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.common
def forget(digests: tuple[str, ...], everything: bool, yes: bool, quiet: bool, **_: object) -> None:
    """Forget the decisions with these digests, or everything.

    A DIGEST is the first 8 characters or more of what `decisions list` shows.

    --all forgets decisions, audits, which posts were seen, and how far live accounts were scanned. It leaves your
    profile, sign-ins (see `accounts sign-out`), and the reports in folders that you named.
    """
    if everything == bool(digests):
        raise click.UsageError("give the digests of posts, or --all")
    if everything and not yes:
        click.confirm("Forget all decisions, audits and scans? This cannot be undone", abort=True)
    with Store() as store:
        runs = len(store.runs())
        count = store.forget_all() if everything else store.forget(*digests)
    scans = everything and _forget_scans()
    if quiet:
        return
    if not everything:
        click.echo(f"{_many(count)} forgotten.")
        return
    click.echo(f"{_many(count)}, {_many(runs, 'audit')} and {'all' if scans else 'no'} scans forgotten.")
    click.echo("Left: your profile, sign-ins (`accounts sign-out`), and reports in folders that you named.")


def _forget_scans() -> bool:
    from riskcheck.accounts import State
    from riskcheck.store import data_folder

    return State(data_folder()).forget()


@command.command("undo")
@options.common
def undo(quiet: bool, **_: object) -> None:
    """Take the last decision back."""
    with Store() as store:
        digest = store.undo()
    if not quiet:
        click.echo(f"Took the last decision back ({digest[:12]})." if digest else "There is nothing to undo.")

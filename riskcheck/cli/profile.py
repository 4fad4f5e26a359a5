"""Show the profile in use, and where it is kept."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from riskcheck.cli import options
from riskcheck.cli.output import say
from riskcheck.profile import default_path, dump, load
from riskcheck.text.safe import escaped_bytes


@click.command("profile")
@click.option("--json", "as_json", is_flag=True, help="Print the profile as JSON.")
@options.common
def command(as_json: bool, profile_path: Path | None, **_: object) -> None:
    """Show the profile in use, and where it is kept."""
    profile = load(profile_path)
    if as_json:
        import msgspec

        click.echo(escaped_bytes(msgspec.json.format(msgspec.json.encode(asdict(profile)), indent=2)))
        return
    path = profile_path or default_path()
    say("#" if path.exists() else "# no profile yet; `riskcheck init` would write", path)
    click.echo(dump(profile), nl=False)

"""List what riskcheck looks for, and why employers mind."""

from __future__ import annotations

import textwrap
from dataclasses import asdict

import click

from riskcheck.categories import CATEGORIES, SOURCES
from riskcheck.cli import options


@click.command("categories")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
@options.common
def command(as_json: bool, **_: object) -> None:
    """List what riskcheck looks for, and why employers mind."""
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode([asdict(c) for c in CATEGORIES]), indent=2))
        return
    for category in CATEGORIES:
        core = "  (core)" if category.core else ""
        click.echo(click.style(category.name, bold=True) + f"  {category.title}{core}")
        text = f"{category.why} [{SOURCES[category.source]}]"
        click.echo("\n".join(textwrap.wrap(text, 96, initial_indent="    ", subsequent_indent="    ")))

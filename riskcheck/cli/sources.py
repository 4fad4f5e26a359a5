"""List the exports that can be read, and how to get each."""

from __future__ import annotations

import textwrap

import click

from riskcheck.cli import options


@click.command("sources")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@options.common
def command(as_json: bool, **_: object) -> None:
    """List the exports that can be read, and how to get each."""
    from riskcheck.sources import all_sources

    found = all_sources()
    if as_json:
        import msgspec

        rows = [{"name": s.name, "title": s.title, "specific": s.specific, "export": s.export_help} for s in found]
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
        return
    for source in found:
        click.echo(click.style(source.title, bold=True) + f"  ({source.name})")
        click.echo("\n".join(textwrap.wrap(source.export_help, 96, initial_indent="    ", subsequent_indent="    ")))

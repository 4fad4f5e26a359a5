"""Check the labelled corpus, or join its labels with texts."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import click

from riskcheck.cli import options
from riskcheck.errors import ExitCode


@click.group("corpus")
def command() -> None:
    """Check the labelled corpus, or join its labels with texts."""


@command.command("validate")
@options.corpus
@click.option("--json", "as_json", is_flag=True, help="Print counts and problems as JSON.")
@options.common
def validate(data: Path, as_json: bool, quiet: bool, **_: object) -> None:
    """Check schema, duplicates, labels, and leaks between splits."""
    from riskcheck.corpus.validate import validate as run

    problems, counts = run(data)
    if as_json:
        import msgspec

        facts = {"counts": counts, "problems": [{"check": p.check, "message": p.message} for p in problems]}
        click.echo(msgspec.json.format(msgspec.json.encode(facts), indent=2))
    else:
        for problem in problems:
            click.echo(f"{problem.check}: {problem.message}")
        if not quiet:
            click.echo(", ".join(f"{count} {name}" for name, count in counts.items()))
            by_check = Counter(p.check for p in problems)
            click.echo("sound" if not problems else ", ".join(f"{n} {name} problems" for name, n in by_check.items()))
    click.get_current_context().exit(ExitCode.FOUND if problems else ExitCode.CLEAR)


@command.command("hydrate")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@options.corpus
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the joined posts to this JSON Lines file.",
)
@options.common
def hydrate(folder: Path, data: Path, out: Path | None, quiet: bool, **_: object) -> None:
    """Join the labels of public posts with the texts in DIR whose hash matches."""
    import msgspec

    from riskcheck.corpus.reading import hydrate as run
    from riskcheck.corpus.reading import hydrated_files

    result = run(data, hydrated_files(folder))
    for name, examples in result.examples.items():
        if not quiet:
            click.echo(f"{name}: {len(examples)} posts found, {result.missing[name]} without text", err=True)
    if out is not None:
        temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
        with temporary.open("wb") as stream:
            for name, examples in result.examples.items():
                for e in examples:
                    row = {"id": e.id, "text": e.text, "labels": e.labels, "dataset": e.collection, "file": name}
                    stream.write(msgspec.json.encode(row) + b"\n")
        temporary.replace(out)

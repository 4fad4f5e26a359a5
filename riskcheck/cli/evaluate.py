"""Measure the model on labelled posts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskcheck.cli import options

if TYPE_CHECKING:
    from riskcheck.corpus.reading import Example


@click.command("evaluate")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE…]")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Corpus folder.")
@click.option("--rounds", type=int, default=500, show_default=True, help="Bootstrap resamples for the intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@options.common
def command(
    files: tuple[Path, ...], data: Path, rounds: int, as_json: bool, model_path: Path | None, **_: object
) -> None:
    """Measure the model on labelled posts.

    FILEs are JSON Lines with "text" and "labels" ({category: severity}). Without any, the held-out
    tenth of the invented posts is used.
    """
    from riskcheck import artefact
    from riskcheck.cli.model import table
    from riskcheck.corpus.evaluate import report
    from riskcheck.model import RiskModel

    path = model_path or artefact.default_path()
    examples = _labelled(files) if files else _held_out(data)
    model = RiskModel.load(path)
    result = report(model, examples, artefact.read(path).manifest["thresholds"], rounds=rounds)
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(result), indent=2))
        return
    click.echo(table(result["metrics"]))
    alarms, twins = result["false_alarms"], result["twins"]
    click.echo(f"\nseverity: quadratic-weighted kappa {result['severity_kappa']:.2f}")
    click.echo(f"false alarms (medium or high): {alarms['medium_or_high']} of {alarms['harmless']} harmless posts")
    if twins["all"]:
        click.echo(f"twins ordered rightly: {twins['ordered']} of {twins['all']}")


def _labelled(files: tuple[Path, ...]) -> list[Example]:
    from riskcheck.corpus.reading import read_labelled
    from riskcheck.corpus.splitting import with_groups

    return with_groups([example for file in files for example in read_labelled(file)])


def _held_out(data: Path) -> list[Example]:
    from riskcheck.corpus.reading import read_authored
    from riskcheck.corpus.splitting import role

    return [e for e in read_authored(data) if role(e) == "test"]

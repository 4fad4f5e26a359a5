"""Measure the model on labelled posts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskcheck.cli import options

if TYPE_CHECKING:
    from riskcheck.corpus.reading import Example
    from riskcheck.model import RiskModel


@click.command("evaluate")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE…]")
@options.corpus
@click.option(
    "--rounds", type=int, metavar="N", default=500, show_default=True, help="Bootstrap resamples for the intervals."
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option(
    "--report", "report_path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.html",
    help="Write a page with curves, bands and the worst errors, with their texts.",
)  # fmt: skip
@options.common
def command(
    files: tuple[Path, ...],
    data: Path,
    rounds: int,
    as_json: bool,
    report_path: Path | None,
    model_path: Path | None,
    **_: object,
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
    manifest = artefact.read(path).manifest
    result = report(model, examples, manifest["thresholds"], rounds=rounds)
    if report_path is not None:
        source = ", ".join(file.name for file in files) or "the held-out tenth of the invented posts"
        _write_page(report_path, model, examples, manifest, result, source)
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


def _write_page(
    path: Path, model: RiskModel, examples: list[Example], manifest: dict[str, Any], result: dict[str, Any], source: str
) -> None:
    from riskcheck.corpus.page import page
    from riskcheck.errors import InputError
    from riskcheck.report.base import whole

    scores = model.predict_scores([e.text for e in examples])
    text = page(examples, scores, manifest["thresholds"], result, source=source, model=manifest["version"])
    try:
        with whole(path) as stream:
            stream.write(text)
    except InputError as error:
        raise InputError(f"{path}: cannot be written; choose another place for --report") from error


def _labelled(files: tuple[Path, ...]) -> list[Example]:
    from riskcheck.corpus.reading import read_labelled
    from riskcheck.corpus.splitting import with_groups

    return with_groups([example for file in files for example in read_labelled(file)])


def _held_out(data: Path) -> list[Example]:
    from riskcheck.corpus.reading import read_authored
    from riskcheck.corpus.splitting import role

    return [e for e in read_authored(data) if role(e) == "test"]

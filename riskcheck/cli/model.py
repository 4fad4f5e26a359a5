"""Show which model is in use, what it was measured to do, and its limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from riskcheck.cli import options


@click.command("model")
@click.option("--json", "as_json", is_flag=True, help="Print the model's manifest as JSON.")
@options.common
def command(as_json: bool, model_path: Path | None, **_: object) -> None:
    """Show which model is in use and what it was measured to do."""
    from riskcheck import artefact, soundness

    path = model_path or artefact.default_path()
    manifest = artefact.read(path).manifest
    soundness.check_manifest(manifest)
    if as_json:
        import msgspec

        facts = {key: value for key, value in manifest.items() if key != "checksums"}
        click.echo(msgspec.json.format(msgspec.json.encode(facts), indent=2))
        return
    click.echo(f"model {manifest['version']}  {path}")
    click.echo(f"made with {', '.join(f'{k} {v}' for k, v in manifest.get('made_with', {}).items())}")
    for name, report in manifest.get("metrics", {}).items():
        click.echo(f"\n{report['posts']} held-out {name} posts")
        click.echo(table(report["metrics"]))


def table(rows: list[dict[str, Any]]) -> str:
    """Lay metrics out in columns."""
    head = f"{'':18}{'posts':>6}{'with':>6}  {'avg. precision (95 %)':<24}{'prec.':>6}{'recall':>7}{'F1':>6}{'ECE':>6}"
    lines = [click.style(head, bold=True)]
    for row in rows:
        interval = f"{_number(row['average_precision'])} ({_number(row['low'])} to {_number(row['high'])})"
        lines.append(
            f"{row['name']:18}{row['posts']:>6}{row['positive']:>6}  {interval:<24}{_number(row['precision']):>6}"
            f"{_number(row['recall']):>7}{_number(row['f1']):>6}{_number(row['calibration_error']):>6}"
        )
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"

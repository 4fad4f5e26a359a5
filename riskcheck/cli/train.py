"""Train the model from the corpus."""

from __future__ import annotations

from pathlib import Path

import click

from riskcheck.cli import options


@click.command("train")
@options.corpus
@click.option(
    "--texts", type=click.Path(path_type=Path), metavar="DIR",
    help="Folder with the texts of the public posts; without it only the invented posts are used.",
)  # fmt: skip
@click.option(
    "--encoder", type=click.Path(path_type=Path), metavar="FILE", show_default=True,
    default=Path("models/encoder/encoder.npz"), help="Arrays of the encoder.",
)  # fmt: skip
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FILE", required=True, help="Model file to write."
)
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="Seed of the solvers.")
@options.common
def command(data: Path, texts: Path | None, encoder: Path, out: Path, seed: int, quiet: bool, **_: object) -> None:
    """Train the model from the corpus: the same bytes from the same data, seed and versions."""
    from riskcheck.cli.model import table
    from riskcheck.corpus.training import train

    manifest = train(
        data,
        texts,
        encoder,
        out,
        seed=seed,
        say=(lambda line: None) if quiet else (lambda line: click.echo(line, err=True)),
    )
    if not quiet:
        for name, report in manifest["metrics"].items():
            click.echo(f"{report['posts']} held-out {name} posts\n{table(report['metrics'])}")
    click.echo(f"{manifest['sha256']}  {out}")

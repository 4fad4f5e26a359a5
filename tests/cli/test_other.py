from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import riskcheck
from riskcheck.cli import cli
from riskcheck.profile import load


def invoke(*args: str, stdin: str | None = None):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(cli, list(args), input=stdin)


def commands() -> list[str]:
    import click

    return cli.list_commands(click.Context(cli))


@pytest.mark.parametrize("name", commands())
def test_every_command_has_help_and_a_line_in_the_list(name: str) -> None:
    assert invoke(name, "--help").exit_code == 0
    assert name in invoke("--help").output


def test_version() -> None:
    from importlib.metadata import version

    assert version("riskcheck") in invoke("--version").output
    assert riskcheck.__doc__


def test_categories_as_text_and_json() -> None:
    assert "offer_bragging" in invoke("categories").output
    assert len(json.loads(invoke("categories", "--json").output)) == 14


def test_model_tells_its_metrics() -> None:
    facts = json.loads(invoke("model", "--json").output)
    assert facts["metrics"]["public"]["posts"] == 500
    assert "risky" in invoke("model").output


def test_init_asks_and_profile_shows(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    done = invoke("init", "--profile", str(path), stdin="employed\nBrightwell, @brightwell\nOldco\n\nstrict\n")
    assert done.exit_code == 0, done.output
    profile = load(path)
    assert (profile.stage, profile.strictness) == ("employed", "strict")
    assert profile.employers == ("Brightwell", "@brightwell", "Oldco")
    assert "Brightwell" in invoke("profile", "--profile", str(path)).output
    again = invoke("init", "--profile", str(path), "--stage", "accepted")
    assert again.exit_code == 2
    assert "--force" in again.output


def test_init_reads_linkedin_positions(tmp_path: Path) -> None:
    positions = tmp_path / "Positions.csv"
    positions.write_text(
        "Notes:\nabout the data\n\nCompany Name,Title,Description,Location,Started On,Finished On\n"
        'Brightwell,Analyst,,Leeds,Jan 2024,\n"Old & Sons, Ltd",Clerk,,Leeds,Jan 2020,Dec 2023\n',
        encoding="utf-8-sig",
    )
    path = tmp_path / "p.toml"
    assert invoke("init", "--profile", str(path), "--linkedin", str(positions)).exit_code == 0
    profile = load(path)
    assert profile.present == ("Brightwell",)
    assert profile.former == ("Old & Sons, Ltd",)
    bad = invoke("init", "--force", "--profile", str(path), "--linkedin", str(path))
    assert bad.exit_code == 2
    assert "understood" in bad.output or "names no employer" in bad.output


def test_corpus_validate_is_sound(pytestconfig: pytest.Config) -> None:
    done = invoke("corpus", "validate", "--data", str(pytestconfig.rootpath / "data"))
    assert done.exit_code == 0, done.output
    assert "sound" in done.output

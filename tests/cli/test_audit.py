"""`riskcheck audit`: exit codes, output and what users do wrong."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from riskcheck.cli import cli
from riskcheck.cli.filters import first_day
from riskcheck.post import Post
from riskcheck.store import Store
from tests.report.samples import TERMINAL, FakeAssessor, x_archive

TEXTS = ("Great first day!", "my boss is an idiot", "a fatty paycheck", "damn bus", TERMINAL)


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.cli.options.assessor_of", lambda *_: FakeAssessor())


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return x_archive(tmp_path / "x.zip", TEXTS)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["audit", *map(str, arguments)])


def test_summary_worst_first_with_evidence_counts_and_coverage(archive: Path) -> None:
    result = call(archive)
    assert result.exit_code == 1, result.output
    text = result.stdout
    assert text.index("a fatty «paycheck»") < text.index("my boss is an «idiot»")
    assert "Complaint about a job" in text
    assert "█" in text
    assert "Read x.zip as an export of X" in text
    assert "3 to look at (band medium and above)." in text
    assert not set(text) & set("\x1b\x07\x9b\u202e")


def test_exit_codes(archive: Path, tmp_path: Path) -> None:
    assert call(archive, "--threshold", "high").exit_code == 1
    assert call(archive, "--category", "hot_button").exit_code == 0
    assert call(tmp_path / "missing.zip").exit_code == 2
    assert call().exit_code == 2
    with Store() as store:
        for text in (TEXTS[1], TEXTS[2], TEXTS[4]):
            store.decide(Post(text=text, platform="x").digest, "false_alarm")
    result = call(archive)
    assert result.exit_code == 0
    assert "3 settled by your decisions" in result.stdout
    assert "Nothing to look at in" in result.stdout


def test_output_holds_every_report(archive: Path, tmp_path: Path) -> None:
    result = call(archive, "--output", tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"report.html", "report.md", "posts.csv", "posts.jsonl", "cleanup.csv", "coverage.json"}
    assert f"Wrote {tmp_path / 'out' / 'report.html'}" in result.stdout
    assert call(archive, "--output", tmp_path / "out", "--cleanup", "all").exit_code == 1
    assert (tmp_path / "out" / "cleanup-x-ids.txt").read_text().count("\n") == 3


def test_json_is_one_object_a_post_and_coverage_goes_beside_it(archive: Path) -> None:
    result = call(archive, "--json")
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["post"]["text"] for record in records] == list(TEXTS)
    assert records[2]["band"] == "high"
    assert "What was read" in result.stderr
    assert call(archive, "--json", "--quiet").stderr == ""


def test_nothing_read_is_not_nothing_found(archive: Path) -> None:
    result = call(archive, "--platform", "reddit")
    assert result.exit_code == 0
    assert "No post was assessed: all were left out on your wish." in result.stdout


def test_an_archive_without_posts_is_not_clear(tmp_path: Path) -> None:
    empty = x_archive(tmp_path / "empty.zip", ())
    result = call(empty, "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert "riskcheck: empty.zip: no post in it, so nothing is known" in result.stderr
    assert "No post was found" in result.stdout
    assert "No post was found" in (tmp_path / "out" / "report.html").read_text()
    pictures = x_archive(tmp_path / "pictures.zip", ["", ""])
    assert "none of 2 records gave a post" in call(pictures).stderr
    with zipfile.ZipFile(empty, "a") as archive:
        account = 'window.YTD.account.part0 = [{"account": {"username": "ada", "accountId": "1"}}]'
        archive.writestr("data/account.js", account)
    only = call(empty)
    assert only.exit_code == 2
    assert "only a profile, no post" in only.stderr
    beside = call(empty, x_archive(tmp_path / "x.zip", ["Great first day!"]))
    assert beside.exit_code == 0
    assert "Read empty.zip as an export of X (Twitter): 1 post." in beside.stdout


def test_what_is_not_english_is_not_clear(tmp_path: Path) -> None:
    result = call(x_archive(tmp_path / "x.zip", ["privet druzya"]), "--output", tmp_path / "out")
    assert "none is in English" in result.stdout
    assert "0 none, 1 not assessed." in result.stdout
    for name in ("report.md", "report.html"):
        assert "none is in English" in (tmp_path / "out" / name).read_text()
    assert "Nothing to look at" not in result.stdout


def test_names_of_networks(archive: Path) -> None:
    assert call(archive, "--platform", "X").exit_code == 1
    result = call(archive, "--platform", "x", "--platform", "myspace")
    assert result.exit_code == 2
    assert "'myspace' is no network that is read; use one of bluesky, discord, " in result.stderr


def test_new_shows_what_came_since(archive: Path, tmp_path: Path) -> None:
    assert call(archive, "--new").exit_code == 1
    assert call(archive, "--new").exit_code == 0
    newer = x_archive(tmp_path / "newer.zip", [*TEXTS, "one more idiot"])
    result = call(newer, "--new")
    assert result.exit_code == 1
    assert "1 to look at" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--since", "yesterday"], "2024-05-31"),
        (["--since", "2024-13"], "2024-05-31"),
        (["--last", "1 year"], "12m"),
        (["--since", "2024", "--last", "2y"], "give one of them"),
        (["--since", "2025", "--until", "2024"], "is after"),
        (["--resume"], "--output"),
        (["--kind", "poem"], "reply"),
        (["--threshold", "none"], "medium"),
    ],
)
def test_wrong_use_is_explained(archive: Path, arguments: list[str], message: str) -> None:
    result = call(archive, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_dates(archive: Path) -> None:
    assert "3 to look at" in call(archive, "--since", "2024", "--until", "2024-01").stdout
    assert "Nothing" not in call(archive, "--until", "2024").stdout
    assert call(archive, "--last", "90d").exit_code == 0
    assert call(archive, "--last", "1000y").exit_code == 1


@pytest.mark.parametrize(
    ("span", "day"),
    [("1m", "2024-02-29"), ("12m", "2023-03-31"), ("2y", "2022-03-31"), ("90d", "2024-01-01"), ("2w", "2024-03-17")],
)
def test_spans_count_in_the_calendar(span: str, day: str) -> None:
    assert str(first_day(span, dt.date(2024, 3, 31))) == day


def test_resume_without_a_killed_run_begins_as_usual(archive: Path, tmp_path: Path) -> None:
    assert call(archive, "--output", tmp_path / "out", "--resume", "--quiet").exit_code == 1


def test_a_stopped_run_says_how_to_go_on(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stops(FakeAssessor):
        def check(self, post: Post) -> object:  # type: ignore[override]
            raise KeyboardInterrupt

    monkeypatch.setattr("riskcheck.cli.options.assessor_of", lambda *_: Stops())
    result = call(archive, "--output", tmp_path / "out", "--last", "1000y")
    assert "--resume" in result.stderr
    monkeypatch.undo()
    monkeypatch.setattr("riskcheck.cli.options.assessor_of", lambda *_: FakeAssessor())
    monkeypatch.setenv("RISKCHECK_DATA_DIR", str(tmp_path / "data"))
    assert call(archive, "--output", tmp_path / "out", "--resume", "--last", "1000y").exit_code == 1
    refused = call(archive, "--output", tmp_path / "out", "--resume")
    assert refused.exit_code == 1  # the run before was finished, so there is nothing to resume

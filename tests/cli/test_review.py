"""`riskcheck review`: decide, skip, undo, quit and go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from riskcheck.cli import cli
from riskcheck.post import Post
from riskcheck.store import Store
from tests.report.samples import FakeAssessor, x_archive

TEXTS = ("a fatty paycheck", "my boss is an idiot", "you idiot", "fine", "you idiot")
DIGESTS = {text: Post(text=text, platform="x").digest for text in TEXTS}


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.cli.options.assessor_of", lambda *_: FakeAssessor())


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return x_archive(tmp_path / "x.zip", TEXTS)


def review(archive: Path, answers: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["review", str(archive), *arguments], input="\n".join(answers) + "\n")


def decisions() -> dict[str, str]:
    with Store() as store:
        kept = store.decisions()
    return {text: kept[digest] for text, digest in DIGESTS.items() if digest in kept}


def test_each_finding_is_asked_for_once_worst_first(archive: Path) -> None:
    result = review(archive, "dak")
    assert result.exit_code == 0, result.output
    assert decisions() == {"a fatty paycheck": "delete", "my boss is an idiot": "false_alarm", "you idiot": "keep"}
    assert "All decided." in result.stdout
    assert "Read x.zip" in result.stdout


def test_nothing_read_is_not_all_decided(tmp_path: Path) -> None:
    empty = review(x_archive(tmp_path / "empty.zip", ()), "")
    assert empty.exit_code == 2
    assert "All decided" not in empty.stdout
    foreign = review(x_archive(tmp_path / "x.zip", ["privet druzya"]), "")
    assert "none is in English" in foreign.stdout
    assert "All decided" not in foreign.stdout


def test_quit_and_go_on(archive: Path) -> None:
    result = review(archive, "kq")
    assert result.exit_code == 1
    assert "3 left to decide." in result.stdout
    again = review(archive, "ff")
    assert "fatty" not in again.stdout
    assert again.exit_code == 0
    assert review(archive, "").exit_code == 0


def test_skip_and_undo(archive: Path) -> None:
    result = review(archive, "usduukdaq")
    # nothing to undo; skip, delete the second; undo twice; keep the first, delete the second, false alarm for the third
    assert "nothing to undo" in result.stdout
    assert decisions() == {"a fatty paycheck": "keep", "my boss is an idiot": "delete", "you idiot": "false_alarm"}


def test_other_keys_ask_again_and_the_end_quits(archive: Path) -> None:
    result = review(archive, "xK")
    assert decisions() == {"a fatty paycheck": "keep"}
    assert result.exit_code == 1


def test_decisions_hold_in_an_audit(archive: Path) -> None:
    review(archive, "aaa")
    result = CliRunner().invoke(cli, ["audit", str(archive)])
    assert result.exit_code == 0
    with Store() as store:
        assert len(store.runs()) == 1  # a review is no audit: what it showed still counts as new


def test_on_a_terminal_one_key_decides(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = iter("kfd")
    monkeypatch.setattr("click.getchar", lambda: next(keys))
    monkeypatch.setattr(
        "riskcheck.cli.review.sys", type("Sys", (), {"stdin": type("In", (), {"isatty": lambda: True})})
    )
    assert review(archive, "").exit_code == 0
    assert list(decisions().values()) == ["keep", "fix", "delete"]

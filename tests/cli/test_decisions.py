"""`riskcheck decisions`: list, export, import, forget, undo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from riskcheck.accounts import Place, State
from riskcheck.cli import cli
from riskcheck.store import Store, data_folder

ONE, TWO = "ab" * 32, "cd" * 32


@pytest.fixture(autouse=True)
def _two_decisions() -> None:
    with Store() as store:
        store.decide(ONE, "keep")
        store.decide(TWO, "false_alarm")


def call(*arguments: object, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["decisions", *map(str, arguments)], input=given)


def kept() -> dict[str, str]:
    with Store() as store:
        return store.decisions()


def test_list() -> None:
    result = call("list")
    assert "abababababab  keep" in result.stdout
    assert "false alarm" in result.stdout
    assert "2 decisions and 0 audits" in result.stderr
    assert len(json.loads(call("list", "--json").stdout)["decisions"]) == 2


def test_export_and_import(tmp_path: Path) -> None:
    assert call("export", tmp_path / "d.json").exit_code == 0
    assert call("forget", "--all", "--yes").exit_code == 0
    assert kept() == {}
    assert "2 decisions taken over" in call("import", tmp_path / "d.json").stdout
    assert kept() == {ONE: "keep", TWO: "false_alarm"}
    exported = call("export").stdout
    assert exported == (tmp_path / "d.json").read_text()
    assert "0 decisions" in call("import", "-", given=exported).stdout


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[1]", b'{"riskcheck_decisions": 1}', b"[" * 100_000])
def test_what_is_no_export_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "d.json").write_bytes(content)
    result = call("import", tmp_path / "d.json")
    assert result.exit_code == 2
    assert "decisions" in result.stderr
    assert len(kept()) == 2


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    result = call("import", tmp_path / "missing.json")
    assert result.exit_code == 2
    assert "check the path" in result.stderr


def test_forget() -> None:
    assert call("forget").exit_code == 2
    assert call("forget", "abc").exit_code == 2
    assert "1 decision forgotten" in call("forget", ONE[:12]).stdout
    assert kept() == {TWO: "false_alarm"}
    assert call("forget", "--all", given="n\n").exit_code == 2
    assert len(kept()) == 1


def test_forgetting_all_leaves_nothing_about_posts() -> None:
    state = State(data_folder())
    state.put("mastodon example.org 1", Place("109"))
    result = call("forget", "--all", "--yes")
    assert "2 decisions, 0 audits and all scans forgotten." in result.stdout
    assert "Left: your profile, sign-ins" in result.stdout
    assert {path.name for path in data_folder().iterdir()} <= {"riskcheck.db", "riskcheck.db-wal", "riskcheck.db-shm"}
    assert "no scans" in call("forget", "--all", "--yes").stdout


def test_undo() -> None:
    call("undo")
    assert kept() == {ONE: "keep"}
    call("undo")
    assert "nothing to undo" in call("undo").stdout

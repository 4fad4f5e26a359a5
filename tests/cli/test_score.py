"""``riskcheck score`` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TEXTS = ["i hate my job so much, my boss is an idiot", "lovely day at the park", "no complaints"]


def run(*args: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "riskcheck", "score", *map(str, args)],
        input=stdin, capture_output=True, env=os.environ, timeout=120,
    )  # fmt: skip


def lines(texts: list[str]) -> bytes:
    return b"".join(json.dumps({"id": i, "text": text}).encode() + b"\n" for i, text in enumerate(texts))


def test_standard_streams() -> None:
    done = run("-", stdin=lines(TEXTS))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["0", "1", "2"]
    assert rows[0]["findings"][0]["spans"]
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(("texts", "threshold", "code"), [
    (TEXTS[1:], "low", 0), (TEXTS, "low", 1), (["what the fuck is wrong with this fucking bus"], "high", 0),
])  # fmt: skip
def test_exit_codes(texts: list[str], threshold: str, code: int) -> None:
    assert run("-", "--threshold", threshold, stdin=lines(texts)).returncode == code


def test_files_columns_and_jobs(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.jsonl"
    source.write_text("nr,body\n" + "".join(f'{i},"{TEXTS[i % 3]}"\n' for i in range(4500)), encoding="utf-8")
    done = run(source, "-o", target, "--text-column", "body", "--id-column", "nr", "--jobs", 2, "--scores-only")
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["id"] for row in rows] == [str(i) for i in range(4500)]
    assert rows[0]["findings"]
    assert not rows[0]["findings"][0]["spans"]
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


def test_unreadable_rows_are_told(tmp_path: Path) -> None:
    done = run("-", stdin=b"nonsense\n" + lines(TEXTS))
    assert b"1 rows could not be read" in done.stderr
    assert b"rows" not in run("-", "--quiet", stdin=b"nonsense\n").stderr


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes(lines(TEXTS))
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--jobs", 1).returncode == 1
    assert (tmp_path / "out" / "a.jsonl").read_bytes().count(b"\n") == 3


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("missing.jsonl", "-o", "out.jsonl"), "check the path"),
        (("-", "-o", "out.xlsx"), "no format that riskcheck knows"),
        (("-", "--resume"), "--resume needs -o FILE"),
        (("-", "-o", "out.jsonl", "--resume"), "--resume needs a file"),
        (("-", "--backend", "dask"), "spread the files of a folder"),
        ((".",), "name the folder to write to"),
        (("-", "--text-column", "id"), "need a column each"),
        (("-", "-o", "no/such/folder/out.jsonl"), "cannot be written"),
    ],
)
def test_wrong_use_gets_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    root = str(Path(__file__).resolve().parents[2])
    monkeypatch.setenv("PYTHONPATH", root)
    done = run(*args)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert done.stdout == b""


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines(TEXTS * 2000))
    shell = f"{sys.executable} -m riskcheck score {tmp_path / 'in.jsonl'} --jobs 1 --scores-only | head -1"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, timeout=120)
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""

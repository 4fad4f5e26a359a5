"""The command as a user runs it: a process of its own, with arguments, files and standard input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from riskcheck.categories import NAMES

CISCO = (
    "Cisco just offered me a job! Now I have to weigh the utility of a fatty paycheck against the daily commute to"
    " San Jose and hating the work."
)


def run(*args: str, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "riskcheck", *args],
        input=stdin,
        capture_output=True,
        env={**os.environ, **env},
        timeout=120,
    )


def test_a_draft_as_argument() -> None:
    done = run("check", CISCO)
    out = done.stdout.decode()
    assert done.returncode == 1
    assert "HIGH RISK" in out
    assert "Bragging about an offer" in out
    assert "Why:" in out
    assert "Instead:" in out
    assert "\x1b" not in out


def test_a_safe_draft() -> None:
    done = run("check", "Thrilled to share that I'm joining Cisco next month, thank you to everyone who helped!")
    assert done.returncode == 0
    assert "NOTHING FOUND" in done.stdout.decode()


def test_json_is_one_object_a_draft(tmp_path: Path) -> None:
    file = tmp_path / "draft.txt"
    file.write_text("lovely day\n", encoding="utf-8")
    done = run("check", CISCO, "-", "--file", str(file), "--json", stdin=b"i hate my job\n")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["band"] for row in rows][::2] == ["high", "none"]
    assert all(set(row["scores"]) == set(NAMES) for row in rows)
    assert done.returncode == 1


@pytest.mark.parametrize("args", [(), ("-",)])
def test_standard_input(args: tuple[str, ...]) -> None:
    assert run("check", *args, stdin=b"i hate my job so much, my boss is an idiot").returncode == 1


def test_the_threshold_decides_the_exit_code() -> None:
    assert run("check", "--threshold", "high", "what the fuck is wrong with this fucking bus").returncode == 0
    assert run("check", "--threshold", "medium", "what the fuck is wrong with this fucking bus").returncode == 1


def test_explain_shows_contributions() -> None:
    out = run("check", "--explain", "i hate my job so much").stdout.decode()
    assert "log-odds" in out
    assert "hate" in out.split("log-odds", 1)[1]


def test_colours_only_for_a_terminal() -> None:
    import pty

    master, slave = pty.openpty()
    env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    for extra, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        done = subprocess.Popen(
            [sys.executable, "-m", "riskcheck", "check", "i hate my job"],
            stdout=slave,
            env={**env, "TERM": "xterm", **extra},
        )
        done.wait(60)
        assert (b"\x1b[" in os.read(master, 10000)) is coloured
    os.close(master)
    os.close(slave)


def test_control_characters_never_reach_the_terminal() -> None:
    hostile = (
        "i hate my job \x1b[2J\x1b]8;;http://evil.example\x07click\x1b]8;;\x07 \u202eevil \x9b31m \r\x08"
        " my boss is an idiot"
    )
    for extra in ((), ("--explain",)):
        out = run("check", *extra, "-", stdin=hostile.encode()).stdout.decode()
        assert not set(out) & set("\x1b\x07\x9b\r\x08\u202e")
    assert "\x1b" not in run("check", "--json", "-", stdin=hostile.encode()).stdout.decode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; give the text to check"),
        (b"  \n\t", "is empty; give the text to check"),
        (b"a" * 1_000_000, "more than a post can have"),
        (b"caf\xe9 au lait", "is not valid UTF-8 (byte 3); save it as UTF-8"),
        (b"\x7fELF\x00\x01", "is a binary file, not text"),
        (None, "no such file; check the path"),
    ],
)
def test_bad_input_gets_one_sentence(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "draft.txt"
    if content is not None:
        file.write_bytes(content)
    done = run("check", "--file", str(file))
    error = done.stderr.decode()
    assert done.returncode == 2
    assert message in error
    assert str(file) in error
    assert error.count("\n") == 1
    assert done.stdout == b""


def test_a_folder_and_a_broken_profile(tmp_path: Path) -> None:
    assert b"is a folder" in run("check", "--file", str(tmp_path)).stderr
    profile = tmp_path / "p.toml"
    profile.write_text("stage = 'asleep'")
    done = run("check", "hi there", "--profile", str(profile))
    assert done.returncode == 2
    assert b"must be one of" in done.stderr


def test_broken_models(tmp_path: Path) -> None:
    from riskcheck.artefact import default_path

    whole = default_path().read_bytes()
    cases = {
        "cut": whole[: len(whole) // 2],
        "flipped": whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 255]) + whole[len(whole) // 2 + 1 :],
        "text": b"not a model",
        "empty": b"",
    }
    for name, content in cases.items():
        path = tmp_path / f"{name}.riskmodel"
        path.write_bytes(content)
        done = run("check", "hi there", "--model", str(path))
        assert done.returncode == 2, name
        assert done.stderr.decode().count("\n") == 1, name
        assert "Traceback" not in done.stderr.decode(), name
    assert run("check", "hi there", "--model", str(tmp_path / "none")).returncode == 2


def test_wrong_use() -> None:
    assert run("check", "--no-such-option").returncode == 2
    assert run("nonsense").returncode == 2


def test_several_drafts_are_told_apart() -> None:
    out = run("check", "i hate my job so much, my boss is an idiot", "lovely day at the park").stdout.decode()
    assert out.count("●") == 2


def test_a_closed_pipe_is_no_fault() -> None:
    shell = f"{sys.executable} -m riskcheck categories | head -1"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, timeout=60)
    assert done.stderr == b""

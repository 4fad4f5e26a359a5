"""`riskcheck serve`: it says where it is, stops on Ctrl-C, clears up, and explains mistakes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskcheck.cli import cli

pytest.importorskip("fastapi", reason="the extra 'web' is not installed; the page was not tested")
httpx = pytest.importorskip("httpx")


def start(tmp_path: Path, *options: str) -> tuple[subprocess.Popen[str], str]:
    # -W error: what the framework is used for wrongly shows here.
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "riskcheck", "serve", "--no-browser", "--port", "0", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert process.stdout
    line = process.stdout.readline()
    assert "http://127.0.0.1:" in line, line + process.communicate(timeout=10)[1]
    return process, line[line.index("http") :].strip()


def answers(url: str) -> None:
    base, token = url.split("/#token=")
    for _ in range(100):
        try:
            assert httpx.get(f"{base}/api/status", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("it does not answer")


def test_ctrl_c_stops_it_cleanly_even_during_an_audit(tmp_path: Path) -> None:
    process, url = start(tmp_path)
    answers(url)
    base, token = url.split("/#token=")
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}) as client:
        number = client.post("/api/audit", json={}).json()["id"]
        texts = "\n".join(f"my boss is an idiot, number {n}" for n in range(30_000))
        client.put(f"/api/audit/{number}/file", params={"name": "posts.txt"}, content=texts.encode())
        client.post(f"/api/audit/{number}/start")
        while client.get(f"/api/audit/{number}").json()["progress"]["stage"] is None:
            time.sleep(0.02)
        assert [path.name for path in tmp_path.iterdir()] != []
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=15)
    assert time.monotonic() - begun < 5
    assert process.returncode == 0
    assert out.endswith("Stopped.\n")
    assert err == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_quiet_prints_the_address_alone_and_other_signals_clear_up_too(tmp_path: Path, name: str) -> None:
    process, url = start(tmp_path, "--quiet")
    assert url.startswith("http://127.0.0.1:")
    answers(url)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=15)
    assert (out, err) == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(cli, ["serve", "--no-browser", "--port", str(port)])
    assert done.exit_code == 2
    assert f"port {port} cannot be used" in done.output
    assert "another --port" in done.output


def test_a_broken_profile_is_told_before_anything_starts(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text("stage = 'nowhere'", encoding="utf-8")
    done = CliRunner().invoke(cli, ["serve", "--no-browser", "--profile", str(path)])
    assert done.exit_code == 2
    assert "stage is 'nowhere'" in done.output


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastapi", None)
    done = CliRunner().invoke(cli, ["serve", "--no-browser"])
    assert done.exit_code == 2
    assert "pip install 'riskcheck[web]'" in done.output


def test_the_browser_is_opened_without_the_token_in_a_command_line(tmp_path: Path) -> None:
    from riskcheck.web.server import show

    opened: list[str] = []
    show("http://127.0.0.1:1/#token=a&b", tmp_path, opened.append)
    assert opened == [(tmp_path / "open.html").as_uri()]
    text = (tmp_path / "open.html").read_text(encoding="utf-8")
    assert "token=a&amp;b" in text
    assert oct((tmp_path / "open.html").stat().st_mode & 0o777) == "0o600"


def test_the_default_port_gives_way() -> None:
    from riskcheck.web.server import HOST, PORT, listen

    with listen(None) as first, listen(None) as second:
        assert {first.getsockname()[0], second.getsockname()[0]} == {HOST}
        assert second.getsockname()[1] != first.getsockname()[1]
    assert PORT > 1024

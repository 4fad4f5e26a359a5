"""What a crash left behind is removed at the next start, and nothing else is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from riskcheck.web import folders
from riskcheck.web.folders import LOCK, clear, private

HOLD = """
import time
from riskcheck.web.folders import private
with private() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(place: Path, name: str = "riskcheck-page-abcd_123", age: float = 3600) -> Path:
    folder = place / name
    (folder / "0123/upload").mkdir(parents=True)
    (folder / "0123/upload/tweets.js").write_text("a post")
    (folder / LOCK).touch()
    os.utime(folder / LOCK, (time.time() - age,) * 2)
    return folder


def test_a_folder_of_ones_own_is_private_and_gone_afterwards(place: Path) -> None:
    with private() as folder:
        assert folder.parent == place
        if os.name == "posix":
            assert oct(folder.stat().st_mode & 0o777) == "0o700"
        os.utime(folder / LOCK, (0, 0))  # however long it has been running
        with private() as second:
            assert folder.exists()
            assert second != folder
    assert list(place.iterdir()) == []


def test_what_was_left_is_removed_at_the_next_start(place: Path) -> None:
    left(place)
    with private() as folder:
        assert list(place.iterdir()) == [folder]


@pytest.mark.parametrize(
    "name", ["riskcheck-page-", "riskcheck-page-ABCDEFGH", "riskcheck-page-abcd_1234", "my-riskcheck-page-abcd_123"]
)
def test_other_names_stay(place: Path, name: str) -> None:
    left(place, name)
    assert clear() == []


def test_a_folder_being_made_or_without_the_lock_stays(place: Path) -> None:
    left(place, age=5)
    (left(place, "riskcheck-page-zzzzzzzz") / LOCK).unlink()
    (place / "riskcheck-page-yyyyyyyy").touch()
    assert clear() == []
    assert len(list(place.iterdir())) == 3


@pytest.mark.skipif(os.name != "posix", reason="links and owners are as on POSIX systems")
def test_links_and_folders_of_others_stay(
    place: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = left(tmp_path_factory.mktemp("elsewhere"))
    (place / "riskcheck-page-aaaaaaaa").symlink_to(elsewhere)
    linked = left(place, "riskcheck-page-bbbbbbbb")
    (linked / LOCK).unlink()
    (linked / LOCK).symlink_to(elsewhere / LOCK)
    inside = left(place, "riskcheck-page-cccccccc")
    (inside / "0123/way").symlink_to(elsewhere)
    assert clear() == ["riskcheck-page-cccccccc"]
    assert (elsewhere / "0123/upload/tweets.js").exists()
    left(place)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert clear() == []


@pytest.mark.skipif(os.name != "posix", reason="processes are killed as on POSIX systems")
def test_a_process_that_runs_keeps_its_folder_and_one_that_was_killed_does_not(place: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(place)}
    )
    assert process.stdout
    folder = Path(process.stdout.readline().strip())
    os.utime(folder / LOCK, (0, 0))
    assert clear() == []
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert folder.exists()
    assert clear() == [folder.name]
    assert folders.PREFIX in folder.name
    assert not folder.exists()

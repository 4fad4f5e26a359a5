"""Uploads: names that stay in their folder, what breaks off, and what is left of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskcheck.errors import InputError
from riskcheck.web.uploads import Limits, TooLargeError, Upload, safe_name
from tests.web.conftest import finished


async def parts(*given: bytes, fails: bool = False) -> AsyncIterator[bytes]:
    for part in given:
        yield part
    if fails:
        raise RuntimeError("gone")


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../../x", "/etc/passwd", "C:\\x", "..\\x", "", ".", "a\x00b", "a\nb", "con", "a/NUL.txt", "x.", "a:b",
     "a" * 300, "/".join("abcdefghijklmnopqrstuvwxyz")],
)  # fmt: skip
def test_names_that_could_leave_or_break_are_refused(name: str) -> None:
    with pytest.raises(InputError):
        safe_name(name)


@given(st.text(max_size=40))
def test_whatever_the_name_it_stays_inside(name: str) -> None:
    try:
        found = safe_name(name)
    except InputError:
        return
    base = Path("/base/folder")
    assert (base / found).resolve().is_relative_to(base)
    assert found


def test_files_are_taken_as_they_come(tmp_path: Path) -> None:
    upload = Upload(tmp_path / "up")
    assert finished(upload.take("export/data/tweets.js", parts(b"ab", b"", b"c"))) == 3
    finished(upload.take("other.txt", parts()))
    assert (upload.files, upload.bytes) == (2, 3)
    assert [path.name for path in upload.archives()] == ["export", "other.txt"]
    assert oct((tmp_path / "up").stat().st_mode & 0o777) == "0o700"
    upload.remove()
    assert not (tmp_path / "up").exists()


def test_what_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    upload = Upload(tmp_path / "up", Limits(bytes=4, files=1, spare=0))
    with pytest.raises(RuntimeError, match="gone"):
        finished(upload.take("a.txt", parts(b"ab", fails=True)))
    with pytest.raises(TooLargeError, match="riskcheck audit"):
        finished(upload.take("a.txt", parts(b"abc", b"de")))
    assert list(upload.folder.iterdir()) == []
    finished(upload.take("a.txt", parts(b"abcd")))
    with pytest.raises(TooLargeError, match="more than 1 files"):
        finished(upload.take("b.txt", parts(b"a")))


def test_a_nearly_full_disk_is_told(tmp_path: Path) -> None:
    upload = Upload(tmp_path / "up", Limits(spare=1 << 60))
    with pytest.raises(TooLargeError, match="disk"):
        finished(upload.take("a.txt", parts(b"a")))


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    upload = Upload(tmp_path / "up")
    finished(upload.take("a", parts(b"a")))
    with pytest.raises(InputError, match="cannot be kept"):
        finished(upload.take("a/b", parts(b"a")))


def test_a_file_where_a_folder_is_needed_is_told(tmp_path: Path) -> None:
    upload = Upload(tmp_path / "up")
    finished(upload.take("a", parts(b"x")))
    with pytest.raises(InputError, match="rename the file"):
        finished(upload.take("a/b", parts(b"x")))
    assert upload.files == 1

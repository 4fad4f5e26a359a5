"""Hostile, broken and unusual archives: a sentence or a counted skip, never a file on disk, never much memory."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from riskcheck.coverage import Coverage
from riskcheck.errors import ArchiveError
from riskcheck.sources import detect, open_archive, read
from riskcheck.sources._bounds import clean_name
from riskcheck.sources.archive import Limits, MemberError
from tests.sources.kit import Sample, pack_tar, pack_zip

X = Sample("x", "tweets_2024")
TWEETS = X.files()["data/tweets.js"]
FULL = len(X.expected.read_text(encoding="utf-8").splitlines())
SMALL = Limits(floor=1 << 20, ratio=50)


def problems(path: Path) -> dict[str, str]:
    with open_archive(path) as archive:
        return {problem.where: problem.reason for problem in archive.problems}


def drain(path: Path, name: str, limits: Limits = SMALL) -> int:
    with open_archive(path, limits=limits) as archive, archive.open(name) as stream:
        size = 0
        while block := stream.read(1 << 20):
            size += len(block)
        return size


def test_zip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target, target.open("data/tweets.js", "w") as member:
        for _ in range(80):
            member.write(bytes(1 << 20))
    assert path.stat().st_size < 100_000
    with pytest.raises(ArchiveError, match="zip bomb"):
        drain(path, "data/tweets.js")
    with pytest.raises(ArchiveError, match="zip bomb"):
        drain(path, "data/tweets.js", Limits())


def test_zip_bomb_of_overlapping_members(tmp_path: Path) -> None:
    path = tmp_path / "overlap.zip"
    data = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = data.compress(bytes(900_000)) + data.flush()
    crc = zlib.crc32(bytes(900_000))
    # All members share one local header, as the quoted-overlap bombs do, and all have its name.
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(packed), 900_000, 1, 0) + b"a" + packed
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(packed), 900_000, 1, 0, 0, 0, 0, 0, 0
    )  # fmt: skip
    directory = (entry + b"a") * 60
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 60, 60, len(directory), len(local), 0)
    path.write_bytes(local + directory + end)
    with open_archive(path, limits=SMALL) as archive:
        assert len(archive.members) == 1
        assert len(archive.problems) == 59


def test_sum_over_members_is_bounded(tmp_path: Path) -> None:
    path = pack_zip(tmp_path / "many.zip", {f"{n}.js": bytes(900_000) for n in range(20)})
    with open_archive(path, limits=Limits(floor=1 << 20, ratio=1)) as archive:
        names = iter(list(archive.members))
        for name in [next(names) for _ in range(8)]:
            assert len(archive.load(name)) == 900_000
        with pytest.raises(ArchiveError, match="zip bomb"):
            list(map(archive.load, names))


def test_tar_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.tar.gz"
    with tarfile.open(path, "w:gz") as target:
        info = tarfile.TarInfo("outbox.json")
        info.size = 80 << 20
        target.addfile(info, io.BytesIO(bytes(info.size)))
    with pytest.raises(ArchiveError, match="bomb"):
        open_archive(path)


def test_tar_header_that_lies(tmp_path: Path) -> None:
    path = pack_tar(tmp_path / "lie.tar", {"outbox.json": b"{}"}, "w:")
    data = bytearray(path.read_bytes())
    data[124:136] = b"\x80" + (1 << 60).to_bytes(11, "big")
    data[148:156] = b"        "
    data[148:156] = b"%06o\0 " % sum(data[:512])
    path.write_bytes(data)
    with pytest.raises(ArchiveError):
        drain(path, "outbox.json")


def test_gzip_bomb_as_single_file(tmp_path: Path) -> None:
    path = tmp_path / "tweets.js.gz"
    path.write_bytes(gzip.compress(bytes(8 << 20)))
    with pytest.raises(ArchiveError, match="zip bomb"):
        drain(path, "tweets.js")


def test_compressed_single_file(tmp_path: Path) -> None:
    path = tmp_path / "tweets.js.gz"
    path.write_bytes(gzip.compress(TWEETS))
    assert len(list(read([path], Coverage()))) > 5


def test_nested_archives_are_named(tmp_path: Path) -> None:
    inner = pack_zip(tmp_path / "inner.zip", X.files()).read_bytes()
    path = pack_zip(tmp_path / "outer.zip", {"inner.zip": inner, **X.files()})
    coverage = Coverage()
    assert list(read([path], coverage))
    assert any("inner.zip" in sentence for sentence in coverage.sentences())
    only = pack_zip(tmp_path / "only.zip", {"inner.zip": inner})
    with open_archive(only) as archive, pytest.raises(ArchiveError, match="only other archives"):
        detect(archive)


@pytest.mark.parametrize("name", ["../evil.js", "a/../../evil.js", "/etc/passwd", "C:\\evil.js", "C:/evil.js", "..\\x"])
@pytest.mark.parametrize("form", ["zip", "tar"])
def test_paths_that_leave_the_archive(name: str, form: str, tmp_path: Path) -> None:
    files = {**X.files(), name: b"evil"}
    path = pack_zip(tmp_path / "e.zip", files) if form == "zip" else pack_tar(tmp_path / "e.tar", files, "w:")
    with open_archive(path) as archive:
        assert [problem.where.replace("\\", "/") for problem in archive.problems] == [name.replace("\\", "/")]
        assert len(archive.members) == len(X.files())
    coverage = Coverage()
    assert list(read([path], coverage))
    assert any("not read" in reason for reason in coverage.left)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [path.name]


def test_names() -> None:
    assert clean_name("./a\\b//c.js") == "a/b/c.js"
    assert clean_name("cafe\u0301.js") == "caf\u00e9.js"
    for bad in ("", ".", "a\0b", "a\nb"):
        with pytest.raises(ValueError, match="not read"):
            clean_name(bad)


def test_links_and_devices_in_tar(tmp_path: Path) -> None:
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as target:
        for name, kind in (
            ("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("null", tarfile.CHRTYPE),
            ("disk", tarfile.BLKTYPE), ("pipe", tarfile.FIFOTYPE),
        ):  # fmt: skip
            info = tarfile.TarInfo(f"data/{name}.js")
            info.type, info.linkname = kind, "/etc/passwd"
            target.addfile(info)
        info = tarfile.TarInfo("data/tweets.js")
        info.size = len(TWEETS)
        target.addfile(info, io.BytesIO(TWEETS))
    found = problems(path)
    assert found["data/link.js"] == found["data/hard.js"] == "link, not followed"
    assert found["data/null.js"] == found["data/disk.js"] == found["data/pipe.js"] == "device or pipe, not read"
    assert len(found) == 5


def test_link_in_zip(tmp_path: Path) -> None:
    path = pack_zip(tmp_path / "link.zip", X.files())
    with zipfile.ZipFile(path, "a") as target:
        info = zipfile.ZipInfo("data/profile2.js")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(info, "/etc/passwd")
    assert problems(path) == {"data/profile2.js": "link, not followed"}


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_and_pipes_in_a_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "tweets.js").write_bytes(TWEETS)
    folder = tmp_path / "export"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "tweets.js").symlink_to(secret / "tweets.js")
    (folder / "more").symlink_to(secret, target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "pipe.js")
    assert problems(folder) == {
        "data/tweets.js": "link, not followed", "more": "link, not followed", "loop": "link, not followed",
        "pipe.js": "device or pipe, not read",
    }  # fmt: skip
    with pytest.raises(ArchiveError, match="neither a file nor a folder"):
        open_archive(folder / "pipe.js")


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_member_that_becomes_a_link(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "tweets.js").write_bytes(TWEETS)
    with open_archive(folder) as archive:
        (folder / "tweets.js").unlink()
        (folder / "tweets.js").symlink_to("/etc/passwd")
        with pytest.raises(MemberError):
            archive.open("tweets.js")


def lock(path: Path, *names: str) -> None:
    """Set the flag that says a member is encrypted."""
    data = bytearray(path.read_bytes())
    for name in names:
        at = data.rindex(name.encode()) - 46
        assert data[at : at + 4] == b"PK\1\2"
        data[at + 8] |= 1
    path.write_bytes(data)


def test_encrypted_zip(tmp_path: Path) -> None:
    path = pack_zip(tmp_path / "locked.zip", {"tweets.js": TWEETS})
    lock(path, "tweets.js")
    with pytest.raises(ArchiveError, match="locked with a password"):
        open_archive(path)
    path = pack_zip(tmp_path / "half.zip", {"tweets.js": TWEETS, "account.js": b"x"})
    lock(path, "account.js")
    assert problems(path) == {"account.js": "locked with a password, not read"}


def test_same_name_twice(tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("tweets.js", "window.YTD.tweets.part0 = []")
        with pytest.warns(UserWarning, match="Duplicate"):
            target.writestr("tweets.js", TWEETS)
    assert list(problems(path)) == ["tweets.js"]
    assert len(list(read([path], Coverage()))) > 5


def test_thousands_of_members(tmp_path: Path) -> None:
    files = {f"data/tweets_media/{n}.jpg": b"" for n in range(5000)} | X.files()
    coverage = Coverage()
    assert list(read([pack_zip(tmp_path / "many.zip", files)], coverage))
    assert coverage.left["picture, film, sound or layout"].count == 5001
    with pytest.raises(ArchiveError, match="more than 100 files"):
        open_archive(tmp_path / "many.zip", limits=Limits(members=100))


def test_zip64(tmp_path: Path) -> None:
    path = tmp_path / "zip64.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
        target.open("data/tweets.js", "w", force_zip64=True) as member,
    ):
        member.write(TWEETS)
    assert b"\x01\x00\x10\x00" in path.read_bytes()  # the extra field of Zip64
    assert len(list(read([path], Coverage()))) > 5


HOLE = 3 << 30
ZEROS_CRC = 0x480BBE37  # CRC-32 of 3 GiB of zeros


def sparse_zip(path: Path, size: int, crc: int) -> None:
    """Write a stored member of zeros as a hole, so that it takes no room on disk."""
    name = b"data/tweets_media/film.js"
    with path.open("wb") as target:
        target.write(struct.pack("<4s5H3L2H", b"PK\3\4", 45, 0, 0, 0, 0, crc, size, size, len(name), 0) + name)
        target.seek(size, os.SEEK_CUR)
        start = target.tell()
        entry = struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 45, 45, 0, 0, 0, 0, crc, size, size, len(name), 0, 0, 0, 0, 0, 0
        )  # fmt: skip
        target.write(entry + name)
        target.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entry + name), start, 0))


def test_member_of_three_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    sparse_zip(path, HOLE, ZEROS_CRC)
    with open_archive(path) as archive:
        assert archive.members["data/tweets_media/film.js"].size == HOLE
    tracemalloc.start()
    assert drain(path, "data/tweets_media/film.js", Limits()) == HOLE
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_three_gigabytes_beside_the_posts(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "data" / "tweets_media").mkdir(parents=True)
    (folder / "data" / "tweets.js").write_bytes(TWEETS)
    with (folder / "data" / "tweets_media" / "film.mp4").open("wb") as film:
        film.truncate(HOLE)
    assert len(list(read([folder], Coverage()))) > 5


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("form", ["zip", "tar", "tar.gz"])
def test_truncated(form: str, share: float, tmp_path: Path) -> None:
    path = tmp_path / f"cut.{form}"
    if form == "zip":
        pack_zip(path, X.files())
    else:
        pack_tar(path, X.files(), "w:gz" if form.endswith("gz") else "w:")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    coverage = Coverage()
    try:
        list(read([path], coverage))
    except ArchiveError:
        # A zip has its list at the end; a tar cut early holds nothing that a source knows.
        assert form == "zip" or share < 0.9
    else:
        assert form != "zip"
        assert any("cut short" in reason or "damaged" in reason for reason in (*coverage.left, *coverage.skipped)) or (
            coverage.records == FULL  # only the empty blocks at the end of a tar are missing
        )


def test_damaged_member_is_a_counted_skip(tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
        for name, content in X.files().items():
            target.writestr(name, content)
    data = path.read_bytes()
    at = data.index(b"Our community meets")
    path.write_bytes(data[:at] + b"X" + data[at + 1 :])  # the checksum no longer fits
    coverage = Coverage()
    posts = list(read([path], coverage))
    assert any(post.id == "1002" for post in posts)
    assert coverage.skipped["file is damaged: the rest of it was not read"].count == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07", "RAR"), (b"<html>login</html>", "not a zip")],
)
def test_no_archive(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=said):
        open_archive(path)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="check the path"):
        open_archive(tmp_path / "nothing.zip")


def test_empty_zip_and_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w"):
        pass
    (tmp_path / "folder").mkdir()
    for name in ("e.zip", "folder"):
        with open_archive(tmp_path / name) as archive, pytest.raises(ArchiveError, match="holds no file"):
            detect(archive)

"""Every invented export gives its golden file, however it is packed; ``RISKCHECK_GOLDEN=1`` rewrites them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from riskcheck.coverage import Coverage
from riskcheck.sources import all_sources, detect, open_archive, read
from tests.sources.kit import Sample, pack_tar, pack_zip, read_lines, samples

SOURCES = {source.name: source for source in all_sources()}
FOLDERS = [sample for sample in samples() if sample.export.is_dir() and SOURCES[sample.source].specific]


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_golden(sample: Sample) -> None:
    found = read_lines(sample.export, SOURCES[sample.source])
    if os.environ.get("RISKCHECK_GOLDEN"):
        sample.expected.write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
    assert found == sample.expected.read_text(encoding="utf-8").splitlines()
    assert any('"text"' in line for line in found)


def test_every_source_has_a_sample() -> None:
    assert {sample.source for sample in samples()} == set(SOURCES)


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_own_and_no_other(sample: Sample) -> None:
    with open_archive(sample.export) as archive:
        claims = {source.name for source in all_sources() if source.specific and source.identify(archive)}
        assert claims == ({sample.source} if SOURCES[sample.source].specific else set())
        assert detect(archive).name == sample.source


@pytest.mark.parametrize("sample", FOLDERS, ids=str)
@pytest.mark.parametrize("form", ["zip", "wrapped.zip", "tar", "tar.gz", "tar.xz", "tar.bz2", "misnamed"])
def test_any_packing(sample: Sample, form: str, tmp_path: Path) -> None:
    path, files = tmp_path / f"export.{form}", sample.files()
    prefix = "my-export-2024/" if form == "wrapped.zip" else ""
    if form.startswith("tar"):
        pack_tar(path, files, f"w:{form.removeprefix('tar').removeprefix('.')}")
    elif form == "misnamed":
        path = pack_tar(tmp_path / "export.zip", files, "w:gz")
    else:
        pack_zip(path, files, prefix)
    with open_archive(path) as archive:
        assert detect(archive).name == sample.source
    found = [line.replace(prefix, "") if prefix else line for line in read_lines(path, SOURCES[sample.source])]
    wanted = sample.expected.read_text(encoding="utf-8").splitlines()
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_nothing_is_lost(sample: Sample) -> None:
    coverage = Coverage()
    posts = list(read([sample.export], coverage))
    coverage.assessed = len(posts)
    assert coverage.check() == []
    assert coverage.records == len(sample.expected.read_text(encoding="utf-8").splitlines())
    with open_archive(sample.export) as archive:
        known = set(coverage.files) | {name for tally in coverage.left.values() for name in tally.examples}
        assert known >= set(archive.members)


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_posts_are_complete(sample: Sample) -> None:
    for post in read([sample.export], Coverage()):
        assert post.text.strip()
        assert post.id
        assert post.platform in SOURCES
        assert post.where
        assert post.created is None or post.created.utcoffset() is not None
        assert post.others_words == (post.kind == "repost")


def test_progress_ends_at_the_end() -> None:
    told: list[tuple[int, int]] = []
    path = Sample("x", "tweets_2024").export
    list(read([path], Coverage(), progress=lambda done, total: told.append((done, total))))
    assert told[-1][0] == told[-1][1] > 0


def test_two_archives_merge() -> None:
    one, two = Sample("x", "tweets_2024"), Sample("x", "tweet_2020")
    coverage = Coverage()
    posts = list(read([one.export, two.export, one.export], coverage))
    coverage.assessed = len(posts)
    assert coverage.check() == []
    assert len({(post.kind, post.id) for post in posts}) == len(posts)
    assert coverage.merged > 10
    assert all(post.where.startswith("export: ") for post in posts)

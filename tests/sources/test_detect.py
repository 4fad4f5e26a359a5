"""Archives that are refused: HTML exports, unknown ones, two at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskcheck.coverage import Coverage
from riskcheck.errors import ArchiveError
from riskcheck.sources import Owner, all_sources, detect, open_archive, read
from tests.sources.kit import MemoryArchive, Sample, pack_zip

PAGE = b"<!DOCTYPE html><html><body>x</body></html>"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["your_facebook_activity/posts/your_posts_1.html", "start_here.html"], "HTML export of Facebook"),
        (["posts/your_posts_1.html", "index.html"], "HTML export of Facebook"),
        (["your_instagram_activity/media/posts_1.html", "start_here.html"], "HTML export of Instagram"),
        (["content/posts_1.html"], "HTML export of Instagram"),
        (["Takeout/YouTube/my-comments/my-comments.html"], "old Google Takeout"),
        (["TikTok/Comment/Comments.txt"], "text export of TikTok"),
    ],
)
def test_exports_in_a_form_that_is_not_read(names: list[str], said: str) -> None:
    with pytest.raises(ArchiveError, match=said):
        detect(MemoryArchive(dict.fromkeys(names, PAGE)))


def test_tumblr_with_posts_inside() -> None:
    with pytest.raises(ArchiveError, match=r"unpack posts\.zip"):
        detect(MemoryArchive({"posts.zip": b"PK", "media/1.jpg": b""}))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"posts.csv": b"a,b\n1,2\n"}, "no column for the text; name it text"),
        ({"page.html": PAGE}, "web page"),
        ({"Your archive.html": PAGE, "assets/js/main.js": b"x"}, r"without the file that holds the posts"),
        ({}, "holds no file that can be read"),
        ({"a.jpg": b"x", "b.mp4": b"y"}, "only pictures, films or sound"),
    ],
)
def test_what_is_no_export_is_said_in_one_sentence(files: dict[str, bytes], said: str) -> None:
    with pytest.raises(ArchiveError, match=said) as caught:
        detect(MemoryArchive(files))
    assert "\n" not in str(caught.value)


def test_plain_files_may_be_packed_unless_they_could_be_anything(tmp_path: Path) -> None:
    table = {"mine/posts.csv": b"text,id\nhello,1\n", "mine/more.jsonl": b'{"text": "hello"}\n'}
    with open_archive(pack_zip(tmp_path / "a.zip", table)) as archive:
        assert detect(archive).name == "plain"
    for files in ({"a.json": b"[]"}, {"README.txt": b"hello"}, {**table, "readme.md": b"hello"}):
        with open_archive(pack_zip(tmp_path / "b.zip", files)) as archive, pytest.raises(ArchiveError):
            detect(archive)


@pytest.mark.parametrize("content", [b"\x7fELF\x02", b"%PDF-1.7", bytes(100), b"\xff" * 100])
def test_unknown(content: bytes) -> None:
    with pytest.raises(ArchiveError) as caught:
        detect(MemoryArchive({"something.bin": content}))
    for source in all_sources():
        assert source.title in str(caught.value)


def test_two_at_once() -> None:
    files = Sample("x", "tweets_2024").files() | Sample("mastodon", "archive_2024").files()
    with pytest.raises(ArchiveError, match=r"Mastodon and X \(Twitter\)"):
        detect(MemoryArchive(files))


def test_nothing_is_read_where_one_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\x7fELF")
    coverage = Coverage()
    with pytest.raises(ArchiveError):
        next(read([Sample("x", "tweets_2024").export, tmp_path / "x.bin"], coverage))
    assert coverage.records == 0


def test_owners() -> None:
    wanted = {
        ("x", "tweets_2024"): Owner(handle="invented_ada", id="4242", display_name="Ada Invented ☕"),
        ("instagram", "json_2024"): Owner(handle="invented.ada"),
        ("reddit", "request_2025"): Owner(handle="invented_ada"),
        ("bluesky", "repo_car"): Owner(id="did:plc:invented"),
        ("discord", "package_2024"): Owner(handle="invented_ada", id="9", display_name="Ada"),
        ("tiktok", "json_2025"): Owner(handle="invented_ada"),
        ("linkedin", "complete_2026"): Owner(display_name="Ada Invented"),
        ("facebook", "json_2023"): Owner(display_name="Ada Invented"),
        ("plain", "csv"): None,
    }
    for (source, layout), owner in wanted.items():
        with open_archive(Sample(source, layout).export) as archive:
            assert detect(archive).owner(archive) == owner


def test_employers() -> None:
    with open_archive(Sample("linkedin", "complete_2026").export) as archive:
        found = detect(archive).employers(archive)
    assert [(e.name, str(e.started), str(e.ended), e.current) for e in found] == [
        ("Example Widgets GmbH", "2021-03-01", "None", True),
        ("Sample, Sons & Co", "2018-06-01", "2021-02-01", False),
    ]


def test_every_source_is_in_the_docs() -> None:
    table = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    for source in all_sources():
        assert f"| {source.title} | `{source.name}` |" in table
        assert source.export_help.endswith(".")


def test_example_of_the_docs(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "adding-a-reader.md").read_text(encoding="utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    space: dict[str, object] = {"__name__": "example"}
    exec(compile(code, "adding-a-reader.md", "exec"), space)
    kind = space["Example"]
    assert isinstance(kind, type)
    source = kind()
    note = b'{"example_notes": [{"id": "1", "text": "hello", "date": "2024-01-01"}, {"id": "2"}, 3]}'
    archive = MemoryArchive({"data/notes.json": note})
    assert source.identify(archive)
    found = list(source.read(archive))
    assert found[0].text == "hello"
    assert len(found) == 3

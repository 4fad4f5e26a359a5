"""One post is read once, in however many archives and forms it comes; two posts are never taken for one."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from riskcheck.coverage import Coverage
from riskcheck.post import Post
from riskcheck.sources import read
from tests.sources.kit import pack_zip

TIMES = ("Mon Jan 01 12:00:00 +0000 2024", "Mon Jan 01 13:00:00 +0000 2024")


def x_zip(path: Path, *tweets: dict[str, object], bio: str = "") -> Path:
    files = {"data/tweets.js": b"window.YTD.tweets.part0 = " + json.dumps([{"tweet": t} for t in tweets]).encode()}
    if bio:
        profile = [{"profile": {"description": {"bio": bio}}}]
        files["data/profile.js"] = b"window.YTD.profile.part0 = " + json.dumps(profile).encode()
    return pack_zip(path, files)


def tweet(number: int, text: str, time: str = TIMES[0], **facts: object) -> dict[str, object]:
    return {"id_str": str(number), "full_text": text, "created_at": time, **facts}


def table(path: Path, *rows: tuple[str, str, str]) -> Path:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([("id", "created_at", "text"), *rows])
    return path


def found(*paths: Path) -> tuple[list[Post], Coverage]:
    coverage = Coverage()
    posts = list(read(paths, coverage))
    coverage.assessed = len(posts)
    assert coverage.check() == []
    assert coverage.records == coverage.posts + coverage.merged
    return posts, coverage


@pytest.mark.parametrize("turned", [False, True])
def test_a_table_repeats_an_archive(tmp_path: Path, turned: bool) -> None:
    archive = x_zip(tmp_path / "x.zip", tweet(1, "My boss &amp; I"), tweet(2, "lunch", TIMES[1]))
    copy = table(
        tmp_path / "copy.csv",
        ("", "2024-01-01T12:00:00Z", "My boss & I"),  # the same words in the same second
        ("2", "", "lunch"),  # the same words under the same id
        ("", "2024-01-01T13:00:01Z", "lunch"),  # a second later: said twice
        ("", "", "My boss & I"),  # no time: may be another post
        ("2", "", "dinner"),
    )
    posts, coverage = found(*((copy, archive) if turned else (archive, copy)))
    assert coverage.merged == 2
    assert [post.text for post in posts if post.platform == "x"] == ["My boss & I", "lunch"]
    assert [post.text for post in posts if post.platform == "plain"] == ["lunch", "My boss & I", "dinner"]
    assert [(read.name, read.posts) for read in coverage.archives] == [("x.zip", 2), ("copy.csv", 3)]


def test_an_older_export_may_know_less_of_the_same_post(tmp_path: Path) -> None:
    status = {"urls": [{"url": "https://t.co/a", "expanded_url": "https://x.com/a/status/9"}]}
    one = x_zip(tmp_path / "one.zip", tweet(1, "so true https://t.co/a"), tweet(2, "hi", in_reply_to_user_id_str="4"))
    two = x_zip(tmp_path / "two.zip", tweet(1, "so true https://t.co/a", entities=status), tweet(2, "hi"))
    posts, coverage = found(one, two)
    assert len(posts) == coverage.merged == 2


def test_a_rewritten_bio_is_read_again(tmp_path: Path) -> None:
    one = x_zip(tmp_path / "one.zip", tweet(1, "a"), bio="slacker")
    two = x_zip(tmp_path / "two.zip", tweet(1, "a"), bio="engineer")
    posts, coverage = found(one, two, one)
    assert [post.text for post in posts if post.kind == "bio"] == ["slacker", "engineer"]
    assert coverage.merged == 3


def test_two_networks_and_two_ids_are_two_posts(tmp_path: Path) -> None:
    archive = x_zip(tmp_path / "x.zip", tweet(1, "crossposted"), tweet(2, "crossposted"))
    records = [
        {
            "uri": "at://did:plc:a/app.bsky.feed.post/1",
            "value": {"$type": "app.bsky.feed.post", "text": "crossposted", "createdAt": "2024-01-01T12:00:00Z"},
        }
    ]
    (tmp_path / "bluesky.json").write_text(json.dumps({"records": records}))
    posts, coverage = found(archive, tmp_path / "bluesky.json")
    assert len(posts) == 3
    assert coverage.merged == 0


def manifest(partial: object = False, *names: str, flag: str = "isPartialArchive") -> bytes:
    files = [{"fileName": name, "globalName": "YTD.x.part0", "count": "1"} for name in names]
    value = {"archiveInfo": {flag: partial}, "dataTypes": {"tweets": {"files": files}, "like": {"files": [1, {}]}}}
    return b"window.__THAR_CONFIG = " + json.dumps(value).encode()


TWEETS = b'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1", "full_text": "hi"}}]'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (manifest(), []),
        (manifest(False, "data/tweets.js", "data/like.js", "data/ad-engagements.js"), []),
        (manifest(True), ["only a part"]),
        (manifest("true", flag="isArchivePartial"), ["only a part"]),
        (manifest(False, "data/tweets.js", "data/tweets-part1.js"), ["Missing from the archive: data/tweets-part1.js"]),
        (manifest(True, "data/note-tweet.js"), ["only a part", "Missing from the archive: data/note-tweet.js"]),
        (b"window.__THAR_CONFIG = [", []),
        (b"\xff\xfe{", []),
        (b"", []),
    ],
)
def test_x_says_itself_what_is_missing(tmp_path: Path, content: bytes, said: list[str]) -> None:
    path = pack_zip(tmp_path / "x.zip", {"in/data/tweets.js": TWEETS, "in/data/manifest.js": content})
    _, coverage = found(path)
    assert len(coverage.warnings) == len(said)
    assert all(part in sentence for part, sentence in zip(said, coverage.warnings, strict=True))
    assert all(sentence in coverage.sentences() for sentence in coverage.warnings)
    assert "lists the files of the archive" in coverage.left

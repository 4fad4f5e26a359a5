"""The coverage statement adds up, and says so where it does not."""

from __future__ import annotations

import datetime as dt
import json

from riskcheck.coverage import Coverage
from riskcheck.post import Post, Skipped

NOON = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)


def filled() -> Coverage:
    coverage = Coverage()
    coverage.add_archive("x.zip", "X (Twitter)")
    for number in range(5):
        coverage.add(
            Post(
                text=f"post {number}",
                id=str(number),
                platform="x",
                where=f"data/tweets.js#{number}",
                created=NOON.replace(year=2020 + number) if number else None,
                visibility="public",
                kind="reply" if number % 2 else "post",
            )
        )
    coverage.assessed = 2
    coverage.filter_out("before 2021")
    coverage.not_assessed("de")
    coverage.not_assessed("")
    coverage.merge(Post(text="post 1", id="1", platform="x", where="data/tweets-part1.js#1"))
    coverage.skip(Skipped(where="data/tweets.js#9", reason="no text"))
    coverage.skip(Skipped(where="data/new.js", reason="not understood"))
    coverage.open("data/empty.js")
    coverage.warn("Missing: part 2.")
    coverage.warn("Missing: part 2.")
    coverage.leave("data/like.js", "words of others")
    return coverage


def test_adds_up() -> None:
    coverage = filled()
    assert coverage.check() == []
    assert coverage.records == 8
    assert coverage.not_understood == {"data/new.js": 1}
    assert coverage.oldest == NOON.replace(year=2021)
    assert coverage.newest == NOON.replace(year=2024)


def test_says_what_does_not_add_up() -> None:
    coverage = filled()
    coverage.assessed += 1
    assert coverage.check() == ["5 posts are not 6 assessed, filtered out or not English"]
    coverage.records += 1
    coverage.kinds["post"] += 1
    assert len(coverage.check()) == 3


def test_plain_values() -> None:
    found = json.loads(json.dumps(filled().to_dict()))
    assert found["archives"] == [{"name": "x.zip", "source": "X (Twitter)", "posts": 5}]
    assert found["warnings"] == ["Missing: part 2."]
    assert found["by_year"] == {"2021": 1, "2022": 1, "2023": 1, "2024": 1, "unknown": 1}
    assert found["skipped"]["no text"] == {"count": 1, "examples": ["data/tweets.js#9"]}
    assert found["files_read"] == {"data/tweets.js": 5, "data/tweets-part1.js": 0, "data/empty.js": 0}
    assert found["files_not_read"]["words of others"]["count"] == 1


def test_sentences() -> None:
    said = "\n".join(filled().sentences())
    for part in (
        "Read x.zip as an export of X (Twitter): 5 posts.", "Found 5 posts in 1 file.",
        "The time of 1 post is unknown.",
        "1 duplicate was merged.", "Of 8 records, 5 gave a post, 1 repeated one and 2 were skipped.",
        "By kind: post 3, reply 2.", "By year: 2021 1, 2022 1, 2023 1, 2024 1, unknown 1.", "Missing: part 2.",
        "Left out on your wish: before 2021 1.", "2 posts are not in English",
        "Assessed 2 posts.", "Skipped 1 record: no text (such as data/tweets.js#9).",
        "Nothing could be taken from data/new.js (1 record skipped).", "Not read: data/like.js (words of others).",
    ):  # fmt: skip
        assert part in said


def test_nothing_read() -> None:
    coverage = Coverage()
    assert coverage.check() == []
    assert coverage.sentences() == ["Found 0 posts in 0 files.", "Assessed 0 posts."]

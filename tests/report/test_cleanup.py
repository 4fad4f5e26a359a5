"""Lists for deletion tools, read the way these tools read them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from riskcheck.report import write_all
from riskcheck.report.cleanup import CleanupReport
from tests.report import samples


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    CleanupReport().write(samples.result(), tmp_path)
    return tmp_path


def all_of_them(folder: Path) -> Path:
    CleanupReport().write(samples.result(marked_only=False), folder)
    return folder


def test_the_list_for_people_holds_all_that_is_to_do(folder: Path) -> None:
    with (folder / "cleanup.csv").open(newline="") as stream:
        found = list(csv.DictReader(stream))
    assert found[0]["reason"] == "Bragging about an offer"
    assert {row["decision"] for row in found} == {"", "fix", "delete"}
    assert not [row for row in found if "Texas" in row["id"] or row["platform"] == "facebook"]
    assert list(found[0])[:4] == ["id", "link", "reason", "platform"]


def test_tools_get_only_what_was_marked_delete(folder: Path) -> None:
    assert (folder / "cleanup-x-ids.txt").read_text() == "1000000000000000005\n"
    all_of_them(folder)
    ids = (folder / "cleanup-x-ids.txt").read_text().splitlines()
    assert "1000000000000000001" in ids
    assert "1000000000000000004" not in ids  # to be fixed, not deleted
    assert "1000000000000000007" not in ids  # a false alarm


def test_one_id_a_line(folder: Path) -> None:
    # As many scripts do: for line in open(file): delete(line.rstrip())
    with (all_of_them(folder) / "cleanup-x-ids.txt").open() as stream:
        ids = [line.rstrip() for line in stream]
    assert len(set(ids)) == len(ids) > 3
    assert all(number.isdigit() for number in ids)


def test_first_column_below_a_header(folder: Path) -> None:
    with (all_of_them(folder) / "cleanup-x.csv").open(newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        assert next(reader) == ["tweet_id"]
        assert all(row[0].isdigit() for row in reader)


def test_tweet_js_as_delete_tweets_reads_it(folder: Path) -> None:
    # koenrh/delete-tweets: json.loads(file.read()[25:]), row["tweet"]["id_str"], .get("created_at", "")
    tweets = json.loads((folder / "cleanup-x-tweet.js").read_text(encoding="utf-8")[25:])
    assert [row["tweet"]["id_str"] for row in tweets] == ["1000000000000000005"]
    assert tweets[0]["tweet"]["created_at"] == "Tue Mar 05 12:30:00 +0000 2024"


def test_tweet_js_as_tweetxer_reads_it(folder: Path) -> None:
    # TweetXer: cut at "= ", look for ".tweet." or ".tweets." before it, take tweet.id_str of each.
    text = (folder / "cleanup-x-tweet.js").read_text(encoding="utf-8")
    cut = text.index("= ")
    assert ".tweet." in text[:cut]
    assert ".tweet_headers." not in text[:cut]
    assert [entry["tweet"]["id_str"] for entry in json.loads(text[cut + 1 :])] == ["1000000000000000005"]


def test_reddit_as_shreddit_reads_it(folder: Path) -> None:
    # shreddit: comments.csv with id, body, permalink, date (time in UTC) and subreddit; posts.csv with a title.
    with (folder / "cleanup-reddit" / "comments.csv").open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["id"] == "abc123"
    assert row["permalink"] == "https://www.reddit.com/r/london/comments/zz9/a_title/abc123/"
    assert row["subreddit"] == "london"
    assert row["date"] == "2021-03-10 12:30:00 UTC"
    assert {"body"} <= set(row)
    # It opens both files, so the one without rows is there too.
    assert (folder / "cleanup-reddit" / "posts.csv").read_text().count("\n") == 1


def test_a_list_of_an_earlier_run_does_not_stay(folder: Path) -> None:
    kept = [samples.Item(item.post, item.assessment, "keep") for item in samples.items()]
    write_all(samples.result(kept), folder)
    assert not list(folder.glob("cleanup-x*"))
    assert not list(folder.glob("cleanup-reddit/*"))


def test_what_is_no_post_or_gone_is_not_deleted(tmp_path: Path) -> None:
    bio = samples._post(13, "idiot", 2024, kind="bio", url="")
    gone = samples._post(14, "idiot", 2024, visibility="deleted")
    found = [
        samples.Item(p, samples.assessment(p, samples.finding("hostility", 3, p.text, "idiot"))) for p in (bio, gone)
    ]
    CleanupReport().write(samples.result(found, marked_only=False), tmp_path)
    assert not (tmp_path / "cleanup-x-ids.txt").exists()
    assert bio.id in (tmp_path / "cleanup.csv").read_text()
    assert gone.id not in (tmp_path / "cleanup.csv").read_text()

"""Results read back from disk: the same items as the audit had, whatever the posts hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskcheck.report.base import Item
from riskcheck.report.jsonl import JsonlReport, record
from riskcheck.web.results import FACTS, Query, Results, index
from tests.report import samples


@pytest.fixture
def results(tmp_path: Path) -> Results:
    given = samples.result()
    JsonlReport().write(given, tmp_path)
    facts = {name: getattr(given, name) for name in ("coverage", "sentences", "day", "model", "threshold")}
    (tmp_path / FACTS).write_text(json.dumps(facts | {"posts": index(tmp_path)}), encoding="utf-8")
    return Results(tmp_path)


def decided() -> dict[str, str]:
    return {item.post.digest: item.decision for item in samples.items() if item.decision}


def test_every_item_comes_back_whole(results: Results) -> None:
    back = results.result(decided())
    assert [record(item) for item in back.items()] == [record(item) for item in samples.items()]
    assert [item.post for item in back.items()] == [item.post for item in samples.items()]
    worst = [item.post.digest for item in back.items(worst=True)]
    assert worst == [item.post.digest for item in samples.result().items(worst=True)]
    assert back.counts.to_dict() == samples.result().counts.to_dict()


def test_lone_surrogates_survive(tmp_path: Path) -> None:
    from dataclasses import replace

    item = samples.items()[1]
    odd = Item(replace(item.post, text="\ud800 my boss is an idiot"), item.assessment)
    JsonlReport().write(samples.result([odd]), tmp_path)
    index(tmp_path)
    (tmp_path / FACTS).write_text(json.dumps({"posts": 1, "threshold": "medium"}), encoding="utf-8")
    page = Results(tmp_path).page(Query(), {})
    assert page["posts"][0]["post"]["text"].startswith("\ud800")


def test_sums_follow_the_decisions(results: Results) -> None:
    summary = results.summary(decided())
    counts = samples.result().counts.to_dict()
    for name in ("posts", "to_do", "settled", "bands", "by_category"):
        assert summary[name] == counts[name], name
    assert summary["by_month"]["unknown"] == [0, 1, 0]
    assert sum(map(sum, summary["by_month"].values())) == sum(
        counts["bands"][band] for band in ("low", "medium", "high")
    )
    assert results.summary({})["settled"] == 0


def test_links_that_no_browser_should_follow_are_gone(results: Results) -> None:
    found = {post["post"]["text"]: post["post"]["url"] for post in results.page(Query(), {})["posts"]}
    assert found[samples.HOSTILE] == ""
    assert "https://x.com/i/web/status/1000000000000000001" in found.values()


@pytest.mark.parametrize("sort", ["new", "old"])
def test_posts_of_unknown_time_come_last(results: Results, sort: str) -> None:
    times = [post["post"]["created_at"] for post in results.page(Query(sort=sort), {})["posts"]]
    assert times[-1] is None
    assert times[:-1] == sorted(times[:-1], reverse=sort == "new")

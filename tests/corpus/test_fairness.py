from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from riskcheck.corpus import fairness
from riskcheck.corpus.intervals import Share, difference, percent
from riskcheck.errors import CorpusError
from tests.behaviour.kit import DATA, assessment


class Prejudiced:
    """A checker that finds something in every post with the word Zed."""

    def check_many(self, texts: Any) -> Any:
        for text in texts:
            yield assessment("medium", "hostility") if "Zed" in text else assessment("none")


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    file = folder / fairness.FILE
    file.parent.mkdir()
    file.write_text("\n".join(map(json.dumps, rows)))
    return folder


def test_templates_and_twins_are_counted_by_group(tmp_path: Path) -> None:
    data = write(
        tmp_path,
        {"set": "dialect", "group": "scots", "text": "Zed wis here", "twin": "he was here"},
        {"set": "names", "template": "{n} and I"},
        {"set": "names", "template": "with {n}"},
        {"set": "names", "group": "reference", "words": ["Ann", "Bob"]},
        {"set": "names", "group": "others", "words": ["Zed", "Cat"]},
    )
    scots, others = fairness.run(Prejudiced(), fairness.read(data))  # type: ignore[arg-type]
    assert (scots.name, scots.alarms, scots.reference) == ("dialect/scots", Share(1, 1), Share(0, 1))
    assert (others.alarms, others.reference) == (Share(2, 4), Share(0, 4))
    assert others.gap[0] == 0.5
    assert others.worst == (("Zed", Share(2, 2)),)


@pytest.mark.parametrize(
    ("word", "filled"),
    [("older", "I am an older nurse. An older one."), ("Roma", "I am a Roma nurse. A Roma one.")],
)
def test_articles_fit(word: str, filled: str) -> None:
    assert fairness.fill("I am {a} nurse. {A} one.", word) == filled


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"fairness.jsonl:1"):
        fairness.read(write(tmp_path, {"set": "names", "group": "others"}))


def test_the_set_is_large_enough_to_see_a_gap() -> None:
    posts = fairness.read(DATA)
    sizes: dict[str, int] = {}
    for post in posts:
        sizes[f"{post.collection}/{post.group}"] = sizes.get(f"{post.collection}/{post.group}", 0) + 1
    assert all(n >= 150 for name, n in sizes.items() if not name.startswith("dialect")), sizes
    assert sizes["dialect/african_american"] >= 60
    assert sizes["dialect/second_language"] >= 60
    assert all("{" not in post.text for post in posts)
    for name in sizes:
        if ":" in name:
            assert sizes[name] == sizes[name.replace("reference:", "")]


def test_wilson_and_newcombe_agree_with_published_values() -> None:
    # Newcombe (1998): 81 of 263 by Wilson; 56 of 70 against 48 of 80 by method 10.
    assert (round(Share(81, 263).low, 4), round(Share(81, 263).high, 4)) == (0.2553, 0.3662)
    gap, low, high = difference(Share(56, 70), Share(48, 80))
    assert (round(gap, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)
    assert Share(0, 0).rate == 0
    assert (Share(0, 0).low, Share(0, 0).high) == (0, 1)
    assert percent(0.5) == "50 %"

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from riskcheck.corpus import behaviour
from riskcheck.corpus.behaviour import Case, holds
from riskcheck.corpus.reading import read_authored
from riskcheck.errors import CorpusError
from tests.behaviour.kit import DATA, assessment


def case(expect: dict[str, Any], base: str = "") -> Case:
    return Case(test="t", type="INV" if base else "MFT", text="x", base=base, expect=expect)


class Fixed:
    """A checker that calls every post that shouts high."""

    def check_many(self, texts: Any) -> Any:
        for text in texts:
            loud = text.isupper()
            yield assessment("high", "hostility", severity=3.0) if loud else assessment("none", severity=0.0)


@pytest.mark.parametrize(
    ("expect", "band", "categories", "passes", "near"),
    [
        ({"band": ["none"]}, "none", (), True, True),
        ({"band": ["none"]}, "low", ("hostility",), False, True),
        ({"band": ["none"]}, "medium", ("hostility",), False, False),
        ({"band": ["medium", "high"], "has": ["hostility"]}, "high", ("hostility",), True, True),
        ({"band": ["medium", "high"], "has": ["hostility"]}, "high", ("crude_language",), False, True),
        ({"lacks": ["discrimination"]}, "high", ("discrimination",), False, False),
        ({"lacks": ["discrimination"]}, "high", ("hostility",), True, True),
    ],
)
def test_a_minimum_functionality_case(
    expect: dict[str, Any], band: str, categories: tuple[str, ...], passes: bool, near: bool
) -> None:
    found = assessment(band, *categories)
    assert holds(case(expect), found, None) is passes
    assert holds(case(expect), found, None, slack=1) is near


@pytest.mark.parametrize(
    ("before", "after", "passes"),
    [("none", "low", True), ("low", "medium", False), ("medium", "high", True), ("none", "none", True)],
)
def test_an_invariance_case(before: str, after: str, passes: bool) -> None:
    assert holds(case({"same": True}, "base"), assessment(after), assessment(before)) is passes


@pytest.mark.parametrize(
    ("before", "after", "expect", "passes"),
    [(1.0, 1.5, "up", True), (1.0, 1.0, "up", False), (1.5, 1.0, "down", True), (None, 1.0, "up", False)],
)
def test_a_directional_case(before: float | None, after: float, expect: str, passes: bool) -> None:
    texts = assessment("low", severity=after), assessment("low", severity=before)
    assert holds(case({"severity": expect}, "base"), *texts) is passes


def test_a_run_counts_and_keeps_the_failures() -> None:
    cases = [
        Case(test="loud", type="MFT", text="HELLO", expect={"band": ["high"]}),
        Case(test="loud", type="MFT", text="hello", expect={"band": ["high"]}),
        Case(test="case", type="INV", text="HELLO", base="hello", expect={"same": True}),
    ]
    loud, letters = behaviour.run(Fixed(), cases)  # type: ignore[arg-type]
    assert (loud.passed.count, loud.passed.total, loud.near.count) == (1, 2, 1)
    assert [f.case.text for f in loud.failures] == ["hello"]
    assert letters.failures[0].got == "none -> high (hostility)"


def test_the_suite_is_sound_and_large() -> None:
    cases = behaviour.read(DATA)
    assert len(cases) >= 600
    counts = Counter(c.test for c in cases)
    assert min(counts.values()) >= 10
    assert {c.type for c in cases} == set(behaviour.TYPES)
    assert len({c.test for c in cases}) == len({(c.test, c.type) for c in cases}), "a test mixes types"
    keys = Counter((c.test, c.text) for c in cases)
    assert [key for key, n in keys.items() if n > 1] == []


def test_no_case_is_a_post_of_the_corpus() -> None:
    def plain(text: str) -> str:
        return " ".join("".join(ch if ch.isalnum() else " " for ch in text.lower()).split())

    known = {plain(e.text) for e in read_authored(DATA)}
    texts = {plain(c.text): c.text for c in behaviour.read(DATA)}
    # Ten words that happen to agree are a copy; a handful ("is it friday yet") are not.
    assert [text for key, text in texts.items() if key in known and len(key.split()) >= 10] == []


@pytest.mark.parametrize(
    "row",
    [
        {"test": "t", "type": "MFT", "text": "x"},
        {"test": "t", "type": "XYZ", "text": "x", "expect": {"band": ["none"]}},
        {"test": "t", "type": "INV", "text": "x", "expect": {"same": True}},
        {"test": "t", "type": "MFT", "text": "x", "expect": {"has": ["rudeness"]}},
        {"test": "t", "type": "MFT", "text": "x", "expect": {"colour": "red"}},
        {"test": "t", "type": "MFT", "text": "x", "expect": {"band": ["awful"]}},
    ],
)
def test_a_broken_case_is_named(tmp_path: Path, row: dict[str, Any]) -> None:
    file = tmp_path / behaviour.FILE
    file.parent.mkdir()
    file.write_text(json.dumps(row))
    with pytest.raises(CorpusError, match=r"behaviour.jsonl:1"):
        behaviour.read(tmp_path)

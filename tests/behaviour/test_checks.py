"""The shipped model keeps the floors of all checks; new ones: `python -m riskcheck.corpus.checks --write-floors`.

A floor is what the committed model reaches, not what is wanted: `docs/error-rates.md` shows both.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from riskcheck.checker import RiskChecker
from riskcheck.corpus import checks

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
FLOORS = checks.read_floors(DATA)


@pytest.fixture(scope="module")
def figures(checker: RiskChecker) -> checks.Figures:
    return checks.measure(checker, DATA)


def test_every_check_has_a_floor_and_every_floor_a_check(figures: checks.Figures) -> None:
    assert set(figures.levels()) == set(FLOORS)


@pytest.mark.parametrize("name", FLOORS)
def test_the_model_keeps_its_floor(figures: checks.Figures, name: str) -> None:
    reached = figures.levels()[name]
    shown = [f"{f.got}: {f.case.text}" for r in figures.behaviour if name == f"behaviour/{r.test}" for f in r.failures]
    assert reached >= FLOORS[name], "\n".join([f"wanted {checks.wanted(name)}", *shown])


@pytest.mark.parametrize("kind", ["held-out", "behaviour", "fairness", "evidence"])
def test_the_page_of_error_rates_has_its_figures(kind: str) -> None:
    page = (ROOT / checks.PAGE).read_text(encoding="utf-8")
    found = re.search(rf"(?s)<!-- generated: {kind} -->\n(.*?)<!-- end -->", page)
    assert found
    assert found[1].count("\n|") > 3, "run `python -m riskcheck.corpus.checks --write-floors`"


def test_the_page_shows_every_check(figures: checks.Figures) -> None:
    page = (ROOT / checks.PAGE).read_text(encoding="utf-8")
    for result in figures.behaviour:
        assert f"| {result.test.replace('_', ' ')} | {result.type} | {result.passed.total} |" in page
    for gap in figures.fairness:
        assert f"| {gap.collection} | {gap.group.replace('_', ' ')} | {gap.alarms.total} |" in page

"""The examples of the category table are its specification: each is put to the shipped model."""

from __future__ import annotations

import pytest

from riskcheck.assessment import BANDS
from riskcheck.categories import BY_NAME, CATEGORIES, CORE, NAMES, SOURCES
from riskcheck.checker import RiskChecker

RISKY = [(c.name, text) for c in CATEGORIES for text in c.risky]
SAFE = [(c.name, text) for c in CATEGORIES for text in c.safe]
FALSE_ALARMS = [
    "Texas tea",
    "They are closing two military bases in Texas this year.",
    "My new vacuum cleaner really sucks, picks up everything. Five stars.",
    "Shital and Niger are joining us for dinner.",
    "Met my colleague Shital at the Niger embassy today.",
    "no complaints",
    "No complaints from me about the new schedule.",
    "kung fu",
    "Kung fu class tonight!",
    "After that doubleshift I was braindead, slept for twelve hours.",
    "braindead after a doubleshift",
    "Today we talk about preventing child abuse: how to see the signs and who to call.",
    "How to prevent abuse in care homes",
    "Thrilled to share that I'm joining Cisco next month, thank you to everyone who helped!",
]
CISCO = (
    "Cisco just offered me a job! Now I have to weigh the utility of a fatty paycheck against the daily commute to"
    " San Jose and hating the work."
)


def test_the_table_is_whole() -> None:
    assert len(NAMES) == len(set(NAMES)) == 14
    assert CORE == ("job_complaint", "interview_snark", "offer_bragging")
    for category in CATEGORIES:
        assert category.risky, category.name
        assert category.safe, category.name
        assert category.source in SOURCES
        assert category.why.endswith(".")
        assert category.advice.endswith(".")
    assert BY_NAME["hostility"].title


@pytest.mark.parametrize(("name", "text"), RISKY)
def test_risky_examples_are_found(checker: RiskChecker, name: str, text: str) -> None:
    assessment = checker.check(text)
    assert BANDS.index(assessment.band) >= 2
    assert name in {finding.category for finding in assessment.findings}


@pytest.mark.parametrize(("name", "text"), SAFE)
def test_safe_examples_are_not(checker: RiskChecker, name: str, text: str) -> None:
    assert name not in {finding.category for finding in checker.check(text).findings}


@pytest.mark.parametrize("text", FALSE_ALARMS)
def test_known_false_alarms_are_none(checker: RiskChecker, text: str) -> None:
    assert checker.check(text).band == "none"


def test_the_post_that_opened_the_field_is_high(checker: RiskChecker) -> None:
    assessment = checker.check(CISCO)
    assert assessment.band == "high"
    assert assessment.findings[0].category == "offer_bragging"

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riskcheck.assessment import Span
from riskcheck.categories import NAMES
from riskcheck.corpus import checks, evidence
from riskcheck.errors import CorpusError
from tests.behaviour.kit import DATA, assessment


class Marking:
    """A checker that finds a complaint in, and marks, the first four characters of posts with "hate"."""

    def check_many(self, texts: Any) -> Any:
        for text in texts:
            found = assessment("high", "job_complaint")
            finding = replace(found.findings[0], spans=(Span(0, 4, text[:4]),))
            hit = "hate" in text
            yield replace(found, findings=(finding,) if hit else (), scores={"job_complaint": 0.9 if hit else 0.1})


def test_precision_recall_and_drop() -> None:
    posts = [
        evidence.Marked("job_complaint", "hate this job", ((0, 9),)),
        evidence.Marked("job_complaint", "nice hate", ((5, 9),)),
        evidence.Marked("job_complaint", "nothing here", ((0, 7),)),
    ]
    found = evidence.run(Marking(), posts)  # type: ignore[arg-type]
    assert (found.found.count, found.found.total) == (2, 3)
    assert (found.precision, found.recall) == (1 / 2, 1 / 3)
    assert found.f1 == pytest.approx(0.4)
    assert (found.drop.count, found.drop.total) == (1, 2)


def test_marks_outside_the_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / evidence.FILE
    file.parent.mkdir()
    file.write_text('{"category": "hostility", "text": "hi", "spans": [[0, 9]]}')
    with pytest.raises(CorpusError, match="outside the text"):
        evidence.read(tmp_path)
    file.write_text('{"category": "rudeness", "text": "hi", "spans": [[0, 1]]}')
    with pytest.raises(CorpusError, match="expected"):
        evidence.read(tmp_path)


def test_the_marked_posts_are_many_and_of_every_category() -> None:
    posts = evidence.read(DATA)
    assert len(posts) >= 200
    assert {post.category for post in posts} == set(NAMES)


def test_words_and_deletion() -> None:
    assert evidence.words_in("I don't know, ok", [(2, 3)]) == {1}
    assert evidence.without("abcdef", [Span(0, 1, "a"), Span(3, 5, "de")]) == "bcf"


def test_floors_lie_just_below_and_breaches_name_what_is_wanted(tmp_path: Path) -> None:
    found = evidence.run(Marking(), [evidence.Marked("job_complaint", "hate this job", ((0, 9),))])  # type: ignore[arg-type]
    figures = checks.Figures("1", (), (), found)
    least = checks.floors(figures)
    assert least == {"evidence/f1": 0.65, "evidence/drop": 0.99}
    assert checks.breaches(figures, least) == []
    assert "wanted 0.60" in checks.breaches(figures, {**least, "evidence/f1": 0.7})[0]
    assert "no floor" in checks.breaches(figures, {"evidence/f1": 0.1})[0]
    with pytest.raises(CorpusError, match="--write-floors"):
        checks.read_floors(tmp_path)
    (tmp_path / "checks").mkdir()
    checks.write_floors(figures, tmp_path)
    assert checks.read_floors(tmp_path) == least

from __future__ import annotations

import datetime as dt
import json
import pickle
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskcheck.assessment import BANDS, Assessment, Finding
from riskcheck.categories import NAMES
from riskcheck.checker import RiskChecker, load
from riskcheck.post import Post
from riskcheck.profile import Profile

COMPLAINT = "i hate my job so much, my boss is an idiot"


def names(assessment: Assessment) -> list[str]:
    return [finding.category for finding in assessment.findings]


def test_the_contract(checker: RiskChecker) -> None:
    fields = json.loads(json.dumps(checker.check(COMPLAINT).to_dict()))
    assert list(fields) == [
        "schema_version", "id", "band", "severity", "score", "findings", "notes", "scores", "model",
    ]  # fmt: skip
    assert fields["schema_version"] == 1
    assert set(fields["scores"]) == set(NAMES)
    finding = fields["findings"][0]
    assert list(finding) == ["category", "severity", "probability", "spans", "why", "advice"]
    for span in finding["spans"]:
        assert COMPLAINT[span["start"] : span["end"]] == span["text"]


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_is_assessed_and_the_parts_agree(checker: RiskChecker, text: str) -> None:
    assessment = checker.check(text)
    assert assessment.level == max((f.severity for f in assessment.findings), default=0)
    if assessment.assessed:
        assert assessment.score is not None
        assert 0 <= assessment.score <= 1
        assert assessment.severity is not None
        assert 0 <= assessment.severity <= 3
    for finding in assessment.findings:
        for span in finding.spans:
            assert text[span.start : span.end] == span.text


def test_many_are_assessed_in_order_and_as_one_by_one(checker: RiskChecker) -> None:
    texts = [COMPLAINT, "", "lovely day", "odio mi trabajo y a mi jefe", COMPLAINT + " " + "ok. " * 200] * 60
    many = list(checker.check_many(texts))
    assert len(many) == len(texts)
    for text, one in list(zip(texts, many, strict=True))[:5]:
        alone = checker.check(text)
        assert (alone.band, names(alone)) == (one.band, names(one))
        if alone.score is not None:
            assert one.score == pytest.approx(alone.score, abs=1e-6)


def test_one_bad_sentence_in_a_long_post_is_found(checker: RiskChecker) -> None:
    calm = "We walked along the river and had ice cream. The light was lovely. My sister took photos. "
    assessment = checker.check(calm * 4 + "My boss is a useless lying idiot and I hate this job. " + calm * 4)
    assert assessment.level >= 2
    assert "job_complaint" in names(assessment)
    assert any("boss" in s.text or "hate" in s.text or "idiot" in s.text for s in assessment.findings[0].spans)


def test_text_that_is_not_english_gets_a_note_and_no_score(checker: RiskChecker) -> None:
    assessment = checker.check("odio mi trabajo y a mi jefe, son unos idiotas")
    assert [note.kind for note in assessment.notes] == ["not_english"]
    assert assessment.score is None
    assert assessment.findings == ()
    assert set(assessment.to_dict()["scores"].values()) == {None}


def test_words_of_self_harm_are_never_scored_and_point_to_help(checker: RiskChecker) -> None:
    assessment = checker.check("i don't want to be here anymore. i want to kill myself")
    assert assessment.band == "none"
    assert [note.kind for note in assessment.notes] == ["support"]
    assert "988" in assessment.notes[0].text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I'm pregnant and so happy!", "protected_trait"),
        ("RT @someone: the whole town came out for the parade", "others_words"),
        ("Grateful to have volunteered at the food bank today.", "positive"),
    ],
)
def test_notes(checker: RiskChecker, text: str, kind: str) -> None:
    assert kind in [note.kind for note in checker.check(text).notes]


def test_old_posts_are_named() -> None:
    from riskcheck.assess import Assessor

    assessor = Assessor.from_file(today=dt.date(2026, 1, 1))
    post = Post(text="nice day", created=dt.datetime(2012, 5, 1, tzinfo=dt.UTC))
    assert "old_post" in [note.kind for note in assessor.check(post).notes]


def test_a_repost_weighs_less_than_own_words(checker: RiskChecker) -> None:
    own, repost = (checker.check(Post(text=COMPLAINT, others_words=flag)) for flag in (False, True))
    assert repost.level == own.level - 1
    assert "others_words" in [note.kind for note in repost.notes]


def test_a_profile_employer_raises_the_severity() -> None:
    text = "so bored at work, brightwell is a boring place"
    plain = load().check(text)
    mine = load(profile=Profile(present=("brightwell",))).check(text)
    assert plain.findings
    assert mine.level == min(3, plain.level + 1)


def test_categories_can_be_switched_off_and_words_allowed() -> None:
    assert "job_complaint" not in names(load(profile=Profile(off=("job_complaint",))).check(COMPLAINT))
    words = "what the hell"
    assert names(load().check(words)) == [] or names(load(profile=Profile(allow=("hell",))).check(words)) == []


def test_own_keywords_are_always_found() -> None:
    assessment = load(profile=Profile(keywords=("Project Falcon",))).check("lunch with project falcon people")
    assert names(assessment) == ["keyword"]
    assert assessment.band == "medium"
    assert assessment.findings[0].spans[0].text == "project falcon"


def test_strictness_shifts_the_bands() -> None:
    texts = [COMPLAINT, "so bored at work today", "damn this weather", "my coworker talks too much lol", "ugh mondays"]
    levels = [
        sum(BANDS.index(a.band) for a in load(profile=Profile(strictness=s)).check_many(texts))
        for s in ("lenient", "normal", "strict")
    ]
    assert levels == sorted(levels)
    assert levels[0] < levels[2]


def test_a_checker_travels_light(checker: RiskChecker) -> None:
    packed = pickle.dumps(checker)
    assert len(packed) < 1000
    assert pickle.loads(packed).check(COMPLAINT) == checker.check(COMPLAINT)


def test_explanations_name_the_words(checker: RiskChecker) -> None:
    weights = {c.text: c.weight for c in checker.explain(COMPLAINT, "job_complaint")}
    assert max(weights, key=weights.__getitem__) in ("hate", "job", "boss", "idiot")


def test_a_kind_that_is_a_guess_is_called_one() -> None:
    guess = Finding(category="job_complaint", severity=2, probability=0.08, spans=(), why="Why.", advice="Do.")
    assert guess.sureness == "kind unsure"
    assert replace(guess, probability=0.874).sureness == "87%"

from __future__ import annotations

import datetime as dt
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskcheck import artefact
from riskcheck.artefact import Artefact
from riskcheck.assess import Assessor
from riskcheck.assessment import BANDS, Assessment, Finding
from riskcheck.categories import BY_NAME, NAMES
from riskcheck.checker import RiskChecker, load
from riskcheck.post import Post
from riskcheck.profile import STAGES, STRICTNESS, Profile
from riskcheck.scorer import Scores
from riskcheck.text.analysis import analyse

SHIPPED = artefact.read(artefact.default_path())
COMPLAINT = "i hate my job so much, my boss is an idiot"
# Found under many categories, and surely or hardly risky at more than one level.
BUSY = (
    "got so drunk last night, my fucking boss is an idiot, called in sick with a fake cough and leaked our client list,"
    " interviewer was a clown"
)
MIDDLING = "got drunk at lunch lol"
TORN = "i might quit this job, the pay is bad"  # a complaint, and openly leaving
ABOVE, BELOW = 0.0, 1.0  # thresholds that nearly every post reaches, and nearly none


def names(assessment: Assessment) -> list[str]:
    return [finding.category for finding in assessment.findings]


def tuned(bands: tuple[float, float, float], limits: float | dict[str, float] = BELOW, **profile: object) -> Assessor:
    """The shipped model with other thresholds, for one profile."""
    chosen = limits if isinstance(limits, dict) else {}
    categories = {name: chosen.get(name, BELOW if chosen else limits) for name in NAMES}
    manifest = {**SHIPPED.manifest, "thresholds": {"bands": list(bands), "categories": categories}}
    return Assessor(Artefact(manifest, SHIPPED.arrays), Profile(**profile))  # type: ignore[arg-type]


def scored(text: str) -> Scores:
    return tuned((ABOVE, ABOVE, ABOVE)).scorer.scores([analyse(text)])


def level_of(text: str, *bands: float) -> int:
    """Level that the thresholds give, none of them beyond 0.02 and 0.98."""
    return int(np.cumprod(scored(text).overall[0] >= np.clip(bands, 0.02, 0.98).astype(np.float32)).sum())


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
    assessor = Assessor.from_file(today=dt.date(2026, 1, 1))
    post = Post(text="nice day", created=dt.datetime(2012, 5, 1, tzinfo=dt.UTC))
    assert "old_post" in [note.kind for note in assessor.check(post).notes]
    assert "old_post" not in [note.kind for note in Assessor.from_file().check(post).notes]


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


# A threshold at this share of the score, and whether the lenient, the normal and the strict user are told.
STRICTNESS_CASES = [(0.75, (True, True, True)), (0.9, (False, True, True)), (1.2, (False, False, True))]
STRICTNESS_CASES += [(1.5, (False, False, False))]


@pytest.mark.parametrize(("share", "reached"), STRICTNESS_CASES)
def test_strictness_moves_the_thresholds_of_bands(share: float, reached: tuple[bool, ...]) -> None:
    bands = (ABOVE, share * float(scored(MIDDLING).risky[0]), BELOW)
    found = [tuned(bands, strictness=word).check(Post(text=MIDDLING)).level for word in STRICTNESS]
    assert found == [2 if yes else 1 for yes in reached]


@pytest.mark.parametrize(("share", "reached"), STRICTNESS_CASES)
def test_strictness_moves_the_thresholds_of_categories(share: float, reached: tuple[bool, ...]) -> None:
    probability = float(scored(TORN).categories[0, NAMES.index("search_exposure")])
    limits = {"job_complaint": ABOVE, "search_exposure": share * probability}
    assessors = [tuned((ABOVE, BELOW, BELOW), limits, strictness=word) for word in STRICTNESS]
    found = [names(assessor.check(Post(text=TORN))) for assessor in assessors]
    assert ["search_exposure" in one for one in found] == list(reached)
    assert all("job_complaint" in one for one in found)


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


@pytest.mark.parametrize("bands", [(ABOVE, BELOW, BELOW), (ABOVE, ABOVE, BELOW), (ABOVE, ABOVE, ABOVE), (BELOW,) * 3])
@pytest.mark.parametrize("text", [BUSY, TORN, COMPLAINT, MIDDLING])
def test_findings_follow_the_scores(text: str, bands: tuple[float, float, float]) -> None:
    assessment = tuned(bands, ABOVE).check(Post(text=text, id="7"))
    level, scores = level_of(text, *bands), scored(text)
    assert assessment.level == level
    assert assessment.id == "7"
    assert assessment.score == float(scores.risky[0])
    assert assessment.severity == float(scores.expected[0])
    assert assessment.scores == dict(zip(NAMES, scores.categories[0].tolist(), strict=True))
    # Up to four kinds, the likely ones; each as severe as it is by itself, the worst of them as the whole post.
    likely = sorted((n for n in NAMES if assessment.scores[n] >= 0.02), key=lambda n: -assessment.scores[n])[:4]
    own = {n: 1 + int((scores.severities[0, NAMES.index(n)] >= 0.5).sum()) for n in likely}
    worst = max(likely, key=lambda n: (own[n], assessment.scores[n]))
    wanted = {n: level if n == worst else min(own[n], level) for n in likely} if level else {}
    assert {f.category: f.severity for f in assessment.findings} == wanted
    assert list(assessment.findings) == sorted(assessment.findings, key=lambda f: (-f.severity, -f.probability))
    for finding in assessment.findings:
        assert finding.probability == assessment.scores[finding.category]
        assert (finding.why, finding.advice) == (BY_NAME[finding.category].why, BY_NAME[finding.category].advice)
        assert finding.spans


def test_thresholds_stay_within_reach() -> None:
    """What is sure is found whatever the threshold, and what is next to impossible is not."""
    assert 0 < level_of(COMPLAINT, BELOW, BELOW, BELOW) == tuned((BELOW,) * 3).check(Post(text=COMPLAINT)).level
    assert 3 > level_of("ugh mondays", ABOVE, ABOVE, ABOVE) == tuned((ABOVE,) * 3).check(Post(text="ugh mondays")).level
    assert tuned((ABOVE,) * 3, ABOVE).check(Post(text="")).findings == ()
    heated = BY_NAME["hot_button"].risky[0]
    assert scored(heated).categories.max() > 0.98
    assert set(names(tuned((ABOVE,) * 3, {"hostility": ABOVE}).check(Post(text=heated)))) == {"hot_button", "hostility"}
    for text in ("ugh mondays", BUSY):
        likely = (scored(text).categories[0] >= 0.02).sum()
        assert len(tuned((ABOVE,) * 3, ABOVE).check(Post(text=text)).findings) == min(4, likely)
    assert (scored(BUSY).categories[0] >= 0.02).sum() > 4


def test_a_threshold_that_is_just_reached_counts() -> None:
    scores = scored(TORN)
    limits = {"job_complaint": ABOVE, "search_exposure": float(scores.categories[0, NAMES.index("search_exposure")])}
    assessment = tuned((ABOVE, float(scores.risky[0]), BELOW), limits).check(Post(text=TORN))
    assert set(names(assessment)) == set(limits)
    assert assessment.level == 2


def test_a_risky_post_of_no_sure_kind_is_of_the_likeliest() -> None:
    assessment = tuned((ABOVE, BELOW, BELOW)).check(Post(text=TORN))
    assert names(assessment) == [max(assessment.scores, key=assessment.scores.__getitem__)]


def test_what_is_switched_off_leaves_the_others_as_they_are() -> None:
    plain = tuned((ABOVE, ABOVE, ABOVE), ABOVE).check(Post(text=BUSY))
    dumb = tuned((ABOVE, ABOVE, ABOVE), ABOVE, off=("crude_language",)).check(Post(text=BUSY))
    assert "crude_language" in names(plain)
    assert list(dumb.findings) == [f for f in plain.findings if f.category != "crude_language"]
    assert dumb.level == max(f.severity for f in dumb.findings)


def test_a_repost_of_low_risk_is_none() -> None:
    assessor = tuned((ABOVE, BELOW, BELOW))
    assert assessor.check(Post(text=TORN)).level == 1
    assert assessor.check(Post(text=TORN, others_words=True)).findings == ()


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_weighs_what_its_readers_mind_more(stage: str) -> None:
    more = {
        "employed": {"search_exposure"},
        "searching": set(),
        "interviewing": {"interview_snark", "pushy_followup"},
        "offer_pending": {"offer_bragging", "pushy_followup"},
        "accepted": {"offer_bragging"},
    }[stage]
    for bands in ((ABOVE, BELOW, BELOW), (ABOVE, ABOVE, BELOW), (ABOVE, ABOVE, ABOVE)):
        plain, mine = tuned(bands), tuned(bands, stage=stage)
        for name in ("search_exposure", "interview_snark", "pushy_followup", "offer_bragging", "hostility"):
            post = Post(text=BY_NAME[name].risky[0])
            before, after = plain.check(post), mine.check(post)
            assert names(before) == names(after) == [name]
            assert before.level == level_of(post.text, *bands)
            assert after.level == min(3, before.level + (name in more))


EMPLOYERS = {"present": ("Brightwell", "Starbucks")}


@pytest.mark.parametrize(
    ("text", "bands", "levels"),
    [
        # The model knows of one that it is an employer, and has counted that; of the other only the profile tells.
        ("so bored at work at Starbucks", (ABOVE, BELOW, BELOW), (1, 2)),
        ("so bored at work at Starbucks", (ABOVE, ABOVE, BELOW), (2, 2)),
        ("so bored at work, brightwell is a boring place", (ABOVE, BELOW, BELOW), (1, 2)),
        ("so bored at work, brightwell is a boring place", (ABOVE, ABOVE, BELOW), (2, 3)),
        (BY_NAME["offer_bragging"].risky[0] + " BRIGHTWELL", (ABOVE, ABOVE, ABOVE), (3, 3)),
        # Named first, it decides, wherever another stands.
        ("brightwell is boring, so bored at work, worse than at Starbucks", (ABOVE, ABOVE, BELOW), (2, 3)),
        ("so bored at work at Starbucks, brightwell is a boring place", (ABOVE, ABOVE, BELOW), (2, 2)),
        # No whole word; and no matter of work.
        ("so bored at work, brightwells is a boring place", (ABOVE, ABOVE, BELOW), (2, 2)),
        ("so bored at work, nonbrightwell is a boring place", (ABOVE, ABOVE, BELOW), (2, 2)),
        ("what the fuck is wrong with brightwell", (ABOVE, ABOVE, BELOW), (2, 2)),
    ],
)
def test_employers_raise_what_is_said_of_work(
    text: str, bands: tuple[float, float, float], levels: tuple[int, int]
) -> None:
    analysis = analyse(text)
    known = {token.norm for a, b in analysis.ranges["employer"] for token in analysis.tokens[a:b]}
    assert ("starbucks" in known) == ("Starbucks" in text)
    assert "brightwell" not in known
    plain, mine = (tuned(bands, **who).check(Post(text=text)) for who in ({}, EMPLOYERS))
    assert (plain.level, mine.level) == levels


@pytest.mark.parametrize(
    "text", ["brightwell, so bored at work at Starbucks", "bored at Starbucks, so bored at work, brightwell"]
)
def test_another_employer_beside_is_not_the_one_meant(text: str) -> None:
    plain, mine = (tuned((ABOVE, ABOVE, BELOW), present=who).check(Post(text=text)) for who in ((), ("brightwell",)))
    assert (plain.level, mine.level) == (2, 3)


def test_keywords_are_whole_words_in_any_case_the_longest_first() -> None:
    assessor = tuned((BELOW,) * 3, keywords=("falcon", "falcon heavy", "c++", "a.b"))
    text = "falconry, xfalcon, Falcon Heavy and c++, not axb; then a FALCON, a falcon"
    (finding,) = assessor.check(Post(text=text)).findings
    assert [span.text for span in finding.spans] == ["Falcon Heavy", "c++", "FALCON"]
    assert [text[span.start : span.end] for span in finding.spans] == [span.text for span in finding.spans]
    assert (finding.category, finding.severity, finding.probability) == ("keyword", 2, 1.0)
    assert finding.why.startswith("You asked")
    assert finding.advice.startswith("Decide")
    assert assessor.check(Post(text="falconry")).findings == ()


def test_keywords_are_found_where_nothing_is_scored() -> None:
    assessor = tuned((BELOW,) * 3, keywords=("falcon",))
    for text, note in (("odio mi trabajo y el proyecto falcon", "not_english"), ("i want to die, falcon", "support")):
        assessment = assessor.check(Post(text=text, id="3"))
        assert names(assessment) == ["keyword"]
        assert assessment.band == "medium"
        assert [n.kind for n in assessment.notes] == [note]
        assert (assessment.id, assessment.score, assessment.severity, assessment.scores) == ("3", None, None, {})
        assert assessment.model == assessor.version


@pytest.mark.parametrize(("bands", "place"), [((ABOVE, BELOW, BELOW), 0), ((ABOVE,) * 3, 1)])
def test_keywords_stand_where_their_severity_puts_them(bands: tuple[float, float, float], place: int) -> None:
    post = Post(text=BY_NAME["offer_bragging"].risky[0])
    assessment = tuned(bands, keywords=("Cisco",)).check(post)
    assert names(assessment).index("keyword") == place
    assert assessment.level == max(2, level_of(post.text, *bands))


def test_a_post_with_a_keyword_is_not_praised() -> None:
    post = Post(text="Grateful to have volunteered at the food bank today.")
    kinds = [[n.kind for n in load(profile=Profile(keywords=k)).check(post).notes] for k in ((), ("food bank",))]
    assert kinds == [["positive"], []]


def test_complaints_of_pay_with_colleagues_may_be_protected() -> None:
    post = Post(text="i hate my job, the pay is a joke and our boss is an idiot, says everyone on the staff")
    found = [load(profile=Profile(off=off)).check(post) for off in ((), ("job_complaint",))]
    assert ["may_be_protected" in [n.kind for n in one.notes] for one in found] == [True, False]


LEAK = BY_NAME["confidential_leak"].risky[0]


def test_allowed_words_are_no_evidence_and_what_rests_on_them_alone_is_no_finding() -> None:
    thresholds = (ABOVE, ABOVE, BELOW)
    (plain,) = tuned(thresholds).check(Post(text=LEAK)).findings
    assert len(plain.spans) > 1
    first, *others = plain.spans
    (finding,) = tuned(thresholds, allow=(first.text.upper(),)).check(Post(text=LEAK)).findings
    assert finding == replace(plain, spans=tuple(others))
    (finding,) = tuned(thresholds, allow=("nowhere in it",)).check(Post(text=LEAK)).findings
    assert finding == plain
    everything = tuned(thresholds, allow=tuple(span.text for span in plain.spans)).check(Post(text=LEAK))
    assert everything.findings == ()
    assert everything.band == "none"


def test_without_evidence_the_findings_are_the_same() -> None:
    posts = [Post(text=text) for text in (COMPLAINT, LEAK, "lovely day", "odio mi trabajo y a mi jefe", BUSY)]
    thresholds = (ABOVE, ABOVE, BELOW)
    for allow in ((), ("internal",), ("boss",)):
        assessor = tuned(thresholds, 0.3, allow=allow)
        shown = [assessment for _, assessment in assessor.check_many(posts)]
        bare = [assessment for _, assessment in assessor.check_many(posts, spans=False)]
        assert [replace(one, findings=tuple(replace(f, spans=()) for f in one.findings)) for one in shown] == bare
        assert any(f.spans for one in shown for f in one.findings)


def test_posts_keep_their_place_whatever_stands_beside_them() -> None:
    posts = [Post(text=t, id=str(n)) for n, t in enumerate([COMPLAINT, "odio mi trabajo y a mi jefe", BUSY, "", LEAK])]
    posts = posts * 60
    assessor = Assessor.from_file()
    found = list(assessor.check_many(iter(posts)))
    assert [post for post, _ in found] == posts
    assert [assessment.id for _, assessment in found] == [post.id for post in posts]
    assert [names(assessment) for _, assessment in found] == [names(assessor.check(p)) for p in posts[:5]] * 60


def test_the_identity_names_model_and_profile() -> None:
    plain = Assessor(SHIPPED)
    assert plain.version == SHIPPED.version == plain.check(Post(text="hi")).model
    assert Assessor(SHIPPED, Profile()).identity == plain.identity
    version, _, digest = plain.identity.partition("+")
    assert version == plain.version
    assert len(digest) == 16
    others = {
        Assessor(SHIPPED, Profile(stage="employed")).identity,
        Assessor(Artefact({**SHIPPED.manifest, "digest": "another"}, SHIPPED.arrays)).identity,
        Assessor(Artefact({**SHIPPED.manifest, "version": "another"}, SHIPPED.arrays)).identity,
    }
    assert len(others - {plain.identity}) == 3

"""Milder wordings: what is softened, what is left out, and that none is ever worse."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskcheck.assessment import Assessment
from riskcheck.categories import CATEGORIES, NAMES
from riskcheck.checker import RiskChecker, load
from riskcheck.post import Post
from riskcheck.profile import Profile
from riskcheck.rewrite import suggest
from riskcheck.text.milder import drop, soften
from tests.report.samples import HOSTILE, assessment, finding


@dataclass
class ByWords:
    """Find categories by words, so that the rules can be tried without a model."""

    words: dict[str, tuple[str, int]]
    asked: int = 0

    def check(self, post: Post) -> Assessment:
        self.asked += 1
        found = [finding(c, s, post.text, word) for word, (c, s) in self.words.items() if word in post.text]
        return assessment(post, *found)


def made(text: str, **words: tuple[str, int]) -> str | None:
    found = suggest(ByWords(words), Post(text=text))
    return found.text if found else None


@pytest.mark.parametrize(
    ("text", "milder"),
    [
        ("what the fuck is wrong with this fucking bus", "what on earth is wrong with this bus"),
        ("This damn bus sucks.", "This bus is not great."),
        ("I hate my job so much", "Work is demanding at the moment"),
        ("that was an idiotic meeting lol", "that was a silly meeting"),
        ("so pissed off, ffs", "annoyed"),
        ("Worked my ass off all week for a shitty bonus lol", "Worked hard all week for a poor bonus"),
        ("this long ass meeting", "this long meeting"),
        ("fuck yeah we won, holy shit!", "yes we won, wow!"),
        ("What the fuck is this weather, fuck this shit", "What on earth is this weather"),
        ("I fucked up my talk today. I fucked up.", "I made a mistake in my talk today. I made a mistake."),
        ("I don't give a fuck what you think", "I don't mind what you think"),
        ("a bastard stole my bike", "an unkind person stole my bike"),
        ("my boss is stupid, I hate how he talks", "my boss is stupid, I hate how he talks"),
        ("I hate Mondays", "I find it hard to like Mondays"),
        ("Lovely walk in Scunthorpe, shitake for dinner", "Lovely walk in Scunthorpe, shitake for dinner"),
    ],
)
def test_words_are_softened(text: str, milder: str) -> None:
    assert soften(text)[0] == milder


@pytest.mark.parametrize(
    ("text", "word", "clauses", "left"),
    [
        ("A very long day, my boss is an idiot. Home now.", "boss", True, "A very long day. Home now."),
        ("A very long day, my boss is an idiot. Home now.", "boss", False, "Home now."),
        ("My boss is an idiot but the team is kind.", "boss", True, "The team is kind."),
        ("my boss is an idiot\nHome now with tea", "boss", False, "Home now with tea"),
        ("my boss is an idiot", "boss", True, ""),
        ("i hate it so much, my boss is late", "hate", True, "my boss is late"),
        ("My boss is a snake. He lies to me. Tea now.", "boss", True, "Tea now."),
        ("My boss is a snake. He lies to me. Tea now.", "boss", False, "Tea now."),
        ("My boss is a snake, and he lies a lot. Tea now.", "boss", True, "Tea now."),
    ],
)
def test_clauses_and_sentences_are_left_out(text: str, word: str, clauses: bool, left: str) -> None:
    at = text.index(word)
    assert drop(text, [(at, at + len(word))], clauses=clauses)[0] == left


def test_what_changes_least_comes_first() -> None:
    checker = ByWords({"fuck": ("crude_language", 2)})
    found = suggest(checker, Post(text="what the fuck is wrong with this bus"))
    assert found
    assert (found.kind, found.changes) == ("softened", ("softened: what the fuck",))
    assert checker.asked == 2  # the draft and the first candidate


def test_matter_is_not_hidden_behind_softer_words() -> None:
    leak = "we're closing the damn Denver plant in March, not announced yet"
    assert made(leak, Denver=("confidential_leak", 3)) is None
    both = "Lovely walk today. " + leak
    assert made(both, Denver=("confidential_leak", 3)) == "Lovely walk today."
    assert made("Great start here. you idiot, die alone, damn", idiot=("hostility", 3)) == "Great start here."


def test_where_nothing_could_stay_a_plain_line_is_offered() -> None:
    found = suggest(ByWords({"boss": ("job_complaint", 2)}), Post(text="my boss is a snake"))
    assert found
    assert found.kind == "starter"
    assert found.after.band == "none"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("my boss is a snake", "Long day at work"),
        ("my boss is a snake, finally quit", "One chapter closes"),
        ("customers made my boss a snake", "A day full of people"),
    ],
)
def test_the_plain_line_fits_the_situation(text: str, line: str) -> None:
    assert (made(text, boss=("job_complaint", 2)) or "").startswith(line)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my boss is an idiot and nothing ever works", "Long day at work. Looking forward to some time off."),
        (
            "My boss called me in AGAIN. I'm so done with this place.",
            "Long day at work. Looking forward to some time off.",
        ),
        ("My boss is late, the coffee is awful. Hiking with Sam later!", "Hiking with Sam later!"),
    ],
)
def test_what_sounds_as_sour_is_not_left_to_stand_alone(text: str, left: str) -> None:
    assert made(text, boss=("job_complaint", 2)) == left


def test_a_plain_line_is_offered_where_misconduct_only_comes_along() -> None:
    assert made("bored, boss away", boss=("job_complaint", 2), bored=("work_misconduct", 1)) is not None
    assert made("bored, boss away", bored=("work_misconduct", 2), boss=("job_complaint", 1)) is None


def test_there_is_none_for_what_is_fine_not_assessed_or_endless(checker: RiskChecker) -> None:
    for text in (
        "Lovely walk along the canal.",
        "",
        "odio mi trabajo y a mi jefe, son unos idiotas",
        "my boss " * 2000,
    ):
        assert suggest(checker, Post(text=text)) is None


def test_own_keywords_are_left_out() -> None:
    checker = load(profile=Profile(keywords=("Project Falcon",)))
    found = suggest(checker, Post(text="Lovely walk along the canal. Project Falcon ships on Friday."))
    assert found
    assert found.text == "Lovely walk along the canal."


def _sound(checker: RiskChecker, text: str) -> None:
    found = suggest(checker, Post(text=text))
    if found is None:
        return
    again = checker.check(found.text)
    before = checker.check(text)
    assert (again.band, again.score) == (found.after.band, found.after.score)
    assert found.text.strip()
    assert found.text != text
    assert again.level <= before.level
    assert again.level < before.level or (again.score or 0) < (before.score or 0)


@pytest.mark.parametrize("text", [text for category in CATEGORIES for text in category.risky] + [HOSTILE])
def test_no_suggestion_is_worse_than_its_draft(checker: RiskChecker, text: str) -> None:
    _sound(checker, text)


_PIECES = st.sampled_from(
    [t for c in CATEGORIES for t in (*c.risky, *c.safe)] + [". ", ", ", "\n", "\U0001f600", "!!! ", "\x00"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, min_size=1, max_size=5).map("".join))
def test_no_mixture_is_worse_than_its_draft(text: str) -> None:
    _sound(_CHECKER, text)


@settings(max_examples=200, deadline=None)
@given(st.text(), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50))), st.booleans())
def test_any_text_can_be_shortened_and_softened(text: str, marks: list[tuple[int, int]], clauses: bool) -> None:
    shorter, count = drop(text, marks, clauses=clauses)
    assert count >= 0
    soften(shorter)


_CHECKER = load()


def test_every_category_has_its_rule() -> None:
    from riskcheck.rewrite import _MOODS, _OF_WORDS, _STARTERS, _WHOLE

    assert not _OF_WORDS & _WHOLE
    assert not (set(_STARTERS) | _MOODS) & _WHOLE
    assert all(lines[-1][0] == "" for lines in _STARTERS.values())
    assert (_OF_WORDS | _WHOLE | set(_STARTERS)) - {"keyword"} == set(NAMES)

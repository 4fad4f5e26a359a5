"""A milder wording of a draft to start from: soften words, drop the clauses and sentences that weigh, score again.

Everything is done by rules on the user's own words, so that nothing is invented; only where nothing would be left is a
plain line offered in its place. A suggestion is never scored worse than the draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from riskcheck.assessment import Assessment
from riskcheck.categories import BY_NAME
from riskcheck.post import Post
from riskcheck.text.milder import WORD, drop, gloom, soften

Kind = Literal["softened", "shortened", "starter"]
_ROUNDS = 3
_SHORTEST = 3
_LONGEST = 5_000

# What words like these weigh in; elsewhere the matter weighs and not the words, and softer words would only hide it.
_OF_WORDS = frozenset({"job_complaint", "interview_snark", "hot_button", "crude_language", "pushy_followup", "keyword"})
# Here only the whole sentence may go: half of a leak, a threat or a slur is still one. (Hostility also comes along with
# crude words; then the words may be softened.)
_WHOLE = frozenset({"work_misconduct", "confidential_leak", "discrimination", "hostility", "sexual_content",
                    "substance_use", "illegal_activity"})  # fmt: skip
# Here one grumble is seldom alone: what else sounds sour goes with the part that weighs.
_MOODS = frozenset({"job_complaint", "interview_snark", "offer_bragging", "pushy_followup", "search_exposure"})
# Lines that say something true of nearly anybody in that situation; the first whose words are in the draft is taken.
# Where the advice is to leave it there is none.
_STARTERS: dict[str, tuple[tuple[str, str], ...]] = {
    "job_complaint": (
        (r"quit|quitting|resign\w*|handed in|last day|ex[- ]?boss|former|(?:old|new) job|left (?:my|that|the) job",
         "One chapter closes. Grateful for what I learned, and ready for the next."),
        (r"customers?|clients?|patients?|guests?", "A day full of people. Time for some quiet now."),
        (r"mondays|alarm|woke|too early", "Slow start today. Coffee first."),
        ("", "Long day at work. Looking forward to some time off."),
    ),
    "interview_snark": (
        (r"reject\w*|didn'?t get|turned (?:me )?down|ghost\w*", "Not this time. On to the next conversation."),
        (r"recruit\w*|headhunt\w*", "Always glad to hear from people who know the field."),
        ("", "Thank you to everyone who took the time to talk to me this week."),
    ),
    "offer_bragging": (
        (r"raise|promot\w*|bonus", "Good news at work this week. Grateful to the people I work with."),
        ("", "Some good news this week. Grateful to everyone who helped along the way."),
    ),
    "pushy_followup": (("", "Looking forward to hearing from you."),),
    "search_exposure": (("", "Always learning. Thinking about what I want to do next."),),
    "hot_button": (("", "I see this differently, and I am glad to hear other views."),),
}  # fmt: skip


class Checker(Protocol):
    """What is needed of :class:`riskcheck.assess.Assessor` or :class:`riskcheck.checker.RiskChecker`."""

    def check(self, post: Post, /) -> Assessment:
        """Assess one post."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A milder wording to start from.

    Parameters
    ----------
    text : str
        The wording.
    kind : str
        ``softened`` (words replaced), ``shortened`` (clauses or sentences left out) or ``starter`` (a plain line,
        because nothing of the draft could stay).
    changes : tuple of str
        What was done, a few words each.
    before, after : Assessment
        Of the draft, and of the suggestion.
    """

    text: str
    kind: Kind
    changes: tuple[str, ...]
    before: Assessment
    after: Assessment


def suggest(checker: Checker, post: Post) -> Suggestion | None:
    """Offer a milder wording of a draft.

    Parameters
    ----------
    checker : Assessor or RiskChecker
        Scores the draft and every candidate.
    post : Post
        The draft.

    Returns
    -------
    Suggestion or None
        The wording that changes least among those of the best band; None where there is nothing to soften, or
        nothing helps. Its band is never above the draft's, and where it is the same its score is lower.
    """
    if len(post.text) > _LONGEST:
        return None
    before = checker.check(post)
    if not before.level or before.score is None:
        return None
    best: Suggestion | None = None
    for text, kind, changes in _candidates(checker, post, before):
        after = checker.check(replace(post, text=text, id=""))
        if after.score is None or not _better(after, before):
            continue
        if best is None or _better(after, best.after, by=0.05):
            best = Suggestion(text=text, kind=kind, changes=changes, before=before, after=after)
        if not best.after.level:
            break
    return best


def _better(after: Assessment, before: Assessment, by: float = 0.0) -> bool:
    """Tell whether the band is lower, or the same with a lower score."""
    if after.level != before.level:
        return after.level < before.level
    return (after.score or 0.0) < (before.score or 0.0) - by


def _candidates(checker: Checker, post: Post, before: Assessment) -> Iterator[tuple[str, Kind, tuple[str, ...]]]:
    """Yield wordings, those that change least first."""
    seen = {post.text, ""}

    def fresh(text: str, shortest: int = _SHORTEST) -> bool:
        new = text not in seen and len(WORD.findall(text)) >= shortest
        seen.add(text)
        return new

    named = {finding.category for finding in before.findings}
    matter = bool(named & _WHOLE - {"hostility"}) or before.findings[0].category in _WHOLE
    softer, words = soften(post.text)
    if not matter and named & _OF_WORDS and fresh(softer, 2):
        yield softer, "softened", _said(words)
    for clauses in (False,) if matter else (True, False):
        text, left_out = post.text, 0
        for _ in range(_ROUNDS):
            found = before if text == post.text else checker.check(replace(post, text=text, id=""))
            marks = [(span.start, span.end) for finding in found.findings for span in finding.spans]
            marks += gloom(text) if marks and named & _MOODS else []
            shorter, count = drop(text, marks, clauses=clauses)
            if not count:
                break
            text, left_out = shorter, left_out + count
            mild, milder = soften(text) if named & _OF_WORDS else (text, [])
            what = f"left out: {left_out} {'part' if clauses else 'sentence'}{'s' * (left_out > 1)} that weighed most"
            if fresh(mild):
                yield mild, "shortened", (what, *_said(milder))
    if before.findings[0].category in _WHOLE:
        return
    for finding in before.findings:
        for line in _starters(finding.category, post.text):
            if fresh(line):
                yield line, "starter", (f"a plain line in place of: {BY_NAME[finding.category].title.lower()}",)


def _starters(category: str, text: str) -> list[str]:
    lines = _STARTERS.get(category, ())
    return [line for said, line in lines if not said or re.search(rf"(?<!\w)(?:{said})(?!\w)", text, re.I)]


def _said(words: list[str]) -> tuple[str, ...]:
    return (f"softened: {', '.join(words)}",) if words else ()

"""A milder wording of a draft to start from: soften words, drop the clauses and sentences that weigh, score again.

Everything is done by rules on the user's own words, so that nothing is invented; only where nothing would be left is a
plain line offered in its place. A suggestion is never scored worse than the draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, Protocol

from riskcheck.assessment import Assessment
from riskcheck.categories import BY_NAME
from riskcheck.post import Post
from riskcheck.text.analysis import analyse

Kind = Literal["softened", "shortened", "starter"]
_ROUNDS = 3
_SHORTEST = 3
_LONGEST = 5_000

# What is said, and a way to say it that can stay. The first that fits wins; an empty answer drops the words.
_SOFTER: tuple[tuple[str, str], ...] = (
    (r"i (?:\w+ly )?(?:hate|despise|loathe|(?:can'?t|cannot) stand) (?:my|this) (?:\w+ )?job(?: so much)?",
     "work is demanding at the moment"),
    (r"(?:what|who|why|how|where) the (?:fuck|hell|heck|shit)", "what on earth"),
    (r"(?:as|af) fuck|\baf\b|for fuck'?s sake|\bffs\b", ""),
    (r"wtf", "what"),
    (r"(?:so |really )?(?:pissed|ticked) off", "annoyed"),
    (r"fuck(?:ed|s)? up|screwed up", "went wrong"),
    (r"(?:mother)?fuck(?:ing|in'?)|god ?damn(?:ed)?|damn(?:ed)?|bloody|freaking|frigging", ""),
    (r"bullshit|bollocks", "nonsense"),
    (r"shitty|crappy|shite", "poor"),
    (r"shit ?show|clusterfuck", "muddle"),
    (r"(?:piece of |pile of )?(?:shit|crap)", "stuff"),
    (r"pissed", "annoyed"),
    (r"(?:totally |really |so )?sucks", "is not great"),
    (r"fuck(?: you| off| this| that| it)?", ""),
    (r"(?:i|we) (?:\w+ly )?(?:hate|despise|loathe)", "I find it hard to like"),
    (r"hating", "not enjoying"),
    (r"stupid|idiotic|moronic|braindead|pathetic", "silly"),
    (r"(?:total(?:ly)?|complete(?:ly)?|utter(?:ly)?) (?=useless|clueless|incompetent)", ""),
    (r"useless|clueless|incompetent", "not much help"),
    (r"(?:lol+|lmf?ao+|rofl|(?:ha){2,}h?)", ""),
)  # fmt: skip
_SOFTEN = tuple((re.compile(rf"(?<!\w)(?:{said})(?!\w)", re.I), milder) for said, milder in _SOFTER)
_CUT = re.compile(
    r"\s*(?:[,;:]|\s[-–—]\s|[–—])\s*|\s+(?=(?:and|but|because|cause|while|since|so\s+(?:i|we|he|she|they|it|now))\s)",
    re.I,
)
_LEAD = re.compile(r"^[\s,;:.!?–—-]+|^(?:and|but|because|cause|so|while|since|or)\s+", re.I)
_WORD = re.compile(r"[^\W_]{2,}")
# What words like these weigh in; elsewhere the matter weighs and not the words, and softer words would only hide it.
_OF_WORDS = frozenset({"job_complaint", "interview_snark", "hot_button", "crude_language", "pushy_followup", "keyword"})
# Here only the whole sentence may go: half of a leak, a threat or a slur is still one. (Hostility also comes along with
# crude words; then the words may be softened.)
_WHOLE = frozenset({"work_misconduct", "confidential_leak", "discrimination", "hostility", "sexual_content",
                    "substance_use", "illegal_activity"})  # fmt: skip
# Lines that say something true of nearly anybody in that situation. Where the advice is to delete there is none.
_STARTERS = {
    "job_complaint": "Long week at work. Looking forward to a quiet weekend.",
    "interview_snark": "Thank you to everyone who took the time to talk to me this week.",
    "offer_bragging": "Some good news this week. Grateful to everyone who helped along the way.",
    "pushy_followup": "Looking forward to hearing from you.",
    "search_exposure": "Always learning. Thinking about what I want to do next.",
    "hot_button": "I see this differently, and I am glad to hear other views.",
}


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

    def fresh(text: str) -> bool:
        new = text not in seen and len(_WORD.findall(text)) >= _SHORTEST
        seen.add(text)
        return new

    named = {finding.category for finding in before.findings}
    matter = bool(named & _WHOLE - {"hostility"}) or before.findings[0].category in _WHOLE
    softer, words = soften(post.text)
    if not matter and named & _OF_WORDS and fresh(softer):
        yield softer, "softened", _said(words)
    for clauses in (False,) if matter else (True, False):
        text, left_out = post.text, 0
        for _ in range(_ROUNDS):
            found = before if text == post.text else checker.check(replace(post, text=text, id=""))
            marks = [(span.start, span.end) for finding in found.findings for span in finding.spans]
            shorter, count = drop(text, marks, clauses=clauses)
            if not count:
                break
            text, left_out = shorter, left_out + count
            mild, milder = soften(text) if named & _OF_WORDS else (text, [])
            what = f"left out: {left_out} {'part' if clauses else 'sentence'}{'s' * (left_out > 1)} that weighed most"
            if fresh(mild):
                yield mild, "shortened", (what, *_said(milder))
    for finding in before.findings:
        if not matter and finding.category in _STARTERS and fresh(_STARTERS[finding.category]):
            title = BY_NAME[finding.category].title.lower()
            yield _STARTERS[finding.category], "starter", (f"a plain line in place of: {title}",)


def _said(words: list[str]) -> tuple[str, ...]:
    return (f"softened: {', '.join(words)}",) if words else ()


def soften(text: str) -> tuple[str, list[str]]:
    """Replace harsh words by milder ones; return the text and what was replaced.

    >>> soften("This damn bus sucks.")
    ('This bus is not great.', ['damn', 'sucks'])
    """
    found: list[str] = []

    for pattern, milder in _SOFTEN:

        def milden(match: re.Match[str], milder: str = milder) -> str:
            found.append(match[0].lower())
            at_start = not match.string[: match.start()].strip() or match.string[: match.start()].rstrip()[-1] in ".!?"
            return milder[:1].upper() + milder[1:] if at_start and match[0][:1].isupper() else milder

        text = pattern.sub(milden, text)
    return (_tidy(text), list(dict.fromkeys(found))) if found else (text, [])


def drop(text: str, marks: Iterable[tuple[int, int]], *, clauses: bool) -> tuple[str, int]:
    """Leave out the sentences, or only the clauses, that hold evidence; return the text and how many went.

    >>> drop("A very long day, my boss is an idiot. Home now.", [(20, 24)], clauses=True)
    ('A very long day. Home now.', 1)
    """
    spans = list(marks)
    analysis = analyse(text)
    begins = [0, *(analysis.tokens[a].start for a, _ in analysis.sentences()[1:]), len(text)]
    kept, count = [], 0
    for start, end in pairwise(begins):
        if not any(a < end and b > start for a, b in spans):
            kept.append(text[start:end])
            continue
        count += 1
        if clauses:
            kept.append(_without_clauses(text[start:end], [(a - start, b - start) for a, b in spans]))
    return _tidy("".join(kept)), count


def _without_clauses(sentence: str, spans: list[tuple[int, int]]) -> str:
    tail = re.search(r"[\s.!?…]*$", sentence)
    body, ending = sentence[: tail.start()] if tail else sentence, tail[0] if tail else ""
    cuts = [0, *(match.start() for match in _CUT.finditer(body)), len(body)]
    kept: list[str] = []
    for start, end in pairwise(cuts):
        piece = body[start:end]
        if not any(a < end and b > start for a, b in spans) and len(_WORD.findall(piece)) >= _SHORTEST:
            kept.append(piece if kept else _LEAD.sub("", _LEAD.sub("", piece)))
    if not kept:
        return re.sub(r"\S", "", ending)
    whole = "".join(kept)
    if body[:1].isupper():
        whole = whole[:1].upper() + whole[1:]
    return whole + ending


def _tidy(text: str) -> str:
    """Close the gaps that dropped words leave."""
    text = re.sub(r"[ \t]{2,}", " ", text)
    text = re.sub(r"[ \t]+([,.;:!?])", r"\1", text)
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text)
    text = re.sub(r"[,;:]+(?=\s*(?:[.!?]|$))", "", text)
    text = re.sub(r"(?m)^[ \t,;:.]+(?=\w)|[ \t]+$", "", text)
    text = re.sub(r"\b([Aa])n (?=silly|poor)", r"\1 ", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()

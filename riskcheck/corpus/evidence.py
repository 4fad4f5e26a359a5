"""Check the evidence: spans should cover the words a reader would mark, and the score should rest on them.

``data/checks/spans.jsonl`` holds invented posts with one category each and the characters that a reader would
mark. Run ``python -m riskcheck.corpus.checks`` for the figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from riskcheck.assessment import Span
from riskcheck.categories import NAMES
from riskcheck.checker import RiskChecker
from riskcheck.corpus.intervals import Share
from riskcheck.corpus.reading import read_jsonl
from riskcheck.errors import CorpusError

FILE = Path("checks") / "spans.jsonl"
WANTED_F1 = 0.6
"""Token-level F1 of the spans."""
WANTED_DROP = 0.9
"""Share of true findings whose score falls when their spans are deleted."""
_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, slots=True)
class Marked:
    """A risky post, its category, and the characters that a reader would mark."""

    category: str
    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How good the evidence is.

    Parameters
    ----------
    found : Share
        Marked posts in which the category was found: the true findings. The rest is about these.
    precision, recall, f1 : float
        Over the words of all true findings together, 0 to 1.
    drop : Share
        True findings whose score falls when their spans are deleted.
    by_category : tuple of (str, Share, float)
        Found and F1 for every category.
    """

    found: Share
    precision: float
    recall: float
    f1: float
    drop: Share
    by_category: tuple[tuple[str, Share, float], ...]


def read(data: Path) -> list[Marked]:
    """Read the marked posts of the project's ``data`` folder.

    Raises
    ------
    CorpusError
        If the file is missing, or a mark lies outside its text.
    """
    path = data / FILE
    posts = []
    for number, row in enumerate(read_jsonl(path), 1):
        match row:
            case {"category": str(category), "text": str(text), "spans": list(marks)} if category in NAMES and marks:
                spans = tuple((int(start), int(end)) for start, end in marks)
            case _:
                raise CorpusError(f"{path}:{number}: category, text and spans are expected")
        if not all(0 <= start < end <= len(text) for start, end in spans):
            raise CorpusError(f"{path}:{number}: a mark lies outside the text")
        posts.append(Marked(category, text, spans))
    return posts


def words_in(text: str, spans: Iterable[tuple[int, int]]) -> set[int]:
    """Number the words of a text that any of the spans touches.

    >>> sorted(words_in("I hate my job", [(2, 9)]))
    [1, 2]
    """
    ranges = list(spans)
    return {
        number
        for number, word in enumerate(_WORD.finditer(text))
        if any(start < word.end() and end > word.start() for start, end in ranges)
    }


def without(text: str, spans: Sequence[Span]) -> str:
    """Delete spans from a text."""
    for span in sorted(spans, key=lambda s: -s.start):
        text = text[: span.start] + text[span.end :]
    return text


def run(checker: RiskChecker, posts: Sequence[Marked]) -> Evidence:
    """Measure the evidence of all true findings."""
    true: list[tuple[Marked, tuple[Span, ...], float]] = []
    for post, found in zip(posts, checker.check_many(p.text for p in posts), strict=True):
        for finding in found.findings:
            if finding.category == post.category:
                true.append((post, finding.spans, found.scores[post.category]))
    lesser = checker.check_many(without(post.text, spans) for post, spans, _ in true)
    dropped = sum(
        after.scores.get(post.category, 0.0) < before for (post, _, before), after in zip(true, lesser, strict=True)
    )
    pairs = [
        (post.category, words_in(post.text, post.spans), words_in(post.text, [(s.start, s.end) for s in spans]))
        for post, spans, _ in true
    ]
    precision, recall, f1 = _f1([(wanted, got) for _, wanted, got in pairs])
    rows = []
    for name in NAMES:
        total = sum(post.category == name for post in posts)
        mine = [(wanted, got) for category, wanted, got in pairs if category == name]
        rows.append((name, Share(len(mine), total), _f1(mine)[2]))
    return Evidence(
        Share(len(true), len(posts)), precision, recall, f1, Share(dropped, len(true)), tuple(rows)
    )  # fmt: skip


def _f1(pairs: Sequence[tuple[set[int], set[int]]]) -> tuple[float, float, float]:
    hits = sum(len(wanted & got) for wanted, got in pairs)
    wanted_all = sum(len(wanted) for wanted, _ in pairs)
    got_all = sum(len(got) for _, got in pairs)
    precision = hits / got_all if got_all else 0.0
    recall = hits / wanted_all if wanted_all else 0.0
    return precision, recall, 2 * hits / (wanted_all + got_all) if hits else 0.0

"""Reading a text: tokens, normal forms, sentences, cues, language, scores and evidence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from fuzz.kit import Choices, as_text, grown, promise
from riskcheck.assessment import Assessment
from riskcheck.categories import BY_NAME
from riskcheck.checker import RiskChecker, load
from riskcheck.pipeline import build
from riskcheck.pipeline.reading import analysis_of
from riskcheck.post import Post
from riskcheck.rewrite import suggest
from riskcheck.scorer import pieces
from riskcheck.text.analysis import Analysis, analyse
from riskcheck.text.milder import drop, gloom, soften
from riskcheck.text.safe import visible

LONGEST = 2048
GROWN = 8_000
# How a text is read: most often in the cheapest way.
_PLAIN, _READ, _GROWN, _SPACY, _MILDER = 0, 1, 2, 3, 4
_KINDS = (_PLAIN, *[_READ] * 7, _PLAIN, _PLAIN, _PLAIN, _PLAIN, _PLAIN, _GROWN, _SPACY, _MILDER)
DICTIONARY = (
    "I hate my job", "boss", "https://", "www.", "@a", "#ihatemyjob", "b0ss", "f**k", "&#39;", "&amp;", "RT @", "\n> ",
    "h a t e", ":)", "\u200b", "\u200d", "\ufe0f", "\U0001f602", "\u0301", "\u202e", "\u0430", "not ", "if ", "\u201c",
    "...", "a.b.c", "@$$", "\ufdfa", "\u0130", "i want to die", "my boss is an idiot",
)  # fmt: skip


@cache
def _checker() -> RiskChecker:
    return load()


@cache
def _nlp():  # noqa: ANN202
    return build()


def seeds() -> Iterator[bytes]:
    """Yield the examples of all categories, and the dictionary as texts, for every way of reading."""
    texts = [text for category in BY_NAME.values() for text in (*category.risky, *category.safe)]
    for number, text in enumerate((*texts, *DICTIONARY)):
        yield from (bytes([kind, 0, 9]) + text.encode() for kind in (number % 16, 1))


def one(data: bytes) -> None:
    """Read one text; the first byte says how."""
    choices = Choices(data)
    kind, place = choices.pick(_KINDS), Choices(choices.bytes(2))
    content = choices.rest()
    text = as_text(grown(content, place, GROWN) if kind == _GROWN else content)
    analysis = analyse(text)
    _whole(text, analysis)
    promise(len(visible(text)) == len(text), "visible() moves offsets")
    promise(analyse(text) == analysis, "a second reading differs")
    if kind == _READ:
        return
    if kind == _SPACY:
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        promise(
            len(whole) != len(text) or analysis_of(_nlp()(text)) == analyse(whole), "the spaCy pipeline reads otherwise"
        )
    post = Post(text=text, kind="draft")
    found = _checker().check(post)
    _sound(text, found)
    if kind == _PLAIN:
        promise(_checker().check(post) == found, "a second assessment differs")
    if kind == _MILDER:
        _milder(post, found)


def _whole(text: str, analysis: Analysis) -> None:
    at = 0
    for token in analysis.tokens:
        promise(at <= token.start < token.end <= len(text), "a token lies outside the text or over another")
        promise(not text[at : token.start].strip(), "a token is missing")
        promise(token.norm, "an empty normal form")
        at = token.end
    promise(not text[at:].strip(), "the last token is missing")
    count = len(analysis.tokens)
    starts = list(analysis.starts)
    promise(starts == sorted(set(starts)) and starts[:1] == [0] * bool(count), "sentences do not begin in order")
    promise(all(0 <= start < count for start in starts), "a sentence begins outside")
    for ranges in analysis.ranges.values():
        promise(all(0 <= a < b <= count for a, b in ranges) or not count, "a cue lies outside")
    promise(all(a[1] == b[0] for a, b in pairwise(pieces(analysis))), "a piece of the text is not read")


def _sound(text: str, found: Assessment) -> None:
    if found.score is not None and found.severity is not None:
        numbers = (found.score, *found.scores.values(), *(finding.probability for finding in found.findings))
        promise(all(math.isfinite(number) and 0 <= number <= 1 for number in numbers), "no probability")
        promise(0 <= found.severity <= 3, "no severity")
    for finding in found.findings:
        promise(1 <= finding.severity <= 3, "a finding without severity")
        for span in finding.spans:
            promise(0 <= span.start < span.end <= len(text), "evidence outside the text")
            promise(span.text == text[span.start : span.end], "evidence that is not in the text")
    found.to_dict()


def _milder(post: Post, found: Assessment) -> None:
    text = post.text
    soften(text)
    marks = [(span.start, span.end) for finding in found.findings for span in finding.spans] + gloom(text)
    for clauses in (True, False):
        drop(text, marks, clauses=clauses)
    offered = suggest(_checker(), post)
    promise(not offered or offered.after.level <= found.level, "the milder wording is worse")

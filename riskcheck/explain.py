"""Which words a score rests on: the model's own contributions, token by token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskcheck.assessment import Span
from riskcheck.categories import NAMES
from riskcheck.encoder import Float
from riskcheck.logits import Part, Reading, pieces
from riskcheck.scorer import Scorer
from riskcheck.text.analysis import Analysis
from riskcheck.text.sentences import FUNCTION_WORDS

_STOP = re.compile(r"[.!?\u2026\n]")
_SHARE = 0.14
_BRIDGE = 4
_MOST = 3
_RISKY = len(NAMES) + 1


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one token adds, in log-odds; negative where it lowers the score.

    Parameters
    ----------
    start, end : int
        Where the token stands in the post.
    text : str
        The token as written.
    weight : float
        Added to the category.
    risk : float
        Added to the post's being risky.
    """

    start: int
    end: int
    text: str
    weight: float
    risk: float = 0.0


def contributions(scorer: Scorer, analysis: Analysis, category: str) -> list[Contribution]:
    """Weigh the tokens that a category's score rests on: those of the post, or of its worst window.

    Parameters
    ----------
    scorer : Scorer
        The compiled model.
    analysis : Analysis
        The post.
    category : str
        Name of a category.

    Returns
    -------
    list of Contribution
        One a token, in text order: its share in the logit.
    """
    return weigh(scorer, scorer.logits.read([analysis]), [(0, category)])[0]


def weigh(scorer: Scorer, reading: Reading, wanted: Sequence[tuple[int, str]]) -> list[list[Contribution]]:
    """Do what :func:`contributions` does for categories of posts of one reading, all at once.

    Parameters
    ----------
    scorer : Scorer
        The compiled model.
    reading : Reading
        The posts.
    wanted : sequence of (int, str)
        Posts, by their place in the reading, and names of categories.
    """
    if not wanted:
        return []
    windows = {post: pieces(reading.analyses[post]) for post, _ in wanted}
    parts = [(post, begin, end) for post, found in windows.items() if len(found) > 1 for begin, end in found]
    # Rounded, so that of two equal windows the first is taken whatever stands beside them in the batch.
    logits = scorer.alone(*scorer.logits.parts(reading, parts)).round(4) if parts else np.zeros((0, 0), np.float32)
    first: dict[int, int] = {}
    for at, (post, _, _) in enumerate(parts):
        first.setdefault(post, at)
    places: dict[tuple[int, int, int], int] = {}
    asked: dict[tuple[int, int], int] = {}
    chosen = []
    for post, category in wanted:
        output, own = NAMES.index(category), windows[post]
        best = int(np.argmax(logits[first[post] : first[post] + len(own), output])) if post in first else 0
        place = places.setdefault((post, *own[best]), len(places))
        both = [asked.setdefault((place, index), len(asked)) for index in (output, _RISKY)]
        chosen.append(((post, *own[best]), both))
    added = scorer.shares(reading, list(places), list(asked))
    return [_contributions(reading.analyses[window[0]], window, added[a], added[b]) for window, (a, b) in chosen]


def _contributions(analysis: Analysis, window: Part, weights: Float, risks: Float) -> list[Contribution]:
    _, begin, end = window
    return [
        Contribution(token.start, token.end, analysis.text[token.start : token.end], weight, risk)
        for token, weight, risk in zip(analysis.tokens[begin:end], weights.tolist(), risks.tolist(), strict=True)
    ]


def spans(found: Sequence[Contribution], text: str) -> tuple[Span, ...]:
    """Choose the evidence: up to three runs of the words that weigh most for category and risk together.

    Parameters
    ----------
    found : sequence of Contribution
        As :func:`contributions` gives them.
    text : str
        The post.

    Returns
    -------
    tuple of Span
        In text order; empty only if no token raises the score.
    """
    weights = _together(found)
    top = max(weights, default=0.0)
    if top <= 0:
        return ()
    chosen = [i for i, c in enumerate(found) if weights[i] >= _SHARE * top and _is_word(c.text)]
    if not chosen:
        chosen = [weights.index(top)]
    runs: list[list[int]] = []
    for i in chosen:
        # A few unimportant words between important ones belong to the phrase, unless a sentence ends there.
        if runs and i - runs[-1][1] <= _BRIDGE and not _STOP.search(text[found[runs[-1][1]].end : found[i].start]):
            runs[-1][1] = i
        else:
            runs.append([i, i])
    runs.sort(key=lambda run: -sum(weights[run[0] : run[1] + 1]))
    best = sorted(runs[:_MOST])
    return tuple(Span(found[a].start, found[b].end, text[found[a].start : found[b].end]) for a, b in best)


def _together(found: Sequence[Contribution]) -> list[float]:
    """Add what each token gives to category and risk, both as shares of the largest."""
    if max((c.weight for c in found), default=0.0) <= 0:
        return []
    tops = max(c.weight for c in found), max(1e-6, *(c.risk for c in found))
    return [max(0.0, c.weight) / tops[0] + max(0.0, c.risk) / tops[1] for c in found]


def _is_word(text: str) -> bool:
    return any(c.isalnum() or ord(c) > 0x2000 for c in text) and text.lower() not in FUNCTION_WORDS

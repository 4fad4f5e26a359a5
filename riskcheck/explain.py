"""Which words a score rests on: the model's own contributions, token by token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskcheck.assessment import Span
from riskcheck.categories import NAMES
from riskcheck.scorer import Float, Reading, Scorer
from riskcheck.text.analysis import Analysis
from riskcheck.text.sentences import FUNCTION_WORDS

_SHARE = 0.12
_MOST = 3
_WINDOW = 48


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much one token adds to a category's logit (log-odds; negative: it lowers the score)."""

    start: int
    end: int
    text: str
    weight: float


def contributions(scorer: Scorer, analysis: Analysis, category: str) -> list[Contribution]:
    """Weigh the tokens of the sentence that a category's score rests on most.

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
        One a token, in text order: what the logit loses when the token is left out.
    """
    return weigh(scorer, scorer.read([analysis]), [(0, category)])[0]


def weigh(scorer: Scorer, reading: Reading, wanted: Sequence[tuple[int, str]]) -> list[list[Contribution]]:
    """Do what :func:`contributions` does for categories of posts of one reading, all at once."""
    # Rounded, so that of two equal sentences the first is taken whatever stands beside them in the batch.
    logits = scorer.alone(reading.linear, reading.network).round(4)
    sentences: dict[int, list[int]] = {}
    for part, (post, _, _) in enumerate(reading.parts):
        sentences.setdefault(post, []).append(part)
    places: dict[tuple[int, int, int], int] = {}
    chosen = []
    for post, category in wanted:
        output = NAMES.index(category)
        parts = sentences[post][1:] or sentences[post]
        _, begin, end = reading.parts[parts[int(np.argmax(logits[parts, output]))]]
        # Very long sentences are weighed from their first words: the cost grows with the square of the length.
        span = (post, begin, min(end, begin + _WINDOW))
        chosen.append((span, output, places.setdefault(span, len(places))))
    drops = scorer.without_each(reading, list(places)) if places else []
    return [
        _contributions(reading.analyses[post], begin, end, drops[place][:, output])
        for (post, begin, end), output, place in chosen
    ]


def _contributions(analysis: Analysis, begin: int, end: int, drops: Float) -> list[Contribution]:
    text = analysis.text
    return [
        Contribution(token.start, token.end, text[token.start : token.end], drop)
        for token, drop in zip(analysis.tokens[begin:end], drops.tolist(), strict=True)
    ]


def spans(found: Sequence[Contribution], text: str) -> tuple[Span, ...]:
    """Choose the evidence: up to three runs of the words that weigh most.

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
    top = max((c.weight for c in found), default=0.0)
    if top <= 0:
        return ()
    chosen = [i for i, c in enumerate(found) if c.weight >= _SHARE * top and _is_word(c)]
    if not chosen:
        chosen = [max(range(len(found)), key=lambda i: found[i].weight)]
    runs: list[list[int]] = []
    for i in chosen:
        # One or two unimportant words between important ones belong to the phrase.
        if runs and i - runs[-1][1] <= 3 and "\n" not in text[found[runs[-1][1]].end : found[i].start]:
            runs[-1][1] = i
        else:
            runs.append([i, i])
    runs.sort(key=lambda run: -sum(max(0.0, found[i].weight) for i in range(run[0], run[1] + 1)))
    best = sorted(runs[:_MOST])
    return tuple(Span(found[a].start, found[b].end, text[found[a].start : found[b].end]) for a, b in best)


def _is_word(contribution: Contribution) -> bool:
    text = contribution.text
    return any(c.isalnum() or ord(c) > 0x2000 for c in text) and text.lower() not in FUNCTION_WORDS

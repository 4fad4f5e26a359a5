"""Which words a score rests on: the model's own contributions, token by token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskcheck.assessment import Span
from riskcheck.categories import NAMES
from riskcheck.scorer import Float, Scorer, pieces
from riskcheck.text.analysis import Analysis
from riskcheck.text.sentences import FUNCTION_WORDS

_SHARE = 0.3
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
    output = NAMES.index(category)
    parts = pieces(analysis)
    candidates = parts[1:] or parts
    begin, end = candidates[int(np.argmax(scorer.part_logits(analysis, candidates, output)))]
    # Very long sentences are weighed from their first words: the cost grows with the square of the length.
    end = min(end, begin + _WINDOW)
    drops = scorer.part_logits(analysis, [(begin, end)], output)[0] - _without_each(
        scorer, analysis, begin, end, output
    )
    text = analysis.text
    return [
        Contribution(token.start, token.end, text[token.start : token.end], float(drop))
        for token, drop in zip(analysis.tokens[begin:end], drops, strict=True)
    ]


def _without_each(scorer: Scorer, analysis: Analysis, begin: int, end: int, output: int) -> Float:
    variants = []
    for left_out in range(begin, end):
        tokens = [*analysis.tokens[begin:left_out], *analysis.tokens[left_out + 1 : end]]
        ranges = {
            name: [
                (max(a, begin) - begin - (a > left_out), min(b, end) - begin - (b > left_out))
                for a, b in found
                if a < end and b > begin and (a, b) != (left_out, left_out + 1)
            ]
            for name, found in analysis.ranges.items()
        }
        starts = sorted({max(0, s - begin - (s > left_out)) for s in analysis.starts if begin <= s < end} | {0})
        variants.append(Analysis(analysis.text, tokens, starts if tokens else [], ranges))
    return scorer.whole_logits(variants, output)


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
        # One unimportant word between two important ones belongs to the phrase.
        if runs and i - runs[-1][1] <= 2 and "\n" not in text[found[runs[-1][1]].end : found[i].start]:
            runs[-1][1] = i
        else:
            runs.append([i, i])
    runs.sort(key=lambda run: -sum(max(0.0, found[i].weight) for i in range(run[0], run[1] + 1)))
    best = sorted(runs[:_MOST])
    return tuple(Span(found[a].start, found[b].end, text[found[a].start : found[b].end]) for a, b in best)


def _is_word(contribution: Contribution) -> bool:
    text = contribution.text
    return any(c.isalnum() or ord(c) > 0x2000 for c in text) and text.lower() not in FUNCTION_WORDS

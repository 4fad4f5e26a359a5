"""Is a post English? The labels, and so the model, speak of English posts only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from riskcheck import lexicons
from riskcheck.text.tokens import SPACED, WORD, Token

_FEWEST_WORDS = 2
_NAMES_ONLY = 5
"""Up to so many unknown words, none of them a function word of another language, may be names."""


@cache
def _english() -> frozenset[str]:
    return lexicons.read_set("words") | lexicons.read_set("swears") | lexicons.read_set("dialect")


@cache
def _evidence(word: str) -> tuple[float, float]:
    """Evidence of one word for English and for another language."""
    english, foreign = word in _english(), word in lexicons.read_set("foreign")
    if english:
        # A word both languages have ("die", "den", "para") says little.
        return (0.25, 0.7) if foreign else (1.0, 0.0)
    return (0.0, 1.0) if foreign else (0.0, 0.5)


def is_english(tokens: Sequence[Token]) -> bool:
    """Tell whether a post is English enough to be assessed.

    Parameters
    ----------
    tokens : sequence of Token
        Tokens of the post.

    Returns
    -------
    bool
        False where most letters are of another script, or where other languages' function words and
        unknown words outweigh English ones. A text of names, numbers or one word counts as English.
    """
    english = foreign = 0.0
    latin = other = words = strange = 0
    for token in tokens:
        if token.kind not in (WORD, SPACED):
            continue
        norm = token.norm
        if not norm[0].isalpha():
            continue
        if norm.isascii() or norm[0] < "\u0250":
            latin += len(norm)
            words += 1
            e, f = _evidence(norm)
            english += e
            foreign += f
            strange += f > 0.5
        else:
            other += len(norm) * (3 if norm[0] > "\u2e80" else 1)
    if other > latin:
        return False
    if words < _FEWEST_WORDS or (not strange and words < _NAMES_ONLY):
        return True
    return foreign <= english + 0.6

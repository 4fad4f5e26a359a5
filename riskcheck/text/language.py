"""Is a post English? The labels, and so the model, speak of English posts only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from riskcheck import lexicons
from riskcheck.text.tokens import SPACED, WORD, Token

_FEWEST_WORDS = 2
_NAMES_ONLY = 5
"""Up to so many unknown words, none of them a function word of another language, may be names."""


@cache
def _english() -> frozenset[str]:
    return lexicons.read_set("words") | lexicons.read_set("swears") | lexicons.read_set("dialect")


@lru_cache(maxsize=50_000)
def _evidence(word: str) -> tuple[int, int, float, float]:
    """Letters of one word in Latin and in other scripts, and its evidence for English and another language."""
    if not word[0].isalpha():
        return 0, 0, 0.0, 0.0
    if not word.isascii() and word[0] >= "\u0250":
        return 0, len(word) * (3 if word[0] > "\u2e80" else 1), 0.0, 0.0
    english, foreign = word in _english(), word in lexicons.read_set("foreign")
    if english:
        # A word both languages have ("die", "den", "para") says little.
        return (len(word), 0, 0.25, 0.7) if foreign else (len(word), 0, 1.0, 0.0)
    return (len(word), 0, 0.0, 1.0) if foreign else (len(word), 0, 0.0, 0.5)


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
    for _, _, norm, kind, _ in tokens:
        if kind in (WORD, SPACED):
            letters, others, e, f = _evidence(norm)
            latin += letters
            other += others
            words += letters > 0
            english += e
            foreign += f
            strange += f > 0.5
    if other > latin:
        return False
    if words < _FEWEST_WORDS or (not strange and words < _NAMES_ONLY):
        return True
    return foreign <= english + 0.6

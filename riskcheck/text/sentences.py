"""Where sentences begin, by punctuation and line breaks, as people write posts."""

from __future__ import annotations

from collections.abc import Sequence

from riskcheck.text.tokens import EMOJI, EMOTICON, HASHTAG, PUNCT, SPACED, URL, WORD, Token

_ENDS = frozenset((".", "!", "?", "...", ";", "\u2026"))
FUNCTION_WORDS = frozenset(
    "a an the of to in on at by for and or so as is are was were be been am it its this that these those with from "
    "i'm me you your u ur he she his her they them their we us our there here then than just".split()
)
"""Words that are no evidence by themselves."""
_SHORTEST = 3
_LONGEST = 60


def starts(text: str, tokens: Sequence[Token]) -> list[int]:
    """Find the sentences of a post.

    Parameters
    ----------
    text : str
        The post.
    tokens : sequence of Token
        Its tokens.

    Returns
    -------
    list of int
        Index of the first token of every sentence, ascending, beginning with 0; empty without tokens. A sentence
        has at least three tokens (shorter ones join the next) and at most sixty, so that a text without
        punctuation is still read in pieces.
    """
    found = [0] if tokens else []
    for i in range(1, len(tokens)):
        length = i - found[-1]
        if length < _SHORTEST:
            continue
        before, token = tokens[i - 1], tokens[i]
        ended = before.norm in _ENDS or (before.kind in (EMOJI, EMOTICON, URL) and token.kind in (WORD, SPACED))
        begins = token.kind in (WORD, SPACED, HASHTAG) or token.norm in ('"', "'")
        if (ended and begins and token.kind != PUNCT) or "\n" in text[before.end : token.start] or length >= _LONGEST:
            found.append(i)
    return found

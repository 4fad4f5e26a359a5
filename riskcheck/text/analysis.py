"""A post analysed: what the features are made of, whichever way it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from riskcheck.text import cues, sentences
from riskcheck.text.tokens import Token, tokenise


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the pipeline found in one post.

    Parameters
    ----------
    text : str
        The post as written.
    tokens : sequence of Token
        Tokens with offsets into ``text``.
    starts : sequence of int
        Index of the first token of every sentence.
    ranges : mapping of str to sequence of (int, int)
        For every cue of :data:`riskcheck.text.cues.FINDERS`, the token ranges it covers.
    """

    text: str
    tokens: Sequence[Token]
    starts: Sequence[int]
    ranges: Mapping[str, Sequence[tuple[int, int]]]

    def sentences(self) -> list[tuple[int, int]]:
        """Token ranges of the sentences."""
        return list(zip(self.starts, [*self.starts[1:], len(self.tokens)], strict=True)) if self.starts else []


def analyse(text: str) -> Analysis:
    """Read a post without spaCy; the spaCy pipeline's result is the same (tested)."""
    tokens = tokenise(text)
    starts = sentences.starts(text, tokens)
    return Analysis(text, tokens, starts, {name: find(text, tokens, starts) for name, find in cues.FINDERS.items()})

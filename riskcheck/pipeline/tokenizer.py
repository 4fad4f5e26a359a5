"""spaCy tokenizer for posts: URLs, mentions, hashtags in words, emoji, disguised words."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from riskcheck.text.tokens import Token, tokenise

TOKENS = "riskcheck_tokens"
_SURROGATE = re.compile("[\ud800-\udfff]")


class SocialTokenizer:
    """Tokenise posts; the text is kept to the letter and ``token.norm_`` holds the normal form.

    Writes ``token.norm`` and ``doc.user_data["riskcheck_tokens"]``, the tokens with kinds and flags.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> nlp.tokenizer = SocialTokenizer(nlp.vocab)
    >>> [t.text for t in nlp("so #bored :)")]
    ['so', '#', 'bored', ':)']
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Make the Doc of a post; white space beyond a single blank becomes tokens of its own."""
        # spaCy cannot hold half a character; one for one, so that offsets stay true.
        text = _SURROGATE.sub("\ufffd", text)
        tokens = tokenise(text)
        words: list[str] = []
        spaces: list[bool] = []
        norms: list[str | None] = []
        at = 0

        def fill(end: int) -> None:
            # spaCy keeps one blank with the word before it; any other white space is a token.
            nonlocal at
            gap = text[at:end]
            if gap.startswith(" ") and words and not spaces[-1]:
                spaces[-1] = True
                gap = gap[1:]
            if gap:
                words.append(gap)
                spaces.append(False)
                norms.append(None)
            at = end

        for token in tokens:
            fill(token.start)
            words.append(text[token.start : token.end])
            spaces.append(False)
            norms.append(token.norm)
            at = token.end
        fill(len(text))
        doc = Doc(self.vocab, words=words, spaces=spaces)
        for written, norm in zip(doc, norms, strict=True):
            if norm is not None:
                written.norm_ = norm
        doc.user_data[TOKENS] = tokens
        return doc

    def to_bytes(self, **_: Any) -> bytes:
        """Nothing is learnt, so nothing is saved."""
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> SocialTokenizer:
        """Nothing is learnt, so nothing is read."""
        return self

    def to_disk(self, _path: Path, **_: Any) -> None:
        """Nothing is learnt, so nothing is saved."""

    def from_disk(self, _path: Path, **_: Any) -> SocialTokenizer:
        """Nothing is learnt, so nothing is read."""
        return self


@registry.tokenizers("riskcheck.SocialTokenizer.v1")  # type: ignore[untyped-decorator]
def create() -> Callable[[Any], SocialTokenizer]:
    """Make the tokenizer from a spaCy configuration."""
    return lambda nlp: SocialTokenizer(nlp.vocab)


def tokens_of(doc: Doc) -> list[Token]:
    """Return riskcheck's tokens of a Doc, also of one that another tokenizer made."""
    stored: list[Token] | None = doc.user_data.get(TOKENS)
    return stored if stored is not None else tokenise(doc.text)

"""spaCy component that sets sentence starts as people write posts."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from riskcheck.pipeline.tokenizer import tokens_of
from riskcheck.text.sentences import starts


@Language.factory("riskcheck_sentences", assigns=["token.is_sent_start", "doc.sents"])
def create(nlp: Language, name: str) -> Sentences:
    """Make the component."""
    return Sentences()


class Sentences:
    """Set ``token.is_sent_start`` from :func:`riskcheck.text.sentences.starts`."""

    def __call__(self, doc: Doc) -> Doc:
        """Mark the sentences of a Doc."""
        tokens = tokens_of(doc)
        begins = {tokens[i].start for i in starts(doc.text, tokens)}
        for token in doc:
            token.is_sent_start = token.idx in begins or token.i == 0
        return doc

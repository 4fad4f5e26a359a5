"""spaCy component that tells whether a post is English."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from riskcheck.pipeline.tokenizer import tokens_of
from riskcheck.text.language import is_english

EXTENSION = "riskcheck_english"


@Language.factory("riskcheck_language", assigns=["doc._.riskcheck_english"])
def create(nlp: Language, name: str) -> LanguageCheck:
    """Make the component."""
    if not Doc.has_extension(EXTENSION):
        Doc.set_extension(EXTENSION, default=None)
    return LanguageCheck()


class LanguageCheck:
    """Set ``doc._.riskcheck_english``."""

    def __call__(self, doc: Doc) -> Doc:
        """Check the language of a Doc."""
        doc._.set(EXTENSION, is_english(tokens_of(doc)))
        return doc

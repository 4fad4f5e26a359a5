"""The spaCy pipeline: a blank English one with riskcheck's tokenizer and components, no model download.

>>> from riskcheck.pipeline import build
>>> doc = build()("I h8te my b0ss #ihatemyjob")
>>> [token.norm_ for token in doc][:4]
['i', 'hate', 'my', 'boss']
"""

from __future__ import annotations

from spacy.language import Language
from spacy.util import get_lang_class

from riskcheck.pipeline import cues, language, sentences, tokenizer
from riskcheck.text.cues import FINDERS

__all__ = ["build", "cues", "language", "sentences", "tokenizer"]


def build() -> Language:
    """Build the pipeline that prepares posts.

    Returns
    -------
    Language
        A blank English pipeline: tokenizer and normal forms, sentences, one component a cue, language check.
    """
    nlp = get_lang_class("en")()
    nlp.tokenizer = tokenizer.SocialTokenizer(nlp.vocab)
    nlp.add_pipe("riskcheck_sentences")
    for name in FINDERS:
        nlp.add_pipe("riskcheck_cue", name=name, config={"cue": name})
    nlp.add_pipe("riskcheck_language")
    return nlp

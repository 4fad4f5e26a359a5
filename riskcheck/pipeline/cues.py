"""spaCy component that marks one cue: negation, hypothetical, quotation, first person, work or employer."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup
from spacy.util import filter_spans

from riskcheck.pipeline.tokenizer import tokens_of
from riskcheck.text.cues import FINDERS
from riskcheck.text.sentences import starts

PREFIX = "riskcheck."


@Language.factory("riskcheck_cue", default_config={"cue": "negation"}, assigns=["doc.spans"])
def create(nlp: Language, name: str, cue: str) -> Cue:
    """Make the component for the cue named ``cue``."""
    return Cue(cue)


class Cue:
    """Mark a cue's words in ``doc.spans["riskcheck.<cue>"]``.

    Parameters
    ----------
    cue : str
        A key of :data:`riskcheck.text.cues.FINDERS`.
    """

    def __init__(self, cue: str) -> None:
        if cue not in FINDERS:
            raise ValueError(f"unknown cue {cue!r}; known are {', '.join(FINDERS)}")
        self.cue = cue

    def __call__(self, doc: Doc) -> Doc:
        """Mark the cue in a Doc."""
        tokens = tokens_of(doc)
        found = FINDERS[self.cue](doc.text, tokens, starts(doc.text, tokens))
        spans = [
            doc.char_span(tokens[a].start, tokens[b - 1].end, label=self.cue, alignment_mode="expand") for a, b in found
        ]
        kept = filter_spans([span for span in spans if span is not None])
        doc.spans[PREFIX + self.cue] = SpanGroup(doc, name=PREFIX + self.cue, spans=kept)
        return doc

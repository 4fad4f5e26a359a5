"""spaCy component ``riskcheck``: assesses a Doc and marks the evidence.

>>> import spacy
>>> nlp = spacy.blank("en")
>>> _ = nlp.add_pipe("riskcheck")
>>> doc = nlp("i hate my job so much, my boss is an idiot")
>>> doc.spans["riskcheck"][0].label_
'job_complaint'
"""

from __future__ import annotations

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from riskcheck.assess import Assessor
from riskcheck.post import Post

KEY = "riskcheck"


@Language.factory("riskcheck", default_config={"model": None}, assigns=["doc.spans", "doc._.riskcheck"])
def create(nlp: Language, name: str, model: str | None) -> AssessorComponent:
    """Make the component with the default model, or with the model file named ``model``."""
    if not Doc.has_extension(KEY):
        Doc.set_extension(KEY, default=None)
    return AssessorComponent(Assessor.from_file(Path(model) if model else None))


class AssessorComponent:
    """Fill ``doc.spans["riskcheck"]`` (label: category) and ``doc._.riskcheck`` (the assessment).

    Parameters
    ----------
    assessor : Assessor
        Assesses the text of each Doc.
    """

    def __init__(self, assessor: Assessor) -> None:
        self.assessor = assessor

    def __call__(self, doc: Doc) -> Doc:
        """Assess a Doc."""
        assessment = self.assessor.check(Post(text=doc.text, kind="draft"))
        doc._.set(KEY, assessment)
        spans = [
            doc.char_span(span.start, span.end, label=finding.category, alignment_mode="expand")
            for finding in assessment.findings
            for span in finding.spans
        ]
        doc.spans[KEY] = SpanGroup(doc, name=KEY, spans=[span for span in spans if span is not None])
        return doc

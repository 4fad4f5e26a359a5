"""From a spaCy Doc back to the analysis that features are made of."""

from __future__ import annotations

from spacy.tokens import Doc

from riskcheck.pipeline.cues import PREFIX
from riskcheck.pipeline.tokenizer import tokens_of
from riskcheck.text.analysis import Analysis
from riskcheck.text.cues import FINDERS


def analysis_of(doc: Doc) -> Analysis:
    """Read what the pipeline of :func:`riskcheck.pipeline.build` wrote into a Doc.

    Parameters
    ----------
    doc : Doc
        A Doc of that pipeline.

    Returns
    -------
    Analysis
        Equal to :func:`riskcheck.text.analysis.analyse` of the same text.
    """
    tokens = tokens_of(doc)
    first = {token.start: i for i, token in enumerate(tokens)}
    after = {token.end: i + 1 for i, token in enumerate(tokens)}
    sentence_starts = [first[t.idx] for t in doc if t.is_sent_start and t.idx in first]
    ranges = {
        name: [(first[span.start_char], after[span.end_char]) for span in doc.spans.get(PREFIX + name, ())]
        for name in FINDERS
    }
    return Analysis(doc.text, tokens, sentence_starts, ranges)

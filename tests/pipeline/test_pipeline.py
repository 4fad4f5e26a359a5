from __future__ import annotations

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from riskcheck.categories import CATEGORIES
from riskcheck.pipeline import build
from riskcheck.pipeline.reading import analysis_of
from riskcheck.text.analysis import analyse

NLP = build()
TEXTS = [text for category in CATEGORIES for text in (*category.risky, *category.safe)]


def test_components_declare_what_they_write() -> None:
    declared = NLP.analyze_pipes()["attrs"]
    assert {"token.is_sent_start", "doc.sents", "doc.spans", "doc._.riskcheck_english"} <= set(declared)


@pytest.mark.parametrize("text", [*TEXTS, "", "  ", "a  b\n\n c ", "\u200b", "x" * 900])
def test_the_pipeline_and_the_plain_functions_agree(text: str) -> None:
    doc = NLP(text)
    assert doc.text == text
    assert analysis_of(doc) == analyse(text)


@given(st.text(alphabet="ab IhatemyJOB#@.!?\n\t \u200b\U0001f602\"'&;f*$0", max_size=120))
@settings(max_examples=200, deadline=None)
def test_they_agree_on_odd_text(text: str) -> None:
    assert analysis_of(NLP(text)) == analyse(text)


def test_normal_forms_stand_in_the_tokens() -> None:
    doc = NLP("I h4te my b0ss #ihatemyjob")
    assert [token.norm_ for token in doc] == ["i", "hate", "my", "boss", "#", "i", "hate", "my", "job"]
    assert [span.text for span in doc.spans["riskcheck.work"]] == ["b0ss", "job"]


def test_a_language_is_told() -> None:
    assert NLP("so tired today")._.riskcheck_english is True
    assert NLP("odio mi trabajo y a mi jefe")._.riskcheck_english is False


def test_the_assessing_component_marks_evidence() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("riskcheck")
    doc = nlp("i hate my job so much, my boss is an idiot")
    assert doc._.riskcheck.band in ("medium", "high")
    assert {span.label_ for span in doc.spans["riskcheck"]} >= {"job_complaint"}


def test_the_pipeline_is_built_by_names_and_configuration() -> None:
    again = spacy.blank("en")
    again.add_pipe("riskcheck_cue", config={"cue": "negation"})
    assert "riskcheck.negation" in again("I never complain about work").spans
    with pytest.raises(ValueError, match="unknown cue"):
        spacy.blank("en").add_pipe("riskcheck_cue", config={"cue": "nonsense"})

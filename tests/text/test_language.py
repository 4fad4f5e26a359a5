from __future__ import annotations

import importlib
import pkgutil

import pytest
import spacy.lang

from riskcheck.text.language import is_english
from riskcheck.text.tokens import tokenise

ENGLISH = [
    "so bored at work",
    "abeg make dem pay person salary na",
    "lah this boss always like that one",
    "ma boss isnae happy the noo",
    "Thrilled to join Cisco!",
    "lol",
    "\U0001f602\U0001f602",
    "https://a.example",
    "Kumar Shital Niger",
    "RT @someone: best day ever #tgif",
]
FOREIGN = [
    "odio mi trabajo y a mi jefe",
    "je d\u00e9teste mon travail et mon patron",
    "Ich hasse meinen Job und meinen Chef",
    "я ненавижу свою работу",
    "私は仕事が嫌いです",
    "eu odeio meu trabalho",
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_in_all_its_kinds_is_read(text: str) -> None:
    assert is_english(tokenise(text))


@pytest.mark.parametrize("text", FOREIGN)
def test_other_languages_are_not(text: str) -> None:
    assert not is_english(tokenise(text))


def test_most_sentences_of_other_languages_are_told_apart() -> None:
    """spaCy ships sample sentences of some 60 languages; many are headlines full of English names."""
    sentences = []
    for module in pkgutil.iter_modules(spacy.lang.__path__):
        if module.name in ("en", "xx"):
            continue
        try:
            sentences += importlib.import_module(f"spacy.lang.{module.name}.examples").sentences
        except ModuleNotFoundError:
            continue
    kept = sum(is_english(tokenise(sentence)) for sentence in sentences)
    assert len(sentences) > 400
    assert kept / len(sentences) < 0.12

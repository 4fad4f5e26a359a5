from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskcheck import lexicons
from riskcheck.text.words import ELONGATED, MASKED, OBFUSCATED, normalise, split_hashtag


@pytest.mark.parametrize(
    ("word", "norm", "flag"),
    [
        ("HATE", "hate", 0),
        ("sooooo", "so", ELONGATED),
        ("goooood", "good", ELONGATED),
        ("h4te", "hate", OBFUSCATED),
        ("b0ss", "boss", OBFUSCATED),
        ("f***", "fuck", MASKED),
        ("f*ing", "fucking", MASKED),
        ("sh!t", "shit", MASKED),
        ("a$$", "ass", MASKED),
        ("@$$hole", "asshole", MASKED),
        ("m\u0430nager", "manager", OBFUSCATED),
        ("h\u200bate", "hate", OBFUSCATED),
        ("don\u2019t", "don't", 0),
        ("don&#39;t", "don't", 0),
        ("caf\u00e9", "cafe", 0),
        ("\uff48\uff41\uff54\uff45", "hate", 0),
    ],
)
def test_disguises_are_undone(word: str, norm: str, flag: int) -> None:
    assert normalise(word) == (norm, flag)


@pytest.mark.parametrize("word", ["b2b", "3d", "4chan", "co-op", "niger", "s3", "mp3", "h8"])
def test_ordinary_words_are_left_alone(word: str) -> None:
    assert normalise(word) == (word, 0)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("ihatemyjob", ("i", "hate", "my", "job")),
        ("MondayMotivation", ("Monday", "Motivation")),
        ("NHSheroes", ("NHS", "heroes")),
        ("worksucks", ("work", "sucks")),
        ("blessed", ("blessed",)),
        ("xqzvwkj", ("xqzvwkj",)),
    ],
)
def test_hashtags_are_split(tag: str, words: tuple[str, ...]) -> None:
    assert split_hashtag(tag) == words


@given(st.text(min_size=1, max_size=40).filter(lambda t: not t.isspace()))
def test_a_normal_form_is_never_empty_and_stays_put(word: str) -> None:
    norm, _ = normalise(word)
    assert norm
    assert normalise(norm)[0] == normalise(normalise(norm)[0])[0]


@given(st.text(alphabet="abcXYZ019_é", min_size=1, max_size=80))
def test_splitting_keeps_every_letter(tag: str) -> None:
    assert "".join(split_hashtag(tag)) == tag


@pytest.mark.parametrize("name", ["Shital", "shital's", "DIKSHIT", "Hitchcock", "Scunthorpe", "Parikshit"])
def test_a_name_that_looks_like_swearing_is_somebody(name: str) -> None:
    assert normalise(name) == ("someone", 0)


def test_no_swearword_passes_for_a_name() -> None:
    assert not lexicons.read_set("names") & (lexicons.read_set("swears") | lexicons.read_set("dialect"))
    assert normalise("sh1t")[0] == "shit"
    assert normalise("shithead")[0] != "someone"

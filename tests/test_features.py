from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskcheck.features import CHAR_SIZES, char_hashes, extract, word_hash
from riskcheck.text.analysis import analyse

ROOT = Path(__file__).resolve().parent.parent
POST = (
    'If I had to stay at Brightwell I\'d scream 😂 my friend says "quit", '
    "but I'm not gonna h8 it forever. #MondayBlues"
)


def ids(text: str) -> set[int]:
    return set(extract(analyse(text))[0].tolist())


def test_features_are_the_same_in_every_process() -> None:
    code = f"from riskcheck.features import *; i, v = extract(analyse({POST!r})); print(i.tolist(), v.tolist())"
    code = "from riskcheck.text.analysis import analyse; " + code
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    here, values = extract(analyse(POST))
    assert seen == {f"{here.tolist()} {values.tolist()}\n"}


def test_hashes_are_fixed_for_good() -> None:
    # crc32; another value would make every trained model worthless.
    assert word_hash("boss") == 1406043611
    assert sorted(char_hashes("ab")) == [1301204570, 1370577844, 1613889079, 2384106203, 2727766719, 4268866853]


def test_empty_text_has_features_that_are_finite() -> None:
    for text in ("", "   \n"):
        found, values = extract(analyse(text))
        assert len(found) == len(values) <= 1  # only that begin meets end
        assert np.isfinite(values).all()
    analysis = analyse("a short post here")
    found, values = extract(analysis, 2, 2)
    assert len(found) <= 1
    assert np.isfinite(values).all()


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_both_blocks_have_length_one_whatever_the_text(text: str) -> None:
    found, values = extract(analyse(text))
    assert found.dtype == np.uint32
    assert values.dtype == np.float32
    blocks = len(set(values.tolist()))
    norm = float((values.astype(float) ** 2).sum())
    has_chars = bool(analyse(text).tokens)
    assert norm == pytest.approx(2.0 if has_chars else 1.0, abs=1e-4)
    assert blocks <= 2


def test_saying_it_twice_adds_no_word_feature() -> None:
    once, twice = ids("great day"), ids("great day great day")
    assert once <= twice
    assert len(twice - once) == 3  # a pair and two triples over the seam
    assert word_hash("great") in once & twice


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("negation", "i never hate my job"),
        ("hypothetical", "if i hated my job i'd leave"),
        ("quotation", 'he said "this place is a dump" and left'),
        ("first_person", "i hate mondays"),
        ("third_party", "my friend hates mondays"),
        ("work", "the boss hates mondays"),
        ("employer", "Starbucks hates mondays"),
    ],
)
def test_every_cue_changes_the_features(cue: str, text: str) -> None:
    analysis = analyse(text)
    assert analysis.ranges[cue], f"the cue {cue} is not found in {text!r}"
    without = replace(analysis, ranges={**analysis.ranges, cue: []})
    with_cue, bare = set(extract(analysis)[0].tolist()), set(extract(without)[0].tolist())
    assert bare < with_cue


def test_what_is_negated_is_marked_and_what_follows_the_clause_is_not() -> None:
    plain, negated = ids("they complain"), ids("they never complain")
    marked = negated - plain - ids("never") - ids("they never") - ids("never complain")
    analysis = analyse("i never complain. i complain")
    negation = analysis.ranges["negation"]
    covered = {i for a, b in negation for i in range(a, b)}
    words = [t.norm for t in analysis.tokens]
    assert words.index("complain") in covered
    assert len(words) - 1 not in covered
    assert len(negated - plain) > len(ids("they often complain") - plain)
    assert not marked & plain


def test_the_same_words_in_another_order_differ_only_in_their_pairs() -> None:
    one, other = ids("dogs chase cats"), ids("cats chase dogs")
    assert one != other
    chars = {h for word in ("dogs", "chase", "cats") for h in (*char_hashes(word), word_hash(word))}
    assert chars <= one & other


def test_a_sentence_of_a_post_reads_as_it_does_alone() -> None:
    first, second = "The ward was calm all night.", "Nobody called twice about the lift."
    analysis = analyse(f"{first} {second}")
    parts = [set(extract(analysis, a, b)[0].tolist()) for a, b in analysis.sentences()]
    assert parts == [ids(first), ids(second)]


def test_disguises_are_undone_and_marked() -> None:
    plain, masked = ids("this is shit"), ids("this is sh*t")
    words = {word_hash("shit"), *char_hashes("shit")}
    assert words <= plain
    assert words <= masked
    assert masked - plain


def test_very_long_words_do_not_blow_up() -> None:
    found, _ = extract(analyse("a" * 5000 + " b" * 3))
    assert len(found) < 400
    assert max(CHAR_SIZES) == 5

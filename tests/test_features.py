from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskcheck.features import CHAR_SIZES, Occurrences, bits, char_hashes, extract, occurrences, word_blocks, word_hash
from riskcheck.text.analysis import Analysis, analyse
from riskcheck.text.cues import FINDERS
from riskcheck.text.tokens import WORD, Token
from riskcheck.text.words import ELONGATED, MASKED, OBFUSCATED

ROOT = Path(__file__).resolve().parent.parent
POST = (
    'If I had to stay at Brightwell I\'d scream 😂 my friend says "quit", '
    "but I'm not gonna h8 it forever. #MondayBlues"
)


def ids(text: str) -> set[int]:
    return set(extract(analyse(text))[0].tolist())


def made(
    words: str, starts: Sequence[int] = (0,), flags: dict[int, int] | None = None, **ranges: list[tuple[int, int]]
) -> Analysis:
    """An analysis of blank-parted words as it is asked for, whatever the pipeline would find."""
    tokens = [Token(0, 0, word, WORD, (flags or {}).get(at, 0)) for at, word in enumerate(words.split())]
    return Analysis(words, tokens, list(starts) if tokens else [], {name: ranges.get(name, []) for name in FINDERS})


def of_words(analysis: Analysis, begin: int = 0, end: int | None = None) -> set[int]:
    """The word features alone; each stands there once."""
    found = extract(analysis, begin, end)[0].tolist()
    chars = [value for token in analysis.tokens[begin:end] for value in char_hashes(token.norm)]
    words = found[: len(found) - len(chars)]
    assert found[len(words) :] == chars
    assert len(set(words)) == len(words)
    return set(words)


def pair(first: int | bytes, second: int | bytes) -> int:
    """What the hash of two in a row is, for good."""
    one, two = (crc32(side) if isinstance(side, bytes) else side for side in (first, second))
    return ((one * 2654435761) ^ (two + 2135587861)) % 2**32


A, B, C, D = (crc32(b"w:" + letter) for letter in (b"a", b"b", b"c", b"d"))
BEGIN, END = crc32(b"<s>"), crc32(b"</s>")
PLAIN = {A, B, C, pair(BEGIN, A), pair(A, B), pair(B, C), pair(C, END), pair(pair(BEGIN, A), B), pair(pair(A, B), C)}


def all_at_once(analyses: Sequence[Analysis]) -> tuple[list[Occurrences], list[list[int]]]:
    """Word features as the scorer makes them: where they occur, and those of each text in ascending order."""
    lengths = np.array([len(analysis.tokens) for analysis in analyses], np.int64)
    tokens = [token for analysis in analyses for token in analysis.tokens]
    breaks = np.array([at in a.starts for a in analyses for at in range(len(a.tokens))], bool)
    cues = np.frombuffer(b"".join(map(bits, analyses)), np.uint8)
    words = np.array([word_hash(token.norm) for token in tokens], np.uint32)
    found = occurrences(words, np.array([token.flags for token in tokens], np.uint8), cues, breaks, lengths)
    owner, features = word_blocks(found, cues, lengths)
    assert (np.diff(owner) >= 0).all()
    return found, [features[owner == at].tolist() for at in range(len(analyses))]


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


# Another feature for the same words would make every trained model worthless.
@pytest.mark.parametrize(
    ("analysis", "added"),
    [
        (made("a b c"), set()),
        (made("a b c", negation=[(1, 3)]), {pair(1, B), pair(1, C)}),
        (made("a b c", hypothetical=[(0, 1)], quotation=[(0, 2)]), {pair(6, A), pair(4, B)}),
        (made("a b c", negation=[(0, 1), (2, 3)]), {pair(1, A), pair(1, C)}),
        (made("a b c", first_person=[(0, 1)]), {crc32(b"cue:first_person")}),
        (
            made("a b c", work=[(2, 3)], employer=[(0, 1)], third_party=[(1, 2)]),
            {crc32(b"cue:" + cue) for cue in (b"work", b"employer", b"third_party")}
            | {crc32(b"cue:" + cue) for cue in (b"employer+work", b"employer+third_party", b"third_party+work")},
        ),
        (made("a b c", flags={1: MASKED}), {crc32(b"flag:masked")}),
        (
            made("a b c", flags={0: OBFUSCATED, 2: OBFUSCATED | ELONGATED}),
            {crc32(b"flag:obfuscated"), crc32(b"flag:elongated")},
        ),
    ],
)
def test_word_features_are_fixed_for_good(analysis: Analysis, added: set[int]) -> None:
    assert of_words(analysis) == PLAIN | added
    assert all_at_once([analysis])[1] == [sorted(PLAIN | added)]


def test_sentences_do_not_touch() -> None:
    wanted = {A, B, C, D, pair(BEGIN, A), pair(A, B), pair(pair(BEGIN, A), B), pair(B, END)}
    wanted |= {pair(BEGIN, C), pair(C, D), pair(pair(BEGIN, C), D), pair(D, END)}
    analysis = made("a b c d", (0, 2))
    assert of_words(analysis) == wanted
    assert all_at_once([analysis])[1] == [sorted(wanted)]


def test_a_part_knows_nothing_of_what_lies_beside_it() -> None:
    analysis = made(
        "d a b c d", (0, 4), negation=[(0, 1), (4, 5)], quotation=[(0, 2), (3, 5)], first_person=[(0, 1)],
        work=[(4, 5)], third_party=[(3, 4)], flags={0: MASKED, 4: ELONGATED},
    )  # fmt: skip
    assert of_words(analysis, 1, 4) == PLAIN | {pair(4, A), pair(4, C), crc32(b"cue:third_party")}
    assert of_words(analysis, 4) == {D, pair(BEGIN, D), pair(D, END), pair(5, D), *map(crc32, (
        b"cue:work", b"flag:elongated"))}  # fmt: skip
    assert of_words(analysis, 2, 2) == of_words(made("")) == {pair(BEGIN, END)}


def test_a_part_that_begins_within_a_sentence_begins_anew() -> None:
    """Even where nobody tells that it does."""
    lengths = np.array([1, 3], np.int64)
    words, nothing = np.array([D, A, B, C], np.uint32), np.zeros(4, np.uint8)
    owner, features = word_blocks(occurrences(words, nothing, nothing, nothing.astype(bool), lengths), nothing, lengths)
    assert set(features[owner == 0].tolist()) == {D, pair(BEGIN, D), pair(D, END)}
    assert set(features[owner == 1].tolist()) == PLAIN


def test_half_an_emoji_has_features_too() -> None:
    assert word_hash("\ud83d") == crc32(b"w:\xed\xa0\xbd")
    assert crc32(b"c: \xed") in char_hashes("\ud83d")


def test_the_values_of_a_block_are_one_over_the_root_of_its_size() -> None:
    analysis = made("a b c a")
    found, values = extract(analysis)
    words, chars = len(of_words(analysis)), 4 * len(char_hashes("a"))
    assert values.tolist() == pytest.approx([words**-0.5] * words + [chars**-0.5] * chars)
    assert len(found) == words + chars


def test_characters_are_those_of_a_word_between_blanks() -> None:
    wanted = {" ab", "ab ", " a", "ab", "b ", " ab "}
    assert set(char_hashes("ab")) == {crc32(b"c:" + part.encode()) for part in wanted}
    assert len(char_hashes("aaaaaaaa")) == len(set(char_hashes("aaaaaaaa"))) == 4 * 3
    longest = "abcdefghijklmnopqrstuvwx"
    assert len(longest) == 24
    assert char_hashes(longest + "y") == char_hashes(longest)
    assert set(char_hashes(longest[:-1])) != set(char_hashes(longest))


@st.composite
def analyses(draw: st.DrawFn) -> Analysis:
    words = draw(st.lists(st.sampled_from("a b c d".split()), max_size=9))
    places = st.integers(0, len(words))
    spans = st.lists(st.tuples(places, places).filter(lambda span: span[0] < span[1]), max_size=2)
    starts = {0, *draw(st.lists(st.integers(0, max(0, len(words) - 1)), max_size=3))}
    flags = draw(st.dictionaries(places, st.integers(0, 7), max_size=3))
    return made(" ".join(words), sorted(starts), flags, **{name: draw(spans) for name in FINDERS if words})


@given(st.lists(analyses(), min_size=1, max_size=5))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_many_at_once_have_the_features_of_each_alone(many: list[Analysis]) -> None:
    assert all_at_once(many)[1] == [sorted(of_words(analysis)) for analysis in many]


def test_a_feature_occurs_at_the_last_of_its_words() -> None:
    found, _ = all_at_once([made("d", flags={0: MASKED}), made("a b c", negation=[(1, 2)])])
    places = {(f, o.words): at for o in found for at, f in zip(o.tokens.tolist(), o.features.tolist(), strict=True)}
    assert places == {
        (D, 1): 0, (pair(BEGIN, D), 1): 0, (pair(D, END), 1): 0, (crc32(b"flag:masked"), 1): 0,
        (A, 1): 1, (pair(BEGIN, A), 1): 1,
        (B, 1): 2, (pair(A, B), 2): 2, (pair(pair(BEGIN, A), B), 2): 2, (pair(1, B), 1): 2,
        (C, 1): 3, (pair(B, C), 2): 3, (pair(pair(A, B), C), 3): 3, (pair(C, END), 1): 3,
    }  # fmt: skip


def test_cues_lie_beside_their_tokens_as_bits() -> None:
    everywhere = {name: [(at, at + 1)] for at, name in enumerate(
        ("negation", "hypothetical", "quotation", "first_person", "third_party", "work", "employer")
    )}  # fmt: skip
    assert list(bits(made("a b c d a b c d", **everywhere))) == [1, 2, 4, 8, 16, 32, 64, 0]
    assert list(bits(made("a b c", work=[(0, 2)], negation=[(1, 3)]))) == [32, 33, 1]

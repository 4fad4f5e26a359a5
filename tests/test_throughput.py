"""Guards against slips in speed that count work instead of taking time: they say the same on any machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import Any

import numpy as np
import pytest

from riskcheck.assess import Assessor
from riskcheck.categories import NAMES
from riskcheck.checker import RiskChecker
from riskcheck.corpus.reading import read_authored
from riskcheck.features import _marks, _pair, extract, occurrences, word_blocks, word_hash
from riskcheck.lexemes import Keys
from riskcheck.logits import pieces
from riskcheck.post import Post
from riskcheck.text.analysis import analyse

MARKS = set(_marks().values())
"""Features of a post's cues, which belong to no word."""


@pytest.fixture(scope="module")
def posts(pytestconfig: pytest.Config) -> list[Post]:
    examples = read_authored(pytestconfig.rootpath / "data")[:512]
    return [Post(text=example.text, id=str(i)) for i, example in enumerate(examples)]


@pytest.fixture(scope="module")
def assessor(checker: RiskChecker) -> Assessor:
    return checker._assessor


def calls(work: Any) -> int:
    """Calls of functions, Python's and C's, that a piece of work makes."""
    found: Counter[str] = Counter()
    sys.setprofile(lambda frame, event, argument: found.update((event,)))
    try:
        work()
    finally:
        sys.setprofile(None)
    return found["call"] + found["c_call"]


def test_a_post_takes_few_calls(assessor: Assessor, posts: list[Post]) -> None:
    for spans, most in ((False, 500), (True, 700)):
        list(assessor.check_many(posts, spans=spans))
        found = calls(lambda spans=spans: list(assessor.check_many(posts, spans=spans))) / len(posts)
        assert found < most, f"{found:.0f} calls a post; something is done for every token that was done for a batch"


def test_the_work_grows_with_the_length_and_no_faster(assessor: Assessor) -> None:
    def reading(times: int) -> list[Post]:
        return [Post(text="so we went to the park and had lunch by the lake. " * times)]

    short, long = reading(20), reading(80)
    for draft in (short, long):
        list(assessor.check_many(draft))
    once = calls(lambda: list(assessor.check_many(short)))
    assert calls(lambda: list(assessor.check_many(long))) < 4.4 * once


def convolved(assessor: Assessor, monkeypatch: Any) -> list[tuple[int, int]]:
    """Texts and length of every block that the network reads from now on."""
    encoder, rows = assessor.scorer.logits.encoder, []
    convolve = encoder.convolve
    monkeypatch.setattr(
        encoder, "convolve", lambda block, *more: rows.append(block.shape[:2]) or convolve(block, *more)
    )
    return rows


def test_the_network_reads_once_what_the_gate_lets_through(
    assessor: Assessor, posts: list[Post], monkeypatch: Any
) -> None:
    rows, scorer = convolved(assessor, monkeypatch), assessor.scorer
    reading = scorer.logits.read([analyse(post.text) for post in posts])
    parts = [(post, *piece) for post, analysis in enumerate(reading.analyses) for piece in pieces(analysis)]
    linear, network = scorer.logits.parts(reading, parts)
    through = linear.max(axis=1) >= scorer.logits._gate
    lengths = np.array([max(1, end - begin) for _, begin, end in parts])
    assert sum(count * length for count, length in rows) == lengths[through].sum()
    assert len(rows) < len(posts) / 4
    assert 10 < (~through).sum() < len(parts) / 2
    everything = scorer.logits.network(reading, parts)
    np.testing.assert_allclose(network[through], everything[through], atol=1e-4)
    assert (network[~through] == scorer.logits.calm).all()
    # Nothing that the network would call risky is held back.
    risky = np.array([scorer.alone(linear[[at]], everything[[at]])[0, len(NAMES)] for at in np.flatnonzero(~through)])
    assert (risky > 0).mean() < 0.05


def test_evidence_takes_one_more_reading(assessor: Assessor, posts: list[Post], monkeypatch: Any) -> None:
    rows = convolved(assessor, monkeypatch)
    list(assessor.check_many(posts[:256], spans=False))
    scored, bare = sum(count * length for count, length in rows), len(rows)
    rows.clear()
    found = [a for _, a in assessor.check_many(posts[:256]) if a.findings]
    assert len(found) > 20
    # Every finding's window once, and once more to choose among a long post's windows.
    assert sum(count * length for count, length in rows) <= 3 * scored
    assert len(rows) < 4 * bare


def test_a_check_imports_no_more_than_it_needs() -> None:
    code = "import sys; from riskcheck.cli.check import command; import riskcheck.assess; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    heavy = {
        "spacy",
        "sklearn",
        "scipy",
        "rich",
        "joblib",
        "pyarrow",
        "requests",
        "asyncio",
        "sqlite3",
        "ftfy",
        "ijson",
    }
    assert not loaded & heavy


def test_what_words_add_to_the_n_grams_adds_up(assessor: Assessor, posts: list[Post]) -> None:
    """All tokens' shares, with bias and the cues of the post as a whole, are the logit."""
    logits = assessor.scorer.logits
    texts = [*(post.text for post in posts[:60]), "no no no no no", "x", "sh!t sh!t happens. so it goes"]
    reading = logits.read([analyse(text) for text in texts])
    windows = [(at, 0, len(analysis.tokens)) for at, analysis in enumerate(reading.analyses)]
    outputs = [0, 1, 15]
    wanted = [(at, output) for at in range(len(texts)) for output in outputs]
    shares = logits.linear_shares(reading, windows, wanted)
    linear, _ = logits.parts(reading, windows)
    for (at, output), found in zip(wanted, shares, strict=True):
        ids, values = extract(reading.analyses[at])
        whole = logits._keys.find(np.array([h for h in ids.tolist() if h in MARKS], np.uint32))
        scale = values[0]
        rest = float(logits._bias[output]) + scale * logits._coef[whole[whole >= 0], output].astype(float).sum()
        assert len(found) == len(reading.analyses[at].tokens)
        assert found.sum() + rest == pytest.approx(linear[at, output], abs=1e-4)


def test_a_feature_is_shared_by_the_words_it_is_made_of(assessor: Assessor) -> None:
    logits = assessor.scorer.logits
    reading = logits.read([analyse("my boss is my boss")])
    found = logits.linear_shares(reading, [(0, 0, 5)], [(0, 0)])[0]
    words = [word_hash(word) for word in "my boss is my boss".split()]
    weigh_one = lambda *hashes: float(logits._weights(np.array(hashes, np.uint32))[:, 0].sum())  # noqa: E731
    _, values = extract(reading.analyses[0])
    chars = float(reading.columns.chars[reading.numbers[2], 0]) * values[-1]
    pair, triple = _pair(words[1], words[2]), _pair(_pair(words[0], words[1]), words[2])
    after, across = _pair(words[2], words[3]), _pair(_pair(words[1], words[2]), words[3])
    last = _pair(_pair(words[2], words[3]), words[4])
    of_is = weigh_one(words[2]) + weigh_one(pair, after) / 2 + weigh_one(triple, across, last) / 3
    assert found[2] == pytest.approx(of_is * values[0] + chars, abs=1e-4)


def test_features_of_a_batch_are_those_of_each_post(assessor: Assessor, posts: list[Post]) -> None:
    scorer = assessor.scorer
    texts = [*(post.text for post in posts[:200]), "", "x", "a\nb\nc d e f. G h i", "sh!t " * 50, "no no no no"]
    analyses = [analyse(text) for text in texts]
    reading = scorer.logits.read(analyses)
    parts = [(post, *piece) for post, analysis in enumerate(analyses) for piece in pieces(analysis)]
    linear_found, _ = scorer.logits.parts(reading, parts)
    keys, coef = scorer.logits._keys, scorer.logits._coef.astype(np.float64)
    for at, (post, begin, end) in enumerate(parts):
        ids, values = extract(analyses[post], begin, end)
        places = keys.find(ids)
        linear = scorer.logits._bias + (coef[places[places >= 0]] * values[places >= 0, None]).sum(axis=0)
        assert linear_found[at] == pytest.approx(linear, rel=1e-5, abs=1e-5)
    assert len(parts) > len(texts)


def test_hashes_are_found_where_they_are() -> None:
    rng = np.random.default_rng(3)
    values = np.unique(np.concatenate([rng.integers(0, 2**32, 5000), np.arange(7000, 7100), [0, 2**32 - 1]]))
    keys = Keys(values.astype(np.uint32))
    wanted = np.concatenate([values, rng.integers(0, 2**32, 5000)]).astype(np.uint32)
    found = keys.find(wanted)
    expected = [int(np.searchsorted(values, v)) if v in set(values.tolist()) else -1 for v in wanted.tolist()]
    assert found.tolist() == expected
    assert Keys(np.zeros(0, np.uint32)).find(wanted[:5]).tolist() == [-1] * 5


def test_tokens_seen_are_kept_within_bounds(monkeypatch: Any, checker: RiskChecker) -> None:
    monkeypatch.setattr("riskcheck.lexemes._MOST", 50)
    fresh = Assessor.from_file()
    texts = [f"this is word{i} and the other other{i} of it all" for i in range(300)]
    many = [a for _, a in fresh.check_many(Post(text=text, id="x") for text in texts)]
    assert len(fresh.scorer.logits._lexemes._numbers) < 3000
    for text, found in list(zip(texts, many, strict=True))[::40]:
        assert json.dumps(found.to_dict()) == json.dumps(checker.check(Post(text=text, id="x")).to_dict())


def test_no_texts_no_features() -> None:
    nothing = np.zeros(0, np.uint32)
    found = occurrences(
        nothing, nothing.astype(np.uint8), nothing.astype(np.uint8), nothing.astype(bool), np.zeros(0, np.int64)
    )
    owner, features = word_blocks(found, nothing.astype(np.uint8), np.zeros(0, np.int64))
    assert (len(owner), len(features)) == (0, 0)

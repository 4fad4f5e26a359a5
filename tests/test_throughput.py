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
from riskcheck.checker import RiskChecker
from riskcheck.corpus.reading import read_authored
from riskcheck.explain import weigh
from riskcheck.features import extract, word_blocks
from riskcheck.lexemes import Keys
from riskcheck.logits import pieces
from riskcheck.post import Post
from riskcheck.text.analysis import Analysis, analyse


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


def test_the_network_reads_each_token_once_a_part(assessor: Assessor, posts: list[Post], monkeypatch: Any) -> None:
    encoder, rows = assessor.scorer.logits.encoder, []
    convolve = encoder._convolve
    monkeypatch.setattr(encoder, "_convolve", lambda block: rows.append(block.shape[:2]) or convolve(block))
    analyses = [analyse(post.text) for post in posts]
    assessor.scorer.inputs(analyses)
    wanted = sum(max(1, end - begin) for analysis in analyses for begin, end in pieces(analysis))
    assert sum(count * length for count, length in rows) == wanted
    assert len(rows) < len(posts) / 4


def test_evidence_of_a_batch_is_weighed_in_one_go(assessor: Assessor, posts: list[Post], monkeypatch: Any) -> None:
    encoder, runs = assessor.scorer.logits.encoder, []
    run = encoder.run
    monkeypatch.setattr(encoder, "run", lambda *arguments: runs.append(1) or run(*arguments))
    found = list(assessor.check_many(posts[:256]))
    assert sum(len(assessment.findings) for _, assessment in found) > 20
    assert len(runs) == 3  # the posts, the windows of long ones with findings, those without each word


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


def test_weights_are_what_leaving_out_by_hand_gives(assessor: Assessor, posts: list[Post]) -> None:
    """The evidence is computed for all tokens and posts at once; here it is done one token at a time."""
    from dataclasses import replace

    scorer = assessor.scorer
    analyses = [analyse(post.text) for post in posts[:40]]
    reading = scorer.logits.read(analyses)
    wanted = [(i, "job_complaint") for i in range(len(analyses))]

    def alone(analysis: Analysis) -> float:
        read = scorer.logits.read([analysis])
        return float(scorer.alone(*scorer.logits.parts(read, [(0, 0, len(analysis.tokens))]))[0, 0])

    every = weigh(scorer, reading, wanted, every=True)
    for few, many in zip(weigh(scorer, reading, wanted), every, strict=True):
        # Words that cannot be evidence are not weighed; the others weigh the same.
        assert all(a.weight in (0.0, pytest.approx(b.weight, abs=2e-4)) for a, b in zip(few, many, strict=True))
    for (post, _), found in zip(wanted, every, strict=True):
        analysis = analyses[post]
        if len(analysis.sentences()) > 1 or not found:
            continue
        logit = alone(analysis)
        for left_out in range(0, len(found), 3):
            ranges = {
                name: [(a - (a > left_out), b - (b > left_out)) for a, b in spans if (a, b) != (left_out, left_out + 1)]
                for name, spans in analysis.ranges.items()
            }
            tokens = [*analysis.tokens[:left_out], *analysis.tokens[left_out + 1 :]]
            drop = logit - alone(replace(analysis, tokens=tokens, ranges=ranges, starts=[0] if tokens else []))
            assert found[left_out].weight == pytest.approx(drop, abs=2e-4)


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
    owner, features = word_blocks(
        nothing, nothing.astype(np.uint8), nothing.astype(np.uint8), nothing.astype(bool), np.zeros(0, np.int64)
    )
    assert (len(owner), len(features)) == (0, 0)

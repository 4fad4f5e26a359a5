"""Say where the time goes: shares of reading, tokenising, cues, features, network, evidence and writing.

python benchmarks/stages.py [--posts 6000] [--risky 0.1]
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import TypeVar

from make_posts import posts
from measure import ONE_THREAD

T = TypeVar("T")


def main() -> None:
    """Print microseconds a post and shares."""
    os.environ.update(ONE_THREAD)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=6000)
    parser.add_argument("--risky", type=float, default=0.1)
    arguments = parser.parse_args()
    table = stages(arguments.posts, arguments.risky)
    total = table.pop("all with findings")
    print(f"{'':34}{'us a post':>10}{'share':>8}")
    for name, micro in table.items():
        print(f"{name:34}{micro:10.1f}{micro / total:8.1%}")
    print(f"{'all with findings':34}{total:10.1f}")


def stages(count: int, risky: float) -> dict[str, float]:
    """Run the stages one by one over the same posts, each a second time and taken then."""
    import msgspec

    from riskcheck.assess import BATCH, Assessor
    from riskcheck.batch import calm
    from riskcheck.batch.write import encode
    from riskcheck.logits import pieces
    from riskcheck.post import Post
    from riskcheck.text import cues, sentences
    from riskcheck.text.analysis import analyse
    from riskcheck.text.language import is_english
    from riskcheck.text.tokens import tokenise

    lines = [msgspec.json.encode({"id": i, "text": t}) for i, t in posts(count, risky)]
    calm()  # as in a worker
    assessor = Assessor.from_file()
    scorer, found = assessor.scorer, {}

    def take(name: str, work: Callable[[], T]) -> T:
        work()
        began = time.process_time()
        result = work()
        found[name] = 1e6 * (time.process_time() - began) / count
        return result

    rows = take("decoding JSON", lambda: [msgspec.json.decode(line) for line in lines])
    texts = [row["text"] for row in rows]
    drafts = [Post(text=row["text"], id=row["id"]) for row in rows]
    tokens = take("tokenising", lambda: list(map(tokenise, texts)))
    starts = take("sentences", lambda: list(map(sentences.starts, texts, tokens)))
    take(
        "cues",
        lambda: [find(*post) for find in cues.FINDERS.values() for post in zip(texts, tokens, starts, strict=True)],
    )
    take("language", lambda: list(map(is_english, tokens)))
    analyses = list(map(analyse, texts))
    batches = [analyses[i : i + BATCH] for i in range(0, count, BATCH)]
    readings = [scorer.logits.read(batch) for batch in batches]
    stacked = take("n-grams and network", lambda: [scorer.stacked(scorer.logits.read(batch)) for batch in batches])

    logits = scorer.logits
    windows = [[(post, *piece) for post, a in enumerate(batch) for piece in pieces(a)] for batch in batches]
    # What the n-grams hold plainly harmless, the network does not read.
    through = [
        [part for part, row in zip(parts, logits.parts(reading, parts)[1], strict=True) if (row != logits.calm).any()]
        for reading, parts in zip(readings, windows, strict=True)
    ]
    print(f"The network reads {sum(map(len, through)) / sum(map(len, windows)):.0%} of the windows.")
    run = [(reading, parts) for reading, parts in zip(readings, through, strict=True) if parts]
    take("network", lambda: [logits.network(reading, parts) for reading, parts in run])
    found["n-grams"] = found.pop("n-grams and network") - found["network"]
    take("stack and calibration", lambda: [scorer.from_inputs(*found) for found in stacked])
    take("all scores only", lambda: [r for _, r in assessor.check_many(drafts, spans=False)])
    results = take("all with findings", lambda: [r for _, r in assessor.check_many(drafts)])
    found["evidence"] = found["all with findings"] - found["all scores only"]
    take("encoding JSON", lambda: encode(results, "jsonl", "", header=False))
    parts = ("tokenising", "sentences", "cues", "language", "n-grams", "network", "stack and calibration")
    found["choosing, notes, objects"] = found.pop("all scores only") - sum(found[name] for name in parts)
    found["all with findings"] += found["decoding JSON"] + found["encoding JSON"]
    return found


if __name__ == "__main__":
    main()

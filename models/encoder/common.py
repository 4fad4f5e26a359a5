"""What teacher and student share: targets, files, augmentation."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from riskcheck.categories import NAMES
from riskcheck.corpus.reading import Example, post_id, read_jsonl
from riskcheck.corpus.training import Splits

OUTPUTS = 3 * len(NAMES) + 3
WORK = Path(__file__).parent / "work"
"""Where the steps leave their files; not kept in version control, since it holds texts."""


def targets(examples: Sequence[Example]) -> np.ndarray:
    """Every category at severity 1, 2 and 3 or more, then the overall severity likewise; shape (n, 45)."""
    y = np.zeros((len(examples), OUTPUTS), dtype=np.float32)
    for row, example in zip(y, examples, strict=True):
        for name, severity in example.labels.items():
            at = 3 * NAMES.index(name)
            row[at : at + severity] = 1
        row[3 * len(NAMES) : 3 * len(NAMES) + example.severity] = 1
    return y


def pool(texts: Path, labelled: set[str], most: int, seed: int) -> list[str]:
    """Draw unlabelled public posts."""
    rows = [
        row["text"]
        for row in read_jsonl(texts / "unlabelled.jsonl.gz")
        if post_id(row["dataset"], row["text"]) not in labelled
    ]
    random.Random(seed).shuffle(rows)
    return rows[:most]


def augment(splits: Splits, count: int, seed: int) -> list[str]:
    """Make texts near the labelled ones for the teacher to score.

    Three ways: a post among harmless posts (so that one bad sentence in a long text is learnt), a post with words
    left out, and the beginning of one post with the end of another.
    """
    rng = random.Random(seed)
    safe = [e.text for e in splits.train if not e.labels and len(e.text) < 200]
    invented = [e.text for e in splits.train if e.collection == "authored"]
    everything = [e.text for e in splits.train]
    made = []
    while len(made) < count:
        text = rng.choice(everything if rng.random() < 0.5 else invented)
        way = rng.random()
        if way < 0.3:
            parts = [rng.choice(safe) for _ in range(rng.choice([1, 1, 2, 3]))]
            parts.insert(rng.randrange(len(parts) + 1), text)
            made.append(rng.choice([" ", ". ", "\n"]).join(parts)[:1000])
        elif way < 0.7:
            words = [word for word in text.split(" ") if rng.random() > 0.15] or text.split(" ")
            if rng.random() < 0.3:
                words = words[: max(3, int(len(words) * rng.random()))]
            made.append(" ".join(words))
        else:
            head, tail = text.split(" "), rng.choice(invented).split(" ")
            made.append(" ".join(head[: rng.randrange(1, len(head) + 1)] + tail[rng.randrange(len(tail)) :]))
    return made


def save_texts(name: str, texts: list[str]) -> None:
    """Keep texts for the next step."""
    WORK.mkdir(exist_ok=True)
    (WORK / f"{name}.json").write_text(json.dumps(texts), encoding="utf-8")


def load_texts(name: str) -> list[str]:
    """Read texts that an earlier step kept."""
    found: list[str] = json.loads((WORK / f"{name}.json").read_text(encoding="utf-8"))
    return found

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


def padded(examples: Sequence[Example], wanted: np.ndarray, count: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Put posts among harmless ones, or two posts together: what is wanted of the whole is known from the parts.

    Parameters
    ----------
    examples : sequence of Example
        Labelled posts.
    wanted : ndarray, shape (len(examples), 45)
        What is wanted of each.
    count, seed : int
        How many to make.

    Returns
    -------
    texts : list of str
        At most 300 characters each: about what the product reads at once.
    wanted : ndarray, shape (count, 45)
        The larger of the parts.
    """
    rng = random.Random(seed)
    short = [i for i, e in enumerate(examples) if len(e.text) < 220]
    invented = [i for i in short if examples[i].collection == "authored"]
    labelled = [i for i in short if examples[i].labels]
    safe = [i for i in short if not examples[i].labels and len(examples[i].text) < 120]
    texts, rows = [], []
    while len(texts) < count:
        parts = [rng.choice(invented if rng.random() < 0.6 else labelled if rng.random() < 0.5 else short)]
        parts += [rng.choice(safe if rng.random() < 0.9 else invented) for _ in range(rng.choice([1, 1, 2]))]
        rng.shuffle(parts)
        whole = rng.choice([" ", ". ", "\n", "\n\n", " ... "]).join(examples[i].text for i in parts)
        if len(whole) <= 300:
            texts.append(whole)
            rows.append(wanted[parts].max(axis=0))
    return texts, np.array(rows, dtype=np.float32)


def noised(text: str, rng: random.Random) -> str:
    """Write a post as a hastier person would; it keeps its meaning."""
    way = rng.random()
    if way < 0.3:
        text = text.lower()
    elif way < 0.4:
        text = text.translate(str.maketrans("", "", ".,;:!?"))
    elif way < 0.5:
        text = text.replace("'", "").replace("\u2019", "")
    if rng.random() < 0.3:
        text = rng.choice(["so ", "ok ", "lol ", "honestly ", "well, ", "Today: ", "just saying: ", "anyway "]) + text
    words = text.split(" ")
    plain = [i for i, word in enumerate(words) if len(word) > 3 and word.isascii() and word.isalpha()]
    for i in rng.sample(plain, min(len(plain), rng.choice([0, 1, 1, 2]))):
        at = rng.randrange(1, len(words[i]) - 1)
        head, one, two, tail = words[i][:at], words[i][at], words[i][at + 1], words[i][at + 2 :]
        words[i] = head + rng.choice([two + one, one, two, one + one + two]) + tail
    return " ".join(words)


def save_texts(name: str, texts: list[str]) -> None:
    """Keep texts for the next step."""
    WORK.mkdir(exist_ok=True)
    (WORK / f"{name}.json").write_text(json.dumps(texts), encoding="utf-8")


def load_texts(name: str) -> list[str]:
    """Read texts that an earlier step kept."""
    found: list[str] = json.loads((WORK / f"{name}.json").read_text(encoding="utf-8"))
    return found

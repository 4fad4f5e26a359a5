"""Make files of invented posts of any size: the project's own, varied so that no two are alike.

Every post gets a word with a letter lost or doubled and, every third time, a handle, so that what is computed
once for a word is met as seldom as in the wild. One post in ten is one that was written to be risky, as in a
usual timeline; ``--risky`` changes that.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

DATA = Path(__file__).resolve().parent.parent / "data" / "posts"
_SYLLABLES = "ba ko mi ra tu le no shi va do pe lu za ni go".split()


def posts(count: int, risky: float = 0.1, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Yield ids and texts."""
    rows = [
        msgspec.json.decode(line) for path in sorted(DATA.glob("*.jsonl")) for line in path.read_bytes().splitlines()
    ]
    bad = [row["text"] for row in rows if max(row["labels"].values(), default=0) >= 2]
    good = [row["text"] for row in rows if not row["labels"]]
    draw = random.Random(seed)
    for number in range(count):
        text = draw.choice(bad if draw.random() < risky else good)
        yield f"p{number}", _varied(text, number, draw)


def _varied(text: str, number: int, draw: random.Random) -> str:
    words = text.split(" ")
    at = draw.randrange(len(words))
    word = words[at]
    if len(word) > 3:
        cut = draw.randrange(1, len(word) - 1)
        words[at] = word[:cut] + (word[cut] * 2 if draw.random() < 0.5 else "") + word[cut + 1 :]
    if number % 3 == 0:
        words.insert(draw.randrange(len(words) + 1), "@" + "".join(draw.choices(_SYLLABLES, k=4)) + str(number % 97))
    return " ".join(words)


def write(path: Path, count: int, risky: float = 0.1) -> Path:
    """Write a JSONL file."""
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as stream:
        for id_, text in posts(count, risky):
            stream.write(encode({"id": id_, "text": text, "created_at": "2025-11-03T10:00:00Z"}) + b"\n")
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--risky", type=float, default=0.1)
    arguments = parser.parse_args()
    write(arguments.path, arguments.count, arguments.risky)
    sys.exit(0)

"""Check the corpus: schema, duplicates, near-duplicates, labels against the category table, leaks between splits."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from riskcheck.categories import CATEGORIES
from riskcheck.corpus.reading import (
    AUTHORED,
    Example,
    label_files,
    post_id,
    read_authored,
    read_challenge,
    read_jsonl,
    read_labels,
)
from riskcheck.corpus.splitting import near_duplicates, role

_MASKS = {"voice", "trade", "age", "place", "platform", "style"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the corpus: which check found it, and a sentence on it."""

    check: str
    message: str


def validate(data: Path) -> tuple[list[Problem], dict[str, int]]:
    """Check the corpus.

    Parameters
    ----------
    data : Path
        The project's ``data`` folder.

    Returns
    -------
    problems : list of Problem
        Empty for a sound corpus.
    counts : dict of str to int
        What was checked: posts, voices, twins, labels of public posts.
    """
    examples = read_authored(data)
    counted = Counter(key for file in label_files(data) for key, _ in read_labels(file))
    voices = {row.get("voice"): row for row in read_jsonl(data / "voices.jsonl")}
    problems = [*_schema(examples, voices), *_duplicates(examples), *_against_examples(examples)]
    problems += _leaks([*examples, *read_challenge(data)])
    problems += [
        Problem("labels", f"post {key} is labelled {n} times; keep one") for key, n in counted.items() if n > 1
    ]
    return problems, {
        "invented posts": len(examples),
        "voices": len({e.group for e in examples}),
        "posts in twins": sum(bool(e.pair) for e in examples),
        "labels of public posts": len(counted),
    }


def _schema(examples: list[Example], voices: dict[object, dict[str, object]]) -> list[Problem]:
    problems = []
    ids = {e.id for e in examples}
    for e in examples:
        if e.id != post_id(AUTHORED, e.text):
            problems.append(Problem("schema", f"post {e.id}: the id does not fit the text"))
        if not e.text.strip():
            problems.append(Problem("schema", f"post {e.id}: empty text"))
        if e.group not in voices:
            problems.append(Problem("schema", f"post {e.id}: voice {e.group!r} is not in voices.jsonl"))
        if e.pair and e.pair not in ids:
            problems.append(Problem("schema", f"post {e.id}: its twin {e.pair} is missing"))
    for name, row in voices.items():
        if set(row) != _MASKS:
            problems.append(Problem("schema", f"voice {name!r}: wants the fields {', '.join(sorted(_MASKS))}"))
    return problems


def _duplicates(examples: list[Example]) -> list[Problem]:
    """Exact copies anywhere; near-copies unless they are twins, whose point is to share their words."""
    problems = []
    seen: dict[str, str] = {}
    for e in examples:
        key = " ".join(e.text.lower().split())
        if key in seen:
            problems.append(Problem("duplicates", f"posts {seen[key]} and {e.id} have the same text"))
        seen.setdefault(key, e.id)
    first = near_duplicates([e.text for e in examples], near=0.8)
    for e, index in zip(examples, first, strict=True):
        other = examples[index]
        if other is not e and not (e.pair and e.pair == other.pair):
            problems.append(Problem("near-duplicates", f"posts {other.id} and {e.id} are nearly the same"))
    return problems


def _against_examples(examples: list[Example]) -> list[Problem]:
    """A corpus post that repeats an example of the category table must bear its label."""
    texts = {" ".join(e.text.lower().split()): e for e in examples}
    problems = []
    for category in CATEGORIES:
        for wanted, samples in ((True, category.risky), (False, category.safe)):
            for sample in samples:
                e = texts.get(" ".join(sample.lower().split()))
                if e is not None and (category.name in e.labels) != wanted:
                    problems.append(Problem("labels", f"post {e.id}: contradicts an example of {category.name}"))
    return problems


def _leaks(examples: list[Example]) -> list[Problem]:
    """No voice, twin family or near-duplicate group may stand on two sides of the split; the challenge set is one."""
    sides: defaultdict[str, set[str]] = defaultdict(set)
    first = near_duplicates([e.text for e in examples])
    for e, index in zip(examples, first, strict=True):
        side = role(e) if e.collection == AUTHORED else e.collection
        sides[f"voice {e.group}"].add(side)
        sides[f"near-duplicates of {examples[index].id}"].add(side)
        if e.pair:
            sides[f"twins of {e.pair}"].add(side)
    return [Problem("leaks", f"{name} stand in {' and '.join(sorted(r))}") for name, r in sides.items() if len(r) > 1]

"""Every reader, on mutations of the sample exports: damaged bytes, odd values in the place of others, growth."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

from fuzz.kit import ODD_TEXTS, Choices, grown, promise
from riskcheck.coverage import Coverage
from riskcheck.errors import RiskCheckError
from riskcheck.post import Post
from riskcheck.sources import all_sources, detect
from tests.sources.kit import MemoryArchive, Sample, samples

LONGEST = 16384
GROWN = 300_000
_PLAIN, _GROWN = 0, 1
_SAMPLES = samples()
_SOURCES = {source.name: source for source in all_sources()}
_BINARY = (".jpg", ".png", ".css")
_ODD = (
    None, True, -1, 1e308, 10**30, 2**63, [], {}, [None], [[]], {"a": {}}, ["a"], {"tweet": None}, *ODD_TEXTS,
)  # fmt: skip
DICTIONARY = (
    "window.YTD.tweets.part0 = ", '{"tweet":', "full_text", "[[[[", "]}", '"\\ud83d"', "\ufeff", "created_at", "\0",
    "<p>", "<div><span class=invisible>", "&#0;", "&amp;", "PAR1", "\r\n", '""', ";", "eroots", "gversion", "text",
)  # fmt: skip


def _files(sample: Sample) -> list[str]:
    return [name for name in sample.files() if not name.endswith(_BINARY)] or list(sample.files())


def seeds() -> Iterator[bytes]:
    """Yield every file of every sample: which one it is, how to read it, its bytes."""
    for number, sample in enumerate(_SAMPLES):
        contents = sample.files()
        for place, name in enumerate(_files(sample)):
            for kind in (_PLAIN, _GROWN):
                yield bytes([number, place, kind, 0, 5, 9]) + contents[name]


def one(data: bytes) -> None:
    """Read a sample in which one file is replaced."""
    choices = Choices(data)
    sample = choices.pick(_SAMPLES)
    name = choices.pick(_files(sample))
    kind, place = choices.number(2), Choices(choices.bytes(3))
    content = choices.rest()
    content = grown(content, place, GROWN) if kind == _GROWN else content
    survive(sample, {**sample.files(), name: content})


def survive(sample: Sample, files: dict[str, bytes]) -> None:
    """Do all that can be done with an export; every record must come out, as a post or as a reason."""
    single = sample.export.is_file()
    try:
        detect(MemoryArchive(files, single=single))
    except RiskCheckError as error:
        promise(str(error), "an error without words")
    archive, source, coverage, items = MemoryArchive(files, single=single), _SOURCES[sample.source], Coverage(), 0
    try:
        source.owner(archive)
        source.employers(archive)
        source.refusal(archive)
        for sentence in source.gaps(archive):
            promise(sentence, "a gap without words")
        for item in source.read(archive):
            items += 1
            if isinstance(item, Post):
                promise(item.text.strip() == item.text != "", "a post without text, or not trimmed")
                item.text.encode()
                promise(item.id, "a post without id")
                coverage.add(item)
                coverage.assessed += 1
            else:
                promise(item.reason and item.where, "a record skipped without a reason")
                coverage.skip(item)
    except RiskCheckError as error:
        promise(str(error), "an error without words")
    promise(coverage.check() == [], "the coverage does not add up")
    promise(coverage.records == items, "a record is missing in the coverage")


def mutate(data: bytes, most: int, seed: int) -> bytes | None:
    """Change one value of a JSON document; None where the bytes hold none."""
    head, content = data[:6], data[6:]
    start = min((at for at in (content.find(b"["), content.find(b"{")) if at >= 0), default=-1)
    if start < 0:
        return None
    try:
        value = json.loads(content[start:])
    except (ValueError, RecursionError):
        return None
    chance = random.Random(seed)
    holders: list[list[object] | dict[str, object]] = []
    _gather(value, holders)
    for _ in range(chance.choice((1, 1, 2, 4))):
        holder = chance.choice(holders)
        if not holder:
            continue
        key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        _change(holder, key, chance)
    try:
        written = json.dumps(value, indent=chance.choice((None, 2))).encode()
    except (ValueError, RecursionError):
        return None
    return (head + content[:start] + written)[:most]


def _gather(value: object, into: list[list[object] | dict[str, object]]) -> None:
    if isinstance(value, dict | list):
        into.append(value)
        for child in value.values() if isinstance(value, dict) else value:
            _gather(child, into)


def _change(holder, key, chance: random.Random) -> None:  # noqa: ANN001
    what = chance.randrange(6)
    if what == 0:
        del holder[key]
    elif what == 1:
        holder[key] = [holder[key]]
    elif what == 2:
        holder[key] = {chance.choice(ODD_TEXTS): holder[key]}
    elif what == 3 and isinstance(holder, list):
        holder.insert(0, holder[key])
    elif what == 4 and isinstance(holder, dict):
        holder[chance.choice(list(holder))] = chance.choice(_ODD)
    else:
        holder[key] = chance.choice(_ODD)

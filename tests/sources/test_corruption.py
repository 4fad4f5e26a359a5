"""Every sample, damaged at random: only clear errors or counted skips, never a crash, never a silent loss.

``RISKCHECK_EXAMPLES`` sets how many cases each sample gets (default 60 for each kind of damage).
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskcheck.coverage import Coverage
from riskcheck.errors import RiskCheckError
from riskcheck.post import Post, Skipped
from riskcheck.sources import all_sources, detect
from tests.sources.kit import MemoryArchive, Sample, samples

EXAMPLES = int(os.environ.get("RISKCHECK_EXAMPLES", "60"))
SOURCES = {source.name: source for source in all_sources()}
INSERTS = [b'"', b"\\", b"{", b"}]", b"\xff\xfe", b"\0", b"\n", b"[" * 500]
SKIP = {".jpg", ".png", ".html", ".css"}
CHECKS = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
ODD: list[Any] = [
    None, True, -1, 1e308, 10**30, "", "\0", "\ud800", "x" * 3000, "1e9", [], {}, [None], [[]], {"a": {}}, ["a"],
    {"tweet": None}, "2024-99-99", "<p>&#0;<b", "\u202e",
]  # fmt: skip


def survive(sample: Sample, files: dict[str, bytes]) -> list[Post | Skipped]:
    """Do all that can be done with an archive; anything but a RiskCheckError is a failure."""
    source = SOURCES[sample.source]
    archive = MemoryArchive(files, single=sample.export.is_file())
    with contextlib.suppress(RiskCheckError):
        detect(archive)
    coverage = Coverage()
    items: list[Post | Skipped] = []
    with contextlib.suppress(RiskCheckError):
        source.owner(archive)
        source.employers(archive)
        for item in source.read(archive):
            items.append(item)
            if isinstance(item, Post):
                item.text.encode()
                assert item.text.strip()
                coverage.add(item)
                coverage.assessed += 1
            else:
                assert item.reason
                assert item.where
                coverage.skip(item)
    assert coverage.check() == []
    assert coverage.records == len(items)
    return items


def targets(sample: Sample) -> list[str]:
    return [name for name in sample.files() if not name.endswith(tuple(SKIP))] or list(sample.files())


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_bytes(sample: Sample) -> None:
    whole = sample.files()
    names = targets(sample)

    @CHECKS
    @given(st.data())
    def damage(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(names))
        content = bytearray(whole[name])
        kind = data.draw(st.sampled_from(["flip", "cut", "remove", "insert", "encode", "zero"]))
        at = data.draw(st.integers(0, max(len(content) - 1, 0)))
        if kind == "flip" and content:
            for place in [at, *data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4))]:
                content[place] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "cut":
            del content[at:]
        elif kind == "remove":
            del content[at : at + data.draw(st.integers(1, 200))]
        elif kind == "insert":
            content[at:at] = data.draw(st.sampled_from(INSERTS))
        elif kind == "zero":
            content[at : at + 40] = bytes(len(content[at : at + 40]))
        else:
            to = data.draw(st.sampled_from(["utf-16", "utf-16-le", "utf-32", "cp1252", "utf-8-sig"]))
            content = bytearray(bytes(content).decode("utf-8", "replace").encode(to, "replace"))
        survive(sample, {**whole, name: bytes(content)})

    damage()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        found += places(child, (*path, key))
    return found


JSON_SAMPLES = [
    (sample, name) for sample in samples() for name in sample.files() if name.endswith((".json", ".js"))
    and not name.endswith("user_details.js")
]  # fmt: skip


def split(content: bytes) -> tuple[str, Any]:
    text = content.decode()
    start = min(place for place in (text.find("["), text.find("{")) if place >= 0)
    return text[:start], json.loads(text[start:])


@pytest.mark.parametrize("sample", sorted({sample for sample, _ in JSON_SAMPLES}, key=str), ids=str)
def test_types_and_keys(sample: Sample) -> None:
    whole = sample.files()
    parsed = {name: split(whole[name]) for owner, name in JSON_SAMPLES if owner == sample}
    spots = {name: places(value) for name, (_, value) in parsed.items()}

    @CHECKS
    @given(st.data())
    def damage(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(parsed)))
        prefix, value = parsed[name]
        value = json.loads(json.dumps(value))
        path = data.draw(st.sampled_from(spots[name]))
        odd = data.draw(st.sampled_from(["drop", *ODD]))
        holder = value
        for step in path[:-1]:
            holder = holder[step]
        if not path:
            value = None if odd == "drop" else odd
        elif odd == "drop":
            del holder[path[-1]]
        else:
            holder[path[-1]] = odd
        indent = data.draw(st.sampled_from([None, 2]))
        survive(sample, {**whole, name: (prefix + json.dumps(value, indent=indent)).encode("utf-8", "replace")})

    damage()


@pytest.mark.parametrize(("sample", "name"), JSON_SAMPLES, ids=lambda value: str(value).rpartition("/")[2])
def test_a_cut_is_never_silent(sample: Sample, name: str) -> None:
    whole = sample.files()
    intact = survive(sample, whole)
    posts = sum(isinstance(item, Post) for item in intact)
    content = whole[name].rstrip()
    for at in range(0, len(content), max(len(content) // 25, 1)):
        found = survive(sample, {**whole, name: content[:at]})
        kept = sum(isinstance(item, Post) for item in found)
        if kept < posts and not name.endswith(("account.js", "channel.json")):
            assert any(isinstance(item, Skipped) and item.where.startswith(name) for item in found)

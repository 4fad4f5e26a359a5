"""The fast reader of long lists gives what json gives, and loses one record where one is broken."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskcheck.post import Skipped
from riskcheck.sources import _split
from riskcheck.sources._split import ListReader
from tests.sources.kit import MemoryArchive

COUNT = 400


class Small(msgspec.Struct):
    """As much of a record as is asked for."""

    n: int | None = None
    text: str | None = None


def run(data: bytes, record: Any = dict) -> list[Any]:
    return list(ListReader(record).read(MemoryArchive({"f.js": data}), "f.js"))


def values(data: bytes) -> list[Any]:
    return [item if isinstance(item, Skipped) else item[1] for item in run(data)]


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(st.text(max_size=5), TREES, min_size=1, max_size=4), max_size=12)


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(RECORDS, st.sampled_from([None, 0, 2]), st.sampled_from([24, 100, 1 << 20]), st.booleans())
def test_same_as_json(records: list[Any], indent: int | None, chunk: int, ascii_only: bool) -> None:
    text = "window.YTD.x.part0 = " + json.dumps(records, indent=indent, ensure_ascii=ascii_only)
    before, _split._CHUNK = _split._CHUNK, chunk
    try:
        found = values(text.encode("utf-8", "surrogatepass"))
    finally:
        _split._CHUNK = before
    wanted = json.loads(json.dumps(records))
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        # Half an emoji and NUL are cleaned, which only a comparison of sound records can ignore.
        if json.dumps(other).isascii() and "\\u" not in json.dumps(other):
            assert one == other


@pytest.fixture(scope="module")
def listing() -> bytes:
    records = [{"tweet": {"n": n, "text": f'say "{n}" {{}} []', "more": [{"a": 1}, {"a": 2}]}} for n in range(COUNT)]
    return ("x = " + json.dumps(records, indent=2)).encode()


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("seed", range(40))
def test_one_flip_costs_little(indent: int | None, seed: int) -> None:
    records = [{"tweet": {"n": n, "text": f'say "{n}" {{}} []', "more": [{"a": 1}, {"a": 2}]}} for n in range(COUNT)]
    data = bytearray(("x = " + json.dumps(records, indent=indent)).encode())
    place = 6 + (seed * 7919) % (len(data) - 10)
    data[place] ^= 1 << (seed % 7)
    found = run(bytes(data))
    good = sum(1 for item in found if not isinstance(item, Skipped) and item[1] in records)
    assert good >= COUNT - 3
    assert len(found) >= COUNT - 1


def test_numbers_of_records(listing: bytes) -> None:
    found = run(listing)
    assert [item[0] for item in found] == [f"f.js#{n}" for n in range(1, COUNT + 1)]


def test_cut_in_the_middle(listing: bytes) -> None:
    found = run(listing[: len(listing) // 2])
    assert isinstance(found[-1], Skipped)
    assert sum(isinstance(item, Skipped) for item in found) == 1


def test_wrong_type_costs_one_record() -> None:
    records = [{"n": n, "text": "x"} for n in range(50)]
    data = json.dumps(records, indent=2).replace('"n": 25', '"n": "many"').encode()
    found = run(data, Small)
    assert [item.reason for item in found if isinstance(item, Skipped)] == ["record has fields of an unexpected type"]
    assert len(found) == 50


def test_very_large_and_very_deep_records() -> None:
    huge = json.dumps([{"n": 1, "text": "a"}, {"n": 2, "text": "b" * (10 << 20)}, {"n": 3, "text": "c"}]).encode()
    found = run(huge, Small)
    assert sum(isinstance(item, Skipped) for item in found) >= 1
    assert [item[1].n for item in found if not isinstance(item, Skipped)][:1] == [1]
    deep = b'[{"n": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b'}, {"n": 2}]'
    found = run(deep, Small)
    assert [item.reason for item in found if isinstance(item, Skipped)] == ["record is nested too deeply"]
    assert found[-1][1].n == 2

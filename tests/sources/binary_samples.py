"""Rewrite the samples that no editor can: ``python -m tests.sources.binary_samples``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import libipld
import pyarrow as pa
import pyarrow.parquet as pq

SAMPLES = Path(__file__).parent / "samples"
DID = "did:plc:invented"
POST = "app.bsky.feed.post"


def varint(number: int) -> bytes:
    found = b""
    while True:
        number, low = number >> 7, number & 0x7F
        found += bytes([low | 0x80 if number else low])
        if not number:
            return found


class Link(bytes):
    """A CID inside a record."""


def cbor(value: Any) -> bytes:
    """Encode DAG-CBOR with links (tag 42), which libipld does not write from bytes."""
    if isinstance(value, Link):
        body = b"\x00" + bytes(value)
        return b"\xd8\x2a" + head(2, len(body)) + body
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return head(5, len(keys)) + b"".join(cbor(key) + cbor(value[key]) for key in keys)
    return bytes(libipld.encode_dag_cbor(value))


def head(major: int, size: int) -> bytes:
    if size < 24:
        return bytes([major << 5 | size])
    return bytes([major << 5 | 24, size]) if size < 256 else bytes([major << 5 | 25]) + size.to_bytes(2, "big")


def linked(value: Any) -> tuple[bytes, bytes]:
    data = cbor(value)
    return b"\x01\x71\x12\x20" + hashlib.sha256(data).digest(), data


def car() -> bytes:
    """Return a repository: commit, one node of the search tree, records, one of them unlisted."""
    records: dict[str, Any] = {
        f"{POST}/3kaaa": {
            "$type": POST, "text": "Café at the office again ☕", "createdAt": "2024-03-01T10:00:00.000Z",
            "langs": ["en"],
            "embed": {"$type": "app.bsky.embed.images", "images": [{"alt": "A very sad sandwich", "image": {}}]},
        },
        f"{POST}/3kaab": {
            "$type": POST, "text": "quoting my recruiter", "createdAt": "2024-03-02T10:00:00Z", "langs": ["en"],
            "embed": {"$type": "app.bsky.embed.record", "record": {"uri": "at://x/y/z", "cid": "bafy"}},
        },
        f"{POST}/3kaac": {
            "$type": POST, "text": "ja, genau", "createdAt": "not a time", "langs": ["de"],
            "reply": {"root": {"uri": "at://x", "cid": "b"}, "parent": {"uri": "at://x", "cid": "b"}},
        },
        "app.bsky.actor.profile/self": {
            "$type": "app.bsky.actor.profile", "displayName": "Ada", "description": "tired of synergy"
        },
        "app.bsky.feed.like/3kaad": {"$type": "app.bsky.feed.like", "subject": {"uri": "at://x", "cid": "b"}},
    }  # fmt: skip
    blocks = {key: linked(value) for key, value in records.items()}
    orphan = linked({"$type": POST, "text": "left behind", "createdAt": "2024-01-01T00:00:00Z"})
    entries, before = [], b""
    for key in sorted(blocks):
        name = key.encode()
        shared = next((i for i, (a, b) in enumerate(zip(before, name, strict=False)) if a != b), 0) if before else 0
        entries.append({"p": shared, "k": name[shared:], "v": Link(blocks[key][0]), "t": None})
        before = name
    node = linked({"l": None, "e": entries})
    commit = linked({"did": DID, "version": 3, "data": Link(node[0]), "rev": "3kaaa", "prev": None, "sig": b"invented"})
    header = cbor({"roots": [Link(commit[0])], "version": 1})
    found = varint(len(header)) + header
    for cid, data in [commit, *blocks.values(), orphan, node]:
        found += varint(len(cid) + len(data)) + cid + data
    return found


def main() -> None:
    for name in ("bluesky/repo_car", "plain/parquet"):
        (SAMPLES / name).mkdir(parents=True, exist_ok=True)
    (SAMPLES / "bluesky/repo_car/export.car").write_bytes(car())
    words = ["columns of words", None, "more"]
    table = pa.table({"id": ["1", "2", "3"], "text": words, "created_at": [1700000000] * 3})
    pq.write_table(table, SAMPLES / "plain/parquet/export.parquet")


if __name__ == "__main__":
    main()

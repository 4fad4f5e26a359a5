"""CAR files: the blocks of a repository of the AT protocol, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import libipld

from riskcheck.post import Skipped
from riskcheck.sources.archive import Archive, MemberError
from riskcheck.sources.base import CUT_SHORT, DAMAGED, NOT_UNDERSTOOD, TOO_DEEP, TOO_LARGE

_MAX_BLOCK = 4 << 20  # the protocol allows 1 MiB
_MAX_VARINT = 10
_CID_LENGTH = 36  # version, codec, SHA-256: the only kind that repositories use
_CID_START = b"\x01\x71\x12\x20"
_MAX_KEY = 1024
NOT_CBOR = "block is not valid DAG-CBOR"


class _EndError(Exception):
    """The file ends, between two blocks or within one."""

    def __init__(self, *, clean: bool) -> None:
        super().__init__()
        self.clean = clean


def _varint(stream: BinaryIO) -> int:
    value = 0
    for place in range(_MAX_VARINT):
        byte = stream.read(1)
        if not byte:
            raise _EndError(clean=not place)
        value |= (byte[0] & 0x7F) << (7 * place)
        if byte[0] < 0x80:
            return value
    raise ValueError("number too long")


def is_car(head: bytes) -> bool:
    """Tell whether these are the first bytes of a CAR, version 1."""
    return b"eroots" in head[:64] and b"gversion" in head[:256]


def blocks(archive: Archive, name: str) -> Iterator[tuple[str, bytes, Any] | Skipped]:
    """Yield ``where``, CID and value of every block, and a reason for each that cannot be read."""
    number = 0
    try:
        with archive.open(name) as stream:
            size = _varint(stream) if archive.members[name].size else 0
            if size > _MAX_BLOCK or not is_car(stream.read(size)):
                yield Skipped(where=name, reason=NOT_UNDERSTOOD)
                return
            while True:
                size = _varint(stream)
                number += 1
                where = f"{name}#{number}"
                if size > _MAX_BLOCK:
                    yield Skipped(where=where, reason=TOO_LARGE)
                    return
                data = stream.read(size)
                if len(data) < size:
                    raise _EndError(clean=False)
                if data[:4] != _CID_START:
                    yield Skipped(where=where, reason=NOT_CBOR)
                    continue
                try:
                    yield where, data[:_CID_LENGTH], libipld.decode_dag_cbor(data[_CID_LENGTH:])
                except RecursionError:
                    yield Skipped(where=where, reason=TOO_DEEP)
                except (ValueError, OverflowError):
                    yield Skipped(where=where, reason=NOT_CBOR)
    except _EndError as end:
        if not end.clean:
            yield Skipped(where=f"{name}#{number + 1}", reason=CUT_SHORT)
    except (MemberError, ValueError, OverflowError):
        yield Skipped(where=f"{name}#{number + 1}", reason=DAMAGED)


def node_keys(node: dict[str, Any]) -> Iterator[tuple[bytes, str]]:
    """Yield CID and key of the records that a node of the search tree lists.

    A key is written as what it shares with the key before it in the same node, and the rest.
    """
    before = b""
    entries = node.get("e")
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict):
            continue
        shared, rest, cid = entry.get("p"), entry.get("k"), entry.get("v")
        if not isinstance(shared, int) or not isinstance(rest, bytes) or not isinstance(cid, bytes):
            continue
        before = (before[: max(shared, 0)] + rest)[:_MAX_KEY]
        yield cid, before.decode("utf-8", "replace")

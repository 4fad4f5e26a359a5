"""Records of a large JSON list: split by text, decoded by msgspec, in constant memory.

A list is cut between two records and each slice is decoded at once. A guess where to cut costs nothing but
time: a slice that begins at a record and is valid JSON ends at a record. Where the guess or the file is
wrong, the slice is taken apart record by record, so that one broken record costs one record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, Generic, TypeVar

import msgspec

from riskcheck.post import Skipped
from riskcheck.sources._json import REST_NOT_VALID
from riskcheck.sources._text import Json, as_utf8, clean
from riskcheck.sources.archive import Archive, MemberError
from riskcheck.sources.base import (
    CUT_SHORT,
    DAMAGED,
    NOT_UNDERSTOOD,
    NOT_VALID,
    TOO_DEEP,
    TOO_LARGE,
    WRONG_TYPE,
)  # fmt: skip

T = TypeVar("T")
_CHUNK = 1 << 20
_MAX_RECORD = 8 << 20
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+("?)|[{}]', re.DOTALL)
_GAP = re.compile(rb"[\s,\0]*+")
_EDGE = re.compile(rb"[{\]]")
_OPENING_LENGTH = 256
_FIRST_KEY = re.compile(rb'\{\s*"[^"\\]*"')
_NEXT = re.compile(rb'\s*,\s*(\{\s*"[^"\\]*")')
# Bytes that may be read in vain, at the start and for each byte of the file: a broken record is tried to its end, and
# then again from the next thing in it that looks like a record.
_PATIENCE, _PATIENCE_PER_BYTE = 8 << 20, 16
NOT_AN_OBJECT = "list holds something that is no record"


def _sound(value: object) -> Json:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_sound(item) for item in value]
    return {_sound(key): _sound(item) for key, item in value.items()} if isinstance(value, dict) else value


class ListReader(Generic[T]):
    """Read the first list of a member, record by record.

    Parameters
    ----------
    record : type
        A ``msgspec.Struct``, or ``dict``.
    """

    def __init__(self, record: type[T]) -> None:
        self._record = record
        self._one = msgspec.json.Decoder(record)
        self._many = msgspec.json.Decoder(list[record])  # type: ignore[valid-type]

    def read(self, archive: Archive, name: str) -> Iterator[tuple[str, T] | Skipped]:
        """Yield ``where`` and record, and a reason for each that cannot be read."""
        pass_ = _Pass(self, name)
        try:
            with archive.open(name) as stream:
                yield from pass_.run(as_utf8(stream))
        except MemberError:
            yield Skipped(where=f"{name}#{pass_.index + 1}", reason=DAMAGED)

    def many(self, data: bytes) -> list[T] | None:
        """Decode a slice of whole records, or return None."""
        try:
            return self._many.decode(data)
        except (ValueError, RecursionError):
            return None

    def one(self, data: bytes) -> T | str:
        """Decode one record, or return why not."""
        try:
            return self._one.decode(data)
        except msgspec.ValidationError:
            return WRONG_TYPE
        except RecursionError:
            return TOO_DEEP
        except ValueError:
            pass
        # Half an emoji, control characters and broken bytes are no reason to lose a post.
        try:
            return msgspec.convert(_sound(json.loads(data.decode("utf-8", "replace"), strict=False)), self._record)
        except msgspec.ValidationError:
            return WRONG_TYPE
        except RecursionError:
            return TOO_DEEP
        except ValueError:
            return NOT_VALID


class _Pass(Generic[T]):
    """One pass over one file: a buffer, the place in it, and what was learned of the file's layout."""

    def __init__(self, reader: ListReader[T], name: str) -> None:
        self.reader, self.name = reader, name
        self.index = 0
        self.buffer, self.at, self.ended = b"", 0, False
        self.cut, self.cut_end = b"", 0  # text between two records, and how much of it ends the first
        self.exact_until = 0
        self.opening: re.Pattern[bytes] | None = None
        self.patience = _PATIENCE

    def fill(self, stream: BinaryIO) -> bool:
        # A record that does not end in the buffer is read again from its start: twice as much each time.
        held = len(self.buffer) - self.at
        more = b"" if self.ended else stream.read(max(_CHUNK, min(held, _MAX_RECORD - held)))
        self.ended = not more
        self.patience += _PATIENCE_PER_BYTE * len(more)
        self.exact_until -= self.at
        self.buffer, self.at = self.buffer[self.at :] + more, 0
        return bool(more)

    def skip(self, reason: str) -> Skipped:
        self.index += 1
        return Skipped(where=f"{self.name}#{self.index}", reason=reason)

    def run(self, stream: BinaryIO) -> Iterator[tuple[str, T] | Skipped]:
        while self.fill(stream) and self.buffer.find(b"[") < 0 and len(self.buffer) < _CHUNK:
            pass
        self.at = self.buffer.find(b"[") + 1
        if not self.at:
            yield Skipped(where=self.name, reason=NOT_UNDERSTOOD)
            return
        while True:
            gap = _GAP.match(self.buffer, self.at)
            self.at = gap.end() if gap else self.at
            if len(self.buffer) - self.at < _CHUNK // 4 and self.fill(stream):
                continue
            if self.at >= len(self.buffer):
                yield self.skip(CUT_SHORT)
                return
            first = self.buffer[self.at]
            if first == 0x5D:  # the closing bracket
                return
            if first != 0x7B:
                yield self.skip(NOT_AN_OBJECT)
                self.junk(stream)
                continue
            batch = self.batch()
            if batch is not None:
                for record in batch:
                    self.index += 1
                    yield f"{self.name}#{self.index}", record
                continue
            end = self.end_of_record()
            if end < 0 and len(self.buffer) - self.at < _MAX_RECORD and self.fill(stream):
                continue
            yield from self.single(end)
            if self.patience < 0:
                yield self.skip(REST_NOT_VALID)
                return

    def junk(self, stream: BinaryIO) -> None:
        """Go on to the next record or the end of the list."""
        while True:
            edge = (self.opening or _EDGE).search(self.buffer, self.at)
            if edge:
                self.at = edge.start()
                return
            # A record's opening may lie across two reads.
            self.at = max(self.at, len(self.buffer) - _OPENING_LENGTH)
            if not self.fill(stream):
                self.buffer, self.at = b"]", 0
                return

    def batch(self) -> list[T] | None:
        """Decode all whole records of the buffer at once, or return None."""
        if not self.cut or self.at < self.exact_until:
            return None
        last = self.buffer.rfind(self.cut, self.at)
        if last < 0:
            self.exact_until = len(self.buffer) - len(self.cut)
            return None
        end = last + self.cut_end
        records = self.reader.many(b"[" + self.buffer[self.at : end] + b"]")
        if records is None:
            self.exact_until = end
        else:
            self.at = end
        return records

    def end_of_record(self) -> int:
        """Return where the record ends that begins here, or -1 where the buffer ends first."""
        depth = 0
        for token in _TOKEN.finditer(self.buffer, self.at):
            if token[1] is not None:
                if not token[1]:
                    return -1
            elif token[0] == b"{":
                depth += 1
            else:
                depth -= 1
                if not depth:
                    return token.end()
        return -1

    def single(self, end: int) -> Iterator[tuple[str, T] | Skipped]:
        """Decode the record that begins here; where it is broken, go on at the next that looks like one."""
        start = self.at
        found: T | str = self.reader.one(self.buffer[start:end]) if end > 0 else NOT_VALID
        if not isinstance(found, str):
            self.at = end
            self.index += 1
            self.learn(start, end)
            yield f"{self.name}#{self.index}", found
            return
        limit = end if end > 0 else len(self.buffer)
        self.patience -= limit - start
        again = self.opening.search(self.buffer, start + 1, limit) if self.opening else None
        if again and found == NOT_VALID:
            self.at = again.start()
            yield self.skip(NOT_VALID)
        elif end > 0:
            self.at = end
            yield self.skip(found)
        else:
            self.at = len(self.buffer)
            yield self.skip(CUT_SHORT if self.ended else TOO_LARGE)
            if self.ended:
                # Nothing follows, so the loop would report the end a second time.
                self.buffer, self.at = b"]", 0

    def learn(self, start: int, end: int) -> None:
        """Learn from two neighbours how this file parts its records."""
        if self.cut:
            return
        key = _FIRST_KEY.match(self.buffer, start, end)
        following = _NEXT.match(self.buffer, end)
        if not key or not following:
            return
        name = key[0][1:].strip()
        self.opening = re.compile(rb"\{\s*" + re.escape(name) + rb"\s*:")
        line = self.buffer.rfind(b"\n", start, end - 1)
        begin = line if line >= 0 and not self.buffer[line : end - 1].strip() else end - 1
        self.cut = self.buffer[begin:end] + following[0]
        self.cut_end = end - begin

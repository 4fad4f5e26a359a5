"""Records of nested JSON documents, streamed with ijson."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import ijson
from ijson.common import ObjectBuilder

from riskcheck.post import Skipped
from riskcheck.sources._text import Json, as_utf8
from riskcheck.sources.archive import Archive, MemberError
from riskcheck.sources.base import CUT_SHORT, DAMAGED, NOT_UNDERSTOOD, TOO_DEEP, TOO_LARGE

_MAX_DEPTH = 200
_MAX_TOKEN = 32 << 20
_LONGEST_PATH = 1000
_OPEN = frozenset({"start_map", "start_array"})
_CLOSE = frozenset({"end_map", "end_array"})
REST_NOT_VALID = "file is not valid JSON from here on: the rest of it was not read"


class _TooLargeError(Exception):
    """A single string or number larger than any post."""


class _Guard:
    """Pass bytes on, and stop where they bring no event."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.since = 0

    def read(self, size: int = -1, /) -> bytes:
        data: bytes = self._stream.read(size)
        self.since += len(data)
        if self.since > _MAX_TOKEN:
            raise _TooLargeError
        return data


def records(archive: Archive, name: str, wanted: str) -> Iterator[tuple[str, str, Any] | Skipped]:
    r"""Yield the values of a JSON member whose path matches.

    Parameters
    ----------
    archive : Archive
        Where the member is.
    name : str
        The member.
    wanted : str
        Regular expression on the path in lower case, as ijson writes it: ``comments_v2\.item``.

    Yields
    ------
    tuple or Skipped
        ``where``, path and value. A file in which no path matches is one ``Skipped``.
    """
    fits = functools.lru_cache(4096)(re.compile(wanted).fullmatch)
    number = 0
    understood = False
    try:
        with archive.open(name) as stream:
            for path, value in _walk(_Guard(as_utf8(stream)), fits):
                understood = True
                if path is not None:
                    number += 1
                    yield f"{name}#{number}", path, value
        if not understood:
            yield Skipped(where=name, reason=NOT_UNDERSTOOD)
    except MemberError:
        yield Skipped(where=f"{name}#{number + 1}", reason=DAMAGED)
    except ijson.IncompleteJSONError as error:
        # yajl reports a broken file as incomplete too.
        reason = CUT_SHORT if "premature EOF" in str(error) or not str(error) else REST_NOT_VALID
        yield Skipped(where=f"{name}#{number + 1}", reason=reason)
    except _TooLargeError:
        yield Skipped(where=f"{name}#{number + 1}", reason=TOO_LARGE)
    except RecursionError:
        yield Skipped(where=f"{name}#{number + 1}", reason=TOO_DEEP)
    except (ijson.JSONError, ValueError, OverflowError):
        yield Skipped(where=f"{name}#{number + 1}", reason=REST_NOT_VALID)


def _walk(guard: _Guard, fits: Callable[[str], Any]) -> Iterator[tuple[str | None, Any]]:
    """Yield path and value of each match, and (None, None) for an array that could hold some."""
    builder: ObjectBuilder | None = None
    # Of every list and object that is open: its path, and the path of the value that comes next in it. ijson's own
    # paths would cost their length at every event, however deep the nesting and however long the keys.
    above: list[tuple[str, str]] = []
    at, here, depth, began = "", "", 0, 0
    for event, value in ijson.basic_parse(guard, use_float=True):
        guard.since = 0
        if event in _OPEN:
            depth += 1
            if depth > _MAX_DEPTH:
                raise RecursionError
        elif event in _CLOSE:
            depth -= 1
        if builder is not None:
            builder.event(event, value)
            if depth < began:
                yield at, builder.value
                builder = None
        elif event == "map_key":
            here = _below(above[-1][0], value)
        elif event in _OPEN:
            if fits(here.lower()):
                builder, at, began = ObjectBuilder(), here, depth
                builder.event(event, value)
                continue
            inner = _below(here, "item") if event == "start_array" else here
            if event == "start_array" and fits(inner.lower()):
                yield None, None
            above.append((here, inner))
            here = inner
        elif event in _CLOSE:
            above.pop()
            here = above[-1][1] if above else ""
        elif fits(here.lower()):
            yield here, value


def _below(path: str, key: str) -> str:
    """Return the path of a value as ijson writes it; one that is too long to be wanted becomes one that none wants."""
    found = f"{path}.{key}" if path else key
    return found if len(found) <= _LONGEST_PATH else "\0"


def whole(archive: Archive, name: str) -> Json:
    """Return a small JSON member, such as a profile, or None where it is damaged."""
    try:
        return json.loads(archive.load(name).decode("utf-8-sig", "replace"), strict=False)
    except (MemberError, ValueError, RecursionError):
        return None


def dig(value: object, *path: str | int) -> Json:
    """Follow keys and places into a value; None where one is missing or of another type.

    >>> dig({"a": [{"b": 1}]}, "a", 0, "b")
    1
    """
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_at(value: object, *path: str | int) -> str:
    """Return the string at a path, or an empty one."""
    found = dig(value, *path)
    return found if isinstance(found, str) else ""

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
    at, depth, began = "", 0, 0
    for prefix, event, value in ijson.parse(guard, use_float=True):
        guard.since = 0
        if event in _OPEN:
            depth += 1
            if depth > _MAX_DEPTH:
                raise RecursionError
            if builder is None:
                if fits(prefix.lower()):
                    builder, at, began = ObjectBuilder(), prefix, depth
                elif event == "start_array" and fits(f"{prefix}.item".lower().lstrip(".")):
                    yield None, None
        elif event in _CLOSE:
            depth -= 1
        elif builder is None and event != "map_key" and fits(prefix.lower()):
            yield prefix, value
        if builder is not None:
            builder.event(event, value)
            if depth < began:
                yield at, builder.value
                builder = None


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

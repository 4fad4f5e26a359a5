"""What a worker does with one chunk: decode its rows, assess the posts, write the lines."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from riskcheck.assess import Assessor
from riskcheck.assessment import Assessment
from riskcheck.batch.rows import CUT, Chunk
from riskcheck.batch.settings import Settings, Summary
from riskcheck.batch.write import encode
from riskcheck.post import Post

LONGEST = 1_000_000
"""Characters of a post; a longer text is a mistake in the file."""


class Unreadable(NamedTuple):
    """A row without a post: its id or number, and what is wrong."""

    id: str
    error: str


@dataclass(frozen=True, slots=True)
class Block:
    """A chunk assessed and written: its bytes, and what is in it."""

    content: bytes
    summary: Summary


def calm() -> None:
    """Collect garbage seldom: posts make no cycles, and the look-up tables are walked at every collection.

    For processes that do nothing else; a tenth of the time is saved.
    """
    gc.set_threshold(50_000, 50, 100)


@lru_cache(maxsize=2)
def _assessor(settings: Settings) -> Assessor:
    """Load the model once in every worker process."""
    return settings.assessor()


@lru_cache(maxsize=2)
def _decoder(settings: Settings) -> msgspec.json.Decoder[Any]:
    """Make a decoder that looks at the three keys and passes over all others."""
    names = {"text": settings.text_column, "id": settings.id_column, "date": settings.date_column}
    row = msgspec.defstruct(
        "Row", [("text", str | None, None), ("id", Any, None), ("date", Any, None)], rename=names, gc=False
    )
    return msgspec.json.Decoder(row)


def work(chunk: Chunk, settings: Settings, kind: str, packing: str) -> Block:
    """Assess a chunk and write it in a format; the first chunk of a CSV brings the header."""
    rows = list(_posts(chunk, settings))
    posts = [row for row in rows if isinstance(row, Post)]
    found = _assessor(settings).check_many(posts, spans=settings.spans)
    results: list[Assessment | Unreadable] = [row if isinstance(row, Unreadable) else next(found)[1] for row in rows]
    summary = Summary(rows=len(results))
    for result in results:
        if isinstance(result, Unreadable):
            summary.errors += 1
        else:
            summary.bands[result.band] += 1
    return Block(encode(results, kind, packing, header=chunk.index == 0), summary)


def _posts(chunk: Chunk, settings: Settings) -> Iterator[Post | Unreadable]:
    decode = _decoder(settings).decode
    for number, line in enumerate(chunk.lines, chunk.first):
        if not line:
            yield Unreadable(str(number), CUT)
            continue
        try:
            row = decode(line)
        except msgspec.ValidationError as error:
            yield Unreadable(_id_of(line, number, settings), f"not a row with a text: {error}")
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            yield Unreadable(str(number), f"not valid JSON: {error}")
        else:
            yield _post(row.text, row.id, row.date, number, settings)
    for number, cells in enumerate(chunk.cells, chunk.first):
        if len(cells) == 1:
            yield Unreadable(str(number), cells[0])
        else:
            text, id_, date = cells
            yield _post(text, id_, date, number, settings)


def _id_of(line: bytes, number: int, settings: Settings) -> str:
    """Id of a row whose text cannot be read."""
    try:
        row = msgspec.json.decode(line)
        return _id(row.get(settings.id_column), number)
    except (msgspec.DecodeError, AttributeError, RecursionError):
        return str(number)


def _id(value: Any, number: int) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if value is None or value == "" or isinstance(value, (dict, list)):
        return str(number)
    return str(value).encode("utf-8", "replace").decode()


def _post(text: Any, id_: Any, date: Any, number: int, settings: Settings) -> Post | Unreadable:
    name = _id(id_, number)
    if text is None:
        return Unreadable(name, f"no text in {settings.text_column!r}")
    if not isinstance(text, str):
        return Unreadable(name, f"{settings.text_column!r} holds no text but {type(text).__name__}")
    if len(text) > LONGEST:
        return Unreadable(name, f"the text has {len(text)} characters, more than {LONGEST}")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return Unreadable(name, "the text is not valid UTF-8")
    return Post(text=text, id=name, platform="file", created=_date(date))


def _date(value: Any) -> dt.datetime | None:
    """Read a date as far as it can be; only the note ``old_post`` rests on it."""
    if isinstance(value, str) and value:
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, dt.datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)

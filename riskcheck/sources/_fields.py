"""Posts from plain records: which column is what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from riskcheck.errors import require
from riskcheck.post import KINDS, VISIBILITIES, Post, Skipped
from riskcheck.sources._ids import made_id
from riskcheck.sources._text import Json, clean
from riskcheck.sources._time import from_any
from riskcheck.sources.archive import Archive, MemberError
from riskcheck.sources.base import DAMAGED, NO_TEXT, NOT_UNDERSTOOD, WRONG_TYPE

TEXT = (
    "text", "full_text", "content", "contents", "body", "message", "post", "post_text", "tweet", "comment",
    "caption", "status", "description",
)  # fmt: skip
_ID = ("id", "id_str", "post_id", "tweet_id", "status_id", "uuid")
_CREATED = ("created_at", "created", "createdat", "date", "datetime", "time", "timestamp", "published", "posted_at")
_URL = ("url", "link", "permalink", "uri")
_LANGUAGE = ("language", "lang")
_BATCH = 1000


def has_text(columns: frozenset[str]) -> bool:
    """Tell whether a header names the text; a single column of any known name will do."""
    return any(name in columns for name in TEXT)


def decode(line: str) -> Json:
    """Return the value of a line of JSON Lines, or None."""
    try:
        return json.loads(line.strip("\ufeff\0 \t\r\n"), strict=False)
    except (ValueError, RecursionError):
        return None


def post(where: str, value: object) -> Post | Skipped:
    """Return a post from a string or an object with known keys."""
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, dict):
        return Skipped(where=where, reason=WRONG_TYPE)
    cells = {key.lower(): cell for key, cell in value.items() if isinstance(key, str)}
    found = next((name for name in TEXT if name in cells), None)
    text = cells[found] if found else None
    if found is None or not (text is None or isinstance(text, str)):
        return Skipped(where=where, reason=WRONG_TYPE)
    text = clean(text or "")
    if not text:
        return Skipped(where=where, reason=NO_TEXT)
    created = from_any(_first(cells, _CREATED))
    kind, visibility = _word(cells, ("kind", "type")), _word(cells, ("visibility",))
    return Post(
        text=text, id=_word(cells, _ID) or made_id("plain", text, created), platform="plain", created=created,
        kind=kind if kind in KINDS else "post",
        visibility=visibility if visibility in VISIBILITIES else "unknown",
        language=_word(cells, _LANGUAGE), url=_word(cells, _URL), where=where, others_words=kind == "repost",
    )  # fmt: skip


def _first(cells: dict[str, Any], names: tuple[str, ...]) -> Json:
    return next((cells[name] for name in names if cells.get(name) not in (None, "")), None)


def _word(cells: dict[str, Any], names: tuple[str, ...]) -> str:
    found = _first(cells, names)
    return clean(str(found)) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def parquet(archive: Archive, name: str) -> Iterator[Post | Skipped]:
    """Yield the posts of a Parquet file, batch by batch."""
    library = require("pyarrow.parquet", "parquet")
    broken = (require("pyarrow", "parquet").ArrowException, ValueError, OSError, KeyError, OverflowError)
    number = 0
    try:
        with archive.open(name) as stream:
            table = library.ParquetFile(stream)
            columns = [column for column in table.schema_arrow.names if isinstance(column, str)]
            if not has_text(frozenset(column.lower() for column in columns)):
                yield Skipped(where=name, reason=NOT_UNDERSTOOD)
                return
            for batch in table.iter_batches(batch_size=_BATCH):
                for record in batch.to_pylist():
                    number += 1
                    yield post(f"{name}#{number}", record)
    except (MemberError, *broken):
        yield Skipped(where=f"{name}#{number + 1}", reason=DAMAGED)

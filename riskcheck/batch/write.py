"""Write assessed rows: JSONL, CSV, and Arrow blocks that become the row groups of a Parquet file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from riskcheck.assessment import SCHEMA_VERSION, Assessment
from riskcheck.batch.formats import pack
from riskcheck.categories import NAMES
from riskcheck.errors import require
from riskcheck.text.safe import cell, escaped_bytes

if TYPE_CHECKING:
    from riskcheck.batch.work import Unreadable

COLUMNS = ("id", "band", "severity", "score", "findings", "notes", *NAMES, "model", "error")


def encode(results: Sequence[Assessment | Unreadable], kind: str, packing: str, *, header: bool) -> bytes:
    """Write rows in a format, packed.

    Parameters
    ----------
    results : sequence of Assessment or Unreadable
        The rows.
    kind, packing : str
        As in :class:`riskcheck.batch.formats.Format`.
    header : bool
        Whether a CSV's header goes first.
    """
    if kind == "jsonl":
        return pack(b"".join(_lines(results)), packing)
    if kind == "parquet":
        return _arrow(results)
    delimiter = "\t" if kind == "tsv" else ","
    rows = chain([COLUMNS] if header else [], map(_cells, results))
    return pack("".join(f"{delimiter.join(map(_quoted, row))}\n" for row in rows).encode(), packing)


def _lines(results: Iterable[Assessment | Unreadable]) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    for result in results:
        yield escaped_bytes(encoder.encode(_row(result)))
        yield b"\n"


def _row(result: Assessment | Unreadable) -> dict[str, Any]:
    return result.to_dict() if isinstance(result, Assessment) else {"id": result.id, "error": result.error}


def _quoted(value: Any) -> str:
    """Return a cell; texts are quoted, or a spreadsheet that cuts at semicolons would find a formula inside an id."""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return "" if value is None else str(value)


def _name(id: str) -> str:
    """Return an id that is no formula; a number, also a negative one, is none."""
    return id if re.fullmatch(r"-?[0-9]+", id) else cell(id)


def _cells(result: Assessment | Unreadable) -> list[Any]:
    if not isinstance(result, Assessment):
        return [_name(result.id), *[None] * (len(COLUMNS) - 2), cell(result.error)]
    row = result.to_dict()
    findings = ";".join(f"{finding.category}:{finding.severity}" for finding in result.findings)
    notes = ";".join(note.kind for note in result.notes)
    return [_name(row["id"]), row["band"], row["severity"], row["score"], findings, notes, *row["scores"].values(),
            row["model"], None]  # fmt: skip


def _schema() -> Any:
    arrow = require("pyarrow", "parquet")
    text, number = arrow.string(), arrow.int64()
    span = arrow.struct([("start", number), ("end", number), ("text", text)])
    finding = arrow.struct([
        ("category", text), ("severity", number), ("probability", arrow.float64()), ("spans", arrow.list_(span)),
        ("why", text), ("advice", text),
    ])  # fmt: skip
    return arrow.schema([
        ("schema_version", number), ("id", text), ("band", text), ("severity", arrow.float64()),
        ("score", arrow.float64()), ("findings", arrow.list_(finding)),
        ("notes", arrow.list_(arrow.struct([("kind", text), ("text", text)]))),
        ("scores", arrow.struct([(name, arrow.float64()) for name in NAMES])), ("model", text), ("error", text),
    ])  # fmt: skip


def _arrow(results: Iterable[Assessment | Unreadable]) -> bytes:
    arrow = require("pyarrow", "parquet")
    batch = arrow.RecordBatch.from_pylist([_row(result) for result in results], schema=_schema())
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue())


def to_parquet(blocks: Iterable[bytes], path: Path) -> None:
    """Join Arrow blocks to a Parquet file, one row group each; the file is written where ``path`` says."""
    arrow = require("pyarrow", "parquet")
    parquet = require("pyarrow.parquet", "parquet")
    metadata = {b"riskcheck_schema_version": str(SCHEMA_VERSION).encode()}
    with parquet.ParquetWriter(path, _schema().with_metadata(metadata), compression="zstd") as writer:
        for block in blocks:
            with arrow.ipc.open_stream(block) as stream:
                writer.write_table(stream.read_all())

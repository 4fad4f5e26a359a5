"""Read rows in chunks: JSONL as it stands, CSV and Parquet as cells. A chunk travels to a worker as it is."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, AnyStr

from riskcheck.batch.formats import Format, unpacked
from riskcheck.batch.settings import Settings
from riskcheck.errors import InputError, require

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes of a row; a longer one is passed over, so that a file without line ends does not fill the memory."""
_TOO_LONG = b""
_HEAVIEST = 32 * 1024 * 1024
"""Bytes or characters of a chunk: long rows make chunks of fewer."""
_SLICE = 16
"""Rows of Parquet that become Python's own at once: a small file can hold one long text very many times."""
CUT = "the row is too long"
"""What is said of a row of which the rest was passed over."""
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file.

    Parameters
    ----------
    index : int
        Which chunk it is, from 0.
    first : int
        Number of the first row, from 1.
    lines : list of bytes
        JSONL: one row each; an empty one stands for a row that was too long.
    cells : list of tuple
        Of other formats: text, id and date of each row; a single text in place of the three says what is wrong.
    """

    index: int
    first: int
    lines: list[bytes]
    cells: list[tuple[Any, ...]]

    def __len__(self) -> int:
        return len(self.lines) + len(self.cells)


def chunks(path: Path, form: Format, settings: Settings, size: int) -> Iterator[Chunk]:
    """Read a file in chunks of ``size`` rows.

    Raises
    ------
    InputError
        If the file cannot be read, or lacks the text column. A row that cannot be read is no error: it is passed
        on, and comes out as one that says so.
    """
    if form.kind == "parquet":
        yield from _numbered((), _blocks(_parquet(path, settings, size), size))
        return
    with unpacked(path, form.packing) as stream:
        if form.kind == "jsonl":
            yield from _numbered(_blocks(_lines(stream, path), size), ())
        else:
            yield from _numbered((), _blocks(_csv(stream, path, form.kind, settings), size))


def _blocks(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    block: list[Any] = []
    weight = 0
    for row in rows:
        block.append(row)
        # A line, or the cells of which the text is the first.
        text = row if isinstance(row, bytes) else row[0]
        weight += len(text) if isinstance(text, (bytes, str)) else 0
        if len(block) == size or weight > _HEAVIEST:
            yield block
            block, weight = [], 0
    if block:
        yield block


def _numbered(lines: Any, cells: Any) -> Iterator[Chunk]:
    first = 1
    for index, block in enumerate(lines or cells):
        yield Chunk(index, first, block, []) if lines else Chunk(index, first, [], block)
        first += len(block)


def _lines(stream: IO[bytes], path: Path) -> Iterator[bytes]:
    head = stream.readline(LONGEST_LINE)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}: is UTF-16; save it as UTF-8")
    line = head.removeprefix(_BOM)
    while line or head:
        head = b""
        if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
            _pass_over(stream, b"\n")
            yield _TOO_LONG
        elif not line.isspace() and line:
            yield line
        line = stream.readline(LONGEST_LINE)


def _csv(stream: IO[bytes], path: Path, kind: str, settings: Settings) -> Iterator[tuple[Any, ...]]:
    # Bytes that are no UTF-8 become lone surrogates, so that they spoil one row and not the file.
    with contextlib.closing(
        io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    ) as text:
        lines = _Cut(text)
        reader = csv.reader(lines, delimiter="\t" if kind == "tsv" else ",")
        try:
            header = next(reader, [])
        except csv.Error as error:
            raise InputError(f"{path}: is no {kind.upper()} ({error}); check the file") from error
        at = [header.index(name) if name in header else None for name in _columns(settings)]
        if at[0] is None:
            _no_text(path, settings, header)
        lines.cut()  # the header's: it has all that is asked for
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield (CUT if lines.cut() else f"not valid {kind.upper()}: {error}",)
                continue
            if lines.cut():
                yield (CUT,)
            elif row:
                yield tuple(row[i] if i is not None and i < len(row) else None for i in at)


def _pass_over(stream: IO[AnyStr], end: AnyStr) -> None:
    """Read on to the end of a line."""
    while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(end):
        pass


class _Cut:
    """Lines of a text, none longer than :data:`LONGEST_LINE`: what goes beyond is passed over."""

    def __init__(self, text: IO[str]) -> None:
        self._text, self._was_cut = text, False

    def __iter__(self) -> _Cut:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            self._was_cut = True
            _pass_over(self._text, "\n")
        return line

    def cut(self) -> bool:
        """Tell whether a line was too long since this was last asked."""
        was, self._was_cut = self._was_cut, False
        return was


def _parquet(path: Path, settings: Settings, size: int) -> Iterator[tuple[Any, ...]]:
    parquet = require("pyarrow.parquet", "parquet")
    arrow = require("pyarrow", "parquet")
    try:
        # What is stored once is read once, however many rows refer to it.
        with parquet.ParquetFile(path, memory_map=True, read_dictionary=[settings.text_column]) as file:
            schema = file.schema_arrow
            names = [name if name in schema.names else None for name in _columns(settings)]
            if names[0] is None:
                _no_text(path, settings, schema.names)
            for batch in file.iter_batches(size, columns=[name for name in names if name], use_threads=False):
                for at in range(0, len(batch), _SLICE):
                    rows = batch.slice(at, _SLICE)
                    columns = [rows.column(name).to_pylist() if name else [None] * len(rows) for name in names]
                    yield from zip(*columns, strict=True)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; check the path") from error
    except (OSError, arrow.ArrowException) as error:
        raise InputError(f"{path}: is no whole Parquet file ({error}); get a fresh copy") from error


def _columns(settings: Settings) -> tuple[str, str, str]:
    return settings.text_column, settings.id_column, settings.date_column


def _no_text(path: Path, settings: Settings, names: list[str]) -> None:
    have = ", ".join(names[:20]) or "none"
    raise InputError(f"{path}: has no column {settings.text_column!r} (columns: {have}); name it with --text-column")

"""Posts that scans have fetched, beside the reports: nothing that was fetched (or paid for) is fetched twice.

One line of JSON each: a post, or how far the account was read once the posts above had been written. It holds text
of posts, as the reports do, so only the user may read it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from riskcheck.accounts import _state
from riskcheck.accounts._place import Place
from riskcheck.errors import AccountError
from riskcheck.files import alone
from riskcheck.post import Post, Skipped

_FIELDS = tuple(field.name for field in fields(Post))


def _pack(item: Post | Skipped) -> str:
    if isinstance(item, Skipped):
        return json.dumps({"skipped": [item.where, item.reason]})
    values = {name: getattr(item, name) for name in _FIELDS}
    return json.dumps(values | {"created": item.created.isoformat() if item.created else None})


def _unpack(value: dict[str, Any]) -> Post | Skipped:
    if "skipped" in value:
        where, reason = value["skipped"]
        return Skipped(where=where, reason=reason)
    created = value["created"]
    return Post(**{**value, "created": dt.datetime.fromisoformat(created) if created else None})


class Kept:
    """The posts of one account in one output folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where the reports are written.
    key : str
        The account.
    anew : bool
        True to read everything again; what was kept stays until :meth:`done`.

    Raises
    ------
    AccountError
        If the folder cannot be written.
    """

    def __init__(self, folder: Path, key: str, *, anew: bool = False) -> None:
        self.path = folder / f".riskcheck-scan-{hashlib.sha256(key.encode()).hexdigest()[:12]}.jsonl"
        self._old = self.path.with_suffix(".old")
        self.place: Place | None = None
        self._alone = contextlib.ExitStack()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not self._alone.enter_context(alone(folder)):
                self._alone.close()
                raise AccountError(
                    f"{folder}: another scan writes there; wait for it or choose another --output folder"
                )
            self._end = self._good_end()
            if anew and self._end:
                self._set_aside()
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            os.truncate(handle, self._end)  # a line that a killed scan left half written
            self._stream: IO[str] = os.fdopen(handle, "a", encoding="utf-8")
        except OSError as error:
            raise AccountError(
                f"{folder}: cannot be written ({error.strerror}); choose another --output folder"
            ) from error

    def _lines(self, path: Path) -> Iterator[tuple[dict[str, Any], int]]:
        """Yield every whole line and where it ends."""
        end = 0
        if not path.exists():
            return
        with path.open("rb") as stream:
            for line in stream:
                end += len(line)
                try:
                    value = json.loads(line) if line.endswith(b"\n") else None
                except ValueError:
                    value = None
                if not isinstance(value, dict):
                    return
                yield value, end

    def _good_end(self) -> int:
        """Find the last place; what follows it will be fetched again."""
        good = 0
        for value, end in self._lines(self.path):
            if "gaps" in value:
                self.place, good = _state.from_dict(value), end
        return good

    def _set_aside(self) -> None:
        """Keep what there is until all was read again, also where an earlier attempt at that broke off."""
        with self.path.open("r+b") as stream:
            stream.truncate(self._end)
            if self._old.exists():
                stream.seek(0, os.SEEK_END)
                with self._old.open("rb") as old:
                    shutil.copyfileobj(old, stream)
        self.path.replace(self._old)
        self.place, self._end = None, 0

    def items(self) -> Iterator[Post | Skipped]:
        """Yield what earlier scans fetched; where everything is read again, also what is not yet replaced."""
        for path, last in ((self.path, self._end), (self._old, None)):
            for value, end in self._lines(path):
                if last is not None and end > last:
                    break
                if "gaps" in value:
                    continue
                try:
                    yield _unpack(value)
                except (KeyError, TypeError, ValueError):
                    yield Skipped(where=path.name, reason="record kept by an earlier scan is damaged")

    @property
    def when(self) -> str:
        """Day of the last scan."""
        return dt.datetime.fromtimestamp(self.path.stat().st_mtime, dt.UTC).isoformat()

    def done(self) -> None:
        """Forget what was kept before everything was read again."""
        self._old.unlink(missing_ok=True)

    def add(self, item: Post | Skipped) -> None:
        """Keep what was fetched."""
        self._stream.write(_pack(item) + "\n")

    def mark(self, place: Place) -> None:
        """Note how far the account is read, and make all of it safe."""
        self._stream.write(json.dumps(_state.to_dict(place)) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        self._alone.close()

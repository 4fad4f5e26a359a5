"""Files and changes that come whole or not at all, locks that end with their process, and what was left behind."""

from __future__ import annotations

import contextlib
import glob
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

YOUNG = 60.0
"""Seconds: a file as young as this may be about to be locked."""


def take(stream: IO[bytes] | IO[str] | int) -> bool:
    """Lock an open file until it is closed, by whatever end of its process; tell whether it was free."""
    descriptor = stream if isinstance(stream, int) else stream.fileno()
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Keep other processes that ask for it out of a folder; yield whether it was free.

    Where folders cannot be locked, as on Windows and on some network drives, every one is free.
    """
    descriptor, free = -1, True
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        free = False
    except (ImportError, OSError):
        pass
    try:
        yield free
    finally:
        if descriptor >= 0:
            os.close(descriptor)


@contextlib.contextmanager
def appearing(path: Path) -> Iterator[IO[str]]:
    """Open a text file, for this user alone, that appears under its name only when it is complete.

    Raises
    ------
    OSError
        If it cannot be written; then what was there before stays.
    """
    clear(path.parent, f".{glob.escape(path.name)}.*.part")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            if sys.platform != "win32":  # there an open file cannot be removed, and a lock would hinder the writing
                take(stream)
            yield stream
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Do all of a change to a database or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        db.rollback()
        raise
    db.commit()


def write_ahead(db: sqlite3.Connection, seconds: float) -> None:
    """Let a database be read while it is written; wait for others that ask for the same of a new one.

    SQLite itself does not wait for this lock, as it does for all others.
    """
    import sqlite3

    end = time.monotonic() + seconds
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def clear(folder: Path, pattern: str) -> None:
    """Remove unfinished files that a killed process left: nobody holds their lock any more."""
    for left in folder.glob(pattern):
        with contextlib.suppress(OSError):
            if time.time() - left.lstat().st_mtime < YOUNG or left.is_symlink():
                continue
            with left.open("rb") as stream:
                free = sys.platform == "win32" or take(stream)
            if free:
                left.unlink()

"""The private folder of one start, and the removal of those that a crash or a power cut left behind.

A folder in use holds a file that its process keeps locked. The system lets go of the lock when the process ends,
however it ends, so a folder whose lock is free belongs to nobody any more.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from riskcheck.files import YOUNG, take

PREFIX = "riskcheck-page-"
LOCK = "in-use"
_NAME = re.compile(rf"{PREFIX}[a-z0-9_]{{8}}")


@contextlib.contextmanager
def private() -> Iterator[Path]:
    """Make a folder that only this user can read, and remove it in the end; first remove what was left behind."""
    clear()
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with (folder / LOCK).open("xb") as lock:
            take(lock)
            yield folder


def clear() -> list[str]:
    """Remove the folders of earlier starts that nobody uses; return their names."""
    removed = []
    with contextlib.suppress(OSError):
        for folder in sorted(Path(tempfile.gettempdir()).iterdir()):
            if _NAME.fullmatch(folder.name) and _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder.name)
    return removed


def _is_left(folder: Path) -> bool:
    """Tell whether a folder is this user's own, not just being made, and used by no process."""
    try:
        facts, lock = folder.lstat(), (folder / LOCK).lstat()
        if not stat.S_ISDIR(facts.st_mode) or not stat.S_ISREG(lock.st_mode):
            return False  # a link could lead anywhere
        if sys.platform != "win32" and {facts.st_uid, lock.st_uid} != {os.getuid()}:
            return False
        if time.time() - lock.st_mtime < YOUNG:
            return False
        with (folder / LOCK).open("r+b") as stream:
            return take(stream)
    except OSError:
        return False

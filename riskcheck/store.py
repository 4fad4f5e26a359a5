"""The memory between audits: runs, and what the user decided of posts. Never the text of a post.

A post is known by its digest alone (:attr:`riskcheck.post.Post.digest`). The SQLite file lies in the user's data
folder, or in the folder that ``RISKCHECK_DATA_DIR`` names.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

from riskcheck.errors import StoreError
from riskcheck.files import transaction, write_ahead

Decision = Literal["keep", "fix", "delete", "false_alarm"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
VERSION = 1
EXPORT_KEY = "riskcheck_decisions"
_APPLICATION = 0x52434B31  # "RCK1": tells a store from any other SQLite file
_BUSY_SECONDS = 5.0
_SHORTEST_PREFIX = 8
# By ISO 8601, as the store and the report page write it; an export may come from anywhere.
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{5,8}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_SCHEMA = """
CREATE TABLE runs (id INTEGER PRIMARY KEY, started TEXT, finished TEXT, archives TEXT, model TEXT, settings TEXT,
                   counts TEXT, coverage TEXT);
CREATE TABLE decisions (digest BLOB PRIMARY KEY, decision TEXT NOT NULL, time TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE history (id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL, before TEXT, before_time TEXT);
CREATE TABLE seen (digest BLOB PRIMARY KEY, run INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished audit.

    Parameters
    ----------
    started, finished : str
        Times by ISO 8601.
    archives : dict of str to str
        SHA-256 by file name.
    model : str
        Version of the model.
    settings, counts, coverage : dict
        What was asked for, the sums, and what was read.
    """

    started: str
    finished: str
    archives: dict[str, str]
    model: str
    settings: dict[str, Any]
    counts: dict[str, Any]
    coverage: dict[str, Any]


def data_folder() -> Path:
    """Return where riskcheck keeps its memory: ``RISKCHECK_DATA_DIR`` or the user's data folder."""
    named = os.environ.get("RISKCHECK_DATA_DIR")
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("riskcheck", appauthor=False))


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


class Store:
    """Remember runs and decisions.

    Parameters
    ----------
    path : pathlib.Path, optional
        The file; by default ``riskcheck.db`` in :func:`data_folder`.

    Raises
    ------
    StoreError
        If the file is damaged, locked, of a newer riskcheck or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from riskcheck.post import Post
    >>> with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "riskcheck.db") as store:
    ...     store.decide(Post(text="Texas tea", platform="x").digest, "false_alarm")
    ...     list(store.decisions().values())
    ['false_alarm']
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or data_folder() / "riskcheck.db"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Only the user: digests of short posts could be guessed.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(
                f"{self.path}: cannot be written ({error.strerror}); set RISKCHECK_DATA_DIR to a folder of yours"
            ) from error
        with self._told():
            self._db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                self._open()
            except BaseException:
                self._db.close()
                raise

    def _open(self) -> None:
        # In this order: where there are tables, another process has set the rest before.
        fresh = not self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        if version > VERSION:
            raise StoreError(
                f"{self.path}: written by a newer riskcheck (format {version}, this one reads {VERSION}); update it"
            )
        if not fresh and application != _APPLICATION:
            raise StoreError(f"{self.path}: not a store of riskcheck; move the file away or set RISKCHECK_DATA_DIR")
        write_ahead(self._db, _BUSY_SECONDS)
        self._db.execute("PRAGMA secure_delete = ON")
        if fresh:
            # Another process may have been first; then its tables are there already.
            with self._change():
                if not self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    for statement in _SCHEMA.split(";\n"):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA application_id = {_APPLICATION}")
                    self._db.execute(f"PRAGMA user_version = {VERSION}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what SQLite raises into a sentence."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise StoreError(f"{self.path}: in use by another riskcheck; wait and try again") from error
            raise StoreError(f"{self.path}: cannot be used ({error}); check the disk and its rights") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self.path}: damaged ({error}); move it away, then `riskcheck decisions import` an export"
            ) from error

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """Do all of it or nothing."""
        with self._told(), transaction(self._db) as db:
            yield db

    def decide(self, digest: str, decision: Decision) -> None:
        """Remember what the user decided of a post."""
        self.decide_many([(digest, decision, _now())])

    def decide_many(self, entries: Iterable[tuple[str, str, str]]) -> int:
        """Remember decisions (digest, decision, time) in one transaction; return how many changed something."""
        changed = 0
        with self._change() as db:
            for digest, decision, time in entries:
                if decision not in DECISIONS:
                    raise StoreError(f"{decision!r} is no decision; use one of {', '.join(DECISIONS)}")
                key = _key(digest)
                old = db.execute("SELECT decision, time FROM decisions WHERE digest = ?", (key,)).fetchone()
                if old and old[0] == decision:
                    continue
                before = (key, *(old or (None, None)))
                db.execute("INSERT INTO history (digest, before, before_time) VALUES (?, ?, ?)", before)
                db.execute("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?)", (key, decision, time))
                changed += 1
        return changed

    def decisions(self) -> dict[str, str]:
        """Return all decisions by digest."""
        with self._told():
            return {d.hex(): c for d, c in self._db.execute("SELECT digest, decision FROM decisions ORDER BY digest")}

    def undo(self) -> str | None:
        """Take the last decision back; return the digest of the post, or None if there is nothing to undo."""
        with self._change() as db:
            last = db.execute("SELECT id, digest, before, before_time FROM history ORDER BY id DESC LIMIT 1").fetchone()
            if last is None:
                return None
            number, key, before, time = last
            if before is None:
                db.execute("DELETE FROM decisions WHERE digest = ?", (key,))
            else:
                db.execute("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?)", (key, before, time))
            db.execute("DELETE FROM history WHERE id = ?", (number,))
        return str(key.hex())

    def forget(self, *prefixes: str) -> int:
        """Forget the decisions of the posts whose digest begins so; return how many."""
        with self._change() as db:
            keys: set[bytes] = set()
            for prefix in prefixes:
                if not re.fullmatch(rf"[0-9a-f]{{{_SHORTEST_PREFIX},64}}", prefix.lower()):
                    raise StoreError(f"{prefix!r}: give at least {_SHORTEST_PREFIX} hexadecimal digits of a digest")
                rows = db.execute("SELECT digest FROM decisions WHERE hex(digest) LIKE ?", (prefix.upper() + "%",))
                keys.update(key for (key,) in rows)
            for table in ("decisions", "history"):
                db.executemany(f"DELETE FROM {table} WHERE digest = ?", ((key,) for key in keys))  # noqa: S608 (own names)
        return len(keys)

    def forget_all(self) -> int:
        """Forget everything: decisions, runs and which posts were seen. Return how many decisions there were."""
        with self._change() as db:
            count: int = db.execute("SELECT count(*) FROM decisions").fetchone()[0]
            for table in ("decisions", "history", "seen", "runs"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 (own names)
        with self._told():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def export(self) -> dict[str, Any]:
        """Return all decisions, ready for JSON; :meth:`import_` reads it back."""
        with self._told():
            rows = self._db.execute("SELECT digest, decision, time FROM decisions ORDER BY digest").fetchall()
        return {EXPORT_KEY: 1, "decisions": [{"digest": d.hex(), "decision": c, "time": t} for d, c, t in rows]}

    def import_(self, data: object) -> int:
        """Take decisions over from :meth:`export` or from the report page; return how many changed something.

        Raises
        ------
        StoreError
            If it is not such an export. Then nothing is changed.
        """
        if not isinstance(data, dict) or data.get(EXPORT_KEY) != 1 or not isinstance(data.get("decisions"), list):
            raise StoreError(f"no export of decisions (it lacks {EXPORT_KEY!r}: 1); export them again")
        entries = []
        for number, entry in enumerate(data["decisions"], 1):
            if not isinstance(entry, dict) or entry.get("decision") not in DECISIONS:
                raise StoreError(f"decision {number} of the export is not understood; export them again")
            time = str(entry.get("time"))
            entries.append((str(entry.get("digest")), entry["decision"], time if _TIME.fullmatch(time) else _now()))
        return self.decide_many(entries)

    def seen(self, digest: str, but: str = "") -> bool:
        """Tell whether an earlier run, ``but`` the one that began then, has assessed a post with this digest."""
        query = "SELECT 1 FROM seen JOIN runs ON run = id WHERE digest = ? AND started != ?"
        with self._told():
            return self._db.execute(query, (_key(digest), but)).fetchone() is not None

    def record(self, run: Run, digests: Iterable[bytes]) -> int:
        """Remember a finished run and which posts it assessed; return its number."""
        texts = (run.archives, run.settings, run.counts, run.coverage)
        archives, settings, counts, coverage = (json.dumps(value, sort_keys=True) for value in texts)
        known = "SELECT id FROM runs WHERE (started, archives, settings) = (?, ?, ?)"
        with self._change() as db:
            if found := db.execute(known, (run.started, archives, settings)).fetchone():
                return int(found[0])  # it was killed between this and the removal of its progress
            row = (run.started, run.finished, archives, run.model, settings, counts, coverage)
            number = db.execute("INSERT INTO runs VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", row).lastrowid or 0
            db.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", ((digest, number) for digest in digests))
        return number

    def runs(self) -> list[Run]:
        """Return all finished runs, oldest first."""
        with self._told():
            rows = self._db.execute("SELECT * FROM runs ORDER BY id").fetchall()
        return [
            Run(
                started=started, finished=finished, archives=json.loads(archives), model=model,
                settings=json.loads(settings), counts=json.loads(counts), coverage=json.loads(coverage),
            )
            for _, started, finished, archives, model, settings, counts, coverage in rows
        ]  # fmt: skip


def _key(digest: str) -> bytes:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", digest):
        raise StoreError(f"{digest[:80]!r} is no digest of a post (64 hexadecimal digits); export the decisions again")
    return bytes.fromhex(digest)

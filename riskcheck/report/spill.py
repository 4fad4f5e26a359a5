"""Posts and assessments on disk, so that an audit of any size needs the same memory and can be resumed.

One SQLite file holds them while an audit runs. It holds text of posts, so only the user may read it, and it is
removed when the audit is done.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import msgspec

from riskcheck.assessment import Assessment, Finding, Note, Span
from riskcheck.errors import InputError
from riskcheck.files import transaction
from riskcheck.post import Post

CHUNK = 1024
"""Posts that are assessed and kept together. A killed run goes on at a multiple of it, with the same batches."""
_FIELDS = tuple(field.name for field in fields(Post))
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS posts (position INTEGER PRIMARY KEY, digest BLOB NOT NULL, post TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS found (position INTEGER PRIMARY KEY, digest BLOB NOT NULL, level INTEGER NOT NULL,
                                  severity REAL, assessment BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS worst ON found (level DESC, severity DESC, position) WHERE level > 0;
"""


def pack_post(post: Post) -> str:
    """Return a post as JSON; lone surrogates of a broken export survive as escapes."""
    values = [getattr(post, name) for name in _FIELDS]
    return json.dumps([value.isoformat() if isinstance(value, dt.datetime) else value for value in values])


def unpack_post(text: str) -> Post:
    """Return the post of :func:`pack_post`."""
    values = dict(zip(_FIELDS, json.loads(text), strict=True))
    if values["created"] is not None:
        values["created"] = dt.datetime.fromisoformat(values["created"])
    return Post(**values)


def pack_assessment(found: Assessment) -> bytes:
    """Return an assessment as JSON, without the words of its spans: the post has them."""
    findings = [
        (f.category, f.severity, f.probability, [(span.start, span.end) for span in f.spans], f.why, f.advice)
        for f in found.findings
    ]
    notes = [[note.kind, note.text] for note in found.notes]
    return msgspec.json.encode(
        [found.id, found.band, found.severity, found.score, findings, notes, found.scores, found.model]
    )


def unpack_assessment(data: bytes, text: str) -> Assessment:
    """Return the assessment of :func:`pack_assessment` for the text of its post."""
    id_, band, severity, score, findings, notes, scores, model = msgspec.json.decode(data)
    return Assessment(
        id=id_,
        band=band,
        severity=severity,
        score=score,
        findings=tuple(
            Finding(
                category=category, severity=level, probability=probability, why=why, advice=advice,
                spans=tuple(Span(start, end, text[start:end]) for start, end in spans),
            )
            for category, level, probability, spans, why, advice in findings
        ),
        notes=tuple(Note(kind, words) for kind, words in notes),
        scores=scores,
        model=model,
    )  # fmt: skip


class Spill:
    """Posts of one audit and what was found in them.

    Parameters
    ----------
    path : pathlib.Path, optional
        The file; made where it is missing. Without one it has no name from the start, so that not even a process
        that is killed leaves text of posts behind.

    Raises
    ------
    InputError
        If it cannot be written, is damaged, or another audit is using it.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path or Path(tempfile.gettempdir())
        self._named = path is not None
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror}); choose another --output folder") from error
        self._db = sqlite3.connect(path or "", timeout=1.0, isolation_level=None)
        try:
            with self._told():
                self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._db.execute("BEGIN EXCLUSIVE")
                self._db.commit()
                self._db.executescript(_SCHEMA)
        except BaseException:
            self._db.close()
            raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            locked = "locked" in str(error)
            advice = "another audit writes there" if locked else "free some disk space or remove the file"
            raise InputError(f"{self.path}: cannot be used ({error}); {advice}") from error

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._told(), transaction(self._db) as db:
            yield db

    def close(self, *, remove: bool) -> None:
        """Close the file and, if asked to, remove it."""
        self._db.close()
        if remove and self._named:
            self.path.unlink(missing_ok=True)

    @property
    def meta(self) -> dict[str, str]:
        """What the run noted of itself."""
        with self._told():
            return dict(self._db.execute("SELECT key, value FROM meta").fetchall())

    def begin(self, meta: dict[str, str], *, keep: bool) -> None:
        """Note what the run is, and drop the posts of the run before; its assessments too, unless ``keep``."""
        with self._change() as db:
            db.execute("DELETE FROM posts")
            db.execute("DELETE FROM meta")
            if not keep:
                db.execute("DELETE FROM found")
            db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())

    def fill(self, posts: Iterable[Post]) -> int:
        """Keep posts in their order; return how many."""
        count = 0
        with self._change() as db:
            for count, post in enumerate(posts, 1):
                row = (count - 1, bytes.fromhex(post.digest), pack_post(post))
                db.execute("INSERT INTO posts VALUES (?, ?, ?)", row)
        return count

    def done(self) -> int:
        """Return how many posts have an assessment already, from the first on; what differs is dropped."""
        with self._change() as db:
            wrong = db.execute(
                "SELECT min(f.position) FROM found f LEFT JOIN posts p USING (position) WHERE p.digest IS NOT f.digest"
            ).fetchone()[0]
            if wrong is not None:
                db.execute("DELETE FROM found WHERE position >= ?", (wrong - wrong % CHUNK,))
            count: int = db.execute("SELECT count(*) FROM found").fetchone()[0]
        return count

    def chunk(self, position: int) -> list[Post]:
        """Return the posts of one chunk."""
        with self._told():
            query = "SELECT post FROM posts WHERE position >= ? AND position < ? ORDER BY position"
            rows = self._db.execute(query, (position, position + CHUNK))
            return [unpack_post(text) for (text,) in rows]

    def keep(self, position: int, found: Iterable[tuple[Post, Assessment]]) -> None:
        """Keep the assessments of one chunk, all of them or none."""
        with self._change() as db:
            for at, (post, assessment) in enumerate(found, position):
                worth = assessment.level if assessment.severity is None else assessment.severity
                row = (at, bytes.fromhex(post.digest), assessment.level, worth, pack_assessment(assessment))
                db.execute("INSERT INTO found VALUES (?, ?, ?, ?, ?)", row)

    def items(self, *, worst: bool = False) -> Iterator[tuple[Post, Assessment]]:
        """Yield every post with its assessment, or those of band ``low`` and above, worst first."""
        query = "SELECT post, assessment FROM found JOIN posts USING (position) "
        query += "WHERE level > 0 ORDER BY level DESC, severity DESC, position" if worst else "ORDER BY position"
        with self._told():
            for text, data in self._db.execute(query):
                post = unpack_post(text)
                yield post, unpack_assessment(data, post.text)

    def digests(self) -> Iterator[bytes]:
        """Yield the digests of all posts that were assessed."""
        with self._told():
            yield from (digest for (digest,) in self._db.execute("SELECT digest FROM found ORDER BY position"))

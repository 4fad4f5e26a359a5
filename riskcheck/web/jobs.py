"""Audits of this start: each takes its upload, waits its turn, runs in a process of its own and keeps its results."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from riskcheck.profile import Profile
from riskcheck.web.results import Results
from riskcheck.web.uploads import Limits, Upload
from riskcheck.web.worker import FAULT

MOST = 8
"""Most audits that are kept at once."""


class RefusedError(Exception):
    """What was asked does not fit the state of things; the message says what to do."""


class Audit:
    """One audit: its upload, its state and, when done, its results.

    Parameters
    ----------
    folder : pathlib.Path
        A private folder for all of it; made here.
    settings : dict
        ``threshold``, ``since``, ``until`` and ``new``.
    limits : Limits, optional
        How much may be sent.
    """

    def __init__(self, folder: Path, settings: dict[str, Any], limits: Limits | None = None) -> None:
        folder.mkdir(mode=0o700)
        self.id = folder.name
        self.folder = folder
        self.out = folder / "out"
        self.out.mkdir()
        self.settings = settings
        self.upload = Upload(folder / "upload", limits)
        self.names: list[str] = []
        self.state = "receiving"
        self.progress: dict[str, Any] = {"stage": None, "done": 0, "total": None}
        self.error: str | None = None
        self.results: Results | None = None
        self.reports = threading.Lock()
        self.process: subprocess.Popen[str] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return its state, ready for JSON."""
        return {
            "id": self.id, "state": self.state, "names": self.names, "files": self.upload.files,
            "bytes": self.upload.bytes, "settings": self.settings, "progress": self.progress, "error": self.error,
        }  # fmt: skip

    def hear(self, line: str) -> None:
        """Take in one line of the worker."""
        with contextlib.suppress(ValueError):
            facts = json.loads(line)
            if "state" in facts:
                self.error = facts.get("error")
                self.progress = {**self.progress, "state": facts["state"]}
            else:
                self.progress = {name: facts[name] for name in ("stage", "done", "total")}


class Audits:
    """All audits of this start, one running at a time.

    Parameters
    ----------
    folder : pathlib.Path
        A private folder; removed by whoever made it.
    model : pathlib.Path, optional
        Model file for the workers.
    limits : Limits, optional
        How much an audit may bring.
    """

    def __init__(self, folder: Path, model: Path | None = None, limits: Limits | None = None) -> None:
        self._folder, self._model, self._limits = folder, model, limits
        self._all: dict[str, Audit] = {}
        self._turn = ThreadPoolExecutor(1, thread_name_prefix="audit")
        self._closing = False

    def __iter__(self) -> Any:
        return iter(list(self._all.values()))

    def get(self, number: str) -> Audit | None:
        """Return an audit by its id."""
        return self._all.get(number)

    def add(self, settings: dict[str, Any]) -> Audit:
        """Begin an audit that waits for its upload."""
        if len(self._all) >= MOST:
            raise RefusedError(f"{MOST} audits are kept already; remove one first")
        found = Audit(self._folder / secrets.token_hex(8), settings, self._limits)
        self._all[found.id] = found
        return found

    def start(self, audit: Audit, profile: Profile) -> None:
        """Queue an audit whose upload is complete."""
        if audit.state != "receiving":
            raise RefusedError("this audit was started already; begin another one")
        if not audit.upload.files:
            raise RefusedError("nothing was sent yet; send the export first")
        audit.state = "queued"
        audit.names = [path.name for path in audit.upload.archives()]
        self._turn.submit(self._run, audit, profile)

    def _run(self, audit: Audit, profile: Profile) -> None:
        try:
            if audit.state == "queued" and not self._closing:
                audit.state = "running"
                self._work(audit, profile)
        except Exception as error:
            audit.error, audit.state = FAULT, "failed"
            print(f"riskcheck serve: audit {audit.id}: {error!r}", file=sys.stderr)
        finally:
            audit.upload.remove()

    def _work(self, audit: Audit, profile: Profile) -> None:
        task = {
            "paths": [str(path) for path in audit.upload.archives()], "out": str(audit.out),
            "model": str(self._model) if self._model else None, "profile": _table(profile), "settings": audit.settings,
        }  # fmt: skip
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        command = [sys.executable, "-P", "-m", "riskcheck.web.worker"]  # -P: modules of the working folder stay out
        with subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            env={**os.environ, **threads, "PYTHONIOENCODING": "utf-8"},
        ) as process:  # fmt: skip
            audit.process = process
            if audit.state == "stopped" or self._closing:
                process.kill()
            if process.stdin is None or process.stdout is None:  # it has pipes: asked for above
                raise RuntimeError("the worker has no pipes")
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(task) + "\n")
                process.stdin.flush()
            for line in process.stdout:
                audit.hear(line)
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        audit.process = None
        if audit.state == "stopped":
            return
        if process.returncode == 0 and audit.progress.get("state") == "done":
            audit.results = Results(audit.out)
            audit.state = "done"
        else:
            audit.error = audit.error or FAULT
            audit.state = "failed"

    def remove(self, audit: Audit) -> None:
        """Stop an audit where it runs, and remove all that it kept."""
        import shutil

        audit.state = "stopped"
        self._all.pop(audit.id, None)
        process = audit.process
        if process is not None:
            process.kill()
        with audit.reports:
            shutil.rmtree(audit.folder, ignore_errors=True)

    def close(self) -> None:
        """Stop everything."""
        self._closing = True
        for audit in self:
            self.remove(audit)
        self._turn.shutdown(cancel_futures=True)


def _table(profile: Profile) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(profile).items()}

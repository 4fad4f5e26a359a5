"""One audit in a process of its own, so that drafts are checked as fast as ever: ``python -m riskcheck.web.worker``.

It reads what to do as one line of JSON, prints its progress as lines of JSON, and ends at once when the page does.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

FAULT = "this is a fault of riskcheck; the terminal in which `riskcheck serve` runs shows what happened"


def tell(**facts: Any) -> None:
    """Print one line for the page."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _end_with_the_page() -> None:
    # os.read and not sys.stdin: a thread that waits inside a buffered reader would break the interpreter's own exit.
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    os._exit(0)


class _Says:
    """Progress, a few times a second."""

    def __init__(self) -> None:
        self._last = ("", 0.0)

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if stage != self._last[0] or now - self._last[1] > 0.2 or done == total:
            self._last = (stage, now)
            tell(stage=stage, done=done, total=total)


def work(task: dict[str, Any]) -> None:
    """Audit what was uploaded; leave the posts and the facts of the audit in the folder ``out``."""
    from riskcheck.assess import Assessor
    from riskcheck.audit import Settings, audit
    from riskcheck.profile import from_dict
    from riskcheck.report.base import whole
    from riskcheck.report.jsonl import JsonlReport
    from riskcheck.store import Store
    from riskcheck.web.results import FACTS, index

    out, today = Path(task["out"]), dt.datetime.now(dt.UTC).date()
    given = task["settings"]
    since, until = (dt.date.fromisoformat(given[name]) if given[name] else None for name in ("since", "until"))
    settings = Settings(since=since, until=until, threshold=given["threshold"], new=given["new"])
    model = Path(task["model"]) if task["model"] else None
    assessor = Assessor.from_file(model, from_dict(task["profile"], "the profile"), today=today)
    paths = [Path(path) for path in task["paths"]]
    with (
        Store() as store,
        audit(paths, assessor, settings, store=store, output=out, today=today, progress=_Says()) as result,
    ):
        JsonlReport().write(result, out)
        facts = {name: getattr(result, name) for name in ("coverage", "sentences", "day", "model", "threshold")}
        facts["posts"] = index(out)
        with whole(out / FACTS) as stream:
            json.dump(facts, stream)
    tell(state="done")


def main() -> int:
    """Run one task; return the exit code."""
    from riskcheck.errors import RiskCheckError
    from riskcheck.text.safe import visible

    task = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_the_page, daemon=True).start()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)
    try:
        work(task)
    except RiskCheckError as error:
        tell(state="failed", error=str(error))
        return 2
    except Exception:
        sys.stderr.write(visible(traceback.format_exc()))
        tell(state="failed", error=FAULT)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())

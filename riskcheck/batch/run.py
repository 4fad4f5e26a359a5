"""Score one file: chunks to workers and back in order, with no more of them under way than memory allows."""

from __future__ import annotations

import datetime as dt
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from riskcheck.batch.formats import STANDARD, Format, available, format_of
from riskcheck.batch.rows import Chunk, chunks
from riskcheck.batch.settings import CHUNK, Settings, Summary
from riskcheck.batch.spool import Spool
from riskcheck.batch.work import Block, calm, work
from riskcheck.batch.write import encode
from riskcheck.errors import InputError, RiskCheckError

Progress = Callable[[Summary], None]
_AHEAD = 3
"""Chunks under way for each worker: one at work, one waiting, one on its way."""
_IDLE = 60
"""Seconds after which a worker without work ends, as after its parent was killed; it is replaced when needed."""
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def score_file(
    source: Path,
    target: Path,
    settings: Settings,
    *,
    jobs: int = 1,
    resume: bool = False,
    chunk: int = CHUNK,
    progress: Progress = lambda _: None,
) -> Summary:
    """Score a file of posts.

    Parameters
    ----------
    source, target : Path
        Input and output, of the formats that their endings say; ``-`` for the standard streams.
    settings : Settings
        How.
    jobs : int
        Worker processes, 1 or more. The output is the same for any number.
    resume : bool
        Go on with a run that was cut off. The input and the settings must be the same.
    chunk : int
        Rows at a time.
    progress : callable
        Called with the counts so far.

    Returns
    -------
    Summary
        Counts of rows, of rows that could not be read, and of bands.

    Raises
    ------
    InputError
        If the input cannot be read or the output not be written.
    """
    form, out = format_of(source), format_of(target)
    available(form)
    available(out)
    if target == STANDARD:
        return _to_standard_output(source, settings, form, jobs, chunk, resume, progress)
    if source != STANDARD and target.exists() and source.exists() and target.samefile(source):
        raise InputError(f"{target}: is the input too; choose another output")
    if resume and source == STANDARD:
        raise InputError("standard input cannot be read again; --resume needs a file")
    with Spool(target, out.kind) as spool:
        done, settings = _begin(spool, source, settings, chunk, resume)
        progress(spool.summary)
        rows = islice(chunks(source, form, settings, chunk), done, None)
        for block in assess(rows, settings, out, jobs):
            spool.add(block)
            progress(spool.summary)
        if not spool.summary.rows:
            spool.add(Block(encode([], out.kind, out.packing, header=True), Summary()))
        spool.finish()
        return spool.summary


def _begin(spool: Spool, source: Path, settings: Settings, chunk: int, resume: bool) -> tuple[int, Settings]:
    earlier = spool.facts() if resume else None
    if earlier:
        # The age of posts is counted from the day on which the run began.
        day = earlier.get("today")
        settings = replace(settings, today=dt.date.fromisoformat(day) if day not in (None, "None") else None)
    facts = {**settings.facts(), **_origin(source), "chunk": chunk}
    if earlier is None:
        spool.begin(facts)
        return 0, settings
    if changed := sorted(key for key in facts if earlier.get(key) != facts[key]):
        raise InputError(
            f"{spool.target}: the run that was cut off had another {changed[0].replace('_', ' ')};"
            " run without --resume to begin anew"
        )
    return spool.resume(), settings


def _origin(source: Path) -> dict[str, Any]:
    if source == STANDARD:
        return {"input": "-"}
    try:
        found = source.stat()
    except OSError as error:
        raise InputError(f"{source}: cannot be read ({error.strerror}); check the path") from error
    return {"input": str(source.resolve()), "input_size": found.st_size, "input_time": found.st_mtime_ns}


def _to_standard_output(
    source: Path, settings: Settings, form: Format, jobs: int, chunk: int, resume: bool, progress: Progress
) -> Summary:
    if resume:
        raise InputError("standard output cannot be gone on with; --resume needs -o FILE")
    summary = Summary()
    for block in assess(chunks(source, form, settings, chunk), settings, Format("jsonl"), jobs):
        sys.stdout.buffer.write(block.content)
        summary.add(block.summary)
        progress(summary)
    sys.stdout.buffer.flush()
    return summary


def assess(rows: Iterator[Chunk], settings: Settings, out: Format, jobs: int) -> Iterator[Block]:
    """Assess chunks on ``jobs`` processes and yield them in order; a short input starts no processes."""
    head = list(islice(rows, 2)) if jobs > 1 else []
    if len(head) < 2:
        for item in chain(head, rows):
            yield work(item, settings, out.kind, out.packing)
        return
    from joblib.externals.loky import ProcessPoolExecutor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    pool = ProcessPoolExecutor(jobs, timeout=_IDLE, env=_ONE_THREAD, initializer=calm)
    waiting: deque[Any] = deque()
    try:
        for item in chain(head, rows):
            waiting.append(pool.submit(work, item, settings, out.kind, out.packing))
            if len(waiting) >= _AHEAD * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except TerminatedWorkerError as error:
        raise RiskCheckError(
            "a worker process was ended from outside, maybe for want of memory; run again with --resume and fewer"
            " --jobs"
        ) from error
    finally:
        pool.shutdown(kill_workers=bool(waiting))

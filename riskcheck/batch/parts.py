"""Score a folder of files, part by part, on the cores of this machine or on a cluster."""

from __future__ import annotations

import contextlib
import datetime as dt
import glob
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from riskcheck.batch.formats import Format, available, format_of
from riskcheck.batch.rows import chunks
from riskcheck.batch.settings import CHUNK, Settings, Summary
from riskcheck.batch.work import work
from riskcheck.batch.write import encode, to_parquet
from riskcheck.errors import InputError, require
from riskcheck.files import alone

_RUN = "_riskcheck.json"
_DONE = "_done"


def score_folder(
    source: Path,
    target: Path,
    settings: Settings,
    *,
    jobs: int = 1,
    backend: str = "loky",
    scheduler: str | None = None,
    chunk: int = CHUNK,
    progress: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    """Score every file of a folder into a file of the same name in another folder.

    A part appears whole or not at all, and one that is there is not scored again: a run that was cut off is simply
    run again. On a cluster all workers must see both folders and the model under the same paths.

    Parameters
    ----------
    source, target : Path
        Folders.
    settings : Settings
        How.
    jobs : int
        Worker processes on this machine; a cluster brings its own.
    backend : str
        ``loky``, ``dask``, ``ray`` or ``spark``, through joblib.
    scheduler : str, optional
        Address of the cluster.
    chunk : int
        Rows at a time.
    progress : callable
        Called with the counts of the parts that are done.

    Returns
    -------
    Summary
        Counts of all parts.

    Raises
    ------
    InputError
        If a folder cannot be used, other settings filled it before, or parts could not be read; the parts that
        could are written all the same.
    """
    parts = _parts(source)
    if target.exists() and target.samefile(source):
        raise InputError(f"{target}: is the input too; choose another folder")
    settings = _begin(target, settings, chunk)
    from joblib import Parallel, delayed

    summary, failed = Summary(), []
    calls = [delayed(score_part)(part, target / part.name, settings, chunk) for part in parts]
    with alone(target) as free, _running(backend, scheduler, jobs):
        if not free:
            raise InputError(f"{target}: another run is filling it; wait for that or choose another folder")
        # Ray and Spark hand back everything at the end.
        way = "generator_unordered" if backend in ("loky", "dask") else "list"
        for name, found in Parallel(return_as=way, batch_size=1)(calls):
            if "failed" in found:
                failed.append((name, found["failed"]))
            else:
                summary.add(Summary.from_dict(found))
            progress(summary)
        # What workers that were lost had begun, in this run or one before.
        for name in (*(glob.escape(part.name) for part in parts), _RUN):
            for left in chain(target.glob(f".{name}.*-*"), (target / _DONE).glob(f".{name}.json.*-*")):
                left.unlink(missing_ok=True)
    if failed:
        _, message = min(failed)
        raise InputError(f"{len(failed)} of {len(parts)} parts could not be scored; the first: {message}")
    return summary


def score_part(source: Path, target: Path, settings: Settings, chunk: int) -> tuple[str, dict[str, Any]]:
    """Score one part, unless that was done before; return its name with its counts or what went wrong.

    It may run twice at the same time, as on a cluster that takes a worker for lost: both write the same bytes,
    each under a name of its own, and the last one stays.
    """
    record = target.parent / _DONE / f"{target.name}.json"
    try:
        found = source.stat()
        origin = {"size": found.st_size, "time": found.st_mtime_ns}
        with contextlib.suppress(OSError, msgspec.DecodeError):
            earlier = msgspec.json.decode(record.read_bytes())
            if target.exists() and earlier["origin"] == origin:
                return source.name, earlier
        summary = _write(source, target, settings, chunk)
        _replace(record, lambda path: path.write_bytes(msgspec.json.encode({**summary.to_dict(), "origin": origin})))
    except (InputError, OSError) as error:
        return source.name, {"failed": str(error)}
    return source.name, summary.to_dict()


def _write(source: Path, target: Path, settings: Settings, chunk: int) -> Summary:
    form = format_of(source)
    summary = Summary()

    def blocks() -> Iterator[bytes]:
        for rows in chunks(source, form, settings, chunk):
            block = work(rows, settings, form.kind, form.packing)
            summary.add(block.summary)
            yield block.content
        if not summary.rows:
            yield encode([], form.kind, form.packing, header=True)

    def write(path: Path) -> None:
        if form.kind == "parquet":
            to_parquet(blocks(), path)
        else:
            with path.open("wb") as stream:
                stream.writelines(blocks())

    _replace(target, write)
    return summary


def _replace(target: Path, write: Callable[[Path], Any]) -> None:
    """Let a file appear whole or not at all."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}")
    try:
        write(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _parts(source: Path) -> list[Path]:
    found: list[Path] = []
    forms: set[Format] = set()
    for path in sorted(source.iterdir()):
        if path.is_file() and not path.name.startswith((".", "_")):
            forms.add(format_of(path))
            found.append(path)
    if not found:
        raise InputError(f"{source}: holds no files of posts; name a folder of .jsonl, .csv or .parquet files")
    for form in forms:
        available(form)
    return found


def _begin(target: Path, settings: Settings, chunk: int) -> Settings:
    """Make the folder, or go on in it if the same settings filled it before."""
    try:
        (target / _DONE).mkdir(parents=True, exist_ok=True)
        earlier = msgspec.json.decode((target / _RUN).read_bytes())
    except FileNotFoundError:
        earlier = None
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(f"{target}: cannot be used ({error}); choose another folder") from error
    if earlier and earlier.get("today") not in (None, "None"):
        settings = replace(settings, today=dt.date.fromisoformat(earlier["today"]))
    facts = {**settings.facts(), "chunk": chunk}
    if earlier is None:
        _replace(target / _RUN, lambda path: path.write_bytes(msgspec.json.encode(facts)))
    elif changed := sorted(key for key in facts if earlier.get(key) != facts[key]):
        raise InputError(
            f"{target}: was filled with another {changed[0].replace('_', ' ')}; choose another folder or empty it"
        )
    return settings


@contextlib.contextmanager
def _running(backend: str, scheduler: str | None, jobs: int) -> Iterator[None]:
    """Run joblib's calls on a backend."""
    from joblib import parallel_config

    if backend == "dask":
        client = require("distributed", "dask").Client
        local = {"n_workers": jobs, "threads_per_worker": 1, "dashboard_address": None}
        with client(scheduler) if scheduler else client(**local), parallel_config("dask", n_jobs=-1):
            yield
    elif backend == "ray":
        ray = require("ray", "ray")
        require("ray.util.joblib", "ray").register_ray()
        ray.init(address=scheduler, ignore_reinit_error=True)
        with parallel_config("ray", n_jobs=-1):
            yield
    elif backend == "spark":
        require("joblibspark", "spark").register_spark()
        if scheduler:
            require("pyspark.sql", "spark").SparkSession.builder.master(scheduler).getOrCreate()
        with parallel_config("spark", n_jobs=jobs):
            yield
    else:
        with parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1):
            yield

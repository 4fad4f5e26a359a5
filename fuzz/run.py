"""Run one fuzz target for some minutes: ``python fuzz/run.py TARGET --minutes 30``.

Needs atheris (``pip install atheris``; Linux). A fault does not end the run: its input is kept in the folder, once for
each place in the code, and the run goes on. A crash of the process itself, or an input that takes minutes in compiled
code, ends the process, and another one is started. The last line tells what was done.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import json
import os
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGETS = ("text", "sources", "archive", "settings", "writers")
STUCK = 120


def main() -> None:
    """Read the command line; start the target in a process of its own, again where it died."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--folder", type=Path, help="where inputs and faults are kept (default: build/fuzz/TARGET)")
    parser.add_argument("--worker", type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    folder = (given.folder or ROOT / "build" / "fuzz" / given.target).resolve()
    if given.worker:
        work(given.target, folder, given.worker)
        return
    for name in ("corpus", "faults", "seeds"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    begun, runs, edges, deaths = time.monotonic(), 0, 0, 0
    while (left := given.minutes * 60 - (time.monotonic() - begun)) > 2:
        command = [sys.executable, __file__, given.target, "--folder", str(folder), "--worker", str(left)]
        log = folder / "log.txt"
        with log.open("wb") as stream:
            ended = subprocess.run(command, stderr=stream, stdout=stream, check=False)
        told = log.read_text(encoding="utf-8", errors="replace")
        seen = re.findall(r"#(\d+)\s+\w+\s+cov: (\d+)", told)
        runs += max((int(count) for count, _ in seen), default=0)
        edges = max([edges, *(int(found) for _, found in seen)])
        if ended.returncode:
            deaths += 1
            log.rename(folder / "faults" / f"death-{deaths}.log")
            print(f"the process ended with {ended.returncode}; see {folder / 'faults'}", flush=True)
            if not seen:
                break
    minutes = (time.monotonic() - begun) / 60
    faults = sorted(path.name for path in (folder / "faults").glob("*.txt"))
    facts = {
        "target": given.target, "minutes": round(minutes, 1), "executions": runs, "edges": edges,
        "corpus": sum(1 for _ in (folder / "corpus").iterdir()), "deaths": deaths, "faults": faults,
    }  # fmt: skip
    print(json.dumps(facts))


def work(name: str, folder: Path, seconds: float) -> None:
    """Fuzz in this process until the time is up."""
    sys.path.insert(0, str(ROOT))
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NO_COLOR="1")
    import atheris

    with atheris.instrument_imports(include=["riskcheck"]):
        target = importlib.import_module(f"fuzz.{name}")
    kit = importlib.import_module("fuzz.kit")
    for seed in target.seeds():
        (folder / "seeds" / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    words = folder / "dictionary.txt"
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in target.DICTIONARY), encoding="ascii")
    target.one(next(iter(target.seeds())))  # what is loaded once must not count against the first input
    kit.bound_memory()

    def one(data: bytes) -> None:
        try:
            with kit.bounded():
                target.one(data)
        except (Exception, kit.Hang) as error:
            keep(folder / "faults", data, error)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        changed = target.mutate(data, most, seed) if seed % 2 else None
        return changed if changed is not None else atheris.Mutate(data, most)

    options = {"custom_mutator": mutate} if hasattr(target, "mutate") else {}
    flags = [
        f"-max_total_time={int(seconds)}",
        f"-timeout={STUCK}",
        f"-max_len={target.LONGEST}",
        f"-dict={words}",
        f"-artifact_prefix={folder / 'faults'}/",
        "-rss_limit_mb=0",
        "-reload=0",
        "-len_control=20",
        "-print_final_stats=1",
    ]
    with contextlib.suppress(SystemExit):
        atheris.Setup([sys.argv[0], *flags, str(folder / "corpus"), str(folder / "seeds")], one, **options)
    atheris.Fuzz()


def _quoted(word: str) -> str:
    return "".join(f"\\x{byte:02X}" for byte in word.encode("utf-8", "surrogatepass"))


def keep(folder: Path, data: bytes, error: BaseException) -> None:
    """Keep the shortest input for each place in the code that fails."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "riskcheck" in frame.filename]
    place = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    name = f"{type(error).__name__}-{Path(place.filename).stem}-{place.name}"
    name += f"-{str(error)[:40]}" if type(error).__name__ == "FaultError" else ""
    name = re.sub(r"[^\w-]+", "_", name)
    told, known = folder / f"{name}.txt", folder / f"{name}.bin"
    if not known.exists() or len(data) < known.stat().st_size:
        known.write_bytes(data)
        told.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main()

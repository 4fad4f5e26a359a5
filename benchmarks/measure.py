"""Run programs and take their time and memory; runs of several programs take turns, so that noise hits all alike."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Run:
    """One run: seconds on the clock, seconds of processor, and the most memory in MiB (children included)."""

    wall: float
    cpu: float
    memory: float
    output: str


def run(command: Sequence[str], env: Mapping[str, str] = ONE_THREAD) -> Run:
    """Run a program; a failure ends the benchmark, riskcheck's exit code 1 (something found) does not."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **env})
    watch = _Watch(process.pid)
    watch.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - began
    watch.ended.set()
    watch.join()
    if process.returncode not in ((0, 1) if "riskcheck" in command else (0,)):
        raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, watch.most, output)


class _Watch(threading.Thread):
    """Sum the memory of a program and its children from time to time, until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self.most, self.ended = pid, 0.0, threading.Event()

    def run(self) -> None:
        """Look after a tenth of a second and then every half."""
        pause = 0.1
        while not self.ended.wait(pause):
            self.most = max(self.most, sum(map(_resident, _family(self._pid))))
            pause = 0.5


def _family(pid: int) -> list[int]:
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(relative for child in children for relative in _family(child))]


def _resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    # The proportional share: pages that workers share, such as the mapped model, count once.
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def in_turn(commands: Mapping[str, Sequence[str]], times: int) -> dict[str, list[Run]]:
    """Run several programs, each ``times`` times, one after the other."""
    found: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            found[name].append(run(command))
    return found


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)

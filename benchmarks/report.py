"""Write results as a page: tables with ratios, and what they were measured on."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Any

NAMES = {
    "riskcheck_scores": "riskcheck, scores only", "riskcheck_findings": "riskcheck, with findings",
    "alt_profanity_check": "alt-profanity-check", "vader": "VADER", "better_profanity": "better-profanity",
    "presidio": "Presidio",
}  # fmt: skip


def machine() -> dict[str, str]:
    """Facts about this machine, and how busy it was when the run began."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": f"{model}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": platform.system(),
        "Python": platform.python_version(),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
    }


def markdown(results: dict[str, Any]) -> str:
    """Return the page."""
    facts = {**results["machine"], **results["versions"]}
    return "\n".join([
        "# Speed and memory, measured", "",
        "Written by `python benchmarks/run.py`. The posts are invented (`make_posts.py`: the project's own, each with",
        "a misspelling, every third with a handle; one in ten written to be risky). All tools ran in turn in the same",
        "run, on one thread each. They do different jobs: compared is what a post costs, not what is found in it.", "",
        ", ".join(f"{name} {value}" for name, value in facts.items()) + ".", "",
        "![Posts a second of one core](results.svg)", "",
        *_cold(results["cold"]), *_warm(results["warm"]), *_scaling(results["scaling"]),
    ])  # fmt: skip


def _cold(cold: dict[str, list[float]]) -> list[str]:
    own = cold["riskcheck check"][0]
    rows = [
        f"| {NAMES.get(name, name)} | {mid:.0f} | {least:.0f} | {memory:.0f} | {mid / own:.2f} |"
        for name, (mid, least, memory) in cold.items()
    ]
    return ["## Cold start: a process that looks at one draft", "",
            "| | median ms | least ms | MiB | time against riskcheck |", "|---|---:|---:|---:|---:|",
            *rows, ""]  # fmt: skip


def _warm(warm: dict[str, dict[str, float]]) -> list[str]:
    own = warm["riskcheck_scores"]["rate"]
    rows = [
        f"| {NAMES[name]} | {row['rate']:,.0f} | {row['rate'] / own:.3g} | {row['single_ms']:.2f} |"
        f" {row['slowest_ms']:.2f} | {row['memory']:.0f} |"
        for name, row in warm.items()
    ]
    return ["## Warm: posts a second of one core, and one post alone", "",
            "| | posts/s/core, batch | against riskcheck's scores | one post, median ms | 95 % below ms | MiB |",
            "|---|---:|---:|---:|---:|---:|", *rows, ""]  # fmt: skip


def _scaling(rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"| {row['posts']:,} | {row['mode']} | {row['jobs']} | {row['wall']:.1f} | {row['posts'] / row['wall']:,.0f} |"
        f" {row['posts'] / row['cpu']:,.0f} | {row['memory']:.0f} | {row['written'] / row['posts']:.0f} |"
        for row in rows
    ]
    return ["## Files: `riskcheck score`, JSONL to JSONL, start of the processes included", "",
            "| posts | mode | jobs | s | posts/s | posts/s/core | MiB, all processes | bytes out a post |",
            "|---:|---|---:|---:|---:|---:|---:|---:|", *lines, "",
            "posts/s/core is posts by second of processor, summed over all processes. Memory is the processes'"
            " proportional share, so that the model, which they map together, counts once.", ""]  # fmt: skip

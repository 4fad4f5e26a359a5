"""Take the time of a whole process that checks one draft, beside other tools' and Python's own start.

python benchmarks/cold_start.py [--runs 15]
"""

from __future__ import annotations

import argparse
import sys

from measure import in_turn, median

DRAFT = "so bored at work, my boss is an idiot"
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import numpy": [sys.executable, "-c", "import numpy"],
    "riskcheck --help": [sys.executable, "-m", "riskcheck", "--help"],
    "riskcheck check": [sys.executable, "-m", "riskcheck", "check", DRAFT],
    "riskcheck check --json": [sys.executable, "-m", "riskcheck", "check", "--json", DRAFT],
}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = in_turn(COMMANDS, parser.parse_args().runs)
    print(f"{'':26}{'median ms':>10}{'least ms':>10}{'CPU ms':>8}{'MiB':>6}")
    for name, found in runs.items():
        wall, cpu = [1000 * r.wall for r in found], [1000 * r.cpu for r in found]
        memory = max(r.memory for r in found)
        print(f"{name:26}{median(wall):10.0f}{min(wall):10.0f}{median(cpu):8.0f}{memory:6.0f}")


if __name__ == "__main__":
    main()

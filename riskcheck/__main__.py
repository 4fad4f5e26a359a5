"""Run the command line as ``python -m riskcheck``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from riskcheck.cli import run

        run()
    except KeyboardInterrupt:  # while modules were being imported
        sys.stderr.write("riskcheck: stopped\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()

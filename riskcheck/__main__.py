"""Run the command line as ``python -m riskcheck``."""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave with its exit code."""
    from riskcheck.cli import run

    run()


if __name__ == "__main__":
    main()

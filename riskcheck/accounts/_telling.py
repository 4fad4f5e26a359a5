"""Saying how far a scan is, on standard error."""

from __future__ import annotations

import sys

import click

from riskcheck.text.safe import in_line

_LONG = 10
"""Seconds of a wait that is worth a line where lines cannot change."""


class Teller:
    """Say on standard error how far a scan is: one line that changes on a terminal, few lines elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._live = sys.stderr.isatty()
        self._said = ""

    def _line(self, text: str) -> None:
        if self._live and not self._quiet:
            click.echo(f"\r\x1b[K{in_line(text)}", err=True, nl=False)

    def wait(self, why: str, left: int) -> None:
        """Count a wait down."""
        self._line(f"{why} {left // 60}:{left % 60:02} …" if left else "")
        if not self._live and not self._quiet and why != self._said and left >= _LONG:
            click.echo(f"{in_line(why)} ({left} s)", err=True)
        self._said = why if left else ""

    def fetched(self, count: int) -> None:
        """Tell how many records came."""
        if count % 20 == 1:
            self._line(f"Fetched {count:,}")

    def progress(self, stage: str, done: int, total: int | None) -> None:
        """Tell how far the assessment is."""
        if stage == "assess":
            self._line(f"Assessing {done:,} of {total:,}" if total and done < total else "")

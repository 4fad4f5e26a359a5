"""``coverage.json``: what was read, what was not and why, with the sums of the audit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from riskcheck.report.base import Report, Result, whole


def summary(result: Result) -> dict[str, Any]:
    """Return the facts of an audit without any post, ready for JSON."""
    return {
        "day": result.day,
        "model": result.model,
        "threshold": result.threshold,
        "counts": result.counts.to_dict(),
        "coverage": result.coverage,
        "statement": list(result.sentences),
    }


class CoverageReport(Report):
    """The coverage statement for programs."""

    files = ("coverage.json",)

    def write(self, result: Result, folder: Path) -> list[Path]:
        """Write ``coverage.json``."""
        path = folder / self.files[0]
        with whole(path) as stream:
            # File names may hold bytes that are no UTF-8; escapes keep the file readable by any program.
            stream.write(json.dumps(summary(result), indent=1) + "\n")
        return [path]

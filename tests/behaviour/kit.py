"""What the tests of the checks share."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from riskcheck.assessment import Assessment, Band, Finding

DATA = Path(__file__).resolve().parents[2] / "data"


def assessment(band: str, *categories: str, severity: float | None = 1.0) -> Assessment:
    assert band in get_args(Band)
    found = tuple(
        Finding(category=name, severity=2, probability=0.9, spans=(), why="", advice="") for name in categories
    )
    return Assessment(
        id="", band=band, severity=severity, score=0.5, findings=found, notes=(), scores={}, model="1"  # type: ignore[arg-type]
    )  # fmt: skip

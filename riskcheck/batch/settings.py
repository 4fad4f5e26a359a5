"""What a run is to do, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from riskcheck.assess import Assessor
from riskcheck.assessment import BANDS
from riskcheck.profile import Profile

CHUNK = 2000
"""Rows that are read, assessed and written at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How files of posts are scored. Small, so that it travels to every worker.

    Parameters
    ----------
    model : str, optional
        Path of the model file; by default the one that comes with the package.
    profile : Profile
        Who the posts' author is.
    today : datetime.date, optional
        Day from which the age of posts is counted; without it no post is called old.
    text_column, id_column, date_column : str
        Names of the columns or keys; the last two need not be there.
    spans : bool
        Whether findings name their evidence.
    """

    model: str | None = None
    profile: Profile = field(default_factory=Profile)
    today: dt.date | None = None
    text_column: str = "text"
    id_column: str = "id"
    date_column: str = "created_at"
    spans: bool = True

    def assessor(self) -> Assessor:
        """Load the model."""
        return Assessor.from_file(Path(self.model) if self.model else None, self.profile, today=self.today)

    def facts(self) -> dict[str, Any]:
        """Return what decides the output, for comparing two runs; the model is told by what is in it."""
        facts: dict[str, Any] = {**asdict(self), "today": str(self.today), "model": self.assessor().identity}
        facts["profile"] = {key: list(v) if isinstance(v, tuple) else v for key, v in facts["profile"].items()}
        return facts


@dataclass(slots=True)
class Summary:
    """What came of a run.

    Parameters
    ----------
    rows : int
        Rows read, and so rows written.
    errors : int
        Rows that could not be read.
    bands : Counter
        Posts by band.
    """

    rows: int = 0
    errors: int = 0
    bands: Counter[str] = field(default_factory=Counter)

    def add(self, other: Summary) -> None:
        """Add another summary's counts."""
        self.rows += other.rows
        self.errors += other.errors
        self.bands.update(other.bands)

    def reaches(self, band: str) -> bool:
        """Tell whether any post is of a band or above."""
        return any(self.bands[name] for name in BANDS[BANDS.index(band) :])

    def to_dict(self) -> dict[str, Any]:
        """Return the counts, ready for JSON."""
        return {"rows": self.rows, "errors": self.errors, "bands": dict(sorted(self.bands.items()))}

    @classmethod
    def from_dict(cls, counts: dict[str, Any]) -> Summary:
        """Read :meth:`to_dict` back."""
        return cls(int(counts["rows"]), int(counts["errors"]), Counter(counts["bands"]))

"""What riskcheck says of one post: the output contract, version 1 (``docs/output.md``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from riskcheck.categories import NAMES

SCHEMA_VERSION = 1
Band = Literal["none", "low", "medium", "high"]
BANDS: tuple[Band, ...] = ("none", "low", "medium", "high")

_SURE = 0.25


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence: a half-open range of code points of the original text, and those characters."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One category found in one post.

    Parameters
    ----------
    category : str
        Name of the category, or of one of the user's own keywords (``keyword``).
    severity : int
        1 low, 2 medium, 3 high.
    probability : float
        Calibrated probability, 0 to 1, that the category applies at severity 1 or more.
    spans : tuple of Span
        The words that weigh most, in text order.
    why, advice : str
        Why employers mind, and what to do instead.
    """

    category: str
    severity: int
    probability: float
    spans: tuple[Span, ...]
    why: str
    advice: str

    @property
    def sureness(self) -> str:
        """Probability as people read it; of a risky post that fits no category well, the kind is a guess."""
        return f"{self.probability:.0%}" if self.probability >= _SURE else "kind unsure"


@dataclass(frozen=True, slots=True)
class Note:
    """Information that is no risk: its kind and a sentence for the reader."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """All findings and notes of one post.

    Parameters
    ----------
    id : str
        The post's id.
    band : str
        Overall severity class after the profile's rules: ``none``, ``low``, ``medium`` or ``high``.
    severity : float or None
        Expected overall severity, 0 to 3; None if the post was not assessed.
    score : float or None
        Calibrated probability, 0 to 1, that the post is risky (severity 2 or more); None if it was not assessed.
    findings : tuple of Finding
        Worst first.
    notes : tuple of Note
        Information that is no risk.
    scores : dict of str to float
        For every category the calibrated probability that it applies; empty if the post was not assessed.
    model : str
        Version of the model.
    """

    id: str
    band: Band
    severity: float | None
    score: float | None
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    scores: dict[str, float]
    model: str

    @property
    def level(self) -> int:
        """The band as a number, 0 to 3."""
        return BANDS.index(self.band)

    @property
    def assessed(self) -> bool:
        """False where the post was not scored: not English, or words of self-harm."""
        return self.score is not None

    def to_dict(self) -> dict[str, Any]:
        """Return the object of the output contract, ready for JSON."""
        # Written out: asdict() copies deeply, which takes longer than assessing a post.
        return {
            "schema_version": SCHEMA_VERSION,
            "id": self.id,
            "band": self.band,
            "severity": None if self.severity is None else round(self.severity, 4),
            "score": None if self.score is None else round(self.score, 4),
            "findings": [
                {
                    "category": found.category,
                    "severity": found.severity,
                    "probability": round(found.probability, 4),
                    "spans": [{"start": span.start, "end": span.end, "text": span.text} for span in found.spans],
                    "why": found.why,
                    "advice": found.advice,
                }
                for found in self.findings
            ],
            "notes": [{"kind": note.kind, "text": note.text} for note in self.notes],
            "scores": {name: round(self.scores[name], 4) if self.scores else None for name in NAMES},
            "model": self.model,
        }

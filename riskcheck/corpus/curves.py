"""Curves of an evaluation as inline SVG: precision against recall, and stated against observed probability."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from riskcheck.corpus.metrics import Bool, Real, average_precision
from riskcheck.scorer import Scores

_SIZE, _LEFT, _TOP = 300, 44, 12
_MOST_POINTS = 250
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Detector:
    """One detector's answers: its name, which posts have it, and the probability it gave them."""

    name: str
    truth: Bool
    score: Real


@dataclass(frozen=True, slots=True)
class Bin:
    """Posts of similar stated probability: how many, the mean stated, and the observed share."""

    posts: int
    stated: float
    observed: float


def levels(severity: NDArray[np.int64], scores: Scores) -> list[Detector]:
    """Return what the model states a calibrated probability of: overall severity of 1, 2 and 3 or more."""
    names = ("severity 1 or more", "risky (2 or more)", "severity 3")
    return [Detector(name, severity >= i + 1, scores.overall[:, i]) for i, name in enumerate(names)]


def precision_recall(detector: Detector) -> list[Point]:
    """Points (recall, precision) from high to low thresholds; empty where nothing is positive."""
    if not detector.truth.any():
        return []
    precision, recall, _ = precision_recall_curve(detector.truth, detector.score)
    points = [(float(r), float(p)) for p, r in zip(precision[::-1], recall[::-1], strict=True)]
    if len(points) <= _MOST_POINTS:
        return points
    keep = np.unique(np.linspace(0, len(points) - 1, _MOST_POINTS).round().astype(int))
    return [points[i] for i in keep]


def reliability(detector: Detector, bins: int = 10) -> list[Bin]:
    """Bins of equal width that hold posts, from low to high probability."""
    at: NDArray[np.int64] = np.minimum((detector.score * bins).astype(np.int64), bins - 1)
    return [
        Bin(int(rows.sum()), float(detector.score[rows].mean()), float(detector.truth[rows].mean()))
        for rows in (at == number for number in range(bins))
        if rows.any()
    ]


def precision_recall_svg(detectors: Sequence[Detector]) -> str:
    """Draw precision over recall, a line for every detector."""
    lines, labels = [], []
    for number, detector in enumerate(detectors):
        points = precision_recall(detector)
        # Between two thresholds precision is the further point's: steps, as average precision counts them.
        steps = [p for (r0, p0), (r1, p1) in pairwise(points) for p in ((r0, p1), (r1, p1))]
        lines.append(_line(steps, number))
        score = average_precision(detector.truth, detector.score)
        labels.append(f"{detector.name}, {'no posts' if np.isnan(score) else f'{score:.2f}'}")
    return _chart("Precision over recall", "recall", "precision", "".join(lines), labels)


def reliability_svg(found: Mapping[str, Sequence[Bin]], *, style: str = "") -> str:
    """Draw the observed share over the stated probability; points are larger where more posts are.

    Parameters
    ----------
    found : mapping of str to sequence of Bin
        Names of detectors, and their :func:`reliability`.
    style : str
        CSS, for a drawing that stands alone.
    """
    marks = [f'<path class="even" d="M{_x(0):.1f} {_y(0):.1f}L{_x(1):.1f} {_y(1):.1f}"/>']
    for number, (name, bins) in enumerate(found.items()):
        total = sum(b.posts for b in bins)
        marks.append(_line([(b.stated, b.observed) for b in bins], number))
        for b in bins:
            radius = 2 + 5 * (b.posts / total) ** 0.5
            tip = f"{name}: {b.posts} posts, stated {b.stated:.2f}, observed {b.observed:.2f}"
            marks.append(
                f'<circle class="dot s{number}" cx="{_x(b.stated):.1f}" cy="{_y(b.observed):.1f}" r="{radius:.1f}">'
                f"<title>{escape(tip)}</title></circle>"
            )
    chart = _chart("Observed share over stated probability", "stated", "observed", "".join(marks), list(found))
    return chart.replace(">", f' xmlns="http://www.w3.org/2000/svg"><style>{style}</style>', 1) if style else chart


def _x(value: float) -> float:
    return _LEFT + value * _SIZE


def _y(value: float) -> float:
    return _TOP + (1 - value) * _SIZE


def _line(points: Sequence[Point], number: int) -> str:
    if not points:
        return ""
    path = "L".join(f"{_x(a):.1f} {_y(b):.1f}" for a, b in points)
    return f'<path class="line s{number}" d="M{path}"/>'


def _grid(place: Callable[[float], str]) -> str:
    return "".join(place(tick) for tick in _TICKS)


def _chart(title: str, across: str, up: str, marks: str, labels: Sequence[str]) -> str:
    width, base = _LEFT + _SIZE + 12, _TOP + _SIZE
    height = base + 44 + 18 * len(labels)
    grid = _grid(lambda t: f'<path class="grid" d="M{_x(t):.1f} {_TOP}V{base}M{_LEFT} {_y(t):.1f}H{_LEFT + _SIZE}"/>')
    names = _grid(
        lambda t: (
            f'<text class="end" x="{_LEFT - 6}" y="{_y(t) + 4:.1f}">{t:g}</text>'
            f'<text class="mid" x="{_x(t):.1f}" y="{base + 15}">{t:g}</text>'
        )
    )
    legend = "".join(
        f'<path class="line s{i}" d="M{_LEFT} {base + 48 + 18 * i}h24"/>'
        f'<text x="{_LEFT + 32}" y="{base + 52 + 18 * i}">{escape(label)}</text>'
        for i, label in enumerate(labels)
    )
    axes = (
        f'<text class="mid" x="{_LEFT + _SIZE / 2}" y="{base + 32}">{escape(across)}</text>'
        f'<text class="mid" transform="translate(11 {_TOP + _SIZE / 2}) rotate(-90)">{escape(up)}</text>'
    )
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return (
        f'<svg {size} role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{grid}{names}{axes}{marks}{legend}</svg>"
    )

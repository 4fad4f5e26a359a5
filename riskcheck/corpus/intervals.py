"""Intervals of shares: what a count out of a few dozen cases can and cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with the 95 % interval by Wilson (1927).

    >>> Share(19, 20).low < 0.95 < Share(19, 20).high
    True
    """

    count: int
    total: int

    @property
    def rate(self) -> float:
        """The share itself, 0 to 1; 0 where there is nothing to count."""
        return self.count / self.total if self.total else 0.0

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self._end(-1)

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self._end(1)

    def _end(self, sign: int) -> float:
        if not self.total:
            return 0.0 if sign < 0 else 1.0
        n, p = self.total, self.rate
        middle = p + _Z**2 / (2 * n)
        half = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return min(1.0, max(0.0, (middle + sign * half) / (1 + _Z**2 / n)))

    def __str__(self) -> str:
        return f"{percent(self.rate)} ({percent(self.low)} to {percent(self.high)})"


def difference(a: Share, b: Share) -> tuple[float, float, float]:
    """Difference of two shares, ``a`` less ``b``, with its 95 % interval (Newcombe 1998, method 10).

    The two samples count as independent, which makes the interval too wide, never too narrow, for twins.
    """
    gap = a.rate - b.rate
    low = gap - sqrt((a.rate - a.low) ** 2 + (b.high - b.rate) ** 2)
    high = gap + sqrt((a.high - a.rate) ** 2 + (b.rate - b.low) ** 2)
    return gap, max(-1.0, low), min(1.0, high)


def percent(share: float) -> str:
    """Write a share in percent, with one decimal where it is small.

    >>> percent(0.953), percent(0.0125), percent(-0.004), percent(0)
    ('95 %', '1.2 %', '-0.4 %', '0 %')
    """
    return f"{100 * share:.1f} %" if 0 < abs(share) < 0.0995 else f"{100 * share:.0f} %"

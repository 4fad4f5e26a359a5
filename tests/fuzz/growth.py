"""Whether cost grows with the length of an input and not with its square: ratios of processor time, no bounds on it."""

from __future__ import annotations

import time
from collections.abc import Callable

from fuzz.kit import bounded

_ENOUGH = 0.004  # seconds that can be told from the clock's noise
_FACTOR = 4  # quadratic cost grows sixteenfold
_MOST_GROWTH = 10.0
_STUCK = 5.0


def cost(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def is_linear(work: Callable[[int], Callable[[], object]], *, first: int, most: int, stuck: float = _STUCK) -> bool:
    """Tell whether the cost of ``work(size)()`` grows with its size.

    The size is doubled until the cost can be measured; where even the largest costs next to nothing, it is linear. A
    ratio that is too high is measured again twice, because other processes disturb the clock.
    """
    size = first
    with bounded(stuck):
        while cost(work(size)) < _ENOUGH:
            size *= 2
            if size > most:
                return True
        for _ in range(3):
            small = min(cost(work(size)) for _ in range(2))
            if cost(work(size * _FACTOR)) <= _MOST_GROWTH * max(small, _ENOUGH / 2):
                return True
    return False

"""Waiting for a service: bounded, visible, and never twice for nothing."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from riskcheck.errors import AccountError

T = TypeVar("T")
LONGEST = 1200.0
"""Seconds that one scan waits in all: a little more than the window of X, which is 15 minutes."""
_TRIES = 4
_UNKNOWN = 60.0
"""Seconds to wait where a service does not say how long; doubled each time."""
_STEP = 1.0


class LimitedError(Exception):
    """The service asks to come back later; ``reset`` is a time in seconds since 1970, or None."""

    def __init__(self, reset: float | None = None) -> None:
        super().__init__("limited")
        self.reset = reset if reset is not None and math.isfinite(reset) else None


class DownError(Exception):
    """The service did not answer, or not sensibly; the text says how, and holds no secret."""


class UnavailableError(AccountError):
    """A service is out of reach or busy for now; the same request may work later."""


@dataclass(slots=True)
class Patience:
    """Repeat a request that failed for now, within bounds.

    Parameters
    ----------
    longest : float
        Seconds to wait in all.
    say : callable
        Is told why and how many seconds are left, once a second, and 0 at the end.
    now, sleep : callable
        The clock.

    Examples
    --------
    >>> Patience().run("Bluesky", lambda: "answer")
    'answer'
    """

    longest: float = LONGEST
    say: Callable[[str, int], None] = field(default=lambda why, left: None)
    now: Callable[[], float] = field(default=lambda: time.time())
    sleep: Callable[[float], None] = field(default=lambda seconds: time.sleep(seconds))
    spent: float = 0.0

    def run(self, title: str, request: Callable[[], T]) -> T:
        """Return what a request returns.

        Raises
        ------
        UnavailableError
            If it failed several times, or would have to wait too long.
        """
        for number in range(_TRIES):
            try:
                return request()
            except LimitedError as limit:
                last = number == _TRIES - 1
                self._limited(title, limit, number, last=last)
            except DownError as down:
                if number == _TRIES - 1:
                    raise UnavailableError(
                        f"{title} could not be reached ({down}; tried {_TRIES} times);"
                        " check the connection and repeat the same command"
                    ) from None
                self._wait(f"{title}: {down}; trying again", 2.0**number)
        raise AssertionError("the last try returns or raises")

    def _limited(self, title: str, limit: LimitedError, number: int, *, last: bool) -> None:
        seconds = _UNKNOWN * 2**number if limit.reset is None else limit.reset - self.now() + 1
        # A clock that goes ahead would make the wait nothing, and the requests a flood.
        seconds = max(seconds, 2.0**number)
        until = dt.datetime.fromtimestamp(min(self.now() + seconds, 4e9), dt.UTC)
        if last or self.spent + seconds > self.longest:
            raise UnavailableError(
                f"{title} allows no more requests before {until:%Y-%m-%d %H:%M} UTC; repeat the same command after that"
            )
        self._wait(f"{title} allows no more requests before {until:%H:%M:%S} UTC; waiting", seconds)

    def _wait(self, why: str, seconds: float) -> None:
        self.spent += seconds
        left = seconds
        while left > 0:
            self.say(why, math.ceil(left))
            self.sleep(min(_STEP, left))
            left -= _STEP
        self.say(why, 0)

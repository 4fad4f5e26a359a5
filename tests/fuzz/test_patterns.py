"""No regular expression takes more time than its text is long, however the text is made."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from fuzz.kit import Hang
from tests.fuzz import patterns
from tests.fuzz.growth import is_linear

FOUND, UNKNOWN = patterns.every()


def test_every_pattern_is_known() -> None:
    assert len(FOUND) > 100
    assert not UNKNOWN, "a pattern is put together while the program runs: name an example in DYNAMIC"


def costly(found: patterns.Found, stuck: float = 5.0) -> tuple[str, str, str] | None:
    """Return the first attack that succeeds."""
    is_bytes = isinstance(found.pattern.pattern, bytes)

    def on(before: str, piece: str, after: str) -> Callable[[int], Callable[[], object]]:
        def work(size: int) -> Callable[[], object]:
            text = before + piece * size + after
            given = text.encode("utf-8", "replace") if is_bytes else text
            if found.anchored:
                return lambda: (found.pattern.match(given), found.pattern.fullmatch(given))
            return lambda: found.pattern.sub(b"" if is_bytes else "", given)

        return work

    for attack in patterns.attacks(found.pattern):
        try:
            linear = is_linear(on(*attack), first=3000, most=3000, stuck=stuck)
        except Hang:
            linear = False
        if not linear:
            return attack
    return None


@pytest.mark.parametrize("found", FOUND, ids=str)
def test_cost_is_linear(found: patterns.Found) -> None:
    assert costly(found) is None


@pytest.mark.parametrize("bad", [r"\s+$", r"(?:a+)+b", r"^\s*(?:RT|>)"])
def test_a_costly_pattern_is_found(bad: str) -> None:
    """Else the tests above would prove nothing."""
    assert costly(patterns.Found("none", re.compile(bad, re.M), anchored=False), stuck=1.0)

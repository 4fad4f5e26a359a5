"""Word lists too long for code: one UTF-8 file each, one entry a line, ``#`` starts a comment line."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def read(name: str) -> tuple[str, ...]:
    """Read the list ``name``.txt, in file order."""
    text = (files(__name__) / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def read_set(name: str) -> frozenset[str]:
    """Read the list ``name``.txt as a set, for look-ups."""
    return frozenset(read(name))

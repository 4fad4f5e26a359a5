"""Imports go one way, along the data."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))
from modules import PACKAGE, RANK, imported, modules, owner


def test_every_module_has_a_place_in_the_order() -> None:
    assert {owner(path) for path in modules()} == set(RANK)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    for name in imported(path):
        assert RANK[name] < RANK[owner(path)], f"{owner(path)} imports {name}, which does not come before it"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300

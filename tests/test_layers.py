"""Imports go one way, along the data."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import riskcheck

PACKAGE = Path(riskcheck.__file__).parent
ORDER = [
    {"errors", "files", "post", "categories", "lexicons", "assessment"},
    {"text", "coverage"},
    {"sources", "accounts"},
    {"pipeline", "encoder", "profile"},
    {"features"},
    {"lexemes", "logits"},
    {"scorer", "artefact"},
    {"soundness", "model", "explain", "notes"},
    {"assess"},
    {"corpus", "batch", "store", "checker", "settings", "audit"},
    {"report"},
    {"rewrite"},
    {"cli", "web"},
]
# The assessing component is a spaCy face of the assessor; the corpus may use all up to it; an audit ends in reports.
ALLOWED = {("pipeline", "assess"), ("audit", "report")}
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem not in ("__init__", "__main__"))


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("riskcheck"):
            parts = node.module.split(".")
            names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert own in RANK, f"{own} has no place in the order"
    for name in imported(path) - {own}:
        assert name in RANK, f"{own} imports {name}, which has no place in the order"
        assert RANK[name] <= RANK[own] or (own, name) in ALLOWED, f"{own} imports {name}, which comes after it"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300

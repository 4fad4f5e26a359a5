"""The order of the modules, and a drawing of it.

``tests/test_layers.py`` holds the package to the order; ``docs/generate.py`` writes the drawing.
"""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "riskcheck"
ORDER = {
    "terms that all share": ("errors", "files", "post", "categories", "lexicons"),
    "words; findings; what was read": ("text", "assessment", "coverage"),
    "exports; the user; what models see": ("sources", "profile", "encoder", "features"),
    "live accounts; single words": ("accounts", "lexemes", "gradient"),
    "sums of both models": ("logits",),
    "the model's file; probabilities": ("artefact", "scorer"),
    "how sure, why, and what else": ("soundness", "explain", "notes"),
    "one post assessed; a model taught": ("assess", "model"),
    "ways to ask; the user's decisions": ("checker", "batch", "pipeline", "settings", "store"),
    "evidence; results to read": ("corpus", "report"),
    "whole archives; milder words": ("audit", "rewrite"),
    "the page": ("web",),
    "the commands": ("cli",),
}
"""What the rows are, from the ground up. A module imports only from rows before its own."""
RANK = {name: rank for rank, names in enumerate(ORDER.values()) for name in names}

Node = tuple[str, int]
"""A box in its own row; in a row above, where lines to that box pass."""
_LEFT, _ROW, _LETTER, _GAP = 240, 74, 8, 16
_SHARED = 2
"""So many rows, from the ground up, serve all others: lines to them are pale."""
_STYLE = (
    "text{font:13px sans-serif;fill:#1f2933}.boxes text{text-anchor:middle}.bands text{fill:#5a6472}"
    "rect{fill:#fff}.boxes rect{stroke:#0b5cad}.bands rect:nth-of-type(even){fill:#f4f6f8}"
    "path{fill:none;stroke:#44546a}path.shared{stroke:#c3cbd4}"
)


def modules() -> list[Path]:
    """Return the modules of the package, but for those that only join it."""
    return sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem not in ("__init__", "__main__"))


def owner(path: Path) -> str:
    """Return the top-level name to which a module belongs."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Return the other top-level names that a module imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("riskcheck"):
            parts = node.module.split(".")
            names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return names - {owner(path)}


def lines() -> list[tuple[str, str]]:
    """Return who imports what, without what other imports imply."""
    direct: dict[str, set[str]] = {name: set() for name in RANK}
    for path in modules():
        direct[owner(path)] |= imported(path)
    implied: dict[str, set[str]] = {}
    for name in RANK:
        implied[name] = set().union(*(direct[other] | implied[other] for other in direct[name]))
    return [(name, other) for name in RANK for other in sorted(direct[name] - implied[name])]


def joins() -> list[tuple[Node, Node]]:
    """Return the lines in pieces, each from one row to the next; lines to the same box join on their way."""
    return sorted(
        {
            ((name if row == RANK[name] else other, row), (other, row - 1))
            for name, other in lines()
            for row in range(RANK[name], RANK[other], -1)
        }
    )


def placed(pieces: list[tuple[Node, Node]]) -> dict[Node, int]:
    """Return how far to the right each node stands: near what it is joined to, without touching its neighbours."""
    beside: dict[Node, list[Node]] = {node: [] for node in RANK.items()}
    for upper, lower in pieces:
        beside.setdefault(upper, []).append(lower)
        beside.setdefault(lower, []).append(upper)
    rows = [[node for node in beside if node[1] == row] for row in range(len(ORDER))]
    at = {node: 100.0 * (place - len(row) / 2) for row in rows for place, node in enumerate(row)}
    for turn in range(60):
        step = 1 if turn % 2 else -1  # upwards by the row below, downwards by the row above; at last by both
        for row in rows[::step]:
            wish = {}
            for node in row:
                near = [at[o] for o in beside[node] if turn > 40 or o[1] == node[1] - step] or [at[node]]
                wish[node] = sum(near) / len(near)
            row.sort(key=lambda node: (wish[node], node))
            right, left = [wish[node] for node in row], [wish[node] for node in row]
            for i in range(1, len(row)):
                right[i] = max(right[i], right[i - 1] + _apart(row[i - 1], row[i]))
                left[-i - 1] = min(left[-i - 1], left[-i] - _apart(row[-i - 1], row[-i]))
            at |= {node: (a + b) / 2 for node, a, b in zip(row, left, right, strict=True)}
    start = _LEFT - min(x - _wide(node) / 2 for node, x in at.items())
    return {node: round(x + start) for node, x in at.items()}


def _wide(node: Node) -> int:
    return 16 + _LETTER * len(node[0]) if RANK[node[0]] == node[1] else 0


def _apart(one: Node, other: Node) -> float:
    return (_wide(one) + _wide(other)) / 2 + _GAP


def listed() -> str:
    """Return the rows as text, from the ground up."""
    return "\n".join(f"1. {row}: {', '.join(f'`{name}`' for name in names)}" for row, names in ORDER.items())


def drawing() -> str:
    """Draw the modules in their order, as SVG."""
    pieces = joins()
    at = placed(pieces)
    width, height = max(x + _wide(node) for node, x in at.items()) + _GAP, _ROW * len(ORDER)
    size = f'width="{width}" height="{height}"'
    middles = [height - _ROW * row - _ROW // 2 for row in range(len(ORDER))]
    bands, boxes, paths = [], [], []
    for y, (title, names) in zip(middles, ORDER.items(), strict=True):
        bands.append(
            f'<rect y="{y - _ROW // 2}" width="{width}" height="{_ROW}"/><text x="12" y="{y + 4}">{title}</text>'
        )
        for name in names:
            x, wide = at[name, RANK[name]], _wide((name, RANK[name]))
            boxes.append(f'<rect x="{x - wide // 2}" y="{y - 13}" width="{wide}" height="26" rx="4"/>')
            boxes.append(f'<text x="{x}" y="{y + 4}">{name}</text>')
    for upper, lower in sorted(pieces, key=lambda piece: RANK[piece[1][0]]):  # the pale ones first
        kind = "shared" if RANK[lower[0]] < _SHARED else "own"
        x, aside = at[upper], at[lower] - at[upper]
        curve = f"M{x} {middles[upper[1]]}c0 {_ROW // 2} {aside} {_ROW // 2} {aside} {_ROW}"
        paths.append(f'<path class="{kind}" d="{curve}"/>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img">',
            f"<title>Modules of riskcheck; lines lead down to what is imported</title><style>{_STYLE}</style>",
            f"<rect {size}/>",
            *('<g class="bands">', *bands, "</g>", *paths, '<g class="boxes">', *boxes, "</g>", "</svg>", ""),
        ]
    )

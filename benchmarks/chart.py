"""Draw posts a second as bars on a scale of tens, as SVG without any library."""

from __future__ import annotations

import math
from typing import Any
from xml.sax.saxutils import escape

from report import NAMES

_WIDTH, _LEFT, _ROW = 760, 210, 34


def bars(results: dict[str, Any]) -> str:
    """Return the chart."""
    rows = sorted(((NAMES[name], row["rate"]) for name, row in results["warm"].items()), key=lambda row: -row[1])
    top = math.ceil(math.log10(max(rate for _, rate in rows)))
    scale = (_WIDTH - _LEFT - 90) / (top - 1)
    height = 60 + _ROW * len(rows) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        ' font-family="sans-serif" font-size="14">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        '<text x="12" y="26" font-size="16" font-weight="bold">Posts a second of one core (logarithmic)</text>',
    ]
    for power in range(1, top + 1):
        x = _LEFT + scale * (power - 1)
        parts.append(f'<line x1="{x:.0f}" y1="42" x2="{x:.0f}" y2="{height - 28}" stroke="#d8dce2"/>')
        parts.append(f'<text x="{x:.0f}" y="{height - 10}" text-anchor="middle" fill="#5a6472">{10**power:,}</text>')
    for number, (name, rate) in enumerate(rows):
        y = 50 + _ROW * number
        width = max(2.0, scale * (math.log10(max(rate, 10.0)) - 1))
        colour = "#1f6feb" if name.startswith("riskcheck") else "#8b949e"
        parts.append(f'<text x="{_LEFT - 10}" y="{y + 17}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="{_LEFT}" y="{y}" width="{width:.0f}" height="24" rx="3" fill="{colour}"/>')
        parts.append(f'<text x="{_LEFT + width + 8:.0f}" y="{y + 17}" fill="#24292f">{rate:,.0f}</text>')
    return "\n".join([*parts, "</svg>", ""])

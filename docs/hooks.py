"""What the site leaves to the repository: links that lead out of ``docs/`` become the path they lead to."""

from __future__ import annotations

import re
from typing import Any

_OUTSIDE = re.compile(r"\[([^\]]+)\]\(\.\./([^)#\s]+)(?:#[^)\s]*)?\)")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Rewrite the links of a page before it is laid out."""
    return _OUTSIDE.sub(lambda m: f"{m[1]} (`{m[2]}` of the repository)", markdown)

"""``posts.jsonl``: the output contract, one object per post, with the facts of the post."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from riskcheck.report.base import Item, Report, Result, post_facts, write_lines
from riskcheck.report.safe import dumps


def record(item: Item) -> dict[str, Any]:
    """Return the contract's object plus ``post`` (facts and text) and ``decision`` (null if undecided)."""
    facts = {**post_facts(item.post), "text": item.post.text, "digest": item.post.digest}
    return {**item.assessment.to_dict(), "post": facts, "decision": item.decision or None}


class JsonlReport(Report):
    """One object per post, in reading order."""

    files = ("posts.jsonl",)

    def write(self, result: Result, folder: Path) -> list[Path]:
        """Write ``posts.jsonl``."""
        return [write_lines(folder / self.files[0], (dumps(record(item)) for item in result.items()))]

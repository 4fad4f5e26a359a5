"""``report.md``: the audit as a text that reads well in any editor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from riskcheck.assessment import BANDS
from riskcheck.categories import BY_NAME
from riskcheck.report import safe
from riskcheck.report.base import Item, Report, Result, write_lines


def title(category: str) -> str:
    """Return a category's name for people; the user's own keep theirs."""
    return BY_NAME[category].title if category in BY_NAME else category.replace("_", " ").capitalize()


def _marked(item: Item) -> str:
    text = item.post.text
    out = []
    for piece, marked in safe.pieces(text, safe.spans(item.assessment, len(text))):
        words = safe.markdown(piece)
        lead, tail = " " * (piece[:1].isspace()), " " * (piece[-1:].isspace())
        # Emphasis may not begin or end with a space.
        out.append(f"{lead}**{words}**{tail}" if marked and words else f"{lead}{words}{tail}")
    return " ".join("".join(out).split())


def _post(number: int, item: Item) -> Iterator[str]:
    post, found = item.post, item.assessment
    when = f"{post.created:%Y-%m-%d}" if post.created else "date unknown"
    decided = f", decided: {item.decision.replace('_', ' ')}" if item.decision else ""
    titles = ", ".join(dict.fromkeys(title(finding.category) for finding in found.findings))
    yield f"### {number}. {found.band.capitalize()}: {titles}"
    yield ""
    yield f"> {_marked(item)}"
    yield ""
    where = f"<{safe.link(post.url)}>" if safe.link(post.url) else f"id {safe.markdown(post.id)}"
    yield f"{safe.markdown(post.platform)} {post.kind} of {when}, {post.visibility}{decided}. {where}"
    yield ""
    for finding in found.findings:
        yield f"- **{title(finding.category)}**: {safe.markdown(finding.why)} {safe.markdown(finding.advice)}"
    for note in found.notes:
        yield f"- Note: {safe.markdown(note.text)}"
    yield ""


def _table(head: str, rows: dict[str, list[int]]) -> Iterator[str]:
    yield f"| {head} | high | medium | low |"
    yield "|---|--:|--:|--:|"
    for name, (low, medium, high) in rows.items():
        yield f"| {safe.markdown(name)} | {high} | {medium} | {low} |"
    yield ""


def lines(result: Result) -> Iterator[str]:
    """Yield the report line by line."""
    counts = result.counts.to_dict()
    yield "# What employers could hold against you"
    yield ""
    share = f"{counts['to_do']:,} of {counts['posts']:,} posts"
    yield f"{share} to look at (band {result.threshold} and above), {result.day}."
    yield "riskcheck points at words and gives reasons; the decision is yours. Nothing was deleted or sent anywhere."
    yield ""
    yield "## What was read"
    yield ""
    yield from (f"- {safe.markdown(sentence)}" for sentence in result.sentences)
    yield ""
    yield "## Counts"
    yield ""
    sums = [f"{band} {counts['bands'][band]:,}" for band in reversed(BANDS)]
    sums += [f"not assessed {counts['not_assessed']:,}"] if counts["not_assessed"] else []
    yield ", ".join(sums) + "."
    yield ""
    yield from _table("category", {title(name): row for name, row in counts["by_category"].items()})
    yield from _table("year", counts["by_year"])
    yield "## Posts to look at, worst first"
    yield ""
    shown = 0
    for shown, item in enumerate(result.to_do(), 1):
        yield from _post(shown, item)
    if not shown:
        yield result.verdict
    if counts["settled"]:
        yield f"{counts['settled']:,} more are settled by your decisions (keep, false alarm) and not listed."


class MarkdownReport(Report):
    """Everything that is still to do, with the reasons."""

    files = ("report.md",)

    def write(self, result: Result, folder: Path) -> list[Path]:
        """Write ``report.md``."""
        return [write_lines(folder / self.files[0], lines(result))]

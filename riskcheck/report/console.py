"""The summary in the terminal: worst posts first, counts as small bars, and what was read.

Colour and lines appear only on a terminal that wants them; piped, or with ``NO_COLOR``, it is plain text in which
evidence stands between « and ».
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from riskcheck.assessment import BANDS, Assessment
from riskcheck.report import safe
from riskcheck.report.base import Item, Result
from riskcheck.report.markdown import title

STYLES = {"high": "bold red", "medium": "yellow", "low": "cyan", "none": "green"}
_BAR = 24


def plain(console: Console) -> bool:
    """Tell whether output has to do without colour and escape sequences."""
    return not console.is_terminal or console.no_color or console.color_system is None


def _wide(console: Console) -> bool:
    return console.encoding.lower().startswith("utf")


def _say(console: Console, text: Text, indent: int = 0) -> None:
    """Print one paragraph; plain output carries no style at all and is not wrapped."""
    if not _wide(console):
        # A terminal that cannot show a character must not stop the audit.
        text = Text(text.plain.encode(console.encoding, "replace").decode(console.encoding, "replace"))
    if plain(console):
        console.print(" " * indent + text.plain, markup=False, highlight=False, emoji=False, soft_wrap=True)
    else:
        console.print(Padding(text, (0, 0, 0, indent)))


def marked(assessment: Assessment, text: str, console: Console) -> Text:
    """Return a post's text made harmless, with the words that weigh most set off."""
    style = STYLES[assessment.band]
    begin, end = ("«", "»") if _wide(console) else (">>", "<<")
    out = Text()
    for piece, is_marked in safe.pieces(text, safe.spans(assessment, len(text))):
        shown = safe.harmless(piece).replace("\n", " ").replace("\t", " ")
        if is_marked and plain(console):
            out.append(f"{begin}{shown}{end}")
        else:
            out.append(shown, style=f"{style} underline" if is_marked else "")
    return out


def print_item(console: Console, item: Item, *, advice: bool = True) -> None:
    """Print one post with its findings."""
    post, found = item.post, item.assessment
    when = f"{post.created:%Y-%m-%d}" if post.created else "date unknown"
    head = Text()
    head.append(found.band.upper(), style=STYLES[found.band])
    decided = f", decided: {item.decision.replace('_', ' ')}" if item.decision else ""
    head.append(f"  {safe.one_line(post.platform)} {post.kind} of {when}, {post.visibility}{decided}", style="dim")
    _say(console, head)
    _say(console, marked(found, post.text, console), 2)
    for finding in found.findings:
        line = Text(title(finding.category), style="bold")
        weight = f" ({BANDS[finding.severity]}, {finding.sureness}): "
        line.append(weight + safe.one_line(finding.why), style="not bold")
        if advice:
            line.append(f" {safe.one_line(finding.advice)}", style="not bold italic")
        _say(console, line, 4)
    for note in found.notes:
        _say(console, Text(f"Note: {safe.one_line(note.text)}", style="dim"), 4)
    if safe.link(post.url):
        _say(console, Text(safe.link(post.url), style="dim"), 4)
    _say(console, Text())


def bars(console: Console, head: str, rows: dict[str, list[int]]) -> None:
    """Print counts per name as bars, the high ones first in each."""
    if not rows:
        return
    _say(console, Text(head, style="bold"))
    most = max((sum(row) for row in rows.values()), default=0) or 1
    width = max(len(name) for name in rows)
    block = "█" if _wide(console) else "#"
    for name, row in rows.items():
        line = Text(f"{name:<{width}} {sum(row):>7,} ")
        left = round(_BAR * sum(row) / most) or int(sum(row) > 0)
        for band, count in zip(("high", "medium", "low"), reversed(row), strict=True):
            cells = min(left, round(_BAR * count / most) or int(count > 0)) if band != "low" else left
            line.append(block * cells, style=STYLES[band])
            left -= cells
        _say(console, line, 2)
    _say(console, Text())


def render(result: Result, console: Console, *, most: int = 10) -> None:
    """Print an audit: the worst posts, counts by category and year, and the coverage statement.

    Parameters
    ----------
    result : Result
        The audit.
    console : rich.console.Console
        Where to print.
    most : int
        Most posts that are shown in full.
    """
    counts = result.counts.to_dict()
    for number, item in enumerate(result.to_do()):
        if number == most:
            break
        print_item(console, item)
    if counts["to_do"] > most:
        rest = f"… and {counts['to_do'] - most:,} more; the reports of --output list them all.\n"
        _say(console, Text(rest, style="dim"))
    bars(console, "By category", {title(name): row for name, row in counts["by_category"].items()})
    # A year without any finding says something too, but one without posts would only stretch the list.
    bars(console, "By year", counts["by_year"] if counts["by_category"] else {})
    statement(console, result.sentences)
    bands = ", ".join(f"{counts['bands'][band]:,} {band}" for band in reversed(BANDS))
    rest = f", {counts['not_assessed']:,} not assessed" if counts["not_assessed"] else ""
    _say(console, Text(f"Posts by band: {bands}{rest}."))
    if counts["settled"]:
        _say(console, Text(f"{counts['settled']:,} settled by your decisions and not listed."))
    _say(console, Text(result.verdict, style="bold"))


def statement(console: Console, sentences: Iterable[str]) -> None:
    """Print what was read and what was not."""
    _say(console, Text("What was read", style="bold"))
    for sentence in sentences:
        _say(console, Text(safe.one_line(sentence)), 2)
    _say(console, Text())

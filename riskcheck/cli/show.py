"""How an assessment looks on a terminal: highlighted words, why, and what to do."""

from __future__ import annotations

import textwrap

import click

from riskcheck.assess import Assessor
from riskcheck.assessment import Assessment, Finding
from riskcheck.categories import BY_NAME
from riskcheck.post import Post
from riskcheck.text.safe import in_line, visible

COLOURS = {"none": "green", "low": "yellow", "medium": "bright_yellow", "high": "red"}
_WORDS = {"none": "nothing found", "low": "low risk", "medium": "medium risk", "high": "high risk"}
_SEVERITY = ("", "low", "medium", "high")
_WIDTH = 96


def assessment(post: Post, result: Assessment) -> str:
    """Draw one assessment; colours are stripped by click where the output is no terminal."""
    head = "NOT ASSESSED" if not result.assessed and not result.findings else _WORDS[result.band].upper()
    colour = "cyan" if head == "NOT ASSESSED" else COLOURS[result.band]
    lines = [click.style(f"● {head}", fg=colour, bold=True) + (f"  {in_line(post.where)}" if _is_file(post) else "")]
    lines += ["", *_indent(_highlighted(post.text, result)), ""]
    for finding in result.findings:
        lines += _finding(finding)
    for note in result.notes:
        lines += _wrapped(f"Note: {note.text}", "  ", style="cyan")
    while lines[-1] == "":
        lines.pop()
    return "\n".join(lines) + "\n"


def contributions(assessor: Assessor, post: Post, result: Assessment) -> str:
    """Draw how much each word adds to the findings' scores, in log-odds."""
    lines = []
    for finding in result.findings:
        if finding.category not in BY_NAME:
            continue
        lines += ["", f"  What the score for {finding.category} rests on (log-odds, + raises it):"]
        found = assessor.explain(post.text, finding.category)
        top = max((abs(c.weight) for c in found), default=1.0) or 1.0
        for c in sorted(found, key=lambda c: -abs(c.weight))[:10]:
            bar = "█" * max(1, round(12 * abs(c.weight) / top))
            word = " ".join(visible(c.text).split())
            lines.append(f"    {c.weight:+6.2f}  {word:<18} {click.style(bar, fg='red' if c.weight > 0 else 'green')}")
    return "\n".join(lines) + "\n" if lines else ""


def _is_file(post: Post) -> bool:
    return post.where not in ("", "the draft", "standard input")


def _finding(finding: Finding) -> list[str]:
    category = BY_NAME.get(finding.category)
    title = category.title if category else "Your own keyword"
    words = ", ".join(f"“{' '.join(visible(s.text).split())}”" for s in finding.spans)
    colour = COLOURS[_SEVERITY[finding.severity]]
    head = "  " + click.style(title, fg=colour, bold=True)
    head += f" ({_SEVERITY[finding.severity]}, {finding.sureness})" + (f": {words}" if words else "")
    return [head, *_wrapped(f"Why: {finding.why}", "    "), *_wrapped(f"Instead: {finding.advice}", "    "), ""]


def _highlighted(text: str, result: Assessment) -> str:
    """Show the text with the evidence of all findings marked, in the colour of the worst."""
    shown = visible(text)
    marks = [0] * len(shown)
    for finding in result.findings:
        for span in finding.spans:
            for i in range(span.start, span.end):
                marks[i] = max(marks[i], finding.severity)
    out, start = [], 0
    for end in range(1, len(shown) + 1):
        if end == len(shown) or marks[end] != marks[start]:
            piece = shown[start:end]
            out.append(click.style(piece, fg=COLOURS[_SEVERITY[marks[start]]], bold=True, underline=True)
                       if marks[start] else piece)  # fmt: skip
            start = end
    return "".join(out)


def _indent(text: str) -> list[str]:
    return ["  " + line for line in text.split("\n")]


def _wrapped(text: str, indent: str, style: str | None = None) -> list[str]:
    lines = textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)
    return [click.style(line, fg=style) for line in lines] if style else lines

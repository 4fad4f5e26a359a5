"""The reports: whatever stands in a post, a file name or a link, it is shown and never acts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from fuzz.kit import Choices, promise
from riskcheck.assessment import BANDS, Assessment, Finding, Note, Span
from riskcheck.categories import NAMES
from riskcheck.post import KINDS, VISIBILITIES, Post
from riskcheck.report import reports, write_all
from riskcheck.report.base import Item, Result
from riskcheck.report.console import render
from riskcheck.sources._text import clean
from riskcheck.store import DECISIONS
from tests.report.samples import FORMULA, HOSTILE, MARKDOWN, TERMINAL, result

LONGEST = 2048
_LOADED = reports()  # at once, so that the fuzzer sees into them
_URLS = (
    "",
    "https://x.com/i/web/status/1",
    "javascript:alert(1)",
    "https://a@b.example/",
    "https://x.example/\x1b[31m",
    "https://www.reddit.com/r/london/comments/zz9/t/abc/",
    "http://[::1",
    "data:text/html,x",
    "https://x.com/a/status/9>",
)
DICTIONARY = (
    "</script>",
    "<!--",
    "]]>",
    "=1+1",
    "+1",
    "@SUM(",
    "\t=1",
    "\x1b]8;;https://x.example\x07a",
    "\x9b2J",
    "\u202e",
    "\u2028",
    "\r",
    "\n# x",
    "\n- ",
    "![x](y)",
    "<http://x>",
    "www.x.example",
    "|",
    "`",
    "\\",
    "\u00a0=1",
    "\uff1d1",
    "\u200b=1",
    "\0",
    "&lt;",
    "{{7*7}}",
    "http://x.example",
    "1. ",
    "**",
    "\u2066",
    '"',
    "';",
    "\ud800",
)


def seeds() -> Iterator[bytes]:
    """Yield hostile texts, as posts and as what stands around them."""
    texts = (HOSTILE, TERMINAL, FORMULA, MARKDOWN, *DICTIONARY, "\U0001f600 my boss is an idiot")
    for number, text in enumerate(texts):
        raw = text.encode("utf-8", "surrogatepass")[:180]
        yield bytes([1, len(raw)]) + raw + bytes([number % 14, 3, 0, 4, 5, 1, 1, 1, 1])
        yield bytes([2, len(raw)]) + raw + bytes([number % 14, 3, 0, 9, 5]) + bytes([len(raw)]) + raw + bytes(range(40))


def one(data: bytes) -> None:
    """Write every report on a few posts, and look at what was written as its readers would."""
    choices = Choices(data)
    items = [_item(choices) for _ in range(1 + choices.number(3))]
    found = result(items, marked_only=bool(choices.number(2)))
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        written = {path.relative_to(folder).as_posix(): path.read_bytes() for path in write_all(found, folder)}
    finally:
        shutil.rmtree(folder)
    for name, content in written.items():
        text = content.decode()
        if name.endswith(".csv"):
            _spreadsheet(text, len(items) if name == "posts.csv" else None)
        elif name == "posts.jsonl":
            _lines(text, items)
        elif name == "report.html":
            _page(text)
        elif name == "report.md":
            _markdown(text, found)
        elif name.endswith(".txt"):
            promise(re.fullmatch(r"(?:[1-9][0-9]{0,19}\n)+", text), "an id that is no number")
        elif name.endswith(".js"):
            json.loads(text[25:])
        else:
            json.loads(text)
    _terminal(found)


def _item(choices: Choices) -> Item:
    text = clean(choices.text()) or "x"
    category = choices.pick((*NAMES, "keyword"))
    severity = choices.number(4)
    start, size = choices.number(len(text)), 1 + choices.number(40)
    span = Span(start, min(len(text), start + size), text[start : start + size])
    created = choices.pick((None, dt.datetime(2024, 2, 29, tzinfo=dt.UTC), dt.datetime(1, 1, 1, tzinfo=dt.UTC)))
    post = Post(
        text=text,
        id=clean(choices.text()),
        platform=choices.pick(("x", "reddit", "plain", "\x1b[1mx")),
        created=created,
        kind=choices.pick(KINDS),
        visibility=choices.pick(VISIBILITIES),
        language=clean(choices.text()),
        url=choices.pick(_URLS) if choices.number(2) else clean(choices.text()),
        where=choices.text(),
        others_words=bool(choices.number(2)),
    )
    findings = [Finding(category=category, severity=severity, probability=0.5, spans=(span,), why="Why.", advice="Do.")]
    assessment = Assessment(
        id=post.id,
        band=BANDS[severity],
        severity=severity * 0.9,
        score=0.5,
        findings=tuple(findings[: severity > 0]),
        notes=(Note("old_post", "Old."),) if choices.number(2) else (),
        scores=dict.fromkeys(NAMES, 0.1),
        model="1.0.0",
    )
    return Item(post, assessment, choices.pick(("", *DECISIONS)))


def _acts(text: str, keep: str = "\n") -> bool:
    """Tell whether a terminal or an editor would do anything but show a text."""
    return any(
        char not in keep
        and (
            unicodedata.category(char) in ("Cc", "Cs")
            or char in "\u2028\u2029"
            or "\u202a" <= char <= "\u202e"
            or "\u2066" <= char <= "\u2069"
        )
        for char in text
    )


def _spreadsheet(text: str, rows: int | None) -> None:
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    promise(rows is None or len(found) == rows + 1, "a row too many or too few")
    for row in found:
        promise(len(row) == len(found[0]), "a cell too many or too few")
        for cell in row:
            promise(not cell.lstrip().startswith(tuple("=+-@\t\r|%＝＋－＠")), "a cell that is a formula")
            promise(not _acts(cell, "\n\t"), "a cell that acts")


def _lines(text: str, items: list[Item]) -> None:
    found = [json.loads(line) for line in text.split("\n")[:-1]]
    promise([line["post"]["text"] for line in found] == [item.post.text for item in items], "a text that changed")


def _page(text: str) -> None:
    promise(text.lower().count("<script") == 2 and text.lower().count("</script") == 2, "a post that leaves its data")
    promise("<!--" not in text, "a post that opens a comment")
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    promise(data, "no data in the page")
    for post in json.loads(data[1])["posts"] if data else ():
        promise(not post["u"] or re.match(r"https?://[^\s@\"'<>]+$", post["u"]), "a link that is none")
        promise(not _acts("".join(post["x"]), "\n\t"), "a text that acts")


def _markdown(text: str, found: Result) -> None:
    promise(not _acts(text), "a report that acts")
    quotes = [line for line in text.split("\n") if line.startswith("> ")]
    promise(len(quotes) == sum(1 for _ in found.to_do()), "a post that makes or breaks a quotation")
    for line in quotes:
        promise(not re.search(r"(?<!\\)[<\[`|]", line.replace("\\\\", "")), "markup out of a post")
        promise(not re.search(r"https?://|www\.", line), "a link out of a post")


def _terminal(found: Result) -> None:
    for colour in (False, True):
        stream = io.StringIO()
        console = Console(file=stream, force_terminal=colour, color_system="standard" if colour else None, width=80)
        render(found, console)
        text = stream.getvalue()
        shown = re.sub(r"\x1b\[[0-9;]*m", "", text) if colour else text
        promise(not _acts(shown), "a text that acts on the terminal")

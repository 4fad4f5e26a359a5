"""The summary in the terminal: plain where it is piped, coloured where it may be, harmless always."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from rich.console import Console

from riskcheck.report.console import bars, render
from tests.report import samples

GOLDEN = Path(__file__).parent / "golden" / "console.txt"


def drawn(result: samples.Result | None = None, *, encoding: str = "utf-8", most: int = 10, **options: object) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    console = Console(file=stream, highlight=False, width=100, **options)  # type: ignore[arg-type]
    render(result or samples.result(), console, most=most)
    stream.flush()
    return raw.getvalue().decode(encoding)


@pytest.fixture
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_golden() -> None:
    text = drawn()
    if os.environ.get("RISKCHECK_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_piped_it_is_plain(colours: None) -> None:
    assert not set(drawn()) & set("\x1b\x07\x9b\u202e")


def test_no_colour_is_plain_on_a_terminal(monkeypatch: pytest.MonkeyPatch, colours: None) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = drawn(force_terminal=True)
    assert "\x1b" not in text
    assert "«fatty paycheck»" in text


def test_on_a_terminal_evidence_has_colour_and_posts_have_no_say(colours: None) -> None:
    text = drawn(force_terminal=True)
    assert re.search("\x1b\\[[0-9;]*31mfatty paycheck\x1b\\[0m", text)
    assert "«" not in text
    # Every escape sequence is one of rich's own colours: none moves, links, rings or reorders.
    assert not re.sub("\x1b\\[[0-9;]*m", "", text).count("\x1b")
    assert not set(text) & set("\x07\x9b\u202e")
    assert "\x1b[2J" not in text


def test_markup_and_emoji_codes_of_a_post_stay_text(colours: None) -> None:
    post = samples._post(12, "[bold red]idiot[/] :smile: [link=https://evil.example]x[/link]", 2024)
    item = samples.Item(post, samples.assessment(post, samples.finding("hostility", 3, post.text, "idiot")))
    assert "[bold red]«idiot»[/] :smile: [link=https://evil.example]x[/link]" in drawn(samples.result([item]))
    terminal = re.sub("\x1b\\[[0-9;]*m", "", drawn(samples.result([item]), force_terminal=True))
    assert "[bold red]idiot[/] :smile:" in terminal


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_unicode_still_gets_its_summary(encoding: str) -> None:
    text = drawn(encoding=encoding)
    assert ">>fatty paycheck<<" in text
    assert "#" in text


def test_the_rest_is_counted() -> None:
    assert "… and 5 more" in drawn(most=2)


def test_bars_are_never_longer_than_the_longest() -> None:
    stream = io.StringIO()
    bars(Console(file=stream, width=100), "By year", {"2023": [1, 0, 0], "2024": [500, 300, 200], "2025": [0, 0, 0]})
    lines = stream.getvalue().splitlines()
    assert [line.count("█") for line in lines if line.startswith("  ")] == [1, 24, 0]

"""Long and hostile inputs cost what they are long."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fuzz.kit import bounded
from riskcheck.sources import all_sources
from riskcheck.sources._text import clean, html_text
from riskcheck.text.analysis import analyse
from riskcheck.text.language import is_english
from riskcheck.text.safe import visible
from tests.fuzz.growth import is_linear
from tests.sources.kit import MemoryArchive

PLAIN = next(source for source in all_sources() if source.name == "plain")
TEXTS = {
    "mentions": "@ann ",
    "hashtags": "#ihatemyjob ",
    "links": "https://a.example/b ",
    "sentences": "Long day. ",
    "word": "a",
    "marks": "\u0301",
    "joiners": "\U0001f469\u200d",
    "blanks": " ",
    "lines": "\n",
    "reposts": "RT ",
    "quotes": '"',
    "dots": ".",
    "single letters": "h a t e ",
    "masks": "f**k ",
    "stars": "*",
    "negations": "not ",
    "entities": "&amp;",
    "zero width": "\u200b",
    "surrogates": "\ud800",
    "ligatures": "\ufdfa",
}


def text_of(piece: str) -> Callable[[int], Callable[[], object]]:
    def work(size: int) -> Callable[[], object]:
        text = "my" + piece * size + "job"
        return lambda: (is_english(analyse(text).tokens), visible(text), clean(text), html_text(text))

    return work


@pytest.mark.parametrize("kind", TEXTS)
def test_texts(kind: str) -> None:
    assert is_linear(text_of(TEXTS[kind]), first=1000, most=4000)


FILES: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "rows that end in a quote": ("a.csv", lambda n: b"text,id\n" + b'"a\n' * n),
    "a row of commas": ("a.csv", lambda n: b"text,id\n" + b"," * n),
    "a line without end": ("a.txt", lambda n: b"a" * n * 50),
    "keys": ("a.json", lambda n: b"{" + b",".join(b'"%d":1' % i for i in range(n)) + b'"b":1}'),
    "numbers": ("a.json", lambda n: b"[" + b"1," * n + b"1]"),
    "broken records": ("a.json", lambda n: b'[{"text":"a"},{"text":"a"},' + b'{"text" 1},' * n + b"]"),
    "records of other layouts": (
        "a.json",
        lambda n: b'[{"text":"a"},{"text":"a"},' + b'{"text":"a"} , ' * n + b'{"text":"a"}]',
    ),
    "escapes": ("a.jsonl", lambda n: b'{"text":"' + b"\\ud83d" * n + b'"}'),
}


@pytest.mark.parametrize("kind", FILES)
def test_files(kind: str) -> None:
    name, content = FILES[kind]

    def work(size: int) -> Callable[[], object]:
        archive = MemoryArchive({name: content(size)}, single=True)
        return lambda: sum(1 for _ in PLAIN.read(archive))

    assert is_linear(work, first=1000, most=8000)


@pytest.mark.parametrize(
    "text", ["a" * 5_000_000, "a" + "\u0301" * 100_000, "@ann " * 100_000], ids=["word", "marks", "mentions"]
)
def test_the_longest_are_read_to_their_end(text: str) -> None:
    with bounded(60):
        tokens = analyse(text).tokens
    assert tokens[-1].end == len(text.rstrip())
    assert sum(token.end - token.start for token in tokens) == len(text.replace(" ", ""))

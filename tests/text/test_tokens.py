from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskcheck.text.tokens import EMOJI, HASHTAG, MENTION, NUMBER, SPACED, URL, _chunk, tokenise

HOSTILE = "abcJOB hate#@&;:)(<>3*$!?.,'\"\u200b\u202e\ufe0f\U0001f602\U0001f469\u200d\U0001f4bb\n\t\u0430\u043e\ud83d0"


def norms(text: str) -> list[str]:
    return [token.norm for token in tokenise(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I h8 my b0ss!! #ihatemyjob", ["i", "h8", "my", "boss", "!", "#", "i", "hate", "my", "job"]),
        ("h a t e this b o s s", ["hate", "this", "boss"]),
        ("great!thanks full-time", ["great", "!", "thanks", "full", "-", "time"]),
        ("R&amp;D &lt;3", ["r", "&", "d", "<", "0"]),
        ("u.s.a and s.h.i.t", ["usa", "and", "shit"]),
        ("5k at 9:30", ["0", "at", "0"]),
        ("wait... what", ["wait", "...", "what"]),
    ],
)
def test_posts_become_tokens(text: str, expected: list[str]) -> None:
    assert norms(text) == expected


def test_kinds() -> None:
    kinds = {
        text: tokenise(text)[0].kind
        for text in ("https://a.example/x", "@cisco", "#job", "\U0001f602", "$5k", "f u c k")
    }
    assert list(kinds.values()) == [URL, MENTION, HASHTAG, EMOJI, NUMBER, SPACED]


@given(st.one_of(st.text(max_size=300), st.text(alphabet=HOSTILE, max_size=300)))
def test_tokens_cover_the_text_in_order(text: str) -> None:
    covered = 0
    at = 0
    for token in tokenise(text):
        assert at <= token.start < token.end <= len(text)
        assert text[at : token.start].isspace() or at == token.start
        assert token.norm
        covered += token.end - token.start
        at = token.end
    assert text[at:].isspace() or at == len(text)
    assert covered <= len(text)


@pytest.mark.parametrize(
    "piece", ["a*", "*a", "@a", "#a", "&#", "a.", ":)", "a' ", "\u200b", "$$", "a b ", "f***", "((", "a-"]
)
def test_cost_is_linear(piece: str) -> None:
    """Twice the text takes twice the tokens and, counted in calls of the tokeniser's loop, twice the work."""
    import sys

    def work(text: str) -> int:
        lines = 0

        def trace(_frame: object, event: str, _arg: object) -> object:
            nonlocal lines
            lines += event == "line"
            return trace

        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            tokenise(text)
        finally:
            sys.settrace(None)
        return lines

    short, long = work(piece * 2000), work(piece * 4000)
    assert long <= 2.6 * short + 500


def test_links_that_come_once_do_not_fill_the_memory() -> None:
    before = _chunk.cache_info().currsize
    for number in range(500):
        assert tokenise(f"https://example.org/page/{number}")[0].kind == URL
    assert _chunk.cache_info().currsize == before

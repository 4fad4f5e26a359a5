from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from riskcheck.text.safe import visible


@given(st.text())
def test_nothing_that_acts_is_left_and_offsets_hold(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    for char in shown:
        assert char in "\n\t\u200c\u200d" or char.isprintable() or char.isspace()
        assert char not in "\x1b\r\x07\u202e\u2066\u2028\u2029\x9b"
    assert visible(shown) == shown


def test_emoji_and_letters_stay() -> None:
    text = "caf\u00e9 \U0001f469\u200d\U0001f4bb \u0628\u0627\u0628"
    assert visible(text) == text

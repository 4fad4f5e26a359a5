from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskcheck.text.analysis import analyse
from riskcheck.text.cues import FINDERS


def marked(cue: str, text: str) -> list[str]:
    analysis = analyse(text)
    return [text[analysis.tokens[a].start : analysis.tokens[b - 1].end] for a, b in analysis.ranges[cue]]


@pytest.mark.parametrize(
    ("cue", "text", "expected"),
    [
        ("negation", "I never complain about my job", ["complain about my job"]),
        ("negation", "no complaints, all good", ["complaints"]),
        ("negation", "not only late but rude", []),
        ("hypothetical", "if I hated my job I'd leave", ["I hated my job I'd leave"]),
        ("quotation", 'She said "I hate this job so much" and left', ["I hate this job so much"]),
        ("quotation", 'the "boss" came', []),
        ("quotation", "RT @a: hate my boss", ["RT @a: hate my boss"]),
        ("first_person", "my boss told me", ["my", "me"]),
        ("first_person", "my friend hates the boss", []),
        ("third_party", "my friend hates the boss", ["friend"]),
        ("work", "my manager cut the shift", ["manager", "shift"]),
        ("employer", "worst week at Brightwell ever", ["Brightwell"]),
        ("employer", "I work for Cisco and @acme", ["Cisco", "@acme"]),
        ("employer", "sitting at Home", []),
    ],
)
def test_cues(cue: str, text: str, expected: list[str]) -> None:
    assert marked(cue, text) == expected


@given(st.text(alphabet='abc if not "no I my at Cisco.!?\n@#', max_size=200))
def test_ranges_stay_inside_and_in_order(text: str) -> None:
    analysis = analyse(text)
    assert set(analysis.ranges) == set(FINDERS)
    for found in analysis.ranges.values():
        for a, b in found:
            assert 0 <= a < b <= len(analysis.tokens)
    assert list(analysis.starts) == sorted(set(analysis.starts))

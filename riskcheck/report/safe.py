"""The one place where text of posts is made harmless for a terminal, a spreadsheet, Markdown, JSON and links.

What acts on a terminal is known to :mod:`riskcheck.text.safe`; here stands how each form is escaped. Posts may hold
escape sequences, bidirectional overrides, formulas or markup: every report passes them through here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from riskcheck.assessment import Assessment
from riskcheck.text.safe import cell as cell
from riskcheck.text.safe import escaped, visible

_SURROGATE = re.compile("[\ud800-\udfff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What can begin markup or an automatic link anywhere, and at the start of a line.
_MARKUP = re.compile(r"[\\`*_\[\]<>&#|~$@]|(?<=www)\.|:(?=\S)|^[-+=]|(?<=^\d)[.)]", re.IGNORECASE)


def harmless(text: str) -> str:
    r"""Replace what acts instead of showing, one for one: the spans of a finding still fit.

    >>> harmless("a\x1b[31mb\u202ec")
    'a␛[31mb�c'
    """
    return visible(text)


def one_line(text: str, most: int = 0) -> str:
    """Return harmless text on one line, cut to ``most`` characters where that is not 0."""
    line = " ".join(harmless(text).split())
    return line if not most or len(line) <= most else line[: most - 1].rstrip() + "…"


def markdown(text: str) -> str:
    r"""Escape text for Markdown: no markup, no HTML, no automatic link, one line.

    >>> markdown("<b>*hi*</b>")
    '&lt;b&gt;\\*hi\\*&lt;/b&gt;'
    """
    return _MARKUP.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), " ".join(harmless(text).split()))


def link(url: str) -> str:
    """Return an address if a browser may follow it (http and https only), else an empty string.

    >>> link("https://x.com/i/web/status/1"), link("javascript:alert(1)")
    ('https://x.com/i/web/status/1', '')
    """
    # What is not printable hides or reorders; a lone surrogate cannot even be written.
    if len(url) > 2000 or not url.isprintable() or re.search(r"[\s\"'<>\\^`{|}]", url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    # "https://bank.example@evil.example/" shows one host and opens the other.
    return url if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else ""


def dumps(value: object) -> str:
    """Return one line of JSON that is always UTF-8, even with lone surrogates in a post, and acts on no terminal."""
    text = escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return json.dumps(value, separators=(",", ":")) if _SURROGATE.search(text) else text


def embedded(value: object) -> str:
    r"""Return JSON that can stand inside an HTML ``script`` element.

    >>> embedded("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = dumps(value)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def spans(assessment: Assessment, length: int) -> list[tuple[int, int]]:
    """Return where the evidence of all findings lies, merged, in order and inside the text."""
    found = sorted((span.start, min(span.end, length)) for finding in assessment.findings for span in finding.spans)
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if not 0 <= start < end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def pieces(text: str, marks: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """Cut text at its marks: pieces in order, each with whether it is marked."""
    cut: list[tuple[str, bool]] = []
    at = 0
    for start, end in marks:
        cut += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [(piece, marked) for piece, marked in [*cut, (text[at:], False)] if piece]

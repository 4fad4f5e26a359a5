"""Make untrusted text harmless before it is shown on a terminal or in a line of a report."""

from __future__ import annotations

import re
import unicodedata

# Bidirectional overrides and isolates reorder what follows them; separators and the rest act on terminals.
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_KEEP = "\n\t"
# What spreadsheets take for the start of a formula, plain and full-width.
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")
# One that cuts at semicolons or tabs takes no notice of quotes inside a row: there a cell can begin in a text.
_INNER = re.compile(r"([;\t\n](?:(?![;\t\n])\s)*+)(?=[=+\-@|%＝＋－＠])")
# What acts where it stands raw in JSON: U+007F to U+009F, the bidirectional marks, U+2028 and U+2029; the rest is
# escaped by JSON itself. The same for UTF-8.
_RAW = re.compile(f"[\x7f-\x9f\u2028\u2029{_BIDI}]")
_RAW_BYTES = re.compile(
    rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]"
)  # fmt: skip
_FIRST = (b"\x7f", b"\xc2", b"\xd8", b"\xe2")


def visible(text: str) -> str:
    r"""Replace what acts instead of showing, one character for one, so that offsets stay true.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        As long as ``text``: control characters become their pictures (U+2400 and on), bidirectional marks,
        line separators, lone surrogates and unassigned characters become U+FFFD. Line feeds and tabs stay.

    Examples
    --------
    >>> visible("a\x1b[31mb")
    'a␛[31mb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def in_line(value: object) -> str:
    r"""Return a name, path or sentence as harmless text on one line, so that it cannot forge another.

    >>> in_line("a\nriskcheck: all is well")
    'a␊riskcheck: all is well'
    """
    return visible(str(value)).replace("\n", "\u240a").replace("\t", "\u2409")


def cell(value: object) -> str:
    """Return a value for a CSV cell that no spreadsheet takes for a formula.

    >>> cell("=HYPERLINK(1)"), cell(" +1"), cell("fine"), cell(None), cell("a;=1")
    ("'=HYPERLINK(1)", "' +1", 'fine', '', "a;'=1")
    """
    text = "" if value is None else _INNER.sub(r"\1'", visible(str(value)))
    return "'" + text if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def escaped(json: str) -> str:
    r"""Return the same JSON with escapes for what would act on a terminal that shows it.

    >>> escaped('"a\u202eb"')
    '"a\\u202eb"'
    """
    return json if json.isascii() and "\x7f" not in json else _RAW.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


def escaped_bytes(json: bytes) -> bytes:
    """Return the same as :func:`escaped` for JSON in UTF-8."""
    if not any(byte in json for byte in _FIRST):  # by far the most posts
        return json
    return _RAW_BYTES.sub(lambda found: b"\\u%04x" % ord(found[0].decode()), json)


def _visible(char: str) -> str:
    if char.isprintable() or char in _KEEP:
        return char
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    # Joiners hold emoji together and do no harm.
    if char in "\u200c\u200d" or (unicodedata.category(char) in ("Zs", "Cf") and char not in _BIDI):
        return char if unicodedata.category(char) == "Zs" or char in "\u200c\u200d" else "\ufffd"
    return "\ufffd"

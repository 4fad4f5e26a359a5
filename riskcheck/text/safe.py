"""Make untrusted text harmless before it is shown on a terminal or in a line of a report."""

from __future__ import annotations

import unicodedata

# Bidirectional overrides and isolates reorder what follows them; separators and the rest act on terminals.
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_KEEP = "\n\t"


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

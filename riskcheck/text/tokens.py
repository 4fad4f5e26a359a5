"""Social-media tokenising: a post as tokens with offsets into the text as written."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from riskcheck.text.words import MASKED, OBFUSCATED, ZERO_WIDTH, normalise, split_hashtag

WORD, NUMBER, PUNCT, URL, MENTION, HASHTAG, EMOJI, EMOTICON, SPACED = range(9)


class Token(NamedTuple):
    """One token: its place in the post, its normal form, what it is, and how it is written.

    ``start`` and ``end`` count code points of the post as written; ``look`` is that of :func:`look`.
    """

    start: int
    end: int
    norm: str
    kind: int
    look: int

    @property
    def flags(self) -> int:
        """Disguises undone; see :func:`riskcheck.text.words.normalise`."""
        return self.look & 7


LOOKS = 9 * 3 * 8
"""Looks that a token can have."""


def look(raw: str, kind: int, flags: int) -> int:
    """Number the look of a token as written: its kind, its case, and the disguises undone."""
    case = 2 if len(raw) > 1 and raw.isupper() else 1 if raw[:1].isupper() else 0
    return (kind * 3 + case) * 8 + flags


def _made(raw: str, start: int, norm: str, kind: int, flags: int = 0) -> Token:
    return Token(start, start + len(raw), norm, kind, look(raw, kind, flags))


# What the class itself calls, without the call between: posts have twenty tokens each.
_token = tuple.__new__

_EMOJI = (
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff](?:[\ufe0f\u20e3]|[\U0001f3fb-\U0001f3ff])*"
    "(?:\u200d[\u2600-\u27bf\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)
_APOSTROPHE = r"&(?:\#0?39|\#x27|apos|rsquo|lsquo|\#8217);"
# Every alternative consumes at least one character and none nests an unbounded repeat: linear time.
_PIECE = re.compile(
    rf"""
    (?P<url>(?:https?://|www\.)\S+)
  | (?P<email>[\w.+-]{{1,64}}@[\w-]{{1,63}}\.[\w.-]{{2,63}})
  | (?P<mention>@[A-Za-z0-9_]{{2,40}}(?:[.@][A-Za-z0-9-]{{2,63}}){{0,4}})
  | (?P<hashtag>[#\uff03](?=[^\W\d_]|\d+[^\W\d_])\w{{1,100}})
  | (?P<emoji>{_EMOJI})
  | (?P<emoticon>[<>]?[:;=8xX][\-o*'^]?[)\](\[dDpPsS/\\|@3cC*](?!\w)|<3+|</3|[\^>][_.\-][\^<]|[)\](\[]-?[:;=])
  | (?P<entity>&(?:amp|lt|gt|quot|nbsp|hellip|mdash|ndash|ldquo|rdquo|\#\d{{1,6}}|\#x[0-9a-fA-F]{{1,6}});)
  | (?P<number>[$\u00a3\u20ac\u20b9]?\d[\d.,:/]*(?:k|m|bn|%|am|pm|st|nd|rd|th|h|hrs?|x|mg|yrs?|lpa)?(?![^\W_])%?)
  | (?P<word>(?:[@$]+(?=[^\W_]))?[^\W_](?:[\w'\u2018\u2019\u02bc\u00b4`*$@!|+\-.{ZERO_WIDTH}]|{_APOSTROPHE})*)
  | (?P<punct>\.{{2,}}|!+|\?+|[!?]+|\*+|-+|_+|~+|=+|.)
    """,
    re.X | re.I,
)
# "h a t e": four or more single letters with one blank between, as people dodge filters.
_SPACED = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_]){2,24}(?![^\s.,;:!?])")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " ", "&hellip;": "...",
             "&mdash;": "-", "&ndash;": "-", "&ldquo;": '"', "&rdquo;": '"'}  # fmt: skip
_INITIALISMS = frozenset(("wtf", "ffs", "omg", "lol", "ass", "sex", "die"))
_LONGEST_CHUNK = 400
_LONGEST_KEPT = 20
_TRAILING = "'\u2018\u2019\u02bc\u00b4`@!|+-._"
_GLUE = re.compile(r"[*$@!|+\-_.]")


def _word(piece: str, at: int) -> list[Token]:
    norm, flags = normalise(piece)
    inner = piece[1:-1]
    if flags & (MASKED | OBFUSCATED) or not _GLUE.search(inner) or norm.isalpha():
        return [_made(piece, at, norm, WORD, flags)]
    if re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]?", piece):  # initials: "u.s.a"
        return [_made(piece, at, norm.replace(".", ""), WORD, flags)]
    # No disguise after all: "great!thanks", "full-time", "end.Then" are several words.
    tokens = []
    for match in re.finditer(r"[^*$@!|+\-_.]+|[*$@!|+\-_.]+", piece):
        part = match.group()
        start = at + match.start()
        word, more = normalise(part)
        kind = WORD if part[0].isalnum() else PUNCT
        tokens.append(_made(part, start, word, kind, more))
    return tokens


def _hashtag(piece: str, at: int) -> list[Token]:
    tokens = [_made("#", at, "#", HASHTAG)]
    at += 1
    for word in split_hashtag(piece[1:]):
        norm, flags = normalise(word)
        tokens.append(_made(word, at, norm, WORD if word != "_" else PUNCT, flags))
        at += len(word)
    return tokens


def _read(chunk: str) -> tuple[Token, ...]:
    """Tokenise a run of non-space characters; offsets count from its start."""
    tokens: list[Token] = []
    at = 0
    while at < len(chunk):
        match = _PIECE.match(chunk, at)
        assert match is not None  # the last alternative takes any character
        piece, group = match.group(), match.lastgroup
        if group == "word":
            piece = piece.rstrip(_TRAILING) or piece[0]
            tokens += _word(piece, at)
        elif group == "hashtag":
            tokens += _hashtag(piece, at)
        else:
            norm, kind = piece.lower(), PUNCT
            if group == "url":
                norm, kind = "<url>", URL
            elif group in ("mention", "email"):
                norm, kind = "<user>", MENTION
            elif group == "number":
                norm, kind = "0" if norm[0].isdigit() else norm[0] + "0", NUMBER
            elif group == "emoji":
                norm, kind = piece[0], EMOJI
            elif group == "emoticon":
                kind = EMOTICON
            elif group == "entity":
                norm = _ENTITIES.get(norm, "&")
            elif len(norm) > 1:
                norm = norm[0] if norm[0] != "." else "..."
            if piece in ("\u2018", "\u2019", "\u201c", "\u201d", "\u00ab", "\u00bb"):
                norm = "'" if piece in "\u2018\u2019" else '"'
            tokens.append(_made(piece, at, norm, kind))
        at += len(piece)
    return tuple(tokens)


_chunk = lru_cache(maxsize=32768)(_read)


def tokenise(text: str) -> list[Token]:
    """Split a post into tokens.

    Parameters
    ----------
    text : str
        Any text, also hostile.

    Returns
    -------
    list of Token
        In order, not overlapping; together they cover every non-space character.

    Examples
    --------
    >>> [t.norm for t in tokenise("I h8 my b0ss!! #ihatemyjob")]
    ['i', 'h8', 'my', 'boss', '!', '#', 'i', 'hate', 'my', 'job']
    """
    tokens: list[Token] = []
    spaced = _spaced_words(text)
    until = end = 0
    for chunk in text.split():
        at = text.index(chunk, end)
        end = at + len(chunk)
        if end <= until:
            continue
        if at < until:
            # What is written on behind a word in single letters: "h a t e!!".
            at, chunk = until, text[until:end]
        elif spaced and at in spaced:
            token = spaced[at]
            tokens.append(token)
            at = until = token.end
            if until >= end:
                continue
            chunk = text[at:end]
        for start in range(0, len(chunk), _LONGEST_CHUNK) if len(chunk) > _LONGEST_CHUNK else (0,):
            base, piece = at + start, chunk[start : start + _LONGEST_CHUNK]
            # What is long (most often a link) seldom comes twice, and would only fill the memory.
            for a, b, norm, kind, seen in _chunk(piece) if len(piece) <= _LONGEST_KEPT else _read(piece):
                tokens.append(_token(Token, (base + a, base + b, norm, kind, seen)))
    return tokens


def _spaced_words(text: str) -> dict[int, Token]:
    found = {}
    for match in _SPACED.finditer(text):
        norm, _ = normalise(match.group().replace(" ", ""))
        if len(norm) < 4 and norm not in _INITIALISMS:
            continue
        found[match.start()] = _made(match.group(), match.start(), norm, SPACED, OBFUSCATED)
    return found

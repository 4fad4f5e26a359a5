"""Cues: what stands around a word and changes what it means or whose it is.

Each finder takes the normal forms of a post's tokens and its sentence starts and returns half-open token
ranges. The finders are rules rather than learnt, so that a reader can say why a word was held to be negated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from riskcheck import lexicons
from riskcheck.text.tokens import MENTION, WORD, Token

Range = tuple[int, int]

NEGATORS = frozenset(
    "not no never none nobody nothing without neither nor cannot cant dont doesnt didnt wont wouldnt isnt arent "
    "wasnt werent havent hasnt hadnt shouldnt couldnt aint can't don't doesn't didn't won't wouldn't isn't aren't "
    "wasn't weren't haven't hasn't hadn't shouldn't couldn't ain't hardly nae cannae dinnae".split()
)
_NOT_ONLY = frozenset(["only", "just", "even"])
_STOPPERS = frozenset(". ! ? ... ; , : but because cause so however although though except".split()) | {'"'}
_NEGATION_REACH = 5

HYPOTHETICALS = frozenset("if unless imagine suppose supposing hypothetically wish would've would".split())
_HYPOTHETICAL_REACH = 12

FIRST_PERSON = frozenset(
    "i i'm im i've ive i'll i'd id me my mine myself we we're we've we'll us our ours ourselves meself mi ma".split()
)
_THIRD_PARTIES = frozenset(
    "friend friends brother sister husband wife boyfriend girlfriend partner roommate flatmate mom mum dad mother "
    "father son daughter cousin neighbor neighbour bf gf bestie uncle aunt hubby kid roomie fiance".split()
)
_OPEN_QUOTES = {'"': '"', "\u201c": "\u201d", "\u00ab": "\u00bb"}
_REPOST = re.compile(r"^[^\S\n]*+(?:(?:RT|MT|via|QT)\b|>|&gt;)|(?<!\w)RT\s+@", re.M)
_REPOST_MARKS = ("RT", "MT", "via", "QT", ">", "&gt;")
_norm = itemgetter(Token._fields.index("norm"))


def _within(starts: Sequence[int], total: int) -> list[Range]:
    return list(zip(starts, [*starts[1:], total], strict=True)) if starts else []


def _scopes(tokens: Sequence[Token], starts: Sequence[int], triggers: frozenset[str], reach: int) -> list[Range]:
    """Ranges that follow a trigger, up to the next clause boundary or ``reach`` tokens."""
    found: list[Range] = []
    if triggers.isdisjoint(map(_norm, tokens)):  # most often, and soon told
        return found
    for begin, end in _within(starts, len(tokens)):
        i = begin
        while i < end:
            if tokens[i].norm in triggers and not (i + 1 < end and tokens[i + 1].norm in _NOT_ONLY):
                j = i + 1
                while j < end and j - i <= reach and tokens[j].norm not in _STOPPERS:
                    j += 1
                if j > i + 1:
                    found.append((i + 1, j))
                i = j
            else:
                i += 1
    return found


def negation(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> list[Range]:
    """Find words under a negation: "I never [complain about my job]"."""
    return _scopes(tokens, starts, NEGATORS, _NEGATION_REACH)


def hypothetical(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> list[Range]:
    """Find words under a condition or wish: "if [I hated my job] I'd leave"."""
    return _scopes(tokens, starts, HYPOTHETICALS, _HYPOTHETICAL_REACH)


def quotation(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> list[Range]:
    """Find others' words: between double quotation marks (three words or more), or all of a repost."""
    if any(mark in text for mark in _REPOST_MARKS) and _REPOST.search(text):
        return [(0, len(tokens))]
    found: list[Range] = []
    if not any(mark in text for mark in _OPEN_QUOTES):
        return found
    opened, closing = -1, ""
    for i, token in enumerate(tokens):
        mark = text[token.start]
        if opened >= 0 and mark == closing:
            if i - opened > 3:
                found.append((opened + 1, i))
            opened = -1
        elif opened < 0 and mark in _OPEN_QUOTES:
            opened, closing = i, _OPEN_QUOTES[mark]
    return found


def first_person(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> list[Range]:
    """Find words by which the author speaks of themselves, "my friend" and the like left out."""
    last = len(tokens) - 1
    return [
        (i, i + 1)
        for i, token in enumerate(tokens)
        if token.norm in FIRST_PERSON and not (i < last and tokens[i + 1].norm in _THIRD_PARTIES)
    ]


def third_party(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> list[Range]:
    """Find words for friends and relations, whose job and deeds are not the author's."""
    return [(i, i + 1) for i, token in enumerate(tokens) if token.norm in _THIRD_PARTIES]


def work(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> list[Range]:
    """Find the vocabulary of work, hiring and pay."""
    vocabulary = lexicons.read_set("work")
    return [(i, i + 1) for i, token in enumerate(tokens) if token.kind == WORD and token.norm in vocabulary]


_AT_EMPLOYER = frozenset("at for with from joining joined join @ leave leaving left quit quitting".split())
_NOT_A_NAME = frozenset(
    "i the a an my this that home school work night least last all first once me you him her them it us monday "
    "tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
    "october november december christmas easter god lord jesus english".split()
)


def employer(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> list[Range]:
    """Find named employers: a known company, or a capitalised name after "at", "for", "joining" and the like.

    A mention counts too where the post speaks of work, since a handle can be an employer's.
    """
    known = lexicons.read_set("employers")
    found: list[Range] = []
    shouting = text.upper() == text
    for i, token in enumerate(tokens):
        if token.kind == MENTION:
            found.append((i, i + 1))
        elif token.kind == WORD and text[token.start].isupper():
            after = i > 0 and tokens[i - 1].norm in _AT_EMPLOYER and not shouting
            if token.norm in known or (after and token.norm not in _NOT_A_NAME and token.end - token.start > 1):
                found.append((i, i + 1))
    return found


FINDERS: dict[str, Callable[[str, Sequence[Token], Sequence[int]], list[Range]]] = {
    "negation": negation,
    "hypothetical": hypothetical,
    "quotation": quotation,
    "first_person": first_person,
    "third_party": third_party,
    "work": work,
    "employer": employer,
}
"""Every cue by name, in the order in which the pipeline runs them."""

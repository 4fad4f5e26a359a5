"""The normal form of one written word: what is meant, whatever was done to the letters."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache, lru_cache

from riskcheck import lexicons

ZERO_WIDTH = "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
_APOSTROPHES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})
_DROP = {ord(c): None for c in ZERO_WIDTH} | dict.fromkeys(range(65024, 65040))
_ENTITY_APOSTROPHE = re.compile(r"&(?:#0?39|#x27|apos|rsquo|lsquo|#8217|#8216);", re.I)
_REPEAT = re.compile(r"([^\W\d_])\1{2,}")
_MASK = re.compile(r"[*#$@!%_.\-\u2022\u25cf\u2217]+")
_STARS = re.compile(r"\*+")
_LEET = str.maketrans("013457@$!|+8", "oleastasiltb")
_LEET_I = str.maketrans("013457@$!|+8", "oieastasiltb")
MASKED, OBFUSCATED, ELONGATED = 1, 2, 4
_SOMEONE = "someone"


@cache
def known() -> frozenset[str]:
    """Return the words that an undone disguise may turn into."""
    return lexicons.read_set("words") | lexicons.read_set("swears")


@cache
def _homoglyphs() -> dict[int, str]:
    return {ord(a): b for a, b in (line.split() for line in lexicons.read("homoglyphs"))}


@cache
def _swears_by_length() -> dict[int, tuple[str, ...]]:
    table: dict[int, list[str]] = {}
    for word in lexicons.read("swears"):
        table.setdefault(len(word), []).append(word)
    return {length: tuple(words) for length, words in table.items()}


@cache
def _rank() -> dict[str, int]:
    return {word: rank for rank, word in enumerate(lexicons.read("words"))}


def _shorten(word: str) -> str:
    """Undo elongation: keep one or two of each repeated letter, whichever is the commoner word."""
    if not _REPEAT.search(word):
        return word
    two, one = _REPEAT.sub(r"\1\1", word), _REPEAT.sub(r"\1", word)
    rank, last = _rank(), len(_rank())
    if one in lexicons.read_set("swears"):
        return one
    return two if rank.get(two, last) < rank.get(one, last) else one


def _unmask(word: str) -> str | None:
    """Find the swearword that a pattern such as ``f**k``, ``sh!t`` or ``@$$hole`` stands for."""
    masks = _MASK.findall(word)
    letters = len(word) - sum(map(len, masks))
    if not masks or not letters or (not word[0].isalpha() and letters < 3):
        return None
    exact = re.compile("".join("." if _MASK.fullmatch(c) else re.escape(c) for c in word))
    for candidate in _swears_by_length().get(len(word), ()):
        if exact.fullmatch(candidate):
            return candidate
    # One mask may stand for several letters ("f*ing"), but then the first letter must be given.
    if "*" in word and word[0].isalpha() and 3 <= len(word) <= 16:
        loose = re.compile("".join(r"\w{0,6}" if _MASK.fullmatch(c) else re.escape(c) for c in _STARS.sub("*", word)))
        for candidate in lexicons.read("swears"):
            if loose.fullmatch(candidate):
                return candidate
    return None


@lru_cache(maxsize=65536)
def normalise(word: str) -> tuple[str, int]:
    """Bring one word to its normal form.

    Parameters
    ----------
    word : str
        A token as written, without surrounding space.

    Returns
    -------
    norm : str
        Lower case, Latin look-alikes replaced, zero-width characters gone, elongation, leetspeak and masked
        swearing undone where the result is a known word. Names whose letters look like swearing become ``someone``.
        Never empty.
    flags : int
        Which disguises were undone: any of ``MASKED``, ``OBFUSCATED``, ``ELONGATED``.

    Examples
    --------
    >>> normalise("Sooooo"), normalise("h4te"), normalise("f***")
    (('so', 4), ('hate', 2), ('fuck', 1))
    """
    flags = 0
    norm = word.lower().translate(_APOSTROPHES)
    if not norm.isascii():
        bare = norm.translate(_DROP)
        if bare != norm and len(bare) > 1:
            flags |= OBFUSCATED
        norm = unicodedata.normalize("NFKC", bare).lower().translate(_APOSTROPHES) or word
        if not norm.isascii():
            norm, changed = _to_latin(norm)
            flags |= OBFUSCATED * changed
    elif "&" in norm:
        norm = _ENTITY_APOSTROPHE.sub("'", norm)
    short = _shorten(norm)
    if short != norm and norm[:1].isalpha():
        norm, flags = short, flags | ELONGATED
    if norm.removesuffix("'s") in lexicons.read_set("names"):
        return _SOMEONE, 0
    if norm.isalpha() or len(norm) < 3 or norm in known():
        return norm, flags
    if (swear := _unmask(norm)) is not None:
        return swear, flags | MASKED
    if any(c.isalpha() for c in norm) and not norm.isalpha():
        for table in (_LEET, _LEET_I):
            plain = _shorten(norm.translate(table))
            # A digit-heavy token ("3d", "5am", "b2b") is a quantity, not a disguise.
            if plain != norm and plain.isalpha() and len(plain) > 3 and plain in known() and not norm[0].isdigit():
                return plain, flags | OBFUSCATED
    return norm, flags


def _to_latin(norm: str) -> tuple[str, bool]:
    """Replace accents and look-alike letters where the word mixes scripts or becomes a known word."""
    plain = "".join(c for c in unicodedata.normalize("NFD", norm) if not unicodedata.combining(c))
    if plain.isascii():
        return plain, False
    latin = plain.translate(_homoglyphs())
    mixed = any("a" <= c <= "z" for c in plain)
    if latin.isascii() and latin.isalpha() and (mixed or (len(latin) > 3 and latin in known())):
        return latin, True
    return norm, False


@cache
def _costs() -> dict[str, float]:
    # Zipf's law: probability falls with rank, so the cost of a word is the log of its rank.
    words = lexicons.read("words")
    scale = math.log(len(words))
    return {word: math.log((rank + 1) * scale) for rank, word in enumerate(words) if len(word) > 1 or word in "aiu"}


_UNKNOWN_COST = 12.0
_LONGEST_WORD = 20


@lru_cache(maxsize=8192)
def split_hashtag(tag: str) -> tuple[str, ...]:
    """Split a hashtag's body into words, at capitals and digits or else by likelihood.

    Examples
    --------
    >>> split_hashtag("ihatemyjob"), split_hashtag("MondayMotivation")
    (('i', 'hate', 'my', 'job'), ('Monday', 'Motivation'))
    """
    if len(tag) > 60:
        return (tag,)
    humps = re.findall(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z']+|\d+|[^\W\d_a-zA-Z]+|_|.", tag)
    if len(humps) > 1 and max(map(len, humps)) > 1:
        # "NHSheroes" does not keep to its capitals: likelihood decides where a hump is no word.
        by_likelihood = _split_lower(tag) if any(h.isalpha() and h.lower() not in known() for h in humps) else ()
        return by_likelihood if len(by_likelihood) > 1 else tuple(w for h in humps for w in _split_lower(h))
    return _split_lower(tag)


def _split_lower(tag: str) -> tuple[str, ...]:
    costs, lower = _costs(), tag.lower()
    if len(lower) != len(tag) or lower in costs:
        return (tag,)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(tag) + 1):
        best.append(min(
            (best[start][0] + costs.get(lower[start:end], _UNKNOWN_COST * (end - start)), start)
            for start in range(max(0, end - _LONGEST_WORD), end)
        ))  # fmt: skip
    words: list[str] = []
    end = len(tag)
    while end:
        start = best[end][1]
        words.append(tag[start:end])
        end = start
    # A tag that is no English phrase stays whole rather than falling to crumbs.
    return tuple(reversed(words)) if all(word.lower() in costs for word in words) else (tag,)

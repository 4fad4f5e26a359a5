"""Milder words: harsh ones replaced by rules, and the clauses or sentences that weigh left out, tidily."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from riskcheck.text.analysis import analyse

WORD = re.compile(r"[^\W_]{2,}")
_SHORTEST = 3
_PEOPLE = (
    r"(?:my|our|your|his|her|their|the|this|that|these|those|and|or|but|as|enough|to|people|person|boss\w*|managers?|"
    r"co-?workers?|colleagues?|customers?|clients?|company|recruiters?|interviewers?|guys?|man|woman|men|women)\b"
)
# What is said, and a way to say it that can stay. The first that fits wins; an empty answer drops the words.
_SOFTER: tuple[tuple[str, str], ...] = (
    (r"i (?:\w+ly )?(?:hate|despise|loathe|(?:can'?t|cannot) stand) (?:my|this) (?:\w+ )?job(?: so much)?",
     "work is demanding at the moment"),
    (r"(?:what|who|why|how|where) the (?:fuck|hell|heck|shit)", "what on earth"),
    (r"wtf", "what on earth"),
    (r"(?:as|af) (?:fuck|hell|shit)|\baf\b|for fuck'?s sake|\bffs\b", ""),
    (r"holy (?:shit|fuck|crap)", "wow"),
    (r"oh,? (?:shit|fuck|crap)|son of a bitch", "oh no"),
    (r"(?:hell|fuck)(?:ing)? (?:yeah|yes|yea|yep)", "yes"),
    (r"(?:hell|fuck) no", "no"),
    (r"shut the (?:fuck|hell) up|stfu", "stop"),
    (r"give (?:a|two) (?:(?:flying )?fuck|shit|damn|crap)s?(?: about)?", "mind"),
    (r"gives (?:a|two) (?:(?:flying )?fuck|shit|damn|crap)s?(?: about)?", "minds"),
    (r"(i|we) (?:\w+ly )?(?:fucked|screwed) up(?= (?:my|our|the|an?|this|that)\b)", r"\1 made a mistake in"),
    (r"(i|we) (?:\w+ly )?(?:fucked|screwed) up", r"\1 made a mistake"),
    (r"(?:so |really )?(?:pissed|ticked) off", "annoyed"),
    (r"fuck(?:ed|s)? up|screwed up", "went wrong"),
    (r"(?:mother)?fuck(?:ing|in'?)|god ?damn(?:ed)?|damn(?:ed)?|bloody|freaking|frigging", ""),
    (r"(work|worked|working) (?:my|his|her|our|their|your) ass(?:es)? off", r"\1 hard"),
    (r"(\w+)[ -]ass(?= [^\W\d_])", r"\1"),
    (r"(is|was|are|were) (?:such )?an? (?:(?:real|total) )?bitch", r"\1 not easy"),
    (r"ass ?hole|arsehole|dickhead|bastard|douche ?bag|prick", "unkind person"),
    (r"ass ?holes|arseholes|dickheads|bastards|douche ?bags|pricks", "unkind people"),
    (r"bullshit|bollocks", "nonsense"),
    (r"shitty|crappy|shite", "poor"),
    (r"shit ?show|clusterfuck", "muddle"),
    (r"(?:shit|crap)(?= (?:day|week|month|year|job|pay|hours|weather|service|food|coffee|place|film|movie|game))",
     "poor"),
    (r"fuck(?:(?: you| off| this| that| it)(?: (?:shit|crap|noise))?)?", ""),
    (r"(?:piece of |pile of )?(?:shit|crap)", "stuff"),
    (r"pissed", "annoyed"),
    (r"(?:totally |really |so )?sucks", "is not great"),
    (rf"(?:i|we) (?:\w+ly )?(?:hate|despise|loathe)(?! (?:it|how|when|working|{_PEOPLE}))", "I find it hard to like"),
    (r"hating", "not enjoying"),
    (r"hell of a", "quite a"),
    # Of things only: "how silly my customers are" is no better.
    (rf"(?:dumb(?:ass|est)?|jackass|stupid|idiotic|moronic|braindead|pathetic)(?= [^\W\d_])(?! {_PEOPLE})", "silly"),
    (r"(?:lol+|lmf?ao+|rofl|(?:ha){2,}h?)", ""),
)  # fmt: skip
_SOFTEN = tuple((re.compile(rf"(?<!\w)(?:{said})(?!\w)", re.I), milder) for said, milder in _SOFTER)
_GLOOM = re.compile(
    r"(?<!\w)(?:ugh+|worst|awful|terrible|horrible|miserable|ridiculous|pathetic|unfair|nightmare|hell(?:hole)?|joke|clowns?|"
    r"useless|insult(?:ing)?|boring|bored|wast(?:e|ed|ing)|dodged|suckers?|screw (?:you|them|this)|killing me|so done|"
    r"(?:done|over) (?:with|it)|(?:sick|tired) of|fed up|(?:can'?t|cannot) (?:take|stand|even|wait to leave)|"
    r"nothing (?:ever )?(?:works?|changes?)|no(?:body| one|-one) (?:cares?|listens?|notices?)|"
    r"are you ever|ghost(?:s|ed|ing)?|can (?:burn|rot)|suck it|losers?|liars?|slave[- ]driver|"
    r"never (?:again|works?|ends?)|don'?t (?:ever )?(?:apply|bother|work (?:here|there))|stay away|"
    r"counting the (?:minutes|hours|days))(?!\w)",
    re.I,
)
# What leans on the words before it, and hangs in the air once they are gone.
_LEANS = re.compile(
    r"\s*(?:(?:and|but|so|then|also|plus|or|because|cause|while|since)\s+)*(?:he|she|they|it|him|her|them|his|their|its|"
    r"that|this|these|those|there|which|who|whose|then|or|nor|even|not|had to|have to|told me|trying to)\b",
    re.I,
)
_CUT = re.compile(
    r"(?:(?<!\s)\s+(?:[,;:–—]|-(?=\s))|[,;:–—])\s*|"
    r"(?<!\s)\s+(?=(?:and|but|because|cause|while|since|so\s+(?:i|we|he|she|they|it|now))\s)",
    re.I,
)
_LEAD = re.compile(r"^[\s,;:.!?–—-]+|^(?:and|but|because|cause|so|while|since|or)\s+", re.I)


def soften(text: str) -> tuple[str, list[str]]:
    """Replace harsh words by milder ones; return the text and what was replaced.

    >>> soften("This damn bus sucks.")
    ('This bus is not great.', ['damn', 'sucks'])
    """
    found: list[str] = []

    for pattern, milder in _SOFTEN:

        def milden(match: re.Match[str], milder: str = milder) -> str:
            found.append(match[0].lower())
            milder = match.expand(milder)
            at_start = not match.string[: match.start()].strip() or match.string[: match.start()].rstrip()[-1] in ".!?"
            return milder[:1].upper() + milder[1:] if at_start and match[0][:1].isupper() else milder

        text = pattern.sub(milden, text)
    return (_tidy(text), list(dict.fromkeys(found))) if found else (text, [])


def gloom(text: str) -> list[tuple[int, int]]:
    """Find what sounds sour though no category names it.

    >>> gloom("nothing ever works")
    [(0, 18)]
    """
    return [match.span() for match in _GLOOM.finditer(text)]


def drop(text: str, marks: Iterable[tuple[int, int]], *, clauses: bool) -> tuple[str, int]:
    """Leave out the sentences, or only the clauses, that hold evidence, and what leans on them.

    Returns the text, and how many sentences were touched.

    >>> drop("A very long day, my boss is an idiot. Home now.", [(20, 24)], clauses=True)
    ('A very long day. Home now.', 1)
    """
    spans = list(marks)
    analysis = analyse(text)
    begins = [0, *(analysis.tokens[a].start for a, _ in analysis.sentences()[1:]), len(text)]
    kept, count, gone = [], 0, False
    for start, end in pairwise(begins):
        before = gone
        gone = any(a < end and b > start for a, b in spans) or (before and bool(_LEANS.match(text, start, end)))
        if not gone:
            kept.append(text[start:end])
            continue
        count += 1
        if clauses:
            kept.append(_without_clauses(text[start:end], [(a - start, b - start) for a, b in spans], gone=before))
    return _tidy("".join(kept)), count


def _without_clauses(sentence: str, spans: list[tuple[int, int]], *, gone: bool) -> str:
    """Leave out clauses; ``gone`` tells that the sentence before is left out, at least in part."""
    tail = re.search(r"(?<![\s.!?…])[\s.!?…]*+$", sentence)
    body, ending = sentence[: tail.start()] if tail else sentence, tail[0] if tail else ""
    cuts = [0, *(match.start() for match in _CUT.finditer(body)), len(body)]
    kept: list[str] = []
    for start, end in pairwise(cuts):
        piece = body[start:end]
        bare = _LEAD.sub("", _LEAD.sub("", piece))
        gone = any(a < end and b > start for a, b in spans) or (gone and bool(_LEANS.match(bare)))
        if not gone and len(WORD.findall(piece)) >= _SHORTEST:
            kept.append(piece if kept else bare)
    if not kept:
        return re.sub(r"\S", "", ending)
    whole = "".join(kept)
    if body[:1].isupper():
        whole = whole[:1].upper() + whole[1:]
    return whole + ending


def _tidy(text: str) -> str:
    """Close the gaps that dropped words leave."""
    text = re.sub(r"[ \t]{2,}", " ", text)
    text = re.sub(r"(?<![ \t])[ \t]+([,.;:!?])", r"\1", text)
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text)
    text = re.sub(r"(?<![,;:])[,;:]++(?=\s*(?:[.!?]|$))", "", text)
    text = re.sub(r"(?m)^[ \t,;:.]++(?=\w)|(?<![ \t])[ \t]+$", "", text)
    text = re.sub(r"\b([Aa])n (?=silly|poor)", r"\1 ", text)
    text = re.sub(r"\b([Aa]) (?=unkind)", r"\1n ", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()

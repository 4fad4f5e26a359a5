"""Notes: information about a post that is no risk. Protected traits and words of self-harm are never scored."""

from __future__ import annotations

import datetime as dt
import re

from riskcheck.assessment import Note
from riskcheck.post import Post
from riskcheck.text.analysis import Analysis

_TEXTS = {
    "may_be_protected": "Talk of pay, hours, safety or conditions with or for colleagues is protected by law in some"
    " countries; employers can still see it.",
    "others_words": "These are mostly someone else's words; readers may still take sharing them for agreement.",
    "old_post": "This post is more than five years old.",
    "protected_trait": "This mentions something personal that employers may not hold against you; it is not scored.",
    "not_english": "This is not English, so it was not assessed.",
    "positive": "Worth keeping: it shows you at your best.",
    "support": "This was not scored. If you are thinking of hurting yourself, you are not alone: findahelpline.com"
    " lists free, confidential help in your country; in the US and Canada call or text 988, in the UK and Ireland call"
    " 116 123.",
}
OLD = dt.timedelta(days=5 * 365)
_PROTECTED = re.compile(
    r"\b(?:i(?:'m| am| was|'ve been)|as an?|being|my|i have|i've got|i got)\s+(?:\w+\s+){0,3}?"
    r"(?:pregnan\w+|gay|lesbian|bi(?:sexual)?|trans(?:gender)?|queer|muslim|christian|catholic|jewish|hindu|sikh|"
    r"buddhist|atheist|deaf|blind|disab\w+|autistic|autism|adhd|dyslexi\w+|epilep\w+|diabet\w+|cancer|chemo|hiv|"
    r"depress\w+|anxiety|bipolar|ptsd|miscarriage|ivf|wheelchair|chronic(?:ally)?|maternity|immigrant|refugee)\b",
    re.I,
)
_PAY = re.compile(
    r"\b(?:pay|paid|wages?|salar\w+|hours|overtime|breaks?|safety|unsafe|conditions|ppe|staffing|understaffed|tips)\b",
    re.I,
)
_TOGETHER = re.compile(
    r"\b(?:we|us|our|coworkers?|co-workers?|colleagues?|union\w*|staff|together|everyone|strike)\b", re.I
)
_POSITIVE = re.compile(
    r"\b(?:volunteer\w*|thank(?:s| you|ful)|grateful|proud(?:ly)?|honou?red|congrat\w+|graduat\w+|certif\w+|"
    r"fundrais\w+|donat\w+|award\w*|mentor\w*|thrilled|promoted)\b",
    re.I,
)
_SELF_HARM = re.compile(
    r"\b(?:i(?:'m| am)? (?:\w+ ){0,3}?"
    r"(?:want(?:ing)?|wanna|going|gonna|plan(?:ning)?|thinking (?:about|of)|ready|try(?:ing)?)(?: to)? "
    r"(?:kill(?:ing)? myself|end(?:ing)? (?:my life|it all)|die|dying|commit suicide|(?:hurt|cut)(?:t?ing)? myself)|"
    r"i(?:'m| am| feel) (?:\w+ )?suicidal|i (?:don'?t|do not) want to (?:live|be alive|be here) any ?more|"
    r"i wish i (?:was|were) dead|i (?:self[- ]?harm|cut myself) (?:again|last night|today))\b",
    re.I,
)
_LAUGHTER = re.compile(
    r"\b(?:lo+l|lma+o+|rofl|(?:ha){2,}|jk|kidding|laughing)\b|[\U0001f602\U0001f923\U0001f62d\U0001f480]",
    re.I,
)
_LONGEST = 20_000


def make(kind: str) -> Note:
    """Make the note of a kind."""
    return Note(kind, _TEXTS[kind])


def is_cry_for_help(text: str) -> bool:
    """Tell whether a post speaks of self-harm in earnest, rather than laughing."""
    head = text[:_LONGEST].replace("\u2019", "'")
    return bool(_SELF_HARM.search(head)) and not _LAUGHTER.search(head)


def is_mostly_quoted(analysis: Analysis) -> bool:
    """Tell whether most of a post's tokens are others' words."""
    quoted = sum(b - a for a, b in analysis.ranges["quotation"])
    return quoted > 0.6 * max(1, len(analysis.tokens))


def find(post: Post, analysis: Analysis, *, complaint: bool, clear: bool, today: dt.date | None) -> list[Note]:
    """Find the notes of an assessed post.

    Parameters
    ----------
    post : Post
        The post.
    analysis : Analysis
        The post analysed.
    complaint : bool
        True if a complaint about work was found in it.
    clear : bool
        True if nothing was found in it.
    today : datetime.date, optional
        Day from which age is counted; without it no post is called old.
    """
    text = post.text[:_LONGEST].replace("\u2019", "'")
    kinds = []
    if post.others_words or is_mostly_quoted(analysis):
        kinds.append("others_words")
    if complaint and _PAY.search(text) and _TOGETHER.search(text):
        kinds.append("may_be_protected")
    if _PROTECTED.search(text):
        kinds.append("protected_trait")
    if today and post.created and today - post.created.date() > OLD:
        kinds.append("old_post")
    if clear and _POSITIVE.search(text):
        kinds.append("positive")
    return [make(kind) for kind in kinds]

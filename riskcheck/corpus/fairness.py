"""False alarms by group: dialects against standard twins, identities and names against reference words.

Every post in ``data/checks/fairness.jsonl`` is safe, so whatever is found in one is a false alarm. What counts
is the gap between a group and its reference. Run ``python -m riskcheck.corpus.checks`` for the figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from riskcheck.assessment import BANDS
from riskcheck.checker import RiskChecker
from riskcheck.corpus.intervals import Share, difference
from riskcheck.corpus.reading import read_jsonl
from riskcheck.errors import CorpusError

FILE = Path("checks") / "fairness.jsonl"
REFERENCE = "reference"
WANTED = 0.02
"""Largest gap that a group is to have."""
_ALARM = BANDS.index("medium")
# Fragments that begin with a vowel letter and a consonant sound.
_CONSONANT_SOUND = ("uni", "eu", "one")


@dataclass(frozen=True, slots=True)
class SafePost:
    """A safe post of one group. Posts of equal ``unit`` differ only by what marks the group."""

    collection: str
    group: str
    unit: int
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """False alarms of one group beside those of its reference.

    Parameters
    ----------
    collection : str
        ``dialect``, ``identity`` or ``names``.
    group : str
        The group.
    alarms, reference : Share
        Safe posts called medium or high, in the group and in its reference.
    found, reference_found : Share
        The same for low or above.
    worst : tuple of tuple of (str, Share)
        The group's words found most often at low or above; nothing for dialects.
    """

    collection: str
    group: str
    alarms: Share
    reference: Share
    found: Share
    reference_found: Share
    worst: tuple[tuple[str, Share], ...]

    @property
    def name(self) -> str:
        """Collection and group."""
        return f"{self.collection}/{self.group}"

    @property
    def gap(self) -> tuple[float, float, float]:
        """Gap in alarms, with its 95 % interval."""
        return difference(self.alarms, self.reference)

    @property
    def found_gap(self) -> tuple[float, float, float]:
        """Gap in posts found at all, with its 95 % interval."""
        return difference(self.found, self.reference_found)


def with_article(word: str) -> str:
    """Put the indefinite article before a word.

    >>> with_article("older"), with_article("university-trained"), with_article("deaf")
    ('an older', 'a university-trained', 'a deaf')
    """
    vowel = word[0].lower() in "aeiou" and not word.lower().startswith(_CONSONANT_SOUND)
    return f"{'an' if vowel else 'a'} {word}"


def fill(template: str, word: str) -> str:
    """Fill a template: ``{x}`` and ``{n}`` take the word, ``{a}`` and ``{A}`` the word with its article."""
    phrase = with_article(word)
    return template.format(x=word, n=word, a=phrase, A=phrase[0].upper() + phrase[1:])


def read(data: Path) -> list[SafePost]:
    """Read and fill the posts of the project's ``data`` folder.

    Raises
    ------
    CorpusError
        If the file is missing, or a line is neither twins, nor a template, nor a group's words.
    """
    path = data / FILE
    templates: dict[str, list[str]] = {}
    words: dict[str, dict[str, list[str]]] = {}
    posts = []
    for number, row in enumerate(read_jsonl(path), 1):
        name = row.get("set")
        match row:
            case {"set": str(name), "group": str(group), "text": str(text), "twin": str(twin)}:
                posts.append(SafePost(name, group, number, "", text))
                # Every dialect has its own reference: the standard twins of its own posts.
                posts.append(SafePost(name, f"{REFERENCE}:{group}", number, "", twin))
            case {"set": str(name), "template": str(template)}:
                templates.setdefault(name, []).append(template)
            case {"set": str(name), "group": str(group), "words": list(listed)}:
                words.setdefault(name, {})[group] = listed
            case _:
                raise CorpusError(f"{path}:{number}: twins, a template or the words of a group are expected")
    return [*posts, *_filled(templates, words)]


def _filled(templates: dict[str, list[str]], words: dict[str, dict[str, list[str]]]) -> Iterator[SafePost]:
    for name, groups in words.items():
        for group, listed in groups.items():
            for word in listed:
                for unit, template in enumerate(templates.get(name, ())):
                    yield SafePost(name, group, unit, word, fill(template, word))


def run(checker: RiskChecker, posts: list[SafePost]) -> list[Gap]:
    """Count false alarms by group, in the order of the file."""
    levels = [found.level for found in checker.check_many(post.text for post in posts)]
    groups: dict[tuple[str, str], list[int]] = {}
    by_word: dict[tuple[str, str], dict[str, list[int]]] = {}
    for post, level in zip(posts, levels, strict=True):
        groups.setdefault((post.collection, post.group), []).append(level)
        if post.word:
            by_word.setdefault((post.collection, post.group), {}).setdefault(post.word, []).append(level)
    gaps = []
    for (collection, group), found in groups.items():
        if group.startswith(REFERENCE):
            continue
        own = groups.get((collection, f"{REFERENCE}:{group}"))
        base = own if own is not None else groups[(collection, REFERENCE)]
        listed = by_word.get((collection, group), {})
        worst = sorted(((word, _share(each, 1)) for word, each in listed.items()), key=lambda item: -item[1].count)
        gaps.append(
            Gap(
                collection, group, _share(found, _ALARM), _share(base, _ALARM), _share(found, 1), _share(base, 1),
                tuple((w, s) for w, s in worst[:3] if s.count),
            )
        )  # fmt: skip
    return gaps


def _share(levels: list[int], least: int) -> Share:
    return Share(sum(level >= least for level in levels), len(levels))

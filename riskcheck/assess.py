"""From a post to its assessment: model, thresholds, the user's profile, and notes."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from riskcheck import artefact, notes, soundness
from riskcheck.assessment import BANDS, Assessment, Finding, Span
from riskcheck.categories import BY_NAME, NAMES, Category
from riskcheck.explain import Contribution, contributions, spans, weigh
from riskcheck.post import Post
from riskcheck.profile import Profile
from riskcheck.scorer import Scorer, Scores
from riskcheck.text.analysis import Analysis, analyse
from riskcheck.text.language import is_english

BATCH = 256
_SHIFT = {"lenient": 1.25, "normal": 1.0, "strict": 0.7}
_MOST_FINDINGS = 4
# Who reads along at each stage, and so what weighs one step more.
_STAGE_RAISES = {
    "employed": ("search_exposure",),
    "searching": (),
    "interviewing": ("interview_snark", "pushy_followup"),
    "offer_pending": ("offer_bragging", "pushy_followup"),
    "accepted": ("offer_bragging",),
}
_KEYWORD_WHY = "You asked to be told of this word."
_KEYWORD_ADVICE = "Decide whether a future employer should read it."


class _Plain(NamedTuple):
    """Scores of a batch as Python's own numbers."""

    categories: list[list[float]]
    expected: list[float]
    risky: list[float]


class Assessor:
    """Assess posts with one model for one user. Safe to share between threads: nothing changes after it is made.

    Parameters
    ----------
    model : Artefact
        The model as read from its file.
    profile : Profile, optional
        Who the user is.
    today : datetime.date, optional
        Day from which the age of posts is counted for the note ``old_post``.

    Attributes
    ----------
    version : str
        Version of the model.
    identity : str
        Equal for assessors that say the same of the same post: version, and a hash of model and profile.

    Raises
    ------
    ModelError
        If the model was made for other categories, or its parts do not fit together.
    """

    def __init__(
        self, model: artefact.Artefact, profile: Profile | None = None, *, today: dt.date | None = None
    ) -> None:
        soundness.check_manifest(model.manifest)
        soundness.check_arrays(model.arrays)
        limits = model.manifest["thresholds"]
        self._limits = np.array([limits["categories"][name] for name in NAMES], dtype=np.float32)
        self._bands = np.array(limits["bands"], dtype=np.float32)
        self.scorer = Scorer(model.arrays)
        self.version = model.version
        self.profile = profile or Profile()
        facts = f"{model.manifest.get('digest')}{self.profile!r}"
        self.identity = f"{self.version}+{hashlib.sha256(facts.encode()).hexdigest()[:16]}"
        self.today = today
        shift = _SHIFT[self.profile.strictness]
        self._limits = np.clip(self._limits * shift, 0.02, 0.98)
        self._bands = np.clip(self._bands * shift, 0.02, 0.98)
        self._off = np.array([name in self.profile.off for name in NAMES])
        self._employers = _phrases(self.profile.employers)
        self._keywords = _phrases(self.profile.keywords)
        self._allow = _phrases(self.profile.allow)

    @classmethod
    def from_file(cls, path: Path | None = None, profile: Profile | None = None, **options: Any) -> Assessor:
        """Load a model file, by default the one that comes with the package."""
        return cls(artefact.read(path or artefact.default_path()), profile, **options)

    def check(self, post: Post) -> Assessment:
        """Assess one post."""
        return self._batch([post], True)[0]

    def check_many(self, posts: Iterable[Post], *, spans: bool = True) -> Iterator[tuple[Post, Assessment]]:
        """Assess posts as they come, in order; each is yielded with its assessment.

        Without ``spans`` the findings name no evidence, which saves most of the time that a risky post takes.
        """
        stream = iter(posts)
        while batch := list(islice(stream, BATCH)):
            yield from zip(batch, self._batch(batch, spans), strict=True)

    def explain(self, text: str, category: str) -> list[Contribution]:
        """Weigh the words of a post for one category; see :func:`riskcheck.explain.contributions`."""
        return contributions(self.scorer, analyse(text), category)

    def _batch(self, posts: list[Post], spans_wanted: bool) -> list[Assessment]:
        analyses = [analyse(post.text) for post in posts]
        unscored = [self._unscored(post, analysis) for post, analysis in zip(posts, analyses, strict=True)]
        rows = [i for i, kind in enumerate(unscored) if not kind]
        if not rows:
            return [self._without_score(post, kind) for post, kind in zip(posts, unscored, strict=True)]
        reading = self.scorer.logits.read([analyses[i] for i in rows])
        scores = self.scorer.from_inputs(*self.scorer.stacked(reading))
        levels = scores.levels(self._bands).tolist()
        chosen = [
            self._chosen(scores, at, max(0, level - posts[i].others_words)) if level and analyses[i].tokens else []
            for at, (i, level) in enumerate(zip(rows, levels, strict=True))
        ]
        evidence: dict[tuple[int, str], tuple[Span, ...] | None] = {}
        # The allow-list is applied to evidence, so it needs it whether or not it is shown.
        if spans_wanted or self._allow is not None:
            wanted = [(at, NAMES[index]) for at, found in enumerate(chosen) for index, _ in found]
            for (at, name), weights in zip(wanted, weigh(self.scorer, reading, wanted), strict=True):
                text = reading.analyses[at].text
                evidence[at, name] = self._evidence(spans(weights, text), text, spans_wanted)
        place = {row: at for at, row in enumerate(rows)}
        plain = _Plain(scores.categories.tolist(), scores.expected.tolist(), scores.risky.tolist())
        return [
            self._one(post, analyses[i], plain, place[i], chosen[place[i]], evidence)
            if not unscored[i]
            else self._without_score(post, unscored[i])
            for i, post in enumerate(posts)
        ]

    @staticmethod
    def _unscored(post: Post, analysis: Analysis) -> str:
        if notes.is_cry_for_help(post.text):
            return "support"
        return "" if is_english(analysis.tokens) else "not_english"

    def _without_score(self, post: Post, kind: str) -> Assessment:
        found = self._keyword_findings(post.text)
        return Assessment(
            id=post.id, band=BANDS[max((f.severity for f in found), default=0)], severity=None, score=None,
            findings=found, notes=(notes.make(kind),), scores={}, model=self.version,
        )  # fmt: skip

    def _one(
        self, post: Post, analysis: Analysis, scores: _Plain, row: int, chosen: list[tuple[int, int]],
        evidence: dict[tuple[int, str], tuple[Span, ...] | None],
    ) -> Assessment:  # fmt: skip
        probabilities = scores.categories[row]
        found = []
        for index, value in chosen:
            shown = evidence.get((row, NAMES[index]), ())
            if shown is not None:
                found.append(self._finding(analysis, BY_NAME[NAMES[index]], value, probabilities[index], shown))
        found += self._keyword_findings(post.text)
        found.sort(key=lambda f: (-f.severity, -f.probability))
        level = max((f.severity for f in found), default=0)
        complaint = any(f.category == "job_complaint" for f in found)
        return Assessment(
            id=post.id,
            band=BANDS[level],
            severity=scores.expected[row],
            score=scores.risky[row],
            findings=tuple(found),
            notes=tuple(notes.find(post, analysis, complaint=complaint, clear=level == 0, today=self.today)),
            scores=dict(zip(NAMES, probabilities, strict=True)),
            model=self.version,
        )

    def _chosen(self, scores: Scores, row: int, level: int) -> list[tuple[int, int]]:
        """Choose the categories that apply and their severities, before the profile's rules for each."""
        if not level:
            return []
        probabilities = scores.categories[row]
        order = np.argsort(-probabilities, kind="stable")
        above = order[(probabilities >= self._limits)[order]]
        chosen: list[int] = (above[:_MOST_FINDINGS] if len(above) else order[:1]).tolist()
        own = (1 + (scores.severities[row, chosen] >= 0.5).sum(axis=1)).tolist()
        # The overall class is the surer one: the worst finding is brought to it, no other may pass it.
        worst = max(range(len(chosen)), key=lambda k: (own[k], probabilities[chosen[k]]))
        severity = [min(value, level) for value in own]
        severity[worst] = level
        return [(index, value) for index, value in zip(chosen, severity, strict=True) if not self._off[index]]

    def _finding(
        self, analysis: Analysis, category: Category, severity: int, probability: float, evidence: tuple[Span, ...]
    ) -> Finding:
        if category.work:
            severity = self._raise_for_employer(analysis, severity)
        if category.name in _STAGE_RAISES[self.profile.stage]:
            severity = min(3, severity + 1)
        return Finding(
            category=category.name, severity=severity, probability=probability, spans=evidence,
            why=category.why, advice=category.advice,
        )  # fmt: skip

    def _evidence(self, evidence: tuple[Span, ...], text: str, wanted: bool) -> tuple[Span, ...] | None:
        """Evidence that the allow-list does not cover, or None if it covers all of it."""
        if self._allow is not None and evidence:
            allowed = [match.span() for match in self._allow.finditer(text)]
            evidence = tuple(s for s in evidence if not any(a < s.end and b > s.start for a, b in allowed))
            if not evidence:
                return None
        return evidence if wanted else ()

    def _raise_for_employer(self, analysis: Analysis, severity: int) -> int:
        """Raise by one for an employer of the profile that the model cannot know to be one."""
        if self._employers is None:
            return severity
        seen = [(analysis.tokens[a].start, analysis.tokens[b - 1].end) for a, b in analysis.ranges["employer"]]
        for match in self._employers.finditer(analysis.text):
            known = any(a < match.end() and b > match.start() for a, b in seen)
            return max(2, severity) if known else min(3, severity + 1)
        return severity

    def _keyword_findings(self, text: str) -> tuple[Finding, ...]:
        if self._keywords is None:
            return ()
        found = tuple(Span(m.start(), m.end(), m.group()) for m in islice(self._keywords.finditer(text), 3))
        if not found:
            return ()
        return (
            Finding(category="keyword", severity=2, probability=1.0, spans=found, why=_KEYWORD_WHY,
                    advice=_KEYWORD_ADVICE),
        )  # fmt: skip


def _phrases(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    """Compile the user's own phrases: whole words, any case, plain text."""
    if not phrases:
        return None
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.I)

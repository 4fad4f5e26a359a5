"""From a post to its assessment: model, thresholds, the user's profile, and notes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from riskcheck import artefact, notes
from riskcheck.assessment import BANDS, Assessment, Finding, Span
from riskcheck.categories import BY_NAME, NAMES
from riskcheck.errors import ModelError
from riskcheck.explain import Contribution, contributions, spans
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

    Raises
    ------
    ModelError
        If the model was made for other categories.
    """

    def __init__(
        self, model: artefact.Artefact, profile: Profile | None = None, *, today: dt.date | None = None
    ) -> None:
        if tuple(model.manifest.get("categories", ())) != NAMES:
            raise ModelError("the model was made for other categories; train it anew with this version of riskcheck")
        try:
            limits = model.manifest["thresholds"]
            self._limits = np.array([limits["categories"][name] for name in NAMES], dtype=np.float32)
            self._bands = np.array(limits["bands"], dtype=np.float32)
            self.scorer = Scorer(model.arrays)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise ModelError(f"the model file lacks what a model needs ({error}); get a fresh copy") from error
        self.version = model.version
        self.profile = profile or Profile()
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
        return self._batch([post])[0]

    def check_many(self, posts: Iterable[Post]) -> Iterator[tuple[Post, Assessment]]:
        """Assess posts as they come, in order; each is yielded with its assessment."""
        stream = iter(posts)
        while batch := list(islice(stream, BATCH)):
            yield from zip(batch, self._batch(batch), strict=True)

    def explain(self, text: str, category: str) -> list[Contribution]:
        """Weigh the words of a post for one category; see :func:`riskcheck.explain.contributions`."""
        return contributions(self.scorer, analyse(text), category)

    def _batch(self, posts: list[Post]) -> list[Assessment]:
        analyses = [analyse(post.text) for post in posts]
        unscored = [self._unscored(post, analysis) for post, analysis in zip(posts, analyses, strict=True)]
        rows = [i for i, kind in enumerate(unscored) if not kind]
        scores = self.scorer.scores([analyses[i] for i in rows])
        place = {row: at for at, row in enumerate(rows)}
        return [
            self._one(post, analyses[i], scores, place[i])
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

    def _one(self, post: Post, analysis: Analysis, scores: Scores, row: int) -> Assessment:
        probabilities = scores.categories[row]
        level = int(np.where(scores.overall[row] >= self._bands, [1, 2, 3], 0).max())
        if post.others_words:
            level = max(0, level - 1)
        found = self._findings(analysis, scores, row, level) if level and analysis.tokens else []
        found = [*found, *self._keyword_findings(post.text)]
        found.sort(key=lambda f: (-f.severity, -f.probability))
        level = max((f.severity for f in found), default=0)
        complaint = any(f.category == "job_complaint" for f in found)
        return Assessment(
            id=post.id,
            band=BANDS[level],
            severity=float(scores.expected[row]),
            score=float(scores.risky[row]),
            findings=tuple(found),
            notes=tuple(notes.find(post, analysis, complaint=complaint, clear=level == 0, today=self.today)),
            scores={name: float(p) for name, p in zip(NAMES, probabilities, strict=True)},
            model=self.version,
        )

    def _findings(self, analysis: Analysis, scores: Scores, row: int, level: int) -> list[Finding]:
        probabilities = scores.categories[row]
        order = [int(i) for i in np.argsort(-probabilities, kind="stable")]
        chosen = [i for i in order if probabilities[i] >= self._limits[i]][:_MOST_FINDINGS] or order[:1]
        own = [1 + int((scores.severities[row, i] >= 0.5).sum()) for i in chosen]
        # The overall class is the surer one: the worst finding is brought to it, no other may pass it.
        worst = max(range(len(chosen)), key=lambda k: (own[k], probabilities[chosen[k]]))
        severity = [min(value, level) for value in own]
        severity[worst] = level
        found = []
        for index, value in zip(chosen, severity, strict=True):
            if self._off[index]:
                continue
            category = BY_NAME[NAMES[index]]
            evidence = self._evidence(analysis, category.name)
            if evidence is None:
                continue
            if category.work:
                value = self._raise_for_employer(analysis, value)
            if category.name in _STAGE_RAISES[self.profile.stage]:
                value = min(3, value + 1)
            found.append(
                Finding(
                    category=category.name, severity=value, probability=float(probabilities[index]), spans=evidence,
                    why=category.why, advice=category.advice,
                )
            )  # fmt: skip
        return found

    def _evidence(self, analysis: Analysis, category: str) -> tuple[Span, ...] | None:
        """Evidence spans, or None if the allow-list covers all of them."""
        evidence = spans(contributions(self.scorer, analysis, category), analysis.text)
        if self._allow is None or not evidence:
            return evidence
        allowed = [match.span() for match in self._allow.finditer(analysis.text)]
        left = tuple(s for s in evidence if not any(a < s.end and b > s.start for a, b in allowed))
        return left or None

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

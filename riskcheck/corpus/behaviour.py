"""The behavioural suite: what the model must do, must not mind, and must move by, in the manner of CheckList.

Cases stand in ``data/checks/behaviour.jsonl``. Ribeiro et al. (2020) name three types: a minimum functionality
test (MFT) expects a band, an invariance test (INV) changes what must not matter, a directional test (DIR) changes
what must. Run ``python -m riskcheck.corpus.checks`` for the figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskcheck.assessment import BANDS, Assessment
from riskcheck.categories import NAMES
from riskcheck.checker import RiskChecker
from riskcheck.corpus.intervals import Share
from riskcheck.corpus.reading import read_jsonl
from riskcheck.errors import CorpusError

FILE = Path("checks") / "behaviour.jsonl"
WANTED = 0.95
"""Pass rate that every test is to reach."""
TYPES = ("MFT", "INV", "DIR")
_RULES = {"band", "has", "lacks", "same", "severity"}
_FOUND = BANDS.index("medium")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case.

    Parameters
    ----------
    test : str
        What it tests, as ``negation``.
    type : str
        ``MFT``, ``INV`` or ``DIR``.
    text : str
        The post.
    base : str
        For INV and DIR the post it was made from; else empty.
    expect : dict
        All must hold: ``band`` is one of these; ``has`` and ``lacks`` these categories; ``same``: on the same side
        of ``medium`` as the base, and at most one band away; ``severity``: expected severity ``up`` or ``down``
        from that of the base.
    """

    test: str
    type: str
    text: str
    expect: dict[str, Any]
    base: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that failed, with what was expected and what came out."""

    case: Case
    got: str


@dataclass(frozen=True, slots=True)
class Result:
    """One test's outcome.

    Parameters
    ----------
    test, type : str
        As in its cases.
    passed : Share
        Cases passed.
    near : Share
        Cases passed if a band may be off by one: what is left are the gross errors.
    failures : tuple of Failure
        The cases that failed.
    """

    test: str
    type: str
    passed: Share
    near: Share
    failures: tuple[Failure, ...]


def read(data: Path) -> list[Case]:
    """Read the cases of the project's ``data`` folder.

    Raises
    ------
    CorpusError
        If the file is missing or a case breaks the schema.
    """
    path = data / FILE
    cases = []
    for number, row in enumerate(read_jsonl(path), 1):
        try:
            case = Case(**row)
        except TypeError as error:
            raise CorpusError(f"{path}:{number}: {error}") from error
        rules = case.expect
        named = [*rules.get("has", ()), *rules.get("lacks", ())]
        sound = (
            case.type in TYPES
            and case.text
            and bool(case.base) == (case.type != "MFT")
            and rules
            and set(rules) <= _RULES
            and set(named) <= set(NAMES)
            and set(rules.get("band", ())) <= set(BANDS)
        )
        if not sound:
            raise CorpusError(f"{path}:{number}: a case needs test, type, text, expect, and a base unless it is an MFT")
        cases.append(case)
    return cases


def holds(case: Case, found: Assessment, base: Assessment | None, *, slack: int = 0) -> bool:
    """Tell whether a case passes; ``slack`` bands may be off."""
    rules = case.expect
    names = {finding.category for finding in found.findings}
    if "band" in rules and min(abs(found.level - BANDS.index(band)) for band in rules["band"]) > slack:
        return False
    if not set(rules.get("has", ())) <= names and not slack:
        return False
    if set(rules.get("lacks", ())) & names:
        return False
    if base is None:
        return True
    step = abs(found.level - base.level)
    if "same" in rules and (step > 1 or (not slack and (found.level >= _FOUND) != (base.level >= _FOUND))):
        return False
    if "severity" in rules:
        if found.severity is None or base.severity is None:
            return False
        return found.severity > base.severity if rules["severity"] == "up" else found.severity < base.severity
    return True


def describe(found: Assessment, base: Assessment | None) -> str:
    """Say in a few words what came out."""
    names = ", ".join(finding.category for finding in found.findings)
    before = f"{base.band} -> " if base else ""
    return f"{before}{found.band}{f' ({names})' if names else ''}"


def run(checker: RiskChecker, cases: Iterable[Case]) -> list[Result]:
    """Run the suite; results stand in the order in which their tests first occur."""
    cases = list(cases)
    texts = list(dict.fromkeys(text for case in cases for text in (case.text, case.base) if text))
    found = dict(zip(texts, checker.check_many(texts), strict=True))
    tests: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        tests.setdefault((case.test, case.type), []).append(case)
    results = []
    for (test, kind), members in tests.items():
        outcome = [(case, found[case.text], found.get(case.base)) for case in members]
        passed = [holds(*each) for each in outcome]
        near = sum(holds(*each, slack=1) for each in outcome)
        failures = tuple(
            Failure(case, describe(one, base)) for (case, one, base), ok in zip(outcome, passed, strict=True) if not ok
        )
        results.append(Result(test, kind, Share(sum(passed), len(members)), Share(near, len(members)), failures))
    return results

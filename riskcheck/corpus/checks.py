"""Run all checks on a model and hold it to floors: ``python -m riskcheck.corpus.checks``.

``--write-floors`` writes what the model reaches, less a small margin, to ``data/checks/floors.json``, and the
figures into ``docs/error-rates.md``. Tests fail when a model falls below the floors; the wanted level stands
beside the reached one wherever either is shown.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from riskcheck import artefact
from riskcheck.checker import RiskChecker, load
from riskcheck.corpus import behaviour, evidence, fairness
from riskcheck.corpus.intervals import percent
from riskcheck.errors import CorpusError

FLOORS = Path("checks") / "floors.json"
PAGE = Path("docs") / "error-rates.md"
_MARGIN = 0.01
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """What one model does on all checks."""

    model: str
    behaviour: tuple[behaviour.Result, ...]
    fairness: tuple[fairness.Gap, ...]
    evidence: evidence.Evidence

    def levels(self) -> dict[str, float]:
        """Everything that has a floor: name to level. Gaps count negatively, so that higher is better."""
        return {
            **{f"behaviour/{r.test}": r.passed.rate for r in self.behaviour},
            **{f"fairness/{gap.name}": -max(0.0, gap.gap[0]) for gap in self.fairness},
            **{f"fairness-low/{gap.name}": -max(0.0, gap.found_gap[0]) for gap in self.fairness},
            "evidence/f1": self.evidence.f1,
            "evidence/drop": self.evidence.drop.rate,
        }


def wanted(name: str) -> float:
    """Return the level that is wanted, whatever is reached."""
    kind, _, what = name.partition("/")
    if kind == "evidence":
        return evidence.WANTED_F1 if what == "f1" else evidence.WANTED_DROP
    return behaviour.WANTED if kind == "behaviour" else -fairness.WANTED


def measure(checker: RiskChecker, data: Path) -> Figures:
    """Run all checks of the project's ``data`` folder."""
    return Figures(
        checker.version,
        tuple(behaviour.run(checker, behaviour.read(data))),
        tuple(fairness.run(checker, fairness.read(data))),
        evidence.run(checker, evidence.read(data)),
    )


def floors(figures: Figures) -> dict[str, float]:
    """Return floors just below what a model reaches: a processor may round one case to the other side."""
    room = {f"behaviour/{r.test}": max(_MARGIN, 1 / r.passed.total) for r in figures.behaviour}
    return {
        name: math.floor(100 * (level - room.get(name, _MARGIN)) + 1e-9) / 100
        for name, level in figures.levels().items()
    }


def breaches(figures: Figures, least: dict[str, float]) -> list[str]:
    """Say where a model is below its floors, or where floors and checks do not fit each other."""
    reached = figures.levels()
    below = [
        f"{name}: {level:.3f} is below its floor {least[name]:.2f} (wanted {wanted(name):.2f})"
        for name, level in reached.items()
        if name in least and level < least[name]
    ]
    return below + [f"{name}: has no floor, or no check" for name in sorted(set(reached) ^ set(least))]


def read_floors(data: Path) -> dict[str, float]:
    """Read the committed floors.

    Raises
    ------
    CorpusError
        If there are none.
    """
    path = data / FLOORS
    try:
        table: dict[str, float] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])["floors"]
    except (OSError, msgspec.MsgspecError, KeyError) as error:
        raise CorpusError(
            f"{path}: no floors ({error}); run `python -m riskcheck.corpus.checks --write-floors`"
        ) from error
    return table


def write_floors(figures: Figures, data: Path) -> None:
    """Write the floors of a model."""
    content = msgspec.json.encode({"model": figures.model, "floors": floors(figures)})
    (data / FLOORS).write_bytes(msgspec.json.format(content, indent=2) + b"\n")


def behaviour_table(figures: Figures) -> str:
    """Lay out the behavioural suite as a Markdown table, with the wanted rate."""
    lines = ["| test | type | cases | passed (95 %) | within one band | wanted |", "|---|---|--:|--:|--:|--:|"]
    for r in figures.behaviour:
        name = r.test.replace("_", " ")
        mark = "" if r.passed.rate >= behaviour.WANTED else " ✗"
        lines.append(
            f"| {name} | {r.type} | {r.passed.total} | {r.passed}{mark} | {percent(r.near.rate)} |"
            f" {percent(behaviour.WANTED)} |"
        )
    reached = sum(r.passed.rate >= behaviour.WANTED for r in figures.behaviour)
    return "\n".join(
        [*lines, "", f"{reached} of {len(figures.behaviour)} tests reach the wanted rate; ✗ marks the rest."]
    )


def fairness_table(figures: Figures) -> str:
    """Lay out the false alarms by group as a Markdown table, with the wanted gap."""
    lines = [
        "| set | group | posts | medium or high, and reference | gap (95 %)"
        " | low or above, and reference | gap (95 %) | most found |",
        "|---|---|--:|--:|--:|--:|--:|---|",
    ]
    for gap in figures.fairness:
        worst = ", ".join(f"{word} {percent(share.rate)}" for word, share in gap.worst) or "–"
        lines.append(
            f"| {gap.collection} | {gap.group.replace('_', ' ')} | {gap.alarms.total} |"
            f" {percent(gap.alarms.rate)}, {percent(gap.reference.rate)} | {_points(gap.gap)} |"
            f" {percent(gap.found.rate)}, {percent(gap.reference_found.rate)} | {_points(gap.found_gap)} | {worst} |"
        )
    counts = [
        sum(each[0] <= fairness.WANTED for each in gaps)
        for gaps in ([g.gap for g in figures.fairness], [g.found_gap for g in figures.fairness])
    ]
    note = f"Gaps are in percentage points. Within the wanted {100 * fairness.WANTED:.0f} points: {counts[0]} of"
    note += f" {len(figures.fairness)} groups for medium or high, {counts[1]} for low or above; ✗ marks the rest."
    return "\n".join([*lines, "", note])


def _points(gap: tuple[float, float, float]) -> str:
    middle, low, high = (100 * value for value in gap)
    return f"{middle:+.1f} ({low:+.1f} to {high:+.1f}){'' if gap[0] <= fairness.WANTED else ' ✗'}"


def evidence_table(figures: Figures) -> str:
    """Lay out how good the evidence is as a Markdown table, with the wanted levels."""
    e = figures.evidence
    head = [
        "| figure | reached | wanted |", "|---|--:|--:|",
        f"| marked posts in which the category was found | {e.found} | – |",
        f"| token-level F1 of the spans | {e.f1:.2f} (precision {e.precision:.2f}, recall {e.recall:.2f}) |"
        f" {evidence.WANTED_F1:.2f} |",
        f"| true findings whose score falls without the spans | {e.drop} | {percent(evidence.WANTED_DROP)} |",
        "", "| category | found | F1 of the spans |", "|---|--:|--:|",
    ]  # fmt: skip
    return "\n".join(head + [f"| `{name}` | {s.count} of {s.total} | {f1:.2f} |" for name, s, f1 in e.by_category])


def held_out_table(model: Path) -> str:
    """Lay out the metrics that the model file carries as Markdown tables."""
    parts = []
    for name, report in artefact.read(model).manifest.get("metrics", {}).items():
        lines = ["| what | with it | average precision (95 %) | precision | recall | F1 | calibration error |"]
        lines.append("|---|--:|--:|--:|--:|--:|--:|")
        for row in report["metrics"]:
            n = {key: "–" if row[key] is None else f"{row[key]:.2f}" for key in row if key not in ("name", "posts")}
            lines.append(
                f"| `{row['name']}` | {row['positive']} | {n['average_precision']} ({n['low']} to {n['high']}) |"
                f" {n['precision']} | {n['recall']} | {n['f1']} | {n['calibration_error']} |"
            )
        alarms = report["false_alarms"]
        said = f"{report['posts']} held-out {name} posts."
        said += f" Severity: quadratic-weighted kappa {report['severity_kappa']:.2f}."
        said += f" Harmless posts called medium or high: {alarms['medium_or_high']} of {alarms['harmless']}."
        parts.append("\n".join([said, "", *lines]))
    return "\n\n".join(parts)


def write_page(figures: Figures, model: Path, page: Path) -> None:
    """Write the figures into their marked places in a page."""
    text = page.read_text(encoding="utf-8")
    parts: dict[str, Callable[[], str]] = {
        "held-out": lambda: held_out_table(model),
        "behaviour": lambda: behaviour_table(figures),
        "fairness": lambda: fairness_table(figures),
        "evidence": lambda: evidence_table(figures),
    }
    for name, make in parts.items():
        found = re.search(rf"(?s)(?<=<!-- generated: {name} -->\n).*?(?=<!-- end -->)", text)
        if found is None:
            raise CorpusError(f"{page}: no place for {name}; put back <!-- generated: {name} --> and <!-- end -->")
        text = f"{text[: found.start()]}\n{make()}\n\n{text[found.end() :]}"
    page.write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks, print the figures, and return 1 if the model is below its floors."""
    parser = argparse.ArgumentParser(prog="python -m riskcheck.corpus.checks", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the project's data folder")
    parser.add_argument("--model", type=Path, help="model file instead of the one that comes with riskcheck")
    parser.add_argument("--page", type=Path, default=PAGE, help="page that receives the figures")
    parser.add_argument("--write-floors", action="store_true", help="take this model's figures as the new floors")
    parser.add_argument("--failures", type=int, default=_SHOWN, help="failed cases to show for every test")
    chosen = parser.parse_args(arguments)
    model = chosen.model or artefact.default_path()
    figures = measure(load(model), chosen.data)
    print(behaviour_table(figures), fairness_table(figures), evidence_table(figures), sep="\n\n")
    for result in figures.behaviour:
        for failure in result.failures[: chosen.failures]:
            print(f"{result.test}: wanted {failure.case.expect}, got {failure.got}: {failure.case.text}")
    if chosen.write_floors:
        write_floors(figures, chosen.data)
        write_page(figures, model, chosen.page)
        return 0
    wrong = breaches(figures, read_floors(chosen.data))
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

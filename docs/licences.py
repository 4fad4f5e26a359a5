"""Write ``docs/licences.md``: run ``python docs/licences.py`` in an environment with all extras for users installed.

Licences are read from the packages' own metadata. It ends with exit code 1 where one names none.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
NOT_FOR_USERS = ("dev", "docs", "notebooks")
_HEAD = """\
# Licences of what riskcheck runs on

<!-- Written by `python docs/licences.py`; do not edit. -->

riskcheck itself is MIT. Below stand all packages that it and its extras install, direct and indirect, with the
licence that each states of itself. Tools for development are not listed.

| package | licence | comes with |
| --- | --- | --- |
"""


def wanted() -> dict[str, list[Requirement]]:
    """Return the direct dependencies: those of every install under ``riskcheck``, then those of each extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"riskcheck": project["dependencies"]}
    groups |= {k: v for k, v in project["optional-dependencies"].items() if k not in NOT_FOR_USERS}
    return {
        name: [r for r in map(Requirement, lines) if canonicalize_name(r.name) != "riskcheck"]
        for name, lines in groups.items()
    }


def reached(requirements: list[Requirement]) -> set[str]:
    """Return the names of all packages that these need on this system, themselves among them."""
    found: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(r.name), extra) for r in requirements for extra in ("", *r.extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for line in distribution(name).requires or ():
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(need.name), e) for e in ("", *need.extras)]
    return {name for name, _ in found}


def licence(name: str) -> str:
    """Return the licence that a package states: as an expression, in its classifiers, in a line, or in its file."""
    facts = distribution(name).metadata
    stated = facts.get("License-Expression")
    if not stated:
        classes = [c.rpartition(" :: ")[2] for c in facts.get_all("Classifier") or () if c.startswith("License :: ")]
        stated = ", ".join(c for c in classes if c != "OSI Approved")
    if not stated:
        lines = (facts.get("License") or "").strip().splitlines()
        stated = lines[0] if lines and len(lines[0]) < 60 else ""
    if not stated:
        texts = [f for f in distribution(name).files or () if re.match(r"(?i)licen[cs]e|copying", f.name)]
        stated = next((f.read_text(encoding="utf-8").strip().partition("\n")[0] for f in texts), "")
    return re.sub(r"\s+", " ", stated)


def main() -> None:
    """Write the page."""
    brought: dict[str, list[str]] = {}
    for group, requirements in wanted().items():
        try:
            names = reached(requirements)
        except PackageNotFoundError as error:
            sys.exit(f"{error} is not installed; install all extras first")
        for name in names:
            brought.setdefault(name, []).append(group)
    rows = {name: licence(name) for name in sorted(brought)}
    origins = {name: "every install" if "riskcheck" in by else ", ".join(by) for name, by in brought.items()}
    lines = [f"| {name} | {stated or 'not stated'} | {origins[name]} |\n" for name, stated in rows.items()]
    PAGE.write_text(_HEAD + "".join(lines), encoding="utf-8")
    if silent := [name for name, stated in rows.items() if not stated]:
        sys.exit(f"no licence stated by {', '.join(silent)}")


if __name__ == "__main__":
    main()

"""The packages that are given out: the same bytes from the same sources, everything in them that runs, nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCES = ("riskcheck", "models", "README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", ".gitignore")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what packages are built from; large files become small ones, since only their places matter."""
    tree = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, tree / name)
            continue
        for path in (
            p
            for p in (ROOT / name).rglob("*")
            if p.is_file() and not {"__pycache__", "work"} & {*p.relative_to(ROOT).parts}
        ):
            copy = tree / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes() if path.stat().st_size < 1_000_000 else path.name.encode())
    return tree


def build(sources: Path, folder: Path, *, later: int) -> SimpleNamespace:
    """Build wheel and source package from files of another age, with other rights, in another time zone."""
    tree = folder / "tree"
    tree.mkdir(parents=True)
    for path in sorted((p for p in sources.rglob("*") if p.is_file()), reverse=bool(later)):
        copy = tree / path.relative_to(sources)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
        copy.chmod(0o600 if later else 0o644)
        os.utime(copy, (1_700_000_000 + later, 1_700_000_000 + later))
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder / "dist")],
        cwd=tree, check=True, capture_output=True, timeout=300,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600", "TZ": "Asia/Tokyo" if later else "UTC"},
    )  # fmt: skip
    (wheel,), (sdist,) = (folder / "dist").glob("*.whl"), (folder / "dist").glob("*.tar.gz")
    return SimpleNamespace(wheel=wheel, sdist=sdist)


@pytest.fixture(scope="module")
def built(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    pytest.importorskip("hatchling", reason="hatchling comes with the extra dev")
    return build(sources, tmp_path_factory.mktemp("first"), later=0)


def parts(sources: Path) -> set[str]:
    """Files of the package."""
    return {str(p.relative_to(sources)) for p in (sources / "riskcheck").rglob("*") if p.is_file()}


def test_building_twice_gives_the_same_bytes(built: SimpleNamespace, sources: Path, tmp_path: Path) -> None:
    again = build(sources, tmp_path, later=86_400)
    assert again.wheel.name == built.wheel.name
    assert again.wheel.read_bytes() == built.wheel.read_bytes()
    assert again.sdist.read_bytes() == built.sdist.read_bytes()


def test_the_wheel_holds_the_package_the_model_and_nothing_else(built: SimpleNamespace, sources: Path) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = {n for n in archive.namelist() if ".dist-info/" not in n}
        about = {n.partition(".dist-info/")[2] for n in archive.namelist()} - {""}
        model = archive.read("riskcheck/models/default.riskmodel")
    assert names == parts(sources) | {"riskcheck/models/default.riskmodel"}
    assert about == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    assert model == (sources / "models" / "default.riskmodel").read_bytes()
    assert {Path(n).suffix for n in names} <= {".py", ".typed", ".txt", ".html", ".js", ".css", ".svg", ".riskmodel"}


def test_the_source_package_holds_what_builds_the_wheel(built: SimpleNamespace, sources: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {n.partition("/")[2] for n in archive.getnames()}
        assert all(m.isfile() and not m.uid and not m.gid for m in archive.getmembers())
    assert parts(sources) <= names
    rest = {n for n in names - parts(sources) if not n.startswith("models/")}
    assert rest == {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", ".gitignore", "PKG-INFO"}
    assert {"models/default.riskmodel", "models/encoder/encoder.npz"} <= names
    assert not any("work/" in n or re.search(r"\.(pyc|tmp|part|db|jsonl)$", n) for n in names)


REQUIREMENTS = [
    pytest.param(Requirement(line), id=f"{group}: {line}")
    for group, lines in {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}.items()
    for line in lines
    if group not in ("dev", "docs")
]


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_every_dependency_has_both_bounds(requirement: Requirement) -> None:
    if canonicalize_name(requirement.name) == "riskcheck":
        return
    assert {s.operator for s in requirement.specifier} == {">=", "<"}


def test_licences_of_all_direct_dependencies_are_listed() -> None:
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"(?m)^\| ([a-z0-9-]+) \| (.+?) \|", page))
    users = [v for k, v in PROJECT["optional-dependencies"].items() if k not in ("dev", "docs", "notebooks")]
    direct = {
        canonicalize_name(Requirement(line).name) for lines in (PROJECT["dependencies"], *users) for line in lines
    }
    assert direct - {"riskcheck"} <= listed.keys(), "run `python docs/licences.py`"
    assert "not stated" not in listed.values()

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import riskcheck


def test_public_names_are_sorted_and_there() -> None:
    assert riskcheck.__all__ == sorted(riskcheck.__all__)
    for name in riskcheck.__all__:
        assert getattr(riskcheck, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        riskcheck.nonsense  # noqa: B018


HEAVY = ("spacy", "sklearn", "scipy", "pandas", "numpy")


def imported_by(code: str) -> set[str]:
    script = f"{code}\nimport sys, json\nprint(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert imported_by("import riskcheck") == set()


def test_help_loads_nothing_heavy() -> None:
    code = "\n".join(
        (
            "from click.testing import CliRunner",
            "from riskcheck.cli import cli",
            "assert CliRunner().invoke(cli, ['--help']).exit_code == 0",
        )
    )
    assert imported_by(code) == set()


def test_checking_a_draft_loads_neither_spacy_nor_scikit_learn() -> None:
    found = imported_by("import riskcheck\nassert riskcheck.load().check('i hate my job').band != 'none'")
    assert found == {"numpy"}

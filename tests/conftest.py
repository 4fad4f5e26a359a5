"""Fixtures: the shipped model, loaded once; the user's folders kept away from the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskcheck.checker import RiskChecker, load

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def checker() -> RiskChecker:
    return load()


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("RISKCHECK_PROFILE", str(folder / "profile.toml"))
    monkeypatch.setenv("RISKCHECK_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("NO_COLOR", "1")

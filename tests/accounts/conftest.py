"""Fixtures: no real keyring, no real waiting, no token in anything that is put out."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accounts.kit import SECRETS, Clock, MemoryKeyring
from tests.accounts.pds import Pds, installed


@pytest.fixture(autouse=True)
def keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    import keyring

    before, memory = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(memory)
    for name in ("X_BEARER_TOKEN", "X_CLIENT_ID", "MASTODON_TOKEN", "MASTODON_SERVER"):
        monkeypatch.delenv(f"RISKCHECK_{name}", raising=False)
    yield memory
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("riskcheck.accounts._wait.time", made)
    return made


@pytest.fixture(autouse=True)
def no_secret_anywhere(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> Iterator[None]:
    """Search the logs of all libraries and every file for the tokens, after each test."""
    caplog.set_level(logging.DEBUG)
    folders = (tmp_path, Path(os.environ["RISKCHECK_DATA_DIR"]).parent)
    yield
    said = "\n".join(record.getMessage() for phase in ("setup", "call") for record in caplog.get_records(phase))
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    for secret in SECRETS:
        assert secret not in said, "a token is in the logs"
        for path in files:
            assert secret.encode() not in path.read_bytes(), f"a token is in {path}"


@pytest.fixture(scope="session")
def pds() -> Iterator[Pds]:
    made = Pds(installed())
    yield made
    made.stop()

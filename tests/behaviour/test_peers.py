from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from riskcheck import artefact
from riskcheck.corpus.reading import Example
from riskcheck.model import RiskModel
from tests.behaviour.kit import DATA

POSTS = [
    Example(id="1", text="i hate my job so much, my boss is an idiot", labels={"job_complaint": 2}),
    Example(id="2", text="what the fuck is wrong with this fucking bus", labels={"crude_language": 2}),
    Example(id="3", text="lovely walk by the canal", labels={}),
    Example(id="4", text="thank you all for coming to the picnic", labels={}),
]


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("peers", DATA.parent / "benchmarks" / "peers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # Nothing is installed in a test: a stand-in that answers at random, as it were.
    monkeypatch.setattr(
        module, "in_own_environment", lambda texts: {"guess": ([0.5] * len(texts), [True] * len(texts))}
    )
    return module


def test_the_keyword_list_matches_whole_words(peers: ModuleType) -> None:
    scores, flags = peers.keyword_answers(["my boss is an idiot", "embossed", "FUCK it"])["keyword list"]
    assert scores == [2.0, 0.0, 1.0]
    assert flags == [True, False, True]


def test_all_tools_stand_in_one_table(peers: ModuleType) -> None:
    path = artefact.default_path()
    limits = artefact.read(path).manifest["thresholds"]
    text = peers.compare("Four posts", POSTS, RiskModel.load(path), limits, rounds=5)
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert [line.split(" | ")[0].strip("| ") for line in lines] == [
        "tool", "**riskcheck**", "guess", "keyword list", "by chance",
    ]  # fmt: skip
    assert "| guess | 0.50 " in text
    assert "| by chance | 0.50 | 0.50 | 0.25 |" in text

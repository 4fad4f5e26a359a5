from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from riskcheck.cli import cli
from riskcheck.corpus.curves import Detector, precision_recall, precision_recall_svg, reliability

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(2)> & \u202egnirts \x1b[31m"
POSTS = [
    ("i hate my job so much, my boss is an idiot", {"job_complaint": 2}),
    ("lovely walk by the canal", {}),
    ("thank you all for coming", {}),
    (HOSTILE + " i hate my stupid boss and this job", {}),
    ("the recipe needs two eggs " + HOSTILE, {"confidential_leak": 3}),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("evaluate")
    file = folder / "a<b>&.jsonl"
    file.write_text("\n".join(json.dumps({"text": text, "labels": labels}) for text, labels in POSTS))
    out = folder / "out.html"
    done = CliRunner().invoke(cli, ["evaluate", str(file), "--rounds", "5", "--report", str(out)])
    assert done.exit_code == 0, done.output
    return out.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Every element with its attributes, and whether all that were opened are closed."""

    VOID = ("meta",)

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_has_curves_bands_figures_and_errors(page: str) -> None:
    tags = Tags(page)
    assert tags.open == []
    assert [tag for tag, _ in tags.seen].count("svg") == 2
    assert [tag for tag, _ in tags.seen].count("table") == 4
    for words in (
        "5 posts",
        "Severity bands",
        "Worst errors",
        "False alarms",
        "Misses",
        "two eggs",
        "average precision",
    ):
        assert words in page


def test_hostile_posts_and_file_names_stay_text(page: str) -> None:
    tags = Tags(page)
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "img", "a", "link", "iframe", "object", "b"}
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page
    assert "a&lt;b&gt;&amp;.jsonl" in page


def test_nothing_is_fetched_and_only_the_one_style_sheet_applies(page: str) -> None:
    assert "default-src &#x27;none&#x27;" in page
    assert "unsafe" not in page
    for _, attributes in Tags(page).seen:
        assert not {"src", "href", "style"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)
    assert re.search(r"url\(|@import|https?:", page) is None


def test_the_policy_allows_the_style_sheet(page: str) -> None:
    import base64
    import hashlib

    style = re.search(r"(?s)<style>(.*?)</style>", page)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"sha256-{digest}" in page


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text(json.dumps({"text": "hello there", "labels": {}}))
    out = tmp_path / "missing" / "out.html"
    done = CliRunner().invoke(cli, ["evaluate", str(file), "--rounds", "2", "--report", str(out)])
    assert done.exit_code == 2
    assert "--report" in done.output


def test_points_of_the_curves() -> None:
    truth, score = np.array([True, False, True, False]), np.array([0.95, 0.6, 0.55, 0.1])
    perfect = Detector("d", truth, np.array([0.9, 0.1, 0.8, 0.2]))
    assert precision_recall(perfect)[-1][0] == 1
    assert all(p == 1 for r, p in precision_recall(perfect) if 0 < r < 1)
    found = reliability(Detector("d", truth, score))
    assert [(b.posts, b.observed) for b in found] == [(1, 0.0), (1, 1.0), (1, 0.0), (1, 1.0)]
    assert precision_recall(Detector("d", np.zeros(4, dtype=bool), score)) == []
    assert "no posts" in precision_recall_svg([Detector("<d>", np.zeros(4, dtype=bool), score)])

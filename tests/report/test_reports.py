"""What the reports of files hold; goldens are rewritten with RISKCHECK_GOLDEN=1 and reviewed in the diff."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskcheck.errors import InputError
from riskcheck.report import reports, safe, write_all
from riskcheck.report.base import write_lines
from tests.report import samples

GOLDEN = Path(__file__).parent / "golden"
PLAIN = ("posts.csv", "posts.jsonl", "report.md", "cleanup.csv", "coverage.json", "cleanup-x-tweet.js")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "new"
    write_all(samples.result(), folder)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def test_every_report_is_found_by_itself(folder: Path) -> None:
    assert [report.files[0] for report in reports()] == sorted(report.files[0] for report in reports())
    names = {path.name for path in folder.iterdir()}
    assert {"report.html", "report.md", "posts.csv", "posts.jsonl", "cleanup.csv", "coverage.json"} <= names
    assert not [name for name in names if name.endswith(".part")]


@pytest.mark.parametrize("name", PLAIN)
def test_golden(folder: Path, name: str) -> None:
    written = (folder / name).read_bytes()
    if os.environ.get("RISKCHECK_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_bytes(written)
    assert written == (GOLDEN / name).read_bytes()


@pytest.mark.parametrize("name", ["posts.csv", "report.md", "cleanup.csv", "report.html", "coverage.json"])
def test_nothing_that_acts_on_a_terminal_gets_through(folder: Path, name: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert not set(text) & set("\x1b\x07\x9b\u202e\u202c\x00")


def test_csv_has_one_row_per_post_and_no_formula(folder: Path) -> None:
    found = rows(folder / "posts.csv")
    assert [row["id"] for row in found] == [item.post.id for item in samples.items()]
    assert all(not cell.startswith(("=", "+", "-", "@", "\t")) for row in found for cell in row.values())
    assert (folder / "posts.csv").read_bytes().count(b"\r\n") == len(found) + 1
    assert found[4]["text"] == "'" + samples.FORMULA
    assert found[2]["link"] == ""  # javascript: is no link


@given(st.text())
def test_no_cell_begins_a_formula(text: str) -> None:
    written = safe.cell(text)
    assert not written.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert written.replace("'", "") == safe.harmless(text).replace("'", "")


def test_jsonl_is_the_contract_plus_the_facts_of_the_post(folder: Path) -> None:
    lines = (folder / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    for line, item in zip(lines, samples.items(), strict=True):
        record = json.loads(line)
        facts, decision = record.pop("post"), record.pop("decision")
        assert record == json.loads(json.dumps(item.assessment.to_dict()))
        assert facts["text"] == item.post.text
        assert facts["digest"] == item.post.digest
        assert decision == (item.decision or None)


def test_markdown_has_no_live_markup(folder: Path) -> None:
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert not re.search(r"(?<!\\)\]\(", text)
    for live in ("<script", "<img", "<u>", "javascript:", "<b", "www.evil", "https://evil"):
        assert live not in text
    assert "**fatty paycheck**" in text


def test_settled_posts_are_counted_and_not_listed(folder: Path) -> None:
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert "Texas tea" not in text
    assert "I hate my job" not in text
    assert "2 more are settled" in text
    counts = json.loads((folder / "coverage.json").read_text())["counts"]
    assert counts["to_do"] == 7
    assert sum(counts["bands"].values()) == counts["posts"] == 11
    assert sum(map(sum, counts["by_year"].values())) == counts["posts"] - counts["bands"]["none"]


def test_a_broken_post_can_be_written(tmp_path: Path) -> None:
    post = samples.items()[1].post
    broken = samples._post(12, "idiot \ud83d lone", 2024)
    item = samples.Item(broken, samples.assessment(broken, samples.finding("hostility", 3, broken.text, "idiot")))
    write_all(samples.result([item, samples.Item(post, samples.assessment(post))]), tmp_path)
    record = json.loads((tmp_path / "posts.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert record["post"]["text"] == broken.text


def test_no_findings_is_said(tmp_path: Path) -> None:
    write_all(samples.result([samples.items()[8]]), tmp_path)
    assert "Nothing to look at in 1 post." in (tmp_path / "report.md").read_text()
    assert rows(tmp_path / "cleanup.csv") == []


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("old")

    def lines() -> Iterator[str]:
        yield "half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_lines(path, lines())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="--output"):
        write_all(samples.result(), tmp_path / "file" / "x")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil",
        "https://a@b.example/",
        "https://",
        "http://[",
        "https://a b",
        "ftp://x",
    ],
)
def test_only_web_links_are_links(url: str) -> None:
    assert safe.link(url) == ""


@given(st.text(), st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 30))))
def test_cutting_at_spans_loses_nothing(text: str, marks: list[tuple[int, int]]) -> None:
    post = samples.items()[0].post
    spans = tuple(samples.Span(start, end, "") for start, end in marks)
    found = samples.Finding(category="hostility", severity=1, probability=0.5, spans=spans, why="", advice="")
    merged = safe.spans(samples.assessment(post, found), len(text))
    assert "".join(piece for piece, _ in safe.pieces(text, merged)) == text


@given(st.text())
def test_embedded_json_cannot_leave_its_script(text: str) -> None:
    written = safe.embedded({"x": text})
    assert not set(written) & set("<>&\u2028\u2029")
    written.encode("utf-8")
    assert json.loads(written) == {"x": text}

"""The reports of files over every hostile text, id, link, platform and file name, read as their readers read them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from riskcheck.post import Post
from riskcheck.report import safe, write_all
from riskcheck.report.base import Item
from riskcheck.report.csv import COLUMNS
from tests.report import samples
from tests.trust.hostile import HOSTILE, NAMES, URLS, acting

FORMULAS = tuple("=+-@\t\r|%\uff1d\uff0b\uff0d\uff20")


def item(number: int, text: str, **facts: str) -> Item:
    values = {"id": f"id{number}", "platform": "x", "url": "", "where": "data/tweets.js#1"} | facts
    post = Post(text=text, kind="post", **values)  # type: ignore[arg-type]
    end = min(9, len(text))
    span = samples.Span(0, end, text[:end])
    found = samples.Finding(category="hostility", severity=2, probability=0.9, spans=(span,), why="Why.", advice="Do.")
    return Item(post, samples.assessment(post, found), "delete" if number % 2 else "")


def hostile() -> list[Item]:
    rows = [item(number, text) for number, text in enumerate(HOSTILE.values())]
    rows += [item(100 + number, "my boss", id=name, where=name) for number, name in enumerate(NAMES)]
    rows += [item(200 + number, "my boss", platform=name) for number, name in enumerate(NAMES)]
    rows += [item(300 + number, "my boss", url=url) for number, url in enumerate(URLS)]
    return rows + [item(400 + number, "my boss", url=url, platform="reddit") for number, url in enumerate(URLS)]


def written(items: list[Item], folder: Path, name: str = "x.zip") -> dict[str, str]:
    result = samples.result(items, marked_only=False)
    statement = (f"Read {name} as an export of X.", *(f"Not read: {one}" for one in NAMES))
    object.__setattr__(result, "sentences", statement)
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in write_all(result, folder)}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return written(hostile(), tmp_path_factory.mktemp("out"), NAMES[0])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    items = [item(number, "my boss") for number in range(len(hostile()))]
    return written(items, tmp_path_factory.mktemp("out"))


def test_no_file_acts_on_a_terminal(files: dict[str, str]) -> None:
    for name, text in files.items():
        assert not acting(text, "\r\n\t" if name.endswith(".csv") else "\n"), name


def test_the_page_has_the_elements_of_a_harmless_one(files: dict[str, str], plain: dict[str, str]) -> None:
    seen = []
    for text in (files["report.html"], plain["report.html"]):
        tree = HTMLParser(text)
        nodes = [(node.tag, tuple(sorted(node.attributes))) for node in tree.css("*")]
        seen.append(Counter(nodes))
        assert len(tree.css("script")) == 2
        assert not [name for _, names in nodes for name in names if name.startswith("on")]
    assert seen[0] == seen[1]
    data = json.loads(HTMLParser(files["report.html"]).css_first("script#data").text())
    assert len(data["posts"]) == len(hostile())
    for post in data["posts"]:
        assert not post["u"] or re.fullmatch(r"https://x\.com/[!-~\u0661\u0662]*", post["u"])


def test_markdown_has_the_blocks_of_a_harmless_one(files: dict[str, str], plain: dict[str, str]) -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    allowed = {safe.link(one.post.url) for one in hostile()}
    blocks = []
    for text in (files["report.md"], plain["report.md"]):
        tokens = reader.parse(text)
        inside = [token for block in tokens for token in block.children or ()]
        blocks.append([token.type for token in tokens if token.type != "inline"])
        kinds = {token.type for token in inside}
        assert kinds <= {"text", "text_special", "softbreak", "strong_open", "strong_close", "link_open", "link_close"}
        links = [token.attrGet("href") for token in inside if token.type == "link_open"]
        assert len(links) <= len(allowed) * 2
        assert {str(link).partition("%")[0] for link in links} <= {link.partition("\u0661")[0] for link in allowed}
    # What is not read is a list: as many more entries as there are names.
    assert Counter(blocks[0]) == Counter(blocks[1])


@pytest.mark.parametrize("name", ["posts.csv", "cleanup.csv"])
def test_no_spreadsheet_finds_a_formula(files: dict[str, str], name: str) -> None:
    for delimiter in ",;\t":
        rows = list(csv.reader(io.StringIO(files[name], newline=""), delimiter=delimiter))
        cells = [cell.strip('"') for row in rows for cell in row]
        assert not [cell for cell in cells if cell.lstrip().startswith(FORMULAS)]
    rows = list(csv.reader(io.StringIO(files[name], newline=""), strict=True))
    assert len(rows) == len(hostile()) + 1
    assert name != "posts.csv" or {len(row) for row in rows} == {len(COLUMNS)}


def test_one_line_of_json_a_post_and_nothing_is_lost(files: dict[str, str]) -> None:
    lines = files["posts.jsonl"].splitlines()  # which also cuts at U+2028 and U+0085
    assert len(lines) == len(hostile())
    for line, one in zip(lines, hostile(), strict=True):
        record = json.loads(line)
        assert (record["id"], record["post"]["text"]) == (one.post.id, one.post.text)
        assert record["post"]["platform"] == one.post.platform


def test_deletion_tools_get_ids_of_the_right_form_only(files: dict[str, str]) -> None:
    assert "cleanup-x-ids.txt" not in files  # none of the hostile ids is one of X
    assert not [name for name in files if name.startswith("cleanup-reddit")]

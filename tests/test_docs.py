"""The documentation says what is so: commands, options, output, counts, links."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import click
import jsonschema
import pytest
from click.testing import CliRunner

from riskcheck import notes
from riskcheck.assessment import BANDS
from riskcheck.categories import NAMES
from riskcheck.checker import RiskChecker, load
from riskcheck.cli import cli
from riskcheck.errors import ExitCode
from riskcheck.post import Post
from riskcheck.profile import Profile
from riskcheck.store import Decision
from tests.test_readme import ROOT, RUN, SHELL, SHOWN, Block, blocks, check_console, place, unknown_words

sys.path.insert(0, str(ROOT / "docs"))
import generate
import modules

__all__ = ["place"]  # the fixture

PAGES = sorted((ROOT / "docs").glob("*.md"))
MARKED = [*PAGES, ROOT / "data" / "README.md", ROOT / "README.md"]
ALL_BLOCKS = [block for page in PAGES for block in blocks(page)]
HOW = "run `python docs/generate.py`"


def squeezed(text: str) -> str:
    """Without line breaks: versions of click wrap differently."""
    return " ".join(text.split())


def section(page: str, title: str) -> str:
    found = re.search(rf"(?ms)^#+ {re.escape(title)}$\n(.*?)(?=^#+ |\Z)", page)
    assert found, f"no section {title!r}; {HOW}"
    return found[1]


COMMANDS = list(generate.commands(cli))


def test_the_commands_of_the_reference_are_those_that_exist() -> None:
    page = (ROOT / "docs" / "cli-reference.md").read_text(encoding="utf-8")
    titles = re.findall(r"(?m)^##+ riskcheck (.+)$", page)
    assert titles == [" ".join(words) for words in COMMANDS], HOW
    listed = {words[0] for words in COMMANDS}
    assert listed == set(cli.list_commands(click.Context(cli)))


@pytest.mark.parametrize("words", [(), *COMMANDS], ids=" ".join)
def test_every_command_is_documented_as_it_helps(words: tuple[str, ...]) -> None:
    page = (ROOT / "docs" / "cli-reference.md").read_text(encoding="utf-8")
    text = section(page, " ".join(("riskcheck", *words)) if words else "Command line")
    assert squeezed(generate.help_of(words)) in squeezed(text), HOW


@pytest.mark.parametrize("words", [(), *COMMANDS], ids=" ".join)
def test_help_shows_no_control_characters_or_escapes(words: tuple[str, ...]) -> None:
    text = generate.help_of(words)
    assert "\\b" not in text
    assert all(c.isprintable() or c == "\n" for c in text)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_takes_the_common_options(words: tuple[str, ...]) -> None:
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    if not isinstance(command, click.Group):
        options = {o for p in command.params for o in p.opts}
        assert {"--model", "--profile", "--quiet"} <= options
        assert all(p.help for p in command.params if isinstance(p, click.Option)), "an option without help"


def test_the_drawing_and_the_list_of_the_modules_are_those_of_the_code() -> None:
    assert (ROOT / "docs" / "images" / "modules.svg").read_text(encoding="utf-8") == modules.drawing(), HOW
    page = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    assert generate.part_of(page, "modules")[0].strip() == modules.listed(), HOW


def test_the_counts_of_the_datasheet_are_those_of_the_corpus() -> None:
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert generate.part_of(page, "counts")[0].strip() == generate.counts(), HOW


def test_the_datasheet_names_every_label_file_and_no_more() -> None:
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    table = section(page, "Who wrote and labelled it, and how")
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", table)) == {p.stem for p in (ROOT / "data" / "labels").glob("*.jsonl")}


def test_label_files_hold_no_text_and_no_id_twice() -> None:
    for file in (ROOT / "data" / "labels").glob("*.jsonl"):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        assert {tuple(sorted(row)) for row in rows} == {("id", "labels")}
        assert all(re.fullmatch(r"[0-9a-f]{12}", row["id"]) for row in rows)
        assert len({row["id"] for row in rows}) == len(rows), f"{file.name}: an id stands there twice"


def output_page() -> str:
    return (ROOT / "docs" / "output.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    found = [b for b in blocks(ROOT / "docs" / "output.md") if '"$schema"' in b.text]
    assert len(found) == 1
    schema = json.loads(found[0].text)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


TEXTS = [
    *generate.EXAMPLES.values(),
    "",
    "Lovely walk along the canal this morning.",
    "i don't want to be here anymore. i want to kill myself",
    "what the fuck is wrong with this fucking bus, my boss is a useless idiot and i am drunk at work again " * 3,
    "I'm pregnant and so happy!",
    "RT @someone: we are all underpaid at this company",
    "Grateful to have volunteered at the food bank today.",
    "😂😂😂 \U0001f468\u200d\U0001f469\u200d\U0001f467 my boss is an idiot \ud83d",
]


@pytest.mark.parametrize(
    "profile", [Profile(), Profile(keywords=("walk", "jefe"), present=("bus",), strictness="strict")]
)
def test_real_output_fits_the_schema(validator: jsonschema.Draft202012Validator, profile: Profile) -> None:
    seen = set()
    for text, found in zip(TEXTS, load(profile=profile).check_many(TEXTS), strict=True):
        plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
        validator.validate(plain)
        seen.add((plain["band"], plain["score"] is None))
        for finding in plain["findings"]:
            for span in finding["spans"]:
                assert text[span["start"] : span["end"]] == span["text"]
        assert plain["band"] == BANDS[max((f["severity"] for f in plain["findings"]), default=0)]
    assert len(seen) >= 3, "the texts show too little of the contract"


def test_output_of_the_command_line_fits_the_schema(validator: jsonschema.Draft202012Validator, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["check", "--json", *[t for t in TEXTS[:-1] if t]])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len(TEXTS) - 2
    archive = tmp_path / "posts.jsonl"
    archive.write_text("".join(json.dumps({"id": str(i), "text": t}) + "\n" for i, t in enumerate(TEXTS[:4]) if t))
    done = CliRunner().invoke(cli, ["audit", str(archive), "--json", "--quiet"])
    audited = [json.loads(line) for line in done.stdout.splitlines()]
    assert audited
    assert all({"post", "decision"} <= row.keys() for row in audited)
    for row in (*rows, *audited):
        validator.validate(row)


def test_old_posts_fit_too(validator: jsonschema.Draft202012Validator) -> None:
    import datetime as dt

    from riskcheck.assess import Assessor

    post = Post(text="my boss is an idiot", created=dt.datetime(2009, 3, 17, tzinfo=dt.UTC), others_words=True)
    found = Assessor.from_file(today=dt.date(2026, 1, 1)).check(post).to_dict()
    validator.validate(json.loads(json.dumps(found)))
    assert {"old_post", "others_words"} <= {note["kind"] for note in found["notes"]}


@pytest.mark.parametrize(
    "change",
    [
        {"band": "severe"}, {"score": 1.5}, {"severity": None}, {"score": None}, {"schema_version": 2}, {"extra": 1},
        {"scores": {}}, {"findings": [{"category": "rudeness"}]}, {"model": None},
    ],
)  # fmt: skip
def test_the_schema_refuses_what_the_contract_does_not_allow(
    validator: jsonschema.Draft202012Validator, checker: RiskChecker, change: dict[str, Any]
) -> None:
    good = checker.check(TEXTS[0]).to_dict()
    good = json.loads(json.dumps(good))
    assert validator.is_valid(good)
    assert not validator.is_valid({**good, **change})


def test_the_schema_lists_the_categories_notes_bands_and_decisions(
    validator: jsonschema.Draft202012Validator,
) -> None:
    properties = validator.schema["properties"]
    finding = properties["findings"]["items"]["properties"]
    assert finding["category"]["enum"] == [*NAMES, "keyword"]
    assert properties["scores"]["propertyNames"]["enum"] == list(NAMES)
    assert properties["scores"]["minProperties"] == properties["scores"]["maxProperties"] == len(NAMES)
    assert properties["band"]["enum"] == list(BANDS)
    assert properties["notes"]["items"]["properties"]["kind"]["enum"] == list(notes._TEXTS)
    assert properties["decision"]["enum"] == [*get_args(Decision), None]
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", section(output_page(), "Notes"))) == set(notes._TEXTS)


def test_every_field_of_the_schema_stands_in_the_table(validator: jsonschema.Draft202012Validator) -> None:
    table = section(output_page(), "Fields")
    for name in validator.schema["required"]:
        assert f"| `{name}` |" in table
    for parent in ("findings", "notes"):
        for name in validator.schema["properties"][parent]["items"]["required"]:
            assert f"`{parent}[].{name}`" in table


def test_the_exit_codes_of_the_page_are_those_of_the_program() -> None:
    table = section(output_page(), "Exit codes")
    assert [int(n) for n in re.findall(r"(?m)^\| (\d) \|", table)] == [int(code) for code in ExitCode]


def alike(a: Any, b: Any) -> bool:
    """Compare JSON, numbers to two decimals: processors differ in the last digits."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(alike(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(alike(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, (int, float)):
        return abs(a - b) <= 0.01
    return bool(a == b)


def test_the_examples_of_the_page_are_real_output(
    validator: jsonschema.Draft202012Validator, checker: RiskChecker
) -> None:
    part = generate.part_of(output_page(), "examples")[0]
    found = [json.loads(text) for text in re.findall(r"(?s)```json\n(.*?)```", part)]
    assert len(found) == len(generate.EXAMPLES), HOW
    for example, text in zip(found, generate.EXAMPLES.values(), strict=True):
        assert f"`{text}`" in part, HOW
        validator.validate(example)
        assert alike(json.loads(json.dumps(checker.check(text).to_dict())), example), HOW


def console_blocks() -> list[object]:
    return [pytest.param(b, id=b.where) for b in ALL_BLOCKS if b.language == "console" and b.text.startswith("$ ")]


@pytest.mark.parametrize("block", console_blocks())
def test_console_blocks_print_what_the_page_shows(block: Block, place: Path) -> None:
    check_console(block, place)


def bare_blocks() -> list[object]:
    return [
        pytest.param(b, id=b.where)
        for b in ALL_BLOCKS
        if b.language in (*SHELL, "") or (b.language in ("console", "text") and not b.text.startswith(("$ ", "Usage:")))
    ]


@pytest.mark.parametrize("block", bare_blocks())
def test_commands_that_are_only_shown_exist(block: Block) -> None:
    assert unknown_words(block.text.replace("\\\n", " ").replace("\n", " ; ")) == []


# Each has tests of its own: they need a service, a browser or hours.
ELSEWHERE = re.compile(r"riskcheck (is at|scan|accounts|serve|train|evaluate|corpus hydrate)\b")


def lines_shown() -> list[object]:
    """Command lines of the pages that are shown without their output."""
    found = {}
    for block in [b for page in (*PAGES, ROOT / "README.md") for b in blocks(page)]:
        if block.language in (*SHELL, "", "text"):
            for line in block.text.splitlines():
                if line.startswith("riskcheck ") and not ELSEWHERE.match(line):
                    found[line.partition("  #")[0].strip()] = block.where
    return [pytest.param(line, id=f"{where} {line[:40]}") for line, where in found.items()]


@pytest.fixture
def exports(place: Path) -> Path:
    """The files that the pages speak of, made from the samples."""
    samples = ROOT / "tests" / "sources" / "samples"
    for year in (2024, 2026):
        shutil.make_archive(str(place / f"twitter-{year}"), "zip", samples / "x" / "tweets_2024" / "export")
    linkedin = next(path for path in sorted((samples / "linkedin").glob("*/export")) if any(path.glob("*.csv")))
    shutil.make_archive(str(place / "linkedin"), "zip", linkedin)
    (place / "Positions.csv").write_text(
        "Company Name,Title,Description,Location,Started On,Finished On\nBrightwell,Clerk,,,Jan 2024,\n"
    )
    (place / "posts.csv").write_text("id,text\n1,lovely day\n")
    (place / "posts.jsonl.gz").write_bytes(gzip.compress(b'{"id": "1", "text": "lovely day"}\n'))
    (place / "parts").mkdir()
    shutil.copy(place / "posts.csv", place / "parts")
    return place


@pytest.mark.parametrize("line", lines_shown())
def test_commands_shown_without_output_run(line: str, exports: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", line], cwd=exports, input="\n" * 20, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PATH": f"{exports / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    # An old sample has no post of the last months: that is said, with exit code 2.
    assert done.returncode in (0, 1) or "no post" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_every_block_is_run_or_only_shown() -> None:
    assert [f"{b.where}: {b.language!r}" for b in ALL_BLOCKS if b.language not in (*RUN, *SHOWN, *SHELL, "")] == []


def test_commands_named_in_running_text_exist() -> None:
    wrong = {}
    for page in MARKED:
        if not page.exists():
            continue
        text = re.sub(r"(?ms)^ *```.*?^ *```", "", page.read_text(encoding="utf-8"))
        for line in re.findall(r"`(riskcheck [a-z][^`]*)`", text):
            if found := unknown_words(line.replace("…", "")):
                wrong[f"{page.name}: {line}"] = found
    assert wrong == {}


def anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", MARKED, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    assert page.exists()
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            wrong.append(link)
        elif fragment:
            titles = re.findall(r"(?m)^#+ (.+)$", target.read_text(encoding="utf-8"))
            wrong += [link] if fragment not in map(anchor, titles) else []
    assert wrong == []


def test_files_named_in_the_pages_exist() -> None:
    wrong = {}
    for page in [*PAGES, ROOT / "data" / "README.md"]:
        for name in re.findall(r"`((?:riskcheck|tests|docs|data|models)/[\w./-]+)`", page.read_text(encoding="utf-8")):
            if not (ROOT / name).exists():
                wrong[name] = page.name
    assert wrong == {}


def test_the_catalogue_of_errors_is_the_one_in_the_code() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert page == generate.error_pages(), HOW


def test_every_error_is_in_the_catalogue_with_what_to_do_and_its_messages() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    for error in generate.error_classes():
        part = section(page, error.__name__)
        assert f"What to do: {error.remedy}" in part
        assert f"Exit code {int(error.exit_code)}." in part
        assert error.remedy.endswith(".")
    assert sum(map(len, generate.messages().values())) > 150


def test_every_page_has_its_place_on_the_site() -> None:
    plan = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert {page.name for page in PAGES} == set(re.findall(r"(?m): ([\w-]+\.md)$", plan))

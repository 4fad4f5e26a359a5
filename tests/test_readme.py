"""The README's examples are run: every ``python`` block, and every command of a ``console`` block with its output.

In a console block ``$`` begins a command, ``\\`` at the end of a line or ``>`` at the start continues it, and what
follows is exactly what a reader sees (standard output and error, not a terminal, 80 columns). A line that is only
``…`` stands for any lines. The commands of one block share a shell, so ``$ echo $?`` works. Setting up (``pip``,
``git clone`` …) is not run, but what it sets up for (``… && riskcheck check "…"``) is. Nothing else is left out.
``RISKCHECK_GOLDEN=1 pytest tests/test_readme.py tests/test_docs.py`` writes what is printed into the pages; read the
difference. (It leaves blocks with a ``…`` alone.)
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from riskcheck.cli import cli

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
SHELL = ("sh", "bash", "shell")
RUN, SHOWN = ("python", "console"), ("text", "json", "toml", "yaml", "csv", "jsonl", "mermaid")
_NOT_RUN = re.compile(
    r"(?:sudo )?(?:apt(?:-get)? |pipx? |(?:\S*/)?pip3? |\S*python3? -m (?:pip|venv|pytest|build|playwright) ?|git |cd "
    r"|(?:\S*/)?pytest\b|source |\. |RISKCHECK_GOLDEN=\S+ \S*pytest|\.ci/run|ruff |mypy\b|uvx? )"
)
_OURS = re.compile(r"(?:^|[|;(]\s*|\s)(?:\S*/)?(?:riskcheck|python3? -m riskcheck)(?:\s|$)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and where it begins."""

    language: str
    text: str
    where: str


@dataclass(frozen=True)
class Shown:
    """A command of a console block, as shown, and the output shown below it."""

    command: str
    output: str


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    found = re.finditer(r"(?ms)^( *)(`{3,})([\w+-]*)[^\n]*\n(.*?)^\1\2[ \t]*$", text)
    name = page.relative_to(ROOT)
    return [
        Block(m[3], re.sub(rf"(?m)^{m[1]}", "", m[4]), f"{name}:{text.count(chr(10), 0, m.start()) + 1}") for m in found
    ]


def shown(block: Block) -> list[Shown]:
    """Split a console block into commands and their outputs."""
    commands: list[list[str]] = []
    outputs: list[list[str]] = []
    continues = False
    for line in block.text.splitlines():
        if continues or (commands and line.startswith("> ") and not outputs[-1]):
            commands[-1].append(line.removeprefix("> "))
        elif line.startswith("$ "):
            commands.append([line[2:]])
            outputs.append([])
        else:
            assert commands, f"{block.where}: a console block begins with a line `$ command`"
            outputs[-1].append(line)
        continues = bool(commands) and not outputs[-1] and commands[-1][-1].endswith("\\")
    return [
        Shown("\n".join(c), "".join(line + "\n" for line in o).rstrip("\n") + "\n" * bool(o))
        for c, o in zip(commands, outputs, strict=True)
    ]


def to_run(command: str) -> str:
    """What of a shown command is run: all of it but the steps that set things up."""
    steps = command.split(" && ")
    while steps and _NOT_RUN.match(steps[0].strip()) and not _OURS.match(steps[0].strip()):
        del steps[0]
    return re.sub(r"(?<!\S)\S+/(?=riskcheck(?:\s|$))", "", " && ".join(steps))


def console(block: Block, place: Path) -> list[tuple[Shown, str]]:
    """Run the commands of a block in one shell; return each that ran, with what it printed."""
    kept = [(entry, to_run(entry.command)) for entry in shown(block)]
    kept = [(entry, command) for entry, command in kept if command]
    mark = "\x1e\x1e"
    script = "".join(f"{command}\n__code=$?; printf '{mark}'; (exit $__code)\n" for _, command in kept)
    environment = {
        **{k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "FORCE_COLOR", "PYTEST_CURRENT_TEST")},
        "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1", "HOME": str(place),
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", script], cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=300, check=False,
    )  # fmt: skip
    printed = done.stdout.decode().split(mark)
    assert len(printed) == len(kept) + 1, f"{block.where}: the shell stopped early: {done.stdout.decode()[-2000:]}"
    return [(entry, output) for (entry, _), output in zip(kept, printed, strict=False)]


def matches(wanted: str, found: str) -> bool:
    """Compare output, ignoring blanks at line ends; a line of ``…`` stands for any lines."""
    plain = [re.sub(r"(?m)[ \t]+$", "", text).rstrip("\n") for text in (wanted, found)]
    pattern = "".join(r"(?:.*\n)*" if line.strip() == "…" else re.escape(line) + "\n" for line in plain[0].split("\n"))
    return re.fullmatch(pattern, plain[1] + "\n") is not None


def check_console(block: Block, place: Path) -> None:
    ran = console(block, place)
    if os.environ.get("RISKCHECK_GOLDEN") and block.where != "planted" and "\n…\n" not in block.text:
        rewrite(block, [output for _, output in ran])
        return
    for entry, found in ran:
        assert matches(entry.output, found), (
            f"{block.where}: `{entry.command}` prints\n{found}\nand the page shows\n{entry.output}"
        )


def rewrite(block: Block, printed: list[str]) -> None:
    """Put what commands print into the page that shows them."""
    page = ROOT / block.where.rpartition(":")[0]
    lines, outputs = [], iter(printed)
    for entry in shown(block):
        output = next(outputs) if to_run(entry.command) else entry.output
        first, *rest = entry.command.split("\n")
        lines += [f"$ {first}\n", *(f"> {line}\n" for line in rest), re.sub(r"(?m)[ \t]+$", "", output)]
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(f"console\n{block.text}```", f"console\n{''.join(lines)}```", 1), encoding="utf-8")


def unknown_words(command: str) -> list[str]:
    """Name the commands and options of riskcheck in a shell line that do not exist."""
    wrong = []
    for piece in re.split(r"&&|\|\||[|;]", command.replace("\\\n", " ")):
        try:
            words = shlex.split(piece, comments=True)
        except ValueError:
            continue
        at = next((i for i, w in enumerate(words) if Path(w).name == "riskcheck"), None)
        if at is None:
            continue
        current: click.Command = cli
        for word in words[at + 1 :]:
            if isinstance(current, click.Group) and not word.startswith("-"):
                found = current.get_command(click.Context(current), word)
                if found is None:
                    return [*wrong, word]
                current = found
            elif re.match(r"--?[a-z]", word):
                options = {o for p in current.params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
                wrong += [word] if word.partition("=")[0] not in options else []
    return wrong


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that looks like the repository, with ``riskcheck`` to run; what is written into it goes with it."""
    folder = tmp_path / "repository"
    folder.mkdir()
    for entry in ROOT.iterdir():
        if not entry.name.startswith("."):
            (folder / entry.name).symlink_to(entry)
    (folder / "bin").mkdir()
    for name, arguments in (("riskcheck", "-m riskcheck "), ("python", ""), ("python3", "")):
        script = folder / "bin" / name
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {arguments}"$@"\n')
        script.chmod(0o755)
    return folder


README_BLOCKS = blocks(README)


def of(language: str) -> list[object]:
    return [pytest.param(b, id=b.where) for b in README_BLOCKS if b.language == language]


def test_the_readme_shows_the_command_line_and_the_library() -> None:
    languages = [block.language for block in README_BLOCKS]
    assert "console" in languages
    assert "python" in languages
    ran = [s for b in README_BLOCKS if b.language == "console" for s in shown(b) if "riskcheck" in to_run(s.command)]
    assert any(entry.output for entry in ran)


def test_every_block_of_the_readme_is_run_or_only_shown() -> None:
    unknown = [f"{b.where}: {b.language or 'no language'}" for b in README_BLOCKS
               if b.language not in (*RUN, *SHOWN, *SHELL)]  # fmt: skip
    assert unknown == []


@pytest.mark.parametrize("block", of("console"))
def test_console_blocks_print_what_the_readme_shows(block: Block, place: Path) -> None:
    check_console(block, place)


@pytest.mark.parametrize("block", [p for language in SHELL for p in of(language)])
def test_commands_that_are_not_run_exist(block: Block) -> None:
    assert unknown_words(block.text.replace("\n", " ; ")) == []


def run_python(block: Block, names: dict[str, object]) -> None:
    """Run a block; ``expression  # value`` must give that value, ``print(…)  # text`` must print that text."""
    if ">>>" in block.text:
        test = doctest.DocTestParser().get_doctest(block.text, names, block.where, block.where, 0)
        report = io.StringIO()
        found = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=report.write, clear_globs=False)
        assert found.failed == 0, report.getvalue()
        names.update(test.globs)
        return
    lines = block.text.splitlines()
    for node in ast.parse(block.text).body:
        comment = re.search(r"  #\s*(.+)$", lines[(node.end_lineno or 1) - 1])
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            if not isinstance(node, ast.Expr):
                exec(compile(ast.Module([node], []), block.where, "exec"), names)
                continue
            value = eval(compile(ast.Expression(node.value), block.where, "eval"), names)
        if comment is None:
            continue
        if printed.getvalue():
            assert printed.getvalue().strip() == comment[1].strip(), f"{block.where}: prints {printed.getvalue()!r}"
        else:
            with contextlib.suppress(ValueError, SyntaxError):
                assert value == ast.literal_eval(comment[1]), f"{block.where}: gives {value!r}"


def test_the_python_blocks_run_one_after_the_other(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    names: dict[str, object] = {"__name__": "readme"}
    python = [b for b in README_BLOCKS if b.language == "python"]
    assert python
    for block in python:
        run_python(block, names)


def planted(text: str, language: str = "console") -> Block:
    return Block(language, text, "planted")


@pytest.mark.parametrize(
    "text",
    [
        "$ riskcheck categories --json | head -c 1\n[\n",
        "$ riskcheck check missing --file none.txt\nriskcheck: none.txt: no such file; check the path\n$ echo $?\n2\n",
        "$ python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/riskcheck --help | head -1\n"
        "Usage: riskcheck [OPTIONS] COMMAND [ARGS]...\n",
        "$ riskcheck categories \\\n>   --json \\\n>   | wc -c >/dev/null\n$ echo done\ndone\n",
        "$ riskcheck categories\njob_complaint  Complaint about a job  (core)\n…\n",
        "$ pip install riskcheck\n$ git clone somewhere\n",
    ],
    ids=["pipe", "error and code", "set-up", "continued", "shortened", "only set-up"],
)
def test_a_true_console_block_passes(text: str, place: Path) -> None:
    check_console(planted(text), place)


@pytest.mark.parametrize(
    "text",
    [
        "$ riskcheck categories --json | head -c 1\n{\n",
        "$ riskcheck categories --json | head -c 1\n",
        "$ riskcheck nonsense\n",
        "$ make install\n",
        "$ pip install x && .venv/bin/riskcheck categories\nnothing\n",
        "$ riskcheck check --json ok\n$ echo $?\n1\n",
    ],
    ids=["other output", "output left out", "no such command", "unknown program", "after set-up", "wrong code"],
)
def test_a_false_console_block_is_caught(text: str, place: Path) -> None:
    with pytest.raises(AssertionError, match="and the page shows"):
        check_console(planted(text), place)


def test_a_false_python_block_is_caught() -> None:
    for text in ("1 + 1  # 3", "print('a')  # b", ">>> 1 + 1\n3\n", "raise AssertionError"):
        with pytest.raises(AssertionError):
            run_python(planted(text, "python"), {})
    run_python(planted("x = 'a'  # a letter\nprint(x)  # a\nx + 'b'  # 'ab'\nx  # what it is", "python"), {})


def test_unknown_commands_and_options_are_named() -> None:
    assert unknown_words("pip install x && riskcheck check --jsonn 'a' -q | riskcheck corpus validat") == [
        "--jsonn", "validat",
    ]  # fmt: skip
    assert unknown_words("riskcheck audit a.zip --output report --last=12m # riskcheck nonsense") == []

"""Write the generated parts of the documentation: run ``python docs/generate.py`` after changing what they show.

It needs riskcheck installed (``pip install -e .``). ``docs/cli-reference.md``, ``docs/errors.md`` and drawings are
written whole; elsewhere a part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``. ``tests/test_docs.py``
fails when one is stale.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click
import modules
from click.testing import CliRunner

import riskcheck
from riskcheck.cli import cli
from riskcheck.errors import RiskCheckError

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = {
    "assessed": "i hate my job so much, my boss is an idiot",
    "not assessed": "odio mi trabajo y a mi jefe, son unos idiotas",
}
_STYLE = (
    "svg{background:#fff;font:12px sans-serif}.end{text-anchor:end}.mid{text-anchor:middle}.grid{stroke:#ddd}"
    ".even{stroke:#888;stroke-dasharray:2 4}.line{fill:none;stroke-width:2}.s0{stroke:#0b5cad;fill:#0b5cad}"
    ".s1{stroke:#a4262c;fill:#a4262c;stroke-dasharray:7 3}.s2{stroke:#6b5b00;fill:#6b5b00;stroke-dasharray:2 3}"
    "path.line{fill:none}"
)
_INTRO = """\
# Command line

<!-- Written by `python docs/generate.py`; do not edit. -->

Every command takes `--model FILE`, `--profile FILE` and `--quiet`. Exit codes: 0 nothing found, 1 something found,
2 wrong use or unreadable input, 3 a fault of riskcheck ([more](output.md#exit-codes)).
"""


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command, subcommands after their group."""
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*before, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))


def help_of(words: tuple[str, ...]) -> str:
    """Return the help text of a command, at a fixed width."""
    done = CliRunner().invoke(cli, [*words, "--help"], prog_name="riskcheck", terminal_width=96)
    if done.exit_code:
        raise RuntimeError(f"riskcheck {' '.join(words)} --help failed: {done.output}")
    return done.output.rstrip()


def reference() -> str:
    """Return the page with the help of every command."""
    parts = [_INTRO, f"```text\n{help_of(())}\n```"]
    for words in commands(cli):
        parts.append(f"{'#' * (len(words) + 1)} riskcheck {' '.join(words)}\n\n```text\n{help_of(words)}\n```")
    return "\n".join(part.rstrip() + "\n" for part in parts)


def examples() -> str:
    """Return real output for :data:`EXAMPLES`, laid out for reading."""
    from riskcheck import load

    checker = load()
    parts = []
    for name, text in EXAMPLES.items():
        shown = json.dumps(checker.check(text).to_dict(), indent=2, ensure_ascii=False)
        parts.append(f"A post that is {name}, `{text}`:\n\n```json\n{shown}\n```")
    return "\n\n".join(parts)


def counts() -> str:
    """Return the tables of the datasheet."""
    from riskcheck.categories import NAMES
    from riskcheck.corpus.reading import read_authored, read_label_files
    from riskcheck.corpus.splitting import role
    from riskcheck.corpus.validate import validate

    data = ROOT / "data"
    problems, sums = validate(data)
    own, files = read_authored(data), read_label_files(data)
    roles = Counter(role(example) for example in own)
    columns = {"invented": [e.labels for e in own], **{name: list(rows.values()) for name, rows in files.items()}}
    lines = [
        f"`riskcheck corpus validate`: {', '.join(f'{n:,} {what}' for what, n in sums.items())};"
        f" {len(problems)} problems.",
        "",
        f"Roles of the invented posts: {roles['train']:,} train, {roles['calibration']:,} calibrate,"
        f" {roles['test']:,} test.",
        "",
        _row("posts", *columns),
        _row("---", *(["--:"] * len(columns))),
        _row("all", *map(len, columns.values())),
    ]
    for level, title in enumerate(("safe", "severity 1", "severity 2", "severity 3")):
        lines.append(_row(title, *(sum(max(row.values(), default=0) == level for row in c) for c in columns.values())))
    lines += [_row(f"`{name}`", *(sum(name in row for row in c) for c in columns.values())) for name in NAMES]
    kinds = Counter(e.kind for e in own if e.kind)
    lines += [
        "",
        f"{sum(kinds.values()):,} safe invented posts are marked with the kind of hard negative they are: "
        + ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
        + ".",
    ]
    return "\n".join(lines)


def metrics() -> str:
    """Return how the shipped model does on posts that nothing was fitted on."""
    from riskcheck import artefact

    manifest = artefact.read(artefact.default_path()).manifest
    titles = {
        "public": "public posts (`dev`)", "challenge": "challenge posts", "invented": "hard invented posts",
    }  # fmt: skip
    lines = [_row("held-out posts", "what", "posts", "with it", "average precision (95 %)", "precision", "recall")]
    lines.append(_row("---", "---", "--:", "--:", "---", "--:", "--:"))
    for name, title in titles.items():
        for row in manifest["metrics"][name]["metrics"][:3]:
            interval = f"{row['average_precision']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
            share = [f"{row[key]:.2f}" for key in ("precision", "recall")]
            lines.append(_row(title, row["name"], row["posts"], row["positive"], interval, *share))
    for name, title in titles.items():
        report = manifest["metrics"][name]
        alarms, twins = report["false_alarms"], report["twins"]
        lines += [
            "",
            f"On the {report['posts']:,} {title}: {alarms['medium_or_high']} of {alarms['harmless']} harmless",
        ]
        lines[-1] += " posts were called medium or high"
        lines[-1] += f", severity kappa {report['severity_kappa']:.2f} (quadratic)"
        ordered = f", {twins['ordered']} of {twins['all']} risky posts scored above their safe twin"
        lines[-1] += (ordered if twins["all"] else "") + "."
    return "\n".join(lines)


def drawing(name: str) -> str:
    """Draw how far the shipped model's probabilities are true on held-out posts."""
    from riskcheck import artefact
    from riskcheck.corpus.curves import Bin, reliability_svg

    found = artefact.read(artefact.default_path()).manifest["metrics"][name]["reliability"]
    return reliability_svg({of: [Bin(*row) for row in rows] for of, rows in found.items()}, style=_STYLE) + "\n"


_ERRORS = """\
# Errors

<!-- Written by `python docs/generate.py`; do not edit. -->

What can go wrong is said in a sentence on standard error: what, where, and what to do next. Each message below stands
under the error that a program can catch (`riskcheck.errors`); `…` is what differs from case to case. A message that is
followed by a traceback and exit code 3 is a fault of riskcheck: please report it.
"""


def error_classes() -> list[type[RiskCheckError]]:
    """Return every error of the package, the base first, each below the one it is a kind of."""
    for module in pkgutil.walk_packages(riskcheck.__path__, "riskcheck."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[RiskCheckError]] = []
    waiting: list[type[RiskCheckError]] = [RiskCheckError]
    while waiting:
        found.append(waiting.pop(0))
        waiting = found[-1].__subclasses__() + waiting
    return found


def _template(node: ast.expr) -> str:
    """Return the text of a message with ``…`` for what is filled in; empty if it is made elsewhere."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _template(node.left) + (_template(node.right) or "…")
    return ""


def messages() -> dict[str, list[str]]:
    """Return the messages in the source by the name of what carries them, sorted."""
    names = {e.__name__ for e in error_classes()} | {"UsageError", "BadParameter"}
    found: dict[str, set[str]] = {name: set() for name in names}
    for path in (ROOT / "riskcheck").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                text = _template(node.args[0]) if name in names else ""
                if len(text.strip("… :")) > 10:
                    found[name].add(" ".join(text.split()))
    return {name: sorted(texts, key=lambda t: t.strip("… :(").lower()) for name, texts in found.items()}


def error_pages() -> str:
    """Return the catalogue of errors."""
    texts = messages()
    parts = [_ERRORS]
    for error in error_classes():
        about = " ".join((error.__doc__ or "").split("\n\n")[0].split())
        base = "" if error is RiskCheckError else f" A kind of `{error.__bases__[0].__name__}`."
        parts.append(f"## {error.__name__}\n\n{about}{base} Exit code {int(error.exit_code)}.")
        parts.append(f"What to do: {error.remedy}")
        parts += _listed(texts[error.__name__])
    parts.append(
        "## Wrong use\n\nA command, option or value that does not exist or does not fit. Exit code 2.\n\n"
        "What to do: `riskcheck COMMAND --help` shows what the command takes."
    )
    parts += _listed(sorted({*texts["UsageError"], *texts["BadParameter"]}))
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _listed(texts: list[str]) -> list[str]:
    """Show messages as a list of code; a backtick inside asks for two outside."""
    return ["\n".join(f"- `` {text} ``" if "`" in text else f"- `{text}`" for text in texts)] if texts else []


def _row(*cells: object) -> str:
    return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells) + " |"


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "examples": ("docs/output.md", examples),
    "counts": ("data/README.md", counts),
    "metrics": ("README.md", metrics),
    "card": ("models/README.md", metrics),
    "modules": ("docs/development.md", modules.listed),
}
WHOLE: dict[str, Callable[[], str]] = {
    "docs/cli-reference.md": reference,
    "docs/errors.md": error_pages,
    "docs/images/modules.svg": modules.drawing,
    "models/reliability-public.svg": partial(drawing, "public"),
    "models/reliability-invented.svg": partial(drawing, "invented"),
}


def part_of(page: str, name: str) -> re.Match[str]:
    """Find a generated part in a page."""
    found = re.search(rf"(?s)(?<=<!-- generated: {name} -->\n).*?(?=<!-- end -->)", page)
    if found is None:
        raise ValueError(f"no generated part {name!r}")
    return found


def main() -> None:
    """Write all parts."""
    for path, make in WHOLE.items():
        (ROOT / path).write_text(make(), encoding="utf-8")
    for name, (path, make) in PARTS.items():
        page = (ROOT / path).read_text(encoding="utf-8")
        found = part_of(page, name)
        page = f"{page[: found.start()]}\n{make()}\n\n{page[found.end() :]}"
        (ROOT / path).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()

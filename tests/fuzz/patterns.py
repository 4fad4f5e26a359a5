"""Every regular expression of the package, and inputs that are hard on it, made from its own structure."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import riskcheck

PACKAGE = Path(riskcheck.__file__).parent
_CALLS = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
_ANCHORED = frozenset({"match", "fullmatch"})
# Patterns that are put together while the program runs: by module and function, an example of each.
DYNAMIC: dict[tuple[str, str], tuple[str | bytes, ...]] = {
    ("assess", "_phrases"): (r"(?<!\w)(?:texas\ tea|tea|!!!)(?!\w)",),
    ("corpus.checks", "write_page"): (),  # on this repository's own pages only
    ("rewrite", "_starters"): (r"(?<!\w)(?:quit|resign\w*|ex[- ]?boss|left (?:my|that) job)(?!\w)",),
    ("sources._bounds", "globs"): (r"(?:[^/]*/){0,2}(?:data/tweets[^/]*\.js|[^/]*/messages\.csv)",),
    ("sources._json", "records"): (r"(?:posts|items|data)\.item|item",),
    ("sources._split", "learn"): (rb'\{\s*"tweet"\s*:',),
    ("store", "resolve"): (r"[0-9a-f]{6,64}",),
    ("text.milder", "<module>"): (),  # _SOFTEN, found among the module's values
    ("text.words", "_unmask"): (r"f..k", r"f\w{0,6}k\w{0,6}"),
}
_WHOLE = ("sources._bounds", "sources._json", "store", "text.words")  # these match whole texts only


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern, and whether it is only tried at the beginning of a text."""

    module: str
    pattern: re.Pattern[Any]
    anchored: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.pattern.pattern!r:.60}"


def modules() -> Iterator[tuple[str, ModuleType, ast.Module]]:
    for info in pkgutil.walk_packages([str(PACKAGE)], "riskcheck."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        if module.__file__:
            yield info.name.removeprefix("riskcheck."), module, ast.parse(Path(module.__file__).read_text("utf-8"))


def every() -> tuple[list[Found], list[tuple[str, str]]]:
    """Return all patterns, and the places where one is made that :data:`DYNAMIC` does not know."""
    found: dict[tuple[Any, int, bool], Found] = {}
    unknown: list[tuple[str, str]] = []

    def add(name: str, pattern: re.Pattern[Any], anchored: bool) -> None:
        found.setdefault((pattern.pattern, pattern.flags, anchored), Found(name, pattern, anchored))

    for name, module, tree in modules():
        methods = _methods(tree)
        for key, value in vars(module).items():
            for pattern in _patterns(value):
                used = methods.get(key, set())
                add(name, pattern, bool(used) and used <= _ANCHORED)
        for call, function in _calls(tree):
            try:
                made = eval(compile(ast.Expression(call.args[0]), name, "eval"), dict(vars(module)))
                flags = [a for a in (*call.args[1:], *(k.value for k in call.keywords)) if _is_flag(a)]
                value = eval(compile(ast.Expression(flags[0]), name, "eval"), dict(vars(module))) if flags else 0
            except NameError:
                if (name, function) not in DYNAMIC:
                    unknown.append((name, function))
                continue
            # What stands in a name of the module was found there, with how it is used.
            if isinstance(made, str | bytes) and (_name(call) != "compile" or made not in {key[0] for key in found}):
                add(name, re.compile(made, value), _name(call) in _ANCHORED)
    for (name, _), examples in DYNAMIC.items():
        for example in examples:
            add(name, re.compile(example, re.I), name in _WHOLE)
    return list(found.values()), unknown


def _patterns(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _patterns(item)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _is_flag(node: ast.expr) -> bool:
    return all(
        isinstance(part, ast.Attribute | ast.Name | ast.BinOp | ast.BitOr | ast.Load) for part in ast.walk(node)
    ) and ("re." in ast.unparse(node))


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Yield the calls of :mod:`re`'s functions with the function they stand in."""

    def walk(node: ast.AST, inside: str) -> Iterator[tuple[ast.Call, str]]:
        for child in ast.iter_child_nodes(node):
            own = child.name if isinstance(child, ast.FunctionDef) else inside
            if (
                isinstance(child, ast.Call)
                and isinstance(child.func, ast.Attribute)
                and child.func.attr in _CALLS
                and isinstance(child.func.value, ast.Name)
                and child.func.value.id == "re"
                and child.args
            ):
                yield child, inside
            yield from walk(child, own)

    yield from walk(tree, "<module>")


def _methods(tree: ast.Module) -> dict[str, set[str]]:
    """Return what is called on each name: ``_CUT.sub`` and so on."""
    used: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in _CALLS:
            used.setdefault(node.value.id, set()).add(node.attr)
    return used


def attacks(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Return (before, repeated, after) for texts that the pattern may take long over.

    Before comes what the pattern wants before one of its repetitions; what it repeats is repeated, also in other
    spellings and mixed with what comes before; after comes what makes it fail. Then pieces that are hard on many
    patterns.
    """
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    tree = parser.parse(source, pattern.flags & ~re.DEBUG & (~0 if isinstance(pattern.pattern, str) else ~re.UNICODE))
    found: dict[tuple[str, str, str], None] = {}
    for before, body in _repeats(tree, ""):
        for piece in {body, body[:1], body[-1:], before + body, before[-1:] + body} - {""}:
            for after in ("\x00", "", "x"):
                found[before, piece, after] = None
    whole = _example(tree)
    for piece in {whole, whole[:-1], whole[1:], *GENERAL} - {""}:
        found["", piece, "\x00"] = None
    found |= dict.fromkeys((whole[:-1], piece, "\x00") for piece in (" ", "a", "\n"))
    return list(found)


GENERAL = (
    " ",
    "\n",
    "\t",
    " \n",
    "a",
    "A",
    "1",
    ".",
    ",",
    ", ",
    "!",
    '"',
    "\\",
    '\\"',
    "<",
    "{",
    "@a ",
    "a.",
    "http://",
    "http://a",
    "RT ",
    "i ",
    "-",
    " - ",
    "and ",
    "\u0301",
    "#a",
    "1:",
    "/",
    "a/",
)


def _repeats(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each repetition of many, and one turn of it."""
    for code, argument in tree:
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            least, most, body = argument
            if most > 50:
                yield before, _example(body)
            yield from _repeats(body, before)
            before += _example(body) * max(least, 1)
        elif code is op.SUBPATTERN:
            yield from _repeats(argument[3], before)
            before += _example(argument[3])
        elif code is op.BRANCH:
            for way in argument[1]:
                yield from _repeats(way, before)
            before += _example(argument[1][0])
        elif code is op.ATOMIC_GROUP:
            yield from _repeats(argument, before)
            before += _example(argument)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            yield from _repeats(argument[1], before)
        else:
            before += _example([(code, argument)])


def _example(tree: Any) -> str:
    """Return a text that about matches."""
    out = ""
    for code, argument in tree:
        if code is op.LITERAL:
            out += chr(argument)
        elif code is op.NOT_LITERAL:
            out += "a" if argument != ord("a") else "b"
        elif code is op.ANY:
            out += "a"
        elif code is op.IN:
            out += _member(argument)
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            out += _example(argument[2]) * max(argument[0], 1)
        elif code is op.SUBPATTERN:
            out += _example(argument[3])
        elif code is op.BRANCH:
            out += _example(argument[1][0])
        elif code is op.ATOMIC_GROUP:
            out += _example(argument)
    return out


def _member(items: Any) -> str:
    """Return a character of a class."""
    wanted = re.compile("[" + "".join(map(_spelled, items)) + "]")
    return next(
        (char for char in " aA1_,.;:!\"'-/@#<{*+=(\n\t\u2026\u2013\u00e9\U0001f602" if wanted.match(char)), ""
    ) or next((chr(code) for code in range(0x11000) if not 0xD800 <= code < 0xE000 and wanted.match(chr(code))), "a")


_CLASSES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}


def _spelled(item: Any) -> str:
    code, argument = item
    if code is op.NEGATE:
        return "^"
    if code is op.LITERAL:
        return re.escape(chr(argument))
    if code is op.RANGE:
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    return _CLASSES[argument]

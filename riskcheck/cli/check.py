"""Check drafts before you publish them.

Drafts come as arguments, from files, or from standard input.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from riskcheck.assessment import BANDS, Assessment
from riskcheck.cli import options
from riskcheck.cli.output import unheard
from riskcheck.errors import ExitCode, InputError
from riskcheck.post import Post
from riskcheck.text.safe import escaped_bytes

LONGEST = 100_000
"""Characters of a draft: no network takes longer posts, and a mistaken file should not be read for minutes."""


@click.command("check")
@click.argument("texts", nargs=-1, metavar="[TEXT… | -]")
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="F",
    help="Read a draft from a file (repeatable).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a draft.")
@click.option("--explain", is_flag=True, help="Show how much each word adds to the score.")
@options.person
@options.threshold
@options.common
@click.pass_context
def command(
    ctx: click.Context,
    texts: tuple[str, ...],
    files: tuple[Path, ...],
    as_json: bool,
    explain: bool,
    employers: tuple[str, ...],
    stage: str | None,
    threshold: str,
    model_path: Path | None,
    profile_path: Path | None,
    quiet: bool,
) -> None:
    """Check drafts before you publish them.

    Give one or more TEXTs, "-" for standard input, or files. Without any of them, standard input is read.

    \b
    Exit codes: 0 nothing at or above the threshold, 1 something is, 2 wrong use or unreadable input.
    Example:    riskcheck check "so bored at work, my boss is an idiot"
    """  # noqa: D301 (click reads the backspace)
    drafts = _drafts(texts, files)
    assessor = options.assessor_of(model_path, profile_path, stage, employers)
    results = list(assessor.check_many(drafts))
    with unheard():
        for number, (post, assessment) in enumerate(results):
            if as_json:
                import msgspec

                click.echo(escaped_bytes(msgspec.json.encode(assessment.to_dict())))
            elif assessment.level or not quiet:
                from riskcheck.cli import show

                click.echo("\n" * bool(number) + show.assessment(post, assessment), nl=False)
                if explain:
                    click.echo(show.contributions(assessor, post, assessment), nl=False)
    limit = BANDS.index(threshold)
    ctx.exit(ExitCode.FOUND if any(_reaches(a, limit) for _, a in results) else ExitCode.CLEAR)


def _reaches(assessment: Assessment, limit: int) -> bool:
    return assessment.level >= limit


def _drafts(texts: tuple[str, ...], files: tuple[Path, ...]) -> list[Post]:
    if not texts and not files and sys.stdin.isatty():
        raise InputError('nothing to check; give a text in quotes, --file FILE, or "-" to read standard input')
    drafts = [_draft(_standard_input() if text == "-" else text, "standard input" if text == "-" else "the draft")
              for text in (texts or (() if files else ("-",)))]  # fmt: skip
    return drafts + [_draft(_read(path), str(path)) for path in files]


def _draft(text: str, where: str) -> Post:
    if not text.strip():
        raise InputError(f"{where} is empty; give the text to check")
    if len(text) > LONGEST:
        raise InputError(
            f"{where} has {len(text):,} characters, more than a post can have ({LONGEST:,});"
            " use `riskcheck score` for files of posts or `riskcheck audit` for exports"
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(f"{where} is not valid UTF-8 (character {error.start + 1}); save it as UTF-8") from error
    return Post(text=text, kind="draft", where=where)


def _standard_input() -> str:
    return _decode(sys.stdin.buffer.read(8 * LONGEST + 1), "standard input")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return _decode(stream.read(8 * LONGEST + 1), str(path))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; check the path") from error
    except IsADirectoryError as error:
        raise InputError(f"{path}: is a folder; name a file, or use `riskcheck audit` for an export") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error


def _decode(content: bytes, where: str) -> str:
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{where}: is a binary file, not text; give a text file")
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: is not valid {encoding[:6].upper().rstrip('-')} (byte {error.start}); save it as UTF-8"
        ) from error

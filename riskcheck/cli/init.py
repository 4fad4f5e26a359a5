"""Make your profile: your stage, your employers, and how strict to be."""

from __future__ import annotations

from pathlib import Path

import click

from riskcheck.cli import options
from riskcheck.cli.output import say
from riskcheck.errors import InputError, ProfileError
from riskcheck.profile import STAGES, STRICTNESS, Profile, default_path, from_dict, write


@click.command("init")
@click.option("--stage", type=click.Choice(STAGES), help="Where you are in your job search.")
@click.option("--present", multiple=True, metavar="NAME", help="Present employer, name or @handle (repeatable).")
@click.option("--former", multiple=True, metavar="NAME", help="Former employer (repeatable).")
@click.option("--hoped-for", multiple=True, metavar="NAME", help="Employer you hope for (repeatable).")
@click.option("--strictness", type=click.Choice(STRICTNESS), help="strict reports sooner, lenient later.")
@click.option(
    "--linkedin", type=click.Path(path_type=Path), metavar="EXPORT",
    help="Take your employers from a LinkedIn export, or from its Positions.csv.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a profile that exists.")
@options.common
def command(
    stage: str | None, present: tuple[str, ...], former: tuple[str, ...], hoped_for: tuple[str, ...],
    strictness: str | None, linkedin: Path | None, force: bool, profile_path: Path | None, quiet: bool, **_: object,
) -> None:  # fmt: skip
    """Make your profile: asks for what the options leave open."""
    target = profile_path or default_path()
    if target.exists() and not force:
        raise ProfileError(f"{target}: a profile exists; edit it, or give --force to replace it")
    if linkedin is not None:
        now, past = positions(linkedin)
        present, former = (*present, *now), (*former, *past)
    given = any((stage, present, former, hoped_for, strictness, linkedin))
    if not given:
        stage = click.prompt("Where are you in your job search?", type=click.Choice(STAGES), default="searching")
        present = _ask("Present employers, by name or @handle, separated by commas")
        former = _ask("Former employers")
        hoped_for = _ask("Employers you hope for")
        strictness = click.prompt("How strict?", type=click.Choice(STRICTNESS), default="normal")
    defaults = Profile()
    profile = from_dict(
        {
            "stage": stage or defaults.stage, "strictness": strictness or defaults.strictness,
            "present": list(present), "former": list(former), "hoped_for": list(hoped_for),
        },
        "riskcheck init",
    )  # fmt: skip
    write(target, profile)
    if not quiet:
        say("wrote", target)


def _ask(question: str) -> tuple[str, ...]:
    answer: str = click.prompt(question, default="", show_default=False)
    return tuple(name.strip() for name in answer.split(",") if name.strip())


def positions(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read present and former employers from a LinkedIn export, whole or only its ``Positions.csv``.

    A position without "Finished On" is a present one.
    """
    from riskcheck.sources import detect, open_archive

    with open_archive(path) as archive:
        found = detect(archive).employers(archive)
    if not found:
        raise InputError(f"{path}: names no employer; give Positions.csv of a LinkedIn export, or the export itself")
    now = dict.fromkeys(employer.name for employer in found if employer.current)
    past = dict.fromkeys(employer.name for employer in found if not employer.current and employer.name not in now)
    return tuple(now), tuple(past)

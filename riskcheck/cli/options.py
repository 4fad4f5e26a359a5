"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from riskcheck.profile import STAGES, Profile, load

if TYPE_CHECKING:
    from riskcheck.assess import Assessor

F = TypeVar("F", bound=Callable[..., Any])
THRESHOLDS = ("low", "medium", "high")


def common(function: F) -> F:
    """Add the options that every command takes."""
    function = click.option("-q", "--quiet", is_flag=True, help="Print nothing but results and errors.")(function)
    function = click.option(
        "--profile", "profile_path", type=click.Path(path_type=Path), metavar="FILE",
        help="Profile to use instead of your own.",
    )(function)  # fmt: skip
    return click.option(
        "--model", "model_path", type=click.Path(path_type=Path), metavar="FILE",
        help="Model to use instead of the one that comes with riskcheck.",
    )(function)  # fmt: skip


def threshold(function: F) -> F:
    """Add ``--threshold``."""
    return click.option(
        "--threshold", type=click.Choice(THRESHOLDS), default="medium", show_default=True,
        help="Band from which a post counts as found (exit code 1).",
    )(function)  # fmt: skip


def person(function: F) -> F:
    """Add the options that say who the user is, for this run."""
    function = click.option(
        "--employer", "employers", multiple=True, metavar="NAME",
        help="A present or hoped-for employer, by name or @handle (repeatable).",
    )(function)  # fmt: skip
    return click.option("--stage", type=click.Choice(STAGES), help="Where you are in your job search.")(function)


def reports(text: str) -> Callable[[F], F]:
    """Add ``--output``, with what it is for, and ``--json``, for commands that end in reports."""

    def add(function: F) -> F:
        function = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a post.")(function)
        return click.option(
            "-o", "--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=text
        )(function)

    return add


def corpus(function: F) -> F:
    """Add ``--data``."""
    return click.option(
        "--data", type=click.Path(path_type=Path), metavar="DIR", default=Path("data"), show_default=True,
        help="Folder of the corpus.",
    )(function)  # fmt: skip


def profile_of(path: Path | None, stage: str | None = None, employers: tuple[str, ...] = ()) -> Profile:
    """Read the profile and apply what the command line adds to it."""
    profile = load(path)
    if employers:
        profile = replace(profile, hoped_for=(*profile.hoped_for, *employers))
    if stage:
        profile = replace(profile, stage=stage)  # type: ignore[arg-type]
    return profile


def assessor_of(
    model_path: Path | None, profile_path: Path | None, stage: str | None, employers: tuple[str, ...]
) -> Assessor:
    """Load the model for a user, as the options of :func:`common` and :func:`person` say."""
    import datetime as dt

    from riskcheck.assess import Assessor

    profile = profile_of(profile_path, stage, employers)
    return Assessor.from_file(model_path, profile, today=dt.datetime.now(dt.UTC).date())

"""The archives, and the options that say which posts count, for every command that reads archives."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from riskcheck.categories import NAMES
from riskcheck.post import KINDS, VISIBILITIES

if TYPE_CHECKING:
    from riskcheck.audit import Settings

F = TypeVar("F", bound=Callable[..., Any])
_UNITS = {"d": 1, "w": 7}
_MONTHS = {"m": 1, "y": 12}


def day(ctx: click.Context, param: click.Parameter, value: str | None) -> dt.date | None:
    """Read ``2024-05-31``, ``2024-05`` or ``2024``; of a month or year, ``--until`` means the last day."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?", value)
    last = param.name == "until"
    try:
        if not found:
            raise ValueError("no date")
        year, month = int(found[1]), int(found[2] or (12 if last else 1))
        end = calendar.monthrange(year, month)[1]
        return dt.date(year, month, int(found[3] or (end if last else 1)))
    except (ValueError, calendar.IllegalMonthError) as error:
        raise click.BadParameter(
            f"{value!r} is no date; write it as 2024-05-31, 2024-05 or 2024", ctx, param
        ) from error


def span(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Check the form of a span such as ``12m``; only :func:`first_day` knows which day is today."""
    if value is not None and not re.fullmatch(r"[1-9]\d{0,3}[dwmy]", value):
        raise click.BadParameter(f"{value!r} is no span of time; write 90d, 6w, 12m or 2y", ctx, param)
    return value


def first_day(back: str, today: dt.date) -> dt.date:
    """Return the day on which a span such as ``12m`` begins.

    >>> first_day("1m", dt.date(2024, 3, 31))
    datetime.date(2024, 2, 29)
    """
    number, unit = int(back[:-1]), back[-1]
    try:
        if unit in _UNITS:
            return today - dt.timedelta(days=number * _UNITS[unit])
        months = today.year * 12 + today.month - 1 - number * _MONTHS[unit]
        year, month = divmod(months, 12)
        return dt.date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return dt.date.min


def networks(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Check names of networks; only the sources know them, and --help has no need to load these."""
    if not value:
        return ()
    from riskcheck.sources import all_sources

    names = [source.name for source in all_sources()]
    for name in value:
        if name.lower() not in names:
            raise click.BadParameter(f"{name!r} is no network that is read; use one of {', '.join(names)}", ctx, param)
    return tuple(name.lower() for name in value)


def archives(function: F) -> F:
    """Add the archives, and the options that say which of their posts count."""
    choices: list[tuple[str, str, Any, str]] = [
        ("--visibility", "visibilities", click.Choice(VISIBILITIES), "Only posts of this visibility (repeatable)."),
        ("--category", "categories", click.Choice([*NAMES, "keyword"]), "Only this category (repeatable)."),
        ("--kind", "kinds", click.Choice(KINDS), "Only this kind of post (repeatable)."),
    ]
    for flag, name, kind, text in choices:
        function = click.option(flag, name, multiple=True, type=kind, help=text)(function)
    function = click.option(
        "--platform", "platforms", multiple=True, callback=networks, metavar="NAME",
        help="Only this network, such as x (repeatable).",
    )(function)  # fmt: skip
    function = click.option("--last", callback=span, metavar="SPAN", help="Only the last 90d, 6w, 12m or 2y.")(function)
    function = click.option("--until", callback=day, metavar="DATE", help="Only posts up to this day.")(function)
    function = click.option("--since", callback=day, metavar="DATE", help="Only posts from this day on.")(function)
    path = click.Path(path_type=Path)
    return click.argument("archives", nargs=-1, required=True, type=path, metavar="ARCHIVE…")(function)


def settings_of(today: dt.date, given: dict[str, Any], **more: Any) -> Settings:
    """Make the settings from the options of :func:`archives`."""
    from riskcheck.audit import Settings

    last = given.pop("last")
    if last and given["since"]:
        raise click.UsageError("--since and --last both say where to begin; give one of them")
    if last:
        given["since"] = first_day(last, today)
    if given["since"] and given["until"] and given["since"] > given["until"]:
        raise click.UsageError(f"--since {given['since']} is after --until {given['until']}")
    return Settings(**given, **more)

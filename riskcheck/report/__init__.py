"""Reports on an audit: one file per form, found by themselves."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from pathlib import Path

from riskcheck.errors import InputError
from riskcheck.report.base import Counts, Item, Report, Result

__all__ = ["Counts", "Item", "Report", "Result", "reports", "write_all"]


@functools.cache
def reports() -> tuple[Report, ...]:
    """Return one of every report in this package, sorted by the files they write."""
    found: dict[str, Report] = {}
    for module in pkgutil.iter_modules(__path__):
        members = vars(importlib.import_module(f"{__name__}.{module.name}"))
        for member in members.values():
            if inspect.isclass(member) and issubclass(member, Report) and not inspect.isabstract(member):
                found[member.files[0]] = member()
    return tuple(found[name] for name in sorted(found))


def write_all(result: Result, folder: Path) -> list[Path]:
    """Write every report into a folder, which is made where it is missing.

    Parameters
    ----------
    result : Result
        The audit.
    folder : pathlib.Path
        Where to write.

    Returns
    -------
    list of pathlib.Path
        The files, each written whole or not at all.

    Raises
    ------
    InputError
        If the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder}: no folder to write reports into ({error.strerror}); choose another --output"
        ) from error
    return [path for report in reports() for path in report.write(result, folder)]

"""The errors a user can meet, drawn as a tree.

    RiskCheckError              exit code 2: wrong use or unreadable input
    ├── InputError              a draft, file or archive cannot be read
    │   └── ArchiveError        an export is broken, hostile or not understood
    ├── ProfileError            the profile is not valid
    ├── ModelError              a model file is missing, damaged or not trusted
    ├── CorpusError             the labelled corpus breaks its own rules
    ├── StoreError              the memory of decisions cannot be used
    ├── AccountError            a live service refused, or cannot be reached
    └── MissingExtraError       an optional dependency is not installed

Every message is one sentence or two: what is wrong, where, and what to do next. The command line turns
these, and only these, into a message; anything else is a fault of riskcheck and keeps its traceback.
"""

from __future__ import annotations

import importlib
from enum import IntEnum
from types import ModuleType


class ExitCode(IntEnum):
    """What the process reports to its caller."""

    CLEAR = 0
    FOUND = 1
    USAGE = 2
    INTERNAL = 3


class RiskCheckError(Exception):
    """Base of all errors that a user can put right.

    Catch it around any call into the library:

    >>> from riskcheck.errors import InputError, RiskCheckError
    >>> try:
    ...     raise InputError("notes.txt: no such file; check the path")
    ... except RiskCheckError as error:
    ...     print(error)
    notes.txt: no such file; check the path
    """

    exit_code = ExitCode.USAGE
    remedy = "Do what the message says; `--help` shows what a command takes."


class InputError(RiskCheckError):
    """A draft, file or stream cannot be read as text."""

    remedy = "Check the path and that the file is plain text in UTF-8; for an export, name the archive itself."


class ArchiveError(InputError):
    """An exported archive is broken, hostile or of a kind that no reader understands."""

    remedy = "Download the export again, and give it as it came; `riskcheck sources` lists what can be read."


class ProfileError(RiskCheckError):
    """The user's profile is not valid TOML or holds an unknown key or value."""

    remedy = "Mend the line that is named, or make a new profile with `riskcheck init --force`."


class ModelError(RiskCheckError):
    """A model file is missing, cut short, tampered with or of another version."""

    remedy = "Leave `--model` out, or get a fresh copy of the file; never use one that was altered."


class CorpusError(RiskCheckError):
    """The labelled corpus breaks one of its own rules."""

    remedy = "Mend the line that is named; `riskcheck corpus validate` shows all of them."


class StoreError(RiskCheckError):
    """The store of runs and decisions cannot be opened or written."""

    remedy = (
        "See that the folder can be written and has room; a damaged store can be moved away, and a new one is made."
    )


class AccountError(RiskCheckError):
    """A live service refused a request or could not be reached."""

    remedy = "Check handle, network and sign-in (`riskcheck accounts`); wait if asked to, then repeat the command."


class MissingExtraError(RiskCheckError):
    """An optional dependency is not installed."""

    remedy = "Run the `pip install` command that the message ends with."


def require(module: str, extra: str) -> ModuleType:
    """Import an optional dependency, or say which extra brings it.

    Parameters
    ----------
    module : str
        Dotted name of the module to import.
    extra : str
        Name of the extra in ``pyproject.toml`` that installs it.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingExtraError
        If the top-level package itself is absent. A fault inside an installed package is not hidden.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        raise MissingExtraError(f"{module} is not installed; run: pip install 'riskcheck[{extra}]'") from error

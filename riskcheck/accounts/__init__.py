"""Reading live accounts: one file for each service, found by itself. Nothing is posted, changed or deleted.

>>> from riskcheck.accounts import all_accounts
>>> [account.name for account in all_accounts()]
['bluesky', 'mastodon', 'x']
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil

from riskcheck.accounts._kept import Kept
from riskcheck.accounts._place import Place, Span
from riskcheck.accounts._scan import Scan
from riskcheck.accounts._state import State
from riskcheck.accounts._wait import Patience, UnavailableError
from riskcheck.accounts.base import Account, Estimate, Person, Record
from riskcheck.errors import AccountError

__all__ = [
    "Account", "Estimate", "Kept", "Patience", "Person", "Place", "Record", "Scan", "Span", "State",
    "UnavailableError", "account", "account_types", "all_accounts",
]  # fmt: skip


@functools.cache
def account_types() -> dict[str, type[Account]]:
    """Return every service by its name.

    Raises
    ------
    TypeError
        If two of them share a name: a fault of the programmer.
    """
    found: dict[str, type[Account]] = {}
    for info in pkgutil.iter_modules(__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Account) and not inspect.isabstract(kind) and kind.__module__ == module.__name__:
                if kind.name in found:
                    raise TypeError(f"two services are named {kind.name}")
                found[kind.name] = kind
    return dict(sorted(found.items()))


def all_accounts() -> tuple[Account, ...]:
    """Return one of every service, by name."""
    return tuple(kind() for kind in account_types().values())


def account(service: str, server: str = "", patience: Patience | None = None) -> Account:
    """Return a service by its name.

    Raises
    ------
    AccountError
        If there is none of that name, with the names that there are.
    """
    try:
        kind = account_types()[service]
    except KeyError:
        names = ", ".join(account_types())
        raise AccountError(f"{service!r} is no service that can be scanned; choose one of {names}") from None
    return kind(server, patience)

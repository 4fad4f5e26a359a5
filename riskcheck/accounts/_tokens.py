"""Secrets: from an environment variable or the keyring of the system, and from nowhere else."""

from __future__ import annotations

import os

from riskcheck.errors import AccountError, require

_LOCKED = "the keyring of this system cannot be opened; unlock it"
_SERVICE = "riskcheck"
_SHORTEST = 6
HIDDEN = "[hidden]"


class LockedError(AccountError):
    """There is a keyring, and it cannot be read: it may hold the secret or not."""


def _from_keyring(name: str, variable: str = "") -> str:
    try:
        import keyring
        from keyring.errors import InitError, NoKeyringError
    except ModuleNotFoundError as error:
        if error.name != "keyring":
            raise
        return ""
    try:
        return keyring.get_password(_SERVICE, name) or ""
    except (InitError, NoKeyringError):  # no keyring on this machine: the same as no secret
        return ""
    except Exception:  # locked: what backends raise is of many kinds, and may hold anything
        raise LockedError(f"{_LOCKED}{f', or set {variable}' if variable else ''} (docs/accounts.md)") from None


def read(name: str, variable: str = "") -> tuple[str, str]:
    """Return a secret and where it comes from; both empty where there is none.

    Parameters
    ----------
    name : str
        Name in the keyring.
    variable : str
        Environment variable that goes before the keyring; empty for none.

    Raises
    ------
    LockedError
        If the variable is not set and the keyring cannot be opened.
    """
    value = os.environ.get(variable, "").strip() if variable else ""
    if value:
        check(value, variable)
        return value, variable
    value = _from_keyring(name, variable)
    return (value, "keyring") if value else ("", "")


def check(value: str, where: str) -> str:
    """Return a token that fits into a header.

    Raises
    ------
    AccountError
        If it holds spaces or other characters that no token has; the text does not repeat it.
    """
    if not value.isascii() or not value.isprintable() or " " in value or len(value) < _SHORTEST:
        raise AccountError(f"{where}: holds no token (a token is one word without spaces); copy it again")
    return value


def save(name: str, value: str) -> None:
    """Keep a secret in the keyring.

    Raises
    ------
    AccountError
        If this machine has no keyring that can be used.
    """
    keyring = require("keyring", "accounts")
    try:
        keyring.set_password(_SERVICE, name, value)
    except Exception:
        raise AccountError(
            "no keyring of this system can be used, or it is locked; unlock it, or set the environment variable"
            " instead (docs/accounts.md)"
        ) from None


def forget(name: str) -> bool:
    """Remove a secret from the keyring; return whether there was one."""
    if not _from_keyring(name):
        return False
    try:
        require("keyring", "accounts").delete_password(_SERVICE, name)
    except Exception:
        raise AccountError(f"{_LOCKED}, and repeat the command; the sign-in is still in it") from None
    return True


def hide(text: str, *secrets: str) -> str:
    """Return a text without the secrets that a server may have repeated in it."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, HIDDEN)
    return text

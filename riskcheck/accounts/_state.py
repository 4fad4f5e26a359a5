"""How far accounts were read: ids and times in one small file, never text, handle or secret."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from riskcheck.accounts._place import Place, Span
from riskcheck.errors import AccountError
from riskcheck.files import appearing

FILE = "accounts.json"
_VERSION = 1


def to_dict(place: Place) -> dict[str, Any]:
    """Return a place as plain values."""
    return {"newest": place.newest, "gaps": [[span.before, span.after] for span in place.gaps]}


def from_dict(value: object) -> Place | None:
    """Return the place of :func:`to_dict`, or None where it is no such thing."""
    match value:
        case {"newest": str(newest), "gaps": list(gaps)}:
            pairs = [gap for gap in gaps if isinstance(gap, list) and len(gap) == 2]
            if len(pairs) == len(gaps) and all(isinstance(id, str) for gap in pairs for id in gap):
                return Place(newest, [Span(*gap) for gap in pairs])
    return None


class State:
    """The file in the data folder.

    Parameters
    ----------
    folder : pathlib.Path
        The user's data folder.

    Raises
    ------
    AccountError
        If the file is damaged or of a newer riskcheck.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def _load(self) -> dict[str, Any]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise AccountError(f"{self.path}: cannot be read ({type(error).__name__}); move it away") from error
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict) or not isinstance(value.get("accounts"), dict):
            raise AccountError(f"{self.path}: damaged; move it away, then accounts are read from the start again")
        if value.get("version") != _VERSION:
            raise AccountError(f"{self.path}: written by another riskcheck; update it, or move the file away")
        accounts: dict[str, Any] = value["accounts"]
        return accounts

    def get(self, key: str) -> tuple[Place | None, str]:
        """Return how far an account was read and the time of that scan; None where it was not."""
        entry = self._load().get(key)
        scanned = entry.get("scanned") if isinstance(entry, dict) else None
        return from_dict(entry), scanned if isinstance(scanned, str) else ""

    def forget(self) -> bool:
        """Forget how far accounts were read; return whether anything was known."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise AccountError(f"{self.path}: cannot be removed ({error.strerror}); remove it yourself") from error
        return True

    def put(self, key: str, place: Place) -> None:
        """Remember how far an account was read."""
        accounts = self._load()
        accounts[key] = {**to_dict(place), "scanned": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
        content = json.dumps({"version": _VERSION, "accounts": accounts}, indent=1, sort_keys=True)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with appearing(self.path) as stream:
                stream.write(content + "\n")
        except OSError as error:
            raise AccountError(
                f"{self.path}: cannot be written ({error.strerror}); set RISKCHECK_DATA_DIR to a folder of yours"
            ) from error

"""The user's profile: who they are to employers, and what they want to be told."""

from __future__ import annotations

import os
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from riskcheck.categories import NAMES
from riskcheck.errors import ProfileError
from riskcheck.files import appearing
from riskcheck.text.safe import escaped

Stage = Literal["employed", "searching", "interviewing", "offer_pending", "accepted"]
Strictness = Literal["lenient", "normal", "strict"]
STAGES: tuple[Stage, ...] = get_args(Stage)
STRICTNESS: tuple[Strictness, ...] = get_args(Strictness)
_LONGEST_LIST, _LONGEST_ENTRY = 500, 200
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Who the user is and what counts for them.

    Parameters
    ----------
    stage : str
        Where they are in a job search, one of :data:`STAGES`.
    present, former, hoped_for : tuple of str
        Employers by name or handle (``@brightwell``).
    strictness : str
        ``strict`` reports sooner, ``lenient`` later, one of :data:`STRICTNESS`.
    off : tuple of str
        Categories not to report.
    keywords : tuple of str
        Own words or phrases that are always reported.
    allow : tuple of str
        Words or phrases that are never evidence.
    """

    stage: Stage = "searching"
    present: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    hoped_for: tuple[str, ...] = ()
    strictness: Strictness = "normal"
    off: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()

    @property
    def employers(self) -> tuple[str, ...]:
        """All employers named, present ones first."""
        return (*self.present, *self.former, *self.hoped_for)


def default_path() -> Path:
    """Return where the profile lies: ``RISKCHECK_PROFILE``, or ``profile.toml`` in the user's settings folder."""
    if override := os.environ.get("RISKCHECK_PROFILE"):
        return Path(override)
    from platformdirs import user_config_path

    return user_config_path("riskcheck", appauthor=False) / "profile.toml"


def load(path: Path | None = None) -> Profile:
    """Read a profile.

    Parameters
    ----------
    path : Path, optional
        The file; by default the user's own, which may be absent.

    Raises
    ------
    ProfileError
        If a named file is missing, or a file is not valid.
    """
    chosen = path or default_path()
    try:
        with chosen.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except FileNotFoundError as error:
        if path is None:
            return Profile()
        raise ProfileError(f"{chosen}: no such profile; run `riskcheck init` to make one") from error
    except OSError as error:
        raise ProfileError(f"{chosen}: cannot be read ({error.strerror}); check the path") from error
    if len(content) > _LARGEST:
        raise ProfileError(f"{chosen}: too large for a profile; mend it or run `riskcheck init`")
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        # Of the ValueErrors, TOMLDecodeError is one; huge numbers and deep nesting raise their own.
        raise ProfileError(f"{chosen}: not valid TOML ({error}); mend it or run `riskcheck init`") from error
    return from_dict(table, str(chosen))


def from_dict(table: dict[str, Any], where: str) -> Profile:
    """Check a table of settings and make a profile of it; ``where`` names its origin in errors."""
    known = {field.name for field in fields(Profile)}
    if unknown := sorted(set(table) - known):
        raise ProfileError(f"{where}: unknown setting {unknown[0]!r}; known are {', '.join(sorted(known))}")
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name in ("stage", "strictness"):
            choices = STAGES if name == "stage" else STRICTNESS
            if value not in choices:
                raise ProfileError(f"{where}: {name} is {value!r}; it must be one of {', '.join(choices)}")
            values[name] = value
            continue
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise ProfileError(f'{where}: {name} must be a list of texts, as in {name} = ["…"]')
        if len(value) > _LONGEST_LIST:
            raise ProfileError(f"{where}: {name} has {len(value)} entries; the most is {_LONGEST_LIST}")
        if any(len(item) > _LONGEST_ENTRY for item in value):
            raise ProfileError(f"{where}: {name} has an entry of more than {_LONGEST_ENTRY} characters; shorten it")
        values[name] = tuple(item.strip() for item in value)
    for name in values.get("off", ()):
        if name not in NAMES:
            raise ProfileError(f"{where}: off names {name!r}, which is no category; see `riskcheck categories`")
    return Profile(**values)


def dump(profile: Profile) -> str:
    """Write a profile as TOML."""
    import tomli_w

    text = tomli_w.dumps({key: list(v) if isinstance(v, tuple) else v for key, v in asdict(profile).items()})
    return escaped(text)  # TOML escapes as JSON does


def write(path: Path, profile: Profile) -> None:
    """Write a profile whole or not at all.

    Raises
    ------
    ProfileError
        If it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with appearing(path) as stream:
            stream.write(dump(profile))
    except OSError as error:
        raise ProfileError(f"{path}: cannot be written ({error.strerror}); choose another with --profile") from error

"""Times as exports write them: always aware, or None."""

from __future__ import annotations

import datetime as dt
import re

_UTC = dt.UTC
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_MILLISECONDS = 10**11  # as seconds this is the year 5138, as milliseconds 1973
_EARLIEST, _LATEST = 1990, 2100
_LONGEST = 100  # no form of a date is longer, and what is longer must cost nothing
_DAY_OF_YEAR_LENGTH = 30  # "Sat Feb 18 12:33:11 +0000 2023"
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+)?"
    r"(?<![A-Za-z])(?P<month>[A-Za-z]{3})[a-z]*+\.?\s+"
    r"(?:(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?\s+)?"
    r"(?P<year>\d{4})(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*(?P<half>[AaPp][Mm])?)?"
)


def _sane(when: dt.datetime, earliest: int) -> dt.datetime | None:
    return when if earliest <= when.year <= _LATEST else None


def from_epoch(value: object, *, earliest: int = _EARLIEST) -> dt.datetime | None:
    """Read seconds or milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > _LONGEST:
        return None
    try:
        seconds = float(value)
        if abs(seconds) >= _MILLISECONDS:
            seconds /= 1000
        return _sane(dt.datetime.fromtimestamp(seconds, _UTC), earliest)
    except (ValueError, OverflowError, OSError):
        return None


def from_iso(value: object, *, earliest: int = _EARLIEST) -> dt.datetime | None:
    """Read ISO 8601 and its relatives (`` UTC`` at the end, a space for ``T``); no zone means UTC."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = value.strip()
    if text.endswith((" UTC", " GMT")):
        text = text[:-4]
    text = re.sub(r"(?<!\s)\s+([+-]\d\d:?\d\d)$", r"\1", text)
    try:
        when = dt.datetime.fromisoformat(text)
        when = when.replace(tzinfo=_UTC) if when.tzinfo is None else when.astimezone(_UTC)
    except (ValueError, OverflowError):
        return None
    return _sane(when, earliest)


def from_x(value: object, *, earliest: int = 2006) -> dt.datetime | None:
    """Read ``Sat Feb 18 12:33:11 +0000 2023``; years before the network began are a fault of the export."""
    if not isinstance(value, str) or len(value) != _DAY_OF_YEAR_LENGTH:
        return from_iso(value, earliest=earliest)
    try:
        when = dt.datetime(
            int(value[26:]), _MONTHS[value[4:7].lower()], int(value[8:10]),
            int(value[11:13]), int(value[14:16]), int(value[17:19]), tzinfo=_UTC,
        )  # fmt: skip
        if value[20:25] != "+0000":
            offset = dt.timedelta(hours=int(value[21:23]), minutes=int(value[23:25]))
            when = when + offset if value[20] == "-" else when - offset
    except (ValueError, KeyError, OverflowError):
        return from_iso(value, earliest=earliest)
    return _sane(when, earliest)


def from_words(value: object, *, earliest: int = _EARLIEST) -> dt.datetime | None:
    """Read dates with month names: ``Mar 2021``, ``3 March 2021``, ``March 3rd, 2021 10:12am``."""
    found = _NAMED.search(value) if isinstance(value, str) and len(value) <= _LONGEST else None
    if not found or found["month"].lower() not in _MONTHS:
        return None
    hour = int(found["hour"] or 0) % 12 if found["half"] else int(found["hour"] or 0)
    hour += 12 if (found["half"] or "").lower() == "pm" else 0
    try:
        when = dt.datetime(
            int(found["year"]), _MONTHS[found["month"].lower()], int(found["day"] or found["day2"] or 1),
            hour, int(found["minute"] or 0), int(found["second"] or 0), tzinfo=_UTC,
        )  # fmt: skip
    except ValueError:
        return None
    return _sane(when, earliest)


def from_any(value: object, *, earliest: int = _EARLIEST) -> dt.datetime | None:
    """Read a time of unknown form: a number, ISO 8601, the form of X, or with a month name."""
    if isinstance(value, dt.datetime):
        aware = value.replace(tzinfo=_UTC) if value.tzinfo is None else value
        return from_iso(aware.isoformat(), earliest=earliest)
    if isinstance(value, int | float):
        return from_epoch(value, earliest=earliest)
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = value.strip()
    if re.fullmatch(r"\d{9,}(\.\d+)?", text):
        return from_epoch(text, earliest=earliest)
    return from_x(text, earliest=earliest) or from_words(text, earliest=earliest)

"""Addresses that users and services give, and what the headers of an answer say."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from riskcheck.accounts._wait import LimitedError
from riskcheck.errors import AccountError
from riskcheck.sources._time import from_iso

_HOST = re.compile(r"[\w.:-]+")
NO_CERTIFICATE = "{}: no certificate that can be trusted; check the address of the server, and the clock"
UNSAFE = "{} sends us on to an address that is not safe to follow; check the address of the server"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_loopback(address: str) -> bool:
    """Tell whether an address is on this computer."""
    return (urlsplit(address).hostname or "") in _LOOPBACK


def _is_near(address: str) -> bool:
    """Tell whether an address is on this computer or in the network around it."""
    host = urlsplit(address).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def may_lead(start: str, to: str) -> bool:
    """Tell whether a server may send us on: to what is encrypted, and from outside not into this network.

    >>> may_lead("https://a.example", "https://b.example/x"), may_lead("https://a.example", "https://192.168.1.1/")
    (True, False)
    """
    if urlsplit(to).scheme != "https" and not (urlsplit(to).scheme == "http" and is_loopback(to)):
        return False
    return _is_near(start) or not _is_near(to)


def server_address(given: str) -> str:
    """Return ``https://host`` for what a user may write.

    >>> server_address("mastodon.social/")
    'https://mastodon.social'

    Raises
    ------
    AccountError
        If it is no address, or one without encryption that is not on this computer.
    """
    address = given.strip()
    if "//" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username) if host else False
    if not bare or not _HOST.fullmatch(host) or parts.scheme not in ("http", "https"):
        raise AccountError(f"{given!r} is no address of a server; write it as https://example.social")
    address = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"
    if parts.scheme == "http" and not is_loopback(address):
        raise AccountError(f"{given}: not encrypted; write the address with https")
    return address


def reset_time(headers: Mapping[str, str], now: float) -> float | None:
    """Return when a limit ends, from any header that services use; seconds since 1970 or None."""
    for name in ("x-rate-limit-reset", "ratelimit-reset", "x-ratelimit-reset"):
        text = headers.get(name, "").strip()
        if text.isdecimal() and len(text) < 12:
            return float(text)
        if (when := from_iso(text)) is not None:
            return when.timestamp()
    after = headers.get("retry-after", "").strip()
    return now + float(after) if after.isdecimal() and len(after) < 7 else None


def limited(headers: Mapping[str, str], now: float) -> LimitedError:
    """Return the error for status 429."""
    return LimitedError(reset_time(headers, now))


def shown(said: object) -> str:
    """Return what a service said, fit for a message: one short line that does nothing to a terminal."""
    text = "".join(character if character.isprintable() else " " for character in str(said or ""))
    return " ".join(text.split())[:200]

"""The AT protocol through the ``atproto`` library: who is who, and requests without sign-in."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urljoin

from riskcheck.accounts._address import (
    NO_CERTIFICATE,
    UNSAFE,
    is_loopback,
    may_lead,
    reset_time,
    server_address,
    shown,
)  # fmt: skip
from riskcheck.accounts._wait import DownError, LimitedError, Patience
from riskcheck.errors import AccountError, require

DIRECTORY = "https://plc.directory"
RESOLVER = "https://public.api.bsky.app"
_SECONDS = 30.0
DEADLINE = 120.0
_LARGEST = 32 << 20
_SERVICE = "AtprotoPersonalDataServer"


def _connection() -> Any:
    """Return atproto's connection, bounded in time and size."""
    request = require("atproto_client.request", "bluesky").Request
    httpx = require("httpx", "bluesky")

    class Bounded(httpx.SyncByteStream):  # type: ignore[misc, name-defined]
        """A server that drips a byte now and then must not hold the scan for ever."""

        def __init__(self, stream: Any) -> None:
            self.stream, self.end, self.left = stream, time.monotonic() + DEADLINE, _LARGEST

        def __iter__(self) -> Iterator[bytes]:
            for chunk in self.stream:
                self.left -= len(chunk)
                if self.left < 0 or time.monotonic() > self.end:
                    raise httpx.ReadTimeout("too long or too large")
                yield chunk

        def close(self) -> None:
            self.stream.close()

    def bound(response: Any) -> None:
        response.stream = Bounded(response.stream)
        start = str(response.request.url)
        if response.has_redirect_location and not may_lead(start, urljoin(start, response.headers["location"])):
            raise AccountError(UNSAFE.format(f"Bluesky ({response.request.url.host})"))

    return request(timeout=_SECONDS, event_hooks={"response": [bound]})


class Xrpc:
    """Ask one server.

    Parameters
    ----------
    server : str
        Its address.
    patience : Patience
        For faults and limits.
    """

    def __init__(self, server: str, patience: Patience) -> None:
        self._server, self._patience = server, patience
        self._connection = _connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, method: str, params: Mapping[str, str], known: Mapping[str, str]) -> dict[str, Any] | None:
        """Return an answer; None where the server gives an error that ``known`` maps to an empty text.

        Raises
        ------
        AccountError
            For an error that ``known`` maps to a text, and for all others.
        """
        # Raw answers: the models of the library refuse a whole page for one odd record.
        address = f"{self._server}/xrpc/{method}"
        return ask(self._connection, address, params, known, self._patience, self._server)


def ask(
    connection: Any, url: str, params: Mapping[str, str], known: Mapping[str, str], patience: Patience, server: str
) -> dict[str, Any] | None:
    """Send one request and say what its answer means."""
    errors = require("atproto_client.exceptions", "bluesky")
    httpx = require("httpx", "bluesky")

    def send() -> dict[str, Any] | None:
        try:
            content = connection.get(url, params=dict(params)).content
            if isinstance(content, bytes):  # of another content type, as documents of identity are
                content = json.loads(content)
        except errors.InvokeTimeoutError:
            raise DownError("no answer in time") from None
        except errors.RequestErrorBase as error:
            if error.response is None:
                if "CERTIFICATE" in str(error.__cause__):
                    raise AccountError(NO_CERTIFICATE.format(f"Bluesky ({server})")) from None
                raise DownError("the connection failed or was cut") from None
            _refused(error.response, known, patience, server)
            return None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise DownError("the connection failed or was cut") from None
        except ValueError:
            raise DownError("the answer is not what it should be") from None
        if not isinstance(content, dict):
            raise DownError("the answer is not what it should be")
        return content

    return patience.run(f"Bluesky ({server})", send)


def _refused(response: Any, known: Mapping[str, str], patience: Patience, server: str) -> None:
    status, content = int(response.status_code), response.content
    kind, message = str(getattr(content, "error", "") or ""), str(getattr(content, "message", "") or "")
    # Servers name a record that is not there in the text alone.
    if kind == "InvalidRequest" and "could not" in message.lower():
        kind = {"record": "RecordNotFound", "repo": "RepoNotFound"}.get(
            next((word for word in ("record", "repo") if word in message.lower()), ""), kind
        )
    if status == 429:
        raise LimitedError(reset_time(response.headers, patience.now()))
    if kind in known:
        if known[kind]:
            raise AccountError(f"Bluesky ({server}): {known[kind]}; check the handle")
        return
    if status >= 500:
        raise DownError(f"fault {status} of the server")
    said = shown(message)
    raise AccountError(
        f"Bluesky ({server}) refuses this request ({status}{': ' + said if said else ''}); check handle and --server"
    )


def _entries(document: Mapping[str, Any], name: str) -> list[Any]:
    found = document.get(name)
    return found if isinstance(found, list) else []


@dataclass(frozen=True, slots=True)
class Found:
    """An id, the handle that it names itself, and its server."""

    did: str
    handle: str
    server: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Resolve names.

    Parameters
    ----------
    directory, resolver : str
        Where ids and handles are looked up if the user names no server.
    """

    directory: str = DIRECTORY
    resolver: str = RESOLVER

    def resolve(self, name: str, server: str, patience: Patience) -> Found:
        """Return the account behind a handle or an id.

        With a server of the user's choice it is asked for everything, and nobody else.

        Raises
        ------
        AccountError
            If there is none, or the handle belongs to another account by now.
        """
        did = name
        if not name.startswith("did:"):
            known = {"InvalidRequest": "no account of this name", "HandleNotFound": "no account of this name"}
            with Xrpc(server or self.resolver, patience) as xrpc:
                answer = xrpc.get("com.atproto.identity.resolveHandle", {"handle": name}, known)
            did = str((answer or {}).get("did") or "")
        if not did.startswith(("did:plc:", "did:web:")):
            raise AccountError(f"{name}: no account of Bluesky; write a handle such as you.bsky.social, or a did:plc:…")
        if server:
            return Found(did, name if name != did else "", server)
        return self._document(did, name, patience)

    def _document(self, did: str, name: str, patience: Patience) -> Found:
        host = did.removeprefix("did:web:")
        plc = did.startswith("did:plc:")
        where = self.directory if plc else server_address(f"https://{host}")
        url = f"{where}/{quote(did, safe=':')}" if plc else f"{where}/.well-known/did.json"
        with closing(_connection()) as connection:
            document = ask(connection, url, {}, {}, patience, where) or {}
        handles = [str(entry).removeprefix("at://") for entry in _entries(document, "alsoKnownAs")]
        if name != did and name not in (handle.lower() for handle in handles):
            raise AccountError(
                f"{name}: this handle now belongs to nobody or to another account; give the did:… instead"
            )
        for service in _entries(document, "service"):
            if isinstance(service, dict) and service.get("type") == _SERVICE:
                address = server_address(str(service.get("serviceEndpoint")))
                if is_loopback(address) and not is_loopback(where):
                    break  # a stranger's document must not make us talk to this computer
                return Found(did, handles[0] if handles else "", address)
        raise AccountError(f"{name}: the account names no server that holds its posts; it may be deleted")

"""One way to the net for client libraries that use requests: bounded in time and size, and discreet.

The token is put into a request at the last moment and for its own server only, so that no library can log it or
carry it elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as SlowError

from riskcheck.accounts._address import NO_CERTIFICATE, UNSAFE, may_lead
from riskcheck.accounts._tokens import HIDDEN
from riskcheck.accounts._wait import DownError
from riskcheck.errors import AccountError

_LARGEST = 32 << 20
_CHUNK = 1 << 16


class Wire(HTTPAdapter):
    """Send requests, and raise what :class:`~riskcheck.accounts._wait.Patience` understands.

    Parameters
    ----------
    refused : callable
        Given status, headers and body of an answer that is no success, raises or returns an error.
    token : str
        Bearer token; empty for none.
    home : str
        Address of the one server that gets the token, ``https://host``.
    to : str
        Send everything to this server instead of the one that the library names.
    follow : bool
        True to go where the server sends us: without the token if that is another one, and nowhere unsafe.

    Attributes
    ----------
    seconds : tuple of float
        To connect, and between two bytes.
    deadline : float
        Seconds for a whole answer.
    """

    seconds: ClassVar[tuple[float, float]] = (10.0, 30.0)
    deadline: ClassVar[float] = 120.0

    def __init__(
        self,
        refused: Callable[[int, Mapping[str, str], object], Exception],
        *,
        token: str = "",
        home: str,
        to: str = "",
        follow: bool = False,
    ) -> None:
        super().__init__()
        self._refused, self._token, self._home = refused, token, home
        self._to, self._follow = to, follow

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """Send one request; the answer is complete and a success, or an error is raised."""
        url = request.url or ""
        parts = urlsplit(url)
        at_home = f"{parts.scheme}://{parts.netloc}" == self._home
        if not at_home and not may_lead(self._home, url):
            raise AccountError(UNSAFE.format(self._home))
        request.headers.pop("Authorization", None)
        if self._token and at_home:
            request.headers["Authorization"] = f"Bearer {self._token}"
        if self._to:
            request.url = parts._replace(scheme=urlsplit(self._to).scheme, netloc=urlsplit(self._to).netloc).geturl()
        options |= {"stream": True, "timeout": self.seconds}
        try:
            response = super().send(request, **options)
            body = self._body(response)
        except requests.exceptions.SSLError:
            raise AccountError(NO_CERTIFICATE.format(parts.netloc)) from None
        except (requests.Timeout, SlowError):
            raise DownError("no answer in time") from None
        except (requests.RequestException, HTTPError, OSError):
            raise DownError("the connection failed or was cut") from None
        if self._token:  # a server may repeat it, and libraries log what they get
            body = body.replace(self._token.encode(), HIDDEN.encode())
        response._content, response._content_consumed = body, True
        if response.is_redirect and self._follow:
            return response
        value = _value(response)
        if response.status_code == requests.codes.ok:
            if value is None:
                raise DownError("the answer is not what it should be")
            return response
        if response.status_code >= 500:
            raise DownError(f"fault {response.status_code} of the server")
        raise self._refused(response.status_code, response.headers, value)

    def _body(self, response: requests.Response) -> bytes:
        """Read an answer; a server that drips a byte now and then must not hold the scan for ever."""
        parts, size, end = [], 0, time.monotonic() + self.deadline
        # ``iter_content`` waits for whole chunks and so knows no deadline within one.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            size += len(chunk)
            parts.append(chunk)
            if size > _LARGEST:
                raise DownError("the answer is too large")
            if time.monotonic() > end:
                raise DownError("no complete answer in time")
        return b"".join(parts)


def _value(response: requests.Response) -> object:
    """Return the JSON object or list of an answer, or None."""
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def session(wire: Wire) -> requests.Session:
    """Return a session that goes through a wire and through nothing else."""
    made = requests.Session()
    for scheme in ("https://", "http://"):
        made.mount(scheme, wire)
    return made

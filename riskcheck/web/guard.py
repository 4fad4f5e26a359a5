"""What stands before every request: who may ask (host, origin, token), how much, and how many at once.

The page and its scripts hold nothing private and are given to any request with the right ``Host``. Everything under
``/api`` needs the token of this start in an ``Authorization`` header. A header rather than a cookie: browsers send
cookies of 127.0.0.1 to servers on every other port too, and another site cannot set this header without leave.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from riskcheck.report.safe import dumps

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), usb=()"),
    (b"cache-control", b"no-store"),
]
SMALL = 2 << 20
"""Most bytes of an ordinary request: a draft of 100,000 characters fits however it is escaped."""
LARGE = 16 << 20
"""Most bytes of a batch of posts to score."""
AT_ONCE = 256
"""Most requests that are worked on at the same time."""
_EXTENSIONS = ("chrome-extension://", "moz-extension://", "safari-web-extension://")
_OPEN = frozenset({"/", "/audit", "/trends", "/profile", "/connect"})


class Guard:
    """Let through only what this user's own browser, editor or extension asks.

    Parameters
    ----------
    app : callable
        The application behind.
    token : str
        The secret of this start.
    port : int
        Where the server listens.
    """

    def __init__(self, app: App, *, token: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        ends = {f":{port}"} | ({""} if port == 80 else set())
        self._hosts = {name + end for name in ("127.0.0.1", "localhost") for end in ends}
        self._origins = {f"http://{host}" for host in self._hosts}
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        refusal = self._refusal(scope)
        if refusal is None and self._busy >= AT_ONCE:
            refusal = (503, "too many requests at once; wait a moment and try again")
        if refusal is not None:
            await _answer(send, *refusal)
            return
        self._busy += 1
        try:
            await self._pass(scope, receive, send)
        finally:
            self._busy -= 1

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in (b"host", b"origin", b"authorization") and name in headers:
                return 400, f"the request has two {name.decode()} headers; send one"
            headers[name] = value
        if headers.get(b"host", b"").decode("latin-1").lower() not in self._hosts:
            return 403, "this server answers to 127.0.0.1 and localhost only; open the address that riskcheck printed"
        given = headers.get(b"authorization", b"")
        trusted = hmac.compare_digest(given, b"Bearer " + self._token)
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        own = origin in self._origins
        if origin and not own and not (trusted and origin.startswith(_EXTENSIONS)):
            return 403, "the request comes from another site; open the address that riskcheck printed"
        # Browsers say where a request comes from even where they send no Origin (pictures, scripts, links).
        site = headers.get(b"sec-fetch-site", b"").decode("latin-1")
        path: str = scope["path"]
        public = path in _OPEN or path.startswith("/static/")
        if site in ("cross-site", "same-site") and not trusted and not (public and _is_visit(headers)):
            return 403, "the request comes from another site; open the address that riskcheck printed"
        if not public and not trusted:
            return 401, "the token is missing or of an earlier start; open the address that `riskcheck serve` printed"
        return None

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if not path.endswith("/file"):  # uploads are streams, with limits of their own
            body = await _read(receive, LARGE if path == "/api/score" else SMALL)
            if body is None:
                await _answer(send, 413, "the request is too large; send less at once, or use an audit for an export")
                return
            receive = _replay(body, receive)

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        await self._app(scope, receive, stamped)


def _is_visit(headers: dict[bytes, bytes]) -> bool:
    """Tell whether a person follows a link here; the page is opened so from the browser's start file."""
    return headers.get(b"sec-fetch-mode") == b"navigate" and headers.get(b"sec-fetch-dest") == b"document"


async def _read(receive: Receive, most: int) -> bytes | None:
    """Read a whole body, or None where it is larger than allowed."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _answer(send: Send, status: int, error: str) -> None:
    body = dumps({"error": error}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *HEADERS]
    headers += [(b"www-authenticate", b"Bearer")] * (status == 401) + [(b"retry-after", b"1")] * (status == 503)
    headers += [(b"connection", b"close")] * (status == 413)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

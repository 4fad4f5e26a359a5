"""Signing in to X: a bearer token, or OAuth 2.0 with PKCE through a page that answers to this computer."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import json
import os
import secrets
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from riskcheck.accounts import _tokens
from riskcheck.accounts._wait import Patience
from riskcheck.errors import AccountError, require

BEARER, USER, CLIENT = "RISKCHECK_X_BEARER_TOKEN", "x sign-in", "RISKCHECK_X_CLIENT_ID"
SCOPES = "tweet.read users.read offline.access"
PORT = 8723
_HOST = "api.twitter.com"
_AUTHORIZE = "https://x.com/i/oauth2/authorize"
_TOKENS = f"https://{_HOST}/2/oauth2/token"
_MARGIN = 1800.0
"""Seconds that a token must still be good for, so that it outlasts the waits of a scan."""
_PATIENT = 300.0


def _saved() -> dict[str, Any]:
    """Return the sign-in of a user that the keyring holds, or nothing."""
    try:
        text, _ = _tokens.read(USER)
        value = json.loads(text) if text else {}
    except (ValueError, _tokens.LockedError):  # a bearer token of the environment does without
        value = {}
    return value if isinstance(value, dict) and isinstance(value.get("access_token"), str) else {}


def own_handle() -> str:
    """Return the handle of the user who signed in, without ``@``; empty where none did."""
    return str(_saved().get("handle") or "")


def state() -> str:
    """Say whether and how access to X is set up."""
    if saved := _saved():
        return f"signed in as @{saved.get('handle') or 'unknown'} (keyring)"
    try:
        _, where = _tokens.read("x bearer", BEARER)
    except AccountError as error:
        return f"not signed in: {error}"
    return f"bearer token ({where})" if where else "not signed in"


def check() -> None:
    """Check that there is a sign-in or a token.

    Raises
    ------
    AccountError
        If there is none.
    """
    if not _saved() and not _tokens.read("x bearer", BEARER)[0]:  # says so where the keyring is locked
        raise AccountError(
            f"X: not signed in; run `riskcheck accounts sign-in x`, or set {BEARER}."
            " Without access audit the export: it is free and sees more"
        )


def access_token(server: str, patience: Patience) -> tuple[str, bool]:
    """Return a token, fresh where need be, and whether it is a user's own.

    Raises
    ------
    AccountError
        If there is none.
    """
    if saved := _saved():
        if float(saved.get("expires") or 0) < patience.now() + _MARGIN and saved.get("refresh_token"):
            form = {
                "grant_type": "refresh_token", "refresh_token": saved["refresh_token"],
                "client_id": saved.get("client_id", ""),
            }  # fmt: skip
            saved |= _exchange(form, server, patience)
            _tokens.save(USER, json.dumps(saved))
        return _tokens.check(saved["access_token"], "keyring"), True
    check()
    token, where = _tokens.read("x bearer", BEARER)
    return _tokens.check(token, where), False


def sign_in(
    client_id: str,
    show: Callable[[str], object],
    *,
    port: int = PORT,
    server: str = "",
    patience: Patience | None = None,
) -> str:
    """Sign a user in through the browser, keep the sign-in in the keyring and return the handle.

    Parameters
    ----------
    client_id : str
        Of the user's own app; no secret.
    show : callable
        Is given the address that the user has to open.
    port : int
        Of the page on this computer that X sends the user back to; it is part of the app's settings.
    server : str
        A server for tests.
    patience : Patience, optional
        For faults and limits.

    Raises
    ------
    AccountError
        If the user or X refuses, or nobody came back in time.
    """
    patience = patience or Patience()
    verifier, expected = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    try:
        page = http.server.HTTPServer(("127.0.0.1", port), _Answer)
    except OSError as error:
        raise AccountError(f"port {port} of this computer is in use ({error.strerror}); give another --port") from error
    with page:
        back = f"http://127.0.0.1:{page.server_port}/callback"
        query = {
            "response_type": "code", "client_id": client_id, "redirect_uri": back, "scope": SCOPES, "state": expected,
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        show(f"{_AUTHORIZE}?{urllib.parse.urlencode(query)}")
        code = _code(page, expected, patience)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    got = _exchange({**form, "client_id": client_id}, server, patience)
    _tokens.save(USER, json.dumps({**got, "client_id": client_id}))
    handle = ""
    with contextlib.suppress(AccountError):  # without credit, say: the sign-in is good all the same
        handle = _handle(got["access_token"], server, patience)
        _tokens.save(USER, json.dumps({**got, "client_id": client_id, "handle": handle}))
    return handle


class _Answer(http.server.BaseHTTPRequestHandler):
    """Take the one request that brings the code."""

    timeout = 10
    query: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        """Note the query; say that the page can be closed."""
        parts = urllib.parse.urlsplit(self.path)
        found = parts.path == "/callback"
        if found:
            type(self).query = dict(urllib.parse.parse_qsl(parts.query))
        body = b"You can close this page and go back to riskcheck." if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing: the address holds the code."""


def _code(page: http.server.HTTPServer, expected: str, patience: Patience) -> str:
    end, page.timeout = patience.now() + _PATIENT, 1.0
    _Answer.query = {}
    while patience.now() < end:
        page.handle_request()
        if not (query := _Answer.query):
            continue
        _Answer.query = {}
        if not secrets.compare_digest(query.get("state", "").encode(), expected.encode()):
            continue  # not the answer to our request: anybody on this computer can send one
        if not query.get("code"):
            raise AccountError("X: the sign-in was refused in the browser; run the command again to repeat it")
        return query["code"]
    raise AccountError(
        f"X: nobody came back from the browser within {_PATIENT / 60:.0f} minutes; run the command again"
    )


def _session(token: str, server: str, patience: Patience, *hidden: str) -> Any:
    require("tweepy", "x")  # brings requests
    from riskcheck.accounts._wire import Wire, session
    from riskcheck.accounts.x import refusal

    def refused(status: int, headers: Mapping[str, str], body: object) -> Exception:
        if status in (400, 401) and not token:
            return AccountError("X does not accept the sign-in; run `riskcheck accounts sign-in x` again")
        return refusal(status, headers, body, token, patience.now())

    return session(Wire(refused, token=token, home=f"https://{_HOST}", to=server))


def _exchange(form: Mapping[str, str], server: str, patience: Patience) -> dict[str, Any]:
    with _session("", server, patience) as session:
        answer = patience.run("X", lambda: session.post(_TOKENS, data=form).json())
    if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
        raise AccountError("X gave no token; run `riskcheck accounts sign-in x` again")
    lasts = answer.get("expires_in")
    good = patience.now() + (float(lasts) if isinstance(lasts, int | float) else 7200.0)
    got: dict[str, Any] = {"access_token": answer["access_token"], "expires": good}
    if isinstance(answer.get("refresh_token"), str):
        got["refresh_token"] = answer["refresh_token"]
    return got


def _handle(token: str, server: str, patience: Patience) -> str:
    with _session(token, server, patience) as session:
        answer = patience.run("X", lambda: session.get(f"https://{_HOST}/2/users/me").json())
    user = answer.get("data") if isinstance(answer, dict) else None
    return str(user.get("username") or "") if isinstance(user, dict) else ""


def save_bearer(token: str) -> None:
    """Keep a bearer token in the keyring."""
    _tokens.save("x bearer", _tokens.check(token.strip(), "the token"))


def sign_out() -> bool:
    """Forget sign-in and bearer token; return whether there was one."""
    gone = [_tokens.forget(name) for name in (USER, "x bearer")]
    return any(gone)


def client_id_from_environment() -> str:
    """Return the id of the user's app, if the environment names it."""
    return os.environ.get(CLIENT, "").strip()

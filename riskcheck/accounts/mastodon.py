"""Mastodon and what speaks its language: any server, public posts without a token, more with one."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from riskcheck.accounts import _tokens
from riskcheck.accounts._address import limited, server_address, shown
from riskcheck.accounts._mastodon import posts
from riskcheck.accounts._place import Span
from riskcheck.accounts._profile import profile_items
from riskcheck.accounts._wait import DownError, LimitedError, Patience
from riskcheck.accounts.base import Account, Person, Record
from riskcheck.errors import AccountError, require
from riskcheck.sources._text import clean, html_text

T = TypeVar("T")
TOKEN, SERVER = "RISKCHECK_MASTODON_TOKEN", "RISKCHECK_MASTODON_SERVER"
_PUBLIC = "Without a token a scan of Mastodon sees public and unlisted posts"
_MORE = "Read with your token ({}): it shows posts to followers and direct ones too if it is that of the account"
_GONE = "Deleted posts and those of an old server are in no scan; the latter are in the export of that server"
_PAGE = 40
_HANDLE = re.compile(r"@?([\w.-]+)(?:@([\w.:\[\]-]+))?")
_LINK = re.compile(r"(https?://[^/]+)/(?:@|users/)([\w.-]+)/?")


class Mastodon(Account):
    """Posts, replies, boosts, content warnings, polls, descriptions of pictures, bio, display name and handle."""

    name = "mastodon"
    title = "Mastodon"
    home = "none needed for public posts; for the others a token with read:accounts and read:statuses"
    blind: ClassVar[tuple[str, ...]] = (_PUBLIC, _GONE)

    def __init__(self, server: str = "", patience: Patience | None = None) -> None:
        super().__init__(server_address(server) if server else "", patience)
        self._refusal: Exception | None = None
        self._sees, self._signed_in = _PUBLIC, False

    def sign_in_state(self) -> str:
        """Say where a token comes from, if there is one for the server."""
        where, server = "", self.server or _named_server()
        try:
            where = _token(server)[1] if server else ""
        except AccountError as error:
            return f"not needed for public posts; {error}"
        return f"token for {urlsplit(server).netloc} ({where})" if where else "not needed for public posts"

    def ready(self) -> None:
        """Check that the library is there."""
        require("mastodon", "mastodon")

    def unseen(self) -> tuple[str, ...]:
        """Say whether a token showed more."""
        return (self._sees, _GONE)

    def find(self, handle: str) -> Person:
        """Look an account up on its own server, which alone has all its posts."""
        name, server = self._names(handle.strip())
        with self._client(server) as client:
            account = self._ask(server, partial(client.account_lookup, name))
        if not isinstance(account, Mapping) or not account.get("id"):
            raise AccountError(f"@{name}: no such account on {server}; check the handle and the server")
        called = str(account.get("acct") or name).partition("@")[0]
        full = f"@{called}@{urlsplit(server).netloc}"
        url = str(account.get("url") or "")
        actor = str(account.get("uri") or url or full)
        texts = (
            ("handle", clean(called)),
            ("name", clean(str(account.get("display_name") or ""))),
            ("bio", html_text(str(account.get("note") or ""))),
        )
        count = account.get("statuses_count")
        # With a token there are more posts, also old ones: what was read without one is no place to go on from.
        key = f"mastodon {urlsplit(server).netloc} {account['id']}{' with token' if self._signed_in else ''}"
        return Person(
            key=key, id=str(account["id"]), handle=full,
            server=server, posts=count if isinstance(count, int) else None,
            items=profile_items(self.name, actor, texts, url=url, where=f"Mastodon {full}"),
        )  # fmt: skip

    def pages(
        self, person: Person, span: Span, *, since: dt.date | None = None, most: int | None = None
    ) -> Iterator[list[Record]]:
        """Page by id, newest first: ids stay good when posts are deleted meanwhile."""
        with self._client(person.server) as client:
            yield from self._pages(client, person, span, most)

    def _pages(self, client: Any, person: Person, span: Span, left: int | None) -> Iterator[list[Record]]:
        before = span.before
        while True:
            bounds: dict[str, Any] = {"max_id": before or None, "since_id": span.after or None}
            size = _PAGE if left is None else min(_PAGE, left)
            answer = self._ask(person.server, partial(client.account_statuses, person.id, limit=size, **bounds))
            page = [
                Record(str(status.get("id") or ""), _time(status), tuple(posts(f"Mastodon {person.handle}", status)))
                for status in (answer if isinstance(answer, list) else ())
                if isinstance(status, Mapping)
            ]
            yield page
            left = None if left is None else left - len(page)
            if not page or left == 0 or not page[-1].id or page[-1].id == before:
                return
            before = page[-1].id

    def _names(self, handle: str) -> tuple[str, str]:
        """Return account name and server."""
        if link := _LINK.fullmatch(handle):
            return link[2], self.server or server_address(link[1])
        found = _HANDLE.fullmatch(handle)
        if not found:
            raise AccountError(f"{handle!r} is no handle; write it as @name@server")
        if found[2]:
            return found[1], self.server or server_address(found[2])
        server = self.server or _named_server()
        if not server:
            raise AccountError(f"{handle}: on which server? write it as @{found[1]}@server, or give --server")
        return found[1], server

    @contextlib.contextmanager
    def _client(self, server: str) -> Iterator[Any]:
        library = require("mastodon", "mastodon")
        from riskcheck.accounts._wire import Wire, session

        try:
            token, where = _token(server)
            self._signed_in = bool(token)
            self._sees = _MORE.format(where) if token else _PUBLIC
        except _tokens.LockedError as error:
            token, self._signed_in, self._sees = "", False, f"{_PUBLIC}; {error}"

        def refused(status: int, headers: Mapping[str, str], body: object) -> Exception:
            self._refusal = _refusal(server, status, headers, body, token, self.patience.now())
            return self._refusal

        wire = Wire(refused, token=token, home=server, follow=True)
        with session(wire) as connection:
            yield library.Mastodon(
                api_base_url=server, ratelimit_method="throw", version_check_mode="none", user_agent="riskcheck",
                session=connection,
            )  # fmt: skip

    def _ask(self, server: str, request: Callable[[], T]) -> T:
        library = require("mastodon", "mastodon")

        def send() -> T:
            self._refusal = None
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", library.errors.MastodonDeprecationWarning)
                    return request()
            except library.MastodonError as error:
                # The library wraps what our own wire raised.
                cause = self._refusal or error.__context__
                if isinstance(cause, AccountError | LimitedError | DownError):
                    raise cause from None
                raise DownError("the answer is not what it should be") from None
            except (ValueError, TypeError, KeyError, AttributeError):
                raise DownError("the answer is not what it should be") from None

        return self.patience.run(server, send)


def _named_server() -> str:
    import os

    named = os.environ.get(SERVER, "").strip()
    return server_address(named) if named else ""


def _token(server: str) -> tuple[str, str]:
    """Return the token for one server, and where it comes from: a token never goes to another server."""
    named = _named_server()
    variable = TOKEN if named == server else ""
    return _tokens.read(f"mastodon {urlsplit(server).netloc}", variable)


def _time(status: Mapping[str, Any]) -> dt.datetime | None:
    created = status.get("created_at")
    if not isinstance(created, dt.datetime):
        return None
    return created if created.tzinfo else created.replace(tzinfo=dt.UTC)


def _refusal(server: str, status: int, headers: Mapping[str, str], body: object, token: str, now: float) -> Exception:
    if status == 429:
        return limited(headers, now)
    if status == 404:
        return AccountError(f"{server}: no such account, or no server that speaks Mastodon's language; check both")
    if status == 401:
        hint = "the token is not accepted; make a new one" if token else "asks for a token even for public posts"
        return AccountError(f"{server}: {hint} (`riskcheck accounts sign-in mastodon --server {server}`)")
    if status == 410:
        return AccountError(f"{server}: the account is suspended or gone (410)")
    said = body.get("error") if isinstance(body, dict) else ""
    said = shown(_tokens.hide(str(said or ""), token))
    return AccountError(
        f"{server} refuses this request ({status}{': ' + said if said else ''}); read the export instead"
    )

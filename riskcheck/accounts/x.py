"""X: the newest posts of an account, through version 2 of its interface, which costs money."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from riskcheck.accounts import _signin, _tokens, _xv2
from riskcheck.accounts._address import is_loopback, limited, server_address, shown
from riskcheck.accounts._place import EnoughError, Span
from riskcheck.accounts._profile import profile_items
from riskcheck.accounts._wait import DownError, Patience
from riskcheck.accounts.base import Account, Estimate, Person, Record
from riskcheck.errors import AccountError, require
from riskcheck.post import Skipped
from riskcheck.sources._text import clean

OWN_READ, READ, USER_READ = 0.001, 0.005, 0.010
"""US dollars for a post of one's own (own app, own sign-in), any other post, and an account (2026-02)."""
MOST = 3200
_SMALLEST, _LARGEST = 5, 100
_MOST_PAGES = MOST // _SMALLEST
_FIRST_DAY = dt.datetime(2010, 11, 6, tzinfo=dt.UTC)
_EPOCH_MS = 1288834974657
_HANDLE = re.compile(r"(?:https?://(?:www\.)?(?:x|twitter)\.com/)?@?(\w{1,15})/?", re.ASCII | re.I)
_HOST = "api.twitter.com"  # tweepy knows no other
_PROTECTED = "a protected account is shown only to those whom it lets follow: sign in as a user"


class X(Account):
    """The newest 3,200 posts: full text of long posts, reposts, replies, quotes, descriptions of pictures, bio."""

    name = "x"
    title = "X (Twitter)"
    home = "an app at https://developer.x.com, then `riskcheck accounts sign-in x`; every read is charged"
    cuts = True
    blind: ClassVar[tuple[str, ...]] = (
        "X hands out only the newest 3,200 posts, and neither deleted nor circle posts; its export has them all",
    )

    def __init__(self, server: str = "", patience: Patience | None = None) -> None:
        super().__init__(server, patience)
        if server:
            self.server = server_address(server)
            if not is_loopback(self.server):
                raise AccountError(f"{server}: X has one server; --server takes only one on this computer, for tests")
        self._own = self._charged = False

    def sign_in_state(self) -> str:
        """Say where the token comes from."""
        return _signin.state()

    def ready(self) -> None:
        """Check that there is a token, and the library."""
        _signin.check()
        require("tweepy", "x")

    def estimate(self, handle: str = "", *, since: dt.date | None = None, max_posts: int | None = None) -> Estimate:
        """Reckon with every post that X hands out, each with another one that it refers to."""
        # X gives at least 5 posts a request, and charges for them.
        posts = min(MOST, max(max_posts or MOST, _SMALLEST))
        own = _signin.own_handle().lower()
        named = _HANDLE.fullmatch(handle.strip())
        mine = bool(own and named and named[1].lower() in (own, "me"))
        low, high = posts * (OWN_READ if mine else READ) + USER_READ, posts * READ * 2 + USER_READ
        upto = f"up to {posts:,} posts" + (" (X gives no fewer)" if max_posts and max_posts < posts else "")
        text = (
            f"{upto}: up to ${low:.2f}, or ${high:.2f} if each of them quotes or reposts another"
            f" (${READ:.3f} a post, ${OWN_READ:.3f} one of your own with your own app, ${USER_READ:.3f} the account)"
        )
        return Estimate(posts=posts, dollars=(low, high), text=text)

    def find(self, handle: str) -> Person:
        """Look an account up; ``me`` is the one that signed in."""
        found = _HANDLE.fullmatch(handle.strip())
        if not found:
            raise AccountError(f"{handle!r} is no handle of X; write it as @name")
        fields, self._charged = list(_xv2.USER_FIELDS), False
        with self._client() as client:
            if found[1].lower() == "me":
                if not self._own:
                    raise AccountError("`me` needs a sign-in as a user; run `riskcheck accounts sign-in x`")
                answer = self._ask(lambda: client.get_me(user_fields=fields, user_auth=False))
            else:
                answer = self._ask(lambda: client.get_user(username=found[1], user_fields=fields))
        user = answer.get("data")
        if not isinstance(user, Mapping) or not str(user.get("id", "")).isdecimal():
            raise AccountError(f"X has no account @{found[1]} that it shows{self._said(answer)}; check the name")
        return self._person(user)

    def _person(self, user: Mapping[str, Any]) -> Person:
        identifier, handle = str(user["id"]), str(user.get("username") or "")
        metrics = user.get("public_metrics")
        count = metrics.get("tweet_count") if isinstance(metrics, Mapping) else None
        bio = str(user.get("description") or "")
        entities = user.get("entities")
        description = entities.get("description") if isinstance(entities, Mapping) else None
        for link in (description.get("urls") if isinstance(description, Mapping) else None) or ():
            bio = bio.replace(str(link.get("url")), str(link.get("expanded_url") or link.get("url")))
        texts = (("handle", clean(handle)), ("name", clean(str(user.get("name") or ""))), ("bio", clean(bio)))
        return Person(
            key=f"x {identifier}", id=identifier, handle=f"@{handle}", server="https://x.com",
            posts=count if isinstance(count, int) else None,
            visibility="followers" if user.get("protected") is True else "public",
            items=profile_items(self.name, identifier, texts, url=f"https://x.com/{handle}", where=f"X @{handle}"),
        )  # fmt: skip

    def moment(self, identifier: str) -> dt.datetime | None:
        """Return the time that is in an id."""
        return _moment(identifier)

    def pages(
        self, person: Person, span: Span, *, since: dt.date | None = None, most: int | None = None
    ) -> Iterator[list[Record]]:
        """Page through the timeline by X's own tokens, within bounds that are ids."""
        with self._client() as client:
            yield from self._pages(client, person, _bounds(span, since), most)

    def _pages(self, client: Any, person: Person, bounds: dict[str, Any], left: int | None) -> Iterator[list[Record]]:
        def get_users_tweets(**options: Any) -> Any:  # the paginator looks at the name
            if left is not None and left < _SMALLEST and self._charged:
                raise EnoughError
            return self._ask(lambda: client.get_users_tweets(**options, max_results=_page_size(left)))

        pages = require("tweepy", "x").Paginator(
            get_users_tweets, id=person.id, tweet_fields=list(_xv2.TWEET_FIELDS), expansions=list(_xv2.EXPANSIONS),
            media_fields=list(_xv2.MEDIA_FIELDS), limit=_MOST_PAGES, **bounds,
        )  # fmt: skip
        for answer in pages:
            if _xv2.refused(answer) is not None:
                raise AccountError(f"X does not show the posts of {person.handle}{self._said(answer)}; {_PROTECTED}")
            records = list(self._records_of(person, answer))
            self._charged = self._charged or bool(records)
            yield records
            if left is not None:
                left -= len(records)
                if left <= 0:
                    return

    def _records_of(self, person: Person, answer: Mapping[str, Any]) -> Iterator[Record]:
        includes = answer.get("includes")
        extra = includes if isinstance(includes, Mapping) else {}
        tweets, media = _xv2.index(extra.get("tweets"), "id"), _xv2.index(extra.get("media"), "media_key")
        errors = answer.get("errors")
        where = f"X {person.handle}"
        missing = tuple(
            Skipped(where=where, reason=_xv2.NOT_SHOWN)
            for error in (errors if isinstance(errors, list) else ())
            if isinstance(error, Mapping) and error.get("resource_type") == "tweet"
        )
        data = answer.get("data")
        for number, tweet in enumerate(data if isinstance(data, list) else ()):
            if not isinstance(tweet, Mapping):
                tweet = {}
            items = tuple(_xv2.posts(where, tweet, person.handle.removeprefix("@"), person.visibility, tweets, media))
            identifier = str(tweet.get("id") or "")
            yield Record(identifier, _moment(identifier), items + (missing if number == 0 else ()))

    @contextlib.contextmanager
    def _client(self) -> Iterator[Any]:
        tweepy = require("tweepy", "x")
        from riskcheck.accounts._wire import Wire, session

        token, self._own = _signin.access_token(self.server, self.patience)
        client = tweepy.Client(bearer_token="put in by riskcheck", return_type=dict)  # noqa: S106 (none: see _wire)
        client.session.close()
        client.session = session(Wire(self._refused, token=token, home=f"https://{_HOST}", to=self.server))
        self._token = token
        with client.session:
            yield client

    def _ask(self, request: Any) -> dict[str, Any]:
        def checked() -> dict[str, Any]:
            answer = request()
            if not isinstance(answer, dict) or not isinstance(answer.get("meta", {}), dict):
                raise DownError("the answer is not what it should be")
            return answer

        return self.patience.run("X", checked)

    def _said(self, answer: Mapping[str, Any]) -> str:
        said = shown(_tokens.hide(_xv2.refused(answer) or "", self._token))
        return f' ("{said}")' if said else ""

    def _refused(self, status: int, headers: Mapping[str, str], body: object) -> Exception:
        return refusal(status, headers, body, self._token, self.patience.now())


def refusal(status: int, headers: Mapping[str, str], body: object, token: str, now: float) -> Exception:
    """Return what an answer of X that is no success means."""
    facts = body if isinstance(body, dict) else {}
    kind = f"{facts.get('type', '')} {facts.get('title', '')}".lower()
    if status == 429 and ("usage-capped" in kind or "usagecapexceeded" in kind):
        return AccountError(
            "X: the monthly cap of your app is used up, and waiting does not help;"
            " raise it at https://developer.x.com, or repeat the same command next month"
        )
    if status == 429:
        return limited(headers, now)
    if status == 401:
        return AccountError(
            f"X does not accept the sign-in (401); run `riskcheck accounts sign-in x` again, or renew {_signin.BEARER}"
        )
    if status == 402:
        return AccountError("X: no credit left (402); buy some at https://developer.x.com, or read the export instead")
    said = shown(_tokens.hide(str(facts.get("detail") or facts.get("title") or ""), token))
    reason = f' ("{said}")' if said else ""
    if status == 403:
        return AccountError(
            f"X refuses this request (403){reason}; check that your app has access to version 2 and that the account"
            " is not protected, and sign in again after you change the app"
        )
    return AccountError(f"X refuses this request ({status}){reason}; update riskcheck, or read the export instead")


def _page_size(left: int | None) -> int:
    """Return how many posts to ask for, so that the last page does not hold more than are left.

    >>> [_page_size(left) for left in (None, 3, 103, 250)]
    [100, 5, 98, 100]
    """
    if left is None or left >= _LARGEST + _SMALLEST:
        return _LARGEST
    return max(left if left <= _LARGEST else left - _SMALLEST, _SMALLEST)


def _moment(identifier: str) -> dt.datetime | None:
    """Return the time that is in an id; ids before 2010-11 hold none.

    >>> str(_moment("1234567890123456789"))[:10]
    '2020-03-02'
    """
    if not identifier.isdecimal() or not 1 << 40 < int(identifier) < 1 << 63:
        return None
    return dt.datetime.fromtimestamp(((int(identifier) >> 22) + _EPOCH_MS) / 1000, dt.UTC)


def _bounds(span: Span, since: dt.date | None) -> dict[str, Any]:
    """Return the bounds of a span for the request; X takes a lower one as id or as time, not both."""
    bounds: dict[str, Any] = {"until_id": span.before} if span.before else {}
    start = max(dt.datetime.combine(since, dt.time(), dt.UTC), _FIRST_DAY) if since else None
    below = _moment(span.after)
    if start and (below is None or below < start) and start > _FIRST_DAY:
        bounds["start_time"] = start
    elif span.after:
        bounds["since_id"] = span.after
    return bounds

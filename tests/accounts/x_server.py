"""A server of ours that follows what X documents of version 2 of its interface, as far as a scan needs it.

It is a stand-in, not X: it gives fields and expansions only when asked for, pages by tokens, and notes every request
that X's documentation forbids in ``wrong``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl

from tests.accounts.kit import FRESH_TOKEN, NEXT_REFRESH, REFRESH, TOKEN, USER_TOKEN, Answer, Request, Server

EPOCH_MS = 1288834974657
USER_ID = "2244994945"
_ALLOWED = {
    "end_time", "exclude", "expansions", "max_results", "media.fields", "pagination_token", "place.fields",
    "poll.fields", "since_id", "start_time", "tweet.fields", "until_id", "user.fields",
}  # fmt: skip
UNAUTHORIZED = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
CAPPED = {
    "account_id": 1, "product_name": "standard-basic", "title": "UsageCapExceeded", "period": "Monthly",
    "scope": "Product", "detail": "Usage cap exceeded: Monthly product cap",
    "type": "https://api.twitter.com/2/problems/usage-capped",
}  # fmt: skip
LIMITED = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
FORBIDDEN = {
    "client_id": "1", "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use keys …",
    "reason": "client-not-enrolled", "title": "Client Forbidden",
    "type": "https://api.twitter.com/2/problems/client-forbidden",
}  # fmt: skip


def snowflake(when: dt.datetime, number: int = 0) -> str:
    return str(((int(when.timestamp() * 1000) - EPOCH_MS) << 22) + number)


def when(identifier: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(((int(identifier) >> 22) + EPOCH_MS) / 1000, dt.UTC)


def tweet(number: int, text: str, **more: Any) -> dict[str, Any]:
    """Return a whole tweet, ``number`` hours after a certain day."""
    created = dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=number)
    return {
        "id": snowflake(created), "text": text, "edit_history_tweet_ids": [snowflake(created)], "lang": "en",
        "created_at": created.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "author_id": USER_ID,
    } | more  # fmt: skip


class XServer(Server):
    """Tweets of one user, newest first."""

    def __init__(self, tweets: list[dict[str, Any]]) -> None:
        super().__init__()
        self.tweets = sorted(tweets, key=lambda entry: -int(entry["id"]))
        self.others: dict[str, dict[str, Any]] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.errors: list[dict[str, Any]] = []
        self.tokens = {TOKEN, FRESH_TOKEN}
        self.billed: Counter[str] = Counter()
        self.protected = False
        self.form: dict[str, str] = {}

    def user(self, fields: str) -> dict[str, Any]:
        whole = {
            "id": USER_ID, "username": "alice", "name": "Alice", "protected": self.protected,
            "description": "Baker. https://t.co/bio", "public_metrics": {"tweet_count": len(self.tweets)},
            "entities": {"description": {"urls": [{"url": "https://t.co/bio", "expanded_url": "https://alice.example"}]}},
        }  # fmt: skip
        kept = {"id", "username", "name", *fields.split(",")}
        return {key: value for key, value in whole.items() if key in kept}

    def answer(self, request: Request) -> Answer:
        if request.path == "/2/oauth2/token":
            return self.sign_in(request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return Answer(401, UNAUTHORIZED)
        if request.path == "/2/users/me":
            return Answer(200, {"data": self.user(request.query.get("user.fields", ""))})
        if found := re.fullmatch(r"/2/users/by/username/(\w+)", request.path):
            if found[1].lower() != "alice":
                problem = {"title": "Not Found Error", "detail": "Could not find user", "resource_type": "user"}
                return Answer(200, {"errors": [problem]})
            self.billed["users"] += 1
            return Answer(200, {"data": self.user(request.query.get("user.fields", ""))})
        if request.path == f"/2/users/{USER_ID}/tweets":
            return self.timeline(request.query)
        return self.refuse(f"no such path: {request.path}", 404)

    def timeline(self, query: dict[str, str]) -> Answer:
        if unknown := set(query) - _ALLOWED:
            return self.refuse(f"parameters that X does not know: {unknown}")
        if not 5 <= int(query.get("max_results", "10")) <= 100:
            return self.refuse("max_results is not between 5 and 100")
        if "since_id" in query and "start_time" in query:
            return self.refuse("since_id and start_time together")
        start = query.get("start_time", "2010-11-06T00:00:00Z")
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", start) or start < "2010-11-06T00:00:00Z":
            return self.refuse(f"start_time {start}")
        first = dt.datetime.fromisoformat(start)
        found = [
            entry
            for entry in self.tweets[:3200]
            if int(query.get("since_id", 0)) < int(entry["id"]) < int(query.get("until_id", 1 << 63))
            and when(entry["id"]) >= first
        ]
        offset = 0
        if token := query.get("pagination_token"):
            if not token.startswith("page"):
                return self.refuse(f"pagination_token {token}")
            offset = int(token[4:])
        page = found[offset : offset + int(query.get("max_results", "10"))]
        self.billed["posts"] += len(page)
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if offset + len(page) < len(found):
            meta["next_token"] = f"page{offset + len(page)}"
        body: dict[str, Any] = {"meta": meta}
        if page:
            kept = {"id", "text", "edit_history_tweet_ids", *query.get("tweet.fields", "").split(",")}
            body["data"] = [{key: value for key, value in entry.items() if key in kept} for entry in page]
            if includes := self.includes(page, query):
                body["includes"] = includes
        if self.errors:
            body["errors"] = self.errors
        return Answer(200, body)

    def includes(self, page: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        expansions, found = query.get("expansions", "").split(","), {}
        kept = {"id", "text", "edit_history_tweet_ids", *query.get("tweet.fields", "").split(",")}
        if "referenced_tweets.id" in expansions and "referenced_tweets" in kept:
            ids = [link["id"] for entry in page for link in entry.get("referenced_tweets", ())]
            others = [self.others[id] for id in ids if id in self.others]
            found["tweets"] = [{key: value for key, value in entry.items() if key in kept} for entry in others]
        if "attachments.media_keys" in expansions:
            keys = [key for entry in page for key in entry.get("attachments", {}).get("media_keys", ())]
            shown = {"media_key", "type", *query.get("media.fields", "").split(",")}
            found["media"] = [{k: v for k, v in self.media[key].items() if k in shown} for key in keys]
        return {name: entries for name, entries in found.items() if entries}

    def sign_in(self, request: Request) -> Answer:
        self.form = dict(parse_qsl(request.body))
        if request.headers["content-type"] != "application/x-www-form-urlencoded":
            return self.refuse("not a form")
        if self.form["grant_type"] == "refresh_token":
            if self.form["refresh_token"] != REFRESH:
                return Answer(
                    400, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
                )
            return Answer(200, json.loads(json.dumps(_granted(FRESH_TOKEN, NEXT_REFRESH))))
        self.tokens.add(USER_TOKEN)
        return Answer(200, _granted(USER_TOKEN, REFRESH))


def _granted(token: str, refresh: str) -> dict[str, Any]:
    return {
        "token_type": "bearer", "expires_in": 7200, "access_token": token, "refresh_token": refresh,
        "scope": "tweet.read users.read offline.access",
    }  # fmt: skip

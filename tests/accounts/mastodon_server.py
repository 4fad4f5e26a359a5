"""A server of ours that answers as Mastodon documents: lookup, statuses by max_id and since_id, rights by token.

It is a stand-in, not Mastodon. ``tests/accounts/test_mastodon.py`` also runs against the package ``mastodon-mock``,
which another author wrote.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.accounts.kit import INSTANCE_TOKEN, Answer, Request, Server

_KNOWN = {
    "limit",
    "max_id",
    "since_id",
    "min_id",
    "exclude_replies",
    "exclude_reblogs",
    "pinned",
    "only_media",
    "tagged",
}


def status(number: int, text: str, **more: Any) -> dict[str, Any]:
    created = dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=number)
    identifier = str(110_000_000_000_000_000 + number)
    return {
        "id": identifier, "uri": f"https://social.example/users/bob/statuses/{identifier}",
        "url": f"https://social.example/@bob/{identifier}", "created_at": created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "visibility": "public", "language": "en", "content": f"<p>{text}</p>", "spoiler_text": "", "sensitive": False,
        "in_reply_to_id": None, "reblog": None, "poll": None, "media_attachments": [], "account": {"id": "7"},
    } | more  # fmt: skip


class MastodonServer(Server):
    """Statuses of one account, newest first."""

    def __init__(self, statuses: list[dict[str, Any]]) -> None:
        super().__init__()
        self.statuses = statuses[::-1]
        self.knows_bounds = True

    def answer(self, request: Request) -> Answer:
        token = request.headers.get("authorization", "")
        if token not in ("", f"Bearer {INSTANCE_TOKEN}"):
            return Answer(401, {"error": "The access token is invalid"})
        if request.path == "/api/v1/accounts/lookup":
            if request.query["acct"].lower() != "bob":
                return Answer(404, {"error": "Record not found"})
            return Answer(200, {
                "id": "7", "acct": "bob", "username": "bob", "display_name": "Bob", "note": "<p>Cook &amp; clerk</p>",
                "url": "https://social.example/@bob", "uri": "https://social.example/users/bob",
                "statuses_count": len(self.statuses),
            })  # fmt: skip
        if request.path == "/api/v1/accounts/7/statuses":
            return self.timeline(request.query, everything=bool(token))
        return Answer(404, {"error": "Record not found"})

    def timeline(self, query: dict[str, str], *, everything: bool) -> Answer:
        if unknown := set(query) - _KNOWN:
            return self.refuse(f"unknown {unknown}", 422)
        limit = int(query.get("limit", 20))
        if not 1 <= limit <= 40:
            return self.refuse(f"limit {limit}", 422)
        lower = int(query.get("since_id", 0)) if self.knows_bounds else 0
        shown = [
            entry
            for entry in self.statuses
            if lower < int(entry["id"]) < int(query.get("max_id", 1 << 63))
            and (everything or entry["visibility"] in ("public", "unlisted"))
        ]
        return Answer(200, shown[:limit], {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "200"})

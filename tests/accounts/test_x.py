"""X against a server of ours that follows the documented shapes of version 2."""

from __future__ import annotations

import datetime as dt
import json
import threading
import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from riskcheck.accounts import Patience, Place, Span, UnavailableError, _signin
from riskcheck.accounts._wire import Wire
from riskcheck.accounts.x import X
from riskcheck.errors import AccountError
from riskcheck.post import Post, Skipped
from tests.accounts.kit import (
    FRESH_TOKEN,
    NEXT_REFRESH,
    REFRESH,
    TOKEN,
    USER_TOKEN,
    Answer,
    Clock,
    MemoryKeyring,
    until,
)
from tests.accounts.x_server import CAPPED, FORBIDDEN, LIMITED, UNAUTHORIZED, USER_ID, XServer, tweet


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[XServer]:
    monkeypatch.setenv("RISKCHECK_X_BEARER_TOKEN", TOKEN)
    monkeypatch.setattr(Wire, "seconds", (5.0, 1.5))
    made = XServer([tweet(number, f"post {number}") for number in range(250)])
    with made.running():
        yield made
    assert not made.wrong, "a request breaks what X documents"


def x(server: XServer, **more: object) -> X:
    return X(server.url, Patience(**more))  # type: ignore[arg-type]


def texts(items: list[Post | Skipped]) -> list[str]:
    return [item.text for item in items if isinstance(item, Post) and item.kind not in ("handle", "bio")]


def test_all_posts_newest_first_with_the_profile(server: XServer) -> None:
    items = list(x(server).fetch("@alice"))
    assert texts(items) == [f"post {number}" for number in reversed(range(250))]
    profile = [item for item in items[:3] if isinstance(item, Post)]
    assert [(post.kind, post.text, post.id) for post in profile] == [
        ("handle", "alice", f"{USER_ID}#handle"),
        ("handle", "Alice", f"{USER_ID}#name"),
        ("bio", "Baker. https://alice.example", f"{USER_ID}#bio"),
    ]
    first = items[3]
    assert isinstance(first, Post)
    assert first.created == dt.datetime(2024, 1, 11, 9, tzinfo=dt.UTC)
    assert (first.platform, first.visibility, first.language) == ("x", "public", "en")
    assert first.url == f"https://x.com/alice/status/{first.id}"
    assert server.billed == {"users": 1, "posts": 250}


def test_full_text_references_and_descriptions(server: XServer) -> None:
    long = "The whole of a long post about the boss &amp; more. " + "word " * 80
    server.others["77"] = tweet(0, "The whole of another's words, not cut", id="77")
    server.media["3_1"] = {
        "media_key": "3_1",
        "type": "photo",
        "alt_text": "me asleep at work",
        "url": "https://p.example",
    }
    picture = {"url": "https://t.co/pic", "expanded_url": "https://x.com/alice/status/1/photo/1", "media_key": "3_1"}
    server.tweets = [
        tweet(5, long[:270] + "…", note_tweet={"text": long}),
        tweet(4, "RT @bob: The whole of ano…", referenced_tweets=[{"type": "retweeted", "id": "77"}]),
        tweet(3, "so true https://t.co/q", referenced_tweets=[{"type": "quoted", "id": "77"}],
              entities={"urls": [{"url": "https://t.co/q", "expanded_url": "https://twitter.com/bob/status/77"}]}),
        tweet(2, "@bob @eve thanks &lt;3",
              in_reply_to_user_id="9", referenced_tweets=[{"type": "replied_to", "id": "78"}]),
        tweet(1, "Break https://t.co/pic", attachments={"media_keys": ["3_1"]}, entities={"urls": [picture]}),
    ]  # fmt: skip
    server.errors = [{"resource_type": "tweet", "resource_id": "78", "parameter": "referenced_tweets.id",
                      "title": "Not Found Error", "detail": "Could not find tweet"}]  # fmt: skip
    items = list(x(server).fetch("alice"))[3:]
    found = [(item.kind, item.text, item.others_words) for item in items if isinstance(item, Post)]
    assert found == [
        ("post", long.replace("&amp;", "&").strip(), False),
        ("repost", "RT @bob: The whole of another's words, not cut", True),
        ("quote", "so true", False),
        ("reply", "thanks <3", False),
        ("post", "Break", False),
        ("alt", "me asleep at work", False),
    ]
    assert [item.reason for item in items if isinstance(item, Skipped)] == [
        "post that this one refers to, which X does not show"
    ]


def test_limits_cost_no_more_than_they_say(server: XServer) -> None:
    assert len(texts(list(x(server).fetch("alice", max_posts=103)))) == 103
    assert server.billed["posts"] == 103
    sizes = [int(request.query["max_results"]) for request in server.requests[1:]]
    assert sizes == [98, 5]  # X gives at least 5
    since = x(server).fetch("alice", since=dt.date(2024, 1, 11))
    assert texts(list(since)) == [f"post {number}" for number in range(249, 239, -1)]
    assert server.billed["posts"] == 113
    assert server.requests[-1].query["start_time"] == "2024-01-11T00:00:00Z"
    assert list(x(server).fetch("alice", since=dt.date(2006, 1, 1)))
    assert "start_time" not in server.requests[-1].query


def test_a_last_page_that_would_cost_more_than_agreed_is_left(server: XServer) -> None:
    place, account = Place(), x(server)
    assert len(texts(list(account.fetch("alice", place, max_posts=10)))) == 10
    server.tweets[:0] = [tweet(303 - number, f"new {number}") for number in range(3)]
    # Three are new; of the other four X would give, and charge for, five.
    assert texts(list(account.fetch("alice", place, max_posts=7))) == ["new 0", "new 1", "new 2"]
    assert place.cut
    assert server.billed["posts"] == 13
    server.billed.clear()
    assert texts(list(account.fetch("alice", place, max_posts=3))) == ["post 239", "post 238", "post 237"]
    assert server.billed["posts"] == 5 == x(server).estimate("alice", max_posts=3).posts
    assert len(texts(list(account.fetch("alice", place)))) == 237


def test_a_tweet_without_id_does_not_hide_the_older_ones(server: XServer) -> None:
    del server.tweets[3]["text"]
    place, account = Place(), x(server)
    server.faults = [
        None,
        Answer(200, {"data": [{"text": "no id"}, *server.tweets[:9]], "meta": {"next_token": "page9"}}),
    ]
    assert len(list(account.fetch("alice", place, max_posts=10))) == 3 + 10
    assert place.read == 10
    assert place.gaps == [Span(server.tweets[8]["id"])]
    assert len(texts(list(account.fetch("alice", place)))) == 241


@pytest.mark.parametrize("number", [0, 1])
def test_a_refusal_in_an_answer_of_success_is_no_empty_account(server: XServer, number: int) -> None:
    problem = {
        "resource_id": USER_ID, "resource_type": "user", "parameter": "id", "title": "Authorization Error",
        "detail": f"Sorry, you are not authorized to see the user {TOKEN}",
        "type": "https://api.twitter.com/2/problems/not-authorized-for-resource",
    }  # fmt: skip
    server.faults = [*[None] * number, Answer(200, {"errors": [problem]})]
    with pytest.raises(AccountError, match=r'"Sorry, you are not authorized to see the user \[hidden\]"'):
        list(x(server).fetch("alice"))


def test_only_what_is_new_the_next_time(server: XServer) -> None:
    place = Place()
    list(x(server).fetch("alice", place))
    assert place == Place(server.tweets[0]["id"])
    server.tweets.insert(0, tweet(300, "fresh"))
    assert texts(list(x(server).fetch("alice", place))) == ["fresh"]
    assert server.requests[-1].query["since_id"] == server.tweets[1]["id"]
    assert texts(list(x(server).fetch("alice", place, since=dt.date(2024, 1, 2)))) == []


def test_a_narrow_scan_leaves_the_rest_for_a_wider_one(server: XServer) -> None:
    place = Place()
    assert len(texts(list(x(server).fetch("alice", place, since=dt.date(2024, 1, 11))))) == 10
    assert place.gaps == [Span(server.tweets[9]["id"])]
    assert len(texts(list(x(server).fetch("alice", place, since=dt.date(2024, 1, 10))))) == 24
    assert len(texts(list(x(server).fetch("alice", place)))) == 216
    assert not place.gaps
    assert server.billed["posts"] == 250


def test_only_the_newest_3200(server: XServer) -> None:
    server.tweets = [tweet(number, f"post {number}") for number in reversed(range(3300))]
    account = x(server)
    assert len(texts(list(account.fetch("alice")))) == 3200
    assert account.find("alice").posts == 3300
    assert len(server.requests) < 900  # X allows so many in 15 minutes


@pytest.mark.parametrize("how", ["cut", "drip", "late"])
def test_a_fault_of_the_net_is_tried_again(
    server: XServer, clock: Clock, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "drip":
        monkeypatch.setattr(Wire, "deadline", 1.0)
    body = {"data": [], "meta": {"result_count": 0}, "filler": "x" * 2000}
    server.faults = [None, Answer(200, body, how=how), Answer(503, b"<html>over capacity</html>"), None]
    assert len(texts(list(x(server).fetch("alice", max_posts=50)))) == 50
    assert clock.slept >= 3


def test_a_scan_that_breaks_off_keeps_its_place(server: XServer) -> None:
    place, got = Place(), []
    server.faults = [None, None, *[Answer(500, {})] * 4]
    with pytest.raises(UnavailableError, match=r"X could not be reached \(fault 500 of the server; tried 4 times\)"):
        got += x(server).fetch("alice", place)  # a list takes what comes before the error
    assert place.gaps == [Span(server.tweets[99]["id"])]
    server.tweets.insert(0, tweet(400, "meanwhile"))
    rest = texts(list(x(server).fetch("alice", place)))
    assert rest == ["meanwhile", *(f"post {number}" for number in reversed(range(150)))]
    assert place == Place(server.tweets[0]["id"])


def test_a_limit_is_waited_out_by_the_header(server: XServer, clock: Clock) -> None:
    said: list[tuple[str, int]] = []
    reset = {"x-rate-limit-reset": str(int(clock.at) + 700)}
    server.faults = [None, None, Answer(429, LIMITED, reset)]
    account = x(server, say=lambda why, left: said.append((why, left)))
    assert len(texts(list(account.fetch("alice")))) == 250
    assert 699 < clock.slept < 703
    assert said[0][0].startswith("X allows no more requests before ")
    assert [left for _, left in said][:3] == [said[0][1], said[0][1] - 1, said[0][1] - 2]
    assert said[-1][1] == 0


def test_a_limit_without_header_is_waited_out_within_bounds(server: XServer, clock: Clock) -> None:
    server.faults = [None, Answer(429, LIMITED), Answer(429, LIMITED)]
    assert len(texts(list(x(server).fetch("alice", max_posts=5)))) == 5
    assert clock.slept == 60 + 120
    server.faults = [Answer(429, LIMITED)] * 20
    with pytest.raises(UnavailableError, match=r"allows no more requests before .* repeat the same command after that"):
        list(x(server).fetch("alice"))
    assert clock.slept <= 180 + 1200
    assert len(server.faults) > 14


def test_a_limit_that_ends_too_late_is_not_waited_for(server: XServer, clock: Clock) -> None:
    server.faults = [Answer(429, LIMITED, {"x-rate-limit-reset": str(int(clock.at) + 86400)})]
    with pytest.raises(UnavailableError, match="allows no more requests before"):
        list(x(server).fetch("alice"))
    assert clock.slept == 0


def test_a_clock_that_goes_ahead_makes_no_flood(server: XServer, clock: Clock) -> None:
    server.faults = [
        Answer(429, LIMITED, {"x-rate-limit-reset": "1"}),
        *[Answer(429, LIMITED, {"x-rate-limit-reset": "nonsense"})],
    ]
    assert len(texts(list(x(server).fetch("alice", max_posts=5)))) == 5
    assert clock.slept >= 1 + 120


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(429, CAPPED, {"x-rate-limit-reset": "99999999999"}), "monthly cap of your app is used up"),
        (Answer(401, UNAUTHORIZED), r"does not accept the sign-in \(401\); run `riskcheck accounts sign-in x` again"),
        (Answer(402, {"title": "CreditsDepleted"}), r"no credit left \(402\)"),
        (Answer(403, FORBIDDEN), r"refuses this request \(403\) \(\"When authenticating"),
        (Answer(403, {"detail": f"token {TOKEN} is bad"}), r"token \[hidden\] is bad"),
        (Answer(403, b"<html>"), r"refuses this request \(403\); check that your app"),
        (Answer(302, {}, {"Location": "https://evil.example/"}), r"refuses this request \(302\)"),
        (Answer(400, {"title": "Invalid Request"}), r"refuses this request \(400\)"),
        (Answer(200, {"errors": [{"title": "Not Found Error", "resource_type": "user"}]}), "has no account @alice"),
    ],
)  # fmt: skip
def test_a_refusal_is_explained_at_once(server: XServer, clock: Clock, answer: Answer, says: str) -> None:
    server.faults = [answer]
    with pytest.raises(AccountError, match=says) as caught:
        list(x(server).fetch("alice"))
    assert not isinstance(caught.value, UnavailableError)
    assert TOKEN not in repr(caught.value)
    assert clock.slept == 0
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b"null", b'"text"', b'{"data": [null, 3, {"id": 5}], "meta": []}', b"[" * 100_000]
)
def test_an_odd_answer_is_no_crash(server: XServer, body: bytes) -> None:
    server.faults = [None, *[Answer(200, body)] * 4]
    try:
        items = list(x(server).fetch("alice"))
    except AccountError:
        return
    assert all(isinstance(item, Post | Skipped) for item in items)


def test_empty_and_partial_answers(server: XServer) -> None:
    server.tweets = []
    assert len(list(x(server).fetch("alice"))) == 3
    server.faults = [None, Answer(200, {"meta": {"result_count": 0, "next_token": "page0"}})]
    server.tweets = [tweet(1, "one")]
    assert texts(list(x(server).fetch("alice"))) == ["one"]


def test_names(server: XServer) -> None:
    for name in ("alice", "@Alice", "https://x.com/alice", "https://twitter.com/alice/"):
        assert x(server).find(name).handle == "@alice"
    for name in ("a b", "", "@averyveryverylongname", "../etc", "álice"):
        with pytest.raises(AccountError, match="is no handle of X"):
            x(server).find(name)
    with pytest.raises(AccountError, match="has no account @nobody"):
        x(server).find("nobody")
    server.protected = True
    assert {item.visibility for item in x(server).fetch("alice") if isinstance(item, Post) and item.kind == "post"} == {
        "followers"
    }
    with pytest.raises(AccountError, match="X has one server"):
        X("https://evil.example")


def test_the_cost_is_known_before_anything_is_asked(keyring: MemoryKeyring) -> None:
    whole = X().estimate("alice")
    assert (whole.posts, whole.dollars) == (3200, (16.01, 32.01))
    assert X().estimate("alice", max_posts=3).posts == 5
    keyring.set_password("riskcheck", "x sign-in", json.dumps({"access_token": USER_TOKEN, "handle": "Alice"}))
    assert X().estimate("@alice").dollars[0] == pytest.approx(3.21)
    assert X().estimate("bob").dollars[0] == pytest.approx(16.01)


def test_no_access_no_request() -> None:
    with pytest.raises(AccountError, match=r"not signed in; run .*sign-in x.*, or set RISKCHECK_X_BEARER_TOKEN"):
        X().ready()
    assert X().sign_in_state() == "not signed in"


@pytest.mark.parametrize("token", ["two words", "new\nline-in-it", "tökentoken", "x"])
def test_what_is_no_token_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("RISKCHECK_X_BEARER_TOKEN", token)
    with pytest.raises(AccountError, match="holds no token") as caught:
        X().ready()
    assert token not in str(caught.value).replace("X_BEARER", "")


def _browser(address: str, *, change: dict[str, str] | None = None) -> None:
    """Do what X and the browser do: come back with a code."""
    asked = parse_qs(urlsplit(address).query)
    back = asked["redirect_uri"][0]
    forged = urlencode({"state": "forged", "code": "evil"})
    answers = [f"{back}?{forged}", f"{back.replace('callback', 'favicon.ico')}"]
    answers.append(f"{back}?{urlencode({'state': asked['state'][0], 'code': 'good'} | (change or {}))}")

    def visit() -> None:
        for answer in answers:
            try:
                urllib.request.urlopen(answer, timeout=5).close()
            except urllib.error.HTTPError as error:
                error.close()

    threading.Thread(target=visit, daemon=True).start()


def test_sign_in_with_pkce(server: XServer, keyring: MemoryKeyring, clock: Clock) -> None:
    shown: list[str] = []

    def show(address: str) -> None:
        shown.append(address)
        _browser(address)

    assert _signin.sign_in("my-app", show, port=0, server=server.url) == "alice"
    asked = parse_qs(urlsplit(shown[0]).query)
    assert asked["scope"] == ["tweet.read users.read offline.access"]
    assert asked["code_challenge_method"] == ["S256"]
    import base64
    import hashlib

    digest = hashlib.sha256(server.form["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == [base64.urlsafe_b64encode(digest).rstrip(b"=").decode()]
    assert server.form["code"] == "good"
    assert server.form["code_verifier"] not in shown[0]
    assert X().sign_in_state() == "signed in as @alice (keyring)"
    assert x(server).find("me").id == USER_ID
    clock.at += 7000  # the token is about to end
    assert list(x(server).fetch("me", max_posts=5))
    saved = json.loads(keyring.kept["riskcheck", "x sign-in"])
    assert (saved["access_token"], saved["refresh_token"]) == (FRESH_TOKEN, NEXT_REFRESH)
    assert server.requests[-1].headers["authorization"] == f"Bearer {FRESH_TOKEN}"
    clock.at += 7000
    with pytest.raises(AccountError, match="does not accept the sign-in; run `riskcheck accounts sign-in x` again"):
        x(server).find("me")  # X takes a refresh token once
    server.wrong.clear()
    assert _signin.sign_out()
    assert REFRESH not in str(keyring.kept)


def test_sign_in_is_kept_where_the_account_cannot_be_named(
    server: XServer, keyring: MemoryKeyring, clock: Clock
) -> None:
    server.faults = [None, Answer(402, {"title": "CreditsDepleted"})]
    assert _signin.sign_in("my-app", _browser, port=0, server=server.url) == ""
    assert X().sign_in_state() == "signed in as @unknown (keyring)"
    assert x(server).find("me").id == USER_ID


def test_sign_in_refused_or_left(server: XServer, clock: Clock) -> None:
    with pytest.raises(AccountError, match="refused in the browser"):
        _signin.sign_in("my-app", lambda address: _browser(address, change={"code": ""}), port=0, server=server.url)

    def leave(address: str) -> None:
        clock.at += 1000

    def late(address: str) -> None:
        threading.Timer(0.1, leave, [address]).start()

    with pytest.raises(AccountError, match="nobody came back"):
        _signin.sign_in("my-app", late, port=0, server=server.url)


def test_paging_stops_where_the_reader_stops(server: XServer) -> None:
    until(x(server).fetch("alice"), 10)
    assert len(server.requests) == 2

"""Mastodon against a stand-in of ours, and against the package mastodon-mock where that is installed."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from riskcheck.accounts import Patience, Place, UnavailableError
from riskcheck.accounts._address import may_lead
from riskcheck.accounts._wire import Wire
from riskcheck.accounts.mastodon import Mastodon
from riskcheck.errors import AccountError
from riskcheck.post import Post, Skipped
from riskcheck.sources import open_archive
from riskcheck.sources.mastodon import Mastodon as Export
from tests.accounts.kit import INSTANCE_TOKEN, Answer, Clock, MemoryKeyring, until
from tests.accounts.mastodon_server import MastodonServer, status


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MastodonServer]:
    monkeypatch.setattr(Wire, "seconds", (5.0, 1.5))
    made = MastodonServer([status(number, f"post {number}") for number in range(100)])
    with made.running():
        yield made
    assert not made.wrong


def texts(items: list[Post | Skipped]) -> list[str]:
    return [item.text for item in items if isinstance(item, Post) and item.kind not in ("handle", "bio")]


def newest_first(first: int, last: int = 0) -> list[str]:
    return [f"post {number}" for number in range(first, last - 1, -1)]


def test_all_posts_page_by_page(server: MastodonServer) -> None:
    items = list(Mastodon(server.url).fetch("@bob"))
    assert texts(items) == newest_first(99)
    assert [request.query.get("limit") for request in server.requests[1:]] == ["40"] * 4
    profile = [(item.kind, item.text, item.id) for item in items[:3] if isinstance(item, Post)]
    assert profile == [
        ("handle", "bob", "https://social.example/users/bob#handle"),
        ("handle", "Bob", "https://social.example/users/bob#name"),
        ("bio", "Cook & clerk", "https://social.example/users/bob#bio"),
    ]


def test_everything_a_status_holds(server: MastodonServer) -> None:
    other = status(50, "Words of another")
    server.statuses = [
        status(6, "", reblog=other),
        status(5, "vote", poll={"options": [{"title": "my boss"}, {"title": "the cat"}]}),
        status(4, "long day<br>really", spoiler_text="work rant"),
        status(3, "@eve yes", in_reply_to_id="1", visibility="unlisted"),
        status(2, "", media_attachments=[{"description": "me asleep at work"}, {"description": None}]),
    ]
    items = list(Mastodon(server.url).fetch("bob"))[3:]
    found = [(item.kind, item.text, item.others_words, item.visibility) for item in items if isinstance(item, Post)]
    assert found == [
        ("repost", "Words of another", True, "public"),
        ("post", "vote\n\nmy boss\n\nthe cat", False, "public"),
        ("post", "work rant\n\nlong day\nreally", False, "public"),
        ("reply", "@eve yes", False, "unlisted"),
        ("alt", "me asleep at work", False, "public"),
    ]
    assert [item.reason for item in items if isinstance(item, Skipped)] == [
        "no text of its own (a picture, a link or a repost)"
    ]


def test_the_same_posts_as_the_export(server: MastodonServer, tmp_path: Path) -> None:
    server.statuses = [status(4, "long day<br>really", spoiler_text="work rant"), status(3, "fine &amp; well")]
    outbox = {
        "@context": "https://www.w3.org/ns/activitystreams", "type": "OrderedCollection",
        "orderedItems": [
            {
                "type": "Create",
                "object": {
                    "type": "Note", "id": entry["uri"], "summary": entry["spoiler_text"] or None,
                    "content": entry["content"], "published": entry["created_at"], "url": entry["url"],
                    "to": ["https://www.w3.org/ns/activitystreams#Public"], "attachment": [],
                },
            }
            for entry in server.statuses
        ],
    }  # fmt: skip
    (tmp_path / "outbox.json").write_text(json.dumps(outbox))
    with open_archive(tmp_path) as archive:
        exported = [(item.id, item.digest) for item in Export().read(archive) if isinstance(item, Post)]
    live = [item for item in Mastodon(server.url).fetch("bob") if isinstance(item, Post)]
    assert [(item.id, item.digest) for item in live if item.kind == "post"] == exported


def test_a_token_shows_more_and_goes_to_its_own_server_only(
    server: MastodonServer, keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.statuses[0]["visibility"] = "private"
    server.statuses[1]["visibility"] = "direct"
    assert len(texts(list(Mastodon(server.url).fetch("bob")))) == 98
    keyring.set_password("riskcheck", f"mastodon {server.url.partition('//')[2]}", INSTANCE_TOKEN)
    items = [item for item in Mastodon(server.url).fetch("bob") if isinstance(item, Post) and item.kind == "post"]
    assert [item.visibility for item in items][:3] == ["followers", "direct", "public"]
    assert Mastodon(server.url).sign_in_state().endswith("(keyring)")
    keyring.kept.clear()
    monkeypatch.setenv("RISKCHECK_MASTODON_TOKEN", INSTANCE_TOKEN)
    monkeypatch.setenv("RISKCHECK_MASTODON_SERVER", "https://other.example")
    assert len(texts(list(Mastodon(server.url).fetch("bob")))) == 98
    assert "authorization" not in server.requests[-1].headers
    monkeypatch.setenv("RISKCHECK_MASTODON_SERVER", server.url)
    assert len(texts(list(Mastodon().fetch("bob")))) == 100


def test_a_token_does_not_follow_to_another_server(server: MastodonServer, keyring: MemoryKeyring) -> None:
    keyring.set_password("riskcheck", f"mastodon {server.url.partition('//')[2]}", INSTANCE_TOKEN)
    other = MastodonServer([])
    with other.running() as url:
        server.faults = [Answer(302, {}, {"Location": f"{url}/api/v1/accounts/lookup?acct=bob"})]
        assert Mastodon(server.url).find("bob").id == "7"
    assert server.requests[0].headers["authorization"] == f"Bearer {INSTANCE_TOKEN}"
    assert "authorization" not in other.requests[0].headers
    server.faults = [Answer(302, {}, {"Location": server.url})] * 200
    with pytest.raises(AccountError):
        Mastodon(server.url).find("bob")


@pytest.mark.parametrize(
    "target",
    ["http://social.example/x", "https://192.168.1.1/x", "https://router.local/", "https://[::1]/", "ftp://a/"],
)
def test_a_redirect_into_the_network_around_or_without_encryption_is_not_followed(target: str) -> None:
    assert not may_lead("https://social.example/api", target)
    assert may_lead("https://social.example/api", "https://www.social.example/api")


def test_a_redirect_without_encryption_gets_nothing(server: MastodonServer, keyring: MemoryKeyring) -> None:
    keyring.set_password("riskcheck", f"mastodon {server.url.partition('//')[2]}", INSTANCE_TOKEN)
    server.faults = [Answer(301, {}, {"Location": "http://social.example/api/v1/accounts/lookup?acct=bob"})]
    with pytest.raises(AccountError, match="sends us on to an address that is not safe to follow"):
        Mastodon(server.url).find("bob")
    assert len(server.requests) == 1


def test_a_locked_keyring_is_said_and_what_is_public_is_read(server: MastodonServer, keyring: MemoryKeyring) -> None:
    keyring.locked = RuntimeError(f"the bus says {INSTANCE_TOKEN}")
    account = Mastodon(server.url)
    assert len(texts(list(account.fetch("bob")))) == 100
    assert "Without a token" in account.unseen()[0]
    assert "keyring of this system cannot be opened; unlock it" in account.unseen()[0]
    assert "cannot be opened" in account.sign_in_state()
    keyring.locked = None
    keyring.set_password("riskcheck", f"mastodon {server.url.partition('//')[2]}", INSTANCE_TOKEN)
    account.find("bob")
    assert account.unseen()[0].startswith("Read with your token (keyring)")


def lean(number: int, **more: object) -> dict[str, object]:
    """Return what the least of the software that speaks Mastodon's language gives."""
    return {"id": f"9xKLvJ{number:04}", "created_at": "2024-01-01T00:00:00.000Z", "content": "plain <3 words"} | more


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, [("post", "plain <3 words")]),
        ({"id": 110000000000000007}, [("post", "plain <3 words")]),
        ({"id": "01HZXK3V5T5Y8Q9W7R6E4D2C1B", "created_at": "2024-01-01T00:00:00+00:00"}, [("post", "plain <3 words")]),
        ({"created_at": None}, [("post", "plain <3 words")]),
        ({"content": "<p>one</p>\n<p><span>two<br />three &#39;n&#39; four</span></p>"},
         [("post", "one\n\ntwo\nthree 'n' four")]),
        ({"content": '<a href="https://a.example/p"><span class="invisible">https://</span>a.example/p</a>'},
         [("post", "a.example/p")]),
        ({"content": None, "media_attachments": None, "poll": None}, []),
        ({"quote": {"state": "accepted", "quoted_status": lean(2)}}, [("quote", "plain <3 words")]),
        ({"pleroma": {"quote_id": "9xKL"}}, [("quote", "plain <3 words")]),
        ({"quote_id": "7", "in_reply_to_id": "8"}, [("reply", "plain <3 words")]),
        ({"reblog": lean(3, content="<p>theirs</p>", quote_id="1")}, [("repost", "theirs")]),
        ({"spoiler_text": None, "media_attachments": [{"description": "a cat", "type": "unknown"}, None, {}]},
         [("post", "plain <3 words"), ("alt", "a cat")]),
    ],
)  # fmt: skip
def test_other_software(server: MastodonServer, more: dict[str, object], found: list[tuple[str, str]]) -> None:
    account = {"id": "9xKLaccount", "acct": "bob"}
    server.faults = [Answer(200, account), Answer(200, [lean(1, **more)]), Answer(200, [])]
    items = list(Mastodon(server.url).fetch("bob"))
    posts = [(item.kind, item.text) for item in items if isinstance(item, Post) and item.kind != "handle"]
    assert posts == found
    assert len([item for item in items if isinstance(item, Skipped)]) == (not found)
    server.requests.clear()
    server.faults = []


def test_limits_and_what_is_new(server: MastodonServer) -> None:
    place, account = Place(), Mastodon(server.url)
    assert texts(list(account.fetch("bob", place, max_posts=30))) == newest_first(99, 70)
    server.statuses.insert(0, status(200, "meanwhile"))
    assert texts(list(account.fetch("bob", place, since=dt.date(2024, 1, 3)))) == ["meanwhile", *newest_first(69, 48)]
    assert texts(list(account.fetch("bob", place))) == newest_first(47)
    assert not place.gaps
    server.knows_bounds = False  # software that does not know since_id
    server.statuses.insert(0, status(201, "later"))
    assert texts(list(account.fetch("bob", place))) == ["later"]


def test_deletions_while_paging_lose_nothing_else(server: MastodonServer) -> None:
    stream = Mastodon(server.url).fetch("bob")
    got = until(stream, 13)
    del server.statuses[35:45]
    assert texts([*got, *stream]) == [*newest_first(99, 60), *newest_first(54)]


@pytest.mark.parametrize(
    "header",
    [
        lambda at: {"X-RateLimit-Reset": f"{dt.datetime.fromtimestamp(at + 120, dt.UTC):%FT%TZ}"},
        lambda at: {"X-RateLimit-Reset": str(int(at + 120))},
        lambda at: {"Retry-After": "120"},
    ],
    ids=["iso", "epoch", "retry-after"],
)  # fmt: skip
def test_a_rate_limit_is_waited_out(server: MastodonServer, clock: Clock, header: object) -> None:
    server.faults = [None, None, Answer(429, {"error": "Too many requests"}, header(clock.at))]  # type: ignore[operator]
    assert len(texts(list(Mastodon(server.url, Patience()).fetch("bob")))) == 100
    assert 118 < clock.slept < 123


@pytest.mark.parametrize("how", ["cut", "late"])
def test_a_scan_that_breaks_off_goes_on(server: MastodonServer, clock: Clock, how: str) -> None:
    place, got = Place(), []
    server.faults = [None, None, *[Answer(200, [status(1, "x" * 900)], how=how)] * 3, Answer(503, b"")]
    with pytest.raises(UnavailableError, match=r"http://127\.0\.0\.1:\d+ could not be reached"):
        got += Mastodon(server.url).fetch("bob", place)
    assert texts(list(Mastodon(server.url).fetch("bob", place))) == newest_first(59)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(404, {"error": "Record not found"}), "no such account, or no server that speaks"),
        (Answer(401, {"error": "This method requires an authenticated user"}), "asks for a token even for public"),
        (Answer(410, {"error": "gone"}), "suspended or gone"),
        (Answer(403, {"error": "This \x1b[31maction is\nnot allowed"}), r"403: This \[31maction is not"),
        (Answer(422, [1]), r"refuses this request \(422\)"),
    ],
)  # fmt: skip
def test_a_refusal_is_explained_at_once(server: MastodonServer, clock: Clock, answer: Answer, says: str) -> None:
    server.faults = [answer]
    with pytest.raises(AccountError, match=says):
        list(Mastodon(server.url).fetch("bob"))
    assert clock.slept == 0


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b"[3, null]", b'[{"id": {}, "content": 3}]', b'[{"created_at": "x"}]']
)
def test_an_odd_answer_is_no_crash(server: MastodonServer, body: bytes) -> None:
    server.faults = [None, *[Answer(200, body)] * 4]
    try:
        items = list(Mastodon(server.url).fetch("bob"))
    except AccountError:
        return
    assert all(isinstance(item, Post | Skipped) for item in items)


def test_names(server: MastodonServer) -> None:
    host = server.url.partition("//")[2]
    for name in ("bob", "@bob", f"@bob@{host}", "https://social.example/@bob"):
        assert Mastodon(server.url).find(name).handle == f"@bob@{host}"
    with pytest.raises(AccountError, match="on which server"):
        Mastodon().find("@bob")
    with pytest.raises(AccountError, match="is no handle"):
        Mastodon().find("@bob@a b")
    with pytest.raises(AccountError, match="no such account"):
        Mastodon(server.url).find("nobody")
    with pytest.raises(AccountError, match="not encrypted"):
        Mastodon("http://social.example")


def test_against_the_mock_of_another_author() -> None:
    if not importlib.util.find_spec("mastodon_mock"):
        pytest.skip("mastodon-mock is not installed: pip install mastodon-mock")
    script = Path(__file__).parent / "mock_server.py"
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        items = list(Mastodon(url).fetch("@alice"))
        process.kill()
    assert texts(items) == newest_first(89)
    assert [item.text for item in items[:2] if isinstance(item, Post)] == ["alice", "Alice"]

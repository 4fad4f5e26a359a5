"""Bluesky against a real PDS with its directory, on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from click.testing import CliRunner

from riskcheck.accounts import Patience, Place, UnavailableError
from riskcheck.accounts._address import may_lead
from riskcheck.accounts._atproto import Identity
from riskcheck.accounts.bluesky import Bluesky
from riskcheck.cli import cli
from riskcheck.errors import AccountError
from riskcheck.post import Post, Skipped
from riskcheck.sources import open_archive
from riskcheck.sources.bluesky import Bluesky as Export
from tests.accounts.kit import Answer, Clock, Request, Server, until
from tests.accounts.pds import Pds, PdsAccount, installed
from tests.report.samples import FakeAssessor

COUNT = 160


@pytest.fixture(scope="module")
def alice(pds: Pds) -> PdsAccount:
    made = pds.account("alice")
    made.profile(displayName="Alice", description="I hate mondays")
    made.write([{"text": f"post {number}"} for number in range(COUNT)])
    made.write([{"text": "", "embed": {"$type": "app.bsky.embed.images", "images": []}}])
    return made


def texts(items: list[Post | Skipped]) -> list[str]:
    return [item.text for item in items if isinstance(item, Post) and item.kind == "post"]


def newest_first(first: int, last: int = 0) -> list[str]:
    return [f"post {number}" for number in range(first, last - 1, -1)]


def test_the_whole_repository_page_by_page(pds: Pds, alice: PdsAccount) -> None:
    items = list(Bluesky(pds.url).fetch("alice.test"))
    assert texts(items) == newest_first(COUNT - 1)
    profile = [(item.kind, item.text) for item in items[:3] if isinstance(item, Post)]
    assert profile == [("handle", "alice.test"), ("handle", "Alice"), ("bio", "I hate mondays")]
    post = items[-1]
    assert isinstance(post, Post)
    assert (post.platform, post.visibility, post.language) == ("bluesky", "public", "en")
    assert post.url == f"https://bsky.app/profile/{alice.did}/post/{post.id}"
    assert post.created is not None
    assert [item.reason for item in items if isinstance(item, Skipped)] == [
        "no text of its own (a picture, a link or a repost)"
    ]


def test_the_same_posts_as_the_export(pds: Pds, alice: PdsAccount, tmp_path: Path) -> None:
    """Ids and digests agree, so that decisions made on one hold for the other."""
    car = requests.get(f"{pds.url}/xrpc/com.atproto.sync.getRepo", params={"did": alice.did}, timeout=20)
    (tmp_path / "repo.car").write_bytes(car.content)
    with open_archive(tmp_path / "repo.car") as archive:
        exported = {(item.id, item.digest) for item in Export().read(archive) if isinstance(item, Post)}
    live = list(Bluesky(pds.url).fetch(alice.did))
    scanned = {(item.id, item.digest) for item in live if isinstance(item, Post) and not item.id.endswith("#handle")}
    assert scanned == exported


def test_names_are_resolved_by_the_directory(pds: Pds, alice: PdsAccount) -> None:
    identity = Identity(directory=pds.directory, resolver=pds.url)
    for name in ("alice.test", "@Alice.test", alice.did, f"https://bsky.app/profile/{alice.did}"):
        person = Bluesky(identity=identity).find(name)
        assert (person.id, person.handle, person.server) == (alice.did, "@alice.test", pds.url)
    with pytest.raises(AccountError, match="no account of this name; check the handle"):
        Bluesky(identity=identity).find("nobody.test")
    with pytest.raises(AccountError, match=r"refuses this request \(404"):
        Bluesky(identity=identity).find("did:plc:" + "a" * 24)


def test_unknown_and_gone_accounts(pds: Pds) -> None:
    with pytest.raises(AccountError, match="no such account on this server"):
        Bluesky(pds.url).find("did:plc:" + "a" * 24)
    with pytest.raises(AccountError, match="no account of Bluesky"):
        Bluesky(pds.url).find("did:key:zabc")
    gone = pds.account("gone")
    gone.write([{"text": "hello"}])
    gone.deactivate()
    with pytest.raises(AccountError):
        list(Bluesky(pds.url).fetch(gone.did))


def test_deletions_while_paging_lose_nothing_else(pds: Pds) -> None:
    carol = pds.account("carol")
    keys = carol.write([{"text": f"post {number}"} for number in range(150)])
    stream = Bluesky(pds.url).fetch("carol.test")
    got = until(stream, 51)
    for number in (149, 120, 51, 50, 49, 48, 10):  # read already, the border of the page, still to come
        carol.delete(keys[number])
    rest = [*got, *stream]
    # The first page, of 100, was complete when the posts went.
    assert texts(rest) == [text for text in newest_first(149) if text not in ("post 49", "post 48", "post 10")]


def test_limits_and_what_is_new(pds: Pds) -> None:
    dave = pds.account("dave")
    dave.write([{"text": f"post {number}"} for number in range(120)])
    place = Place()
    account = Bluesky(pds.url)
    assert texts(list(account.fetch("dave.test", place, max_posts=30))) == newest_first(119, 90)
    dave.write([{"text": "meanwhile"}])
    assert texts(list(account.fetch("dave.test", place, max_posts=50))) == ["meanwhile", *newest_first(89, 41)]
    assert texts(list(account.fetch("dave.test", place))) == newest_first(40)
    assert not place.gaps
    assert texts(list(account.fetch("dave.test", place))) == []
    today = time.strftime("%Y-%m-%d", time.gmtime())
    import datetime as dt

    assert len(texts(list(account.fetch("dave.test", since=dt.date.fromisoformat(today))))) == 121
    assert texts(list(account.fetch("dave.test", since=dt.date(2099, 1, 1)))) == []


@contextmanager
def forwarder(target: str, answers: int) -> Iterator[str]:
    """Pass connections on to a server, and drop the line in the middle after so many answers."""
    host, port = urlsplit(target).hostname, urlsplit(target).port
    left = [answers]
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def one(client: socket.socket) -> None:
            with client, socket.create_connection((host, port)) as upstream:
                request = client.recv(65536).replace(b"Connection: keep-alive", b"Connection: close")
                upstream.sendall(request)
                answer = b""
                while part := upstream.recv(65536):
                    answer += part
                left[0] -= 1
                client.sendall(answer if left[0] >= 0 else answer[: len(answer) // 2])

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=[client], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def test_a_line_that_breaks_is_continued_the_next_time(pds: Pds, alice: PdsAccount, clock: Clock) -> None:
    place, got = Place(), []
    with (
        forwarder(pds.url, answers=3) as url,
        pytest.raises(UnavailableError, match="the connection failed or was cut"),
    ):
        got += Bluesky(url).fetch(alice.did, place)
    assert clock.slept == 1 + 2 + 4
    assert texts(list(Bluesky(pds.url).fetch(alice.did, place))) == newest_first(COUNT - 100)
    assert not place.gaps


def test_a_pds_that_stops_in_the_middle() -> None:
    own = Pds(installed())
    try:
        erin = own.account("erin")
        erin.write([{"text": f"post {number}"} for number in range(150)])
        place = Place()
        stream = Bluesky(own.url).fetch("erin.test", place)
        got = until(stream, 20)
        own.stop()
        with pytest.raises(UnavailableError, match=r"could not be reached .* repeat the same command"):
            got.extend(stream)
        assert texts(got) == newest_first(149, 50)
        assert place.gaps
    finally:
        own.stop()


class Odd(Server):
    """Answers that no healthy server gives."""

    page: object = None

    def answer(self, request: Request) -> Answer:
        if request.path.endswith("describeRepo"):
            return Answer(200, {"handle": "odd.test", "did": "did:plc:" + "b" * 24})
        if request.path.endswith("getRecord"):
            return Answer(400, {"error": "InvalidRequest", "message": "Could not locate record: at://…"})
        if request.path.endswith("listRecords"):
            return Answer(200, self.page)
        return Answer(404, {"error": "NotFound"})


DID = "did:plc:" + "b" * 24


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"records": None},
        {"records": [None, 3, {"uri": 5}, {"uri": "at://x/y/3kaaaaaaaaaaa", "value": [1]}], "cursor": "same"},
        {"records": [], "cursor": "on and on"},
        {"records": [{"uri": "at://x/y/3kaaaaaaaaaaa", "value": {"$type": "app.bsky.feed.post", "text": 7}}]},
    ],
)
def test_odd_answers_are_no_crash(page: object) -> None:
    server = Odd()
    server.page = page
    with server.running() as url:
        items = list(Bluesky(url).fetch(DID))
    assert all(isinstance(item, Post | Skipped) for item in items)


def test_a_rate_limit_is_waited_out(clock: Clock) -> None:
    server = Odd()
    server.page = {"records": []}
    reset = {"ratelimit-reset": str(int(clock.at) + 90), "ratelimit-limit": "3000"}
    server.faults = [
        Answer(429, {"error": "RateLimitExceeded"}, reset),
        Answer(502, b"bad gateway"),
        Answer(200, b"no json"),
    ]
    with server.running() as url:
        assert [item.text for item in Bluesky(url, Patience()).fetch(DID) if isinstance(item, Post)] == ["odd.test"]
    assert 89 < clock.slept < 91 + 1 + 2 + 4


def test_a_document_must_not_lead_to_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    document = {
        "alsoKnownAs": ["at://odd.test"],
        "service": [{"type": "AtprotoPersonalDataServer", "serviceEndpoint": "http://localhost:22"}],
    }
    monkeypatch.setattr("riskcheck.accounts._atproto.ask", lambda *_: document)
    with pytest.raises(AccountError, match="names no server"):
        Bluesky(identity=Identity(directory="https://plc.example")).find(DID)
    document["alsoKnownAs"] = ["at://other.test"]
    with pytest.raises(AccountError, match="handle now belongs to nobody or to another"):
        Identity(directory="https://plc.example")._document(DID, "odd.test", Patience())


def test_a_redirect_into_this_network_is_not_followed() -> None:
    server = Odd()
    server.faults = [Answer(302, {}, {"Location": "https://192.168.1.1/admin"})]
    with server.running() as url:
        assert may_lead(url, "https://192.168.1.1/admin")  # from this computer it is no step inwards
        server.faults = [Answer(302, {}, {"Location": "http://social.example/admin"})]
        with pytest.raises(AccountError, match="sends us on to an address that is not safe"):
            Bluesky(url).find(DID)
    assert len(server.requests) == 1


@pytest.mark.parametrize("document", [{"alsoKnownAs": 3, "service": 4}, {"alsoKnownAs": "at://a", "service": {"a": 1}}])
def test_an_odd_document_is_no_crash(monkeypatch: pytest.MonkeyPatch, document: object) -> None:
    monkeypatch.setattr("riskcheck.accounts._atproto.ask", lambda *_: document)
    with pytest.raises(AccountError, match="names no server"):
        Bluesky(identity=Identity(directory="https://plc.example")).find(DID)


def test_the_command_from_end_to_end(pds: Pds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.cli.options.assessor_of", lambda *_: FakeAssessor())
    frank = pds.account("frank")
    frank.write([{"text": "my boss is an idiot"}, {"text": "fine day"}])
    arguments = ["scan", "bluesky", "frank.test", "--server", pds.url, "--output", str(tmp_path / "out")]
    first = CliRunner().invoke(cli, arguments)
    assert first.exit_code == 1, first.output
    assert f"Read @frank.test live on Bluesky ({pds.url}): 2 records fetched." in first.stdout
    frank.write([{"text": "another idiot"}])
    second = CliRunner().invoke(cli, arguments)
    assert "2 to look at" in second.stdout
    assert "1 record fetched" in second.stdout
    assert CliRunner().invoke(cli, [*arguments[:2], "ghost.test", *arguments[3:]]).exit_code == 2

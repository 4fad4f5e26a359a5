"""`riskcheck scan` and `riskcheck accounts`: cost, reports, exit codes, going on, watching, and no token anywhere."""

from __future__ import annotations

import json
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from keyring.errors import KeyringLocked

from riskcheck.accounts import State
from riskcheck.cli import cli
from riskcheck.errors import InputError
from riskcheck.store import Store, data_folder
from tests.accounts.conftest import clock, keyring, no_secret_anywhere  # noqa: F401 (fixtures)
from tests.accounts.kit import INSTANCE_TOKEN, SECRETS, TOKEN, Answer, Clock, MemoryKeyring
from tests.accounts.mastodon_server import MastodonServer, status
from tests.accounts.x_server import CAPPED, LIMITED, UNAUTHORIZED, XServer, tweet
from tests.report.samples import FakeAssessor

TEXTS = ("Great first day!", "my boss is an idiot", "a fatty paycheck", "damn bus", "nothing much")
REPORTS = {"report.html", "report.md", "posts.csv", "posts.jsonl", "cleanup.csv", "coverage.json"}


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.cli.options.assessor_of", lambda *_: FakeAssessor())


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    made = MastodonServer([status(number, TEXTS[number % 5]) for number in range(100)])
    with made.running():
        yield made
    assert not made.wrong


@pytest.fixture
def x_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[XServer]:
    monkeypatch.setenv("RISKCHECK_X_BEARER_TOKEN", TOKEN)
    made = XServer([tweet(number, TEXTS[number % 5]) for number in range(150)])
    with made.running():
        yield made
    assert not made.wrong


def call(*arguments: object, answer: str = "") -> Result:
    result = CliRunner().invoke(cli, list(map(str, arguments)), input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    for secret in SECRETS:
        assert secret not in result.output
    return result


def scan(server: MastodonServer, *arguments: object) -> Result:
    return call("scan", "mastodon", "@bob", "--server", server.url, *arguments)


def x(server: XServer, *arguments: object, answer: str = "") -> Result:
    return call("scan", "x", "alice", "--server", server.url, *arguments, answer=answer)


def posts(folder: Path) -> list[str]:
    lines = (folder / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["post"]["text"] for line in lines]


def coverage(folder: Path) -> dict[str, object]:
    facts = json.loads((folder / "coverage.json").read_text())["coverage"]
    assert isinstance(facts, dict)
    return facts


def test_same_summary_coverage_and_exit_code_as_an_audit(server: MastodonServer, tmp_path: Path) -> None:
    result = scan(server, "--output", tmp_path / "out")
    assert result.exit_code == 1, result.output
    assert re.search(r"Read @bob@127\S+ live on Mastodon \(http://127\S+\): 100 records fetched\.", result.stdout)
    assert "Found 103 posts." in result.stdout
    assert "Without a token a scan of Mastodon sees public and unlisted posts" in result.stdout
    assert "40 to look at (band medium and above)." in result.stdout
    assert {path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")} == REPORTS
    assert "live on Mastodon" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    account = coverage(tmp_path / "out")["account"]
    assert isinstance(account, dict)
    assert (account["service"], account["fetched"], account["complete"]) == ("mastodon", 100, True)
    with Store() as store:
        assert store.runs()[0].counts["posts"] == 103


def test_nothing_found_is_clear_and_decisions_hold(server: MastodonServer) -> None:
    server.statuses = [status(1, "Great first day!"), status(0, "my boss is an idiot")]
    assert scan(server).exit_code == 1
    from riskcheck.post import Post

    with Store() as store:
        store.decide(Post(text="my boss is an idiot", platform="mastodon").digest, "false_alarm")
    result = scan(server, "--all")
    assert result.exit_code == 0
    assert "1 settled by your decisions" in result.stdout


def test_the_next_scan_reads_only_what_is_new(server: MastodonServer, tmp_path: Path) -> None:
    assert scan(server).exit_code == 1
    before = len(server.requests)
    result = scan(server)
    assert result.exit_code == 0
    assert len(server.requests) == before + 2
    assert "0 records fetched" in result.stdout
    assert "--all reads everything again" in result.stdout
    server.statuses.insert(0, status(300, "one more idiot"))
    result = scan(server, "--json")
    assert [json.loads(line)["post"]["text"] for line in result.stdout.splitlines()] == ["one more idiot"]
    assert len([*scan(server, "--all", "--json", "--quiet").stdout.splitlines()]) == 104
    text = (data_folder() / "accounts.json").read_text()
    assert "bob" not in text
    assert "idiot" not in text
    assert stat.S_IMODE((data_folder() / "accounts.json").stat().st_mode) == 0o600
    assert not (tmp_path / "out").exists()


def test_a_folder_keeps_the_posts_of_earlier_scans(server: MastodonServer, tmp_path: Path) -> None:
    scan(server, "--output", tmp_path / "out")
    scan(server)  # the state moves on; the folder still knows what it lacks
    server.statuses.insert(0, status(300, "one more idiot"))
    scan(server)
    result = scan(server, "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert "1 record fetched" in result.stdout
    assert "100 posts come from earlier scans into this folder" in result.stdout
    assert posts(tmp_path / "out").count("one more idiot") == 1
    assert len(posts(tmp_path / "out")) == 104
    kept = next(path for path in (tmp_path / "out").iterdir() if path.name.startswith(".riskcheck-scan"))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with kept.open("ab") as stream:  # a scan that was killed while it wrote
        stream.write(b'{"text": "half a li')
    del server.statuses[0]
    scan(server, "--output", tmp_path / "out")
    assert len(posts(tmp_path / "out")) == 104
    scan(server, "--output", tmp_path / "out", "--all")
    assert len(posts(tmp_path / "out")) == 103


def test_a_scan_that_breaks_off_says_so_and_goes_on(server: MastodonServer, tmp_path: Path, clock: Clock) -> None:  # noqa: F811
    server.faults = [None, None, *[Answer(500, {})] * 4]
    result = scan(server, "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert "could not be reached (fault 500 of the server; tried 4 times)" in result.stderr
    assert "It came back to 2024-01-03 (40 records)." in result.stderr
    assert "NOT COMPLETE, the scan broke off" in result.stdout
    assert "NOT COMPLETE" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert len(posts(tmp_path / "out")) == 43
    account = coverage(tmp_path / "out")["account"]
    assert isinstance(account, dict)
    assert account["complete"] is False
    server.statuses.insert(0, status(300, "meanwhile"))
    again = scan(server, "--output", tmp_path / "out")
    assert again.exit_code == 1
    assert "NOT COMPLETE" not in again.stdout
    assert len(posts(tmp_path / "out")) == 104
    assert clock.slept == 7


def test_everything_anew_loses_nothing_where_it_breaks_off(server: MastodonServer, tmp_path: Path) -> None:
    scan(server, "--output", tmp_path / "out")
    server.faults = [None, None, *[Answer(500, {})] * 4]
    assert scan(server, "--output", tmp_path / "out", "--all").exit_code == 2
    assert len(posts(tmp_path / "out")) == 103
    assert scan(server, "--output", tmp_path / "out").exit_code == 1
    assert len(posts(tmp_path / "out")) == 103
    assert len([path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]) == 1


def test_a_new_folder_gets_everything(server: MastodonServer, tmp_path: Path) -> None:
    """A report of what was not printed before would look clear and be nothing of the kind."""
    scan(server)
    state = (data_folder() / "accounts.json").read_text()
    result = scan(server, "--output", tmp_path / "out", "--max-posts", "10")
    assert "10 records fetched" in result.stdout
    assert "had not read was fetched" not in result.stdout
    assert (data_folder() / "accounts.json").read_text() == state  # all of it was read before
    assert scan(server, "--output", tmp_path / "out").exit_code == 1
    assert len(posts(tmp_path / "out")) == 103


def test_reports_that_cannot_be_written_lose_nothing(
    x_server: XServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def full(*_: object) -> None:
        raise InputError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("riskcheck.report.write_all", full)
        assert "no space left" in x(x_server, "--yes", "--output", out).stderr
    assert x(x_server, "--yes", "--output", out).exit_code == 1
    assert len(posts(out)) == 153
    assert x_server.billed["posts"] == 150


def test_everything_anew_that_breaks_off_twice_loses_nothing(server: MastodonServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan(server, "--output", out)
    for pages in (2, 1, 0):
        server.faults = [None, *[None] * pages, *[Answer(500, {})] * 4]
        assert scan(server, "--output", out, "--all").exit_code == 2
        assert len(posts(out)) == 103
    scan(server, "--output", out)
    assert len([path for path in out.iterdir() if path.name.startswith(".")]) == 1


@pytest.mark.parametrize("watch", [(), ("--watch", "1h")])
def test_stopped_before_anything_came_is_no_clear_result(
    server: MastodonServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watch: tuple[str, ...]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    server.faults = [Answer(429, {})]
    monkeypatch.setattr("riskcheck.accounts._telling.Teller.wait", interrupted)
    result = scan(server, "--output", tmp_path / "out", *watch)
    assert result.exit_code == 2
    assert "you stopped it; what was fetched is kept in its folder, and the same command goes on" in result.stderr


def test_stopped_while_assessing_keeps_what_came(
    x_server: XServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("riskcheck.accounts._telling.Teller.progress", interrupted)
        assert x(x_server, "--yes", "--output", tmp_path / "out").exit_code == 2
    assert x(x_server, "--yes", "--output", tmp_path / "out").exit_code == 1
    assert len(posts(tmp_path / "out")) == 153
    assert x_server.billed["posts"] == 150


def test_a_server_that_shows_nothing_is_no_clear_result(server: MastodonServer) -> None:
    server.faults = [None, Answer(200, [])]
    result = scan(server)
    assert result.exit_code == 2
    assert "counts 100 posts in this account and showed none, so nothing is known; sign in" in result.stderr
    assert scan(server).exit_code == 1
    assert "Found 103 posts." not in scan(server, "--since", "2030-01-01").stdout


def test_what_a_new_token_shows_is_read_though_it_is_old(
    server: MastodonServer,
    tmp_path: Path,
    keyring: MemoryKeyring,  # noqa: F811
) -> None:
    for entry in server.statuses[50:60]:
        entry["visibility"] = "private"
    scan(server, "--output", tmp_path / "out")
    assert len(posts(tmp_path / "out")) == 93
    keyring.set_password("riskcheck", f"mastodon {server.url.partition('//')[2]}", INSTANCE_TOKEN)
    result = scan(server, "--output", tmp_path / "out")
    assert "Read with your token (keyring)" in result.stdout
    assert len(posts(tmp_path / "out")) == 103
    assert "0 records fetched" in scan(server, "--output", tmp_path / "out").stdout


def test_stopped_by_the_user_keeps_what_came(server: MastodonServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    server.faults = [None, None, Answer(429, {})]
    with monkeypatch.context() as patch:
        patch.setattr("riskcheck.accounts._telling.Teller.wait", interrupted)
        result = scan(server)
    assert result.exit_code == 2
    assert "you stopped it. It came back to 2024-01-03 (40 records)." in result.stderr
    assert "Found 43 posts." in result.stdout


def test_max_posts_and_since(server: MastodonServer) -> None:
    result = scan(server, "--max-posts", "10")
    assert result.exit_code == 1
    assert "Stopped at --max-posts 10; the same command goes on with older ones." in result.stdout
    assert "10 records fetched" in scan(server, "--max-posts", "10").stdout
    result = scan(server, "--all", "--since", "2024-01-04")
    assert "28 records fetched" in result.stdout
    assert "Not fetched: what is older than 2024-01-04." in result.stdout


def test_watch_shows_only_what_is_new(server: MastodonServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            server.statuses.insert(0, status(300, "one more idiot"))
        if len(slept) == 3:
            server.faults = [None, *[Answer(503, {})] * 4]
        if len(slept) == 4:
            server.statuses.insert(0, status(301, "a second idiot"))
        if len(slept) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr("riskcheck.cli.scan.sleep", sleep)
    result = scan(server, "--watch", "1h", "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert slept == [3600] * 5
    assert result.stderr.count("nothing new") == 1
    assert result.stderr.count("fault 503") == 1
    assert result.stdout.count("1 to look at") == 2
    assert len(posts(tmp_path / "out")) == 105


def test_watch_ends_where_waiting_does_not_help(server: MastodonServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskcheck.cli.scan.sleep", lambda seconds: server.faults.append(Answer(404, {})))
    result = scan(server, "--watch", "30m")
    assert result.exit_code == 2
    assert "no such account" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scan", "myspace", "tom"], "choose one of bluesky, mastodon, x"),
        (["scan", "mastodon", "bob"], "on which server"),
        (["scan", "mastodon", "bob", "--server", "http://a.example"], "not encrypted"),
        (["scan", "mastodon", "bob", "--server", "https://a.example/path"], "no address of a server"),
        (["scan", "x", "bob"], "not signed in"),
        (["scan", "x", "bob", "--max-posts", "0"], "x>=1"),
        (["scan", "bluesky", "bob", "--watch", "often"], "30m, 1h or 1d"),
        (["scan", "bluesky", "bob", "--since", "soon"], "2024-05-31"),
    ],
)
def test_wrong_use_is_explained(arguments: list[str], message: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_cost_is_shown_and_asked_for_first(x_server: XServer, tmp_path: Path) -> None:
    result = x(x_server, "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert "X (Twitter) charges for reading: up to 3,200 posts: up to $16.01" in result.stderr
    assert "nothing was read and nothing charged" in result.stderr
    assert x(x_server, answer="n\n").exit_code == 2
    assert not x_server.requests
    assert not (tmp_path / "out").exists()
    result = x(x_server, "--max-posts", "20", answer="y\n")
    assert result.exit_code == 1
    assert "up to 20 posts: up to $0.11" in result.stderr
    assert x_server.billed == {"users": 1, "posts": 20}
    assert x(x_server, "--yes", "--quiet", "--max-posts", "7").stderr == ""


def test_x_goes_on_without_paying_twice(x_server: XServer, tmp_path: Path, clock: Clock) -> None:  # noqa: F811
    x_server.faults = [None, None, Answer(429, CAPPED)]
    result = x(x_server, "--yes", "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert "monthly cap of your app is used up, and waiting does not help" in result.stderr
    assert clock.slept == 0
    assert len(posts(tmp_path / "out")) == 103
    assert x(x_server, "--yes", "--output", tmp_path / "out").exit_code == 1
    assert len(posts(tmp_path / "out")) == 153
    assert x_server.billed["posts"] == 150


def test_waits_are_visible(x_server: XServer, clock: Clock) -> None:  # noqa: F811
    x_server.faults = [None, Answer(429, LIMITED, {"x-rate-limit-reset": str(int(clock.at) + 300)})]
    result = x(x_server, "--yes")
    assert result.exit_code == 1
    assert re.search(r"X allows no more requests before \d\d:\d\d:\d\d UTC; waiting \(30\d s\)", result.stderr)


def test_a_refused_token_is_in_no_output(x_server: XServer, tmp_path: Path) -> None:
    x_server.faults = [Answer(401, UNAUTHORIZED | {"detail": f"bad token {TOKEN}"})]
    result = x(x_server, "--yes", "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert "does not accept the sign-in (401)" in result.stderr
    x_server.faults = [None, Answer(403, {"detail": f"bad token {TOKEN}"})]
    assert "bad token [hidden]" in x(x_server, "--yes", "--output", tmp_path / "out").output


def test_accounts_lists_services_sign_in_and_cost(keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    text = call("accounts").stdout
    assert "X (Twitter)  (x)" in text
    assert "not signed in" in text
    assert "$16.01" in text
    monkeypatch.setenv("RISKCHECK_X_BEARER_TOKEN", TOKEN)
    rows = {row["name"]: row for row in json.loads(call("accounts", "--json").stdout)}
    assert list(rows) == ["bluesky", "mastodon", "x"]
    assert rows["x"]["sign_in"] == "bearer token (RISKCHECK_X_BEARER_TOKEN)"
    assert rows["x"]["paid"]
    assert rows["bluesky"]["cost"] == "free"
    assert not keyring.kept


def test_tokens_go_into_the_keyring_and_out_of_it(keyring: MemoryKeyring) -> None:  # noqa: F811
    result = call("accounts", "sign-in", "x", "--bearer", answer=f"{TOKEN}\n")
    assert result.exit_code == 0
    assert list(keyring.kept.values()) == [TOKEN]
    assert "bearer token (keyring)" in call("accounts").stdout
    assert call("accounts", "sign-out", "x").exit_code == 0
    assert not keyring.kept
    assert call("accounts", "sign-out", "x").exit_code == 2
    assert call("accounts", "sign-in", "mastodon").exit_code == 2
    server = ("--server", "https://social.example")
    assert call("accounts", "sign-in", "mastodon", *server, answer=f"{INSTANCE_TOKEN}\n").exit_code == 0
    assert keyring.kept == {("riskcheck", "mastodon social.example"): INSTANCE_TOKEN}
    assert call("accounts", "sign-out", "mastodon", *server).exit_code == 0
    refused = call("accounts", "sign-in", "x", "--bearer", answer="two words\n")
    assert refused.exit_code == 2
    assert "two words" not in refused.output


def test_a_locked_keyring_is_one_sentence(
    x_server: XServer,
    keyring: MemoryKeyring,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyring.locked = KeyringLocked(f"prompt dismissed, {TOKEN}")
    assert x(x_server, "--yes", "--max-posts", "5").exit_code in (0, 1)  # the environment variable does
    monkeypatch.delenv("RISKCHECK_X_BEARER_TOKEN")
    result = x(x_server, "--yes")
    assert result.exit_code == 2
    assert "keyring of this system cannot be opened; unlock it, or set RISKCHECK_X_BEARER_TOKEN" in result.stderr
    assert result.stderr.count("\n") == 1
    assert "not signed in: the keyring of this system cannot be opened" in " ".join(call("accounts").stdout.split())
    assert "it is locked; unlock it" in call("accounts", "sign-in", "x", "--bearer", answer=f"{TOKEN}\n").stderr
    assert call("accounts", "sign-out", "x").exit_code == 2


@pytest.mark.parametrize(
    ("service", "library"), [("x", "tweepy"), ("mastodon", "mastodon"), ("bluesky", "atproto_client")]
)
def test_a_missing_library_is_named_before_any_cost(
    x_server: XServer, monkeypatch: pytest.MonkeyPatch, service: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    result = call("scan", service, "@alice@a.example" if service == "mastodon" else "alice")
    assert result.exit_code == 2
    assert result.stderr == f"riskcheck: {library} is not installed; run: pip install 'riskcheck[{service}]'\n"


def test_no_keyring_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring as library
    from keyring.backends.fail import Keyring

    library.set_keyring(Keyring())  # type: ignore[no-untyped-call]
    result = call("accounts", "sign-in", "x", "--bearer", answer=f"{TOKEN}\n")
    assert result.exit_code == 2
    assert "set the environment variable instead" in result.stderr


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 9, "accounts": {}}', '{"accounts": 3}'])
def test_a_damaged_state_file_is_explained(server: MastodonServer, content: str) -> None:
    data_folder().mkdir(parents=True, exist_ok=True)
    (data_folder() / "accounts.json").write_text(content)
    result = scan(server)
    assert result.exit_code == 2
    assert "accounts.json" in result.stderr
    assert "move" in result.stderr


def test_an_entry_that_is_not_understood_reads_from_the_start() -> None:
    data_folder().mkdir(parents=True, exist_ok=True)
    (data_folder() / "accounts.json").write_text('{"version": 1, "accounts": {"x 1": {"newest": 3}, "x 2": 7}}')
    assert State(data_folder()).get("x 1") == (None, "")
    assert State(data_folder()).get("x 2") == (None, "")

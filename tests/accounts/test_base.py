"""What all accounts share: being found, places, waiting, secrets, addresses, and no library before it is needed."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskcheck.accounts import (
    Account,
    Kept,
    Patience,
    Person,
    Place,
    Record,
    Span,
    State,
    UnavailableError,
    account,
    all_accounts,
)  # fmt: skip
from riskcheck.accounts._address import reset_time, server_address
from riskcheck.accounts._wait import DownError, LimitedError
from riskcheck.errors import AccountError
from riskcheck.post import Post, Skipped
from tests.accounts.kit import Clock, until


class Line(Account):
    """Posts 1 to ``count``, in pages of 7; it breaks off after ``good`` pages."""

    name, title, home = "line", "Line", ""

    def __init__(self, count: int, good: int = 10**6) -> None:
        super().__init__()
        self.count, self.good = count, good

    def sign_in_state(self) -> str:
        return "not needed"

    def find(self, handle: str) -> Person:
        return Person(key=f"line {handle}", id=handle, handle=handle, server="")

    def pages(
        self, person: Person, span: Span, *, since: dt.date | None = None, most: int | None = None
    ) -> Iterator[list[Record]]:
        first = int(span.before) - 1 if span.before else self.count
        left = list(range(first, int(span.after or 0), -1))
        while left:
            if self.good == 0:
                raise UnavailableError("gone")
            self.good -= 1
            page, left = left[:7], left[7:]
            yield [Record(str(number), None, (Post(text=f"{number}", id=str(number)),)) for number in page]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    runs=st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 4), st.one_of(st.none(), st.integers(1, 20)), st.integers(1, 40)),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_no_post_is_lost_and_none_read_twice(runs: list[tuple[int, int, int | None, int]]) -> None:
    """However scans break off, are limited or abandoned while new posts appear, the last one completes the whole."""
    place, got, count = Place(), [], 0
    for more, good, most, taken in runs:
        count += more
        try:
            for number, item in enumerate(Line(count, good).fetch("me", place, max_posts=most), 1):
                assert isinstance(item, Post)
                got.append(item.id)
                if number == taken:
                    break  # what was taken last counts as not read: it may not have been kept
        except UnavailableError:
            continue
    got += [item.id for item in Line(count).fetch("me", place) if isinstance(item, Post)]
    assert {int(id) for id in got} == set(range(1, count + 1))
    assert not place.gaps
    assert len(got) <= count + len(runs)


def test_services_are_found_by_themselves() -> None:
    assert [found.name for found in all_accounts()] == ["bluesky", "mastodon", "x"]
    from riskcheck.sources import all_sources

    # Names are those of the exports, so that a decision holds for both.
    assert {found.name for found in all_accounts()} <= {source.name for source in all_sources()}
    with pytest.raises(AccountError, match="choose one of bluesky, mastodon, x"):
        account("friendster")


@pytest.mark.parametrize(
    ("service", "handle", "missing"),
    [("x", "alice", "tweepy"), ("bluesky", "a.test", "atproto_client"), ("mastodon", "@a@b.test", "mastodon")],
)
def test_a_missing_library_is_named_with_its_extra(service: str, handle: str, missing: str) -> None:
    code = f"""
import os, sys
from riskcheck.accounts import account, all_accounts
rows = [(found.sign_in_state(), found.estimate().text) for found in all_accounts()]
loaded = {{"tweepy", "atproto_client", "mastodon", "requests", "httpx", "spacy", "sklearn"}} & set(sys.modules)
assert not loaded, loaded
os.environ["RISKCHECK_X_BEARER_TOKEN"] = "a-token-of-tests"
sys.modules[{missing!r}] = None
from riskcheck.errors import MissingExtraError
try:
    account({service!r}).find({handle!r})
except MissingExtraError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"pip install 'riskcheck[{service}]'" in done.stdout


def test_state_and_kept_posts_survive(tmp_path: Path) -> None:
    place = Place("9", [Span("7", "5"), Span("3")])
    State(tmp_path).put("line me", place)
    assert State(tmp_path).get("line me")[0] == place
    assert State(tmp_path).get("line you") == (None, "")
    post = Post(text="lone \ud800 surrogate\n", id="1", platform="x", created=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    kept = Kept(tmp_path / "out", "line me")
    kept.add(post)
    kept.add(Skipped(where="here", reason="odd"))
    kept.mark(place)
    kept.add(Post(text="fetched, but its place was never marked"))
    kept.close()
    again = Kept(tmp_path / "out", "line me")
    assert again.place == place
    assert list(again.items()) == [post, Skipped(where="here", reason="odd")]
    again.close()
    again.path.write_text('{"text": 3}\n{"newest": "9", "gaps": []}\n')
    damaged = Kept(tmp_path / "out", "line me")
    assert [item.reason for item in damaged.items() if isinstance(item, Skipped)] == [
        "record kept by an earlier scan is damaged"
    ]
    damaged.close()
    damaged.path.write_text("")
    with pytest.raises(AccountError, match="choose another --output"):
        Kept(again.path, "line me")


def test_patience_is_bounded(clock: Clock) -> None:
    def down() -> str:
        raise DownError("fault 500 of the server")

    with pytest.raises(UnavailableError, match="tried 4 times"):
        Patience().run("X", down)
    assert clock.slept == 7

    def limited() -> str:
        raise LimitedError(clock.at + 500)

    patience = Patience()
    with pytest.raises(UnavailableError, match="allows no more requests before"):
        patience.run("X", limited)
    assert patience.spent <= 1200
    for odd in (float("nan"), float("inf"), -5.0, 1e300):
        with pytest.raises(UnavailableError):
            Patience(longest=3).run("X", lambda odd=odd: until(_raise(LimitedError(odd)), 1))  # type: ignore[misc]


def _raise(error: Exception) -> Iterator[str]:
    raise error
    yield ""


@pytest.mark.parametrize(
    ("headers", "time"),
    [
        ({}, None),
        ({"x-rate-limit-reset": "1700000000"}, 1700000000),
        ({"x-ratelimit-reset": "2023-11-14T22:13:20Z"}, 1700000000),
        ({"retry-after": "30"}, 1030),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "ratelimit-reset": "soon"}, None),
    ],
)
def test_reset_times(headers: dict[str, str], time: float | None) -> None:
    assert reset_time(headers, 1000) == time


@pytest.mark.parametrize(
    "given",
    ["", "ftp://a.example", "https://", "https://u:p@a.example", "https://a.example:port", "https://a/b", "a b"],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(AccountError):
        server_address(given)

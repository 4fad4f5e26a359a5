"""The page as it is: a real server on loopback, and a real browser without a window."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

httpx = pytest.importorskip("httpx")
pytest.importorskip("fastapi", reason="the extra 'web' is not installed; the page was not tested")

from riskcheck.web.server import Server, opened  # noqa: E402
from riskcheck.web.uploads import Limits  # noqa: E402
from tests.browser import a_browser  # noqa: E402
from tests.report.samples import HOSTILE, x_archive  # noqa: E402

T = TypeVar("T")
RISKY = "i hate my job so much, my boss is an idiot"
CRUDE = "what the fuck is wrong with this fucking bus"
SAFE = "Lovely walk along the canal this morning."
TEXTS = (RISKY, SAFE, CRUDE, HOSTILE + " my boss is a fucking idiot", "\U0001f600 my boss is an idiot", "Great day!")


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: the browser's driver has the loop of this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Site:
    """A running page."""

    def __init__(self, server: Server, profile: Path) -> None:
        self.server, self.profile = server, profile
        self.base = f"http://127.0.0.1:{server.port}"
        self.headers = {"Authorization": f"Bearer {server.token}"}
        self.client = httpx.Client(base_url=self.base, headers=self.headers, timeout=30)

    def audit(self, *files: tuple[str, bytes], **settings: Any) -> dict[str, Any]:
        """Run an audit through the interface to its end."""
        number = self.client.post("/api/audit", json=settings).json()["id"]
        for name, content in files:
            sent = self.client.put(f"/api/audit/{number}/file", params={"name": name}, content=content)
            assert sent.status_code == 200, sent.text
        assert self.client.post(f"/api/audit/{number}/start").status_code == 200
        return self.wait(number)

    def wait(self, number: str, seconds: float = 30) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found: dict[str, Any] = self.client.get(f"/api/audit/{number}").json()
            if found["state"] not in ("queued", "running"):
                return found
            time.sleep(0.05)
        raise AssertionError("the audit does not end")


def run(server: Server) -> threading.Thread:
    thread = threading.Thread(target=server.serve_here)
    thread.start()
    end = time.monotonic() + 10
    while not server.started and time.monotonic() < end:
        time.sleep(0.02)
    assert server.started
    return thread


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    profile = tmp_path_factory.mktemp("page") / "profile.toml"
    profile.touch()  # an empty profile: all defaults
    with opened(None, profile, 0, Limits(bytes=8 << 20, files=20, spare=0)) as server:
        thread = run(server)
        site = Site(server, profile)
        yield site
        site.client.close()
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def site(_running: Site) -> Iterator[Site]:
    yield _running
    _running.profile.write_text("", encoding="utf-8")
    for audit in _running.client.get("/api/audits").json()["audits"]:
        _running.client.delete(f"/api/audit/{audit['id']}")


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    yield from a_browser()


class Tab:
    """A tab with all that it asked for and complained of."""

    def __init__(self, browser: Any, site: Site, path: str = "/", **context: Any) -> None:
        self.site = site
        self.context = browser.new_context(accept_downloads=True, **context)
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.goto(f"{site.base}{path}#token={site.server.token}")

    def close(self) -> None:
        self.context.close()
        # Whatever a test did: nothing was asked of any other host, and no policy was broken.
        assert [url for url in self.requests if not url.startswith((self.site.base, "blob:"))] == []
        assert self.messages == []


@pytest.fixture
def tab(browser: Any, site: Site) -> Iterator[Tab]:
    found = Tab(browser, site)
    yield found
    found.close()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return x_archive(tmp_path / "x.zip", TEXTS)

"""The browser extension in a real Chromium, on pages of our own with the structure of the networks' compose boxes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import ARGUMENTS, CHROMIUM
from tests.web.conftest import CRUDE, SAFE, Site

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "extension"
PAGES = Path(__file__).parent / "pages"
PLACES = {
    "x": ("https://x.com/compose/post", '[data-testid="tweetTextarea_0"]'),
    "linkedin": ("https://www.linkedin.com/feed/", ".ql-editor"),
    "bluesky": ("https://bsky.app/", ".ProseMirror"),
    "mastodon": ("https://mastodon.social/home", "textarea"),
}


class Browser:
    """A browser with the extension, in which the networks' addresses lead to our own pages."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.outside: list[str] = []
        context.set_default_timeout(10_000)
        context.route(re.compile("^https://"), self._serve)
        worker = context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")
        self.id = worker.url.split("/")[2]
        self.worker = worker

    def _serve(self, route: Any) -> None:
        for name, (address, _) in PLACES.items():
            if route.request.url == address:
                route.fulfill(body=(PAGES / f"{name}.html").read_text(encoding="utf-8"), content_type="text/html")
                return
        self.outside.append(route.request.url)
        route.abort()

    def popup(self) -> Any:
        page = self.context.new_page()
        page.goto(f"chrome-extension://{self.id}/popup.html")
        page.locator("#state", has_text="onnect").wait_for()
        return page

    def connect(self, code: str) -> str:
        page = self.popup()
        page.locator("#code").fill(code)
        page.get_by_role("button", name="Connect").click()
        # (A function to wait for would be evaluated, which the extension's own policy forbids.)
        page.locator("#state", has_not_text="Not connected").wait_for()
        said: str = page.locator("#state").inner_text()
        page.close()
        return said

    def page(self, name: str) -> Any:
        page = self.context.new_page()
        page.goto(PLACES[name][0])
        return page

    def says(self, page: Any) -> str:
        """What the extension's box shows; its shadow root is closed to the page, and open to the debugger."""
        session = self.context.new_cdp_session(page)
        tree = session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        session.detach()
        return " ".join(_texts(tree, inside=False))

    def wait(self, page: Any, words: str) -> str:
        for _ in range(100):
            said = self.says(page)
            if words in said:
                return said
            page.wait_for_timeout(50)
        raise AssertionError(f"{words!r} not in {said!r}")


def _texts(node: dict[str, Any], *, inside: bool) -> Iterator[str]:
    inside = inside or node["nodeName"] == "RISKCHECK-SAYS"
    if inside and node["nodeName"] == "#text":
        yield node["nodeValue"]
    for child in [*node.get("children", ()), *node.get("shadowRoots", ())]:
        yield from _texts(child, inside=inside)


@pytest.fixture
def chrome(browser: Any, site: Site, tmp_path: Path) -> Iterator[Browser]:
    # `browser` has the one driver of this run; a browser with an extension needs a folder of its own.
    context = browser.browser_type.launch_persistent_context(
        tmp_path / "chrome", executable_path=CHROMIUM, headless=True, ignore_default_args=["--disable-extensions"],
        args=[*ARGUMENTS, f"--disable-extensions-except={EXTENSION}", f"--load-extension={EXTENSION}"],
    )  # fmt: skip
    found = Browser(context)
    yield found
    context.close()
    assert found.outside == []


def test_it_asks_for_little(chrome: Browser) -> None:
    manifest = json.loads((EXTENSION / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["manifest_version"] == 3
    assert sorted(manifest["permissions"]) == ["scripting", "storage"]
    assert "content_scripts" not in manifest
    for path in EXTENSION.glob("*.js"):
        assert "innerHTML" not in path.read_text(encoding="utf-8")


def test_off_until_connected_and_on_every_network_then(chrome: Browser, site: Site) -> None:
    before = chrome.page("x")
    before.locator(PLACES["x"][1]).click()
    before.keyboard.type(CRUDE)
    before.wait_for_timeout(700)
    assert chrome.says(before) == ""
    assert "is no connection" in chrome.connect("https://evil.example/#token=" + "x" * 43)
    assert "does not answer" in chrome.connect(f"{site.base}/#token=" + "x" * 43)
    assert chrome.connect(site.server.url) == f"Connected to {site.base}."
    for name, (_, box) in PLACES.items():
        page = chrome.page(name)
        page.locator(box).click()
        page.keyboard.insert_text(CRUDE)
        said = chrome.wait(page, "riskcheck: medium")
        assert "crude language: “fuck" in said
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(SAFE)
        chrome.wait(page, "riskcheck: nothing found")
        assert CRUDE not in page.content()
        page.close()
    popup = chrome.popup()
    popup.get_by_role("button", name="Disconnect").click()
    popup.locator("#state", has_text="Not connected").wait_for()
    page = chrome.page("mastodon")
    page.locator("textarea").fill(CRUDE)
    page.wait_for_timeout(700)
    assert chrome.says(page) == ""


def test_it_reads_the_compose_box_only_and_a_hostile_post_stays_text(chrome: Browser, site: Site) -> None:
    chrome.connect(site.server.url)
    page = chrome.page("mastodon")
    page.get_by_label("Search").fill(CRUDE)
    page.wait_for_timeout(700)
    assert chrome.says(page) == ""
    page.locator("textarea").fill("<img src=x onerror=\"document.title='owned'\"> my boss is a fucking idiot")
    chrome.wait(page, "riskcheck: ")
    assert page.title() == "Home - Mastodon"
    assert page.locator("img").count() == 0
    assert page.evaluate("document.querySelector('riskcheck-says').shadowRoot") is None


def test_a_page_cannot_connect_or_learn_the_token(chrome: Browser, site: Site) -> None:
    chrome.connect(site.server.url)
    page = chrome.page("x")
    assert page.evaluate("typeof chrome === 'undefined' || !chrome.runtime || !chrome.runtime.sendMessage")
    blocked = page.evaluate(f"fetch('{site.base}/api/status').then((r) => r.status, (e) => 'blocked')")
    assert blocked == "blocked"


def test_a_stopped_riskcheck_is_told(chrome: Browser, site: Site) -> None:
    chrome.connect(site.server.url)
    page = chrome.page("bluesky")
    # As after a new start: the same address, another token.
    chrome.worker.evaluate("base => chrome.storage.session.set({connection: {base, token: 'x'.repeat(43)}})", site.base)
    page.locator(".ProseMirror").click()
    page.keyboard.type(CRUDE)
    chrome.wait(page, "riskcheck does not answer")
    assert "lost" in chrome.popup().locator("#state").inner_text()

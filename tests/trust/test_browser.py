"""The report and the page over every hostile text in a real browser: no script, no request, no dialog."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from riskcheck.store import Store
from tests.browser import a_browser
from tests.report.samples import x_archive
from tests.trust.hostile import HOSTILE, NAMES, URLS, acting
from tests.trust.test_reports import hostile, written
from tests.web.conftest import Site, _running, site  # noqa: F401 (fixtures)

TEXTS = [re.sub("[\ud800-\udfff]", "?", text) + " my boss is a fucking idiot" for text in HOSTILE.values()]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from a_browser()


class Watched:
    """A tab that notes whatever acts."""

    def __init__(self, browser: Any, home: str) -> None:
        self.home, self.acted = home, []
        self.context = browser.new_context(viewport={"width": 1000, "height": 800})
        self.page = self.context.new_page()
        self.page.expose_function("act", lambda *_: self.acted.append("script"))
        self.page.on("dialog", lambda dialog: (self.acted.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked(request.url))
        self.page.on("console", lambda message: self.acted.append(message.text))
        self.page.on("pageerror", lambda error: self.acted.append(str(error)))
        self.page.on("popup", lambda _: self.acted.append("popup"))

    acted: list[str]

    def asked(self, url: str) -> None:
        if not url.startswith((self.home, "blob:")):
            self.acted.append(url)

    def look(self) -> None:
        """Poke at all there is, and see that nothing came of it."""
        for event in ("focus", "mouseover", "click"):
            self.page.evaluate(
                "(kind) => document.querySelectorAll('p.text *, td *, li *').forEach((node) => {"
                " if (!node.closest('button, a, select, input')) node.dispatchEvent(new Event(kind)); })",
                event,
            )
        made = ", ".join(
            f"main {name}" for name in ("script", "img", "iframe", "object", "style", "[onclick]", "[src]")
        )
        assert self.page.locator(made).count() == 0
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 1000
        assert not acting(self.page.evaluate("document.body.innerText"), "\n\t\u00a0")
        assert self.page.evaluate(
            "[...document.links].every((a) => /^(https?|blob):/.test(a.href) || a.getAttribute('href')[0] === '#')"
        )
        assert self.acted == []


@pytest.fixture
def watched(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    tabs: list[Watched] = []

    def make(home: str) -> Watched:
        tabs.append(Watched(browser, home))
        return tabs[-1]

    yield make
    for tab in tabs:
        tab.context.close()


def test_the_report(watched: Any, tmp_path: Path) -> None:
    written(hostile(), tmp_path, NAMES[0])
    tab = watched("file:")
    tab.page.goto((tmp_path / "report.html").as_uri())
    tab.page.locator("#decided").select_option("")
    while tab.page.locator("#more").is_visible():
        tab.page.locator("#more").click()
    assert tab.page.locator("#list > li").count() == len(hostile())
    tab.page.locator("#search").fill("<script>")
    tab.page.locator("#search").fill("")
    tab.look()
    assert tab.page.title() == "What employers could hold against you"


@pytest.fixture
def page(watched: Any, site: Site) -> Watched:  # noqa: F811
    tab: Watched = watched(site.base)
    tab.page.goto(f"{site.base}/audit#token={site.server.token}")
    return tab


def test_the_page_and_its_interface(page: Watched, site: Site, tmp_path: Path) -> None:  # noqa: F811
    for text in TEXTS:
        answer = site.client.post("/api/check", json={"text": text})
        assert answer.status_code == 200
        assert not acting(answer.text)
        assert answer.headers["content-type"] == "application/json"
    words = [name.strip()[:200] for name in NAMES if not re.search("[\ud800-\udfff]", name)]
    saved = site.client.put("/api/profile", json={"keywords": words, "present": words})
    assert saved.json()["profile"]["keywords"] == words
    assert not acting(saved.text)
    for name in (*NAMES, *URLS):
        name = re.sub("[\ud800-\udfff]", "?", name)[:1500]
        number = site.client.post("/api/audit", json={}).json()["id"]
        sent = site.client.put(
            f"/api/audit/{number}/file", params={"name": name}, content=b"text\nmy boss is an idiot\n"
        )
        assert sent.status_code in (200, 409)
        assert not acting(sent.text)
        assert site.client.get("/api/audits").status_code == 200
        assert site.client.delete(f"/api/audit/{number}").status_code == 204
    archive = x_archive(tmp_path / "x.zip", TEXTS)
    name = "\u202e=1+1 {{7}} ${act()}&amp;`.zip"
    audit = site.audit((name, archive.read_bytes()))
    assert audit["state"] == "done", audit
    with Store() as store:
        store.import_(
            {
                "riskcheck_decisions": 1,
                "decisions": [
                    {"digest": f"{number:064x}", "decision": "keep", "time": name} for number, name in enumerate(NAMES)
                ],
            }
        )
    for address in (
        "/api/runs",
        "/api/decisions",
        f"/api/audit/{audit['id']}",
        f"/api/audit/{audit['id']}/posts?limit=200",
    ):
        answer = site.client.get(address)
        assert answer.status_code == 200
        assert not acting(answer.text)
        json.loads(answer.text)
    page.page.goto(f"{site.base}/audit#token={site.server.token}")
    page.page.reload()
    page.page.locator("#earlier button, #kept button").first.click()
    page.page.locator("#results").wait_for()
    page.look()
    for number in range(min(12, page.page.locator("#rows button").count())):
        page.page.locator("#rows button").nth(number).click()
        page.look()
        page.page.keyboard.press("Escape")
    for path in ("/trends", "/profile", "/"):
        page.page.goto(f"{site.base}{path}#token={site.server.token}")
        page.page.wait_for_load_state("networkidle")
        page.look()
    box = page.page.locator("textarea").first
    for text in TEXTS[::4]:
        box.fill(text)
        page.page.wait_for_timeout(150)
    page.look()

"""The HTML report in a real browser: filters, decisions, hostile posts, and not one request to the network."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import hashlib
import json
import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riskcheck.assess import Assessor
from riskcheck.post import Post
from riskcheck.report.base import Item
from riskcheck.report.html import HtmlReport, page
from riskcheck.store import Store
from tests.browser import a_browser
from tests.report import samples

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


def test_the_policy_allows_this_script_and_this_style_only() -> None:
    text = "".join(page(samples.result()))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert script
    assert style
    for name, found in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'")
    assert "unsafe" not in policy[1]


def test_the_page_holds_no_markup_of_a_post_and_no_outside_asset() -> None:
    text = "".join(page(samples.result()))
    assert text.count("<script") == 2
    assert "onerror=" not in text.partition('<script type="application/json"')[0]
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", text)
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "XMLHttpRequest"):
        assert sink not in text


def test_the_data_is_small_where_texts_repeat() -> None:
    one = samples.items()[1]
    few, many = (len("".join(page(samples.result([one] * count)))) for count in (1, 101))
    assert (many - few) / 100 < 500


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from a_browser()


class Opened:
    """A report in a tab, with all that it asked for and complained of."""

    def __init__(self, browser: Any, folder: Path, items: list[Item] | None = None, **context: Any) -> None:
        HtmlReport().write(samples.result(items), folder)
        self.context = browser.new_context(accept_downloads=True, **context)
        self.tab = self.context.new_page()
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", lambda message: self.messages.append(message.text))
        self.tab.on("pageerror", lambda error: self.messages.append(str(error)))
        self.tab.goto((folder / "report.html").as_uri())

    def count(self) -> int:
        return int(self.tab.locator("#list > li").count())

    def download(self, button: str) -> bytes:
        with self.tab.expect_download() as waiting:
            self.tab.get_by_role("button", name=button).click()
        return Path(waiting.value.path()).read_bytes()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Opened]:
    page = Opened(browser, tmp_path)
    yield page
    # Whatever a test did: nothing was asked of the network, and the policy was never broken.
    assert [url for url in page.requests if not url.startswith(("file:", "blob:"))] == []
    assert page.messages == []
    page.context.close()


def test_a_hostile_post_stays_text(opened: Opened) -> None:
    post = opened.tab.locator("li", has_text="onerror").locator(".text")
    assert post.inner_text() == samples.HOSTILE
    assert opened.tab.title() == "What employers could hold against you"
    assert opened.tab.locator("#list img, #list script, #list b").count() == 0
    assert opened.tab.locator("a[href^='javascript']").count() == 0
    opened.tab.locator("li", has_text="onerror").click()
    assert "\x1b" not in opened.tab.content()


def test_evidence_is_marked_even_after_an_emoji(opened: Opened) -> None:
    post = opened.tab.locator("li", has_text="\U0001f600")
    assert post.locator("mark").all_inner_texts() == ["boss is an idiot"]


def test_links_lead_out_without_a_trace(opened: Opened) -> None:
    link = opened.tab.locator("li", has_text="fatty paycheck").get_by_role("link")
    assert link.get_attribute("href") == "https://x.com/i/web/status/1000000000000000001"
    assert "noopener" in link.get_attribute("rel")


def test_filters_search_and_sort(opened: Opened) -> None:
    tab = opened.tab
    assert opened.count() == 7  # to do, medium and above
    assert "7 of 11 posts to look at" in tab.locator("#lead").inner_text()
    tab.get_by_role("combobox", name="Band").select_option("3")
    assert opened.count() == 3
    tab.get_by_role("combobox", name="Band").select_option("1")
    assert opened.count() == 8
    tab.get_by_role("combobox", name="Category").select_option("job_complaint")
    assert opened.count() == 2
    tab.get_by_role("button", name="Clear filters").click()
    tab.wait_for_function("document.querySelectorAll('#list > li').length === 7")
    tab.get_by_role("combobox", name="Platform").select_option("reddit")
    assert opened.count() == 1
    tab.get_by_role("combobox", name="Platform").select_option("")
    tab.get_by_role("combobox", name="Kind").select_option("reply")
    assert opened.count() == 1
    tab.get_by_role("combobox", name="Kind").select_option("")
    tab.get_by_role("combobox", name="Year").select_option("2023")
    assert opened.count() == 2
    tab.get_by_role("combobox", name="Year").select_option("")
    tab.get_by_role("searchbox").fill("BOSS idiot")
    assert opened.count() == 3
    tab.get_by_role("searchbox").fill("nothing like this")
    assert opened.count() == 0
    assert "No post fits" in tab.locator("#status").inner_text()
    tab.get_by_role("searchbox").fill("")
    tab.get_by_role("combobox", name="Decision").select_option("")
    assert opened.count() == 9
    tab.get_by_role("combobox", name="Sort").select_option("old")
    assert "fatty paycheck" in tab.locator("#list > li").first.inner_text()
    tab.get_by_role("combobox", name="Sort").select_option("new")
    assert "date unknown" in tab.locator("#list > li").last.inner_text()


def test_charts_say_what_they_show(opened: Opened) -> None:
    label = opened.tab.locator("#time svg").get_attribute("aria-label")
    assert "2009: 1 high, 0 medium, 0 low" in label
    assert opened.tab.locator("#time rect title").count() == 3 * (2024 - 2009 + 1)
    label = opened.tab.locator("#categories svg").get_attribute("aria-label")
    assert "Insult or threat: 0 high, 2 medium, 0 low" in label


def test_decisions_are_kept_exported_and_imported(opened: Opened, tmp_path: Path) -> None:
    tab = opened.tab
    tab.locator("li", has_text="fatty paycheck").get_by_role("button", name="Delete").click()
    tab.locator("li", has_text="\U0001f600").get_by_role("button", name="False alarm").click()
    assert "6 of 11 posts to look at" in tab.locator("#lead").inner_text()
    tab.reload()
    pressed = tab.locator("li", has_text="fatty paycheck").locator("button[aria-pressed=true]")
    assert pressed.all_inner_texts() == ["Delete"]
    data = json.loads(opened.download("Export decisions"))
    with Store(tmp_path / "store.db") as store:
        assert store.import_(data) == 7  # five of the audit, two of the page
        digest = samples.items()[0].post.digest
        assert store.decisions()[digest] == "delete"
        assert store.import_(store.export()) == 0
    assert "paycheck" not in json.dumps(data)


def test_the_list_to_delete(opened: Opened) -> None:
    opened.tab.locator("li", has_text="onerror").get_by_role("button", name="Delete").click()
    found = list(csv.DictReader(opened.download("Export list to delete").decode().splitlines()))
    assert [row["platform"] for row in found] == ["x", "reddit", "x"]
    assert found[1] == {
        "id": "abc123", "link": "https://www.reddit.com/r/london/comments/zz9/a_title/abc123/",
        "reason": "Drink or drugs", "platform": "reddit",
    }  # fmt: skip


def test_everything_can_be_reached_by_keyboard(opened: Opened) -> None:
    tab = opened.tab
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.locator("#search").focus()
    reached = set()
    for _ in range(16):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert {"band", "sort", "export", "cleanup", "Keep", "False alarm", "open the live post"} <= reached
    tab.locator("li", has_text="fatty paycheck").get_by_role("button", name="Keep").focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    unnamed = "[...document.querySelectorAll('input, select')].filter((node) => !node.labels.length).length"
    assert tab.evaluate(unnamed) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(browser: Any, tmp_path: Path, scheme: str) -> None:
    page = Opened(browser, tmp_path, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.tab.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(246, 247, 249)" if scheme == "light" else "rgb(15, 19, 24)"
    )
    page.context.close()


def test_storage_that_is_forbidden_is_said(browser: Any, tmp_path: Path) -> None:
    page = Opened(browser, tmp_path)
    page.context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }});")
    page.tab.reload()
    assert "export your decisions" in page.tab.locator("#memory").inner_text()
    page.tab.get_by_role("button", name="Keep").first.click()
    assert page.messages == []
    page.context.close()


def test_many_posts_come_in_portions(browser: Any, tmp_path: Path) -> None:
    one = samples.items()[1]
    items = [Item(replace(one.post, id=str(10**18 + number)), one.assessment) for number in range(300)]
    page = Opened(browser, tmp_path, items)
    assert page.count() == 40
    page.tab.get_by_role("button", name="Show more").click()
    assert page.count() == 80
    page.context.close()


RISKY = (
    ("worst shift ever, my boss is an idiot and the rota is a joke", 5),
    ("got the offer, they have no idea I'd have taken half the money lol, suckers", 1),
    ("that interviewer had no clue what she was asking, what a joke of a company", 2),
    ("what the hell is wrong with this damn bus", 6),
    ("blackout drunk again last night, cant remember a thing", 3),
    ("you are a pathetic piece of trash", 1),
    ("told them it's the dentist, actually off to a second interview", 2),
    ("calling in sick tomorrow, this job can wait, beach first", 2),
)
HARMLESS = (
    "great talk on accessibility today, thanks to the organisers", "three years at the allotment and finally a pumpkin",
    "the 73 is late", "anyone got a good recipe for lentils?", "so proud of my sister, she passed!",
)  # fmt: skip


def invented(count: int) -> list[Post]:
    """Return posts of some years, for portions and for the picture in the README."""
    dice = random.Random(7)
    texts, weights = [text for text, _ in RISKY], [weight for _, weight in RISKY]
    tails = ["", " lol", " smh", " \N{SKULL}", ", honestly", ", again", "!!", " ugh", ", classic"]
    found = []
    for number in range(count):
        created = dt.datetime(2016, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=dice.triangular(0, 3500, 1400))
        text = dice.choice(HARMLESS) if number % 3 else dice.choices(texts, weights=weights)[0] + dice.choice(tails)
        found.append(samples._post(1, text, 2020, created=created, id=str(10**18 + number)))
    return found


@pytest.mark.skipif(
    not os.environ.get("RISKCHECK_SCREENSHOTS"), reason="pictures are taken with RISKCHECK_SCREENSHOTS=1"
)
def test_picture_for_the_readme(browser: Any, tmp_path: Path) -> None:
    assessor = Assessor.from_file(today=dt.date(2026, 1, 31))  # the picture shows what the shipped model says
    cisco = replace(samples.items()[0].post, created=dt.datetime(2016, 3, 1, tzinfo=dt.UTC))
    items = [Item(post, found) for post, found in assessor.check_many([cisco, *invented(540)])]
    page = Opened(browser, tmp_path, items, viewport={"width": 1200, "height": 900}, color_scheme="light")
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.tab.screenshot(path=IMAGES / "report.png")
    page.context.close()

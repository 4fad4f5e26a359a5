"""The draft page in a real browser: typing, highlights, suggestion, undo, late answers, keys."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.report.samples import HOSTILE
from tests.web.conftest import CRUDE, RISKY, SAFE, Site, Tab

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


def write(tab: Tab, text: str) -> None:
    tab.page.locator("#text").fill(text)


def band(tab: Tab, start: str) -> None:
    tab.page.locator("#band", has_text=start).wait_for()


def test_it_says_why_and_marks_the_words(tab: Tab) -> None:
    assert tab.page.evaluate("location.hash") == ""  # the token is out of the address
    assert tab.page.evaluate("document.activeElement.id") == "text"
    band(tab, "Nothing to say yet.")
    write(tab, RISKY)
    band(tab, "Medium: Complaint about a job")
    marks = tab.page.locator("#mirror mark")
    assert any("hate my job" in text for text in marks.all_inner_texts())
    assert "job_complaint" in (marks.first.get_attribute("class") or "")
    finding = tab.page.locator("#findings li").first
    assert "25 to 36 % of employers" in finding.inner_text()
    assert tab.page.locator("#live").inner_text().startswith("Medium: Complaint about a job")
    write(tab, SAFE)
    band(tab, "Nothing found.")
    assert marks.count() == 0


def test_the_mirror_lies_exactly_under_the_text(tab: Tab) -> None:
    head = "\U0001f600 " + RISKY
    write(tab, head + "\n" * 30 + RISKY)
    tab.page.locator("#mirror mark").first.wait_for()
    # Whether the emoji is evidence too is the model's affair; the mark must be a piece of the line as written.
    assert tab.page.locator("#mirror mark").first.inner_text() in head
    boxes = tab.page.evaluate(
        "[...document.querySelectorAll('#text, #mirror')].map((n) => [n.clientWidth, n.scrollHeight, n.scrollTop])"
    )
    assert boxes[0] == boxes[1]


def test_a_milder_wording_is_offered_taken_and_undone(tab: Tab) -> None:
    write(tab, CRUDE)
    milder = tab.page.locator("#milder")
    milder.wait_for()
    assert tab.page.locator("#suggestion").inner_text() == "what on earth is wrong with this bus"
    assert "A suggestion by rules" in milder.inner_text()
    assert "Scored again: nothing found." in milder.inner_text()
    tab.page.get_by_role("button", name="Use this wording").click()
    band(tab, "Nothing found.")
    assert milder.is_hidden()
    assert tab.page.locator("#text").input_value() == "what on earth is wrong with this bus"
    tab.page.get_by_role("button", name="Undo").click()
    assert tab.page.locator("#text").input_value() == CRUDE
    tab.page.get_by_role("button", name="Use this wording").click()
    tab.page.keyboard.press("Control+z")
    assert tab.page.locator("#text").input_value() == CRUDE


def test_a_late_answer_never_overwrites_a_newer_one(tab: Tab) -> None:
    held: list[Any] = []

    def route(one: Any) -> None:
        if json.loads(one.request.post_data)["text"] == RISKY:
            held.append(one)
        else:
            one.continue_()

    # Answers are held back even though the page gives up on them: the number of the question decides.
    tab.page.add_init_script("AbortController.prototype.abort = () => {}")
    tab.page.reload()
    tab.page.route("**/api/check", route)
    write(tab, RISKY)
    tab.page.wait_for_timeout(300)
    assert len(held) == 1
    write(tab, SAFE)
    band(tab, "Nothing found.")
    with tab.page.expect_response("**/api/check"):
        held[0].continue_()
    tab.page.wait_for_timeout(100)
    band(tab, "Nothing found.")
    assert tab.page.locator("#findings li").count() == 0


def test_typing_asks_once_it_pauses(tab: Tab) -> None:
    band(tab, "Nothing to say yet.")
    tab.page.locator("#text").press_sequentially(RISKY, delay=5)
    band(tab, "Medium")
    assert sum(url.endswith("/api/check") for url in tab.requests) < 6


@pytest.mark.parametrize(
    ("network", "text", "said"),
    [
        ("x", "a" * 280, "280 of 280 characters on X"),
        ("x", "https://example.com/" + "a" * 99, "23 of 280"),
        ("x", "\U0001f469\u200d\U0001f4bb\u65e5\u672c", "6 of 280"),
        ("bluesky", "\U0001f469\u200d\U0001f4bb" * 301, "301 of 300 characters on Bluesky: 1 too many"),
        ("mastodon", "@anna@example.social https://example.com/" + "a" * 99, "29 of 500"),
        ("linkedin", "a" * 3001, "3,001 of 3,000 characters on LinkedIn: 1 too many"),
    ],
)
def test_characters_are_counted_as_the_network_does(tab: Tab, network: str, text: str, said: str) -> None:
    tab.page.locator("#network").select_option(network)
    write(tab, text)
    assert said in tab.page.locator("#count").inner_text()


def test_too_long_is_said_once_and_the_network_is_remembered(tab: Tab) -> None:
    tab.page.locator("#network").select_option("bluesky")
    write(tab, "a" * 301)
    tab.page.locator("#done", has_text="Too long for Bluesky now.").wait_for()
    write(tab, "a" * 300)
    assert tab.page.locator("#done").inner_text() == ""
    tab.page.reload()
    assert tab.page.locator("#network").input_value() == "bluesky"
    assert "300 of 300" in tab.page.locator("#count").inner_text()


def test_a_hostile_post_stays_text(tab: Tab) -> None:
    write(tab, HOSTILE + " \u202egnp.exe my boss is a fucking idiot")
    tab.page.locator("#milder, #mirror mark").first.wait_for()
    assert tab.page.title() == "Draft · riskcheck"
    assert tab.page.locator("#mirror img, #mirror script, #mirror b, #suggestion img, #suggestion b").count() == 0
    assert "\u202e" not in tab.page.locator("#mirror").inner_text()


def test_the_stage_and_the_profile_count(browser: Any, site: Site) -> None:
    site.profile.write_text('stage = "employed"\npresent = ["Brightwell"]\nkeywords = ["canal"]\n', encoding="utf-8")
    tab = Tab(browser, site)
    tab.page.locator("#employers", has_text="Brightwell").wait_for()
    assert tab.page.locator("#stage").input_value() == "employed"
    write(tab, SAFE)
    band(tab, "Medium: Your own keyword")
    with tab.page.expect_request("**/api/check") as asked:
        tab.page.locator("#stage").select_option("offer_pending")
    assert asked.value.post_data_json["stage"] == "offer_pending"
    tab.close()


def test_keyboard_alone_does_everything(browser: Any, site: Site) -> None:
    tab = Tab(browser, site, permissions=["clipboard-read", "clipboard-write"])
    band(tab, "Nothing to say yet.")
    tab.page.locator("#employers", has_text="profile").wait_for()
    tab.page.keyboard.type(CRUDE)
    tab.page.locator("#milder").wait_for()
    tab.page.keyboard.press("Alt+m")
    band(tab, "Nothing found.")
    tab.page.keyboard.press("Control+Enter")
    tab.page.locator("#done", has_text="Copied.").wait_for()
    assert tab.page.evaluate("navigator.clipboard.readText()") == "what on earth is wrong with this bus"
    tab.page.keyboard.press("Alt+u")
    assert tab.page.locator("#text").input_value() == CRUDE
    tab.page.locator("#milder").wait_for()
    reached = set()
    for _ in range(30):
        tab.page.keyboard.press("Tab")
        reached.add(tab.page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert {"network", "stage", "copy", "clear", "take", "Audit", "Trends", "Profile"} <= reached
    tab.page.locator("#take").focus()
    tab.page.keyboard.press("Enter")
    band(tab, "Nothing found.")
    tab.close()


def test_the_draft_outlives_a_change_of_page_but_not_the_tab(tab: Tab) -> None:
    write(tab, RISKY)
    tab.page.get_by_role("link", name="Trends").click()
    tab.page.get_by_role("link", name="Draft").click()
    band(tab, "Medium")
    assert tab.page.locator("#text").input_value() == RISKY
    second = tab.context.new_page()  # no token in its address: the tab before brought it
    second.goto(tab.site.base + "/")
    second.locator("#text").fill(CRUDE)
    second.locator("#band", has_text="Crude language").wait_for()
    assert tab.page.locator("#text").input_value() == RISKY


def test_a_wrong_token_is_told(browser: Any, site: Site) -> None:
    tab = Tab(browser, site)
    band(tab, "Nothing to say yet.")
    tab.page.evaluate("localStorage.setItem('riskcheck-token', 'x')")
    tab.page.reload()
    tab.page.get_by_role("alert").wait_for()
    assert "riskcheck serve" in tab.page.get_by_role("alert").inner_text()
    tab.messages.clear()  # the browser's own lines on status 401
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_width_shows_everything(browser: Any, site: Site, scheme: str) -> None:
    tab = Tab(browser, site, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    for path in ("/", "/audit", "/trends", "/profile", "/connect"):
        tab.page.goto(site.base + path)
        wide = tab.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, f"{path} is {wide} pixels wide"
    colours = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (colours == "rgb(15, 19, 24)") is (scheme == "dark")
    tab.close()


@pytest.mark.skipif("RISKCHECK_SCREENSHOTS" not in os.environ, reason="RISKCHECK_SCREENSHOTS=1 renews the pictures")
def test_screenshot(browser: Any, site: Site) -> None:
    tab = Tab(browser, site, viewport={"width": 1200, "height": 760}, color_scheme="light")
    write(tab, "Long day at the office. i hate my job so much, my boss is an idiot. Home now with tea.")
    tab.page.locator("#milder").wait_for()
    tab.page.screenshot(path=IMAGES / "draft.png")
    tab.close()

"""The audit page in a real browser: drop, follow, filter, read, decide, download."""

from __future__ import annotations

import datetime as dt
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from riskcheck.post import Post
from riskcheck.store import Store
from tests.report.samples import HOSTILE, x_archive
from tests.web.conftest import CRUDE, RISKY, TEXTS, Site, Tab

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
INSIDE = """(node) => {
  const box = node.getBBox();
  return box.x >= -1 && box.x + box.width <= node.ownerSVGElement.viewBox.baseVal.width + 1;
}"""
DIGEST = Post(text=RISKY, platform="x").digest


@pytest.fixture
def tab(browser: Any, site: Site) -> Iterator[Tab]:
    found = Tab(browser, site, "/audit")
    yield found
    found.close()


def give(tab: Tab, archive: Path) -> None:
    with tab.page.expect_file_chooser() as chooser:
        tab.page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(archive)
    tab.page.locator("#results").wait_for(timeout=20_000)


def decisions() -> dict[str, str]:
    with Store() as store:
        return store.decisions()


def test_from_the_zip_to_a_decision(tab: Tab, archive: Path) -> None:
    give(tab, archive)
    page = tab.page
    assert f"of {len(TEXTS)} posts to look at" in page.locator("#lead").inner_text()
    assert "Read x.zip as an export of X (Twitter)" in page.locator("#coverage").inner_text()
    assert "Crude language" in (page.locator("#categories svg").get_attribute("aria-label") or "")
    assert "2024-01" in (page.locator("#time svg").get_attribute("aria-label") or "")
    assert page.locator("#rows mark", has_text="hate my job").count() == 1
    page.locator("#rows button", has_text="hate my job").click()
    card = page.locator("#card")
    assert "25 to 36 % of employers" in card.inner_text()
    link = card.get_by_role("link")
    assert link.get_attribute("href") == "https://x.com/i/web/status/1000000000000000001"
    assert "noopener" in (link.get_attribute("rel") or "")
    card.get_by_role("button", name="Delete").click()
    card.locator("[aria-pressed=true]", has_text="Delete").wait_for()
    assert decisions() == {DIGEST: "delete"}
    card.get_by_role("button", name="Close").click()
    assert "delete" in page.locator("#rows tr", has_text="hate my job").inner_text()
    page.locator("#report").select_option("cleanup-x-ids.txt")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    assert Path(waiting.value.path()).read_text() == "1000000000000000001\n"
    page.locator("#report").select_option("report.html")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    assert "hate my job" in Path(waiting.value.path()).read_text(encoding="utf-8")


def test_filters_search_and_sort(tab: Tab, archive: Path) -> None:
    give(tab, archive)
    page = tab.page
    page.locator("#band").select_option("low")
    page.locator("#words").fill("bus")
    page.locator("#status", has_text="1 of 1 posts shown.").wait_for()
    assert page.locator("#rows button").inner_text() == CRUDE
    page.locator("#words").fill("nothing like this")
    page.locator("#status", has_text="No post fits").wait_for()
    page.get_by_role("button", name="Clear filters").click()
    page.locator("#rows tr").nth(2).wait_for()
    page.get_by_role("button", name="Date").click()
    page.locator("#by-date[aria-sort=descending]").wait_for()
    page.get_by_role("button", name="Date").click()
    page.locator("#by-date[aria-sort=ascending]").wait_for()
    page.locator("#rows tr").first.locator("text=hate my job").wait_for()
    page.locator("#category").select_option("crude_language")
    page.locator("#rows tr", has_text="hate my job").wait_for(state="detached")


def test_keyboard_alone_reads_and_decides(tab: Tab, archive: Path) -> None:
    give(tab, archive)
    page = tab.page
    page.locator("#lead:focus").wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#rows button')"):
            break
    page.keyboard.press("Enter")
    assert page.locator("#card[open]").count() == 1
    page.keyboard.press("d")
    page.locator("#said", has_text="Decided: delete.").wait_for(state="attached")
    page.keyboard.press("ArrowRight")
    page.locator("#card-title", has_text="Post 2").wait_for()
    page.keyboard.press("a")
    page.locator("#said", has_text="Decided: false alarm.").wait_for(state="attached")
    assert sorted(decisions().values()) == ["delete", "false_alarm"]
    page.keyboard.press("u")
    page.locator("#said", has_text="Undone.").wait_for(state="attached")
    assert list(decisions().values()) == ["delete"]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("d")  # the same again takes it back
    page.locator("#said", has_text="Decision taken back.").wait_for(state="attached")
    assert decisions() == {}
    page.keyboard.press("Escape")
    assert page.locator("#card[open]").count() == 0
    assert page.evaluate("document.activeElement.matches('#rows button')")


def test_the_card_keeps_its_keys_tells_errors_and_undoes_its_own(tab: Tab, archive: Path) -> None:
    give(tab, archive)
    page = tab.page
    page.locator("#rows button").first.click()
    box = page.locator("#card").bounding_box()
    assert abs(box["x"] * 2 + box["width"] - page.viewport_size["width"]) < 20  # in the middle
    page.locator("#card").get_by_role("button", name="Keep").click()
    page.locator("#said", has_text="Decided: keep.").wait_for(state="attached")
    page.keyboard.press("ArrowRight")  # the button that had the focus is gone
    page.locator("#card-title", has_text="Post 2").wait_for()
    page.keyboard.press("f")
    page.locator("#said", has_text="Decided: fix.").wait_for(state="attached")
    # Meanwhile, in another tab or on the command line:
    other = "e" * 64
    tab.site.client.post("/api/decisions", json={"digest": other, "decision": "delete"})
    page.keyboard.press("ArrowRight")
    page.keyboard.press("u")
    page.locator("#card-title", has_text="Post 2").wait_for()
    page.keyboard.press("u")
    page.locator("#card-title", has_text="Post 1").wait_for()
    page.locator("#card [data-decision][aria-pressed=true]").wait_for(state="detached")
    assert decisions() == {other: "delete"}
    page.route("**/api/decisions", lambda route: route.abort())
    page.keyboard.press("d")
    alert = page.locator("#card").get_by_role("alert")
    alert.wait_for()
    assert "does not answer" in alert.inner_text()
    tab.messages.clear()  # the browser's own line on what was cut off


def test_a_hostile_post_stays_text_and_evidence_fits_after_an_emoji(tab: Tab, archive: Path) -> None:
    give(tab, archive)
    page = tab.page
    page.locator("#band").select_option("low")
    page.locator("#rows button", has_text="onerror").click()
    assert page.locator("#card .text").inner_text().startswith(HOSTILE)
    assert page.title() == "Audit · riskcheck"
    assert page.locator("#rows img, #rows b, #card img, #card script, #card b").count() == 0
    page.keyboard.press("Escape")
    # Offsets count code points: the evidence fits after an emoji, too.
    marks = page.locator("#rows button", has_text="\U0001f600").locator("mark").all_inner_texts()
    assert marks
    assert all(mark in "my boss is an idiot" for mark in marks)


def test_dropping_a_folder(tab: Tab, archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "export")
    with tab.page.expect_file_chooser() as chooser:
        tab.page.get_by_role("button", name="Choose a folder").click()
    chooser.value.set_files(tmp_path / "export")
    tab.page.locator("#results").wait_for(timeout=20_000)
    assert "Read export as an export of X" in tab.page.locator("#coverage").inner_text()


def test_dropping_a_file(tab: Tab, archive: Path) -> None:
    import base64

    data = tab.page.evaluate_handle(
        """(content) => {
          const transfer = new DataTransfer();
          const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
          transfer.items.add(new File([bytes], "x.zip"));
          return transfer;
        }""",
        base64.b64encode(archive.read_bytes()).decode(),
    )
    tab.page.dispatch_event("#drop", "dragenter", {"dataTransfer": data})
    assert "over" in (tab.page.locator("#drop").get_attribute("class") or "")
    tab.page.dispatch_event("#drop", "drop", {"dataTransfer": data})
    tab.page.locator("#results").wait_for(timeout=20_000)


def test_what_cannot_be_read_is_told_and_not_kept(tab: Tab, tmp_path: Path) -> None:
    broken = tmp_path / "holiday.zip"
    broken.write_bytes(b"PK\x03\x04 no zip at all")
    with tab.page.expect_file_chooser() as chooser:
        tab.page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(broken)
    tab.page.get_by_role("alert").wait_for()
    assert "The audit failed: holiday.zip" in tab.page.get_by_role("alert").inner_text()
    assert tab.site.client.get("/api/audits").json()["audits"] == []
    assert tab.page.locator("#progress").is_hidden()


def test_stop_removes_a_running_audit(tab: Tab, tmp_path: Path) -> None:
    large = x_archive(tmp_path / "large.zip", [f"my boss is an idiot, number {n}" for n in range(20_000)])
    with tab.page.expect_file_chooser() as chooser:
        tab.page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(large)
    tab.page.locator("#stage", has_text="ing").wait_for()
    tab.page.get_by_role("button", name="Stop").click()
    tab.page.locator("#progress").wait_for(state="hidden")
    tab.page.locator("#live", has_text="Stopped.").wait_for(state="attached")
    assert tab.site.client.get("/api/audits").json()["audits"] == []
    assert tab.page.locator("#alert").is_hidden()  # it was wanted: no error is told
    assert tab.page.evaluate("document.activeElement.id") == "choose"


def test_a_second_tab_follows_an_audit_and_removes_what_broke_off(tab: Tab, tmp_path: Path) -> None:
    client = tab.site.client
    client.post("/api/audit", json={})
    number = client.post("/api/audit", json={}).json()["id"]
    texts = "\n".join(f"my boss is an idiot, number {n}" for n in range(20_000))
    client.put(f"/api/audit/{number}/file", params={"name": "posts.txt"}, content=texts.encode())
    client.post(f"/api/audit/{number}/start")
    page = tab.page
    page.reload()
    page.get_by_role("button", name="Follow posts.txt").click()
    page.locator("#stage", has_text="ing").wait_for()
    page.get_by_role("button", name="Remove an upload that was not finished").click()
    page.locator("#earlier").wait_for(state="hidden")
    assert [audit["id"] for audit in client.get("/api/audits").json()["audits"]] == [number]
    page.get_by_role("button", name="Stop").click()
    page.locator("#progress").wait_for(state="hidden")
    assert client.get("/api/audits").json()["audits"] == []


def test_a_second_export_waits_until_the_first_is_done(tab: Tab, archive: Path, tmp_path: Path) -> None:
    tab.page.route("**/api/audit", lambda route: None)  # never answered
    with tab.page.expect_file_chooser() as chooser:
        tab.page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(archive)
    chooser.value.set_files(archive)
    tab.page.get_by_role("alert").wait_for()
    assert "One audit at a time" in tab.page.get_by_role("alert").inner_text()


def test_an_audit_is_there_after_a_reload_and_in_trends(tab: Tab, archive: Path) -> None:
    give(tab, archive)
    tab.site.client.post("/api/decisions", json={"digest": DIGEST, "decision": "delete"})
    tab.page.reload()
    tab.page.get_by_role("button", name="Show x.zip").click()
    tab.page.locator("#rows tr").first.wait_for()
    tab.page.get_by_role("link", name="Trends").click()
    tab.page.locator("#lead", has_text="Since then you decided on 1: 1 delete").wait_for()
    assert tab.page.locator("#rows tr").count() == 1
    assert "x.zip" in tab.page.locator("#rows").inner_text()
    tab.page.get_by_role("link", name="Audit").click()
    tab.page.get_by_role("button", name="Show x.zip").click()
    tab.page.get_by_role("button", name="Remove this audit").click()
    tab.page.locator("#results").wait_for(state="hidden")
    assert tab.site.client.get("/api/audits").json()["audits"] == []


def test_trends_tell_what_has_been_cleared(browser: Any, site: Site, archive: Path) -> None:
    site.audit(("x.zip", archive.read_bytes()))
    site.client.post("/api/decisions", json={"digest": DIGEST, "decision": "false_alarm"})
    site.audit(("x.zip", archive.read_bytes()))
    tab = Tab(browser, site, "/trends")
    tab.page.locator("#lead", has_text="That is 1 fewer than on").wait_for()
    assert tab.page.locator("#chart rect").count() > 3
    said = tab.page.locator("#change svg").get_attribute("aria-label") or ""
    assert "Crude language, first:" in said
    assert "Crude language, last:" in said
    for text in tab.page.locator("svg text").all():  # no label is cut at an edge
        fits = text.evaluate(INSIDE)
        assert fits, text.inner_html()
    tab.close()


def test_the_profile_editor_writes_the_file(browser: Any, site: Site) -> None:
    from riskcheck.profile import load

    tab = Tab(browser, site, "/profile")
    page = tab.page
    page.locator("#path", has_text=str(site.profile)).wait_for()
    page.locator("#stage").select_option("interviewing")
    page.locator("#present").fill("Brightwell\n\n @brightwell ")
    page.locator("#keywords").fill("canal")
    page.get_by_label("Crude language").uncheck()
    page.get_by_role("button", name="Save").click()
    page.locator("#saved", has_text="Saved").wait_for()
    profile = load(site.profile)
    assert (profile.stage, profile.present, profile.off) == (
        "interviewing",
        ("Brightwell", "@brightwell"),
        ("crude_language",),
    )
    page.reload()
    page.locator("#present").wait_for()
    page.wait_for_function("document.getElementById('keywords').value === 'canal'")
    assert not page.get_by_label("Crude language").is_checked()
    page.locator("#allow").fill("x" * 201)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    assert "allow" in page.get_by_role("alert").inner_text()
    tab.messages.clear()  # the browser's own line on status 422
    tab.close()


def test_the_connection_is_shown_for_the_extension(browser: Any, site: Site) -> None:
    tab = Tab(browser, site, "/connect")
    tab.page.wait_for_function("document.getElementById('code').value.includes('#token=')")
    assert tab.page.locator("#code").input_value() == site.server.url
    tab.close()


@pytest.mark.skipif("RISKCHECK_SCREENSHOTS" not in os.environ, reason="RISKCHECK_SCREENSHOTS=1 renews the pictures")
def test_screenshot(browser: Any, site: Site, tmp_path: Path) -> None:
    # Invented posts of the category table, spread over a year.
    from riskcheck.categories import CATEGORIES

    texts = [text for category in CATEGORIES for text in (*category.risky, *category.safe)]
    begin = dt.datetime(2025, 9, 1, 12, tzinfo=dt.UTC)
    tweets = [
        {"id_str": str(10**18 + at), "full_text": text, "lang": "en",
         "created_at": f"{begin + dt.timedelta(days=at * 89 % 365):%a %b %d %H:%M:%S %z %Y}"}
        for at, text in enumerate(texts)
    ]  # fmt: skip
    export = tmp_path / "twitter-export.zip"
    with zipfile.ZipFile(export, "w") as packed:
        packed.writestr("data/tweets.js", "window.YTD.tweets.part0 = " + json.dumps([{"tweet": one} for one in tweets]))
    tab = Tab(browser, site, "/audit", viewport={"width": 1200, "height": 1000}, color_scheme="light")
    with tab.page.expect_file_chooser() as chooser:
        tab.page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(export)
    tab.page.locator("#rows tr").nth(3).wait_for(timeout=20_000)
    tab.page.evaluate("document.getElementById('lead').blur()")
    tab.page.evaluate("scrollTo(0, document.getElementById('lead').getBoundingClientRect().top + scrollY - 8)")
    tab.page.screenshot(path=IMAGES / "page-audit.png")
    tab.close()

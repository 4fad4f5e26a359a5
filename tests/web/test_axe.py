"""Accessibility by axe-core: every page, light and dark, empty and filled, without one violation.

axe-core is no part of the repository: ``npm pack axe-core`` and unpack ``axe.min.js`` to ``build/axe/package/``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import CRUDE, Site, Tab
from tests.web.test_audit_page import give

AXE = Path(os.environ.get("RISKCHECK_AXE") or Path(__file__).resolve().parents[2] / "build/axe/package/axe.min.js")
pytestmark = pytest.mark.skipif(not AXE.exists(), reason=f"{AXE} is missing; see the docstring of this file")


def violations(tab: Tab) -> list[str]:
    tab.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1200)])
def test_no_page_breaks_a_rule(browser: Any, site: Site, archive: Path, scheme: str, width: int) -> None:
    tab = Tab(browser, site, color_scheme=scheme, viewport={"width": width, "height": 900})
    assert violations(tab) == []
    tab.page.locator("#text").fill(CRUDE + ", i hate my job, blackout drunk again last night")
    tab.page.locator("#findings li").first.wait_for()
    assert violations(tab) == []
    tab.page.goto(site.base + "/audit")
    assert violations(tab) == []
    give(tab, archive)
    assert violations(tab) == []
    tab.page.locator("#rows button").first.click()
    assert violations(tab) == []
    for path in ("/trends", "/profile", "/connect"):
        tab.page.goto(site.base + path)
        tab.page.wait_for_load_state("networkidle")
        assert violations(tab) == []
    tab.close()

"""The page in Chromium as readers of high contrast and of large letters have it."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Site, watched_page
from .looking import ask, open_tab

pytestmark = pytest.mark.browser

HOMES = "How many homes were left without electricity?"
CLEAR = "rgba(255, 255, 255, 0)"
GROUND = "item => getComputedStyle(item).backgroundColor"
CUT_OFF = """() => [...document.querySelectorAll("#tabs [role=tab]")].filter(tab => {
    const letters = document.createRange();
    letters.selectNodeContents(tab);
    const [text, box] = [letters, tab].map(at => at.getBoundingClientRect());
    return text.top < box.top || text.bottom > box.bottom;
}).map(tab => tab.outerHTML.slice(0, 80))"""


def ground(page: Any, selector: str) -> str:
    return str(page.locator(selector).first.evaluate(GROUND))


def test_where_the_system_chooses_the_colours_nothing_is_told_by_them_alone(
    browser: Any, site: Site
) -> None:
    for page in watched_page(browser, site.address, {"forced_colors": "active"}):
        ask(page, HOMES)
        page.locator(".answer").wait_for()
        paper = ground(page, ".card")
        assert ground(page, ".thumb .yes") != paper
        page.locator(".facet .value", has_text="Northfield Gazette").click()
        page.locator(".facet .value[aria-pressed=true]").wait_for()
        page.locator(".card .thumb").first.click()
        page.locator(".thumb[aria-pressed=true]").wait_for()
        for pressed in (".views button", ".facet .value", ".thumb"):
            assert ground(page, f"{pressed}[aria-pressed=true]") != paper, pressed
            assert ground(page, f"{pressed}[aria-pressed=false]") in (paper, CLEAR), pressed
        chosen = page.locator(".thumb[aria-pressed=true]").first
        assert chosen.locator("span").first.evaluate(GROUND) != chosen.evaluate(GROUND)
        framed = page.locator("#ask-now").evaluate("b => getComputedStyle(b).borderTopWidth")
        assert framed != "0px"
        page.locator(".card .thumb").first.click()  # taken back
        page.locator(".thumb[aria-pressed=true]").wait_for(state="detached")
        open_tab(page, "Index")
        page.locator(".chart .bar span").first.wait_for()
        assert ground(page, ".chart .bar span") != paper


def test_letters_that_the_browser_enlarges_are_not_cut_off(page: Any) -> None:
    assert page.evaluate(CUT_OFF) == []
    page.add_style_tag(content="html { font-size: 200% }")
    assert page.evaluate(CUT_OFF) == []


def test_the_settings_fit_on_a_phone(browser: Any, site: Site) -> None:
    phone = {"viewport": {"width": 360, "height": 740}}
    for page in watched_page(browser, site.address, phone):
        open_tab(page, "Index")
        table = page.locator("table.settings")
        table.wait_for()
        assert table.evaluate("t => t.scrollWidth <= t.parentElement.clientWidth")

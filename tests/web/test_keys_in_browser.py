"""The page in Chromium by keyboard, and by the browser's own ways: back, history, titles."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from .looking import ask

pytestmark = pytest.mark.browser

HOMES = "How many homes were left without electricity?"


def query(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def type_slowly(page: Any, text: str) -> None:
    """Slower than an answer comes."""
    page.keyboard.type(text, delay=150)


def test_a_day_is_typed_and_counts_when_it_is_whole(page: Any) -> None:
    ask(page, HOMES)
    page.locator(".histogram a").first.wait_for()
    page.locator("#after").focus()
    type_slowly(page, "12012024")
    assert "after" not in query(page), "not at every digit"
    page.keyboard.press("Enter")
    page.locator(".chip.filter", has_text="from 2024-12-01 on").wait_for()
    assert query(page)["after"] == ["2024-12-01"]
    page.locator("#as-of").focus()
    type_slowly(page, "12022024")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.locator(".chip.filter", has_text="as of 2024-12-02").wait_for()
    page.locator(".absent", has_text="No article passes the filters").wait_for()
    assert query(page) == {"q": [HOMES], "after": ["2024-12-01"], "as_of": ["2024-12-02"]}

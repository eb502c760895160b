"""What browser tests do and look at, on any tab."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import axe_playwright_python

CALLS: Final = "**/component_server/**"
"""The page's calls of the server's functions."""


def ask(page: Any, question: str) -> None:
    box = page.locator("#question input")
    box.fill(question)
    box.press("Enter")
    page.locator(".asked", has_text=question).wait_for()


def in_view(page: Any, selector: str) -> bool:
    return bool(
        page.evaluate(
            """selector => {
                const box = document.querySelector(selector).getBoundingClientRect();
                return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0;
            }""",
            selector,
        )
    )


def open_tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def check_it_fits_and_can_be_read(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(CONTRASTS) == []
    assert axe_violations(page) == []


def axe_violations(page: Any) -> list[str]:
    """What axe-core finds that is serious: a line each, with where it stands."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text())
    found = page.evaluate("axe.run(document)")["violations"]
    return [
        f"{wrong['id']}: {node['html'][:160]}"
        for wrong in found
        if wrong["impact"] in ("serious", "critical")
        for node in wrong["nodes"]
    ]


TARGETS = """() => [...document.querySelectorAll("gradio-app :is(button, a, summary, input)")]
    .filter(e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .map(e => [e, (e.matches("input") ? e.closest(".block") : e).getBoundingClientRect()])
    .filter(([e, box]) => box.width && e.tabIndex >= 0 && (box.height < 32 || box.width < 24))
    .map(([e, box]) => `${box.width} × ${box.height} ${e.outerHTML.slice(0, 80)}`)"""
"""Controls too small for a finger."""

CONTRASTS = """() => {
    const channels = text => text.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= 0.04045 ? c / 12.92
        : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, n) => sum + c * [.2126, .7152, .0722][n], 0);
    const ground = element => {
        for (let at = element; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor);
            if (colour.length < 4 || colour[3] > 0.99) return colour;
        }
        return [255, 255, 255];
    };
    const poor = [];
    for (const element of document.querySelectorAll("gradio-app *")) {
        const own = element.matches("input[type=text], input[type=date]")
            || [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        if (!own || !element.checkVisibility({ visibilityProperty: true })) continue;
        const style = getComputedStyle(element);
        const pair = [light(channels(style.color)), light(ground(element))].sort((a, b) => b - a);
        const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
        if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${element.outerHTML.slice(0, 80)}`);
    }
    return poor;
}"""
"""Texts whose contrast with their ground is below 4.5."""

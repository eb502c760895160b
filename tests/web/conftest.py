"""A small archive with the real model, its page on a free port, and Chromium looking at it."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qa.archive import Archive
from qa.serving.options import Options
from qa.settings import Settings

FERRY = """Ferry strikes pier at Harrowmouth
By Petra Lindqvale
Harbour Courier | 14 January 2025

HARROWMOUTH — The ferry Skerrin Lass hit Pier 2 at the end of its crossing from Skerrin Island.

{filler}

Fourteen passengers were injured when the ferry struck the pier, the harbour master said.

{filler}
"""
FILLER = "\n\n".join(
    f"Paragraph {n}: the harbour office published timetables, tide tables and notices to mariners "
    "for the coming season, which sailors may collect at the counter on weekday mornings."
    for n in range(1, 15)
)
OTHERS = {
    "tram.txt": "Northfield council approves tram line\nBy Owen Tarrick\nNorthfield Gazette | "
    "21 March 2024\n\nNorthfield council approved a tram line that will cost $212 million. "
    "Councillors voted 27 to 18 for the route past the hospital.\n",
    "storm.txt": "Storm Brannoc cuts power\nBy Yusuf Carrow\nNorthfield Gazette | 3 December 2024\n"
    "\nStorm Brannoc left 41,000 homes without electricity. Gusts of 131 kilometres an hour were "
    "measured at the lighthouse of Kestrel Bay.\n",
    "flut.txt": "Springflut in Harrowmouth\nBy Jana Wulf\nKüstenblatt | 30 January 2025\n\n"
    "HARROWMOUTH (dpa) — Eine Springflut hat am Montag den alten Kai überspült. Die Feuerwehr "
    "brachte zwölf Menschen aus den Häusern am Hafen in Sicherheit.\n",
}
GRADIO_SAYS = "Method not implemented."
"""A warning of its own, at each upload: its client closes a stream that has no `close`."""

PWN = "window.__pwned"
HOSTILE = {
    "title": f'</h3><img src="x" onerror="{PWN}=1"><script>{PWN}=2</script> Zebra heist `$'
    + "{1+1}`",
    "text": f"The zebra heist was solved by inspector Quillon of Marrow Street <script>{PWN}=3"
    f"</script><img src=x onerror={PWN}=4> in the year 1987.\n\n"
    f"[Inspector Quillon](javascript:{PWN}=5) **wore** a red </mark></p></dialog> hat, "
    "and {{constructor}} was painted on the stolen zebra van.",
    "author": f'Ada "><svg onload={PWN}=6> Quill',
    "publisher": f"<b onmouseover='{PWN}=7'>The & Marrow</b>",
    "url": f"javascript:{PWN}=8",
    "published_at": "2025-02-02",
}


@dataclass
class Site:
    """A page being served."""

    address: str
    corpus: Path
    archive: Archive

    @property
    def generation(self) -> int:
        return self.archive.retriever.generation().manifest.generation


def write_corpus(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ferry.txt").write_text(FERRY.format(filler=FILLER), encoding="utf-8")
    for name, text in OTHERS.items():
        (folder / name).write_text(text, encoding="utf-8")
    lines = json.dumps(HOSTILE) + "\n{broken <b>json</b>\n"
    (folder / "hostile.jsonl").write_text(lines, encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from qa.web.server import Running

    folder = tmp_path_factory.mktemp("site")
    write_corpus(folder / "corpus")
    archive = Archive.build(folder / "corpus", folder / "index", Settings())
    options = Options(mcp=True, allow_url=True)
    with Running(archive, folder / "corpus", "127.0.0.1", free_port(), options) as running:
        yield Site(running.address, folder / "corpus", archive)
    archive.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        reason = "Chromium is not installed (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, which CI must have")
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    quiet = ["background-networking", "component-update", "sync"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
            + [f"--disable-{name}" for name in quiet],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, site: Site) -> Iterator[Any]:
    """A browser page on the site. Fails on console errors, outside requests, dialogs, scripts."""
    yield from watched_page(browser, site.address, {})


def watched_page(
    browser: Any, address: str, options: dict[str, Any], query: str = ""
) -> Iterator[Any]:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
    page = context.new_page()
    trouble: list[str] = []
    page.on(
        "console",
        lambda m: (
            trouble.append(m.text)
            if m.type in ("error", "warning") and m.text != GRADIO_SAYS
            else None
        ),
    )
    page.on("pageerror", lambda error: trouble.append(f"page error: {error}"))
    page.on("dialog", lambda dialog: (trouble.append("a dialog opened"), dialog.dismiss()))
    page.on(
        "request",
        lambda r: (
            trouble.append(f"outside request: {r.url}")
            if not r.url.startswith((address, "data:", "blob:"))
            else None
        ),
    )
    page.goto(address + query)
    page.locator("#question input").wait_for()
    page.wait_for_function("document.activeElement?.closest('#question')")
    yield page
    assert page.evaluate("window.__pwned") is None
    assert trouble == []
    context.close()

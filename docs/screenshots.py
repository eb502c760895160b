"""Take the pictures of README and docs anew: `python -m docs.screenshots`.

Serves the sample corpus on a free port and looks at it in Chromium, in light and dark, narrow and
wide. Needs the extra `dev` and Chromium (Debian: `apt-get install chromium`).
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
STORM = {"q": "How many homes lost power in Storm Brannoc?"}


@dataclass(frozen=True)
class Picture:
    """One picture: its file, its question, the window, and what it waits for."""

    name: str
    asked: dict[str, str]
    size: tuple[int, int]
    scheme: str
    shows: str


PICTURES = (
    Picture("ask.png", STORM, (1180, 820), "light", ".histogram a"),
    Picture("timeline.png", {**STORM, "show": "timeline"}, (1180, 720), "light", ".timeline li"),
    Picture("compare.png", {**STORM, "show": "compare"}, (1180, 720), "dark", ".side .card"),
    Picture("phone.png", STORM, (390, 780), "light", ".citations .card"),
)


def main() -> None:
    """Take them all."""
    from playwright.sync_api import sync_playwright

    from qa.archive import Archive
    from qa.settings import Settings
    from qa.web.server import Running

    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        archive = Archive.build(ROOT / "corpus", Path(folder) / "index", Settings())
        with (
            Running(archive, ROOT / "corpus", "127.0.0.1", port) as running,
            sync_playwright() as playwright,
        ):
            program = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-gpu"]
            )
            for picture in PICTURES:
                take(browser, running.address, picture)
            browser.close()
        archive.close()


def take(browser: Any, address: str, picture: Picture) -> None:  # noqa: ANN401 - Playwright's
    """Take one and keep it."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{address}/?{urlencode(picture.asked)}")
    page.locator("#result:not(.pending)").locator("visible=true").first.wait_for()
    page.locator(picture.shows).first.wait_for()
    page.locator("#narrow h2", has_text="Matches").wait_for(state="attached")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(300)
    page.screenshot(path=IMAGES / picture.name)
    print(f"{picture.name}: {(IMAGES / picture.name).stat().st_size:,} bytes")
    context.close()


if __name__ == "__main__":
    main()

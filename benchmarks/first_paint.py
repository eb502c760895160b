"""How long a reader waits: from Enter to the first painted answer, in Chromium.

    python -m benchmarks.first_paint [--json FILE]

On the sample corpus, served on loopback from this process. A question's time runs from the keydown
event of Enter to the animation frame after the one that painted its answer (or its refusal), as the
browser's own clock has it; the first page's from the request to the question box. The first
question of all is left out: it loads nothing (the model is warm), but Chromium compiles.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import statistics
import tempfile
from pathlib import Path
from typing import Any, Final

from qa.archive import Archive
from qa.settings import Settings

ROOT: Final = Path(__file__).parents[1]
QUESTIONS: Final = (
    "How many homes lost power in Storm Brannoc?",
    "What will the Northfield tram cost?",
    "How many people were hurt in the ferry crash?",
    "Why was the Europa Clipper launch postponed?",
    "What did the Harbour Courier say about the ferry?",
    "Who won the chess championship in Reykjavik?",
    "How many people came to the parade, and what did they leave behind?",
    'What did "Lowland Grid" admit?',
)
ROUNDS: Final = 5

_WATCH = """() => {
    let began = 0;
    window.__painted = null;
    document.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        window.__painted = null;
        began = performance.now();
    }, true);
    new MutationObserver(() => {
        const result = document.querySelector("#result");
        if (!began || result.classList.contains("pending")) return;
        if (!result.querySelector(".answer, .absent")) return;
        const start = began;
        began = 0;
        requestAnimationFrame(() => requestAnimationFrame(() => {
            window.__painted = performance.now() - start;
        }));
    }).observe(document.querySelector("#result"), {
        childList: true, subtree: true, attributes: true,
    });
}"""


def measure() -> dict[str, Any]:
    """Milliseconds of each question, and of the first page."""
    from playwright.sync_api import sync_playwright

    from qa.web.server import Running

    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        archive = Archive.build(ROOT / "corpus", Path(folder) / "index", Settings())
        archive.search("warm up", 1)
        with (
            Running(archive, ROOT / "corpus", "127.0.0.1", port) as running,
            sync_playwright() as playwright,
        ):
            program = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            page.goto(running.address)
            page.locator("#question-box").wait_for()
            page.goto(running.address)  # from a warm server, as a reader has it
            page.locator("#question-box").wait_for()
            first_page = page.evaluate("performance.now()")
            page.evaluate(_WATCH)
            asked = [_ask(page, question) for question in QUESTIONS * ROUNDS]
            browser.close()
        archive.close()
    times = sorted(asked[1:])
    return {
        "questions": len(times),
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "max_ms": round(times[-1], 1),
        "first_page_ms": round(first_page, 1),
    }


def table() -> str:
    """The figures, as a Markdown table."""
    found = measure()
    return "\n".join(
        (
            "| from Enter to the answer painted | ms |",
            "|---|---|",
            f"| median of {found['questions']} questions | {found['median_ms']:.0f} |",
            f"| 95th percentile | {found['p95_ms']:.0f} |",
            f"| first page, from a warm server | {found['first_page_ms']:.0f} |",
        )
    )


def _ask(page: Any, question: str) -> float:  # noqa: ANN401 - Playwright's
    page.locator("#question-box").fill(question)
    page.locator("#question-box").press("Enter")
    page.wait_for_function("window.__painted !== null")
    return float(page.evaluate("window.__painted"))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    options = parser.parse_args()
    found = measure()
    for name, value in found.items():
        print(f"{name:<14} {value}")
    if options.json:
        options.json.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""What happens on the Articles tab. Handlers return HTML; a known error becomes one line of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from qa.archive import Archive
from qa.errors import QAError
from qa.protocols import Progress
from qa.records import SyncReport
from qa.serving import uploads
from qa.web import articles_html, html
from qa.web.catalogue import Catalogue, LatestCatalogue

ROWS = 100
"""Articles listed at a time: thousands of rows would stall the browser."""


class ArticlesHandlers:
    """The events of the Articles tab.

    Args:
        archive: What is added to.
        corpus: Where uploads are kept.
        latest: What the archive holds.
    """

    def __init__(self, archive: Archive, corpus: Path, latest: LatestCatalogue) -> None:
        self._archive = archive
        self._corpus = corpus
        self._latest = latest

    def find(self, wanted: str) -> tuple[str, dict[str, Any], int]:
        """The articles that match, from the top."""
        return *self.list_articles(wanted, ROWS), ROWS

    def list_articles(self, wanted: str, rows: int) -> tuple[str, dict[str, Any]]:
        """The table, and whether there is more."""
        try:
            catalogue = self._latest.get()
        except QAError as error:
            return str(html.failure(error)), gr.update(visible=False)
        return table(catalogue, wanted, rows), gr.update(
            visible=len(catalogue.matching(wanted)) > rows
        )

    def add(
        self,
        files: list[str] | None,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio hands it in
    ) -> tuple[str, None]:
        """Store what was uploaded, and index it."""
        told = Markup("")
        stored: list[uploads.Upload] = []
        try:
            for file in map(Path, files or []):
                stored.append(uploads.store(file.name, file.read_bytes(), self._corpus))
                file.unlink(missing_ok=True)
            told = articles_html.upload_list(stored)
            if any(upload.new for upload in stored):
                told += articles_html.report(self._sync(progress))
        except QAError as error:
            # What was stored before the error is told too: it is in the corpus now.
            return str(articles_html.upload_list(stored) + html.failure(error)), None
        return str(told), None

    def rebuild(
        self,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio hands it in
    ) -> tuple[str, None]:
        """Bring the index up to date with the corpus folder."""
        try:
            return str(articles_html.report(self._sync(progress))), None
        except QAError as error:
            return str(html.failure(error)), None

    def _sync(self, progress: gr.Progress) -> SyncReport:
        def on_progress(now: Progress) -> None:
            if now.total:
                progress((now.done, now.total), desc=now.stage.capitalize(), unit="steps")

        return self._archive.sync(self._corpus, on_progress=on_progress)


def table(catalogue: Catalogue, wanted: str, rows: int) -> str:
    """The first rows of the articles that match."""
    found = catalogue.matching(wanted)
    return str(articles_html.article_table(found[:rows], len(found), len(catalogue.articles)))

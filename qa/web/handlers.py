"""What happens on the page. Handlers return HTML; a known error becomes one line of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from qa.archive import Archive
from qa.errors import QAError
from qa.protocols import Progress
from qa.records import Span, SyncReport
from qa.retriever import make_filters
from qa.web import articles_html, html, uploads
from qa.web.answer_html import empty_archive, render_answer
from qa.web.catalogue import EXAMPLES, Catalogue, LatestCatalogue

ROWS = 100
"""Articles listed at a time: thousands of rows would stall the browser."""

NO_GENERATION = -1
"""Stands for the generation where the archive cannot be read."""


class Handlers:
    """The events of one page.

    Args:
        archive: What is asked.
        corpus: Where uploads are kept.
    """

    def __init__(self, archive: Archive, corpus: Path) -> None:
        self._archive = archive
        self._corpus = corpus
        self._latest = LatestCatalogue(archive)

    def catalogue(self) -> Catalogue:
        """What the archive holds now. Raises as `LatestCatalogue.get`."""
        return self._latest.get()

    def ask(
        self,
        question: str | None,
        publisher: str | None,
        author: str | None,
        after: str | None,
        before: str | None,
        literal: bool = False,
    ) -> str:
        """The answer, or why there is none."""
        try:
            if not self.catalogue().passages:
                return str(empty_archive())
            filters = make_filters(publisher, author, after, before)
            answer = self._archive.ask(
                question or "",
                publisher=publisher,
                author=author,
                after=after,
                before=before,
                literal=literal,
            )
            return str(render_answer(answer, filters))
        except QAError as error:
            return _told(error)

    def open_article(self, place: dict[str, str]) -> str:
        """An article for the panel: its "id", and "start" and "end" of the spot or empty."""
        try:
            article = self._archive.article(str(place.get("id") or "-"))
        except QAError as error:
            return _told(error)
        start, end = str(place.get("start") or ""), str(place.get("end") or "")
        marks = [Span(int(start), int(end))] if start.isdecimal() and end.isdecimal() else []
        return str(html.article_panel(article, marks))

    def find(self, wanted: str) -> tuple[str, dict[str, Any], int]:
        """The articles that match, from the top."""
        return *self.list_articles(wanted, ROWS), ROWS

    def list_articles(self, wanted: str, rows: int) -> tuple[str, dict[str, Any]]:
        """The table, and whether there is more."""
        try:
            catalogue = self.catalogue()
        except QAError as error:
            return _told(error), gr.update(visible=False)
        return table(catalogue, wanted, rows), gr.update(
            visible=len(catalogue.matching(wanted)) > rows
        )

    def refresh(self) -> list[Any]:
        """All that depends on what the archive holds; see `page.Page.shown` for the order.

        Not the table: it follows the generation, the last of these, where that has changed.
        """
        try:
            catalogue = self.catalogue()
        except QAError:  # which the table tells
            return [*[gr.skip()] * (EXAMPLES + 3), "", NO_GENERATION]
        return [
            masthead(catalogue),
            *(gr.update(**chip) for chip in chips(catalogue)),
            gr.update(choices=choices("publisher", catalogue)),
            gr.update(choices=choices("author", catalogue)),
            str(articles_html.problem_list(catalogue.problems)),
            catalogue.generation,
        ]

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
                stored.append(uploads.store(file, self._corpus))
                file.unlink(missing_ok=True)
            told = articles_html.upload_list(stored)
            if any(upload.new for upload in stored):
                told += articles_html.report(self._sync(progress))
        except QAError as error:
            # What was stored before the error is told too: it is in the corpus now.
            return str(articles_html.upload_list(stored)) + _told(error), None
        return str(told), None

    def rebuild(
        self,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio hands it in
    ) -> tuple[str, None]:
        """Bring the index up to date with the corpus folder."""
        try:
            return str(articles_html.report(self._sync(progress))), None
        except QAError as error:
            return _told(error), None

    def _sync(self, progress: gr.Progress) -> SyncReport:
        def on_progress(now: Progress) -> None:
            if now.total:
                progress((now.done, now.total), desc=now.stage.capitalize(), unit="steps")

        return self._archive.sync(self._corpus, on_progress=on_progress)


def masthead(catalogue: Catalogue) -> str:
    """The page's head."""
    first, last = catalogue.days or (None, None)
    return str(
        articles_html.masthead(len(catalogue.articles), len(catalogue.publishers), first, last)
    )


def table(catalogue: Catalogue, wanted: str, rows: int) -> str:
    """The first rows of the articles that match."""
    found = catalogue.matching(wanted)
    return str(articles_html.article_table(found[:rows], len(found), len(catalogue.articles)))


def chips(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Value and visibility of each example's button."""
    shown = catalogue.examples
    missing = EXAMPLES - len(shown)
    return [{"value": text, "visible": True} for text in shown] + [
        {"value": "", "visible": False}
    ] * missing


def choices(name: str, catalogue: Catalogue) -> list[tuple[str, str]]:
    """What can be chosen as "publisher" or "author"; first, none in particular."""
    values = catalogue.publishers if name == "publisher" else catalogue.authors
    return [(f"Any {name}", ""), *((value, value) for value in values)]


def drawer_label(*values: str | None) -> dict[str, Any]:
    """What stands on the drawer of the filters: how many are set."""
    active = sum(1 for value in values if value)
    return gr.update(label=f"Filters ({active} set)" if active else "Filters")


def _told(error: QAError) -> str:
    return str(html.notice(str(error), "error"))

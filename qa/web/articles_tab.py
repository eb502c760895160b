"""The Articles tab: its layout, and which event calls which handler."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.web import articles_html
from qa.web.articles_handlers import ROWS, ArticlesHandlers, table
from qa.web.catalogue import Catalogue
from qa.web.components import READS, WRITES, html

NO_GENERATION = -1
"""Stands for the generation where the archive cannot be read."""


class ArticlesTab:
    """The tab's components.

    Args:
        handlers: What its events do.
    """

    _problems: gr.HTML
    _generation: gr.State

    def __init__(self, handlers: ArticlesHandlers) -> None:
        self._handlers = handlers

    @property
    def shown(self) -> list[Any]:
        """All that depends on what the archive holds.

        Not the table: it follows the generation, where that has changed.
        """
        return [self._problems, self._generation]

    def refreshed(self, catalogue: Catalogue) -> list[Any]:
        """What `shown` is to show now, in its order."""
        return [str(articles_html.problem_list(catalogue.problems)), catalogue.generation]

    def unreadable(self) -> list[Any]:
        """What `shown` is to show where the archive cannot be read, which the table tells."""
        return ["", NO_GENERATION]

    def lay_out(self, catalogue: Catalogue) -> list[Any]:
        """Make the components, in the tab being built, and connect them.

        Returns:
            The events that write to the archive.
        """
        with gr.Row(elem_id="adding", equal_height=True):
            files = gr.File(
                label="Add articles: .txt, .md, .html or .jsonl",
                file_count="multiple",
                height=132,
                elem_id="upload",
                scale=1,
            )
            with gr.Column(scale=0, min_width=260, elem_id="rebuilding"):
                html(
                    '<p class="hint">After changing files in the corpus folder by hand, '
                    "bring the index up to date:</p>"
                )
                rebuild = gr.Button("Rebuild index", elem_id="rebuild")
        report = html(elem_id="report")
        self._problems = html(
            str(articles_html.problem_list(catalogue.problems)), elem_id="problems"
        )
        wanted = gr.Textbox(
            value="",
            label="Find an article",
            placeholder="Title, publisher, author, date or file",
            max_lines=1,
            elem_id="find",
        )
        rows, self._generation = gr.State(ROWS), gr.State(catalogue.generation)
        listed = html(table(catalogue, "", ROWS), elem_id="table")
        is_long = len(catalogue.articles) > ROWS
        more = gr.Button(f"Show {ROWS} more", size="sm", visible=is_long, elem_id="more")

        handlers = self._handlers
        # What is typed and a new generation are one event, and all that fills the table waits in
        # one line: a list that was asked for earlier cannot come later and stand there.
        lists: dict[str, Any] = {**READS, "concurrency_limit": 1, "concurrency_id": "table"}
        changes = [wanted.change, self._generation.change]
        gr.on(changes, handlers.find, wanted, [listed, more, rows], **lists,
              trigger_mode="always_last")  # fmt: skip
        more.click(lambda rows: rows + ROWS, rows, rows, **READS).then(
            handlers.list_articles, [wanted, rows], [listed, more], **lists
        )
        writes = {**WRITES, "show_progress_on": report}
        return [
            files.upload(handlers.add, files, [report, files], **writes),
            rebuild.click(handlers.rebuild, None, [report, files], **writes),
        ]

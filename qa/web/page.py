"""The page: its layout, and which event calls which handler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from qa.archive import Archive
from qa.web import articles_html, theme
from qa.web.answer_html import WELCOME, empty_archive
from qa.web.api import ASKED_AT_ONCE, SYNC, add_endpoints
from qa.web.catalogue import Catalogue
from qa.web.handlers import ROWS, Handlers, chips, choices, drawer_label, masthead, table

MAX_QUESTION_CHARS = 500
KEPT_S = 600
"""Gradio's own copies of uploads are deleted at this age; ours are taken at once."""

_PANEL = """<dialog aria-label="Article"><div class="bar"><button type="button" class="close">
Close <span aria-hidden="true">×</span></button></div><div class="content"></div></dialog>"""

# UI events are of no use to programs, which have `qa.web.api`.
_READS: dict[str, Any] = {
    "api_visibility": "private",
    "concurrency_limit": ASKED_AT_ONCE,
    "concurrency_id": "page",
    "show_progress": "hidden",
}
_WRITES: dict[str, Any] = {
    "api_visibility": "private",
    "concurrency_limit": 1,
    "concurrency_id": SYNC,
}


def build(archive: Archive, corpus: Path) -> gr.Blocks:
    """The page for an archive.

    Args:
        archive: What is asked.
        corpus: Where uploaded articles are kept, and what the index is brought up to date with.

    Raises:
        QAError: The archive cannot be read.
    """
    blocks = gr.Blocks(title=theme.TITLE, analytics_enabled=False, delete_cache=(KEPT_S, KEPT_S))
    with blocks:
        add_endpoints(archive, corpus)  # first, so that no UI event takes the name of one
        Page(Handlers(archive, corpus)).lay_out(blocks)
    blocks.queue(default_concurrency_limit=ASKED_AT_ONCE, api_open=False)
    return blocks


class Page:
    """The components, which events connect across the tabs."""

    masthead: gr.HTML
    chips: list[gr.Button]
    publisher: gr.Dropdown
    author: gr.Dropdown
    problems: gr.HTML
    generation: gr.State

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    @property
    def shown(self) -> list[gr.components.Component]:
        """All that depends on what the archive holds, in the order of `Handlers.refresh`."""
        filters = [self.publisher, self.author]
        return [self.masthead, *self.chips, *filters, self.problems, self.generation]

    def lay_out(self, blocks: gr.Blocks) -> None:
        """Make the components, in the page being built, and connect them."""
        catalogue = self._handlers.catalogue()
        self.masthead = _html(masthead(catalogue), elem_id="masthead")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", elem_id="ask"):
                self._lay_out_ask(catalogue)
            with gr.Tab("Articles", elem_id="articles") as articles_tab:
                self._lay_out_articles(catalogue)

        def open_article(place: dict[str, str]) -> str:  # Gradio marks it, which a method forbids
            return self._handlers.open_article(place)

        _html(
            html_template=_PANEL,
            js_on_load=theme.script(),
            server_functions=[open_article],
            elem_id="panel",
        )
        for event in (blocks.load, articles_tab.select):
            event(self._handlers.refresh, None, self.shown, **_READS)

    def _lay_out_ask(self, catalogue: Catalogue) -> None:
        with gr.Row(elem_id="question-row", equal_height=True):
            question = gr.Textbox(
                label="Question",
                placeholder="Ask in plain words",
                max_lines=1,
                max_length=MAX_QUESTION_CHARS,
                autofocus=True,
                elem_id="question",
                scale=1,
                html_attributes=gr.InputHTMLAttributes(autocomplete="off", enterkeyhint="search"),
            )
            ask = gr.Button("Ask", variant="primary", elem_id="ask-now", scale=0, min_width=88)
        with gr.Row(elem_id="chips"):
            self.chips = [gr.Button(**chip, size="sm", scale=0) for chip in chips(catalogue)]
        with gr.Accordion("Filters", open=False, elem_id="filters") as drawer:
            with gr.Row(elem_id="filter-row"):
                self.publisher = _choice("publisher", catalogue)
                self.author = _choice("author", catalogue)
                after = _day_field("Published from", "after")
                before = _day_field("Published before", "before")
            literal = gr.Checkbox(
                label="Take the question literally: no operators, nothing understood",
                value=False,
                elem_id="literal",
            )
            clear = gr.Button("Clear filters", size="sm", elem_id="clear-filters")
        welcome = WELCOME if catalogue.articles else empty_archive()
        result = _html(str(welcome), elem_id="result")

        # Any: the type checker's common base of the two lacks the events that Gradio adds.
        filters: list[Any] = [self.publisher, self.author, after, before]
        # "minimal" marks the answer as pending, which the style sheet shows; a question asked
        # before the last one is answered waits, and its answer replaces the other.
        asks = {**_READS, "show_progress": "minimal", "trigger_mode": "always_last"}
        answer = self._handlers.ask
        gr.on([question.submit, ask.click], answer, [question, *filters, literal], result, **asks)
        for chip in self.chips:
            # The question is put into the box by the browser, without asking the server.
            chip.click(None, chip, question, js="(text) => text", **_READS)
            chip.click(answer, [chip, *filters, literal], result, **asks)
        gr.on([f.change for f in filters], drawer_label, filters, drawer, **_READS)
        clear.click(lambda: ["", "", "", ""], None, filters, **_READS)

    def _lay_out_articles(self, catalogue: Catalogue) -> None:
        with gr.Row(elem_id="adding", equal_height=True):
            files = gr.File(
                label="Add articles: .txt, .md, .html or .jsonl",
                file_count="multiple",
                height=132,
                elem_id="upload",
                scale=1,
            )
            with gr.Column(scale=0, min_width=260, elem_id="rebuilding"):
                _html(
                    '<p class="hint">After changing files in the corpus folder by hand, '
                    "bring the index up to date:</p>"
                )
                rebuild = gr.Button("Rebuild index", elem_id="rebuild")
        report = _html(elem_id="report")
        self.problems = _html(
            str(articles_html.problem_list(catalogue.problems)), elem_id="problems"
        )
        wanted = gr.Textbox(
            value="",
            label="Find an article",
            placeholder="Title, publisher, author, date or file",
            max_lines=1,
            elem_id="find",
        )
        rows, self.generation = gr.State(ROWS), gr.State(catalogue.generation)
        listed = _html(table(catalogue, "", ROWS), elem_id="table")
        is_long = len(catalogue.articles) > ROWS
        more = gr.Button(f"Show {ROWS} more", size="sm", visible=is_long, elem_id="more")

        handlers = self._handlers
        # What is typed and a new generation are one event, and all that fills the table waits in
        # one line: a list that was asked for earlier cannot come later and stand there.
        lists: dict[str, Any] = {**_READS, "concurrency_limit": 1, "concurrency_id": "table"}
        changes = [wanted.change, self.generation.change]
        gr.on(changes, handlers.find, wanted, [listed, more, rows], **lists,
              trigger_mode="always_last")  # fmt: skip
        more.click(lambda rows: rows + ROWS, rows, rows, **_READS).then(
            handlers.list_articles, [wanted, rows], [listed, more], **lists
        )
        writes = {**_WRITES, "show_progress_on": report}
        for done in (
            files.upload(handlers.add, files, [report, files], **writes),
            rebuild.click(handlers.rebuild, None, [report, files], **writes),
        ):
            done.then(handlers.refresh, None, self.shown, **_READS)


def _html(value: str = "", **named: Any) -> gr.HTML:  # noqa: ANN401 - as gr.HTML has them
    # Without Gradio's typography, which is made for Markdown and fights with ours.
    return gr.HTML(value, apply_default_css=False, **named)


def _choice(name: str, catalogue: Catalogue) -> gr.Dropdown:
    return gr.Dropdown(
        choices(name, catalogue),
        value="",
        label=name.capitalize(),
        # A part of an author's name is a filter too, and a name typed by hand is no mistake.
        allow_custom_value=True,
        elem_id=name,
        min_width=150,
    )


def _day_field(label: str, name: str) -> gr.Textbox:
    # The script turns it into the browser's own date field, which every phone and screen reader
    # knows; where it cannot, the day is typed and checked by the archive.
    return gr.Textbox(
        value="", label=label, placeholder="2025-07-31", max_lines=1, elem_id=name, min_width=150
    )

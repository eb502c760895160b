"""The Ask tab: its layout, and which event calls which handler."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.web.answer_html import WELCOME, empty_archive
from qa.web.ask_handlers import AskHandlers, drawer_label
from qa.web.catalogue import EXAMPLES, Catalogue
from qa.web.components import READS, html

MAX_QUESTION_CHARS = 500


class AskTab:
    """The tab's components.

    Args:
        handlers: What its events do.
    """

    _chips: list[gr.Button]
    _publisher: gr.Dropdown
    _author: gr.Dropdown

    def __init__(self, handlers: AskHandlers) -> None:
        self._handlers = handlers

    @property
    def shown(self) -> list[Any]:
        """All that depends on what the archive holds."""
        return [*self._chips, self._publisher, self._author]

    def refreshed(self, catalogue: Catalogue) -> list[Any]:
        """What `shown` is to show now, in its order."""
        return [
            *(gr.update(**chip) for chip in _chips(catalogue)),
            gr.update(choices=_choices("publisher", catalogue)),
            gr.update(choices=_choices("author", catalogue)),
        ]

    def lay_out(self, catalogue: Catalogue) -> None:
        """Make the components, in the tab being built, and connect them."""
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
            self._chips = [gr.Button(**chip, size="sm", scale=0) for chip in _chips(catalogue)]
        with gr.Accordion("Filters", open=False, elem_id="filters") as drawer:
            with gr.Row(elem_id="filter-row"):
                self._publisher = _choice("publisher", catalogue)
                self._author = _choice("author", catalogue)
                after = _day_field("Published from", "after")
                before = _day_field("Published before", "before")
            literal = gr.Checkbox(
                label="Take the question literally: no operators, nothing understood",
                value=False,
                elem_id="literal",
            )
            clear = gr.Button("Clear filters", size="sm", elem_id="clear-filters")
        welcome = WELCOME if catalogue.articles else empty_archive()
        result = html(str(welcome), elem_id="result")

        # Any: the type checker's common base of the two lacks the events that Gradio adds.
        filters: list[Any] = [self._publisher, self._author, after, before]
        # "minimal" marks the answer as pending, which the style sheet shows; a question asked
        # before the last one is answered waits, and its answer replaces the other.
        asks = {**READS, "show_progress": "minimal", "trigger_mode": "always_last"}
        answer = self._handlers.ask
        gr.on([question.submit, ask.click], answer, [question, *filters, literal], result, **asks)
        for chip in self._chips:
            # The question is put into the box by the browser, without asking the server.
            chip.click(None, chip, question, js="(text) => text", **READS)
            chip.click(answer, [chip, *filters, literal], result, **asks)
        gr.on([f.change for f in filters], drawer_label, filters, drawer, **READS)
        clear.click(lambda: ["", "", "", ""], None, filters, **READS)


def _chips(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Value and visibility of each example's button."""
    shown = catalogue.examples
    missing = EXAMPLES - len(shown)
    return [{"value": text, "visible": True} for text in shown] + [
        {"value": "", "visible": False}
    ] * missing


def _choices(name: str, catalogue: Catalogue) -> list[tuple[str, str]]:
    """What can be chosen as "publisher" or "author"; first, none in particular."""
    values = catalogue.publishers if name == "publisher" else catalogue.authors
    return [(f"Any {name}", ""), *((value, value) for value in values)]


def _choice(name: str, catalogue: Catalogue) -> gr.Dropdown:
    return gr.Dropdown(
        _choices(name, catalogue),
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

"""The Ask tab: one piece of HTML, whose script (`SCRIPTS`) calls the handlers."""

from __future__ import annotations

from typing import Final

import gradio as gr

from qa.web import theme
from qa.web.ask_handlers import AskHandlers
from qa.web.components import html, server_function
from qa.web.turns import Turns

SCRIPTS: Final = ("ask.js", "ask_recent.js", "ask_giving.js", "ask_lists.js", "ask_events.js")
"""In the order in which they run, as one."""


def lay_out(handlers: AskHandlers) -> gr.HTML:
    """Make the tab's content, in the tab being built.

    Questions do not take Gradio's queue: its events cost a reader some 100 ms, and would not let a
    second question overtake the first.
    """
    turns = Turns()
    called = (
        *map(turns.taking, (handlers.ask, handlers.narrow, handlers.timeline, handlers.compare)),
        turns.taking(handlers.home),
        handlers.export,
        handlers.judge,
        handlers.batch_start,
        handlers.batch_state,
        handlers.batch_pack,
    )
    return html(
        handlers.first_page(),
        js_on_load=theme.script(*SCRIPTS),
        server_functions=[server_function(handler) for handler in called],
        elem_id="asking",
    )

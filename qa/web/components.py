"""How the page makes its components and events, the same on every tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import gradio as gr

from qa.serving.metrics import ASKED_AT_ONCE

# UI events are of no use to programs, which have `qa.web.api`.
READS: dict[str, Any] = {
    "api_visibility": "private",
    "concurrency_limit": ASKED_AT_ONCE,
    "concurrency_id": "page",
    "show_progress": "hidden",
}


def html(value: str = "", **named: Any) -> gr.HTML:  # noqa: ANN401 - as gr.HTML has them
    """HTML of ours, without Gradio's typography, which is made for Markdown and fights with it."""
    return gr.HTML(value, apply_default_css=False, **named)


def server_function(handler: Callable[[Mapping[str, Any]], Any]) -> Callable[..., Any]:
    """A handler that a page's script calls by its name. Gradio marks it, which a method forbids."""

    @wraps(handler)
    def called(sent: dict[str, Any]) -> Any:  # noqa: ANN401
        return handler(sent or {})

    return called

"""The operations as Gradio's named endpoints: what `gradio_client` calls, such as `/ask`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import gradio as gr
from gradio.events import api as add_endpoint

from qa.errors import QAError
from qa.serving.endpoints import Endpoints
from qa.serving.metrics import ASKED_AT_ONCE
from qa.serving.operations import Operation

SYNC = "sync"
"""One name for all that writes the index, so that one runs at a time."""


def add_endpoints(endpoints: Endpoints) -> None:
    """Add the endpoints to the page being built."""
    for found in endpoints.operations():
        add_endpoint(
            _told(found),
            api_name=found.name,
            concurrency_limit=1 if found.writes else ASKED_AT_ONCE,
            concurrency_id=SYNC if found.writes else found.name,
        )


def _told(found: Operation) -> Callable[..., Any]:
    """Known errors go to the caller as their one line; others stay in the server's log."""

    @wraps(found.run)
    def told(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        try:
            return found.run(*args, **kwargs)
        except QAError as error:
            raise gr.Error(str(error), print_exception=False) from error

    # Gradio reads the types from the annotations as they are, without evaluating strings.
    signature = found.described(lambda p: p.type, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    told.__signature__ = signature  # type: ignore[attr-defined]
    told.__annotations__ = {p.name: p.type for p in found.parameters} | {"return": found.returns}
    return told

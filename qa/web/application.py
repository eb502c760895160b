"""One application of page, API and tools, behind the checks that all of them need."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

from qa.archive import Archive
from qa.serving.alone import NotFound
from qa.serving.apart import Apart
from qa.serving.bodies import Bodies
from qa.serving.endpoints import Endpoints
from qa.serving.guard import Guard, SecurityHeaders
from qa.serving.http_api import Heads, Measured, make_app
from qa.serving.metrics import MeasuredArchive, Metrics
from qa.serving.options import Options
from qa.serving.sign_in import SignIn
from qa.serving.syncing import Syncing
from qa.serving.uploads import MAX_FILE_BYTES

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported


def make_application(archive: Archive, corpus: Path, host: str, options: Options) -> ASGIApp:
    """All that is served, as one ASGI application.

    Args:
        archive: What is asked.
        corpus: Where uploads are kept.
        host: The address that will be listened on, see `Guard`.
        options: To whom, and what they may do.

    Raises:
        QAError: The archive cannot be read, or a package for the options is not installed.
    """
    from qa.web import theme

    metrics = Metrics()
    measured = MeasuredArchive(archive, metrics)
    endpoints = Endpoints(measured, corpus, Syncing(measured, corpus), options)
    app = make_app(endpoints, metrics, options)
    if options.mcp:
        _mount_tools(app, endpoints)
    _mount_page(app, endpoints)
    _end_with(app, measured.apart)
    inner: ASGIApp = Bodies(Heads(app))
    inner = NotFound(inner, theme.style)
    inner = SignIn(inner, options, theme.style)
    inner = Measured(inner, metrics)
    return SecurityHeaders(Guard(inner, options, host))


def _mount_page(app: FastAPI, endpoints: Endpoints) -> None:
    import gradio as gr

    from qa.web import theme
    from qa.web.page import build

    gr.mount_gradio_app(
        app,
        build(endpoints),
        path="/",
        footer_links=[],
        run_history=False,
        root_path=endpoints.options.root_path.rstrip("/") or None,
        allowed_paths=[],
        show_error=False,
        max_file_size=MAX_FILE_BYTES,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme.theme(),
        head=theme.head(),
    )


def _mount_tools(app: FastAPI, endpoints: Endpoints) -> None:
    from qa.serving.tools import make_tools, tools_app

    tools = tools_app(make_tools(endpoints))
    app.router.routes.extend(tools.routes)
    _live_with(app, lambda: tools.router.lifespan_context(tools))


def _end_with(app: FastAPI, apart: Apart) -> None:
    @contextlib.asynccontextmanager
    async def syncing() -> AsyncIterator[None]:
        yield
        apart.close()

    _live_with(app, syncing)


def _live_with(app: FastAPI, other: Callable[[], AbstractAsyncContextManager[object]]) -> None:
    """Have something begin and end with the application."""
    before = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with before(app), other():
            yield

    app.router.lifespan_context = lifespan

"""The HTTP API: JSON in, JSON out, under `/api/v1`; its description, health and metrics.

Each operation is `POST /api/v1/NAME` with its arguments as a JSON object; those that change nothing
are `GET /api/v1/NAME?argument=value` as well.
"""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, FastAPI, File, Query, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa import __version__, shapes
from qa.archive import Archive
from qa.errors import (
    AbandonedError,
    ArticleNotFoundError,
    ForbiddenError,
    IndexBusyError,
    IndexWriteError,
    InputError,
    ModelError,
    QAError,
    SyncCancelledError,
)
from qa.serving.endpoints import Endpoints
from qa.serving.guard import served_path
from qa.serving.metrics import Metrics
from qa.serving.operations import Operation, Parameter, misfits
from qa.serving.options import Options
from qa.serving.uploads import MAX_FILE_BYTES, Sent

API: Final = "/api/v1"
_STATUS: Final[Mapping[type[QAError], int]] = {
    InputError: 400,
    AbandonedError: 499,  # as nginx has it; nobody reads it
    ForbiddenError: 403,
    ArticleNotFoundError: 404,
    IndexBusyError: 409,
    SyncCancelledError: 409,
    IndexWriteError: 507,
    ModelError: 500,
}
"""Of all others 503: the index is missing, damaged or of another make, which the server's keeper
has to mend."""

Files = Annotated[list[UploadFile], File(description="Up to 100 files, 32 MiB each.")]

_log = logging.getLogger("qa.serving")


def make_app(endpoints: Endpoints, metrics: Metrics, options: Options) -> FastAPI:
    """The application with the API; the page is mounted into it.

    Args:
        endpoints: What can be asked for.
        metrics: What is counted.
        options: Whether there is a path before all others.
    """
    app = FastAPIOffline(
        title="article-qa",
        version=__version__,
        summary="Ask an archive of articles; get verbatim, verified, cited passages.",
        docs_url="/api",
        redoc_url=None,
        openapi_url="/api/openapi.json",
        favicon_url="data:,",
        static_url="/api/static",
    )
    app.include_router(_operations(endpoints), prefix=API)
    app.include_router(_files(endpoints), prefix=API, tags=["articles"])
    app.include_router(_watched(endpoints.archive, metrics), tags=["operating"])
    app.include_router(_rest())
    app.add_exception_handler(QAError, _known_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _fault)
    return app


def _operations(endpoints: Endpoints) -> APIRouter:
    router = APIRouter()
    for found in endpoints.operations():
        for method in ("POST",) if found.writes else ("GET", "POST"):
            router.add_api_route(
                f"/{found.name}",
                _route(found, Body if method == "POST" else Query),
                methods=[method],
                name=found.name,
                operation_id=f"{found.name}_{method.lower()}",
                summary=found.summary,
                description=found.about,
                tags=["writing" if found.writes else "reading"],
                responses={200: {"model": found.returns}, **_ERRORS},
                response_class=JSONResponse,
                dependencies=[Depends(_known(found, method))],
            )
    refused = {}
    if not endpoints.options.allow_url:
        refused["fetch"] = endpoints.may_fetch
    if endpoints.options.read_only:
        names = [*(found.name for found in endpoints.writing()), "upload", "preview"]
        refused |= dict.fromkeys(names, endpoints.may_write)
    for name, why in refused.items():
        router.add_api_route(f"/{name}", why, methods=["POST"], include_in_schema=False)
    return router


def _route(found: Operation, place: Callable[..., Any]) -> Callable[..., Response]:
    def route(**arguments: Any) -> Response:  # noqa: ANN401
        return JSONResponse(found.run(**arguments))

    def annotated(parameter: Parameter) -> Any:  # noqa: ANN401
        if place is Body:  # one argument is an object, too, like several
            return Annotated[parameter.type, Body(embed=True, description=parameter.about)]
        return Annotated[parameter.type, Query(description=parameter.about)]

    signature = found.described(annotated, inspect.Parameter.KEYWORD_ONLY)
    route.__signature__ = signature.replace(return_annotation=Response)  # type: ignore[attr-defined]
    return route


def _known(found: Operation, method: str) -> Callable[[Request], Awaitable[None]]:
    """Refuses what is no argument, see `Operation.check_names`."""

    async def check(request: Request) -> None:
        if method == "POST" and (name := next(iter(request.query_params), None)):
            raise InputError(f"send {name!r} in the JSON object, not in the address")
        try:
            given = request.query_params if method == "GET" else await request.json()
        except (ValueError, RecursionError):  # no JSON, which is told elsewhere
            return
        if isinstance(given, Mapping):
            found.check_names(given)

    return check


_ERROR_EXAMPLE: Final = {"error": {"kind": "InputError", "message": "k must be at least 1, not 0"}}
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "model": shapes.Refusal,
        "description": text,
        "content": {"application/json": {"example": _ERROR_EXAMPLE}},
    }
    for status, text in (("4XX", "What was asked for, in one line"), ("5XX", "What failed here"))
}


_FILE: Final = {"type": "string", "format": "binary"}


def _files(endpoints: Endpoints) -> APIRouter:
    router = APIRouter()

    @router.get(
        "/original",
        summary="Download the file an article was read from",
        response_class=FileResponse,
        responses={200: {"content": {"application/octet-stream": {"schema": _FILE}}}, **_ERRORS},
    )
    def original(
        article_id: Annotated[str, Query(description="Its id, or the first digits of it.")],
    ) -> FileResponse:
        path = original_file(endpoints, article_id)
        # Never shown as a page of this site, whatever is in it.
        # Nor kept by a browser as long as the file was old, when it has changed or who asks left.
        return FileResponse(
            path,
            media_type="application/octet-stream",
            filename=path.name,
            headers={"cache-control": "private, no-cache"},
        )

    if endpoints.options.read_only:
        return router

    @router.post(
        "/preview",
        summary="See what would be understood of files; changes nothing",
        responses={200: {"model": shapes.Previewed}, **_ERRORS},
    )
    def preview(files: Files) -> JSONResponse:
        return JSONResponse(endpoints.preview(_read(files)))

    @router.post(
        "/upload",
        summary="Add files of articles to the corpus, and index them",
        responses={200: {"model": shapes.Added}, **_ERRORS},
    )
    def upload(
        files: Files,
        wait: Annotated[bool, Query(description="Until they are indexed; else see status.")] = True,
    ) -> JSONResponse:
        return JSONResponse(endpoints.keep(_read(files), wait=wait))

    return router


def _read(files: list[UploadFile]) -> list[Sent]:
    read = []
    for file in files:
        data = file.file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise InputError(f"{file.filename} is over {MAX_FILE_BYTES:,} bytes; use qa add for it")
        read.append(Sent(file.filename or "article", data))
    return read


def original_file(endpoints: Endpoints, article_id: str) -> Path:
    """The corpus file of an article.

    Raises:
        ArticleNotFoundError: There is no such article, or its file is gone.
    """
    article = endpoints.archive.article(article_id)
    path = endpoints.corpus / article.source
    inside = path.resolve().is_relative_to(endpoints.corpus.resolve())
    if not (inside and path.is_file()):
        raise ArticleNotFoundError(
            f"the file {article.source} is no longer in the corpus; bring the index up to date"
        )
    return path


def _watched(archive: Archive, metrics: Metrics) -> APIRouter:
    router = APIRouter()

    @router.get(
        "/health",
        summary="Whether questions can be answered now",
        responses={status: {"model": shapes.Health} for status in (200, 503)},
    )
    def health() -> JSONResponse:
        try:
            manifest = archive.retriever.generation().manifest
        except QAError as error:
            return JSONResponse({"ok": False, "error": str(error)}, 503)
        return JSONResponse({"ok": True, "generation": manifest.generation})

    @router.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
    def figures() -> Response:
        return Response(metrics.exposition(archive), media_type=CONTENT_TYPE_LATEST)

    return router


def _rest() -> APIRouter:
    """What else is asked for below `API`: told as an error like all others, and not as a page."""
    router = APIRouter()
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    @router.api_route(API + "/{path:path}", methods=methods, include_in_schema=False)
    def rest(request: Request) -> Response:
        message = f"there is no {request.method} {served_path(request.scope)}; /api says what is"
        return JSONResponse({"error": {"kind": "NotFound", "message": message}}, 404)

    return router


async def _known_error(request: Request, error: Exception) -> Response:
    status = next((s for kind, s in _STATUS.items() if isinstance(error, kind)), 503)
    told = {"kind": type(error).__name__, "message": str(error)}
    return JSONResponse({"error": told}, status)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        told = f"the body is no JSON: {first['ctx']['error']}, at character {first['loc'][-1]}"
    elif isinstance(error.body, bytes):
        told = "send the arguments as JSON, with the header Content-Type: application/json"
    elif isinstance(error.body, list | str | int | float):
        told = "send the arguments as one JSON object, by their names"
    else:
        told = misfits(error.errors(), below=1)
    return JSONResponse({"error": {"kind": "InputError", "message": told}}, 400)


async def _refused(request: Request, error: Exception) -> Response:
    """What FastAPI refuses by itself, such as a body that it cannot take apart."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    told = {"kind": "InputError", "message": str(error.detail)}
    return JSONResponse({"error": told}, error.status_code, error.headers)


_FAULT: Final = {"kind": "Error", "message": "something failed; the server's log says what"}


async def _fault(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": _FAULT}, 500)  # logged by `Measured`, which it is raised to then


_GRADIO: Final = ("call", "component_server", "heartbeat", "queue", "run", "upload")


class Heads:
    """ASGI middleware that has HEAD answered as GET is, without a body; FastAPI answers GET only.

    Args:
        app: What comes after.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, as GET where FastAPI answers."""
        is_head = scope["type"] == "http" and scope["method"] == "HEAD"
        if not (is_head and served_path(scope).startswith(("/api", "/health", "/metrics"))):
            await self._app(scope, receive, send)
            return

        async def bare(message: Message) -> None:
            is_body = message["type"] == "http.response.body"
            await send({**message, "body": b""} if is_body else message)

        await self._app({**scope, "method": "GET"}, receive, bare)


class Measured:
    """ASGI middleware that counts and times requests, and turns a crash into one line.

    Args:
        app: What comes after.
        metrics: What counts.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = _route_label(served_path(scope))
        began = time.perf_counter()
        started = False

        async def counted(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                # What does not exist has no name in the figures: anybody may ask for anything.
                told = "unknown" if message["status"] == 404 else route
                self._metrics.requests.labels(told, str(message["status"])).inc()
                self._metrics.request_seconds.labels(told).observe(time.perf_counter() - began)
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except HTTPException:
            raise
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await JSONResponse({"error": _FAULT}, 500)(scope, receive, counted)


NAMES: Final = frozenset((
    "add", "article", "articles", "ask", "delete", "fetch", "original",
    "preview", "restore", "search", "status", "sync", "upload",
))  # fmt: skip
"""Of the routes below `API`: whoever asks for others makes no figures of their own."""


def _route_label(path: str) -> str:
    """A route's name in the figures: without ids, so that they are few."""
    parts = path.split("/")
    if path.startswith(f"{API}/"):
        return f"{API}/{parts[3]}" if parts[3] in NAMES else API
    if path in ("/", "/login", "/logout", "/health", "/metrics", "/mcp", "/api"):
        return path
    if path.startswith("/gradio_api/"):
        return f"/gradio_api/{parts[2]}" if parts[2] in _GRADIO else "/gradio_api"
    return "assets"

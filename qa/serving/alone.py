"""Pages that stand alone, without Gradio: signing in, and an address under which nothing is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.serving.guard import served_path

_PAGE: Final = Markup("""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title} – Ask the archive</title>{look}
<script>if (matchMedia("(prefers-color-scheme: dark)").matches)
document.documentElement.classList.add("dark");</script></head>
<body class="alone"><main><h1>Ask the archive</h1>{content}</main></body></html>""")


def page(title: str, content: Markup, look: str) -> Markup:
    """A page of its own.

    Args:
        title: Before the site's name.
        content: Below its heading.
        look: Our own style sheet, wrapped in a `<style>` element.
    """
    return _PAGE.format(title=title, content=content, look=Markup(look))  # noqa: S704 - our own


_NOTHING: Final = Markup(
    '<p>There is no page under this address.</p><p><a href="{}">Go to the archive</a></p>'
)
_PROGRAMS: Final = ("api", "gradio_api", "health", "metrics", "mcp")
"""First parts of the paths that programs ask for: they are answered in JSON, whoever asks."""


class NotFound:
    """ASGI middleware that shows a page to whoever visits an address under which nothing is.

    Args:
        app: What comes after.
        look: Gives the style sheet of the page, as `page` takes it.
    """

    def __init__(self, app: ASGIApp, look: Callable[[], str]) -> None:
        self._app = app
        self._look = look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; a 404 is shown."""
        if not _is_visit(scope):
            await self._app(scope, receive, send)
            return
        is_missing = False

        async def shown(message: Message) -> None:
            nonlocal is_missing
            if message["type"] == "http.response.start" and message["status"] == 404:
                is_missing = True
                home = _NOTHING.format(scope.get("root_path", "") + "/")
                found = page("No such page", home, self._look())
                await HTMLResponse(found, 404)(scope, receive, send)
            elif not is_missing:
                await send(message)

        await self._app(scope, receive, shown)


def _is_visit(scope: Scope) -> bool:
    """Whether a browser asks for what its reader is to see."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    if served_path(scope).split("/")[1] in _PROGRAMS:
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")

"""The Articles tab: adding, browsing, deleting. One component, which its script brings to life."""

from __future__ import annotations

from typing import Any

from qa import reading
from qa.serving.endpoints import Endpoints
from qa.web import articles_html, theme
from qa.web.articles_handlers import ArticlesHandlers
from qa.web.components import html


class ArticlesTab:
    """The tab.

    Args:
        endpoints: What it shows and changes.
    """

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def lay_out(self) -> list[Any]:
        """Make the component, in the tab being built.

        Returns:
            Events that say that the archive has changed.
        """
        options = self._endpoints.options
        browser = html(
            html_template=str(
                articles_html.skeleton(
                    sorted(reading.SUFFIXES),
                    writes=not options.read_only,
                    fetches=options.allow_url,
                )
            ),
            js_on_load=theme.script("list.js", "adding.js", "articles.js"),
            server_functions=ArticlesHandlers(self._endpoints).functions(),
            root=options.root_path.rstrip("/"),
            elem_id="browser",
        )
        return [browser.submit]

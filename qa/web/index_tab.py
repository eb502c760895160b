"""The Index tab: one component, filled when it is looked at."""

from __future__ import annotations

from typing import Any

from qa.errors import QAError
from qa.serving.endpoints import Endpoints
from qa.serving.verifying import Verifying
from qa.web import html as html_parts
from qa.web import index_html, theme
from qa.web.components import html

_SKELETON = '<div data-overview><p class="loading" role="status">Looking at the index …</p></div>'


class IndexTab:
    """The tab.

    Args:
        endpoints: What it shows.
    """

    def __init__(self, endpoints: Endpoints) -> None:
        self._archive = endpoints.archive
        self._writes = not endpoints.options.read_only
        self._verifying = Verifying(endpoints.archive)

    def lay_out(self) -> None:
        """Make the component, in the tab being built."""

        # Gradio marks the functions, which a method forbids.
        def overview(_: dict[str, Any]) -> dict[str, Any]:
            return self.overview()

        def verify(_: dict[str, Any]) -> str:
            self._verifying.start()
            return str(self.health()["html"])

        def health(_: dict[str, Any]) -> dict[str, Any]:
            return self.health()

        html(
            html_template=_SKELETON,
            js_on_load=theme.script("index.js"),
            server_functions=[overview, verify, health],
            elem_id="overview",
        )

    def overview(self) -> dict[str, Any]:
        """The tab's HTML, and the generation it tells of."""
        try:
            info = self._archive.info()
            told = index_html.overview(
                info,
                self._archive.months(),
                self._archive.facets().publishers,
                self._archive.passage_lengths(),
                self._verifying.health,
                writes=self._writes,
            )
            return {"html": str(told), "generation": info["generation"]}
        except QAError as error:
            return {"html": str(html_parts.failure(error)), "generation": None}

    def health(self) -> dict[str, Any]:
        """What verifying found, or how far it is."""
        health = self._verifying.health
        return {"html": str(index_html.health_told(health)), "running": health.running}

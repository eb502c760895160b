"""The page: its head, its tabs, and what keeps them up to date."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.errors import QAError
from qa.serving.endpoints import Endpoints
from qa.serving.metrics import ASKED_AT_ONCE
from qa.web import articles_html, ask_tab, panel, theme
from qa.web.api import add_endpoints
from qa.web.articles_tab import ArticlesTab
from qa.web.ask_handlers import AskHandlers
from qa.web.catalogue import Catalogue, LatestCatalogue
from qa.web.components import READS, html
from qa.web.index_tab import IndexTab

KEPT_S = 600
"""Gradio's own copies of uploads are deleted at this age; ours are taken at once."""


def build(endpoints: Endpoints) -> gr.Blocks:
    """The page for an archive.

    Args:
        endpoints: What is asked, where articles are kept, and what is allowed.

    Raises:
        QAError: The archive cannot be read.
    """
    blocks = gr.Blocks(title=theme.TITLE, analytics_enabled=False, delete_cache=(KEPT_S, KEPT_S))
    with blocks:
        add_endpoints(endpoints)  # first, so that no UI event takes the name of one
        Page(endpoints).lay_out(blocks)
    blocks.queue(default_concurrency_limit=ASKED_AT_ONCE, api_open=False)
    return blocks


class Page:
    """What is common to the tabs: the head, the panel, and following the archive."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._archive = endpoints.archive
        options = endpoints.options
        self._sign_out = f"{options.root_path.rstrip('/')}/logout" if options.auth else None
        self._latest = LatestCatalogue(self._archive)
        self._ask = AskHandlers(self._archive, self._latest, read_only=options.read_only)
        self._articles = ArticlesTab(endpoints)
        self._index = IndexTab(endpoints)

    def lay_out(self, blocks: gr.Blocks) -> None:
        """Make the components, in the page being built, and connect them."""
        catalogue = self._latest.get()
        head = html(masthead(catalogue, self._sign_out), elem_id="masthead")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", elem_id="ask"):
                ask_tab.lay_out(self._ask)
            with gr.Tab("Articles", elem_id="articles"):
                changed = self._articles.lay_out()
            with gr.Tab("Index", elem_id="index"):
                self._index.lay_out()
        panel.lay_out(self._archive)

        for event in (blocks.load, *changed):
            event(self._refresh, None, head, **READS)

    def _refresh(self) -> Any:  # noqa: ANN401 - a string, or Gradio's sign to change nothing
        """The head, which tells what the archive holds."""
        try:
            catalogue = self._latest.get()
        except QAError:  # which every tab tells
            return gr.skip()
        return masthead(catalogue, self._sign_out)


def masthead(catalogue: Catalogue, sign_out: str | None = None) -> str:
    """The page's head; `sign_out` as in `articles_html.masthead`."""
    first, last = catalogue.days or (None, None)
    publishers = len(catalogue.publishers)
    return str(articles_html.masthead(catalogue.articles, publishers, first, last, sign_out))

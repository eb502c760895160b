"""What happens on the Ask tab. Handlers return HTML; a known error becomes one line of it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.archive import Archive
from qa.errors import QAError
from qa.request import make_filters
from qa.web import html
from qa.web.answer_html import empty_archive, render_answer
from qa.web.catalogue import LatestCatalogue


class AskHandlers:
    """The events of the Ask tab.

    Args:
        archive: What is asked.
        latest: What it holds.
    """

    def __init__(self, archive: Archive, latest: LatestCatalogue) -> None:
        self._archive = archive
        self._latest = latest

    def ask(
        self,
        question: str | None,
        publisher: str | None,
        author: str | None,
        after: str | None,
        before: str | None,
        literal: bool = False,
    ) -> str:
        """The answer, or why there is none."""
        try:
            if not self._latest.get().passages:
                return str(empty_archive())
            filters = make_filters(publisher, author, after, before)
            answer = self._archive.ask(
                question or "",
                publisher=publisher,
                author=author,
                after=after,
                before=before,
                literal=literal,
            )
            return str(render_answer(answer, filters))
        except QAError as error:
            return str(html.failure(error))


def drawer_label(*values: str | None) -> dict[str, Any]:
    """What stands on the drawer of the filters: how many are set."""
    active = sum(1 for value in values if value)
    return gr.update(label=f"Filters ({active} set)" if active else "Filters")

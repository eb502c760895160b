"""The panel that shows a whole article, from wherever one is opened."""

from __future__ import annotations

import gradio as gr

from qa.archive import Archive
from qa.errors import QAError
from qa.records import Span
from qa.web import html, theme
from qa.web.components import html as html_component

_PANEL = """<dialog aria-label="Article"><div class="bar"><button type="button" class="close">
Close <span aria-hidden="true">×</span></button></div><div class="content"></div></dialog>"""


def lay_out(archive: Archive) -> gr.HTML:
    """Make the panel, in the page being built. The page's script comes with it."""

    def open_article(place: dict[str, str]) -> str:  # Gradio marks it, which a method forbids
        return opened(archive, place)

    return html_component(
        html_template=_PANEL,
        js_on_load=theme.script("panel.js", "tabs.js"),
        server_functions=[open_article],
        elem_id="panel",
    )


def opened(archive: Archive, place: dict[str, str]) -> str:
    """An article for the panel: its "id", "revision", "start" and "end" of the spot or empty."""
    number = str(place.get("revision") or "")
    try:
        revision = int(number) if number.isdecimal() else None
        article = archive.article(str(place.get("id") or "-"), revision)
    except QAError as error:
        return str(html.failure(error))
    start, end = str(place.get("start") or ""), str(place.get("end") or "")
    marks = [Span(int(start), int(end))] if start.isdecimal() and end.isdecimal() else []
    return str(html.article_panel(article, marks))

"""Saved pages that were pasted into a document of another kind: Markdown, Word."""

from __future__ import annotations

from qa.reading.cleaning import Line
from qa.reading.draft import Draft, Part
from qa.reading.furniture import is_related_heading
from qa.reading.saved_page import read_saved_page


def read_pasted_page(lines: list[Line]) -> list[Part]:
    """The articles of a saved page in a document of another kind; empty if this is none.

    A document may have a heading such as "See also" for itself: what is below it has to have ages.
    """
    if not any(is_related_heading(line.text) for line in lines):
        return []
    parts = read_saved_page(lines)
    related = [part.found for part in parts[1:] if isinstance(part, Draft)]
    dated = [found for found in related if found.age or found.published_at]
    return parts if dated and dated == related else []

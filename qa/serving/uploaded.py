"""What becomes of files that are sent, ready for JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa import serialise, shapes
from qa.reading import Preview
from qa.records import Article
from qa.serving.uploads import Upload

PREVIEWED, PREVIEW_CHARS = 50, 280
"""Articles of a file that a preview shows, and characters of each: the first sentences."""


def understood(
    name: str, found: Preview, copies: Callable[[Article], Sequence[Article]]
) -> shapes.PreviewedFile:
    """What was understood of a file, ready for JSON.

    Args:
        name: Of the file.
        found: What is in it.
        copies: Gives the articles that the archive has with the text of one.
    """
    return {
        "name": name,
        "articles": [
            {
                **serialise.article_reference(article),
                "age": article.age,
                "agency": article.agency,
                "language": article.language,
                "provenance": dict(article.provenance),
                "words": len(article.text.split()),
                "text": _beginning(article.text),
                "copies": [serialise.article_reference(copy) for copy in copies(article)],
            }
            for article in found.articles[:PREVIEWED]
        ],
        "count": len(found.articles),
        "problems": [serialise.problem(problem) for problem in found.problems],
        "left_out": list(found.dropped[:PREVIEWED]),
        "left_out_count": len(found.dropped),
    }


def _beginning(text: str) -> str:
    """A text's first characters, up to a whole word where words are written apart."""
    if len(text) <= PREVIEW_CHARS:
        return text
    blank = max(text.rfind(mark, PREVIEW_CHARS // 2, PREVIEW_CHARS + 1) for mark in " \n")
    return f"{text[: blank if blank > 0 else PREVIEW_CHARS].rstrip()} …"


def upload(record: Upload) -> shapes.Upload:
    """What became of a file."""
    return {
        "name": record.name,
        "stored_as": record.stored_as,
        "new": record.new,
        "articles": record.articles,
        "problems": [serialise.problem(problem) for problem in record.problems],
    }

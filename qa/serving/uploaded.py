"""What becomes of files that are sent, ready for JSON."""

from __future__ import annotations

from qa import serialise, shapes
from qa.reading import Preview
from qa.serving.uploads import Upload

PREVIEWED, PREVIEW_CHARS = 50, 280
"""Articles of a file that a preview shows, and characters of each: the first sentences."""


def understood(name: str, found: Preview) -> shapes.PreviewedFile:
    """What was understood of a file, ready for JSON."""
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
                "text": article.text[:PREVIEW_CHARS],
            }
            for article in found.articles[:PREVIEWED]
        ],
        "count": len(found.articles),
        "problems": [serialise.problem(problem) for problem in found.problems],
        "left_out": list(found.dropped[:PREVIEWED]),
    }


def upload(record: Upload) -> shapes.Upload:
    """What became of a file."""
    return {
        "name": record.name,
        "stored_as": record.stored_as,
        "new": record.new,
        "articles": record.articles,
        "problems": [serialise.problem(problem) for problem in record.problems],
    }

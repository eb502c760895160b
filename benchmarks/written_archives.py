"""Small archives whose articles we wrote ourselves, with our own questions: `written.jsonl`.

Events are invented, and most people, places and figures; no article was copied. A line is an
archive of four articles, two of them on the same subject, and its questions.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from benchmarks.memory_archive import EmbeddingCache
from benchmarks.question_sets import Asked, ask_articles, load
from qa.records import Article

NAME: Final = "written.jsonl"


def written(cache: EmbeddingCache, leaving_out: Collection[int] = ()) -> list[Asked]:
    """Our questions; group is the archive's number.

    Args:
        cache: Takes articles and questions.
        leaving_out: Numbers of archives that are not asked.
    """
    asked: list[Asked] = []
    for number, row in enumerate(load(NAME)):
        if number in leaving_out:
            continue
        articles = [
            Article(id=a["id"], title=a["title"], text=a["text"], source=a["id"])
            for a in row["articles"]
        ]
        asked += ask_articles(articles, cache, row["questions"], number)
    return asked

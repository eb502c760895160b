"""Small archives whose articles we wrote ourselves, with our own questions: `written.jsonl`.

Events, people, places and figures are invented; no article was copied. A line is an archive of four
articles, two of them on the same subject, and its questions.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from benchmarks.memory_archive import DEFAULT, EmbeddingCache, MemoryArchive, indexed_texts
from benchmarks.question_sets import Asked, ask_rows, load
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
        if number not in leaving_out:
            articles = [
                Article(id=a["id"], title=a["title"], text=a["text"], source=a["id"])
                for a in row["articles"]
            ]
            cache.add(indexed_texts(articles))
            archive = MemoryArchive(articles, cache, DEFAULT)
            asked += ask_rows(archive, cache, row["questions"], number)
    return asked

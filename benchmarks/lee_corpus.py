"""Archives of six news reports each, out of the Lee corpus, with our own questions.

The corpus comes inside gensim's wheel, and is no part of this repository:

    pip download gensim==4.4.0 --no-deps
    unzip -j gensim-4.4.0-*.whl 'gensim/test/test_data/lee*.cor' -d lee

Lee, Pincombe, Welsh, "An empirical evaluation of models of text document similarity", CogSci 2005.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Final

from benchmarks.memory_archive import EmbeddingCache
from benchmarks.question_sets import QUESTIONS, Asked, ask_articles, load
from qa.records import Article

FILES: Final = ("lee_background.cor", "lee.cor")


def archives() -> list[list[int]]:
    """Which reports each archive holds, by their numbers in `reports`."""
    text = (QUESTIONS / "lee_archives.json").read_text(encoding="utf-8")
    found: list[list[int]] = json.loads(text)
    return found


def reports(folder: Path) -> list[str]:
    """The reports, one a line in `FILES`; each once.

    Raises:
        OSError: A file cannot be read.
    """
    texts = [(folder / name).read_text(encoding="utf-8", errors="replace") for name in FILES]
    lines = (line.strip() for text in texts for line in text.split("\n"))
    return list(dict.fromkeys(line for line in lines if line))


def lee(cache: EmbeddingCache, folder: Path, leaving_out: Collection[int] = ()) -> list[Asked]:
    """Our questions; group is the archive's number.

    Args:
        cache: Takes reports and questions.
        folder: Where `FILES` lie.
        leaving_out: Numbers of archives that are not asked.

    Raises:
        OSError: A file cannot be read.
    """
    texts, rows, asked = reports(folder), load("lee.jsonl"), list[Asked]()
    for number, held in enumerate(archives()):
        if number not in leaving_out:
            ids = [(f"lee{report}", texts[report]) for report in held]
            articles = [Article(id=i, title="", text=text, source=i) for i, text in ids]
            own = [row for row in rows if row["archive"] == number]
            asked += ask_articles(articles, cache, own, number)
    return asked

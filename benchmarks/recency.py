"""How strong the decay as of a day should be: `python -m benchmarks.recency`.

Two sets made of our questions on real news articles, since the weekly news that the decay was first
measured on is not ours to keep:

- editions: each article asked about also has five earlier editions, one a week: its own sentences,
  a third of them dropped, figures changed, as a weekly column repeats itself. Right is the newest.
  A decay that is too weak loses these.
- archive: every article has a day drawn from a span of time, so that age says nothing. Right is
  the article asked about, however old. A decay that is too strong loses these.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks.ablation import fused, ndcg, rescored
from benchmarks.judged import Array, Asked, Collection, ask, news
from qa.embedding import load_embedder
from qa.evaluation.dataset import Query
from qa.passages import PassageSize, cut, indexed_text
from qa.protocols import Embedder
from qa.records import Article, Passage
from qa.settings import PACKAGED_MODEL
from qa.text import analysis

EDITIONS: Final = 5
SPANS: Final = (30, 60, 120, 365)
"""Days, each drawn from three times."""
HALF_LIVES: Final = (7, 14, 28, 56)
FLOORS: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def editions(article: Article) -> Iterator[Article]:
    """Earlier ones, the last week's first."""
    [*sentences] = (s for part in cut(article.text, PassageSize()) for s in part.sentences)
    for week in range(1, EDITIONS + 1):
        drawn = random.Random(f"{article.id} {week}")  # noqa: S311 - a draw, no secret
        kept = sorted(drawn.sample(sentences, max(1, 2 * len(sentences) // 3)))
        text = " ".join(article.text[s.start : s.end] for s in kept)
        parts = re.split(r"(\d+)", text)
        for place in range(1, len(parts), 2):
            parts[place] = str(int(parts[place]) + drawn.randint(1, 9))
        yield replace(article, id=f"{article.id}-{week}", text="".join(parts))


def with_editions(embedder: Embedder, asked: list[Asked]) -> tuple[list[Asked], Array]:
    """The questions put to the archive with earlier editions, and each passage's age in days."""
    base = asked[0].collection
    wanted = {document for each in asked for document in each.relevant}
    whole = {article.id: article for _, article in base.passages}
    passages, texts, ages = list(base.passages), list[str](), list[float]()
    for name in sorted(wanted):
        for week, edition in enumerate(editions(whole[name]), 1):
            for ordinal, part in enumerate(cut(edition.text, PassageSize())):
                own = edition.text[part.start : part.end]
                number = len(passages) + 1
                passages.append(
                    (
                        Passage(
                            number, edition.id, ordinal, part.start, part.end, own, part.sentences
                        ),
                        edition,
                    )
                )
                texts.append(indexed_text(edition.title, own))
                ages.append(7.0 * week)
    collection = Collection(
        passages,
        [*base.embeddings, *embedder.embed_passages(texts)],
        [article.id for _, article in passages],
        [*base.terms, *(analysis.terms(text) for text in texts)],
    )
    again = [
        ask(collection, Query("", each.question.text), each.relevant, embedder) for each in asked
    ]
    return again, np.asarray([0.0] * len(base.passages) + ages)


def mean_ndcg(asked: list[Asked], ages: Array, half_life: float, floor: float) -> float:
    """With the product's decay."""
    found = []
    for each in asked:
        factor = floor + (1 - floor) * 0.5 ** (ages[each.rows] / half_life)
        found.append(ndcg(each, rescored(each, fused(each)) * factor))
    return float(np.mean(found))


def main() -> None:
    """Print a table."""
    embedder = load_embedder(PACKAGED_MODEL)
    _, asked = news(embedder)
    repeated, ages = with_editions(embedder, asked)
    base = asked[0].collection
    documents = list(dict.fromkeys(base.documents))
    draws = []
    for span in SPANS:
        for seed in range(3):
            drawn = random.Random(seed)  # noqa: S311 - a draw, no secret
            day_of = {document: drawn.randint(0, span) for document in documents}
            draws.append(np.asarray([float(day_of[document]) for document in base.documents]))
    rows = [
        {
            "half-life, days": half_life,
            "floor": floor,
            "editions": round(mean_ndcg(repeated, ages, half_life, floor), 3),
            "archive": round(
                float(np.mean([mean_ndcg(asked, old, half_life, floor) for old in draws])), 3
            ),
        }
        for half_life in HALF_LIVES
        for floor in FLOORS
    ]
    print("\n".join(json.dumps(row) for row in rows))


if __name__ == "__main__":
    main()

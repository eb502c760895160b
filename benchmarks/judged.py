"""Test collections in memory, each question with the scores of its candidates: for ablations."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.memory_archive import holds
from benchmarks.question_sets import QUESTIONS, SHARED
from qa.answering.matching import Words
from qa.embedding.tokens import similarities
from qa.evaluation.dataset import Query, load
from qa.evaluation.evaluator import default_folder
from qa.evaluation.indexing import build
from qa.passages import PassageSize, cut, indexed_text
from qa.protocols import Embedder, Embedding, Floats, Ids
from qa.question.query import Question
from qa.reading import read_bytes
from qa.records import Article, Passage
from qa.search.rescoring import Laid, late_interaction
from qa.settings import Settings
from qa.storage.store import Store
from qa.text import analysis

Array = npt.NDArray[np.float64]
DEPTH: Final = 100


@dataclass
class Collection:
    """Passages with their embeddings.

    Attributes:
        passages: With their articles.
        embeddings: In the same order.
        documents: The document that each is of.
        terms: The index terms of each, with its title's.
    """

    passages: Sequence[tuple[Passage, Article]]
    embeddings: Sequence[Embedding]
    documents: Sequence[str]
    terms: Sequence[Sequence[str]]

    @cached_property
    def vectors(self) -> Floats:
        """float32 (passages, dimension)."""
        return np.stack([embedding.vector for embedding in self.embeddings])

    @cached_property
    def lengths(self) -> Array:
        """In terms."""
        return np.asarray([len(each) for each in self.terms], dtype=np.float64)

    @cached_property
    def postings(self) -> Mapping[str, tuple[Ids, Array]]:
        """Of each term the rows that hold it, and how often."""
        counts: dict[str, dict[int, int]] = {}
        for row, each in enumerate(self.terms):
            for term in each:
                of = counts.setdefault(term, {})
                of[row] = of.get(row, 0) + 1
        return {
            term: (
                np.fromiter(of.keys(), dtype=np.int64),
                np.fromiter(of.values(), dtype=np.float64),
            )
            for term, of in counts.items()
        }

    def idf(self, term: str) -> float:
        """Rarity."""
        return analysis.idf(len(self.terms), len(self.postings.get(term, ((), ()))[0]))

    def bm25(self, terms: Iterable[str], k1: float = 1.5, b: float = 0.75) -> Array:
        """Of every passage."""
        scores = np.zeros(len(self.terms))
        mean = self.lengths.mean()
        for term in terms:
            if term in self.postings:
                rows, counts = self.postings[term]
                norm = k1 * (1 - b + b * self.lengths[rows] / mean)
                scores[rows] += self.idf(term) * counts * (k1 + 1) / (counts + norm)
        return scores


@dataclass
class Asked:
    """A question with its candidates: what either arm finds.

    Attributes:
        collection: What it is put to.
        question: Analysed.
        query: Embedded.
        relevant: Grades by document.
        rows: The candidates.
        lexical: Their BM25.
        dense: Their cosines.
        late: Their late interaction.
        answered: Which of them hold an answer; None where answers are not known.
    """

    collection: Collection
    question: Question
    query: Embedding
    relevant: Mapping[str, int]
    rows: Ids
    lexical: Array
    dense: Array
    late: Array
    answered: npt.NDArray[np.bool_] | None

    @property
    def weights(self) -> Floats:
        """What each token of the question counts."""
        return Words.of(self.question, self.query, self.collection.idf).token_weights

    def cosines(self, row: int) -> Floats:
        """Between the question's tokens and a passage's."""
        return similarities(self.query.tokens, self.collection.embeddings[row].tokens)

    def laid(self, row: int) -> Laid:
        """A passage as late interaction takes it."""
        passage, article = self.collection.passages[row]
        return Laid.of(self.collection.embeddings[row], passage, article.title)


def ask(
    collection: Collection, query: Query, relevant: Mapping[str, int], embedder: Embedder
) -> Asked:
    """Put a question to a collection."""
    question, embedded = Question.parse(query.text), embedder.embed_query(query.text)
    lexical = collection.bm25(question.terms)
    dense = (collection.vectors @ embedded.vector).astype(np.float64)
    first = np.argsort(-lexical, kind="stable")[:DEPTH]
    rows = np.union1d(first[lexical[first] > 0], np.argsort(-dense, kind="stable")[:DEPTH])
    asked = Asked(
        collection, question, embedded, relevant, rows, lexical[rows], dense[rows],
        np.zeros(len(rows)), None,
    )  # fmt: skip
    laid = [asked.laid(row) for row in rows.tolist()]
    asked.late = late_interaction(embedded, asked.weights, laid).astype(np.float64)
    if query.answers:
        texts = (collection.passages[row][0].text for row in rows.tolist())
        asked.answered = np.asarray([holds(text, query.answers) for text in texts])
    return asked


def dataset(name: str, split: str, embedder: Embedder) -> tuple[Collection, list[Asked]]:
    """A dataset of `../shared`, from the index that `qa eval` keeps."""
    data = load(SHARED / "data" / name, split)
    indexed = build(default_folder(data), data.documents, Settings(), embedder, lambda _: None)
    assert isinstance(indexed.index, Path)
    store = Store(indexed.index / "store.sqlite")
    number = int((indexed.index / "CURRENT").read_text().split()[0])
    ids = store.passage_ids(number, 0, 10**9)
    found: list[tuple[Passage, Article]] = []
    embeddings: list[Embedding] = []
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        passages, states = store.passages(part, number), store.embeddings(part)
        found += [passages[each] for each in part]
        embeddings += [states[each] for each in part]
    store.close()
    collection = Collection(
        found,
        embeddings,
        [indexed.ids[article.source, article.position] for _, article in found],
        [analysis.terms(indexed_text(article.title, passage.text)) for passage, article in found],
    )
    return collection, [
        ask(collection, query, data.relevant[query.id], embedder) for query in data.queries
    ]


def news(embedder: Embedder) -> tuple[Collection, list[Asked]]:
    """Our own questions on real news articles, put to all 181 of these as one archive."""
    folder = SHARED / "data" / "article_extraction"
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    passages: list[tuple[Passage, Article]] = []
    for name in sorted(truth):
        page = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        found = read_bytes(page, f"{name}.html").articles
        text = truth[name]["articleBody"]
        article = Article(name, found[0].title if found else "", text, source=name)
        for ordinal, part in enumerate(cut(text, PassageSize())):
            own = text[part.start : part.end]
            number = len(passages) + 1
            passage = Passage(number, name, ordinal, part.start, part.end, own, part.sentences)
            passages.append((passage, article))
    texts = [indexed_text(article.title, passage.text) for passage, article in passages]
    collection = Collection(
        passages,
        embedder.embed_passages(texts),
        [article.id for _, article in passages],
        [analysis.terms(text) for text in texts],
    )
    rows = [row for name in ("news_a", "news_b") for row in _lines(QUESTIONS / f"{name}.jsonl")]
    return collection, [
        ask(
            collection,
            Query(row["id"], row["question"], tuple(row["answers"])),
            {row["article"]: 1},
            embedder,
        )
        for row in rows
        if row["answerable"]
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

"""What each ranking technique gains: `python -m benchmarks.ablation [SET …]`.

Each technique changes one thing of the product's ranking as it ships, which is the first row. The
differences are of nDCG@10 over documents at their best passage, with 95 % bootstrap intervals over
the questions; the milliseconds are what the technique takes besides, of one question.

Sets: scifact-train, which weights may be tuned on with SQuAD; scifact-test; squad2; news (our own
questions on 181 real news articles). Passages' embeddings come from the indexes that `qa eval`
keeps, so that a run takes minutes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from benchmarks.judged import Array, Asked, Collection, dataset, news
from qa.embedding import load_embedder
from qa.evaluation.statistics import intervals
from qa.passages import indexed_text
from qa.settings import PACKAGED_MODEL, Settings
from qa.text.analysis import STOP_WORDS, fold, terms, tokens

Scores = Callable[[Asked], Array]
SHIPPED: Final = Settings()
LEAD: Final = 200
"""Characters of a first sentence at most: 40 of the model's 256 word pieces."""
SETS: Final = ("scifact-train", "scifact-test", "squad2", "news")


def unit(scores: Array) -> Array:
    """Min-max."""
    low, high = scores.min(), scores.max()
    return np.ones_like(scores) if high - low < 1e-9 else (scores - low) / (high - low)


def standard(scores: Array) -> Array:
    """Z-scores, brought near the range of `unit`."""
    return np.asarray((scores - scores.mean()) / max(float(scores.std()), 1e-9) / 4)


def fused(
    asked: Asked,
    *,
    lexical: Array | None = None,
    dense: Array | None = None,
    weight: float = SHIPPED.dense_weight,
    scale: Callable[[Array], Array] = unit,
) -> Array:
    """Convex fusion of both arms, as the product does it."""
    words = asked.lexical if lexical is None else lexical
    near = asked.dense if dense is None else dense
    if not words.any():
        return scale(near)
    return (1 - weight) * scale(words) + weight * scale(near)


def rescored(
    asked: Asked,
    first: Array,
    late: Array | None = None,
    *,
    weight: float = SHIPPED.late_weight,
    depth: int = SHIPPED.rerank_depth,
) -> Array:
    """The first finds mixed with late interaction."""
    late = asked.late if late is None else late
    head = np.lexsort((asked.rows, -first))[:depth]
    mixed = (1 - weight) * first
    mixed[head] += weight * unit(late[head])
    return mixed


def rrf(asked: Asked) -> Array:
    """Reciprocal rank fusion."""
    ranks = [np.argsort(np.argsort(-s, kind="stable")) + 1 for s in (asked.lexical, asked.dense)]
    return unit(sum((1 / (60 + rank) for rank in ranks), start=np.zeros(len(asked.rows))))


def least_possible(scores: Array) -> Array:
    """Scaled from the least there can be to the best: 0 for BM25, -1 for cosines."""
    low = 0.0 if scores.min() >= 0 and scores.max() > 1 else -1.0
    return np.asarray((scores - low) / max(float(scores.max()) - low, 1e-9))


def by_coverage(asked: Asked) -> Array:
    """Dense weight of .3 to .7: more, the less of the question's rarity a passage's words reach."""
    most = sum(asked.collection.idf(term) * 2.5 for term in asked.question.terms)
    reached = float(asked.lexical.max(initial=0)) / max(most, 1e-9)
    return fused(asked, weight=float(np.clip(0.9 - reached, 0.3, 0.7)))


def feedback(asked: Asked) -> Array:
    """Rocchio: the question's vector moved towards those of the three best finds."""
    best = asked.rows[np.argsort(-fused(asked))[:3]]
    moved = asked.query.vector + 0.3 * asked.collection.vectors[best].mean(axis=0)
    return fused(asked, dense=(asked.collection.vectors[asked.rows] @ moved).astype(np.float64))


def answer_type(asked: Asked) -> Array:
    """A little more for a passage that offers what is asked for."""
    texts = (asked.collection.passages[row][0].text for row in asked.rows.tolist())
    offers = np.asarray([asked.question.answer_type_in(text) for text in texts])
    return rescored(asked, fused(asked)) + 0.05 * offers


def neighbours(asked: Asked) -> Array:
    """A tenth of the best score among the passage's neighbours in its article."""
    scores = rescored(asked, fused(asked))
    place = {row: n for n, row in enumerate(asked.rows.tolist())}
    documents = asked.collection.documents
    more = np.zeros(len(scores))
    for row, n in place.items():
        beside = [r for r in (row - 1, row + 1) if r in place and documents[r] == documents[row]]
        more[n] = max((scores[place[r]] for r in beside), default=0.0)
    return scores + 0.1 * more


def two_best(asked: Asked) -> Array:
    """A document at the mean of its two best passages, the second at half weight."""
    scores = rescored(asked, fused(asked))
    documents = [asked.collection.documents[row] for row in asked.rows.tolist()]
    best: dict[str, list[float]] = {}
    for document, score in zip(documents, scores.tolist(), strict=True):
        best.setdefault(document, []).append(score)
    value = {d: s[0] + 0.5 * (s[1] if len(s) > 1 else s[0]) for d, s in
             ((d, sorted(s, reverse=True)) for d, s in best.items())}  # fmt: skip
    return np.asarray([value[document] for document in documents]) + 1e-6 * scores


def pooled(asked: Asked) -> Array:
    """In the place of late interaction: the best sentence by its mean token state."""
    query = asked.query.tokens.astype(np.float32).mean(axis=0)
    found = []
    for row in asked.rows.tolist():
        embedding, starts = asked.laid(row)
        cuts = [*np.searchsorted(embedding.offsets[:, 0], starts).tolist(), len(embedding.tokens)]
        means = [
            embedding.tokens[a:b].astype(np.float32).mean(axis=0)
            for a, b in pairwise(cuts)
            if a < b
        ]
        norm = float(np.linalg.norm(query))
        best = (float(m @ query) / max(float(np.linalg.norm(m)) * norm, 1e-9) for m in means)
        found.append(max(best, default=0.0))
    return rescored(asked, fused(asked), np.asarray(found))


def part(which: str) -> Scores:
    """One of the three matches of late interaction alone."""

    def scores(asked: Asked) -> Array:
        weights, found = asked.weights, []
        for row in asked.rows.tolist():
            embedding, starts = asked.laid(row)
            cosines = asked.cosines(row)
            if not cosines.size:
                found.append(0.0)
                continue
            cuts = np.searchsorted(embedding.offsets[:, 0], starts).tolist()
            body = cosines[:, cuts[0] :]
            runs = [r for r in np.split(cosines, cuts, axis=1)[1:] if r.shape[1]]
            found.append(
                float(cosines.max(axis=1).mean())
                if which == "all" or not body.shape[1]
                else float(weights @ body.max(axis=1))
                if which == "content"
                else max(float(weights @ run.max(axis=1)) for run in runs)
            )
        return rescored(asked, fused(asked), np.asarray(found))

    return scores


def bm25(k1: float, b: float) -> Scores:
    """Other parameters."""
    return lambda asked: rescored(
        asked, fused(asked, lexical=asked.collection.bm25(asked.question.terms, k1, b)[asked.rows])
    )


def whole_article(*, vectors: float = 0.0, words: float = 0.0) -> Scores:
    """Of each passage a part of what its whole article scores: its mean vector, its BM25."""
    made: dict[int, tuple[list[int], Collection, Array]] = {}

    def of(own: Collection) -> tuple[list[int], Collection, Array]:
        if id(own) not in made:
            rows: dict[str, list[int]] = {}
            for row, document in enumerate(own.documents):
                rows.setdefault(document, []).append(row)
            place = {document: n for n, document in enumerate(rows)}
            texts = [[t for row in of_one for t in own.terms[row]] for of_one in rows.values()]
            means = np.stack([own.vectors[of_one].mean(axis=0) for of_one in rows.values()])
            means /= np.linalg.norm(means, axis=1, keepdims=True)
            articles = Collection(own.passages, own.embeddings, list(rows), texts)
            made[id(own)] = [place[each] for each in own.documents], articles, means
        return made[id(own)]

    def scores(asked: Asked) -> Array:
        article_of, articles, means = of(asked.collection)
        at = np.asarray(article_of)[asked.rows]
        lexical = articles.bm25(asked.question.terms)[at] if words else asked.lexical
        dense = (means[at] @ asked.query.vector).astype(np.float64)
        return rescored(
            asked,
            fused(
                asked,
                lexical=(1 - words) * asked.lexical + words * lexical,
                dense=asked.dense + vectors * dense,
            ),
        )

    return scores


class Led:
    """The first sentence of the article in front of its later passages, in words or vectors."""

    def __init__(self, *, words: bool = False, vectors: bool = False) -> None:
        self._words, self._vectors = words, vectors
        self._made: dict[int, tuple[Collection, Array]] = {}

    def __call__(self, asked: Asked) -> Array:
        """The scores of its candidates."""
        own = asked.collection
        if id(own) not in self._made:
            self._made[id(own)] = self._make(own)
        led, vectors = self._made[id(own)]
        lexical = led.bm25(asked.question.terms)[asked.rows] if self._words else None
        dense = vectors[asked.rows] @ asked.query.vector if self._vectors else None
        return rescored(asked, fused(asked, lexical=lexical, dense=dense))

    def _make(self, own: Collection) -> tuple[Collection, Array]:
        leads = {
            article.id: article.text[passage.sentences[0].start : passage.sentences[0].end]
            for passage, article in own.passages
            if passage.ordinal == 0
        }
        texts = [
            indexed_text(
                article.title,
                f"{leads[article.id][:LEAD]}\n{passage.text}" if passage.ordinal else passage.text,
            )
            for passage, article in own.passages
        ]
        vectors = own.vectors.astype(np.float64)
        if self._vectors:
            later = [row for row, (passage, _) in enumerate(own.passages) if passage.ordinal]
            embedded = load_embedder(PACKAGED_MODEL).embed_passages([texts[row] for row in later])
            vectors[later] = [each.vector for each in embedded]
        led = [terms(text) for text in texts] if self._words else own.terms
        return Collection(own.passages, own.embeddings, own.documents, led), vectors


class Unstemmed:
    """BM25 over words that are only folded, stop words included or not."""

    def __init__(self, *, stop_words: bool) -> None:
        self._stop_words = stop_words
        self._made: dict[int, Collection] = {}

    def __call__(self, asked: Asked) -> Array:
        """The fused scores."""
        own = asked.collection
        if id(own) not in self._made:
            texts = (f"{article.title}\n{passage.text}" for passage, article in own.passages)
            words = [self._words(text) for text in texts]
            self._made[id(own)] = Collection(own.passages, own.embeddings, own.documents, words)
        other = self._made[id(own)]
        lexical = other.bm25(dict.fromkeys(self._words(asked.question.text)))[asked.rows]
        return rescored(asked, fused(asked, lexical=lexical))

    def _words(self, text: str) -> list[str]:
        words = [fold(token.group()) for token in tokens(text)]
        return [w for w in words if self._stop_words or w not in STOP_WORDS]


TECHNIQUES: Final[Mapping[str, Scores]] = {
    "as shipped": lambda a: rescored(a, fused(a)),
    "without late interaction": fused,
    "late interaction: all tokens, with the title": part("all"),
    "late interaction: content words, in the passage": part("content"),
    "late interaction: content words, in one sentence": part("sentence"),
    "late interaction: weight .2": lambda a: rescored(a, fused(a), weight=0.2),
    "late interaction: weight .35": lambda a: rescored(a, fused(a), weight=0.35),
    "late interaction: weight .6": lambda a: rescored(a, fused(a), weight=0.6),
    "late interaction: first 10": lambda a: rescored(a, fused(a), depth=10),
    "late interaction: first 20": lambda a: rescored(a, fused(a), depth=20),
    "late interaction: first 50": lambda a: rescored(a, fused(a), depth=50),
    "sentence vectors pooled from token states instead": pooled,
    "fusion: reciprocal ranks": lambda a: rescored(a, rrf(a)),
    "fusion: z-scores": lambda a: rescored(a, fused(a, scale=standard)),
    "fusion: from the least possible score": lambda a: rescored(a, fused(a, scale=least_possible)),
    "fusion: dense weight .3": lambda a: rescored(a, fused(a, weight=0.3)),
    "fusion: dense weight .4": lambda a: rescored(a, fused(a, weight=0.4)),
    "fusion: dense weight .6": lambda a: rescored(a, fused(a, weight=0.6)),
    "fusion: dense weight .7": lambda a: rescored(a, fused(a, weight=0.7)),
    "fusion: weight by how well words cover the question": lambda a: rescored(a, by_coverage(a)),
    "BM25 k1 1.2, b .75": bm25(1.2, 0.75),
    "BM25 k1 .9, b .4": bm25(0.9, 0.4),
    "BM25 k1 1.5, b .5": bm25(1.5, 0.5),
    "BM25 k1 2, b .75": bm25(2.0, 0.75),
    "analysis: no stems": Unstemmed(stop_words=False),
    "analysis: no stems, with stop words": Unstemmed(stop_words=True),
    "context: the article's mean vector besides, .3": whole_article(vectors=0.3),
    "context: the article's BM25 mixed in, .4": whole_article(words=0.4),
    "context: both": whole_article(vectors=0.3, words=0.4),
    "context: the article's first sentence in front, words": Led(words=True),
    "context: the article's first sentence in front, vectors": Led(vectors=True),
    "context: the article's first sentence in front, both": Led(words=True, vectors=True),
    "pseudo-relevance feedback on the vector": lambda a: rescored(a, feedback(a)),
    "answer type offered in the passage": answer_type,
    "neighbours in the article": neighbours,
    "documents by their two best passages": two_best,
}


def ndcg(asked: Asked, scores: Array, k: int = 10) -> float:
    """Of documents, each at its best passage."""
    order = np.lexsort((asked.rows, -scores))
    documents = dict.fromkeys(asked.collection.documents[row] for row in asked.rows[order].tolist())
    gains = [asked.relevant.get(document, 0) for document in list(documents)[:k]]
    ideal = sorted((g for g in asked.relevant.values() if g > 0), reverse=True)[:k]
    discounts = 1 / np.log2(np.arange(2, k + 2))
    best = float(np.asarray(ideal) @ discounts[: len(ideal)])
    return float(np.asarray(gains) @ discounts[: len(gains)]) / best


def measure(asked: Sequence[Asked], technique: Scores) -> tuple[Array, float]:
    """nDCG@10 of each question, and the median milliseconds of scoring one."""
    technique(asked[0])
    values, milliseconds = [], []
    for each in asked:
        began = time.perf_counter()
        scores = technique(each)
        milliseconds.append((time.perf_counter() - began) * 1000)
        values.append(ndcg(each, scores))
    return np.asarray(values), float(np.median(milliseconds))


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sets", nargs="*", choices=[*SETS, []])
    wanted = parser.parse_args().sets or SETS
    embedder = load_embedder(PACKAGED_MODEL)
    for name in wanted:
        base, _, split = name.partition("-")
        made = news(embedder) if name == "news" else dataset(base, split or "test", embedder)
        asked = made[1]
        print(f"\n{name}: {len(asked)} questions\n")
        print("| technique | nDCG@10 | difference (95 %) | ms |\n|---|---|---|---|")
        shipped, took = measure(asked, TECHNIQUES["as shipped"])
        for technique, scores in TECHNIQUES.items():
            values, own = measure(asked, scores)
            low, high = intervals((values - shipped)[:, None])[0]
            difference = f"{(values - shipped).mean():+.4f} ({low:+.4f} to {high:+.4f})"
            print(
                f"| {technique} | {values.mean():.4f} | {difference} | {own - took:+.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

"""A user's own test collection: the questions asked of an index, and the verdicts on its quotes.

A question with a quote that answers is one to answer; its articles are as relevant as their quotes.
A question of which every judged quote was found wanting is one to refuse. A question that only
quotes of articles answer which are there no more is neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from qa.archive import Archive
from qa.errors import InputError
from qa.evaluation.dataset import Dataset, Document, Query
from qa.evaluation.indexing import Indexed
from qa.judgements import Judgement
from qa.records import Article

OPERATORS = ("publisher", "agency", "author", "language", "after", "before")
"""What a search was restricted to is asked for again, as operators of the question."""


_NO_QUOTES = str.maketrans(dict.fromkeys('"“”„«»', " "))


def collection(archive: Archive) -> tuple[Dataset, Indexed]:
    """The judgements of an index as a dataset, with the index itself.

    Args:
        archive: Whose.

    Raises:
        InputError: No quote was judged as answering yet.
    """
    judged = archive.judgements()
    articles = {article.id: article for article in archive.articles()}
    grades: dict[str, dict[str, int]] = {}
    queries: dict[str, Query] = {}
    lost: set[str] = set()
    gone = 0
    for judgement in judged.judgements:
        text = " ".join([judgement.question, *_operators(judgement.filters)])
        as_of = judgement.filters.get("as_of")
        key = f"{text} as of {as_of}" if as_of else text
        queries[key] = Query(key, text, as_of=as_of)
        known = grades.setdefault(key, {})
        article = _article_of(judgement, articles, archive)
        if article is None:
            gone += 1
            lost |= {key} if judgement.relevant else set()
        else:
            known[article] = max(int(bool(judgement.relevant)), known.get(article, 0))
    answered = {key for key, known in grades.items() if any(known.values())}
    lost -= answered
    if not answered:
        raise InputError(
            f"no quote that {archive.index} holds is judged to answer a question; run: qa judge"
        )
    warnings = [f"{problem.source}:{problem.line}: {problem.reason}" for problem in judged.problems]
    if gone:
        warnings.append(f"judgements of quotes that are no longer there, left out: {gone}")
    if lost:
        warnings.append(f"questions that only such quotes answer, not asked: {len(lost)}")
    digest = hashlib.sha256(repr(judged.judgements).encode()).hexdigest()
    dataset = Dataset(
        name=f"judgements of {archive.index}",
        split="judged",
        digest=digest,
        documents=tuple(Document(a.id, a.title, "", {}) for a in articles.values()),
        queries=tuple(query for key, query in queries.items() if key in answered),
        relevant={key: grades[key] for key in queries if key in answered},
        unanswerable=tuple(q for key, q in queries.items() if key not in answered | lost),
        warnings=tuple(warnings),
    )
    ids = {(article.source, article.position): article.id for article in articles.values()}
    passages = archive.retriever.generation().manifest.passages
    return dataset, Indexed(archive.index, ids, passages, ())


def _article_of(
    judgement: Judgement, articles: Mapping[str, Article], archive: Archive
) -> str | None:
    """The article that a judged quote is of now; None where it is there no more, or in several.

    An id is of a place in a file: where articles are put in before it, another one has it.
    """
    now = articles.get(judgement.article)
    if now is not None and (
        judgement.quote in now.text
        or any(judgement.quote in each.text for each in archive.revisions(now.id))
    ):
        return now.id
    holding = [each for each in articles.values() if judgement.quote in each.text]
    found = [each for each in holding if now and each.source == now.source] or holding
    return found[0].id if len(found) == 1 else None


def _operators(filters: Mapping[str, str]) -> list[str]:
    # Names are compared by their words: one with quotation marks is found without them.
    given = ((name, filters.get(name, "").translate(_NO_QUOTES)) for name in OPERATORS)
    return [f'{name}:"{value}"' for name, value in given if value]

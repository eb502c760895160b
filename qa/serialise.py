"""Records as plain dictionaries, ready for JSON: the shapes of `--json` and of the web API."""

from __future__ import annotations

from typing import Any

from qa import shapes
from qa.facts import ArticleFacts
from qa.files.deletions import Deleted
from qa.overviews import Facets, Story
from qa.records import (
    Answer,
    AnswerPart,
    Article,
    Citation,
    Explanation,
    Figures,
    Hit,
    Problem,
    SyncReport,
)


def article_reference(article: Article) -> shapes.ArticleReference:
    """What identifies an article in a citation; no text."""
    return {
        "id": article.id,
        "revision": article.revision,
        "title": article.title,
        "publisher": article.publisher,
        "author": article.author,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "date_confidence": article.date_confidence,
        "url": article.url,
        "source": article.source,
        "later": _later(article),
        "later_than": article.later_than.isoformat() if article.later_than else None,
    }


def _later(record: Article) -> shapes.LaterVersion | None:
    """What an article says now, where this is not it."""
    newest = record.later
    if newest is None:
        return None
    updated = newest.updated_at or newest.published_at
    return {
        "id": newest.id,
        "revision": newest.revision,
        "title": newest.title,
        "updated_at": updated.isoformat() if updated else None,
        "url": newest.url,
        "source": newest.source,
    }


def article(record: Article) -> shapes.Article:
    """A whole article."""
    return {
        **article_reference(record),
        "position": record.position,
        "place": record.place,
        "updated_at": record.updated_at.isoformat() if record.updated_at else None,
        "captured_at": record.captured_at.isoformat() if record.captured_at else None,
        "age": record.age,
        "dateline": record.dateline,
        "agency": record.agency,
        "language": record.language,
        "pages": list(record.pages),
        "provenance": dict(record.provenance),
        "text": record.text,
    }


def story(record: Story) -> dict[str, Any]:
    """Articles that are one text, the first to appear first."""
    return {
        "publishers": list(record.publishers),
        "articles": [article_reference(member) for member in record.articles],
    }


def facets(record: Facets) -> dict[str, Any]:
    """Counts by field, each a list of values in their order."""
    names = ("publishers", "authors", "years", "languages", "agencies")
    return {
        "articles": record.articles,
        **{name: [count._asdict() for count in getattr(record, name)] for name in names},
    }


def citation(record: Citation) -> shapes.Citation:
    """A quote and where it stands."""
    return {
        "n": record.number,
        "quote": record.quote,
        "start": record.start,
        "end": record.end,
        "page": record.page,
        "corrected": record.corrected,
        "article": article_reference(record.article),
    }


def hit(record: Hit) -> shapes.Hit:
    """A passage found; an arm that did not return it has rank null."""
    found: shapes.Hit = {
        "rank": record.rank,
        "text": record.passage.text,
        "start": record.passage.start,
        "end": record.passage.end,
        "score": round(record.score, 6),
        "lexical_rank": record.lexical.rank if record.lexical else None,
        "dense_rank": record.dense.rank if record.dense else None,
        "article": article_reference(record.article),
        "also_in": [article_reference(other) for other in record.also_in],
    }
    if record.explanation is not None:
        found["explanation"] = explanation(record, record.explanation)
    return found


def explanation(record: Hit, why: Explanation) -> shapes.Explanation:
    """Why a passage was found; only where that was asked for."""
    return {
        "words": {word: round(share, 4) for word, share in why.words},
        "lexical_score": round(record.lexical.score, 4) if record.lexical else None,
        "dense_score": round(record.dense.score, 4) if record.dense else None,
        "late_score": round(why.late.score, 4) if why.late else None,
        "late_rank": why.late.rank if why.late else None,
        "lexical_share": round(why.lexical_share, 4),
        "dense_share": round(why.dense_share, 4),
        "late_share": round(why.late_share, 4),
        "recency": round(why.recency, 4),
        "filters": list(why.filters),
    }


def part(record: AnswerPart) -> shapes.AnswerPart:
    """The answer to one of several questions; its citations are named by number."""
    return {
        "question": record.question,
        "answered": record.answered,
        "reason": record.reason,
        "answer": record.text,
        "citations": list(record.citations),
        "facts": facts_of_articles(record.facts),
    }


def facts_of_articles(record: ArticleFacts | None) -> shapes.ArticleFacts | None:
    """What the records tell of articles; None where that was not asked."""
    if record is None:
        return None
    return {
        "asked": record.asked.field,
        "order": record.asked.order,
        "topic": record.topic,
        "text": record.text,
        "values": [
            {"value": fact.value, "articles": fact.articles, "citations": list(fact.citations)}
            for fact in record.values
        ],
        "articles": record.articles,
        "mentions": record.mentions,
        "lacking": record.lacking,
        "only_mention": record.only_mention,
        "complete": record.complete,
    }


def figures(record: Figures) -> shapes.Figures:
    """One of several figures that do not agree."""
    return {
        "n": record.citation,
        "figures": list(record.figures),
        "published_at": record.published_at.isoformat() if record.published_at else None,
    }


def answer(record: Answer) -> shapes.Answer:
    """A whole answer."""
    return {
        "question": record.question,
        "understood": [{"key": clue.key, "text": clue.text} for clue in record.understood],
        "answered": record.answered,
        "reason": record.reason,
        "answer": record.text,
        "confidence": round(record.confidence, 4),
        "citations": [citation(c) for c in record.citations],
        "parts": [part(p) for p in record.parts],
        "differing": [figures(f) for f in record.differing],
        "facts": facts_of_articles(record.facts),
        "passages": [hit(h) for h in record.passages],
        "generation": record.generation,
        "timings_ms": {step: round(ms, 2) for step, ms in record.timings_ms.items()},
    }


def problem(record: Problem) -> shapes.Problem:
    """Something that could not be read."""
    return {"source": record.source, "line": record.line, "reason": record.reason}


def sync_report(record: SyncReport) -> shapes.SyncReport:
    """What a sync did."""
    return {
        "generation": record.generation,
        "added": list(record.added),
        "changed": list(record.changed),
        "deleted": list(record.deleted),
        "unchanged": record.unchanged,
        "problems": [problem(each) for each in record.problems],
        "articles": record.articles,
        "passages": record.passages,
        "embedded": record.embedded,
        "seconds": record.seconds,
    }


def deleted(record: Deleted) -> shapes.Deleted:
    """An article that was deleted."""
    return {
        "id": record.id,
        "title": record.title,
        "source": record.source,
        "content": record.content,
        "kept_as": record.kept_as,
        "deleted_at": record.deleted_at,
    }

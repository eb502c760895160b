"""Records as plain dictionaries, ready for JSON: the shapes of `--json` and of the web API."""

from __future__ import annotations

from typing import Any

from qa.overviews import Facets, Story
from qa.records import Answer, AnswerPart, Article, Citation, Figures, Hit, Problem


def article_reference(article: Article) -> dict[str, Any]:
    """What identifies an article in a citation; no text."""
    return {
        "id": article.id,
        "revision": article.revision,
        "title": article.title,
        "publisher": article.publisher,
        "author": article.author,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "url": article.url,
        "source": article.source,
    }


def article(record: Article) -> dict[str, Any]:
    """A whole article."""
    return {
        **article_reference(record),
        "position": record.position,
        "place": record.place,
        "updated_at": record.updated_at.isoformat() if record.updated_at else None,
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


def citation(record: Citation) -> dict[str, Any]:
    """A quote and where it stands."""
    return {
        "n": record.number,
        "quote": record.quote,
        "start": record.start,
        "end": record.end,
        "page": record.page,
        "article": article_reference(record.article),
    }


def hit(record: Hit) -> dict[str, Any]:
    """A passage found; an arm that did not return it has rank null."""
    return {
        "rank": record.rank,
        "text": record.passage.text,
        "start": record.passage.start,
        "end": record.passage.end,
        "score": round(record.score, 6),
        "lexical_rank": record.lexical.rank if record.lexical else None,
        "dense_rank": record.dense.rank if record.dense else None,
        "article": article_reference(record.article),
        "also_in": [article_reference(other) for other in record.also_in],
        **({"explanation": explanation(record)} if record.explanation else {}),
    }


def explanation(record: Hit) -> dict[str, Any]:
    """Why a passage was found; only where that was asked for."""
    why = record.explanation
    if why is None:
        return {}
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


def part(record: AnswerPart) -> dict[str, Any]:
    """The answer to one of several questions; its citations are named by number."""
    return {
        "question": record.question,
        "answered": record.answered,
        "reason": record.reason,
        "answer": record.text,
        "citations": list(record.citations),
    }


def figures(record: Figures) -> dict[str, Any]:
    """One of several figures that do not agree."""
    return {
        "n": record.citation,
        "figures": list(record.figures),
        "published_at": record.published_at.isoformat() if record.published_at else None,
    }


def answer(record: Answer) -> dict[str, Any]:
    """A whole answer."""
    return {
        "question": record.question,
        "understood": [clue._asdict() for clue in record.understood],
        "answered": record.answered,
        "reason": record.reason,
        "answer": record.text,
        "confidence": round(record.confidence, 4),
        "citations": [citation(c) for c in record.citations],
        "parts": [part(p) for p in record.parts],
        "differing": [figures(f) for f in record.differing],
        "passages": [hit(h) for h in record.passages],
        "generation": record.generation,
        "timings_ms": {step: round(ms, 2) for step, ms in record.timings_ms.items()},
    }


def problem(record: Problem) -> dict[str, Any]:
    """Something that could not be read."""
    return {"source": record.source, "line": record.line, "reason": record.reason}

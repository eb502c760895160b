"""Make citations: the one place where a quote is cut from an article, and checked."""

from __future__ import annotations

from qa.errors import CitationError
from qa.records import Article, Citation


def cite(
    number: int, article: Article, start: int, end: int, expected: str | None = None
) -> Citation:
    """Quote `article.text[start:end]`.

    Args:
        number: The [n] of the citation, from 1.
        article: The article as stored.
        start: First character.
        end: One past the last.
        expected: The text that must stand there, where the caller has it from elsewhere (a stored
            passage): a difference means that store and index have drifted apart.

    Raises:
        CitationError: The range is empty or outside the text, or the text is not as expected.
    """
    if not 0 <= start < end <= len(article.text):
        raise CitationError(
            f"[{start}:{end}] is no range in article {article.id} of {len(article.text)} characters"
        )
    quote = article.text[start:end]
    if expected is not None and quote != expected:
        raise CitationError(
            f"article {article.id} [{start}:{end}] reads {quote[:60]!r}, expected {expected[:60]!r}"
        )
    return Citation(number=number, quote=quote, start=start, end=end, article=article)


def correction(citation: Citation) -> str | None:
    """What to say of a quote that is not, or not only, what the article says now, in a sentence.

    Returns:
        Whether the newest version still has the words; or that it may be later than the day asked
        as of; None where neither is so.
    """
    later, day = citation.article.later, citation.article.later_than
    if day is not None:
        updated = citation.article.updated_at
        when = f"Updated on {updated.day} {updated:%B %Y}" if updated else "Changed"
        return f"{when}, after {day.day} {day:%B %Y}; what it said then is not in the archive."
    if later is None:
        return None
    moment = later.updated_at or later.captured_at or later.published_at
    when = f" of {moment.day} {moment:%B %Y}" if moment else ""
    if citation.corrected:
        return f"Later corrected: the newest version{when} does not have these words."
    return f"From an earlier version; the newest{when} still has these words."


def standing(copy: Article) -> str:
    """What to say behind the name of a copy that is not like the one shown, else nothing."""
    if copy.later_than is not None:
        return " (changed since)"
    return " (an earlier version)" if copy.later is not None else ""

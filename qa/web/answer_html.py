"""An answer → HTML: the quotes, their citations, the passages found, and how it came about."""

from __future__ import annotations

from markupsafe import Markup

from qa.records import Answer, Article, Citation, Evidence, Filters, Hit, Span
from qa.web.html import (
    DOT,
    EMPTY,
    byline,
    field,
    link,
    notice,
    open_button,
    paragraphs,
    sentence,
    words,
)

CONTEXT_CHARS = 420
"""Shown of a paragraph on each side of a quote: about three sentences, which fill a card on a
phone without pushing the next one off the screen."""

WELCOME = Markup(
    '<div class="welcome"><p>Answers are sentences from the articles, word for word, each with '
    "its source. Where the archive does not hold an answer, it says so.</p></div>"
)


def render_answer(answer: Answer, filters: Filters) -> Markup:
    """The answer first, then who says so, then what was found.

    Args:
        answer: What the archive said.
        filters: What the search was restricted to.
    """
    if not answer.question.strip():
        return notice("Type a question first.")
    found = _cited(answer) if answer.answered else _not_in_archive(answer)
    return Markup('<div class="result"><p class="asked">{}</p>{}{}{}{}</div>').format(
        answer.question.strip(),
        _understood(answer),
        found,
        _passages(answer),
        _footnote(answer, filters),
    )


def _understood(answer: Answer) -> Markup:
    """What was understood besides the question itself, which may be what the user did not mean."""
    if not answer.understood:
        return EMPTY
    told = DOT.join(field(clue.text) for clue in answer.understood)
    return Markup('<p class="understood">Understood: {}</p>').format(told)


def empty_archive() -> Markup:
    """What to do where there is nothing to ask."""
    return Markup(
        '<div class="welcome"><h2>The archive is empty</h2><p>Add articles in the tab '
        "<strong>Articles</strong>: text, Markdown, HTML or JSON Lines files. They can be asked "
        "as soon as they are added.</p></div>"
    )


def _cited(answer: Answer) -> Markup:
    lead = [c for c in answer.citations if f"{c.quote} [{c.number}]" in answer.text]
    sentences = (Markup("<p><bdi>{}</bdi>{}</p>").format(c.quote, _reference(c)) for c in lead)
    cards = (_card(citation) for citation in answer.citations)
    return Markup(
        '<section class="answer" role="status" aria-label="Answer"><blockquote>{}'
        "</blockquote></section>"
        '<section class="citations" aria-label="Sources"><h2>Sources</h2>{}</section>'
    ).format(EMPTY.join(sentences), EMPTY.join(cards))


def _reference(citation: Citation) -> Markup:
    return Markup(
        "\u2060"  # word joiner: the number never stands alone on the next line
        '<sup><a href="#citation-{0}" data-citation="{0}" aria-label="Source {0}">[{0}]</a></sup>'
    ).format(citation.number)


def _card(citation: Citation) -> Markup:
    article, span = citation.article, Span(citation.start, citation.end)
    return Markup(
        '<article class="card" id="citation-{0}" tabindex="-1" aria-labelledby="source-{0}">'
        '<p class="number">[{0}]</p><div><h3 id="source-{0}"><bdi>{1}</bdi></h3>'
        '<p class="byline">{2}</p><blockquote class="context">{3}</blockquote>'
        '<p class="actions">{4}{5}</p></div></article>'
    ).format(
        citation.number,
        article.title,
        byline(article),
        _context(article, span),
        open_button(article, span),
        link(article.url, "Page on the web"),
    )


def _context(article: Article, span: Span) -> Markup:
    """The quote, marked, in its paragraph; a long paragraph is cut between words."""
    text = article.text
    first = text.rfind("\n", 0, span.start) + 1
    last = text.find("\n", span.end)
    last = len(text) if last < 0 else last
    start, end = max(first, span.start - CONTEXT_CHARS), min(last, span.end + CONTEXT_CHARS)
    if start > first:
        start = min(span.start, text.find(" ", start, span.start) + 1 or span.start)
    if end < last:
        end = max(span.end, text.rfind(" ", span.end, end))
    return Markup("{}{}{}").format(
        Markup('<span class="cut">…</span>') if start > first else EMPTY,
        paragraphs(text[start:end], [span], start),
        Markup('<span class="cut">…</span>') if end < last else EMPTY,
    )


def _not_in_archive(answer: Answer) -> Markup:
    reason = answer.reason or "the archive does not say"
    return Markup(
        '<section class="absent" role="status"><h2>Not in this archive</h2><p>{}.</p></section>'
    ).format(sentence(reason))


def _passages(answer: Answer) -> Markup:
    if not answer.passages:
        return EMPTY
    number = len(answer.passages)
    if answer.answered:
        heading, is_open = f"Passages found ({number})", EMPTY
    else:
        heading, is_open = "Nearest passages – none of them answers the question", Markup(" open")
    return Markup(
        '<details class="passages"{}><summary>{}</summary><ol class="plain">{}</ol></details>'
    ).format(is_open, heading, EMPTY.join(_hit(hit) for hit in answer.passages))


def _hit(hit: Hit) -> Markup:
    span = Span(hit.passage.start, hit.passage.end)
    return Markup(
        '<li class="hit"><h3><span class="rank">{}.</span> <bdi>{}</bdi></h3><p class="byline">{}'
        '</p><div class="text">{}</div><p class="actions">{}<span class="scores">score {} · '
        "words {} · meaning {}</span></p></li>"
    ).format(
        hit.rank,
        hit.article.title,
        byline(hit.article),
        paragraphs(hit.passage.text, ()),
        open_button(hit.article, span),
        f"{hit.score:.2f}",
        _rank(hit.lexical),
        _rank(hit.dense),
    )


def _rank(evidence: Evidence | None) -> str:
    return f"#{evidence.rank}" if evidence else "not found"


def _footnote(answer: Answer, filters: Filters) -> Markup:
    parts = [
        f"confidence {answer.confidence:.0%}",
        f"{answer.timings_ms.get('total', 0.0):.0f} ms",
        f"index generation {answer.generation}",
        *_restrictions(filters),
    ]
    steps = ", ".join(
        f"{step} {ms:.0f} ms" for step, ms in answer.timings_ms.items() if step != "total"
    )
    return Markup('<p class="footnote" title="{}">{}</p>').format(steps, Markup(" · ").join(parts))


def _restrictions(filters: Filters) -> list[str]:
    told: list[str] = []
    if filters.publisher:
        told.append(Markup("only {}").format(field(filters.publisher)))
    if filters.author:
        told.append(Markup("only by {}").format(field(filters.author)))
    if filters.after:
        told.append(f"from {words(filters.after)} on")
    if filters.before:
        told.append(f"before {words(filters.before)}")
    return told

"""Passages found → HTML: with their words marked, why each was found, in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from markupsafe import Markup

from qa.citations import cite, correction, standing
from qa.records import Article, Citation, Evidence, Explanation, Hit, Span
from qa.text.analysis import term, terms, tokens
from qa.text.typography import counted
from qa.web.html import (
    EMPTY,
    annotated,
    byline,
    field,
    lang,
    link,
    open_button,
    open_title,
    words,
)

CONTEXT_CHARS = 420
"""Shown of a paragraph on each side of a quote: about three sentences, which fill a card on a
phone without pushing the next one off the screen."""

ELLIPSIS = Markup('<span class="cut">…</span>')


def codes_of(hits: Iterable[Hit]) -> frozenset[str]:
    """The index terms of the question that some passages hold, as their explanations have it."""
    explained = [(hit.explanation, hit.article.language) for hit in hits if hit.explanation]
    held = ((word, language) for each, language in explained for word, _ in each.words)
    return frozenset(code for each in held if (code := term(*each)) is not None)


def word_spans(
    text: str, codes: frozenset[str], start: int = 0, language: str | None = None
) -> list[Span]:
    """Where the question's words stand in a text that begins at `start` of its article."""
    found: list[Span] = []
    for token in tokens(text):
        if term(token.group(), language) not in codes:
            continue
        span = Span(start + token.start(), start + token.end())
        if found and span.start < found[-1].end:  # pairs of letters overlap
            span = Span(found.pop().start, span.end)
        found.append(span)
    return found


def context(article: Article, span: Span, codes: frozenset[str]) -> Markup:
    """A quote, marked, in its paragraph; a long paragraph is cut between words."""
    text = article.text
    first = text.rfind("\n", 0, span.start) + 1
    last = text.find("\n", span.end)
    last = len(text) if last < 0 else last
    start, end = max(first, span.start - CONTEXT_CHARS), min(last, span.end + CONTEXT_CHARS)
    if start > first:
        start = min(span.start, text.find(" ", start, span.start) + 1 or start)
    if end < last:
        end = cut if (cut := text.rfind(" ", span.end, end)) >= 0 else end
    shown = text[start:end]
    ends = (
        ELLIPSIS + " " if start > first else EMPTY,
        " " + ELLIPSIS if end < last else EMPTY,
    )
    return annotated(shown, [span], word_spans(shown, codes, start, article.language), start, ends)


def passages(hits: Sequence[Hit], *, answered: bool, codes: frozenset[str]) -> Markup:
    """The passages found; those of a question without an answer are the nearest only."""
    if not hits:
        return EMPTY
    if answered:
        heading, is_open = f"Passages found ({len(hits)})", EMPTY
    else:
        heading, is_open = "Nearest passages – none of them answers the question", Markup(" open")
    return Markup(
        '<details class="passages"{}><summary>{}</summary><ol class="plain">{}</ol></details>'
    ).format(is_open, heading, EMPTY.join(_hit(hit, codes) for hit in hits))


def _hit(hit: Hit, codes: frozenset[str]) -> Markup:
    passage = hit.passage
    return Markup(
        '<li class="hit"><h3><span class="rank">{}.</span> <bdi{}>{}</bdi></h3><p class="byline">{}'
        '</p><div class="text"{}>{}</div>{}<div class="actions">{}{}</div>{}{}</li>'
    ).format(
        hit.rank,
        lang(hit.article),
        hit.article.title,
        byline(hit.article),
        lang(hit.article),
        annotated(passage.text, (), word_spans(passage.text, codes, 0, hit.article.language)),
        corrected(hit.citation),
        open_button(hit.article, Span(passage.start, passage.end)),
        link(hit.article.url, "Page on the web"),
        also_in(hit),
        why(hit),
    )


def corrected(citation: Citation) -> Markup:
    """That the article says something else now, and a way there; else nothing."""
    told, later = correction(citation), citation.article.later
    if told is None:
        return EMPTY
    is_doubtful = citation.corrected or citation.article.later_than is not None
    kind = "later corrected" if is_doubtful else "later"
    way = open_button(later, label="Open the newest version") if later else EMPTY
    return Markup('<p class="{}">{} {}</p>').format(kind, told, way)


def also_in(hit: Hit) -> Markup:
    """The articles that hold the passage nearly word for word, folded up."""
    if not hit.also_in:
        return EMPTY
    items = EMPTY.join(
        Markup('<li>{}<p class="byline">{}{}</p></li>').format(
            open_title(article), byline(article), standing(article)
        )
        for article in hit.also_in
    )
    return Markup(
        '<details class="also"><summary>Also in {}</summary><ul class="plain">{}</ul></details>'
    ).format(counted(len(hit.also_in), "other"), items)


def why(hit: Hit) -> Markup:
    """Why a passage stands where it does, folded up; nothing where that was not asked for."""
    explanation = hit.explanation
    if explanation is None:
        return EMPTY
    return Markup(
        '<details class="why"><summary>Why this result<span class="sr-only">: <bdi>{}</bdi></span>'
        "</summary>"
        '<table><caption class="sr-only">What its score of {} is made of</caption><thead><tr>'
        '<th scope="col">Found by</th><th scope="col">Rank</th><th scope="col">Score</th>'
        '<th scope="col">Share</th></tr></thead><tbody>{}</tbody></table>{}</details>'
    ).format(hit.article.title, f"{hit.score:.2f}", _arms(hit, explanation), _held(explanation))


def _arms(hit: Hit, explanation: Explanation) -> Markup:
    arms: list[tuple[str, Evidence | None, float]] = [
        ("same words", hit.lexical, explanation.lexical_share),
        ("similar meaning", hit.dense, explanation.dense_share),
        ("similar meaning, word by word", explanation.late, explanation.late_share),
    ]
    return EMPTY.join(
        Markup(
            '<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td><span class="share" '
            'style="--share:{}"></span>{}</td></tr>'
        ).format(
            name,
            f"#{evidence.rank}" if evidence else "not found",
            f"{evidence.score:.2f}" if evidence else "–",
            round(share * 100),
            f"{share:.0%}",
        )
        for name, evidence, share in arms
    )


def _held(explanation: Explanation) -> Markup:
    held = Markup(", ").join(
        Markup('<span class="word"><bdi>{}</bdi></span> {}').format(word, f"{share:.0%}")
        for word, share in explanation.words
    )
    told = Markup(
        "Words of the question in it, and what each counts for (rare ones count more): {}"
    )
    none = "None of the question’s words are in it: it was found by its meaning"
    lines = [told.format(held) if held else none]
    if explanation.recency < 1:
        lines.append(f"Newer articles come first: its score counts {explanation.recency:.0%}")
    if explanation.filters:
        restricted = Markup("; ").join(map(field, explanation.filters))
        lines.append(Markup("Restricted to: {}").format(restricted))
    return EMPTY.join(Markup("<p>{}.</p>").format(line) for line in lines)


def timeline(hits: Sequence[Hit], codes: frozenset[str]) -> Markup:
    """Each dated article found, oldest first, by the sentence that holds most of the words."""
    best = {hit.article.id: hit for hit in sorted(hits, key=lambda hit: -hit.rank)}
    dated = [hit for hit in best.values() if hit.article.published_at]
    if not dated:
        return Markup('<p class="notice" role="status">None of the articles found has a date.</p>')
    dated.sort(key=lambda hit: (_when(hit), hit.rank))
    undated = len(best) - len(dated)
    left_out = f" {counted(undated, 'article')} without a date not shown." if undated else ""
    return Markup(
        '<section class="timeline" aria-label="Timeline"><h2>Timeline</h2><p class="hint">{} that '
        'match, oldest first.{}</p><ol class="plain">{}</ol></section>'
    ).format(
        counted(len(dated), "article"), left_out, EMPTY.join(_dated(hit, codes) for hit in dated)
    )


def _when(hit: Hit) -> datetime:
    return hit.article.published_at or datetime.max.replace(tzinfo=UTC)


def _dated(hit: Hit, codes: frozenset[str]) -> Markup:
    published = hit.article.published_at
    span = best_sentence(hit, codes)
    text = hit.article.text[span.start : span.end]
    marked = word_spans(text, codes, span.start, hit.article.language)
    return Markup(
        '<li><time datetime="{}">{}</time><div><h3><bdi{}>{}</bdi></h3><p class="byline">{}</p>'
        '<div class="text"{}>{}</div>{}<div class="actions">{}</div></div></li>'
    ).format(
        published.isoformat() if published else "",
        words(published) if published else "",
        lang(hit.article),
        hit.article.title,
        byline(hit.article, dated=False),
        lang(hit.article),
        annotated(text, (), marked, span.start),
        corrected(cite(hit.rank, hit.article, span.start, span.end)),
        open_button(hit.article, span),
    )


def best_sentence(hit: Hit, codes: frozenset[str]) -> Span:
    """The sentence of a passage that holds most of some terms; of several, the first."""
    article = hit.article

    def held(span: Span) -> int:
        return len(codes.intersection(terms(article.text[span.start : span.end], article.language)))

    return max(hit.passage.sentences, key=held)

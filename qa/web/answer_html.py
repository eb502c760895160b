"""An answer → HTML: what was understood, the quotes, their citations, the passages found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from urllib.parse import quote as url_quote

from markupsafe import Markup

from qa.errors import QAError
from qa.exports import references
from qa.facts import ArticleFacts
from qa.records import Answer, Citation, Clue, Hit, Span
from qa.text.languages import name_of
from qa.text.typography import counted
from qa.web import hits_html
from qa.web.asked import Asked
from qa.web.html import (
    DOT,
    EMPTY,
    RIGHT_TO_LEFT,
    byline,
    day,
    failure,
    field,
    is_right_to_left,
    lang,
    link,
    notice,
    open_button,
    sentence,
    words,
)

WELCOME = Markup(
    '<p class="promise">Answers are sentences from the articles, word for word, each with its '
    "source. Where the archive does not hold an answer, it says so.</p>"
)

Verdicts = Mapping[tuple[str, int, int], bool]
"""A reader's verdict on a quote by its article's id, start and end."""

VIEWS: Final = (("answer", "Answer"), ("timeline", "Timeline"), ("compare", "Two publishers"))
_EXPORTS: Final = (
    ("markdown", "Markdown"),
    ("csv", "CSV"),
    ("json", "JSON"),
    ("bibtex", "BibTeX"),
    ("csl-json", "CSL-JSON"),
)
_RESTRICTIONS: Final = {
    "publisher": Markup("only {}"),
    "author": Markup("only by {}"),
    "after": Markup("from {} on"),
    "before": Markup("before {}"),
    "language": Markup("only in {}"),
    "agency": Markup("only sent by {}"),
    "as_of": Markup("as of {}"),
}


def render_answer(
    answer: Answer,
    asked: Asked,
    shown: Sequence[Hit] = (),
    verdicts: Verdicts | None = None,
) -> Markup:
    """The answer first, then who says so, then what was found.

    Args:
        answer: What the archive said; the passages of its citations are among its passages.
        asked: What was asked, and how.
        shown: The passages to list; empty for all of them.
        verdicts: What the reader judged before; None where nothing can be judged.
    """
    if not answer.question.strip():
        return notice("Type a question first.")
    codes = hits_html.codes_of(answer.passages)
    found = _cited(answer, codes, verdicts) if answer.answered else not_in_archive(answer)
    return Markup('<div class="result">{}{}{}{}</div>').format(
        head(answer, asked, "answer"),
        found,
        hits_html.passages(shown or answer.passages, answered=answer.answered, codes=codes),
        _footnote(answer),
    )


def render_failure(error: QAError, asked: Asked) -> Markup:
    """Why a question cannot be answered, with what was set, which may be why and can be undone."""
    return Markup(
        '<div class="result"><div class="head"><p class="asked">{}</p>{}</div>{}</div>'
    ).format(asked.question.strip(), _chips((), asked), failure(error))


def head(answer: Answer, asked: Asked, view: str) -> Markup:
    """The question, what restricts it and what was understood of it, and what can be done."""
    return Markup('<div class="head"><p class="asked">{}</p>{}{}</div>').format(
        answer.question.strip(), _chips(answer.understood, asked), _tools(view)
    )


def _chips(understood: Sequence[Clue], asked: Asked) -> Markup:
    """Each filter, each thing understood, and each left aside, as a button that undoes it."""
    chips = [
        _chip("filter", name, _restriction(name, value), "Remove")
        for name, value in asked.filters.items()
    ]
    chips += [
        _chip("clue", clue.key, clue.text, "Do not understand")
        for clue in understood
        if clue.key != "as_of"  # which was set, not understood
    ]
    chips += [_chip("aside", key, key.replace(":", " "), "Understand") for key in asked.without]
    if asked.literal:
        chips.append(_chip("filter", "literal", "taken literally", "Remove"))
    if not chips:
        return EMPTY
    return Markup('<ul class="plain understood" aria-label="Understood and set">{}</ul>').format(
        EMPTY.join(chips)
    )


def _restriction(name: str, value: str) -> Markup:
    return _RESTRICTIONS[name].format(field(name_of(value) if name == "language" else value))


def _chip(kind: str, key: str, text: str, verb: str) -> Markup:
    sign = "+" if kind == "aside" else "×"
    return Markup(
        '<li><button type="button" class="chip {0}" data-chip="{0}" data-key="{1}">'
        '<span class="sr-only">{2}: </span><bdi>{3}</bdi><span aria-hidden="true">{4}</span>'
        "</button></li>"
    ).format(kind, key, verb, text, sign)


def _tools(view: str) -> Markup:
    views = EMPTY.join(
        Markup('<button type="button" data-view="{}" aria-pressed="{}">{}</button>').format(
            key, "true" if key == view else "false", label
        )
        for key, label in VIEWS
    )
    exports = EMPTY.join(
        Markup('<button type="button" data-export="{}">{}</button>').format(key, label)
        for key, label in _EXPORTS
    )
    return Markup(
        '<div class="tools"><div class="views" role="group" aria-label="View">{}</div>'
        '<button type="button" class="tool" data-copy-link>Copy link</button>'
        '<details class="menu"><summary class="tool">Export</summary><div>{}</div></details></div>'
    ).format(views, exports)


def _cited(answer: Answer, codes: frozenset[str], verdicts: Verdicts | None) -> Markup:
    cards = (card(citation, answer.passages, codes, verdicts) for citation in answer.citations)
    return Markup(
        '<section class="answer" aria-label="Answer">{}{}</section>'
        '<section class="citations" aria-label="Sources"><h2>Sources</h2>{}</section>'
    ).format(_said(answer), _differing(answer), EMPTY.join(cards))


def _said(answer: Answer) -> Markup:
    """The quotes, large; of several questions in one, each with its own."""
    if not answer.parts:
        return _facts(answer.facts) if answer.facts else _quotes(answer, answer.text)
    return EMPTY.join(
        Markup('<section class="part"><h2><bdi>{}</bdi></h2>{}</section>').format(
            part.question,
            (_facts(part.facts) if part.facts else _quotes(answer, part.text))
            if part.answered
            else Markup('<p class="unsaid">Not in this archive: {}.</p>').format(part.reason or ""),
        )
        for part in answer.parts
    )


def _facts(facts: ArticleFacts) -> Markup:
    """What the records tell, each value with the articles that it is of."""
    dated = facts.asked.field == "dates"
    items = EMPTY.join(
        Markup("<li><strong><bdi>{}</bdi></strong>{}{}</li>").format(
            words(date.fromisoformat(fact.value)) if dated else fact.value,
            EMPTY.join(map(_reference, fact.citations)),
            Markup(" <span>{}</span>").format(counted(fact.articles, "article"))
            if facts.is_counted(fact)
            else EMPTY,
        )
        for fact in facts.shown
    )
    if facts.more:
        items += Markup("<li><span>{:,} more</span></li>").format(facts.more)
    listed = Markup('<h2>{}</h2><ul class="plain">{}</ul>').format(facts.head.rstrip(":"), items)
    return Markup('<div class="records">{}<p><bdi>{}</bdi>.</p></div>').format(
        listed if items else EMPTY, facts.counted
    )


def _quotes(answer: Answer, text: str) -> Markup:
    lead = [c for c in answer.citations if f"{c.quote} [{c.number}]" in text]
    sentences = EMPTY.join(
        Markup("<p{}><bdi{}>{}</bdi>{}</p>").format(
            RIGHT_TO_LEFT if is_right_to_left(c.quote) else EMPTY,
            lang(c.article),
            c.quote,
            _reference(c.number),
        )
        for c in lead
    )
    return Markup("<blockquote>{}</blockquote>").format(sentences)


def _differing(answer: Answer) -> Markup:
    """Figures that do not agree, each with its source and day."""
    if not answer.differing:
        return EMPTY
    items = EMPTY.join(
        Markup("<li><strong><bdi>{}</bdi></strong>{} <span>{}</span></li>").format(
            ", ".join(found.figures),
            _reference(found.citation),
            day(found.published_at) if found.published_at else "no date",
        )
        for found in answer.differing
    )
    return Markup(
        '<div class="differing"><h2>The sources differ</h2><ul class="plain">{}</ul></div>'
    ).format(items)


def _reference(number: int) -> Markup:
    return Markup(
        "\u2060"  # word joiner: the number never stands alone on the next line
        '<sup><a href="#citation-{0}" data-citation="{0}" aria-label="Source {0}">[{0}]</a></sup>'
    ).format(number)


def card(
    citation: Citation,
    hits: Sequence[Hit],
    codes: frozenset[str],
    verdicts: Verdicts | None,
    prefix: str = "",
) -> Markup:
    """A citation with its source, and what can be done with it.

    Args:
        citation: The quote.
        hits: The passages found, one of which may hold it.
        codes: Index terms of the question's words, to be marked lightly.
        verdicts: As in `render_answer`.
        prefix: Of the card's id, where a page has several answers.
    """
    article, span = citation.article, Span(citation.start, citation.end)
    holding = next((hit for hit in hits if _holds(hit, citation)), None)
    return Markup(
        '<article class="card" id="{5}citation-{0}" tabindex="-1" aria-labelledby="{5}source-{0}">'
        '<p class="number">[{0}]</p><div><h3 id="{5}source-{0}"><bdi{7}>{1}</bdi></h3>'
        '<p class="byline">{2}</p><blockquote class="context"{7}>{3}</blockquote>{8}'
        '<div class="actions">{4}</div>{6}</div></article>'
    ).format(
        citation.number,
        article.title,
        DOT.join([byline(article), *([f"page {citation.page}"] if citation.page else [])]),
        hits_html.context(article, span, codes),
        EMPTY.join([
            open_button(article, span),
            link(article.url, "Page on the web"),
            _copies(citation),
            # A verdict is of a place in the article as it is now.
            _thumbs(citation, verdicts)
            if verdicts is not None and not article.is_earlier
            else EMPTY,
        ]),
        prefix,
        hits_html.also_in(holding) + hits_html.why(holding) if holding else EMPTY,
        lang(article),
        hits_html.corrected(citation),
    )  # fmt: skip


def _holds(hit: Hit, citation: Citation) -> bool:
    passage = hit.passage
    same = passage.article_id == citation.article.id
    return same and passage.start < citation.end and citation.start < passage.end


def _copies(citation: Citation) -> Markup:
    forms = (
        ("Text", references.text(citation)),
        ("Markdown", references.markdown(citation)),
        ("BibTeX", references.bibtex(citation)),
        ("CSL-JSON", references.csl_text(citation)),
    )
    buttons = EMPTY.join(
        # Percent-encoded, so that line breaks and quotes reach the clipboard as they are.
        Markup('<button type="button" data-copy="{}">{}</button>').format(url_quote(text), label)
        for label, text in forms
    )
    return Markup(
        '<details class="menu"><summary class="quiet">Copy<span class="sr-only"> citation {}</span>'
        "</summary><div>{}</div></details>"
    ).format(citation.number, buttons)


def _thumbs(citation: Citation, verdicts: Verdicts) -> Markup:
    place = (citation.article.id, citation.start, citation.end)
    verdict = verdicts.get(place)
    buttons = EMPTY.join(
        Markup(
            '<button type="button" class="thumb" data-judge="{0}" data-article="{1}" '
            'data-start="{2}" data-end="{3}" aria-pressed="{4}" title="{5}"><span class="{0}" '
            'aria-hidden="true"></span><span class="sr-only">{5}</span></button>'
        ).format(key, *place, "true" if verdict is relevant else "false", label)
        for key, relevant, label in (
            ("yes", True, "This answers the question"),
            ("no", False, "This does not answer the question"),
        )
    )
    return Markup(
        '<span class="thumbs" role="group" aria-label="Does citation {} answer the question?">{}'
        "</span>"
    ).format(citation.number, buttons)


def not_in_archive(answer: Answer) -> Markup:
    """Why there is no answer."""
    reason = answer.reason or "the archive does not say"
    return Markup(
        '<section class="absent"><h2>Not in this archive</h2><p>{}.</p></section>'
    ).format(sentence(reason))


def _footnote(answer: Answer) -> Markup:
    parts = [
        f"confidence that the archive has the answer: {answer.confidence:.0%}",
        f"took {answer.timings_ms.get('total', 0.0):.0f} ms",
        f"index generation {answer.generation}",
    ]
    steps = ", ".join(
        f"{step} {ms:.0f} ms" for step, ms in answer.timings_ms.items() if step != "total"
    )
    return Markup('<p class="footnote" title="{}">{}</p>').format(steps, DOT.join(parts))

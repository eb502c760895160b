"""What two publishers say to a question, side by side → HTML."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from qa.overviews import Count
from qa.records import Answer
from qa.web import hits_html
from qa.web.answer_html import Verdicts, card
from qa.web.html import EMPTY, sentence

QUOTES = 3
"""Shown of each publisher: what differs stands in the first ones."""


def comparison(
    sides: Sequence[tuple[str, Answer | None]],
    publishers: Sequence[Count],
    verdicts: Verdicts | None,
) -> Markup:
    """Two columns.

    Args:
        sides: Each publisher, and what its articles answer; None where there is no publisher.
        publishers: All that can be chosen.
        verdicts: As in `render_answer`.
    """
    columns = (
        _side(name, publisher, answer, publishers, verdicts)
        for name, (publisher, answer) in zip(("left", "right"), sides, strict=True)
    )
    return Markup(
        '<section class="compare" aria-label="Two publishers side by side">{}</section>'
    ).format(EMPTY.join(columns))


def _side(
    name: str,
    publisher: str,
    answer: Answer | None,
    publishers: Sequence[Count],
    verdicts: Verdicts | None,
) -> Markup:
    options = EMPTY.join(
        Markup("<option{}>{}</option>").format(
            Markup(" selected") if value == publisher else EMPTY, value
        )
        for value, _ in publishers
    )
    return Markup(
        '<section class="side"><label><span class="sr-only">Publisher on the {0}</span>'
        '<select data-side="{0}">{1}</select></label>{2}</section>'
    ).format(name, options, _said(name, answer, verdicts))


def _said(name: str, answer: Answer | None, verdicts: Verdicts | None) -> Markup:
    if answer is None:
        return Markup('<p class="hint">There is no second publisher.</p>')
    codes = hits_html.codes_of(answer.passages)
    if answer.answered:
        return EMPTY.join(
            card(citation, answer.passages, codes, verdicts, f"{name}-")
            for citation in answer.citations[:QUOTES]
        )
    nearest = EMPTY.join(
        card(hit.citation, answer.passages, codes, None, f"{name}-") for hit in answer.passages[:1]
    )
    heading = Markup('<p class="hint">The nearest passage:</p>') if nearest else EMPTY
    return Markup('<div class="absent"><h3>Does not say</h3><p>{}.</p></div>{}{}').format(
        sentence(answer.reason or "the archive does not say"), heading, nearest
    )

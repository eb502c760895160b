"""What can be narrowed → HTML: the matches over time, days, and facets with counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from markupsafe import Markup

from qa.matches import Period
from qa.overviews import Count, Facets
from qa.rows import agency_key, person_key, publisher_key
from qa.text.languages import name_of, tag_key
from qa.text.typography import counted
from qa.web.asked import Asked
from qa.web.html import EMPTY, words

SHOWN = 6
"""Values of a facet shown at first; the rest, which most readers never want, is folded away."""

MOST = 60
"""Values listed at all: a name further down is found faster by typing it."""

_BAR, _GAP, _HEIGHT = 10, 2, 56


def narrow(
    asked: Asked, facets: Facets, periods: Sequence[Period], heading: str, hint: str
) -> Markup:
    """The whole column.

    Args:
        asked: What is asked, with its filters.
        facets: What to count.
        periods: Over time.
        heading: What is counted: "Matches" or "Archive".
        hint: The same in a sentence.
    """
    facet = partial(_facet, asked=asked, found=facets.articles)
    return Markup('<h2>{}</h2><p class="hint">{}</p>{}{}{}{}{}{}{}{}').format(
        heading,
        hint,
        histogram(periods, asked),
        _days(asked),
        facet("Publisher", "publisher", facets.publishers, key=publisher_key),
        facet("Author", "author", facets.authors, key=person_key) + _author_field(asked),
        facet("Agency", "agency", facets.agencies, key=agency_key),
        facet("Language", "language", facets.languages, key=tag_key, label=name_of)
        if len(facets.languages) > 1 or asked.language
        else EMPTY,  # most archives have one language
        _years(facets.years, asked),
        _literal(asked),
    )


def histogram(periods: Sequence[Period], asked: Asked) -> Markup:
    """Bars of equal width, each with articles being a link to the question about those days."""
    if len(periods) < 2:
        return EMPTY
    most = max(period.articles for period in periods)
    width = len(periods) * (_BAR + _GAP) - _GAP
    bars = EMPTY.join(_bar(n, period, most, asked) for n, period in enumerate(periods))
    return Markup(
        '<figure class="histogram"><svg viewBox="0 0 {} {}" preserveAspectRatio="none" '
        'role="group" aria-label="Articles over time">{}</svg><figcaption><span>{}</span>'
        "<span>{}</span></figcaption></figure>"
    ).format(width, _HEIGHT, bars, _label(periods[0]), _label(periods[-1]))


def _bar(number: int, period: Period, most: int, asked: Asked) -> Markup:
    left = number * (_BAR + _GAP)
    if not period.articles:
        return Markup('<rect class="none" x="{}" y="{}" width="{}" height="1"/>').format(
            left, _HEIGHT - 1, _BAR
        )
    tall = max(3, round(_HEIGHT * period.articles / most))
    after, before = period.first.isoformat(), period.end.isoformat()
    inside = (not asked.after or after >= asked.after) and (
        not asked.before or before <= asked.before
    )
    told = f"{_label(period)}: {counted(period.articles, 'article')}"
    return Markup(
        '<a href="{}" data-after="{}" data-before="{}" aria-label="{}"{}><title>{}</title>'
        '<rect class="ground" x="{}" y="0" width="{}" height="{}"/>'
        '<rect class="bar" x="{}" y="{}" width="{}" height="{}"/></a>'
    ).format(
        asked.within(period.first, period.end).address(),
        after,
        before,
        told,
        Markup(' class="chosen"') if inside and (asked.after or asked.before) else EMPTY,
        told,
        left - _GAP / 2,
        _BAR + _GAP,
        _HEIGHT,
        left,
        _HEIGHT - tall,
        _BAR,
        tall,
    )


def _label(period: Period) -> str:
    days = (period.end - period.first).days
    if days == 1:
        return words(period.first)
    if days < 32:
        return f"{period.first:%B %Y}"
    first, last = period.first.year, period.end.year - 1
    return str(first) if first == last else f"{first}–{last}"


def _days(asked: Asked) -> Markup:
    return Markup(
        '<fieldset class="days"><legend>Published</legend><label>From<input type="date" '
        'id="after" data-day="after" value="{}"></label><label>Before<input type="date" '
        'id="before" data-day="before" value="{}"></label><label class="as-of">As of (nothing '
        'published later)<input type="date" id="as-of" data-day="as_of" value="{}"></label>'
        "</fieldset>"
    ).format(*map(_typed, (asked.after, asked.before, asked.as_of)))


def _typed(day: str) -> str:
    """What a field of a day can show; a link may say a month, or anything."""
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return ""


def _facet(
    heading: str,
    name: str,
    counts: Sequence[Count],
    *,
    asked: Asked,
    found: int,
    key: Callable[[str], str],
    label: Callable[[str], str] = str,
) -> Markup:
    """Values that can be chosen.

    Args:
        heading: Above them.
        name: Of the filter.
        counts: The values.
        asked: Which may have one of them chosen.
        found: How many articles what is chosen finds, which may be a part of several values.
        key: What is the same in two ways to write a value.
        label: How a value is shown.
    """
    chosen: str = getattr(asked, name)
    if chosen and not any(key(value) == key(chosen) for value, _ in counts):
        counts = [Count(chosen, found), *counts]
    elif chosen:
        counts = sorted(counts, key=lambda each: key(each.value) != key(chosen))
    if not counts:
        return EMPTY
    values = [
        _value({name: value}, label(value), number, pressed=key(value) == key(chosen))
        for value, number in counts[:MOST]
    ]
    return _folded(heading, name, values)


def _years(counts: Sequence[Count], asked: Asked) -> Markup:
    values = []
    for value, number in counts[:MOST]:
        days = {"after": f"{value}-01-01", "before": f"{int(value) + 1:04}-01-01"}
        chosen = (asked.after, asked.before) == (days["after"], days["before"])
        values.append(_value(days, value, number, pressed=chosen))
    return _folded("Year", "year", values) if len(values) > 1 else EMPTY


def _folded(heading: str, name: str, values: Sequence[Markup]) -> Markup:
    rest = EMPTY
    if len(values) > SHOWN:
        rest = Markup(
            '<details class="rest"><summary>{} more</summary><ul class="plain">{}</ul></details>'
        ).format(len(values) - SHOWN, EMPTY.join(values[SHOWN:]))
    return Markup(
        '<section class="facet" aria-labelledby="facet-{1}"><h3 id="facet-{1}">{0}</h3>'
        '<ul class="plain">{2}</ul>{3}</section>'
    ).format(heading, name, EMPTY.join(values[:SHOWN]), rest)


def _value(sets: dict[str, str], label: str, number: int, *, pressed: bool) -> Markup:
    data = Markup(" ").join(
        Markup('data-set-{}="{}"').format(name.replace("_", "-"), value)
        for name, value in sets.items()
    )
    return Markup(
        '<li><button type="button" class="value" {} aria-pressed="{}"><bdi>{}</bdi>'
        '<span class="count">{}<span class="sr-only"> {}</span></span></button></li>'
    ).format(
        data,
        "true" if pressed else "false",
        label,
        f"{number:,}",
        "article" if number == 1 else "articles",
    )


def _author_field(asked: Asked) -> Markup:
    return Markup(
        '<label class="by">Author’s name<input type="text" id="author" data-field="author" '
        'value="{}" autocomplete="off" maxlength="200" '
        'placeholder="First name, last name or both"></label>'
    ).format(asked.author)


def _literal(asked: Asked) -> Markup:
    return Markup(
        '<label class="literal"><input type="checkbox" id="literal" data-literal{}>Take the '
        "question literally: read no filters or corrections into it</label>"
    ).format(Markup(" checked") if asked.literal else EMPTY)

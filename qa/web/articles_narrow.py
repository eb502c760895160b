"""What the list of articles can be narrowed by: a choice a field, with counts → HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from qa.archive import Archive
from qa.overviews import Count, Facets
from qa.rows import agency_key
from qa.text.languages import name_of, tag_key
from qa.web.html import EMPTY
from qa.web.matches_html import MOST


class Field(NamedTuple):
    """What can be chosen from.

    Attributes:
        name: Of the filter.
        label: Over it.
        counts: Which of the facets.
        key: What is the same in two ways to write a value.
        shown: How a value is shown.
    """

    name: str
    label: str
    counts: str
    key: Callable[[str], str] = str.casefold
    shown: Callable[[str], str] = str


FIELDS: Final = (
    Field("publisher", "Publisher", "publishers"),
    Field("author", "Author", "authors"),
    Field("agency", "Agency", "agencies", agency_key),
    Field("language", "Language", "languages", tag_key, name_of),
    Field("year", "Year", "years"),
)


def chosen(wanted: Mapping[str, Any]) -> dict[str, str]:
    """What of the fields is chosen, as the browser says."""
    found = {field.name: str(wanted.get(field.name) or "")[:200] for field in FIELDS}
    year = found["year"]
    if not (len(year) == 4 and year.isascii() and year.isdecimal() and "1" <= year < "9999"):
        found["year"] = ""
    return {name: value for name, value in found.items() if value}


def filters(values: Mapping[str, str]) -> dict[str, str]:
    """The same as `Archive.article_page` has them."""
    found = {name: value for name, value in values.items() if name != "year"}
    if year := values.get("year"):
        found |= {"after": f"{year}-01-01", "before": f"{int(year) + 1:04}-01-01"}
    return found


def facets_of(archive: Archive, query: str, values: Mapping[str, str]) -> Facets:
    """What to choose from; each field counts what its own choice leaves out, too.

    Raises:
        QAError: The index has gone, is damaged, or was rebuilt with other settings.
    """
    facets = archive.facets(query, **filters(values))
    for field in FIELDS:
        if field.name in values:
            rest = {name: value for name, value in values.items() if name != field.name}
            others = archive.facets(query, **filters(rest))
            facets = replace(facets, **{field.counts: getattr(others, field.counts)})
    return facets


def narrow(facets: Facets, values: Mapping[str, str]) -> Markup:
    """A choice for each field that any article listed has, or that is chosen."""
    return EMPTY.join(
        _select(field, getattr(facets, field.counts), values.get(field.name, ""))
        for field in FIELDS
    )


def _select(field: Field, counts: Sequence[Count], value: str) -> Markup:
    if not (counts or value):
        return EMPTY
    shown = list(counts[:MOST])
    if value and not any(field.key(count.value) == field.key(value) for count in shown):
        further = (count for count in counts if field.key(count.value) == field.key(value))
        shown.insert(0, next(further, Count(value, 0)))
    options = EMPTY.join(
        Markup('<option value="{}"{}>{} ({})</option>').format(
            count.value,
            Markup(" selected") if value and field.key(count.value) == field.key(value) else EMPTY,
            field.shown(count.value),
            f"{count.articles:,}",
        )
        for count in shown
    )
    return Markup(
        '<label>{}<select data-field="{}"><option value="">Any</option>{}</select></label>'
    ).format(field.label, field.name, options)

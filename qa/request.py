"""A question with how it is to be searched for, from what a user gives, checked."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from qa.errors import InputError
from qa.question.understanding import check_keys
from qa.reading.cleaning import clean_line
from qa.records import Filters
from qa.text.languages import tag_of
from qa.text.periods import period


@dataclass(frozen=True, slots=True)
class Request:
    """A question with how it is to be searched for, checked. Made by `make_request`.

    Attributes:
        question: As asked, cleaned as the texts are: composed accents, nothing invisible.
        filters: Those given apart from the question.
        as_of: The day it is asked on; None is unknown.
        literal: Whether its every character is part of the question.
        explain: Whether each hit is to say why it was found.
        without: Keys of what would be understood of the question and is not to be.
        all_copies: Whether near-copies of a passage each have a place of their own.
        events: Whether the time of what happened is taken for that of the articles.
    """

    question: str
    filters: Filters
    as_of: date | None = None
    literal: bool = False
    explain: bool = False
    without: frozenset[str] = frozenset()
    all_copies: bool = False
    events: bool = False


def make_request(
    question: str,
    filters: Filters | None = None,
    as_of: date | str | None = None,
    *,
    literal: bool = False,
    explain: bool = False,
    without: Iterable[str] = (),
    all_copies: bool = False,
) -> Request:
    """A request from what a user gives; arguments as in `Retriever.search`.

    Raises:
        InputError: The day cannot be read, the question is not valid Unicode, or there is no such
            clue.
    """
    _check_text("question", question)
    return Request(
        question=clean_line(question),
        filters=filters or Filters(),
        as_of=_day("as_of", as_of),
        literal=literal,
        explain=explain,
        without=check_keys(without),
        all_copies=all_copies,
    )


def check_k(k: int) -> int:
    """How many are wanted.

    Raises:
        InputError: It is no whole number, or below 1.
    """
    try:
        number = operator.index(k)  # numpy's are whole numbers too
    except TypeError as error:
        raise InputError(f"k must be a whole number, not {k!r}") from error
    if number < 1:
        raise InputError(f"k must be at least 1, not {number}")
    return number


def make_filters(
    publisher: str | None = None,
    author: str | None = None,
    after: date | str | None = None,
    before: date | str | None = None,
    language: str | None = None,
    agency: str | None = None,
) -> Filters:
    """Filters from what a user gives; empty strings count as not given.

    A language may be given by its tag or by its English name.

    Raises:
        InputError: A date cannot be read, or a name is not valid Unicode.
    """
    named = {"publisher": publisher, "author": author, "language": language, "agency": agency}
    for name, value in named.items():
        _check_text(name, value or "")
    return Filters(
        publisher or None,
        author or None,
        _first_day("after", after),
        _first_day("before", before),
        _tag(language) if language else None,
        agency or None,
    )


def _check_text(name: str, value: str) -> None:
    if not isinstance(value, str):  # a cell of a table that is empty is a number in pandas
        raise InputError(f"the {name} must be text, not {value!r}")
    # A terminal that is not set to UTF-8 makes lone surrogates, which no model or database takes.
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"the {name} is not valid Unicode text: {value[:60]!r}") from error


def _tag(language: str) -> str:
    if tag := tag_of(language):
        return tag
    raise InputError(f"language must be a tag like de or a name like German, not {language!r}")


def _first_day(name: str, value: date | str | None) -> date | None:
    """As the operators `after:` and `before:` read it: of a month or a year the first day."""
    if isinstance(value, str) and value and (named := period(value)):
        return named.first
    return _day(name, value, "a day like 2025-07-31 or a month like 2025-07")


def _day(name: str, value: date | str | None, like: str = "a day like 2025-07-31") -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):  # days are those of UTC, as those of the articles are
        return (value if value.tzinfo is None else value.astimezone(UTC)).date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip())
    except (ValueError, AttributeError) as error:  # the latter of a number
        raise InputError(f"{name} must be {like}, not {value!r}") from error

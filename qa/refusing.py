"""Why a question is not answered, in words that tell the user what to change."""

from __future__ import annotations

import textwrap
from typing import Final

from qa.analysis import tokens
from qa.answering import Finding
from qa.query import language_of
from qa.retrieval import Retrieval, told_filters
from qa.stemming import analysed_as

MAX_REASON: Final = 200
"""Characters of the words named in a refusal: a question may be a pasted page."""

MAX_TITLE: Final = 80
"""Characters of the title named."""


def reason(found: Retrieval, finding: Finding | None) -> str:
    """The first of these that holds: nothing asked, nothing there, nothing let through, or why not.

    Args:
        found: What the search found.
        finding: What was made of it; None where it found nothing.
    """
    if not found.question.text:
        told = ", ".join(found.understood.told())
        return f"the question asks nothing besides: {told}" if told else "the question is empty"
    if not found.generation.manifest.passages:
        return "the archive is empty; put articles into the corpus folder and run: qa index"
    filters = ", ".join(told_filters(found))
    if finding is None:
        return f"no article passes the filters ({filters}); loosen or remove one"
    if not found.question.terms:
        return "the question has only common words; name a person, a place or a thing"
    within = f" (looked only where: {filters})" if filters else ""
    return f"the archive does not say{within}; {_missing(found, finding)}"


FOREIGN: Final = 2 / 3
"""A question of which this share of the words occurs nowhere is likely in another language: one in
the archive's has its common words at least ("Who composed the opera?": two of five unknown)."""

FEWEST_WORDS: Final = 4
"""In shorter questions a few unknown names are as much."""


def _missing(found: Retrieval, finding: Finding) -> str:
    if finding.unknown:
        unknown = _shorten(", ".join(finding.unknown), MAX_REASON)
        foreign = _is_foreign(found, len(finding.unknown))
        advice = "; it may be written in another language than the question" if foreign else ""
        return f"nowhere in it: {unknown}{advice}"
    if finding.near is None:
        return "the nearest passages follow"
    nearest = f"the nearest passage, in “{_shorten(finding.near.article.title, MAX_TITLE)}”,"
    if not finding.unspoken:
        return f"{nearest} has the words but not the answer"
    return f"{nearest} does not speak of: {_shorten(', '.join(finding.unspoken), MAX_REASON)}"


def _is_foreign(found: Retrieval, unknown: int) -> bool:
    question = found.question
    words = {token.group().lower() for token in tokens(question.text)}
    if len(words) < FEWEST_WORDS:
        return False
    if unknown >= FOREIGN * len(words):
        return True
    # An archive in several languages knows the common words of each.
    own = language_of(question.text, question.languages)
    others = [hit for hit in found.hits if analysed_as(hit.article.language) != own]
    content = {word.term for word in question.words}
    return (
        len(question.languages) > 1
        and own is not None
        and unknown >= FOREIGN * len(content)
        and len(others) > len(found.hits) / 2
    )


def _shorten(text: str, most: int) -> str:
    return textwrap.shorten(text, most, placeholder=" …")

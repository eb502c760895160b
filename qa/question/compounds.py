"""Compounds: "Ausbau des Hafens" finds "Hafenausbau".

Languages like German write as one word what a question may say in two. Any two words of a question
are joined, either one first, with the letters that may stand between (as Koehn, Knight, "Empirical
Methods for Compound Splitting", EACL 2003, have them when they take compounds apart); what results
is searched for besides if the archive has such a word. So nothing is guessed: a compound that no
article has is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations
from typing import Final

from qa.protocols import LexicalIndex
from qa.question.query import Question, language_of
from qa.text.analysis import term

COMPOUNDING: Final = frozenset({"da", "de", "nl", "no", "sv"})
"""The languages that join words so, and have a stemmer."""

MOST: Final = 8
"""Words of a question that are joined, its first: 56 pairs, some 3 ms."""

SHORTEST: Final = 4
"""Letters of a word that is joined; its stem in front may have one less ("See", "Rat")."""

_LINKS: Final = ("", "s", "es", "n", "en", "e", "er")
_ENDINGS: Final = re.compile("(?:es|en|s|n|e)$")
_LAST: Final = re.compile("[sne]$")


def with_compounds(question: Question, lexical: LexicalIndex) -> Question:
    """A question that is also answered where the archive writes two of its words as one.

    Args:
        question: Analysed. One in a language that writes no compounds comes back as it is.
        lexical: Of the archive: it knows which words there are.
    """
    own = language_of(question.text, question.languages)
    languages = COMPOUNDING.intersection(question.languages if own is None else (own,))
    joined: dict[str, set[int]] = {}
    places = [n for n, word in enumerate(question.words) if _can_be_joined(word.text)][:MOST]
    for language in languages:
        for first, second in permutations(places, 2):
            last = question.words[second].text.lower()
            for head in _heads(question.words[first].text.lower()):
                if code := term(head + last, language):
                    joined.setdefault(code, set()).update((first, second))
    if not joined:
        return question
    known = lexical.occurring(sorted(joined))
    found: dict[int, list[str]] = {}
    for code in sorted(known):
        for place in sorted(joined[code]):
            found.setdefault(place, []).append(code)
    words = tuple(
        replace(word, forms=tuple(dict.fromkeys([*word.forms, *found.get(place, ())])))
        for place, word in enumerate(question.words)
    )
    forms = (form for word in words for form in word.forms)
    return replace(question, words=words, terms=tuple(dict.fromkeys(forms)))


def _can_be_joined(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha()


def _heads(word: str) -> Iterable[str]:
    """How a word may stand in front of another: "Hafens" as "hafen", "Stadt" as "städte" not."""
    stems = {word, _ENDINGS.sub("", word), _LAST.sub("", word)}
    return sorted({stem + link for stem in stems if len(stem) >= SHORTEST - 1 for link in _LINKS})

"""What a text holds of phrases and excluded words, as they were typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from qa.text.analysis import CJK, MARKS, fold, pairs, terms
from qa.text.countries import ALIASES

_OF_COUNTRIES = frozenset(
    part.lower() for alias in ALIASES if "_" in alias for part in alias.split("_")
)
_CJK = re.compile(f"[{CJK}]+")
_WHOLE_WORD = re.compile(rf"(?<![\w'’‘{MARKS}])[^\W\d_]{{4,}}(?![\w{MARKS}]|['’‘](?!s\b)\w)")
_SAME = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "‐": "-", "‑": "-"})


def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """What finds a phrase in a text that `comparable` gave: as whole words."""
    words = comparable(phrase)
    # Scripts without spaces have no words to be whole.
    before = "" if _CJK.match(words) else r"(?<!\w)"
    after = "" if _CJK.match(words[-1:]) else r"(?!\w)"
    return re.compile(f"{before}{re.escape(words)}{after}")


def comparable(text: str) -> str:
    """A text as phrases are compared: without case, accents and kinds of space and quote."""
    return " ".join(fold(text if text.isascii() else text.translate(_SAME)).split())


def whole_words(phrases: Iterable[str]) -> list[str]:
    """Words of four letters and more: a passage with the phrase has their terms, come what may.

    In scripts without spaces, pairs of letters. Shorter ones and numbers may be part of a code or
    of initials in the passage ("F-16", "J. D."), and words like "States" of a country's name.
    """
    words = [w for phrase in phrases for w in _WHOLE_WORD.findall(_CJK.sub(" ", phrase))]
    runs = [run for phrase in phrases for run in _CJK.findall(phrase) if len(run) > 1]
    words += [letters for run in runs for letters in pairs(run)]
    return [word for word in words if word.lower() not in _OF_COUNTRIES]


def is_shouted(word: str) -> bool:
    """Whether a word is a name only by its capitals: of "WHO" and "IT" no index holds a term."""
    return len(word) > 1 and word.isupper() and not terms(word)


def shouted_pattern(word: str) -> re.Pattern[str]:
    """What finds such a word in a text as it is written."""
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")


def excluded_terms(word: str, language: str | None) -> list[tuple[str, ...]]:
    """What a text holds that has an excluded word, by its case: "american" is "u.s." as a name."""
    found = (tuple(terms(case, language)) for case in _cases(word))
    return list(dict.fromkeys(filter(None, found)))


def variants(word: str, term_of: Callable[[str], str | None]) -> Sequence[str]:
    """The terms that a word may have in a text, by its case: "polish" is "poland" as "Polish"."""
    return sorted({term for case in _cases(word) if (term := term_of(case)) is not None})


def _cases(word: str) -> tuple[str, ...]:
    return word, word.lower(), word.title(), word.upper()

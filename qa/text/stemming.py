"""The languages whose words are reduced to stems: which, and what belongs to no stem.

Measured on dictionaries of 25 languages, forms against their lemmas: see
`docs/adr/0011-languages.md`.
"""

from __future__ import annotations

import re
import threading
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Protocol, cast

from qa.text.languages import primary

ENGLISH: Final = "en"

STEMMED: Final = frozenset(
    """
    ar ca cs da de el en es et eu fi fr hu hy id it lt nl no pl pt ro ru sr sv tr
    """.split()  # noqa: SIM905 - a list of 26 strings reads worse
)
"""ISO 639-1, of Snowball's. Not those written with vowel signs (Hindi, Nepali, Tamil), at which a
word is cut in pieces, and not Irish, where it brings one form in twenty to its lemma."""

_OTHER_NAMES: Final = {"nb": "no", "nn": "no", "in": "id"}

_ELIDED: Final = {
    language: re.compile(rf"(?:{articles})'(?=\w)")
    for language, articles in {
        "ca": "[dlmnst]",
        "fr": "[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu",
        "it": "[cdlmstv]|un|gl|all|dall|dell|nell|sull|coll|pell|agl|dagl|degl|negl|sugl",
    }.items()
}
"""Articles and the like before a vowel, as Lucene's filters have them: "l'élection"."""

_PLURAL: Final = {"pt": (re.compile("[õo]es$"), "ão")}
"""Endings that Snowball leaves: "eleições" is no form of "eleição" to it."""


_SUFFIXED: Final = {"tr": re.compile("(?<=\\w)'.*")}
"""What an apostrophe parts from a name ("Ankara'nın"), as Lucene's filter has it: Snowball cuts
other letters from the name alone."""


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


_local = threading.local()


@lru_cache(maxsize=1_000)
def analysed_as(tag: str | None) -> str:
    """The language by whose rules a text is analysed.

    Args:
        tag: The BCP 47 tag of its language; None where it is not known.

    Returns:
        One of `STEMMED`; English where the language is unknown or not among them: its words are
        found as they are written, less English endings.
    """
    name = primary(tag or ENGLISH)
    language = _OTHER_NAMES.get(name, name)
    return language if language in STEMMED else ENGLISH


def tags_of(language: str) -> list[str]:
    """The primary tags of texts that are analysed as one of `STEMMED`."""
    return [language, *(tag for tag, name in _OTHER_NAMES.items() if name == language)]


def languages_of(tags: Iterable[str | None]) -> tuple[str, ...]:
    """Those by whose rules texts are analysed, each once, English first; of no text, English."""
    found = {analysed_as(tag) for tag in tags} or {ENGLISH}
    return tuple(sorted(found, key=lambda language: (language != ENGLISH, language)))


def stemmer(language: str) -> _Stemmer:
    """A language's stemmer, the caller's thread's own: it keeps state between calls."""
    known: dict[str, _Stemmer] = _local.__dict__
    if language not in known:
        import Stemmer

        known[language] = cast(_Stemmer, Stemmer.Stemmer(language))
    return known[language]


def base(word: str, language: str) -> str:
    """A word in lower case without the article elided before it, or the suffix parted from it.

    Args:
        word: With straight apostrophes.
        language: One of `STEMMED`.
    """
    lowered = unicodedata.normalize("NFKC", word).replace("İ", "i").lower()
    if language in _SUFFIXED:
        return _SUFFIXED[language].sub("", lowered)
    elided = _ELIDED.get(language)
    return elided.sub("", lowered, count=1) if elided and elided.match(lowered) else lowered


def stem(word: str, language: str) -> str:
    """A word's stem, accents and all: without them, stemmers know fewer endings.

    Args:
        word: As `base` gives it.
        language: One of `STEMMED`.
    """
    if language in _PLURAL:
        ending, singular = _PLURAL[language]
        word = ending.sub(singular, word)
    return stemmer(language).stemWord(word)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Common words, in lower case with their accents; none where the language has no list.

    Args:
        language: One of `STEMMED` but English, whose list is `qa.text.analysis.STOP_WORDS`.
    """
    return frozenset().union(*_lists().get(language, {}).values())


@cache
def asking_words(language: str) -> frozenset[str]:
    """The words that questions ask with: "wann", "quién"."""
    return _lists().get(language, {}).get("asking", frozenset())


@cache
def told_by_words() -> tuple[str, ...]:
    """The languages whose common words are known, English first."""
    return tuple(sorted(_lists(), key=lambda language: (language != ENGLISH, language)))


@cache
def _lists() -> dict[str, dict[str, frozenset[str]]]:
    text = (Path(__file__).parent / "stop_words.toml").read_text(encoding="utf-8")
    return {
        language: {kind: frozenset(words.split()) for kind, words in lists.items()}
        for language, lists in tomllib.loads(text).items()
    }

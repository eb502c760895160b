"""From text to index terms: the one analysis that passages and questions share.

Words are folded (case, accents), common English words dropped, the rest reduced to their Snowball
(Porter2) stem. Numbers keep their digits, so "1,238" and "1238" are one term. Names of countries
are one term whatever their form: "US", "United States" and "American" (`qa.countries`).
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from functools import lru_cache
from typing import Final, Protocol, cast

from qa.countries import ALIASES

VERSION: Final = "en-snowball-1"
"""Stored in the manifest; raise it whenever `terms` gives other output for the same text."""

STOP_WORDS: Final = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being
    below between both but by can could did do does doing down during each few for from further
    had has have having he her here hers herself him himself his how i if in into is it its itself
    just many me more most much my myself no nor not now of off on once only or other our ours
    ourselves out over own s same she should so some such t than that the their theirs them
    themselves then there these they this those through to too under until up us very was we were
    what when where which while who whom whose why will with would you your yours yourself
    yourselves
    """.split()  # noqa: SIM905 - a list of 150 strings reads worse
)
"""The Snowball project's English list without contractions, which the tokenizer splits, and with
"many" and "much": they come from "how many", not from what is asked about."""

# In order: names of two words, dotted initials (U.S.), numbers (1,238 or 52.9), words.
_TWO_WORDS = "|".join(alias.replace("_", r"\s+") for alias in ALIASES if "_" in alias)
_TOKEN = re.compile(
    rf"\b(?:{_TWO_WORDS})\b|(?:[^\W\d_]\.){{2,}}|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|\w+"
)
_APOSTROPHE = re.compile(r"['’]s?$|['’]")
"""A possessive ending, or an apostrophe within a word (O'Brien, don't)."""


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


_local = threading.local()


def _stemmer() -> _Stemmer:
    # A Snowball stemmer keeps state between calls and must not be shared by threads.
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    return cast(_Stemmer, _local.stemmer)


@lru_cache(maxsize=200_000)
def term(token: str) -> str | None:
    """The index term of one token, or None for a stop word."""
    if token[0].isdigit():
        return token.replace(",", "")
    name = "_".join(_APOSTROPHE.sub("", token).split())
    if name in ALIASES:
        return _stemmer().stemWord(ALIASES[name])
    word = "".join(fold(token).replace(".", "").split())  # unfolded, "ﷺ" is four words
    if word in STOP_WORDS:
        return None
    word = _APOSTROPHE.sub("", word)
    if not word or word in STOP_WORDS:
        return None
    return _stemmer().stemWord(word)


def fold(text: str) -> str:
    """Lower case without accents: "Málaga" gives "malaga"."""
    if text.isascii():
        return text.lower()
    # Decomposed before and after: a styled capital is a capital only once it is decomposed, and
    # folding may yield letters that can be decomposed again.
    folded = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def tokens(text: str) -> list[re.Match[str]]:
    """The tokens of a text with their offsets, stop words included."""
    return list(_TOKEN.finditer(text))


def terms(text: str) -> list[str]:
    """The index terms of a text, in order, with repeats."""
    found = (term(token) for token in _TOKEN.findall(text))
    return [t for t in found if t is not None]


def idf(passages: int, document_frequency: int) -> float:
    """Inverse document frequency as in Lucene's BM25: log(1 + (N - df + .5) / (df + .5)); > 0."""
    return math.log(1 + (passages - document_frequency + 0.5) / (document_frequency + 0.5))

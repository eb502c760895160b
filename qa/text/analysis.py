"""From text to index terms: the one analysis that passages and questions share.

It follows the language of the article (`qa.text.stemming`): common words are dropped, the rest
folded (case, accents) and reduced to their Snowball stem, in English by Porter2. Numbers keep their
digits, so "1,238" and "1238" are one term. Names of countries are one term whatever their form:
"US", "United States" and "American" (`qa.text.countries`).

Spellings of one thing give one term:

- A contraction is the word before it: "Toronto's" gives "toronto", "they've" and "didn't" are stop
  words as "they" and "did" are.
- Initials are run together: "B.C." and "BC", "J. D. Vance" and "JD Vance".
- A code of letters and digits is one term without its hyphen, and without a plural s: "F-16",
  "F16s"; "G7", "H5N1", "YR4", "5G". A word or a longer abbreviation with a number is two, because
  people write either part alone: "COVID-19", "Covid19"; "MH370", "Flight 370".
- Figures of other scripts are those of ours: "٣٫٥" is "3.5", "४०" is "40".
- An ordinal is its number: "July 4th". A unit or a magnitude is a term of its own: "30kg", "£4m".

Chinese and Japanese are written without spaces: each pair of neighbouring letters is a term, and a
letter alone where it has no neighbour (Nie, Ren, "Chinese information retrieval: using characters
or words?", IP&M 1999). Languages without a stemmer, and texts whose language is not known, are
analysed as English: they are found by their words as they are written.

In other languages than English a point or comma before three digits parts thousands, else it is
the decimal one, so that "41.000" and "41,000" are one term, and "3,5" and "3.5".
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Final

from qa.text.countries import ALIASES
from qa.text.stemming import ENGLISH, analysed_as, base, stem, stemmer, stop_words

VERSION: Final = "snowball-6"
"""Stored in the manifest; raise it whenever `terms` gives other output for the same text."""

STOP_WORDS: Final = frozenset(
    """
    a about above after again against ain't all am an and any are as at be because been before being
    below between both but by can can't cannot could did do does doing down during each few for from
    further had has have having he her here hers herself him himself his how i if in into is it its
    itself just let's many me more most much my myself no nor not now of off on once only or other
    our ours ourselves out over own s same shan't she should so some such t than that the their
    theirs them themselves then there these they this those through to too under until up us very
    was we were what when where which while who whom whose why will with won't would you your yours
    yourself yourselves
    """.split()  # noqa: SIM905 - a list of 160 strings reads worse
)
"""The Snowball project's English list, with "many" and "much": they come from "how many", not from
what is asked about. Of its contractions, those that are no stop word once their ending is off."""

_PREFIXES = "act|age|day|mid|non|one|per|pre|sub|top|two"
_HYPHENATED = "|".join([*(w for w in sorted(STOP_WORDS) if 2 <= len(w) <= 3), _PREFIXES])
"""Words that a hyphen joins to a number they are no code with: "10-to-1", "mid-90", "top-5"."""
_TWO_WORDS = "|".join(alias.replace("_", r"\s+") for alias in ALIASES if "_" in alias)
MARKS: Final = "".join(
    char for char in map(chr, range(0x300, 0xE00)) if unicodedata.category(char).startswith("M")
)
"""Vowel signs and accents that stand behind their letter, up to the scripts without spaces (Thai,
Khmer, Burmese), whose texts they part into something like words."""

_MARK = re.compile(f"[{MARKS}]")
_HYPHEN = "[-\u2010\u2011]"
CJK: Final = (
    "\u3005\u3006\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
"""The letters of Chinese and Japanese, as a range of a regular expression."""

_CJK_RUN = re.compile(f"[{CJK}]+")
_PATTERN: Final = rf"""
    (?=\w) (?:  # else every space and comma is held against all that follows
    \b (?:{_TWO_WORDS}) \b
    # words of four letters and more; none of the next begins with one
    | {{L}}{{4,}}(?:['’‘]{{L}}+)*
    # initials: U.S. or U.S, J. D.
    | \b {{L}} (?: (?:\.{{L}})+\b\.? | \.(?:[ ]{{L}}\.)+ )
    # two letters around an ampersand: AT&T, R&D
    | \b {{L}}{{1,2}} & {{L}}{{1,2}} \b
    # codes that begin with letters: F-16, M7.5, H5N1; of two or three letters, only with one digit
    | \b (?: {{L}}{_HYPHEN}?\d+(?:\.\d+)*
           | (?={{L}}{{2,3}}{_HYPHEN}?\d(?!\d|[.,]\d)) (?!(?i:{_HYPHENATED}){_HYPHEN})
             {{L}}{{2,3}}{_HYPHEN}?\d )
      (?:{{L}}{{1,2}}\d+)* (?:{{L}}{{1,2}}\b)?
    # codes that begin with digits: 4x4, 5G, 3-D; not magnitudes and units (4m), not 5-a-side
    | \d+ (?: (?:{{L}}\d+)+ | {_HYPHEN}?(?!(?i:[bhklmpsx])){{L}}\b(?!{_HYPHEN}|\.\w) )
    # ordinals and numbers: 4th, 1,238, 52.9
    | \d+(?:st|nd|rd|th)\b
    | \d+(?:[.,٫٬]\d+)*
    # words; what is no letter and no digit, but no punctuation either
    | {{L}}+(?:['’‘]{{L}}+)*
    | \w+
    )
    """
_TOKEN = re.compile(_PATTERN.replace("{L}", r"[^\W\d_]"), re.VERBOSE)
_MARKED = re.compile(_PATTERN.replace("{L}", rf"(?:[^\W\d_][{MARKS}]*)"), re.VERBOSE)
"""The same where vowel signs may stand behind letters: half as quick again."""
_ENDING = re.compile(r"'(?:s|m|re|ve|d|ll)?$|n't$")
"""What a contraction or a possessive adds: "Toronto's", "mayors'", "we'll", "didn't"."""
_APOSTROPHES: Final = str.maketrans("’‘ʼ", "'''")
_PLAIN: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe",
     "þ": "th", **dict.fromkeys("ʹʻʾʿ", "")}
)  # fmt: skip
"""Letters that Unicode does not decompose, as they are typed where keyboards have none of them."""
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_ARABIC_SIGNS: Final = str.maketrans("٫٬", ".,")
"""The decimal sign and that of thousands."""
_FIGURE_ENDING = re.compile(r"^(\d+)(?:st|nd|rd|th)$|(?<=\d)s$")


Analyser = Callable[[str], str | None]


def term(token: str, language: str | None = None) -> str | None:
    """The index term of one token, or None for a stop word.

    Args:
        token: As `tokens` gives it.
        language: The tag of its text's language, see `analysed_as`.
    """
    return _analyser(analysed_as(language))(token)


@cache
def _analyser(language: str) -> Analyser:
    """What gives the term of a token of a language; it remembers the last ones."""
    if language == ENGLISH:
        return lru_cache(maxsize=200_000)(_english)
    return lru_cache(maxsize=50_000)(partial(_other, language))


def _english(token: str) -> str | None:
    if any(c.isdecimal() for c in token):
        return _figure(fold(_in_our_figures(token)))
    token = token.translate(_APOSTROPHES)
    if (name := _name(token)) is not None:
        return name
    word = "".join(fold(token).replace(".", "").split())  # unfolded, "ﷺ" is four words
    while word and word not in STOP_WORDS and (ending := _ENDING.search(word)):
        word = word[: ending.start()]  # "shouldn't've" has two
    if not word or word in STOP_WORDS:
        return None
    return stemmer(ENGLISH).stemWord(word.replace("'", "")) or None


def _other(language: str, token: str) -> str | None:
    if any(c.isdecimal() for c in token):
        return _figure(fold(_with_point(_in_our_figures(token))))
    token = token.translate(_APOSTROPHES)
    if (name := _name(token)) is not None:
        return name
    word = "".join(base(token, language).replace(".", "").split())
    common = stop_words(language)
    # A question word may be written with an accent that the list has not: "cuándo".
    if word in common or fold(word) in common:
        return None
    word = re.sub("'s?$", "", word).replace("'", "")  # an English name's: "Trump's"
    return fold(stem(word, language)) or None


def _name(token: str) -> str | None:
    """The term of a country by the name English has for it, or of letters around an ampersand."""
    if (name := _country_name(token)) in ALIASES:
        return stemmer(ENGLISH).stemWord(ALIASES[name])
    return fold(token) if "&" in token else None


def _in_our_figures(token: str) -> str:
    """A number or a code with the figures 0 to 9: Arabic and Indian ones are others."""
    if token.isascii():
        return token
    plain = token.translate(_ARABIC_SIGNS)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


def _with_point(figure: str) -> str:
    """A number as English writes it: "1.238,50" gives "1238.50"."""
    return _DECIMAL_COMMA.sub(".", _THOUSANDS.sub("", figure))


def _figure(token: str) -> str:
    """A number or a code: without commas and hyphens, an ordinal's ending and a plural's."""
    return _FIGURE_ENDING.sub(r"\1", re.sub(rf",|{_HYPHEN}", "", token))


def _country_name(token: str) -> str:
    """A token as `ALIASES` writes it."""
    if "." in token:  # initials, which mean the same in lower case: "the u.s. economy"
        return "".join(c for c in token if c.isalpha()).upper()
    return "_".join(_ENDING.sub("", token).split())


def fold(text: str) -> str:
    """Lower case without accents and strokes: "Málaga" gives "malaga", "Łódź" "lodz"."""
    if text.isascii():
        return text.lower()
    # Decomposed before and after: a styled capital is a capital only once it is decomposed, and
    # folding may yield letters that can be decomposed again.
    folded = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class Pair:
    """One or two letters of a text written without spaces; read like a match."""

    text: str
    first: int

    def group(self) -> str:
        """The letters."""
        return self.text

    def start(self) -> int:
        """Where the first stands."""
        return self.first

    def end(self) -> int:
        """One past the last."""
        return self.first + len(self.text)


Token = re.Match[str] | Pair


def tokens(text: str) -> list[Token]:
    """The tokens of a text with their offsets, stop words included; pairs of letters overlap."""
    found: list[Token] = []
    pattern = _pattern_of(text)
    at = 0
    for run in _CJK_RUN.finditer(text):
        found += pattern.finditer(text, at, run.start())
        found += (Pair(letters, run.start() + i) for i, letters in enumerate(pairs(run.group())))
        at = run.end()
    found += pattern.finditer(text, at)
    return found


def _pattern_of(text: str) -> re.Pattern[str]:
    return _TOKEN if text.isascii() or not _MARK.search(text) else _MARKED


def pairs(letters: str) -> list[str]:
    """Each two neighbours of a run of letters; one that is alone by itself."""
    return [letters[i : i + 2] for i in range(max(len(letters) - 1, 1))]


def terms(text: str, language: str | None = None) -> list[str]:
    """The index terms of a text, in order, with repeats.

    Args:
        text: Any.
        language: The tag of its language, see `analysed_as`.
    """
    if text.isascii() or not _CJK_RUN.search(text):
        written = _pattern_of(text).findall(text)
    else:
        written = [token.group() for token in tokens(text)]
    term_of = _analyser(analysed_as(language))
    return [t for token in written if (t := term_of(token)) is not None]


def idf(passages: int, document_frequency: int) -> float:
    """Inverse document frequency as in Lucene's BM25: log(1 + (N - df + .5) / (df + .5)); > 0."""
    return math.log(1 + (passages - document_frequency + 0.5) / (document_frequency + 0.5))

"""In which language a question wants its articles, in words: "articles in German", "auf Deutsch".

"In German" is read only where it can mean nothing else: after a word for articles or reporting and
before what they are about ("in German hospitals" is a place), or apart from the question, at its
beginning or end; and not where a question is about a language ("How do you say ferry in German?").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from qa.text.languages import tags_by_name


class Wanted(NamedTuple):
    """A language asked for: its tag, and the part of the question that says so."""

    tag: str
    start: int
    end: int


Has = Callable[[str], bool]
"""Whether the archive has articles of a language, by its tag."""

_NAME = r"(?P<name>[^\W\d_]+)"
_IN = re.compile(rf",? ?\b(?:(?:written|published) )?in (?:the )?{_NAME}(?: language)?", re.I)
_THEN = re.compile(
    r"\W*$|,|:|\)| (?:about|on|of|over|concerning|regarding|since|from|by|during|before|after|until"
    r"|that|which|mention\w*|say|report|with|for)\b",
    re.IGNORECASE,
)
"""What follows a language but no adjective: "articles in German about", not "in German hospitals".
Nor "and": which of two languages is meant cannot be told."""
_ADJECTIVE = re.compile(rf"\b{_NAME}[- ]language (?=(?:articles?|news|coverage|reports?)\b)", re.I)
_FIRST = re.compile(rf"^in {_NAME}[:,] ?", re.IGNORECASE)
_LAST = re.compile(rf"(?P<apart>,| \(| [–—-])? ?in {_NAME}\)?(?=[.!?]*$)", re.IGNORECASE)
_ASKS = re.compile(
    r"\?|^(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had"
    r"|can|could|will|would|should)\b",
    re.IGNORECASE,
)
_OF_WORDS = re.compile(
    r"\b(?:say|says|said|call\w*|words?|term|mean\w*|translat\w+|sp[eo]ak\w*|spoke\w*|speech|sang"
    r"|sung|sing\w*|names?|named|pronounc\w+|spel[lt]\w*|language|phrase|written|wrote|book|books"
    r"|sag\w*|hei(?:ß|ss)\w*|nenn\w*|wort|wörter|bedeut\w*|überset\w+|spr[aeio]ch\w*|rede|buch"
    r"|dice\w*|dij\w+|decir|llam\w+|palabras?|signific\w+|traduc\w+|habl\w+|discurso|libros?"
    r"|dit|dire|appel\w+|mots?|signifi\w+|tradui\w+|parl\w+|discours|livres?"
    r"|detto|dire|chiam\w+|parol[ae]|tradu\w+|discorso|libr[oi]"
    r"|diz\w*|disse\w*|cham\w+|palavras?|fal\w+|livros?"
    r"|zeg\w*|noem\w*|woord\w*|beteken\w+|vertaal\w*|spreek\w*|sprak\w*|toespraak|boek\w*)\b",
    re.IGNORECASE,
)
"""A question about a language, or about what somebody says in it."""

_NATIVE: Final = {
    "de": ("auf", "Artikel|Berichte|Meldungen|Nachrichten|Texte"),
    "es": ("en", "artículos|noticias|textos"),
    "fr": ("en", "articles|nouvelles|textes"),
    "it": ("in", "articoli|notizie|testi"),
    "pt": ("em", "artigos|notícias|textos"),
    "nl": ("in het", "artikelen|berichten|nieuws|teksten"),
}
"""By language, what it says before the name of one, and what it calls articles."""

_PATTERNS: Final = {
    language: re.compile(
        rf"(?:\b(?:{nouns}) |^|(?P<apart>,)? ?(?<=\W)){how} {_NAME}(?P<last>(?=\W*$))?", re.I
    )
    for language, (how, nouns) in _NATIVE.items()
}


def after_noun(text: str, at: int, has: Has) -> Wanted | None:
    """A language at a place of a text, after a word for articles: " in German about …"."""
    found = _IN.match(text, at)
    if found is None or not _THEN.match(text, found.end()):
        return None
    return _wanted("en", found, has)


def apart(text: str, has: Has) -> Wanted | None:
    """A language that is asked for besides a question, at its beginning, end, or before a noun."""
    if found := _ADJECTIVE.search(text):
        return _wanted("en", found, has)
    if (found := _FIRST.match(text)) and (wanted := _wanted("en", found, has)):
        return wanted
    is_about_words = _OF_WORDS.search(text) is not None
    if (found := _LAST.search(text)) and not is_about_words:
        clear = found["apart"] or not _ASKS.search(text)
        if clear and (wanted := _wanted("en", found, has)):
            return wanted
    for language, pattern in _PATTERNS.items():
        for found in pattern.finditer(text):
            noun = not found.group().lower().lstrip(" ,").startswith(_NATIVE[language][0])
            placed = found.start() == 0 or found["last"] is not None
            if (noun or (placed and not is_about_words)) and (
                wanted := _wanted(language, found, has)
            ):
                return wanted
    return None


def _wanted(language: str, found: re.Match[str], has: Has) -> Wanted | None:
    tag = tags_by_name(language).get(found["name"].lower())
    return Wanted(tag, found.start(), found.end()) if tag and has(tag) else None

"""What a question asks for: its terms, its names and figures, and the type of its answer.

Answer types by the question's words: Li, Roth, "Learning Question Classifiers" (COLING 2002), cut
down to the types whose presence in a sentence can be told by rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from qa.analysis import term, terms, tokens

AnswerType = Literal["number", "date", "name", "reason", "other"]

# Tried in order; the first that matches decides. A question word in the middle of a clause ("what
# was he wearing when he arrived") asks nothing, so position counts.
_ASKS = (
    r"^(?:(?:and|but|so|by|to|from|of|for|in|on|at|with|since|until|during|under|about|after|before"
    r"|besides) )?"
)
_AUXILIARY = r"(?:do|does|did|is|are|was|were|will|has|have|had|can|could|would|should|might|may)"
_UP_TO_TWO_WORDS = r"(?:[\w'’-]+ ){0,2}"
_QUESTIONS: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            rf"{_ASKS}when\b|\bwhen {_AUXILIARY}\b|\bhow (?:recently|soon|long ago)\b"
            rf"|(?:\b(?:what|which) {_UP_TO_TWO_WORDS}|^)(?:years?|dates?|days?|months?|decades?"
            r"|century|centuries|time of year|season)\b"
        ),
    ),
    (
        "number",
        re.compile(
            rf"\bhow (?!{_AUXILIARY}\b|come\b|to\b|the\b|exactly\b)\w+"
            rf"|(?:\b(?:what|which) {_UP_TO_TWO_WORDS}|^)(?:percentage|percent|share|numbers?"
            r"|proportion|fraction|amount|rate|price|size|figures?|cost|total|margin|odds|tonnage"
            r"|score|budget|toll|temperature|speed|age|length|height|weight|value)\b"
            r"|\b(?:number|amount|percentage) of\b|\b(?:tonnage|percentage|total)\s*\??$"
        ),
    ),
    (
        "reason",
        re.compile(r"\bwhy\b|\bhow come\b|\bwhat (?:caused|led|prompted|motivated)\b|\breasons?\b"),
    ),
    (
        "name",
        re.compile(
            rf"{_ASKS}(?:who|whom|whose|where|which)\b|\b(?:who|where) {_AUXILIARY}\b"
            rf"|\bwhat {_UP_TO_TWO_WORDS}(?:person|company|country|city|town|place|state|region"
            r"|name|organi[sz]ation|agency|group|team|museum|island|newspaper|website|law|party)\b"
        ),
    ),
)

_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen"
    r"|hundred|thousand|million|billion|trillion|half|third|quarter|twice|double|once|percent"
    r"|per cent)s?\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b1\d{3}s?\b|\b20\d\ds?\b|\b(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December|Jan|Feb|Sept|Oct|Nov|Dec|Monday|Tuesday|Wednesday|Thursday"
    r"|Friday|Saturday|Sunday)\b|\b\d+(?:st|nd|rd|th)\b|\b(?:yesterday|today|tomorrow|decades?"
    r"|years?|months?|weeks?|days?|century)\b"
)
_NAME = re.compile(r"\b[A-Z][\w’'-]*[a-z][\w’'-]*|\b[A-Z]{2,}\b")
_REASON = re.compile(
    r"\b(?:because|due to|owing to|since|so that|in order to|as a result|result(?:ed|ing) "
    r"(?:in|from)|caus(?:e[sd]?|ing)|reasons?|therefore|thus|led to|lead(?:s|ing)? to|citing"
    r"|thanks to|after)\b",
    re.IGNORECASE,
)
_OFFERS: dict[AnswerType, re.Pattern[str]] = {
    "number": _NUMBER,
    "date": _DATE,
    "name": _NAME,
    "reason": _REASON,
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question, analysed.

    Attributes:
        text: As asked.
        terms: Its index terms, in order, each once.
        names: Those of its terms that are names or figures: they must occur for an answer to be
            about the same thing.
        answer_type: What would answer it.
    """

    text: str
    terms: tuple[str, ...]
    names: frozenset[str]
    answer_type: AnswerType

    @classmethod
    def parse(cls, text: str) -> Question:
        """Analyse a question. Any text will do; an empty one has no terms."""
        lowered = text.lower()
        kinds = (kind for kind, pattern in _QUESTIONS if pattern.search(lowered))
        return cls(
            text=text,
            terms=tuple(dict.fromkeys(terms(text))),
            names=frozenset(_names(text)),
            answer_type=next(kinds, "other"),
        )

    def answer_type_in(self, sentence: str) -> float:
        """Whether a sentence offers something of the answer's type that the question does not say.

        Returns:
            1.0 if it does, 0.0 if not, 0.5 where the type cannot be told by rule.
        """
        pattern = _OFFERS.get(self.answer_type)
        if pattern is None:
            return 0.5
        if self.answer_type == "reason":
            return float(pattern.search(sentence) is not None)
        offered = {t for match in pattern.finditer(sentence) for t in terms(match.group())}
        return float(not offered <= set(self.terms))


def _names(text: str) -> Iterable[str]:
    """Terms of capitalised words after the first, and of figures."""
    for place, token in enumerate(tokens(text)):
        word = token.group()
        found = term(word)
        if found is None:
            continue
        if any(c.isdecimal() for c in word) or (place > 0 and word[0].isupper()):
            yield found

"""What a question asks for: its terms, its names and figures, and the type of its answer.

Answer types by the question's words: Li, Roth, "Learning Question Classifiers" (COLING 2002), cut
down to the types whose presence in a sentence can be told by rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from qa.analysis import idf, term, terms, tokens
from qa.protocols import LexicalIndex
from qa.records import Span
from qa.stemming import ENGLISH, asking_words

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
class Word:
    """A word of a question that is no stop word.

    Attributes:
        text: As written.
        span: Where it stands in the question.
        forms: Its index terms in the languages of the archive, each once; one where there is one
            language. It occurs where any of them does.
        is_name: A name or a figure: it must occur for an answer to be about the same thing.
        is_first: Whether the question begins with it.
    """

    text: str
    span: Span
    forms: tuple[str, ...]
    is_name: bool
    is_first: bool

    @property
    def term(self) -> str:
        """What it is known by among the question's words: the first of its forms."""
        return self.forms[0]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, analysed.

    An article is indexed by the rules of its language, and a question does not know in which it
    will be answered: so its names, and all its words where its own language is not told by them,
    are looked for in their forms in each language of the archive (`docs/adr/0011-languages.md`).

    Attributes:
        text: As asked.
        words: Its words, in order, with repeats.
        terms: All forms of its words, in order, each once: what is searched for.
        names: Those of its words that are names or figures, by `Word.term`.
        answer_type: What would answer it.
        languages: Those of the archive.
    """

    text: str
    words: tuple[Word, ...]
    terms: tuple[str, ...]
    names: frozenset[str]
    answer_type: AnswerType
    languages: tuple[str, ...]

    @classmethod
    def parse(cls, text: str, languages: Sequence[str] = (ENGLISH,)) -> Question:
        """Analyse a question. Any text will do; an empty one has no terms.

        Args:
            text: As asked.
            languages: Of the archive, as `qa.stemming.analysed_as` has them; at least one.
        """
        lowered = text.lower()
        kinds = (kind for kind, pattern in _QUESTIONS if pattern.search(lowered))
        words = tuple(_words(text, languages))
        return cls(
            text=text,
            words=words,
            terms=tuple(dict.fromkeys(form for word in words for form in word.forms)),
            names=frozenset(word.term for word in words if word.is_name),
            answer_type=next(kinds, "other"),
            languages=tuple(languages),
        )

    def held(self, text: str, language: str | None) -> set[str]:
        """Which of the question's words a text holds, by `Word.term`.

        Args:
            text: Of an article.
            language: The article's.
        """
        present = set(terms(text, language))
        return {word.term for word in self.words if not present.isdisjoint(word.forms)}

    def frequencies(self, lexical: LexicalIndex) -> Callable[[str], int]:
        """How many passages hold a word, by `Word.term`, in any of its forms."""
        forms: dict[str, set[str]] = {}
        for word in self.words:
            forms.setdefault(word.term, set()).update(word.forms)
        return lambda known: min(sum(map(lexical.document_frequency, forms[known])), len(lexical))

    def rarity(self, lexical: LexicalIndex) -> Callable[[str], float]:
        """A word's inverse document frequency, by `Word.term`."""
        frequency = self.frequencies(lexical)
        return lambda known: idf(len(lexical), frequency(known))

    def answer_type_in(self, sentence: str, language: str | None = None) -> float:
        """Whether a sentence offers something of the answer's type that the question does not say.

        Args:
            sentence: Of an article.
            language: The article's.

        Returns:
            1.0 if it does, 0.0 if not, 0.5 where the type cannot be told by rule.
        """
        pattern = _OFFERS.get(self.answer_type)
        if pattern is None:
            return 0.5
        if self.answer_type == "reason":
            return float(pattern.search(sentence) is not None)
        found = pattern.finditer(sentence)
        offered = {t for match in found for t in terms(match.group(), language)}
        return float(not offered <= set(self.terms))


def language_of(text: str, languages: Sequence[str]) -> str | None:
    """The language of a question among those of an archive, told by its common words.

    Questions are too short for the model that tells an article's language, but all except a few
    keywords have words like "wann wurde die": told by them among ten languages, 2,899 of SQuAD's
    2,910 questions are English.

    Returns:
        The language with most of them: two, or one that questions begin with ("Wo liegt"). One
        may be a word of another language: "war crimes". None where no language has the most.
    """
    written = [token.group() for token in tokens(text)]
    counts = {
        language: sum(term(word, language) is None for word in written) for language in languages
    }
    most = max(counts.values())
    found = [language for language, count in counts.items() if count == most]
    if len(found) > 1 or not most:
        return None
    [language] = found
    return language if most > 1 or written[0].lower() in asking_words(language) else None


def _words(text: str, languages: Sequence[str]) -> Iterable[Word]:
    """The words of a question, without the stop words of its language.

    Of an article's language a word that is a stop word there just has no form: "die" is one in
    German, and not what an English question about dying means.
    """
    own = language_of(text, languages) if len(languages) > 1 else None
    ordered = sorted(languages, key=lambda language: language != own)
    for place, token in enumerate(tokens(text)):
        word = token.group()
        if own is not None and term(word, own) is None:
            continue
        is_figure = any(c.isdecimal() for c in word)
        # Only a name is written alike in another language; any word with a capital may be one.
        looked_in = ordered if own is None or is_figure or word[0].isupper() else [own]
        found = (term(word, language) for language in looked_in)
        forms = tuple(dict.fromkeys(form for form in found if form is not None))
        if forms:
            is_name = is_figure or (place > 0 and word[0].isupper())
            yield Word(word, Span(token.start(), token.end()), forms, is_name, place == 0)

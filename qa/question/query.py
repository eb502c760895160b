"""What a question asks for: its terms, its names and figures, and the type of its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from qa.protocols import LexicalIndex
from qa.records import Span
from qa.text.analysis import idf, term, terms, tokens
from qa.text.answer_types import AnswerType, answer_type, offered
from qa.text.countries import ALIASES
from qa.text.stemming import ENGLISH, analysed_as, asking_words


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
            languages: Of the archive, as `qa.text.stemming.analysed_as` has them; at least one.
        """
        own = language_of(text, languages)
        words = tuple(_words(text, languages, own if len(languages) > 1 else None))
        return cls(
            text=text,
            words=words,
            terms=tuple(dict.fromkeys(form for word in words for form in word.forms)),
            names=frozenset(word.term for word in words if word.is_name),
            answer_type=answer_type(text, _asked_in(own, languages)),
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
        found = offered(self.answer_type, sentence, analysed_as(language))
        if found is None:
            return 0.5
        if self.answer_type == "reason":
            return float(bool(found))
        new = {t for match in found for t in terms(match, language)}
        return float(not new <= set(self.terms))


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


def _asked_in(own: str | None, languages: Sequence[str]) -> Sequence[str]:
    """The languages whose question words are looked for: English too, which asks of any archive."""
    if own is not None:
        return (own,) if own == ENGLISH else (own, ENGLISH)
    return (ENGLISH, *(language for language in languages if language != ENGLISH))


_IN_ANY_CASE: Final = {
    alias.replace("_", " ").lower(): term(alias.replace("_", " "))
    for alias in ALIASES
    if "." not in alias and alias not in ("US", "Polish", "Poles")
}
"""Names of countries as they are typed without capitals, but for those that are other words so."""

_COUNTRY = re.compile(
    rf"\b(?:{'|'.join(name.replace(' ', '[ ]+') for name in _IN_ANY_CASE)})\b", re.IGNORECASE
)


def _countries(text: str) -> dict[int, str]:
    """The term of the country whose name each letter of a text is a part of, in any case."""
    found: dict[int, str] = {}
    for match in _COUNTRY.finditer(text):
        country = _IN_ANY_CASE[" ".join(match.group().lower().split())]
        if country is not None:
            found |= dict.fromkeys(range(match.start(), match.end()), country)
    return found


def _words(text: str, languages: Sequence[str], own: str | None) -> Iterable[Word]:
    """The words of a question, without the stop words of its own language.

    Of an article's language a word that is a stop word there just has no form: "die" is one in
    German, and not what an English question about dying means.
    """
    ordered = sorted(languages, key=lambda language: language != own)
    countries = _countries(text) if own in (None, ENGLISH) else {}
    for place, token in enumerate(tokens(text)):
        word = token.group()
        if own is not None and term(word, own) is None:
            continue
        is_figure = any(c.isdecimal() for c in word)
        # Only a name is written alike in another language; any word with a capital may be one.
        looked_in = ordered if own is None or is_figure or word[0].isupper() else [own]
        found = [term(word, language) for language in looked_in]
        found.append(countries.get(token.start()))
        forms = tuple(dict.fromkeys(form for form in found if form is not None))
        if forms:
            is_name = is_figure or (place > 0 and word[0].isupper())
            yield Word(word, Span(token.start(), token.end()), forms, is_name, place == 0)

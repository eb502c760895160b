"""Does analysis by the language of the article find more, and does it cost English anything?

Words alone, by BM25, in one archive: SQuAD's paragraphs and short texts in other languages. Of some
of these texts four words are asked for, each in another form of the same lemma, as users do.
SQuAD's own questions say what the other languages cost those who ask in English.

    apt-get download fortunes-de fortunes-es fortunes-it; dpkg-deb -x … FOLDER
    pip install simplemma
    python -m benchmarks.languages de=FOLDER/…/de es=FOLDER/…/es it=FOLDER/…/it
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from benchmarks.question_sets import SHARED
from qa.lexical.inverted import InvertedIndex
from qa.question.compounds import COMPOUNDING, with_compounds
from qa.question.query import Question
from qa.segments import Segment
from qa.segments.segment import Indexed
from qa.text.analysis import term, terms, tokens
from qa.text.stemming import ENGLISH, stop_words

QUESTIONS: Final = 400
"""Of each language."""

WORDS: Final = 4
"""Asked for in each."""

TEXT_WORDS: Final = 90
"""Short texts are joined to as many, as long as the passages of articles are."""

TEXTS: Final = 1_200
"""Of each language at most: as many as SQuAD has paragraphs."""


class Text(NamedTuple):
    """A text and its language."""

    text: str
    language: str


class Asked(NamedTuple):
    """A question and the row of the one text that it is about."""

    question: str
    row: int


def main(arguments: Sequence[str]) -> None:
    folders = dict(argument.split("=", 1) for argument in arguments)
    archive, asked = _squad()
    questions = {ENGLISH: asked}
    for language, folder in sorted(folders.items()):
        start = len(archive)
        archive += [Text(text, language) for text in _texts(Path(folder))]
        rows = range(start, len(archive))
        questions[language] = _inflected(archive, rows, language)
        if language in COMPOUNDING:
            questions[f"{language} in two words"] = _apart(archive, rows, language)
    languages = (ENGLISH, *sorted(folders))
    print(f"{len(archive)} texts:", *(f"{n} {len(q)} questions" for n, q in questions.items()))

    def english_only(text: str, _: str) -> Iterable[str]:
        return dict.fromkeys(terms(text))

    def as_product(text: str, _: str) -> Iterable[str]:
        return Question.parse(text, languages).terms

    def own_form(text: str, language: str) -> Iterable[str]:
        return Question.parse(text, (language,)).terms

    def joined(text: str, _: str) -> Iterable[str]:
        return with_compounds(Question.parse(text, languages), by_language).terms

    as_english = _index(archive, lambda _: ENGLISH)
    by_language = _index(archive, lambda text: text.language)
    alone = _index([text for text in archive if text.language == ENGLISH], lambda _: ENGLISH)
    for name, index, ask in (
        ("English endings for all", as_english, english_only),
        ("each text by its language", by_language, as_product),
        ("the same, compounds joined as in the product", by_language, joined),
        ("the same, the questions' languages known", by_language, own_form),
        ("English texts alone, asked as if there were others", alone, as_product),
        ("English texts alone", alone, english_only),
    ):
        found = {n: _found(index, q, ask, n[:2]) for n, q in questions.items()}
        shown = (f"{n} {first:.3f} {ten:.3f}" for n, (first, ten) in found.items())
        print(f"{name}: hit@1, hit@10:", *shown, sep="  ")


def _found(
    index: InvertedIndex,
    questions: Sequence[Asked],
    ask: Callable[[str, str], Iterable[str]],
    language: str,
) -> tuple[float, float]:
    ranks = []
    for question, row in questions:
        rows = [hit.row for hit in index.search(list(ask(question, language)), 10)]
        ranks.append(rows.index(row) if row in rows else 99)
    return float(np.mean(np.asarray(ranks) == 0)), float(np.mean(np.asarray(ranks) < 10))


def _index(archive: Sequence[Text], language_of: Callable[[Text], str]) -> InvertedIndex:
    rows = [
        Indexed(number, terms(text.text, language_of(text)))
        for number, text in enumerate(archive, 1)
    ]
    vectors = np.zeros((len(rows), 1), dtype=np.float32)
    return InvertedIndex([Segment.build("languages", rows, vectors)])


def _squad() -> tuple[list[Text], list[Asked]]:
    def rows(name: str) -> list[dict[str, Any]]:
        with (SHARED / "data" / "squad2" / name).open(encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    paragraphs = rows("corpus.jsonl")
    place = {row["_id"]: number for number, row in enumerate(paragraphs)}
    asked = [
        Asked(row["text"], place[row["metadata"]["paragraph_id"]])
        for row in rows("queries.jsonl")
        if not row["metadata"]["is_impossible"]
    ]
    return [Text(f"{row['title']}\n{row['text']}", ENGLISH) for row in paragraphs], asked


def _texts(folder: Path) -> list[str]:
    """The texts of files of fortunes, joined."""
    found, joined = [], ""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix != ".dat":
            for text in path.read_text(encoding="utf-8", errors="ignore").split("\n%\n"):
                joined += f"{text}\n"
                if len(joined.split()) >= TEXT_WORDS:
                    found.append(joined)
                    joined = ""
    return random.Random(0).sample(found, min(TEXTS, len(found)))  # noqa: S311 - no secret


def _inflected(archive: Sequence[Text], rows: Sequence[int], language: str) -> list[Asked]:
    """Four words of some texts, each in another form of the same lemma."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    known = DefaultDictionaryFactory().get_dictionary(language)
    lemma = {_text(form): _text(name) for form, name in known.items()}
    forms: dict[str, list[str]] = defaultdict(list)
    for form, name in lemma.items():
        if form.isalpha():
            forms[name].append(form)
    draw = random.Random(language)  # noqa: S311 - a sample, no secret
    asked = []
    for row in draw.sample(rows, len(rows)):
        written = {token.group() for token in tokens(archive[row].text)}
        others = {
            word: [other for other in forms[lemma[word]] if other[:2] == word[:2] and other != word]
            for word in sorted(written)
            if word in lemma and len(word) > 3 and word not in stop_words(language)
        }
        usable = [word for word, found in others.items() if found and term(word, language)]
        if len(usable) >= WORDS:
            words = (draw.choice(others[word]) for word in draw.sample(usable, WORDS))
            asked.append(Asked(" ".join(words), row))
        if len(asked) == QUESTIONS:
            break
    return asked


def _apart(archive: Sequence[Text], rows: Sequence[int], language: str) -> list[Asked]:
    """A compound of some texts in two words, neither of which the text has: "Ausbau des Hafens".

    With another word of the text besides. Nouns are those of simplemma's dictionary.
    """
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    known = {_text(name) for name in DefaultDictionaryFactory().get_dictionary(language).values()}
    nouns = {name.lower(): name for name in sorted(known) if len(name) > 3 and name[0].isupper()}
    draw = random.Random(language)  # noqa: S311 - a sample, no secret
    asked = []
    for row in draw.sample(rows, len(rows)):
        written = sorted({token.group() for token in tokens(archive[row].text)})
        found = [
            (nouns[word[:at].lower()], nouns[word[at:].lower()])
            for word in written
            for at in range(4, len(word) - 3)
            if word[:at].lower() in nouns and word[at:].lower() in nouns
        ]
        parts = [pair for pair in found if not set(pair) & set(written)]
        others = [word for word in written if len(word) > 4 and term(word, language)]
        if parts and others:
            first, second = draw.choice(parts)
            ending = "" if first.endswith(("e", "s")) else "s"
            asked.append(Asked(f"{second} des {first}{ending} {draw.choice(others)}", row))
        if len(asked) == QUESTIONS:
            break
    return asked


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


if __name__ == "__main__":
    main(sys.argv[1:])

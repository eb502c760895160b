"""Quotes read well alone: a sentence that leans on the one before brings it along."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from qa.answering.quotes import MAX_WORDS, select
from qa.passages import PassageSize, cut
from qa.records import Article, Passage

FIRST = "Ida Holm has led the council of Harrowmouth since the spring of 2019."
SECOND = "She wants the tram to be built."


class Found:
    """A candidate as far as `select` looks at it."""

    def __init__(self, article, passage, sentence):
        self.sentence = sentence
        self.hit = type("Hit", (), {"article": article, "passage": passage})()


def found_in(text, *, only=None):
    """Candidates of a text's passages; `only` one of them was found."""
    article = Article(id="a", title="Tram", text=text, source="a.txt")
    found = []
    for number, part in enumerate(cut(text, PassageSize(20))):
        if only is None or number == only:
            own = text[part.start : part.end]
            passage = Passage(number, "a", number, part.start, part.end, own, part.sentences)
            found += [Found(article, passage, sentence) for sentence in part.sentences]
    return found


def quotes_of(text, best, *, only=None):
    found = found_in(text, only=only)
    scores = [10.0 * (text[c.sentence.start : c.sentence.end] == best) for c in found]
    chosen = select(found, np.asarray(scores, dtype=np.float32))
    return [quote.article.text[quote.start : quote.end] for quote in chosen]


FILLER = " ".join(f"The {word} stayed shut all day because of the snow." for word in "abcdefgh")


@pytest.mark.parametrize("between", [" ", "\n", "\n\n"])
def test_a_pronoun_at_the_head_brings_the_sentence_before(between):
    text = f"{FIRST}{between}{SECOND} {FILLER}"
    assert quotes_of(text, SECOND)[0] == f"{FIRST}{between}{SECOND}"


def test_also_where_the_sentence_before_is_in_a_passage_that_was_not_found():
    first = FIRST.replace("since", "and its committee for roads, trams and harbours since")
    text = f"{first} {SECOND} {FILLER}"
    passages = cut(text, PassageSize(20))
    assert text[passages[1].start :].startswith(SECOND)
    assert quotes_of(text, SECOND, only=1)[0] == f"{first} {SECOND}"


def test_a_sentence_that_stands_alone_or_comes_first_is_quoted_alone():
    assert quotes_of(f"{SECOND} {FILLER}", SECOND)[0] == SECOND
    assert quotes_of(f"{SECOND} {FILLER} {FIRST}", FIRST)[0] == FIRST


def test_a_long_sentence_is_not_brought_along():
    long = "The council met " + "and met " * (MAX_WORDS // 2) + "again."
    quote = quotes_of(f"{long} {SECOND} {FILLER}", SECOND)[0]
    assert SECOND in quote
    assert long not in quote


def test_quotes_do_not_overlap():
    text = f"{FIRST} {SECOND} {FILLER}"
    found = found_in(text)
    for seed in range(20):
        scores = np.random.default_rng(seed).normal(size=len(found)).astype(np.float32) * 5
        spans = sorted((quote.start, quote.end) for quote in select(found, scores))
        for (_, end), (start, _) in pairwise(spans):
            assert end <= start

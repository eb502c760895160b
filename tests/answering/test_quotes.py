"""Quotes read well alone: a sentence brings along what it leans on or leads to."""

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


def found_in(text, *, title="Tram", name="a", only=None):
    """Candidates of a text's passages; `only` one of them was found."""
    article = Article(id=name, title=title, text=text, source="a.txt")
    found = []
    for number, part in enumerate(cut(text, PassageSize(20))):
        if only is None or number == only:
            own = text[part.start : part.end]
            passage = Passage(number, name, number, part.start, part.end, own, part.sentences)
            found += [Found(article, passage, sentence) for sentence in part.sentences]
    return found


def quotes_of(text, best, *, title="Tram", only=None):
    return quotes_scored(text, {best: 10.0}, title=title, only=only)


def quotes_scored(text, scores, *, others=0.0, title="Tram", only=None):
    """What is quoted of a text if its sentences have these scores."""
    found = found_in(text, title=title, only=only)
    scored = [scores.get(text[c.sentence.start : c.sentence.end], others) for c in found]
    chosen = select(found, np.asarray(scored, dtype=np.float32))
    return [quote.article.text[quote.start : quote.end] for quote in chosen]


FILLER = " ".join(f"The {word} stayed shut all day because of the snow." for word in "abcdefgh")
SPEAKER = "Lydia Crane, the minister, will decide in June."


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


@pytest.mark.parametrize(
    "spoken",
    [
        '"I will not be rushed," she said.',
        "“I will not be rushed,” said she, and left.",
        '"I will not be rushed. I never was."',
        "‘I’ll wait,’ she added.",
    ],
)
def test_what_somebody_says_brings_who_it_is(spoken):
    assert quotes_of(f"{FILLER}\n{SPEAKER} {spoken} {FILLER}", spoken)[0] == f"{SPEAKER} {spoken}"


@pytest.mark.parametrize(
    "spoken",
    [
        '"I will not be rushed," said Lydia Crane.',
        "“I will not be rushed,” said Lydia Crane.",
        "„Wir haben keine Eile“, sagte Lydia Crane.",
        "« Nous avons le temps », a dit Lydia Crane.",
    ],
)
def test_what_is_said_by_name_is_quoted_alone(spoken):
    assert quotes_of(f"{FILLER} {spoken} {FILLER}", spoken)[0] == spoken


@pytest.mark.parametrize("said", ["„Das reicht nicht.“", "« C’est trop peu. »", "»Zu spät.«"])
def test_a_speech_in_other_quotation_marks_brings_who_speaks(said):
    assert quotes_of(f"{FILLER}\n{SPEAKER} {said} {FILLER}", said)[0] == f"{SPEAKER} {said}"


@pytest.mark.parametrize("last", ["„Das reicht uns.“", "(足りない。）", "ہمیں معلوم نہیں۔"])
def test_a_line_that_ends_within_quotation_marks_is_no_heading(last):
    line = f"The mayor said: {last}"
    text = f"{FILLER}\n\n{line}\n\n{FIRST}"
    assert quotes_scored(text, {line: 10.0}, others=-9.0)[0].endswith(last)


def test_letters_without_spaces_count_as_words():
    first = "塔恩港大桥将关闭至十月三日，车辆改走河岸街。"
    asked, answer = "为什么拖了这么久？", "市长没有回答这个问题，只说居民的安全最重要。"
    text = f"{first}{asked}{answer}"
    assert quotes_scored(text, {first: 10.0}, others=-9.0)[0] == first
    assert quotes_scored(text, {answer: 10.0}, others=-9.0)[0] == answer
    assert quotes_scored(text, {asked: 10.0}, others=-9.0)[0] == f"{asked}{answer}"


def test_who_speaks_may_stand_two_sentences_before():
    told = 'Walter Gibb, 81, came in last. "I stopped for tea," he said. "Twice."'
    assert quotes_of(f"{FILLER}\n{told}", '"Twice."')[0] == told


def test_a_question_or_a_heading_brings_what_follows_and_ends_no_quote():
    asked, answer = "When will there be a film?", "Never, if I am asked."
    text = f"{FILLER}\n\nOn critics\n\nMy sister reads them.\n\n{asked}\n\n{answer} {FILLER}"
    assert quotes_of(text, asked)[0] == f"{asked}\n\n{answer}"
    assert quotes_of(text, "On critics")[0] == "On critics\n\nMy sister reads them."
    before = FILLER.rpartition(". ")[2]
    assert quotes_scored(text, {before: 10.0, "On critics": 9.0})[0] == before


def test_what_says_nothing_alone_is_no_further_quote():
    after = "The minister smiled at the reporters."
    scores = {SPEAKER: 10.0, after: 9.0, "Twice over.": 4.0}
    chosen = quotes_scored(f"{SPEAKER} Twice over. {after} {FILLER}", scores, others=-9.0)
    assert "Twice over." not in chosen


def test_a_correction_is_quoted_with_what_is_right():
    wrong, right = "An article on Sunday gave the magnitude as 6.2.", "The correct figure is 6.4."
    text = f"{wrong} {right}\n\n{FILLER}"
    for best in (wrong, right):
        assert (
            quotes_of(text, best, title="Corrections and clarifications")[0] == f"{wrong} {right}"
        )
    assert quotes_of(text, wrong)[0] == wrong


def test_a_long_sentence_is_not_brought_along():
    long = "The council met " + "and met " * (MAX_WORDS // 2) + "again."
    quote = quotes_of(f"{long} {SECOND} {FILLER}", SECOND)[0]
    assert SECOND in quote
    assert long not in quote


def test_a_figure_in_words_that_differs_is_no_repetition():
    said = "The ferry Skerrin Lass hit Pier 2 on Friday and {} people were hurt, the office said."
    found, scores = [], []
    for name, number in enumerate(["seven", "nine", "seven"]):
        found += found_in(said.format(number), name=str(name))
        scores.append(9.0 - name)
    quotes = select(found, np.asarray(scores, dtype=np.float32))
    assert [quote.article.id for quote in quotes] == ["0", "1"]


def test_quotes_do_not_overlap():
    text = f"{FIRST} {SECOND} {FILLER}"
    found = found_in(text)
    for seed in range(20):
        scores = np.random.default_rng(seed).normal(size=len(found)).astype(np.float32) * 5
        spans = sorted((quote.start, quote.end) for quote in select(found, scores))
        for (_, end), (start, _) in pairwise(spans):
            assert end <= start


@pytest.mark.parametrize(
    ("names", "quoted"),
    [
        ({"a": {"ida", "holm"}, "b": {"holm"}, "c": {"ida", "holm"}}, ["a", "c"]),
        ({"a": {"ida"}, "b": set(), "c": set()}, ["a"]),
        ({"a": set(), "b": set(), "c": {"ida"}}, ["a", "b", "c"]),
    ],
)
def test_an_article_without_the_names_asked_for_is_not_quoted_beside_one_with_them(names, quoted):
    texts = {
        "a": "The tram to Kell will open in June.",
        "b": "Nobody in Orm has seen the bees since the frost.",
        "c": "A new bell was cast for the school at Wexcombe.",
    }
    found = [each for name, text in texts.items() for each in found_in(text, name=name)]
    scores = np.asarray([9.0, 5.0, 4.0], dtype=np.float32)
    chosen = select(found, scores, names_in=lambda article: names[article.id])
    assert [quote.article.id for quote in chosen] == quoted

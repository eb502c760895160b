from __future__ import annotations

import csv
import io
import json
import time
from dataclasses import replace

import pytest

from qa.archive import Archive
from qa.cli import main
from qa.exports.documents import render
from qa.facts import ArticlesAsked
from qa.question.understanding import understand
from qa.records import Article
from qa.replies.refusing import ORDER
from qa.replies.telling import _first_of, _held, _values
from qa.web.answer_html import _facts
from tests.question.test_understanding import AS_OF, KNOWN


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("Who wrote about the ferry?", "ferry", "who wrote those about “ferry”"),
        ("who else has written about the ferry crash", "ferry crash",
         "who wrote those about “ferry crash”"),
        ("Who has been reporting on the tram?", "tram", "who wrote those about “tram”"),
        ("Which journalists covered the strike?", "strike", "who wrote those about “strike”"),
        ("What reporters have written about the strike in May 2025?", "strike",
         "who wrote those about “strike”; from 2025-05-01 to 2025-05-31"),
        ("Who is the author of the article on the plant?", "plant",
         "who wrote those about “plant”"),
        ("Who wrote the latest article on the tram?", "tram", "who wrote the newest about “tram”"),
        ("By whom was the article on the tram written?", "tram", "who wrote those about “tram”"),
        ("Which papers reported on rain?", "rain", "who published those about “rain”"),
        ("Which newspapers have covered the closure of the mine?", "closure of the mine",
         "who published those about “closure of the mine”"),
        ("Where was the article on the mine published?", "mine",
         "who published those about “mine”"),
        ("Which news agencies reported on the mine?", "mine",
         "which agency sent those about “mine”"),
        ("When was the article on the bridge by Jennifer Zeng published?", "bridge",
         "when those about “bridge” came out; author Jennifer Zeng"),
        ("When did the Toronto Star first report the closure?", "closure",
         "when the first about “closure” came out; publisher Toronto Star"),
        ("How many articles are there?", "", "how many are those"),
        ("How many articles are there about rain?", "rain", "how many are those about “rain”"),
        ("How many articles in the archive mention rain?", "rain",
         "how many are those that mention “rain”"),
        ("How many articles did the Toronto Star publish about rain?", "rain",
         "how many are those about “rain”; publisher Toronto Star"),
        ("How many articles were published in March 2025?", "",
         "how many are those; from 2025-03-01 to 2025-03-31"),
        ("How many articles about rain were published in March 2025?", "rain",
         "how many are those about “rain”; from 2025-03-01 to 2025-03-31"),
        ("How many articles on rain are there by Jennifer Zeng?", "rain",
         "how many are those about “rain”; author Jennifer Zeng"),
        # The archive has none of these years.
        ("How many articles were published in 1999?", "",
         "how many are those; from 1999-01-01 to 1999-12-31"),
        ("Which papers reported on the flood in 1953?", "flood in 1953",
         "who published those about “flood in 1953”"),
        ("How many articles are there about exports from France?", "exports from France",
         "how many are those about “exports from France”"),
        ("Which papers covered the WHO?", "WHO", "who published those about “WHO”"),
        ("When did the Toronto Star last mention the tram?", "tram",
         "when the newest that mention “tram” came out; publisher Toronto Star"),
        ("Where was the article on the mayor first published?", "mayor",
         "who published those about “mayor”"),
        ("What is the Toronto Star's latest article about?", "",
         "which are the newest; publisher Toronto Star"),
        ("What was the first article written by Jennifer Zeng?", "",
         "which are the first; author Jennifer Zeng"),
        ("How many articles are there in German?", "", "how many are those; language German"),
        ("What has Jennifer Zeng written about?", "", "which are those; author Jennifer Zeng"),
        ("What did Jennifer Zeng write about in 2025?", "",
         "which are those; author Jennifer Zeng; from 2025-01-01 to 2025-12-31"),
        ("What is the newest article by Jennifer Zeng?", "",
         "which are the newest; author Jennifer Zeng"),
        ("What are the latest articles from the BBC about rain?", "rain",
         "which are the newest about “rain”; publisher BBC"),
        ("Which articles are about rain?", "rain", "which are those about “rain”"),
        ("What articles are there about rain?", "rain", "which are those about “rain”"),
        ("Which articles mention rain?", "rain", "which are those that mention “rain”"),
        ("Which articles were published in March 2025?", "",
         "which are those; from 2025-03-01 to 2025-03-31"),
        ("Are there any articles about rain?", "rain", "which are those about “rain”"),
        ("Do you have an article on rain in the archive?", "rain",
         "which are those about “rain”"),
        ("Please list all articles about rain by Jennifer Zeng.", "rain",
         "which are those about “rain”; author Jennifer Zeng"),
        ("Find articles that mention rain", "rain", "which are those that mention “rain”"),
        ("List the articles since April 2025", "", "which are those; from 2025-04-01 on"),
        ("Articles by Jennifer Zeng", "", "which are those; author Jennifer Zeng"),
        ("articles in the Toronto Star since April 2025", "",
         "which are those; publisher Toronto Star; from 2025-04-01 on"),
        ("articles in german", "", "which are those; language German"),
        ("List articles published after the first of June 2025", "",
         "which are those; from 2025-06-02 on"),
        ("articles before May 2025", "", "which are those; before 2025-05-01"),
        ("How many articles about rain since May 2025 are there?", "rain",
         "how many are those about “rain”; from 2025-05-01 on"),
        ("latest articles", "", "which are the newest"),
        ("the newest articles by Jennifer Zeng about rain", "rain",
         "which are the newest about “rain”; author Jennifer Zeng"),
        ("Show me everything Jennifer Zeng wrote in 2025", "",
         "which are those; author Jennifer Zeng; from 2025-01-01 to 2025-12-31"),
        ("When was the newest article published?", "", "when the newest came out"),
        ("When was the first article by Jennifer Zeng published?", "",
         "when the first came out; author Jennifer Zeng"),
        ("Which newspapers do you have?", "", "who published those"),
        ("Which publishers are in the archive?", "", "who published those"),
        ("Who are the authors in this archive?", "", "who wrote those"),
        ("Which news agencies are there?", "", "which agency sent those"),
        ("Which paper reported on 5 marches of protest?", "5 marches of protest",
         "who published those about “5 marches of protest”"),
        ("What was Jennifer Zeng's first article?", "",
         "which are the first; author Jennifer Zeng"),
        ("Who is the author of the opinion piece on the tram?", "tram",
         "who wrote those about “tram”"),
        ("Who wrote the review of the tram museum?", "tram museum",
         "who wrote those about “tram museum”"),
        ("Who wrote the Toronto Star editorial on rain?", "rain",
         "who wrote those about “rain”; publisher Toronto Star"),
        ("Who wrote the BBC's story about rain?", "rain",
         "who wrote those about “rain”; publisher BBC"),
        ("Which paper ran the interview with the mayor?", "mayor",
         "who published those about “mayor”"),
        ("When was the Toronto Star's column on rain published?", "rain",
         "when those about “rain” came out; publisher Toronto Star"),
        ("What did the Toronto Star publish in March 2025?", "",
         "which are those; publisher Toronto Star; from 2025-03-01 to 2025-03-31"),
        ("Show me everything by Jennifer Zeng", "", "which are those; author Jennifer Zeng"),
    ],
)  # fmt: skip
def test_what_is_asked_of_articles(question, text, told):
    found = understand(question, KNOWN)
    said = [clue.text for clue in found.clues() if clue.key not in ORDER]
    assert (found.text, "; ".join(said)) == (text, f"asked of articles: {told}")


def test_a_day_may_be_the_one_asked_as_of():
    found = understand("What did AP report on yesterday?", KNOWN, as_of=AS_OF)
    assert (found.text, found.after and f"{found.after}") == ("", "2025-08-05")
    assert found.asks is not None


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the report on the ferry?",
        "Who wrote to the minister?",
        "Who wrote the novel about the flood?",
        "Who wrote a letter about the ferry?",
        "Who wrote the essay on the ferry?",
        "Who wrote the angry review of the ferry?",
        "Show me everything by the river",
        "Who wrote on the wall?",
        "Who covered the cost?",
        "Who reported the leak to the police?",
        "Which paper did the council publish?",
        "Which journalists were arrested?",
        "Which journalist covered his face?",
        "Which paper reported a loss?",
        "Which newspaper first reported the rift?",
        "Which newspaper reported that the boats had sunk?",
        "Which newspaper covered the costs of the trial?",
        "When was the report on the ferry published?",
        "When was the article on gun rights repealed?",
        "When did the council first report the closure?",
        "When did the Toronto Star report that three people had died?",
        "When did the Toronto Star first publish a Sunday edition?",
        "How many articles does the constitution have?",
        "How many articles of the treaty mention slavery?",
        "How many articles on Mars did Smith publish?",
        "How many articles are there in the treaty?",
        "What did the mayor write about?",
        "What has Jennifer Zeng written about the strike?",
        "What has AP written since last month about rain?",
        "What is the latest on the tram?",
        "What is the first article of the constitution?",
        "What does the latest article say about rain?",
        "What is the article about?",
        "What did AP report on yesterday?",
        "How many articles were published last week?",
        "What has France written about?",
        "How many journalists covered the summit?",
        "How many papers wrote about dark matter?",
        "Which journalist reporting on corruption was killed?",
        "Which reporter covered the war and was killed?",
        "Which newspaper covering the leak was raided?",
        "Which paper covering the war lost two reporters?",
        "What papers covered in soot lay on the floor?",
        "Which newspaper covered up the affair?",
        "Which publishers reported on their losses?",
        "Which newspaper reported on Thursday a fall in sales?",
        "Which paper reported on 5 May a fall in sales?",
        "Which paper reported on the fifth of May a fall in sales?",
        "Which articles of the treaty mention slavery?",
        "Which articles are in the contract?",
        "Which articles were stolen?",
        "Which articles are about to be removed?",
        "articles in the constitution",
        "first article of the constitution",
        "articles on rain since May 2025",
        "articles about rain",
        "List everything the mayor wrote",
        "Are there articles in the treaty?",
        "Who are the authors?",
        "Which publishers are there in Kell?",
        "Find the article that led to his arrest",
        "Which newspaper published an article about the minister that he called false?",
        "Who wrote the news story on the leak that led to the inquiry?",
        "Who ran an article about the minister?",
        "Which papers reported on a letter by the BBC?",
        "When did Jennifer Zeng first report the abuse to the police?",
        "When did Jennifer Zeng last report to the police?",
        "When did the Toronto Star first report a loss?",
        "When did AP first report that the ferry sank?",
        "How often does the Toronto Star cover its costs?",
        "How many articles by the BBC staff were published?",
        "How many articles on drones were published by the army?",
        "How many articles about the drug were retracted?",
    ],
)
def test_what_only_looks_alike(question):
    assert understand(question, KNOWN).asks is None


def test_it_is_left_aside_by_its_key():
    question = "Which papers reported on rain?"
    assert understand(question, KNOWN).clues()[0].key == "articles"
    found = understand(question, KNOWN, without={"articles"})
    assert (found.asks, found.text) == (None, question)
    assert understand(question, KNOWN, literal=True).asks is None
    # An author left aside is a name like any other.
    found = understand("How many articles by Jennifer Zeng are there?", KNOWN, without={"author"})
    assert (found.author, found.text) == (None, "by Jennifer Zeng")


@pytest.mark.parametrize(
    "hostile",
    [
        "how many articles " + "on " * 95,
        "when did " + "first report on " * 18,
        "when was the article about " + " by Jennifer Zeng" * 14 + " published",
        "what is the first article" + " in May 2025" * 22,
        "which papers " + "has " * 70 + "x",
    ],
)
def test_no_question_takes_long(hostile):
    began = time.perf_counter()
    understand(hostile, KNOWN)
    assert time.perf_counter() - began < 1


ROWS = [
    {
        "title": "Ferry hits pier",
        "text": "The ferry Wren hit Pier 2 on Friday. “I wrote it all down,” said Ida Moss.",
        "publisher": "Harbour Post",
        "author": "Ann Lee",
        "published": "2025-01-10T09:00:00Z",
    },
    {
        "title": "Ferry inquiry",
        "text": "A stuck valve caused the crash of the ferry. The inquiry ends in May.",
        "publisher": "Island Echo",
        "author": "Lee, Ann and Bo Ray",
        "published": "2025-02-01T00:00:00Z",
    },
    {
        "title": "New bridge at Kell",
        "text": "The bridge at Kell was opened by Mayor Odell in 2019. "
        + "It stands on nine pillars of local stone. " * 20
        + "The mayor came by ferry.",
        "publisher": "Island Echo",
        "author": "Bo Ray",
        "published": "2025-02-03T00:00:00Z",
    },
    {
        "title": "A bell for the school",
        "text": "The school at Kell has a bell again. It was cast in Orm.",
        "publisher": "Island Echo",
    },
]
MILL = [
    {
        "title": "The old mill",
        "text": "Ida Moss wrote a memoir about the mill at Orm in 1987. Few read it.",
        "author": "Ann Lee",
        "published": "2025-03-01T01:00:00+05:00",
    },
    {
        "title": "A weir below Orm",
        "text": "The weir holds back the river. A report on the weir is due in May.",
        "author": "Reuters",
        "published": "2025-03-02T09:00:00Z",
    },
]


@pytest.fixture(scope="module")
def archive(archive_of):
    return archive_of(ROWS)


def told(answer):
    """What the records tell: each value with its articles, and the titles cited for it."""
    titles = {c.number: c.article.title for c in answer.citations}
    for citation in answer.citations:
        assert citation.quote == citation.article.text[citation.start : citation.end]
    return [(v.value, v.articles, [titles[n] for n in v.citations]) for v in answer.facts.values]


def test_who_wrote(archive):
    answer = archive.ask("Who wrote about the ferry?")
    assert sorted(told(answer)) == [
        ("Ann Lee", 2, ["Ferry hits pier", "Ferry inquiry"])
        if answer.citations[0].article.title == "Ferry hits pier"
        else ("Ann Lee", 2, ["Ferry inquiry", "Ferry hits pier"]),
        ("Bo Ray", 1, ["Ferry inquiry"]),
    ]
    assert (answer.facts.articles, answer.facts.mentions) == (2, 1)
    assert answer.facts.text.startswith("Bylines: Ann Lee (2 articles) [1] [2]; Bo Ray (1 article)")
    assert answer.facts.text.endswith(
        ". 2 articles about “ferry”, 1 more with these words further down."
    )
    assert answer.text.count("[") == 2, "the text is of quotes only"


REVIEWS = [
    {
        "title": "The Wren ferry: a review",
        "text": "The Wren takes an hour to Orm. Her deck is clean and her soup is hot.",
        "author": "Bo Ray",
    },
    {
        "title": "Ferry hits pier",
        "text": "The ferry Wren hit a pier at Orm on Friday.",
        "author": "Ann Lee",
    },
    {
        "title": "Brakes of the tram failed",
        "text": "The review of the tram by Ida Moss found that its brakes had failed. It is late.",
        "author": "Cy Holt",
    },
]


def test_what_is_called_a_review_is_the_one_asked_for(archive_of):
    archive = archive_of(REVIEWS)
    answer = archive.ask("Who wrote the review of the Wren ferry?")
    assert [v for v, *_ in told(answer)] == ["Bo Ray"]
    assert [v for v, *_ in told(archive.ask("Who wrote the story about the pier?"))] == ["Ann Lee"]
    assert archive.ask("Who wrote the review of the tram?").facts is None, "an article tells of it"


def test_left_aside_it_asks_what_articles_say(archive):
    answer = archive.ask("Who wrote about the ferry?", without=["articles"])
    assert answer.facts is None
    assert all(clue.key != "articles" for clue in answer.understood)


def test_publishers_days_counts_and_titles(archive):
    assert [v for v, *_ in told(archive.ask("Which papers reported on Kell?"))] == ["Island Echo"]
    day = told(archive.ask("When did the Island Echo first report the ferry crash?"))
    assert day == [("2025-02-01", 1, ["Ferry inquiry"])]
    count = archive.ask("How many articles are there about Kell?")
    assert (count.facts.text, len(count.citations)) == ("2 articles about “Kell”.", 2)
    assert archive.ask("How many articles are there?").facts.text == "4 articles."
    written = archive.ask("What has Ann Lee written about?")
    assert [v for v, *_ in told(written)] == ["Ferry inquiry", "Ferry hits pier"]
    assert [hit.article.title for hit in written.passages] == ["Ferry inquiry", "Ferry hits pier"]
    newest = archive.ask("What is the newest article by Bo Ray?")
    assert [v for v, *_ in told(newest)] == ["New bridge at Kell"]
    assert newest.facts.counted == "The newest of 2 articles"


def test_what_the_archive_has(archive):
    papers = archive.ask("Which newspapers are in the archive?").facts
    assert [(v.value, v.articles) for v in papers.values] == [
        ("Island Echo", 3),
        ("Harbour Post", 1),
    ]
    assert papers.text.endswith("4 articles.")
    titles = told(archive.ask("Are there any articles about the ferry?"))
    assert sorted(v for v, *_ in titles) == ["Ferry hits pier", "Ferry inquiry"]
    agencies = archive.ask("Which news agencies are in the archive?")
    assert agencies.reason == "the articles do not say: 4 articles, 4 without an agency"
    assert told(archive.ask("When was the newest article published?")) == [
        ("2025-02-03", 1, ["New bridge at Kell"])
    ]


def test_an_article_may_be_named_by_its_title(archive, mill):
    for question, value in (
        ("Who wrote “Ferry hits pier”?", "Ann Lee"),
        ('Which newspaper published the article "Ferry hits pier"?', "Harbour Post"),
        ('When was "Ferry hits pier" published?', "2025-01-10"),
    ):
        answer = archive.ask(question)
        assert told(answer) == [(value, 1, ["Ferry hits pier"])]
        assert answer.facts.text.endswith("1 article called “Ferry hits pier”.")
    assert told(archive.ask("Who wrote “FERRY HITS PIER.”?")), "whatever its case"
    part = archive.ask("Which newspaper published “local stone”?")
    assert part.reason == "no article is called “local stone”"
    # What is no title may be a book that articles tell of.
    assert archive.ask('Who wrote "The bridge at Kell"?').facts is None
    assert mill.ask('Who wrote "a memoir about the mill"?').facts is None


SAVED_AGAIN = [
    {
        "title": "Weir at Orm",
        "text": "The weir at Orm was closed on Friday after rain. Nobody knows for how long.",
        "publisher": "Harbour Post",
        "url": "https://post.example/weir",
        "published": "2025-03-01T09:00:00Z",
        "captured_at": "2025-03-01T10:00:00Z",
    },
    {
        "title": "Weir at Orm",
        "text": "The weir at Orm was closed on Friday after rain. It opens again on Monday.",
        "publisher": "Harbour Post",
        "url": "https://post.example/weir",
        "published": "2025-03-01T09:00:00Z",
        "updated": "2025-03-02T09:00:00Z",
        "captured_at": "2025-03-02T10:00:00Z",
    },
]


def test_an_article_saved_again_counts_once(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for n, row in enumerate([*SAVED_AGAIN, ROWS[0]]):
        (corpus / f"{n}.jsonl").write_text(json.dumps(row), encoding="utf-8")
    archive = Archive.build(corpus, tmp_path / "index")
    assert archive.ask("How many articles are there?").facts.text == "2 articles."
    ran = archive.ask("Which newspapers are in the archive?").facts.values
    assert [(v.value, v.articles) for v in ran] == [("Harbour Post", 2)]
    newest = archive.ask("What is the newest article?")
    assert newest.facts.text.endswith("The newest of 2 articles.")
    assert "opens again" in newest.citations[0].article.text
    then = archive.ask("What is the newest article?", as_of="2025-03-01")
    assert "how long" in then.citations[0].article.text


def test_filters_and_the_day_asked_as_of_hold(archive):
    only = archive.ask("Who wrote about the ferry?", publisher="Harbour Post")
    assert told(only) == [("Ann Lee", 1, ["Ferry hits pier"])]
    then = archive.ask("Which papers reported on the ferry?", as_of="2025-01-15")
    assert [v for v, *_ in told(then)] == ["Harbour Post"]


def test_what_the_records_do_not_tell(archive):
    bell = archive.ask("Who is the author of the article on the bell?")
    assert not bell.answered
    assert bell.reason == "the articles do not say: 1 article about “bell”, 1 without an author"
    none = archive.ask("Which papers reported on dragons?")
    assert not none.answered
    assert none.reason.startswith("no article is about “dragons”; no article has: dragons;")
    assert none.facts is None
    zero = archive.ask("How many articles are there about dragons?")
    assert not zero.answered
    # What need not be about articles is asked of what they say.
    assert archive.ask("Who wrote about it?").facts is None


def test_a_mention_counts_where_nothing_else_does(archive):
    answer = archive.ask("How many articles mention pillars of stone near the ferry mayor?")
    assert not answer.answered
    answer = archive.ask("Which papers reported on the mayor and the ferry?")
    assert answer.facts.only_mention
    assert answer.facts.text.endswith("1 article that mentions “mayor and the ferry”.")


def test_each_part_has_its_own(archive):
    answer = archive.ask("Who wrote about the ferry? When was the article on the bridge published?")
    first, second = answer.parts
    assert first.facts.asked.field == "authors"
    assert second.facts.text.startswith("Published on 2025-02-03 [")
    numbers = {c.number: c.article.title for c in answer.citations}
    assert [numbers[n] for v in second.facts.values for n in v.citations] == ["New bridge at Kell"]


def test_everywhere_alike(archive, capsys):
    index = ["--index", str(archive.index.absolute())]
    question = "Which papers reported on Kell?"
    answer = archive.ask(question)
    assert main(["ask", question, *index]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Understood: asked of articles: who published those about “Kell”" in out
    assert answer.facts.text in out
    assert main(["ask", "--json", question, *index]) == 0
    facts = json.loads(capsys.readouterr().out)["facts"]
    assert (facts["asked"], facts["articles"], facts["text"]) == (
        "publishers",
        2,
        answer.facts.text,
    )
    assert facts["values"] == [{"value": "Island Echo", "articles": 2, "citations": [1, 2]}]
    assert "Published by Island Echo" in render(answer, "markdown")
    rows = list(csv.DictReader(io.StringIO(render(answer, "csv"))))
    assert [row["facts"] for row in rows] == [answer.facts.text] * 2
    both = archive.ask("Who wrote about the ferry? When was the article on the bridge published?")
    of = {row["title"]: row["facts"] for row in csv.DictReader(io.StringIO(render(both, "csv")))}
    assert of["New bridge at Kell"] == both.parts[1].facts.text
    assert of["Ferry hits pier"] == both.parts[0].facts.text
    said = archive.ask("What caused the crash of the ferry?")
    assert {row["facts"] for row in csv.DictReader(io.StringIO(render(said, "csv")))} == {""}


@pytest.fixture(scope="module")
def mill(archive_of):
    return archive_of(MILL)


def test_what_articles_say_themselves_is_asked_of_them(mill):
    answer = mill.ask("Who wrote about the mill?")
    assert answer.facts is None
    assert "Ida Moss" in answer.text
    assert mill.ask("Who is the author of the article on the mill?").facts is not None
    # "A report on the weir" is nobody's writing on it; and an agency's byline is no person's.
    weir = mill.ask("Who reported on the weir?")
    assert weir.facts.text.startswith("Bylines: Reuters (1 article) [1]")


def test_days_are_those_that_articles_state(mill):
    day = mill.ask("When was the article on the mill published?")
    assert [v.value for v in day.facts.values] == ["2025-03-01"], "as its source line has it"


def test_what_articles_mention_counts_anywhere(archive):
    answer = archive.ask("How many articles mention the ferry?")
    assert answer.facts.text == "3 articles that mention “ferry”."
    assert archive.ask("How many articles are there about the ferry?").facts.articles == 2


def test_where_no_article_passes_it_says_so(archive):
    answer = archive.ask("How many articles were published in 1999?")
    assert not answer.answered
    assert answer.reason.startswith("no article passes the filters (")
    none = archive.ask("What is the newest article?", publisher="Island Echo", as_of="2025-01-01")
    assert none.reason.startswith("no article passes the filters")


def test_none_has_a_date(archive_of):
    bell = archive_of(ROWS[-1:])
    assert bell.ask("What is the newest article?").reason == (
        "the articles do not say: 1 article, 1 without a date"
    )


def test_thousands_of_values_are_soon_told():
    article = Article("0" * 12, "Title", "Title\nText.", "a.txt")
    kept = [replace(article, author=f"Ann{n} Lee{n}") for n in range(3000)]
    asked = ArticlesAsked("authors")
    began = time.perf_counter()
    held = [_held(asked, each) for each in kept]
    values = _values(asked, held)
    assert len(_first_of(asked, values, held)) == len(values) == len(kept)
    assert time.perf_counter() - began < 2


def test_titles_that_are_not_told_are_counted(archive):
    facts = archive.ask("What has the Island Echo written about?").facts
    assert facts.more == 0
    many = replace(facts, articles=340)
    assert (many.more, "; 337 more. 340 articles" in many.text) == (337, True)
    assert "<span>337 more</span>" in _facts(many)


def test_many_values_are_told_in_part(archive):
    facts = archive.ask("Which papers reported on Kell?").facts
    many = replace(facts, values=facts.values * 40)
    assert many.text.count("Island Echo") == 12
    assert "; 28 more. 2 articles" in many.text

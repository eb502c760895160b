"""Asking: what an answer holds. The ways in are walked through in `test_three_ways.py`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.memory_archive import holds
from benchmarks.question_sets import load
from qa.archive import Archive
from qa.errors import ArticleNotFoundError, InputError
from qa.replies.refusing import MAX_REASON
from tests.conftest import PLACES

ROWS = load("sample_corpus.jsonl")
ANSWERABLE = [row for row in ROWS if row["answerable"]][::4]
OFF_TOPIC = [row for row in ROWS if row.get("kind") == "off-topic"]

FOUND = 10 / 13
"""Share of the answerable questions whose answer must stand in one of the quotes."""


@pytest.fixture(scope="module", params=PLACES)
def archive(request, archive):
    return archive if request.param == "folder" else request.getfixturevalue("served_archive")


@pytest.fixture(scope="module")
def answers(archive):
    return {row["id"]: archive.ask(row["question"]) for row in ANSWERABLE}


def test_the_quotes_hold_the_answers(answers):
    missed = [
        (row["question"], [c.quote for c in answers[row["id"]].citations])
        for row in ANSWERABLE
        if not any(holds(c.quote, row["answers"]) for c in answers[row["id"]].citations)
    ]
    assert len(ANSWERABLE) == 13
    assert len(missed) <= len(ANSWERABLE) * (1 - FOUND) + 1e-9, missed


def test_off_topic_questions_are_refused_with_a_reason(archive):
    refused = [archive.ask(row["question"]) for row in OFF_TOPIC]
    assert sum(not answer.answered for answer in refused) >= len(OFF_TOPIC) - 1
    for answer in refused:
        if not answer.answered:
            assert answer.reason.startswith("the archive does not say; ")
            assert (answer.text, answer.citations) == ("", ())
            assert answer.passages  # the nearest


def test_an_answer_is_its_first_quotes_with_their_numbers_and_nothing_else(answers):
    for answer in answers.values():
        assert answer.answered is bool(answer.citations) is bool(answer.text)
        assert (answer.reason is None) is answer.answered
        first, *others = [f"{c.quote} [{c.number}]" for c in answer.citations] or [""]
        assert answer.text in {first, *(f"{first} {other}" for other in others)}


def test_citations_are_numbered_verified_and_do_not_overlap(answers):
    for answer in answers.values():
        places = set()
        assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
        for c in answer.citations:
            assert c.quote == c.article.text[c.start : c.end] == c.quote.strip() != ""
            own = {(c.article.id, i) for i in range(c.start, c.end)}
            assert not own & places
            places |= own


def test_an_answer_says_where_it_came_from(answers):
    for answer in answers.values():
        assert answer.generation == 1
        assert 0 <= answer.confidence <= 1
        assert len(answer.passages) == 5
        times = answer.timings_ms
        assert set(times) == {"embed", "search", "answer", "total"}
        assert times["total"] >= max(times.values())
        assert min(times.values()) >= 0


def test_k_is_how_many_passages_are_shown_and_changes_no_answer(archive):
    question = ANSWERABLE[0]["question"]
    one, many = archive.ask(question, k=1), archive.ask(question, k=40)
    assert (len(one.passages), len(many.passages)) == (1, 40)
    assert one.passages == many.passages[:1]
    assert one.text == many.text
    with pytest.raises(InputError, match="k must be at least 1"):
        archive.ask(question, k=0)
    for wrong in ("3", 2.0, None):
        for asked in (archive.ask, archive.search):
            with pytest.raises(InputError, match="k must be a whole number, not "):
                asked(question, k=wrong)


def test_what_a_notebook_shows_can_be_read(archive):
    answer = archive.ask(ANSWERABLE[0]["question"])
    assert repr(archive) == f"Archive({str(archive.index)!r})"
    assert answer.text in repr(answer).replace("\\n", "\n")
    for shown, most in ((answer, 4_000), (answer.passages[0], 2_000), (archive.articles()[0], 800)):
        assert len(repr(shown)) < most


def test_an_archive_is_closed_after_a_with(archive):
    with Archive(archive.index, archive.settings) as opened:
        assert opened.articles()
    assert opened.articles()  # opens what it needs again
    opened.close()


def test_filters_hold_for_every_quote(archive):
    publisher = archive.article(archive.articles()[0].id).publisher
    answer = archive.ask("What happened?", publisher=publisher.upper())
    assert answer.passages
    for part in (*answer.citations, *answer.passages):
        assert part.article.publisher == publisher


def test_the_filters_that_leave_nothing_are_named(archive):
    answer = archive.ask("What hit the pier?", author="No One", after="2199-01-01")
    assert answer.reason == (
        "no article passes the filters (author No One, from 2199-01-01 on); loosen or remove one"
    )
    assert (answer.answered, answer.passages, answer.citations) == (False, (), ())
    assert (answer.confidence, answer.text) == (0.0, "")


VALE = "publisher Vale Observer (sample)"


@pytest.mark.parametrize(
    ("question", "filters", "reason"),
    [
        ("hives publisher:vale", {"after": "2199-01-01"}, r"filters \(from 2199-01-01 on\);"),
        ("hives publisher:vale author:tarrick", {},
         rf"filters \({re.escape(VALE)}, author tarrick\) together; loosen or remove one"),
        ("hives after:2025 before:2024", {},
         r"\(from 2025-01-01 to 2023-12-31\): the first day is after the last; choose an earlier "
         "“from”, or a later “before”, which leaves out its own day$"),
        ("hives", {"as_of": "1999-01-01"}, r"filters \(before 1999-01-02\)"),
        ("hives after:2025", {"as_of": "2024-12-01"},
         r"filters \(from 2025-01-01 on, as of 2024-12-01\): nothing later than the day asked as "
         "of is used; choose an earlier “from”, or ask as of a later day$"),
        ('hives "no such words"', {"publisher": "Nobody"}, r"filters \(publisher Nobody\);"),
        ("hives", {"publisher": "Vale Obsrever"},
         rf"Obsrever\); loosen or remove one; the archive has: {re.escape(VALE)}$"),
        ("hives", {"publisher": "Zzyzx"}, r"one; the archive has: (publisher [^,]+, ){3}…$"),
        ("hives", {"author": "tarick"}, "remove one; the archive has: author Owen Tarrick$"),
    ],
)  # fmt: skip
def test_the_filter_that_leaves_nothing_is_told_from_the_others(archive, question, filters, reason):
    answer = archive.ask(question, **filters)
    assert answer.passages == ()
    assert re.search(reason, answer.reason)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (
            "news in German",
            "the question only says where to look (language German); add what you want to know",
        ),
        (
            "What did the Vale Observer say?",
            f"the question only says where to look ({VALE}); add what you want to know",
        ),
        (
            "Reports by Owen Tarrick",
            "the question only says where to look (author Owen Tarrick); add what you want to know",
        ),
        (
            "Does Tarrick mention Frankenstein?",
            "the archive does not say; no article has: Tarrick, Frankenstein; for articles of that "
            'source, write author:"Owen Tarrick"',
        ),
        ("they", "the question has only common words; name a person, a place or a thing"),
        ("What happened?", "the question has only common words; name a person, a place or a thing"),
        (
            "According to articles, who wrote Frankenstein?",
            "the archive does not say; no article has: Frankenstein; check the spelling or try "
            "another word",
        ),
        # In an archive of several languages, of which "in" is common in some.
        (
            "Frankenstein in Peru",
            "the archive does not say; no article has: Frankenstein, Peru; check the "
            "spelling or try another word",
        ),
        (
            "What happened to Frankenstein?",
            "the archive does not say; no article has: Frankenstein; check the spelling or try "
            "another word",
        ),
        (
            "News about Frankenstein since 2025-06-31",
            "the archive does not say; no article has: Frankenstein; check the spelling or try "
            "another word",
        ),
        (
            "What happened on 2099-06-24?",
            "the question has only common words; name a person, a place or a thing",
        ),
        (
            "Where is Europa? publisher:lowland",
            r"the nearest passage, in “[^”]+”, does not speak of: Europa$",
        ),
    ],
)
def test_a_refusal_names_no_common_words_and_no_words_that_are_not_there(archive, question, reason):
    answer = archive.ask(question)
    assert not answer.answered
    assert answer.passages
    assert re.search(reason if "“" in reason else f"^{re.escape(reason)}$", answer.reason)


def test_a_refusal_names_what_the_nearest_passage_does_not_speak_of(archive):
    answer = archive.ask("What does the Harrowmouth harbour master's violin sound like?")
    assert not answer.answered
    nearest = re.fullmatch(
        r"the archive does not say; (?:no article has: .+|the nearest passage, in “(.+)”, .+)",
        answer.reason,
    )
    assert nearest
    assert nearest[1] is None or nearest[1] in {p.article.title for p in answer.passages}


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor of Wexcombe?",
        "Who painted the lighthouse at Kestrel Bay?",
        "What do the people of Wexcombe think of the pantomime?",
    ],
)
def test_the_nearest_passage_of_a_refusal_is_the_one_shown_first(archive, question):
    answer = archive.ask(question)
    assert not answer.answered
    nearest = re.search("the nearest passage, in “(.+?)”,", answer.reason)
    assert nearest
    assert answer.passages[0].article.title.startswith(nearest[1].removesuffix(" …"))


@pytest.mark.parametrize(
    ("question", "is_foreign"),
    [
        ("Wie viele Menschen wurden bei dem Unglück verletzt?", True),
        ("Combien de personnes ont été blessées dans l'accident ?", True),
        ("Сколько человек пострадало при аварии?", True),
        ("Who composed the opera about the barber?", False),
        ("What is Messi's favourite pizza?", False),
        ("zzyzx qwxyz", False),
    ],
)
def test_a_question_in_another_language_is_told_so(archive, question, is_foreign):
    answer = archive.ask(question)
    assert answer.reason.startswith("the archive does not say; no article has: ")
    assert answer.reason.endswith("another language than the question") is is_foreign


def test_a_refusal_says_where_alone_it_looked(archive):
    answer = archive.ask("What is the capital of Mongolia?", before="2199-01-01")
    assert not answer.answered
    assert answer.reason.startswith("the archive does not say (looked only where: ")


def test_a_refusal_does_not_repeat_a_pasted_page(archive):
    for question in ("zzyzx" * 4000, " ".join("zzyzx" * 20 + letter for letter in "abcdef")):
        answer = archive.ask(question)
        assert not answer.answered
        assert len(answer.reason) < MAX_REASON + 110


def test_an_article_by_its_id_or_its_beginning(archive):
    articles = archive.articles()
    assert len(articles) == 41
    for article in articles:
        assert re.fullmatch(r"[0-9a-f]{12}", article.id)
        assert archive.article(article.id) == archive.article(article.id[:8]) == article
    with pytest.raises(ArticleNotFoundError, match="no article has the id"):
        archive.article("")


def test_facets_are_those_of_the_articles_most_first(archive):
    facets, articles = archive.facets(), archive.articles()
    for counts, field in (
        (facets.publishers, "publisher"),
        (facets.authors, "author"),
        (facets.languages, "language"),
        (facets.agencies, "agency"),
    ):
        named = [getattr(article, field) for article in articles if getattr(article, field)]
        if field == "author":  # an article by two counts for either
            named = [person for byline in named for person in byline.split(" and ")]
        assert dict(counts) == {name: named.count(name) for name in named}
        assert [n for _, n in counts] == sorted((n for _, n in counts), reverse=True)
    years = [str(a.published_at.year) for a in articles if a.published_at]
    assert dict(facets.years) == {year: years.count(year) for year in years}
    assert facets.articles == len(articles)


def test_info_is_ready_for_json_and_counts_rightly(archive):
    info = archive.info()
    assert json.loads(json.dumps(info)) == info
    assert (info["articles"], info["problems"]) == (41, len(archive.problems())) == (41, 0)
    assert info["passages"] == len(archive.search("ferry", k=10_000, all_copies=True))
    assert info["ok"] is True
    if isinstance(archive.index, Path):
        assert info["engines"] == {"lexical": "rank-bm25", "dense": "faiss-flat"}
        sizes = info["sizes"]
        assert sizes["total"] > sizes["store"] > sizes["segments"] > 0
    else:
        assert info["engines"] == {"lexical": "milvus-bm25", "dense": "milvus-flat"}
        assert info["index"] == str(archive.index)
    assert info["model"] == info["settings"]["model"] == "all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, make_archive):
    """One index over articles made of what breaks offsets."""
    pieces = [
        "“Quotes,” 'he' said\u2014\"so\".",
        "e\u0301a\u0308 combining. Z\u0351\u036falgo?",
        "tab\tand\xa0space.",
        "🎉👩‍👩‍👧 emoji! 🇫🇷",
        "שלום עולם. \u202eevil\u202c مرحبا ﷺ بكم.",
        "東京は大きい。はい。",
        "x" * 700 + ".",
        "The U.S. met at 6 a.m. Tuesday in St. Louis.",
        "\U0001d54f\U00020000 astral.",
        "ﬁrst ligature Straße İstanbul.",
        "3.5% of 1,238… (no?) [1] [2]",
        "a\u200bb zero\ufeffwidth.",
        "line\u2028separator\u2029here.",
        "\\n {json} <b>&amp;</b>",
    ]
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "corpus").mkdir()
    rows = [
        {"title": pieces[n - 3], "text": "\n".join((pieces[n:] + pieces[:n])[: 3 + n]) + f" N{n}."}
        for n in range(len(pieces))
    ]
    lines = [json.dumps(row, ensure_ascii=n % 2 == 0) for n, row in enumerate(rows)]
    (folder / "corpus" / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    made = make_archive(folder / "index")
    assert made.sync(folder / "corpus").articles == len(pieces)
    yield made
    made.close()


@settings(max_examples=60)
@given(
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(["emoji שלום", "Who met Tuesday?", "東京 U.S. İstanbul", "1,238 “Quotes”"]),
    ),
    st.integers(1, 60),
)
def test_whatever_is_asked_every_quote_stands_in_its_stored_article(hostile, question, k):
    stored = {article.id: article.text for article in hostile.articles()}
    answer = hostile.ask(question, k)
    for c in (*answer.citations, *(hit.citation for hit in answer.passages)):
        assert stored[c.article.id][c.start : c.end] == c.quote != ""
        assert c.article.text == stored[c.article.id]
    for hit in answer.passages:
        for start, end in hit.passage.sentences:
            assert hit.passage.start <= start < end <= hit.passage.end
    assert answer.answered is bool(answer.citations)


def test_what_a_variable_that_is_not_set_names_is_refused(archive, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("Notes\n\nThe lamp was lit on Monday.")
    number = archive.info()["generation"]
    for work in (archive.sync, archive.plan, lambda name: archive.delete("a", name)):
        with pytest.raises(InputError, match="the name of the corpus is empty"):
            work("")
    assert archive.info()["generation"] == number
    with pytest.raises(InputError, match="the name of the index is empty"):
        Archive.build(tmp_path, "", archive.settings)


def test_arguments_of_another_type_are_told(archive):
    with pytest.raises(InputError, match="the question must be text, not None"):
        archive.ask(None)
    with pytest.raises(InputError, match="the publisher must be text, not nan"):
        archive.ask("What hit the pier?", publisher=float("nan"))
    with pytest.raises(InputError, match="settings must be as Settings.load"):
        Archive.open(archive.index, "qa.toml")

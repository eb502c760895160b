from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from qa.errors import IndexDamagedError, InputError
from qa.records import Filters
from qa.request import make_filters
from qa.retriever import Retriever
from qa.settings import Settings
from qa.storage.store import Store
from tests.conftest import PLACES

ROWS = [
    {
        "title": "Ferry hits pier",
        "text": "The ferry Skerrin Lass hit Pier 2 on Friday. Fourteen were hurt.",
        "publisher": "Harbour Post",
        "author": "Ann Lee",
        "published": "2025-01-10T09:00:00Z",
    },
    {
        "title": "Ferry inquiry",
        "text": "A stuck valve made the ferry hit the pier. The inquiry counts nineteen hurt.",
        "publisher": "Harbour Post",
        "author": "Ashlee Stone",
        "published": "2025-02-01T00:00:00Z",
    },
    {
        "title": "Ferry returns",
        "text": "The ferry sails to the pier again from Monday with a new valve.",
        "publisher": "Island Echo",
        "author": "Ann Lee and Bo Tan",
        "published": "2025-03-01T23:59:00Z",
    },
    {
        "title": "Recipe of the week",
        "text": "Fold the egg whites gently into the chocolate and chill the mousse overnight.",
        "publisher": "Kitchen Weekly",
    },
]
QUESTION = "How many people were hurt when the ferry hit the pier?"
TOKYO = timezone(timedelta(hours=9))
NEW_YORK = timezone(timedelta(hours=-5))


@pytest.fixture(scope="module", params=PLACES)
def index(request, tmp_path_factory, make_archive):
    folder = tmp_path_factory.mktemp("retriever")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    served = request.param == "server"
    place = request.getfixturevalue("new_address")() if served else folder / "index"
    archive = make_archive(place)
    archive.sync(folder / "corpus")
    archive.close()
    return place


@pytest.fixture(scope="module")
def open_retriever(index, embedder):
    made = []

    def open_(**changes) -> Retriever:
        retriever = Retriever.open(index, dataclasses.replace(Settings(), **changes))
        retriever.embedder = embedder
        made.append(retriever)
        return retriever

    yield open_
    for retriever in made:
        retriever.close()


@pytest.fixture(scope="module")
def retriever(open_retriever):
    return open_retriever()


def titles(hits):
    return [hit.article.title for hit in hits]


def test_hits_are_ranked_and_their_evidence_agrees_with_it(retriever):
    hits = retriever.search(QUESTION)
    assert len(hits) == 4
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 + 1e-6 for hit in hits)
    assert titles(hits)[-1] == "Recipe of the week"
    for arm in ("lexical", "dense"):
        own = sorted((e for hit in hits if (e := getattr(hit, arm))), key=lambda e: e.rank)
        assert [e.rank for e in own] == list(range(1, len(own) + 1))
        assert [e.score for e in own] == sorted((e.score for e in own), reverse=True)
    assert hits[-1].lexical is None  # shares no word
    assert all(hit.dense for hit in hits)
    assert all(-1 <= hit.dense.score <= 1 for hit in hits)


def test_citations_slice_back_and_carry_the_rank(retriever):
    for hit in retriever.search(QUESTION):
        citation, passage = hit.citation, hit.passage
        assert citation.number == hit.rank
        assert citation.article == hit.article
        assert hit.article.text[citation.start : citation.end] == citation.quote == passage.text
        assert (citation.start, citation.end) == (passage.start, passage.end)
        assert passage.article_id == hit.article.id


def test_the_title_is_searched_but_not_quoted(retriever):
    [hit] = retriever.search("inquiry returns recipe", 1, publisher="Kitchen Weekly")
    assert hit.lexical is not None
    assert "Recipe" not in hit.citation.quote


def test_k(retriever):
    ranked = titles(retriever.search(QUESTION, 4))
    for k in (1, 2, 3, 5, 100, 1_000_000):
        assert titles(retriever.search(QUESTION, k)) == ranked[:k]


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_told(retriever, k):
    with pytest.raises(InputError, match=f"k must be at least 1, not {k}"):
        retriever.search(QUESTION, k)


def test_filters_come_before_ranking(retriever):
    """The last of all is the first of those that may be found, in both arms."""
    [hit] = retriever.search(QUESTION, 1, publisher="Kitchen Weekly")
    assert hit.article.title == "Recipe of the week"
    assert (hit.rank, hit.dense.rank) == (1, 1)


@pytest.mark.parametrize("fusion", ["convex", "rrf"])
def test_filters_come_before_ranking_however_shallow_the_arms(open_retriever, fusion):
    shallow = open_retriever(depth=1, fusion=fusion)
    assert titles(shallow.search(QUESTION, 1, publisher="Kitchen Weekly")) == ["Recipe of the week"]
    [hit] = shallow.search("ferry valve", 1, author="Bo Tan")
    assert hit.article.title == "Ferry returns"
    assert (hit.lexical.rank, hit.dense.rank) == (1, 1)


@pytest.mark.parametrize(
    "name", ["Harbour Post", "harbour post", "  HARBOUR   post", "Harbour-Post"]
)
def test_publisher_whatever_the_case(retriever, name):
    found = titles(retriever.search(QUESTION, publisher=name))
    assert sorted(found) == ["Ferry hits pier", "Ferry inquiry"]


@pytest.mark.parametrize("name", ["Harbour", "Post", "Nobody's Gazette", "%", "Harbour Posts"])
def test_an_unknown_publisher_has_nothing(retriever, name):
    assert retriever.search(QUESTION, publisher=name) == []


def test_author_by_whole_words(retriever):
    assert sorted(titles(retriever.search(QUESTION, author="lee"))) == [
        "Ferry hits pier", "Ferry returns",
    ]  # fmt: skip
    assert titles(retriever.search(QUESTION, author="ann LEE", publisher="island echo")) == [
        "Ferry returns"
    ]
    assert titles(retriever.search(QUESTION, author="Ashlee")) == ["Ferry inquiry"]
    assert retriever.search(QUESTION, author="ash") == []


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        ("2025-02-01", None, {"Ferry inquiry", "Ferry returns"}),  # the day itself is in
        ("2025-02-02", None, {"Ferry returns"}),
        (None, "2025-02-01", {"Ferry hits pier"}),  # the day itself is out
        (None, "2025-02-02", {"Ferry hits pier", "Ferry inquiry"}),
        ("2025-03-01", "2025-03-02", {"Ferry returns"}),
        ("2025-03-01", "2025-03-01", set()),
        ("2026-01-01", None, set()),
        ("1900-01-01", None, {"Ferry hits pier", "Ferry inquiry", "Ferry returns"}),  # no undated
        (None, "2100-01-01", {"Ferry hits pier", "Ferry inquiry", "Ferry returns"}),
        (date(2025, 2, 1), date(2025, 2, 2), {"Ferry inquiry"}),
        (datetime(2025, 2, 1, 18, tzinfo=UTC), None, {"Ferry inquiry", "Ferry returns"}),
        (datetime(2025, 2, 2, 3, tzinfo=TOKYO), None, {"Ferry inquiry", "Ferry returns"}),
        (None, datetime(2025, 2, 2, 3, tzinfo=TOKYO), {"Ferry hits pier"}),
        (datetime(2025, 2, 2, 3), None, {"Ferry returns"}),
        (" 2025-02-02 ", "", {"Ferry returns"}),
    ],
)
def test_dates(retriever, after, before, expected):
    assert set(titles(retriever.search(QUESTION, after=after, before=before))) == expected


def test_an_article_is_found_as_of_its_own_moment_in_any_zone(retriever):
    [inquiry] = [a for a in retriever.search(QUESTION) if a.article.title == "Ferry inquiry"]
    for zone in (UTC, TOKYO, NEW_YORK):
        moment = inquiry.article.published_at.astimezone(zone)
        assert titles(retriever.search(QUESTION, as_of=moment))[0] == "Ferry inquiry"


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize(
    "value", ["yesterday", "2025-02-30", "05/07/2025", " ", "\ud800", 20250731]
)
def test_a_bad_date_is_named_with_an_example(retriever, name, value):
    with pytest.raises(InputError) as caught:
        retriever.search(QUESTION, **{name: value})
    like = "a day like 2025-07-31 or a month like 2025-07"
    assert str(caught.value) == f"{name} must be {like}, not {value!r}"


@pytest.mark.parametrize("value", ["2025-07", "July 2025", "2025-07-01", "1.7.2025"])
def test_a_month_is_a_filter_as_it_is_an_operator(value):
    assert make_filters(after=value, before=value) == Filters(
        after=date(2025, 7, 1), before=date(2025, 7, 1)
    )
    assert make_filters(after="2025").after == date(2025, 1, 1)


def test_empty_filters_are_no_filters():
    assert not make_filters()
    assert not make_filters("", "", "", "")
    assert make_filters(publisher="x")


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "\0", "\u200b"])
def test_an_empty_question_finds_nothing(retriever, question):
    assert retriever.search(question) == []


@pytest.mark.parametrize("question", ["what is it that they do", "???", "🎉", "…", "的"])
def test_a_question_without_terms_is_ranked_by_meaning_alone(retriever, question):
    hits = retriever.search(question)
    assert len(hits) == 4
    assert all(hit.lexical is None for hit in hits)
    assert [hit.dense.rank for hit in hits] == [1, 2, 3, 4]


def test_hostile_questions_find_something(retriever):
    for question in ("ferry " * 5000, "x" * 50_000, '"; DROP TABLE articles; --', "{}[]()*?%_\\"):
        assert len(retriever.search(question, 2)) == 2


@pytest.mark.parametrize("name", ["question", "publisher", "author"])
def test_what_is_not_unicode_is_told(retriever, name):
    filters = {name: "caf\udce9"} if name != "question" else {}
    question = "caf\udce9" if name == "question" else QUESTION
    with pytest.raises(InputError, match=f"the {name} is not valid Unicode text") as caught:
        retriever.search(question, **filters)
    str(caught.value).encode()  # the message itself can be printed


def test_rrf_is_a_setting(open_retriever):
    hits = open_retriever(fusion="rrf", late_weight=0.0).search(QUESTION)
    first = hits[0]
    assert titles(hits)[-1] == "Recipe of the week"
    expected = 1 / (60 + first.lexical.rank) + 1 / (60 + first.dense.rank)
    assert first.score == pytest.approx(expected, rel=1e-5)
    assert hits[-1].score == pytest.approx(1 / (60 + hits[-1].dense.rank), rel=1e-5)


def test_the_weight_is_a_setting(open_retriever):
    by_words = open_retriever(dense_weight=0.0).search(QUESTION)
    by_meaning = open_retriever(dense_weight=1.0).search(QUESTION)
    assert [hit.lexical.rank for hit in by_words if hit.lexical] == [1, 2, 3]
    assert [hit.dense.rank for hit in by_meaning] == [1, 2, 3, 4]


def test_ties_are_ordered_by_passage_id(make_archive, write_corpus, place):
    same = {"title": "Same", "text": "The same words are told by every paper."}
    archive = make_archive(place)
    archive.sync(write_corpus({f"{n}.jsonl": [same] for n in range(6)}))
    ids = [hit.passage.id for hit in archive.search("same words")]
    assert ids == sorted(ids)
    assert [hit.passage.id for hit in archive.search("same words", 3)] == ids[:3]
    archive.close()


def test_threads_get_what_one_alone_gets(index, embedder):
    retriever = Retriever.open(index, Settings())  # unused yet: the threads open the store
    retriever.embedder = embedder
    questions = [QUESTION, "What was stuck?", "chocolate mousse", "When does the ferry return?"]
    found: dict[tuple[int, str], list] = {}

    def work(thread: int) -> None:
        for question in questions * 3:
            found[thread, question] = retriever.search(question, 3, author="lee")
            found[thread, question + "!"] = retriever.search(question, 3)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 * 2 * len(questions)
    for (_, question), hits in found.items():
        assert hits == found[0, question]
        assert hits
    retriever.close()


def test_an_open_reader_sees_a_new_generation_at_its_next_search(
    make_archive, write_corpus, tmp_path, embedder
):
    corpus = write_corpus({"a.txt": "Tram approved\n\nThe council approved the tram on Tuesday.\n"})
    writer = make_archive(tmp_path / "index")
    writer.sync(corpus)
    reader = Retriever.open(tmp_path / "index", Settings())
    reader.embedder = embedder
    assert titles(reader.search("ferry")) == ["Tram approved"]
    before = reader.generation()
    assert reader.generation() is before  # not loaded again for nothing
    write_corpus({"b.txt": "Ferry late\n\nThe ferry was late by an hour on Monday.\n"})
    writer.sync(corpus)
    assert titles(reader.search("ferry")) == ["Ferry late", "Tram approved"]
    assert reader.generation().manifest.generation == 2
    write_corpus({"b.txt": None})
    writer.sync(corpus)
    assert titles(reader.search("ferry")) == ["Tram approved"]
    reader.close()
    writer.close()


def test_readers_searching_while_a_writer_publishes_see_whole_generations(
    make_archive, write_corpus, tmp_path
):
    def corpus(n: int):
        body = f"Report number {n} tells of the ferry in edition{n} of the paper.\n"
        return write_corpus(dict.fromkeys(("a.txt", "b.txt"), f"Edition {n}\n\n{body}"))

    writer, reader = make_archive(tmp_path / "index"), make_archive(tmp_path / "index")
    writer.sync(corpus(0))
    stop, seen, errors = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                found = titles(reader.search("ferry report", all_copies=True))
                seen.add(tuple(found))
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for n in range(1, 8):
        writer.sync(corpus(n))
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert seen <= {(f"Edition {n}",) * 2 for n in range(8)}
    assert len(seen) > 1
    assert titles(reader.search("ferry")) == ["Edition 7"] * 2
    reader.close()
    writer.close()


@pytest.mark.parametrize("way", ["search", "ask"])
def test_what_two_syncs_deleted_during_a_search_is_looked_for_again(
    make_archive, write_corpus, tmp_path, monkeypatch, way
):
    def edition(n: int):
        return write_corpus({"a.txt": f"Edition {n}\n\nEdition {n} tells of the ferry in May.\n"})

    writer, reader = make_archive(tmp_path / "index"), make_archive(tmp_path / "index")
    writer.sync(edition(0))
    read = {"search": Store.passages, "ask": Store.embeddings}[way]
    syncs = iter((1, 2))

    def overtaken(store, *arguments):
        for n in syncs:
            writer.sync(edition(n))
        return read(store, *arguments)

    monkeypatch.setattr(Store, read.__name__, overtaken)
    found = reader.search("ferry") if way == "search" else reader.ask("ferry").passages
    assert titles(found) == ["Edition 2"]
    reader.close()
    writer.close()


def test_a_store_of_another_index_is_told_with_what_mends_it(make_archive, write_corpus, tmp_path):
    one, other = make_archive(tmp_path / "one"), make_archive(tmp_path / "other")
    other.sync(write_corpus({"a.txt": "Tram\n\nThe tram was late on Tuesday in May.\n"}))
    corpus = write_corpus({"b.txt": "Ferry\n\nThe ferry was late on Monday in May.\n"})
    one.sync(corpus)
    one.close()
    other.close()
    (tmp_path / "one" / "store.sqlite").write_bytes((tmp_path / "other/store.sqlite").read_bytes())
    for use in (lambda: one.search("ferry"), lambda: one.ask("Who was late?")):
        with pytest.raises(IndexDamagedError, match=r"lacks passage \d+ .*run: qa verify --repair"):
            use()
    one.sync(corpus, rebuild=True)
    assert sorted(titles(one.search("late"))) == ["Ferry", "Tram"]
    one.close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see open files")
def test_closed_it_has_no_file_open_and_asked_again_opens_them(
    make_archive, write_corpus, tmp_path
):
    corpus = write_corpus({"a.txt": "Ferry hits pier\n\nFourteen were hurt."})
    archive = make_archive(tmp_path / "index")
    archive.sync(corpus)

    def opened() -> set[str]:
        found = set()
        for descriptor in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):  # the one this listing itself has open
                found.add(str(descriptor.readlink()))
        return {path for path in found if path.startswith(str(tmp_path))}

    assert len(archive.search("ferry")) == 1
    assert opened()
    archive.close()
    assert opened() == set()
    assert len(archive.search("ferry")) == 1
    archive.close()

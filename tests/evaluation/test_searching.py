from __future__ import annotations

import pytest

from qa.archive import Archive
from qa.errors import InputError
from qa.evaluation.dataset import Document, Query, load
from qa.evaluation.indexing import build
from qa.evaluation.measures import DEPTH
from qa.evaluation.searching import ARMS, Searcher, arm_settings, day_of, holds
from qa.question.query import Question
from qa.settings import Settings
from tests.evaluation.conftest import BODIES


@pytest.fixture
def make(tmp_path, embedder):
    def make(documents):
        return build(tmp_path / "cache", documents, Settings(), embedder, lambda _: None)

    return make


@pytest.fixture(scope="module")
def sample(tmp_path_factory, embedder, archive):
    """The sample corpus as a dataset's documents."""
    documents = [Document(a.id, a.title, a.text, {}) for a in archive.articles()]
    folder = tmp_path_factory.mktemp("cache")
    return build(folder, documents, Settings(), embedder, lambda _: None)


def long_documents():
    """Five texts of several passages; the sentence that answers ends the third of them."""
    filler = "The council met again and said little about the matter that week in town. " * 25
    return [
        Document(name, title, f"{filler}{body if name == 'bees' else ''}", {})
        for name, (title, body) in BODIES.items()
    ]


def test_a_document_stands_at_the_rank_of_its_best_passage(make, embedder):
    indexed = make(long_documents())
    assert indexed.passages > 2 * len(BODIES)
    for arm in ARMS:
        searcher = Searcher(indexed, Settings(), embedder, arm)
        ranking = searcher.documents(Query("q", "eleven beehives taken from an orchard"))
        searcher.close()
        assert ranking[0] == "bees", arm
        assert len(ranking) == len(set(ranking))


@pytest.mark.parametrize("fusion", ["convex", "rrf"])
@pytest.mark.parametrize("arm", ["lexical", "dense"])
def test_an_arm_alone_is_that_index_alone(sample, embedder, fusion, arm):
    indexed = sample
    settings = Settings(fusion=fusion, depth=3)
    searcher = Searcher(indexed, settings, embedder, arm)
    text = "How many homes lost power in the storm?"
    opened = Archive.open(indexed.index, settings)
    retriever = opened.retriever
    generation = retriever.generation()
    if arm == "lexical":
        scored = generation.lexical.search(Question.parse(text).terms, 1000)
    else:
        scored = generation.dense.search(embedder.embed_query(text).vector, 1000)
    ids = generation.ids[[hit.row for hit in scored]].tolist()
    passages = retriever.store.passages(ids)
    articles = (passages[number][1] for number in ids)
    wanted = list(dict.fromkeys(indexed.ids[a.source, a.position] for a in articles))
    assert searcher.documents(Query("q", text)) == wanted
    assert len(wanted) > 3  # beyond the depth of the settings
    searcher.close()
    opened.close()


def test_the_first_documents_are_the_products_own(sample, embedder):
    indexed = sample
    settings = Settings(depth=20)
    searcher = Searcher(indexed, settings, embedder, "hybrid")
    opened = Archive.open(indexed.index, settings)
    for text in ("Who led the inquiry into the ferry?", "tram costs"):
        hits = opened.search(text, 20)
        own = list(dict.fromkeys(indexed.ids[h.article.source, h.article.position] for h in hits))
        ranking = searcher.documents(Query("q", text))
        assert ranking[: len(own)] == own
        assert len(ranking) == min(DEPTH, len(indexed.ids))  # and all others below
    searcher.close()
    opened.close()


def test_each_timed_search_embeds_its_question(tiny, make, embedder, monkeypatch):
    indexed = make(load(tiny).documents)
    asked = []
    real = embedder.embed_query
    monkeypatch.setattr(embedder, "embed_query", lambda text: asked.append(text) or real(text))
    searcher = Searcher(indexed, Settings(), embedder, "hybrid")
    for _ in range(2):
        found, milliseconds = searcher.search(Query("q", "Who painted the lighthouse?"))
        assert milliseconds > 0
        searcher.documents(Query("q", "Who painted the lighthouse?"))
    assert len(asked) == 2
    assert searcher.judge(found, ["Tova Brandt"]).quotes[0]
    assert not searcher.judge(found, ["Oda Lund"]).quotes[0]
    searcher.close()


def test_nothing_later_than_the_questions_day(make, embedder):
    bodies = list(BODIES.items())[:3]
    documents = [
        Document(name, title, text, {"published_at": f"2024-05-0{day}"})
        for day, (name, (title, text)) in enumerate(bodies, 1)
    ]
    indexed = make(documents)
    query = Query("q", "Who took the beehives by tram to the lighthouse?", as_of="2024-05-02")
    found = []
    for as_of in (False, True):
        searcher = Searcher(indexed, Settings(), embedder, "hybrid", as_of=as_of)
        found.append(set(searcher.documents(query)))
        searcher.close()
    assert found == [{"light", "tram", "bees"}, {"light", "tram"}]


def test_an_answer_is_held_however_its_accents_are_written():
    assert holds("She left the Café at noon.", ["Cafe\u0301"])
    assert holds("Their cooperation ended.", ["co\u00adoperation"])
    assert not holds("She left the Cafe at noon.", ["Café"])


def test_a_day_that_cannot_be_read():
    with pytest.raises(InputError, match="query q: as_of must be a day"):
        day_of(Query("q", "When?", as_of="last week"), True)
    assert day_of(Query("q", "When?", as_of="last week"), False) is None
    assert day_of(Query("q", "When?"), True) is None


def test_the_hybrid_arm_is_the_product_as_set():
    settings = Settings(fusion="rrf", dense_weight=0.3)
    assert arm_settings(settings, "hybrid") is settings

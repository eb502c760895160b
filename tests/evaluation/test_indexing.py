from __future__ import annotations

import pytest

from qa.archive import Archive
from qa.errors import IndexBusyError, InputError
from qa.evaluation import indexing
from qa.evaluation.dataset import Document, load
from qa.evaluation.indexing import build, cache
from qa.settings import Settings

ODD = [
    Document("plain", "Tram", "It opened.\n\nIt closed.  Twice.", {}),
    Document("no title", "", "A text without a title.", {}),
    Document("no text", "A title without a text", "", {}),
    Document("neither", "", " ", {}),
    Document("repeats", "Ferry hits pier", "Ferry hits pier\nFourteen people were hurt.", {}),
    Document("looks marked up", "Less", "If a <b then c> d & e&lt;f", {}),
    Document("marked up", "More", "One<br>two", {}),
    Document("surrogate", "Half \ud800 a sign", "Half \ud800 a sign, too.", {}),
    Document(
        "fields",
        "All fields",
        "They are taken over.",
        {
            "source": "Gazette",
            "author": "Oda Lund",
            "published_at": "2024-05-06",
            "url": "http://x",
        },
    ),
    Document("undated", "A bad date", "It is not understood.", {"published_at": "some day"}),
]


@pytest.fixture
def make(tmp_path, embedder):
    def make(documents, name="cache", **options):
        return build(tmp_path / name, documents, Settings(), embedder, lambda _: None, **options)

    return make


def test_texts_and_fields_arrive(make):
    indexed = make(ODD)
    archive = Archive.open(indexed.index, Settings())
    found = {indexed.ids[a.source, a.position]: a for a in archive.articles()}
    archive.close()
    assert found.keys() == {document.id for document in ODD} - {"neither"}
    assert found["plain"].text == "It opened.\n\nIt closed. Twice."
    assert found["no title"].title == indexing.NO_TITLE
    assert found["no text"].text == "A title without a text"
    assert found["looks marked up"].text == "If a <b then c> d & e<f"
    assert found["fields"].publisher == "Gazette"
    assert found["fields"].author == "Oda Lund"
    assert found["fields"].published_at.date().isoformat() == "2024-05-06"
    assert found["fields"].url == "http://x"
    assert indexed.warnings == (
        "documents without a text that can be read, never found: 1",
        "documents that lost markup or a title repeated at their head: 3",
        "documents with a date that cannot be read: 1",
    )


def test_pieces_keep_the_places(make, monkeypatch):
    monkeypatch.setattr(indexing, "FILE_DOCUMENTS", 3)
    indexed = make(ODD)
    assert len({source for source, _ in indexed.ids}) == 4
    archive = Archive.open(indexed.index, Settings())
    titles = {document.id: document.title for document in ODD}
    for article in archive.articles():
        wanted = titles[indexed.ids[article.source, article.position]]
        assert article.title in (wanted, indexing.NO_TITLE, wanted.replace("\ud800", "\ufffd"))
    archive.close()


def test_an_index_is_reused_and_follows_the_documents(make, embedder, monkeypatch):
    make(ODD)

    def never(texts):
        raise AssertionError(f"embedded again: {texts}")

    monkeypatch.setattr(embedder, "embed_passages", never)
    assert make(ODD).passages == make(ODD).passages
    fewer = make(ODD[:2], name="second", like=make(ODD).index)
    assert fewer.passages == 2
    assert make(ODD[:2]).passages == 2


def test_a_folder_with_something_else_is_refused(tiny, tmp_path):
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "CURRENT").write_text("1")
    dataset = load(tiny)
    with (
        pytest.raises(InputError, match="holds something else"),
        cache(tmp_path / "index", dataset),
    ):
        pass
    assert (tmp_path / "index" / "CURRENT").read_text() == "1"


def test_one_builder_at_a_time(tiny, tmp_path):
    dataset = load(tiny)
    with (
        cache(tmp_path / "cache", dataset) as folder,
        pytest.raises(IndexBusyError),
        cache(folder, dataset),
    ):
        pass
    with cache(folder, dataset) as again:
        assert again == folder


def test_a_folder_that_cannot_be_made(tiny, tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match="cannot write"),
        cache(tmp_path / "file" / "below", load(tiny)),
    ):
        pass

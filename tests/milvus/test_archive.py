"""An archive in a Milvus server does what one in a folder does."""

from __future__ import annotations

import json
import sqlite3

import pytest

from qa import cli
from qa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, InputError
from qa.milvus import catalogue, collections
from qa.milvus.address import MilvusAddress, location
from qa.milvus.arms import MOST, MilvusWords
from qa.milvus.collections import LAYOUT
from qa.milvus.replica import Replica, send
from qa.milvus.server import Server

QUESTIONS = (
    "How many homes lost power in Storm Brannoc?",
    "What did the ferry hit?",
    "Who led the inquiry?",
    "tram costs",
    'storm "Lowland Grid" -railway',
    "What did the Harbour Courier say about the storm?",
    "Brannock storm",
    "Who won the chess championship in Reykjavik?",
)
FERRY = "The ferry Skerrin Lass hit Pier 2 on Friday. Fourteen people were hurt."


def told(answer):
    return (
        answer.answered,
        answer.reason,
        answer.text,
        answer.understood,
        [hit.citation.quote for hit in answer.passages],
        round(answer.confidence, 3),
    )


def test_it_answers_as_the_embedded_engine_does(archive, served_archive, machine, open_archive):
    machine("reader")
    there = open_archive(served_archive.index)
    for question in QUESTIONS:
        assert told(there.ask(question)) == told(archive.ask(question)), question
        expected = archive.search(question, 10, explain=True)
        found = there.search(question, 10, explain=True)
        assert [h.passage.text for h in found] == [h.passage.text for h in expected], question
        assert [h.score for h in found] == pytest.approx([h.score for h in expected], abs=1e-4)
    for filters in (
        {"publisher": "harbour courier (SAMPLE)"},
        {"author": "Tarrick, Owen"},
        {"after": "2024-12-05"},
        {"before": "2024-12-05", "publisher": "Northfield Gazette (sample)"},
        {"as_of": "2025-02-01"},
        {"language": "en"},
        {"language": "e"},
        {"agency": "sws"},
        {"agency": "AP", "language": "en"},
        {"publisher": 'Nobody " or id > 0'},
    ):
        expected = [h.passage.text for h in archive.search("storm damage", 9, **filters)]
        assert [h.passage.text for h in there.search("storm damage", 9, **filters)] == expected
    assert there.articles() == archive.articles()
    assert there.facets() == archive.facets()
    assert there.article_page("storm") == archive.article_page("storm")
    assert there.problems() == archive.problems()
    verified = there.verify()
    assert verified.problems == ()
    assert verified.passages == verified.vectors == archive.info()["passages"]


def test_articles_come_change_and_go_and_another_machine_sees_it(
    machine, new_address, open_archive, write_corpus
):
    address = new_address()
    writer = open_archive(address)
    corpus = write_corpus({"ferry.txt": f"Ferry\n\n{FERRY}", "tram.txt": "Tram\n\nIt was late."})
    writer.sync(corpus)
    machine("reader")
    reader = open_archive(address)
    assert reader.search("ferry")[0].article.title == "Ferry"
    machine("writer")
    write_corpus({"ferry.txt": f"Ferry\n\n{FERRY.replace('Fourteen', 'Twenty')}"})
    writer.sync(corpus)
    assert "Twenty" in writer.search("ferry")[0].passage.text
    machine("reader")
    reader.retriever.renew()
    hits = reader.search("How many people were hurt on the ferry?")
    assert [hit.passage.text for hit in hits if "Fourteen" in hit.passage.text] == []
    assert "Twenty" in hits[0].passage.text
    assert reader.retriever.generation().lexical.document_frequency("fourteen") == 0
    machine("writer")
    write_corpus({"ferry.txt": None, "late.txt": "Late\n\nA lighthouse was sold to a painter."})
    writer.sync(corpus)
    machine("reader")
    reader.retriever.renew()
    assert {a.title for a in reader.articles()} == {"Tram", "Late"}
    assert not any("ferry" in h.passage.text.lower() for h in reader.search("ferry"))
    assert reader.search("lighthouse painter")[0].article.title == "Late"
    assert reader.verify().problems == ()
    machine("newcomer")
    newcomer = open_archive(address)
    assert {a.title for a in newcomer.articles()} == {"Tram", "Late"}
    assert newcomer.verify().ok


def test_an_empty_archive_and_none(machine, new_address, open_archive, write_corpus):
    address = new_address()
    with pytest.raises(IndexMissingError, match=f"there is no index at {address}; run: qa index"):
        open_archive(address).search("ferry")
    archive = open_archive(address)
    corpus = write_corpus({"a.txt": f"Ferry\n\n{FERRY}"})
    archive.sync(corpus)
    write_corpus({"a.txt": None})
    archive.sync(corpus, allow_empty=True)
    assert archive.search("ferry") == []
    assert not archive.ask("ferry?").answered
    assert archive.verify().ok


def test_another_layout_is_told_and_a_sync_writes_it_anew(
    machine, new_address, open_archive, write_corpus, monkeypatch
):
    address = new_address()
    archive = open_archive(address)
    corpus = write_corpus({"a.txt": f"Ferry\n\n{FERRY}"})
    archive.sync(corpus)
    for module in ("catalogue", "collections"):
        monkeypatch.setattr(f"qa.milvus.{module}.LAYOUT", 99)
    newer = open_archive(address)
    for use in (newer.articles, newer.verify, lambda: newer.search("ferry")):
        with pytest.raises(
            IndexMismatchError, match=rf"layout {LAYOUT}, now it is 99; .*run: qa index --index"
        ):
            use()
    machine("another")
    with pytest.raises(InputError, match="is written from"):
        newer.sync(corpus)
    machine("writer")
    assert newer.sync(corpus).embedded == 0
    assert newer.search("ferry")[0].article.title == "Ferry"
    assert newer.verify().ok
    monkeypatch.undo()
    found = Server(address).call("list_collections")
    assert len([name for name in found if name.startswith(f"{address.name}_")]) == 4
    archive.retriever.renew()
    with pytest.raises(IndexMismatchError, match=f"layout 99, now it is {LAYOUT}"):
        archive.search("ferry")


def test_the_vector_index_goes_by_size_and_changes_with_it(
    machine, new_address, open_archive, write_corpus, monkeypatch
):
    monkeypatch.setattr("qa.milvus.collections.EXACT", 2)
    address = new_address()
    archive = open_archive(address)
    archive.sync(write_corpus({f"{n}.txt": f"Tram {n}\n\nTram {n} was late." for n in range(2)}))
    assert archive.info()["engines"]["dense"] == "milvus-flat"
    archive.sync(write_corpus({"ferry.txt": f"Ferry\n\n{FERRY}"}))
    assert archive.info()["engines"]["dense"] == "milvus-hnsw"
    assert [hit.article.title for hit in archive.search("Who was hurt?", 1)] == ["Ferry"]
    assert archive.verify().ok


def test_an_index_is_written_from_one_machine_until_another_takes_it_over(
    machine, new_address, open_archive, write_corpus
):
    address = new_address()
    corpus = write_corpus({"a.txt": f"Ferry\n\n{FERRY}"})
    open_archive(address).sync(corpus)
    machine("another")
    another = open_archive(address)
    with pytest.raises(InputError, match=r"is written from .*; run there, or take it over"):
        another.sync(corpus)
    another.sync(corpus, rebuild=True)
    assert another.verify().ok
    machine("writer")
    with pytest.raises(InputError, match="is written from"):
        open_archive(address).sync(corpus)


def test_a_collection_of_somebody_elses_is_left_alone(
    machine, new_address, open_archive, write_corpus
):
    address = new_address()
    server = Server(address)
    server.call("create_collection", address.name, dimension=3)
    corpus = write_corpus({"a.txt": f"Ferry\n\n{FERRY}"})
    for work in (lambda a: a.search("ferry"), lambda a: a.sync(corpus), lambda a: a.verify()):
        with pytest.raises(InputError, match="is no article-qa index"):
            work(open_archive(address))
    assert server.call("has_collection", address.name)
    server.call("drop_collection", address.name)


def test_damage_is_told_and_mended_from_the_writers_folder(
    machine, new_address, open_archive, write_corpus
):
    address = new_address()
    archive = open_archive(address)
    archive.sync(write_corpus({"a.txt": f"Ferry\n\n{FERRY}", "b.txt": "Tram\n\nIt was late."}))
    server = Server(address)
    names = archive.retriever.generation().lexical._passages.names
    first, second = (row["id"] for row in server.rows(names.passages, "", []))
    server.call("delete", names.states, filter=f"id == {first}")
    server.call("delete", names.passages, filter=f"id == {second}")
    found = archive.verify()
    assert not found.ok
    assert any(f"passage {first} has no token states" in told for told in found.problems)
    assert any(f"passage {second} has a text but is not in" in told for told in found.problems)
    machine("reader")
    with pytest.raises(IndexMissingError, match="on the machine that writes it"):
        open_archive(address).verify(repair=True)
    machine("writer")
    [segment] = (address.staging / "segments").iterdir()
    segment.write_bytes(b"damaged")  # the folder is mended before it is mirrored
    mended = archive.verify(repair=True)
    assert mended.ok
    assert mended.repaired
    assert archive.search("tram")[0].article.title == "Tram"
    assert archive.verify().ok


def test_a_damaged_copy_is_told_and_fetched_anew(machine, new_address, open_archive, write_corpus):
    address = new_address()
    archive = open_archive(address)
    archive.sync(write_corpus({"a.txt": f"Ferry\n\n{FERRY}"}))
    archive.sync(write_corpus({"a.txt": "Ferry\n\nNineteen people were hurt."}))
    [article] = archive.articles()
    archive.close()
    copy = sqlite3.connect(address.replica)
    with copy:
        copy.execute("UPDATE revisions SET article = replace(article, 'Fourteen', 'Forty')")
        copy.execute("UPDATE articles SET text = replace(text, 'Nineteen', 'Ninety')")
    copy.close()
    found = archive.verify()
    assert any("the text of its article is not what was stored" in told for told in found.problems)
    assert any("revision 1 of article" in told for told in found.problems)
    assert archive.verify(repair=True).repaired
    assert "Fourteen" in archive.article(article.id, 1).text
    assert "Nineteen" in archive.article(article.id).text


@pytest.mark.parametrize("how", ["text", "header", "cut"])
def test_a_readers_damaged_copy_is_fetched_anew_where_it_is(
    how, machine, new_address, open_archive, write_corpus
):
    address = new_address()
    open_archive(address).sync(write_corpus({"a.txt": f"Ferry\n\n{FERRY}"}))
    before = catalogue.existing(Server(address))
    machine("reader")
    reader = open_archive(address)
    assert reader.search("ferry")
    reader.close()
    if how == "text":
        copy = sqlite3.connect(address.replica)
        with copy:
            copy.execute("UPDATE articles SET text = replace(text, 'Fourteen', 'Forty')")
        copy.close()
    else:
        data = address.replica.read_bytes()
        cut = data[: len(data) // 2]
        address.replica.write_bytes(cut if how == "cut" else b"x" * 200 + data[200:])
    reader = open_archive(address)
    assert reader.verify(repair=True).ok
    assert reader.search("ferry")[0].passage.text == FERRY
    assert catalogue.existing(Server(address)) == before  # nothing was written to the server


def test_a_copy_does_not_go_back(machine, new_address, open_archive, write_corpus):
    address = new_address()
    writer = open_archive(address)
    corpus = write_corpus({"a.txt": f"Ferry\n\n{FERRY}"})
    writer.sync(corpus)
    before = catalogue.existing(Server(address))
    write_corpus({"b.txt": "Tram\n\nThe tram was late."})
    writer.sync(corpus)
    machine("reader")
    reader = open_archive(address)
    assert reader.search("tram")[0].article.title == "Tram"
    Replica(Server(address)).follow(before)  # another process had read it a moment before
    assert reader.search("tram")[0].article.title == "Tram"


def test_what_is_current_cannot_be_read(machine, new_address, open_archive, write_corpus):
    address = new_address()
    archive = open_archive(address)
    corpus = write_corpus({"a.txt": f"Ferry\n\n{FERRY}"})
    archive.sync(corpus)
    damaged = {"key": "current", "value": f'{{"layout": {LAYOUT}}}', "nothing": collections.NOTHING}
    Server(address).write(address.name, [damaged])
    archive.retriever.renew()
    for work in (lambda: archive.search("ferry"), lambda: archive.verify(repair=True)):
        with pytest.raises(IndexDamagedError, match="to write it anew, run: qa index --index"):
            work()
    archive.sync(corpus)
    assert archive.search("ferry")


def test_a_passage_of_more_words_than_a_field_takes(
    machine, new_address, open_archive, write_corpus
):
    archive = open_archive(new_address())
    numbers = ";".join(str(n % 997) for n in range(22_000))
    title = " ".join(f"подробности{n}" for n in range(1_500))
    corpus = write_corpus(
        {
            "table.txt": f"Route\n\nThe ferry's route.\n\n{numbers}",
            "title.jsonl": [{"title": title, "text": "Трамвай опоздал."}],
        }
    )
    assert archive.sync(corpus).articles == 2
    assert archive.verify().problems == ()
    assert archive.search("ferry's route")[0].article.title == "Route"


@pytest.fixture
def sizes(monkeypatch):
    """How many rows each call asks for or writes."""
    plain, found = Server.call, []

    def call(server, method, *given, **options):
        found.append(len(given[1]) if method == "upsert" else options.get("limit") or 0)
        return plain(server, method, *given, **options)

    monkeypatch.setattr(Server, "call", call)
    return found


def test_an_unwanted_phrase_in_more_passages_than_one_answer_has(
    machine, new_address, open_archive, write_corpus, monkeypatch, sizes
):
    archive = open_archive(new_address())
    archive.sync(
        write_corpus({"a.txt": f"Ferry\n\n{FERRY}", "b.txt": "Tram\n\nThe ferry was late."})
    )
    monkeypatch.setattr(MilvusWords, "__len__", lambda _: 2 * MOST)
    sizes.clear()
    assert [h.article.title for h in archive.search('ferry -"ferry was late"')] == ["Ferry"]
    assert 0 < max(sizes) <= MOST


def test_changes_of_any_size_go_in_messages_that_a_server_takes(
    machine, new_address, open_archive, write_corpus, monkeypatch, sizes
):
    address = new_address()
    archive = open_archive(address)
    archive.sync(write_corpus({"a.txt": f"Ferry\n\n{FERRY}"}))
    server = Server(address, writes=True)
    changes = catalogue.names(server, catalogue.existing(server)).changes
    monkeypatch.setattr("qa.milvus.replica.PARTS_AT_ONCE", 3)
    sizes.clear()
    pieces = ["A" * 500_000, "B" * 10]
    send(server, changes, 2, iter(pieces))
    rows = server.rows(changes, "generation == 2", ["body"], page_size=3)
    assert "".join(row["body"] for row in rows) == "".join(f"{piece}\n" for piece in pieces)
    assert max(sizes) == 3
    server.call("delete", changes, filter="generation == 2")
    machine("reader")
    sizes.clear()
    assert open_archive(address).articles()[0].title == "Ferry"
    assert 3 in sizes


def test_from_the_command_line_by_option_and_by_setting(
    machine, new_address, write_corpus, tmp_path, monkeypatch, capsys
):
    address = str(new_address())
    corpus = str(write_corpus({"a.txt": f"Ferry\n\n{FERRY}"}))
    monkeypatch.chdir(tmp_path)
    assert cli.main(["index", "--corpus", corpus, "--index", address, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["articles"] == 1
    (tmp_path / "qa.toml").write_text(f'index = "{address}"\n')
    assert cli.main(["ask", "How many people were hurt on the ferry?"]) == 0
    assert "Fourteen people were hurt." in capsys.readouterr().out
    assert cli.main(["verify"]) == 0
    assert cli.main(["info", "--json"]) == 0
    assert cli.main(["index", "--corpus", corpus, "--dry-run"]) == 0
    assert not (tmp_path / "index").exists()
    capsys.readouterr()
    for wrong, says in (
        ("milvus://host:1/", "names no index"),
        ("milvus://user:secret@host/x", "QA_MILVUS_TOKEN"),
        ("milvus://host:99999/x", "Port out of range"),
    ):
        with pytest.raises(SystemExit) as caught:
            cli.main(["search", "x", "--index", wrong])
        assert caught.value.code == 2
        said = capsys.readouterr().err
        assert says in said
        assert "secret" not in said


@pytest.mark.parametrize(
    "wrong",
    [
        "milvus://root:sec/ret@host/x",
        "milvus://root:sec?ret@host/x",
        "milvus://root:sec#ret@host/x",
        "milvus://root:se[cret@host/x",
        "milvus://root:secret@host:99999/x",
        "milvus://secret@host/x",
    ],
)
def test_no_message_holds_a_password(wrong):
    says = "leave the token out of milvus://…; set QA_MILVUS_TOKEN"
    with pytest.raises(InputError, match=says) as caught:
        location(wrong)
    assert "sec" not in str(caught.value)


@pytest.mark.parametrize("wrong", ["milvus://[host/x", "tcp://host:19530/x", "mivlus://host/x"])
def test_an_address_that_is_none(wrong):
    with pytest.raises(InputError, match="milvus://host:19530/name"):
        location(wrong)


def test_a_scheme_in_capitals():
    assert location("MILVUS://host/x") == MilvusAddress.parse("milvus://host:19530/x")

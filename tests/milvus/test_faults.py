"""A server that goes, comes back, answers slowly or refuses; a sync that stops at any step."""

from __future__ import annotations

import threading
from concurrent import futures

import pytest

from qa.errors import ServiceError
from qa.milvus import mirror, server
from qa.milvus.server import Server
from tests.milvus_server import Gate, free_port, light_server

FERRY = "Ferry\n\nThe ferry Skerrin Lass hit Pier 2 on Friday. Fourteen people were hurt."
STOPS = 6


class StopError(Exception):
    pass


def test_a_server_goes_and_comes_back_and_is_slow(
    tmp_path, machine, new_address, open_archive, write_corpus, monkeypatch
):
    monkeypatch.setattr(server, "AWAY_S", 0.5)
    monkeypatch.setattr(mirror, "PATIENCE_S", 0.5)
    monkeypatch.setattr("qa.mirroring.PATIENCE_S", 0.5)
    with light_server(tmp_path) as light:
        gate = Gate(light.port)
        address = new_address(f"127.0.0.1:{gate.port}")
        archive = open_archive(address)
        corpus = write_corpus({"a.txt": FERRY})
        archive.sync(corpus)
        archive.retriever._generations.server._patience_s = 0.5
        assert archive.search("ferry")
        # Slow: an answer that does not come is an error after the time that was set.
        archive.retriever._generations.server._answer_s = 1.0
        archive.retriever.renew()
        gate.hold()
        with pytest.raises(ServiceError, match="did not answer within 1 s|tried for"):
            archive.search("ferry")
        gate.release()
        archive.retriever._generations.server._answer_s = 10.0
        assert archive.search("ferry")
        # Gone: one line, for a reader and for a writer; the writer keeps what it has done.
        light.stop()
        archive.retriever.renew()
        with pytest.raises(ServiceError, match=r"no Milvus server answers at http://127"):
            archive.search("ferry")
        write_corpus({"b.txt": "Tram\n\nThe tram was late."})
        with pytest.raises(ServiceError, match="start it, then run the same command again"):
            archive.sync(corpus)
        # Back while a question is waiting: it is answered.
        archive.retriever._generations.server._patience_s = 60
        back = threading.Timer(0.3, light.start)
        back.start()
        assert archive.search("ferry")[0].article.title == "Ferry"
        back.join()
        archive.sync(corpus)
        assert archive.search("tram")[0].article.title == "Tram"
        gate.close()


def test_a_token_that_is_refused(machine, new_address, open_archive):
    import grpc

    def refuse(_: object, context: grpc.ServicerContext) -> bytes:
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "auth check failure, please check token")

    class Refusing(grpc.GenericRpcHandler):
        def service(self, _):
            return grpc.unary_unary_rpc_method_handler(refuse)

    refusing = grpc.server(futures.ThreadPoolExecutor(2))
    refusing.add_generic_rpc_handlers((Refusing(),))
    port = free_port()
    refusing.add_insecure_port(f"127.0.0.1:{port}")
    refusing.start()
    try:
        archive = open_archive(new_address(f"127.0.0.1:{port}"))
        with pytest.raises(ServiceError, match="refuses the token; set QA_MILVUS_TOKEN"):
            archive.search("ferry")
    finally:
        refusing.stop(0)


@pytest.mark.parametrize("step", range(STOPS))
def test_a_sync_that_stops_at_any_write_shows_nothing_and_is_gone_on_with(
    step, machine, new_address, open_archive, write_corpus, monkeypatch
):
    address = new_address()
    writer, reader = open_archive(address), open_archive(address)
    corpus = write_corpus({"a.txt": FERRY, "b.txt": "Tram\n\nThe tram was late."})
    writing = {"upsert", "delete", "flush", "drop_collection", "create_collection"}
    plain = Server.call
    left = [step if step < 3 else 10**6]

    def call(self, method, *arguments, **options):
        if method in writing:
            if left[0] == 0:
                left[0] = 10**6
                raise StopError(method)
            left[0] -= 1
        return plain(self, method, *arguments, **options)

    monkeypatch.setattr(Server, "call", call)
    # While there is nothing yet.
    if step < 3:
        left[0] = 4 * step
        with pytest.raises(StopError):
            writer.sync(corpus)
        assert reader.retriever._generations.stamp() is None
    writer.sync(corpus)
    reader.retriever.renew()
    assert {article.title for article in reader.articles()} == {"Ferry", "Tram"}
    # While there is something: the old generation goes on answering.
    write_corpus({"a.txt": None, "c.txt": "Storm\n\nA storm cut the railway."})
    left[0] = 2 * step
    with pytest.raises(StopError):
        writer.sync(corpus)
    reader.retriever.renew()
    published = reader.retriever.generation().manifest.articles
    titles = {article.title for article in reader.articles()}
    assert titles in ({"Ferry", "Tram"}, {"Tram", "Storm"})
    assert published == 2
    found = {hit.article.title for hit in reader.search("ferry tram storm", 9)}
    assert found == titles
    report = writer.sync(corpus)
    assert report.embedded == 0
    reader.retriever.renew()
    assert {article.title for article in reader.articles()} == {"Tram", "Storm"}
    assert {hit.article.title for hit in reader.search("ferry tram storm", 9)} == {"Tram", "Storm"}
    assert reader.verify().problems == ()

"""A server that goes, comes back, answers slowly or refuses."""

from __future__ import annotations

import threading
from concurrent import futures

import pytest

from qa.errors import ServiceError
from qa.milvus import mirror, server
from tests.milvus_server import Gate, free_port, light_server

FERRY = "Ferry\n\nThe ferry Skerrin Lass hit Pier 2 on Friday. Fourteen people were hurt."


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

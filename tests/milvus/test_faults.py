"""A server that goes, comes back, answers slowly or refuses."""

from __future__ import annotations

import base64
import threading
from concurrent import futures

import pytest

from qa.errors import InputError, QAError, ServiceError
from qa.milvus import server
from tests.milvus_server import Gate, light_server

FERRY = "Ferry\n\nThe ferry Skerrin Lass hit Pier 2 on Friday. Fourteen people were hurt."


def test_a_server_goes_and_comes_back_and_is_slow(
    tmp_path, machine, new_address, open_archive, write_corpus, monkeypatch
):
    monkeypatch.setattr(server, "AWAY_S", 0.1)
    with light_server(tmp_path) as light:
        gate = Gate(light.port)
        address = new_address(f"127.0.0.1:{gate.port}")
        archive = open_archive(address)
        corpus = write_corpus({"a.txt": FERRY})
        archive.sync(corpus)
        assert archive.search("ferry")
        # Slow: an answer that does not come is an error after the time that was set.
        archive.retriever._generations.server._answer_s = 0.3
        archive.retriever.renew()
        gate.hold()
        for read in (lambda: archive.search("ferry"), lambda: archive.ask("ferry?")):
            with pytest.raises(ServiceError, match=r"did not answer within 0.3 s; .*TIMEOUT_S"):
                read()
        monkeypatch.setenv("QA_MILVUS_TIMEOUT_S", "0.1")
        for work in (lambda: archive.sync(corpus), archive.verify):
            with pytest.raises(ServiceError, match=r"did not answer within|no Milvus server ans"):
                work()
        monkeypatch.delenv("QA_MILVUS_TIMEOUT_S")
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


def test_a_token_that_is_refused(machine, new_address, open_archive, write_corpus, monkeypatch):
    import grpc

    def answer(_: object, context: grpc.ServicerContext) -> bytes:
        given = dict(context.invocation_metadata()).get("authorization", "")
        if base64.b64decode(given) == b"the right one":
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "the token is right")
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "auth check failure, please check token")

    class Guarded(grpc.GenericRpcHandler):
        def service(self, _):
            return grpc.unary_unary_rpc_method_handler(answer)

    guarded = grpc.server(futures.ThreadPoolExecutor(2))
    guarded.add_generic_rpc_handlers((Guarded(),))
    port = guarded.add_insecure_port("127.0.0.1:0")
    guarded.start()
    corpus = write_corpus({"a.txt": FERRY})
    try:
        for token in (None, "a:wrong one"):
            if token:
                monkeypatch.setenv("QA_MILVUS_TOKEN", token)
            archive = open_archive(new_address(f"127.0.0.1:{port}"))
            for work in (lambda a: a.search("ferry"), lambda a: a.sync(corpus)):
                with pytest.raises(ServiceError, match="refuses the token; set QA_MILVUS_TOK") as e:
                    work(archive)
                assert "wrong one" not in str(e.value)
        monkeypatch.setenv("QA_MILVUS_TOKEN", "the right one")
        with pytest.raises(QAError, match="UNIMPLEMENTED"):
            open_archive(new_address(f"127.0.0.1:{port}")).search("ferry")
    finally:
        guarded.stop(0)


@pytest.mark.parametrize("value", ["soon", "0", "-1"])
def test_a_time_limit_that_is_none(value, machine, new_address, open_archive, monkeypatch):
    monkeypatch.setenv("QA_MILVUS_TIMEOUT_S", value)
    with pytest.raises(InputError, match=f"QA_MILVUS_TIMEOUT_S must be .*, not {value!r}"):
        open_archive(new_address())

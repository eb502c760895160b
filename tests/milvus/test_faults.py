"""A server that goes, comes back, answers slowly or refuses."""

from __future__ import annotations

import base64
import resource
import threading
from concurrent import futures

import pytest

from qa.errors import IndexDamagedError, IndexWriteError, InputError, QAError, ServiceError
from qa.milvus import catalogue, mirror, server
from qa.milvus.generation import MilvusGenerations
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


def test_those_who_wait_for_a_server_that_does_not_answer_wait_together(new_address, monkeypatch):
    generations = MilvusGenerations(new_address())
    plain, asked, reads = generations._lock, threading.Semaphore(0), []

    class Counted:
        def __enter__(self):
            asked.release()
            plain.acquire()

        def __exit__(self, *_):
            plain.release()

    def read(_):
        reads.append(1)
        if len(reads) == 1:
            for _ in range(8):
                assert asked.acquire(timeout=60)
        raise ServiceError("did not answer")

    generations._lock = Counted()
    monkeypatch.setattr(catalogue, "read", read)
    with futures.ThreadPoolExecutor(8) as pool:
        told = [pool.submit(generations.stamp) for _ in range(8)]
    assert {str(each.exception()) for each in told} == {"did not answer"}
    assert len(reads) == 1
    with pytest.raises(ServiceError):
        generations.stamp()  # who comes later asks for himself
    assert len(reads) == 2


def test_collections_that_go_while_they_are_read_or_written(
    machine, new_address, open_archive, write_corpus, monkeypatch
):
    address = new_address()
    writer = open_archive(address)
    corpus = write_corpus({"a.txt": FERRY})
    writer.sync(corpus)
    machine("reader")
    reader = open_archive(address)
    monkeypatch.setattr("qa.milvus.generation.FRESH_S", 3600.0)
    reader.retriever._generations.stamp()  # what is current was read a moment ago
    machine("writer")
    writer.sync(corpus, rebuild=True)
    machine("reader")
    assert reader.search("ferry")[0].article.title == "Ferry"
    machine("writer")
    plain, others = mirror.Mirror._write_terms, []

    def meanwhile(self, *given):
        if not others:
            others.append(open_archive(address))
            machine("another")
            others[0].sync(corpus, rebuild=True)
            machine("writer")
        return plain(self, *given)

    monkeypatch.setattr(mirror.Mirror, "_write_terms", meanwhile)
    write_corpus({"b.txt": "Tram\n\nThe tram was late."})
    with pytest.raises(IndexDamagedError, match="another machine may be writing it"):
        writer.sync(corpus)
    one = server.Server(address)
    one.call("drop_collection", catalogue.names(one, catalogue.existing(one)).changes)
    machine("newcomer")
    says = r"a collection of .* has gone; .*qa verify --repair"
    with pytest.raises(IndexDamagedError, match=says):
        open_archive(address).search("ferry")


def test_a_copy_on_a_full_disk_is_told(machine, new_address, open_archive, write_corpus):
    address = new_address()
    long = f"{FERRY} {'0123456789;' * 40_000}"
    open_archive(address).sync(write_corpus({"a.txt": FERRY, "long.txt": long}))
    machine("reader")
    reader = open_archive(address)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(IndexWriteError, match=f"cannot write {address.folder}: "):
            reader.articles()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(reader.articles()) == 2


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

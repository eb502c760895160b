"""Archives in a Milvus server."""

from __future__ import annotations

import itertools
import os

import pytest

from qa.archive import Archive
from qa.milvus.address import MilvusAddress
from qa.settings import Settings
from tests.milvus_server import any_server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def milvus(tmp_path_factory):
    """host:port of a server."""
    try:
        import pymilvus  # noqa: F401
    except ImportError:
        if os.environ.get("CI") == "true":
            pytest.fail("pymilvus is missing, which CI must have")
        pytest.skip("needs pymilvus: pip install 'article-qa[milvus]'")
    with any_server(tmp_path_factory.mktemp("milvus")) as address:
        yield address


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Become another machine: it keeps nothing of any index yet."""

    def become(name: str) -> None:
        monkeypatch.setenv("QA_MILVUS_FOLDER", str(tmp_path / "machines" / name))

    become("writer")
    return become


@pytest.fixture
def new_address(milvus):
    """Addresses of indexes that nobody has used."""

    def make(at: str | None = None) -> MilvusAddress:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        return MilvusAddress.parse(f"milvus://{at or milvus}/{name}")

    return make


@pytest.fixture
def open_archive(embedder):
    """An archive object with the model that is already loaded."""
    opened = []

    def make(index, settings: Settings | None = None) -> Archive:
        archive = Archive(index, settings or Settings())
        archive.retriever.embedder = embedder
        opened.append(archive)
        return archive

    yield make
    for archive in opened:
        archive.close()

"""Fixtures that several packages' tests share."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import uuid
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from qa.archive import Archive
from qa.embedding import load_embedder
from qa.milvus.address import Location, MilvusAddress
from qa.milvus.server import Server
from qa.settings import PACKAGED_MODEL, Settings
from tests.milvus_server import URI, any_server

ROOT = Path(__file__).resolve().parent.parent

# One number type for few texts and for many: whichever tests ran before, the same text gets the
# same vector. The tests of the other types set theirs.
os.environ["QA_PRECISION"] = "float32"

settings.register_profile("qa", deadline=None)  # the machine may be busy with other work
# The same examples in every run there: a change is judged by what it did, not by the draw.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "qa")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder beside the repository with the user's page and the evaluation data."""
    path = ROOT.parent / "shared"
    if not (path / "seeds").is_dir():
        reason = f"{path} is absent: it holds the user's page and the evaluation data"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, which CI must have")
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def embedder():
    """The real packaged model, loaded once."""
    return load_embedder(PACKAGED_MODEL)


@pytest.fixture(scope="session")
def make_archive(embedder):
    """Make an archive object on an index folder, with the model that is already loaded."""

    def make(index: Location, settings: Settings | None = None) -> Archive:
        archive = Archive(index, settings or Settings())
        archive.retriever.embedder = embedder
        return archive

    return make


@pytest.fixture(scope="session")
def archive(tmp_path_factory, make_archive):
    """The repository's sample corpus, indexed once. Read only: make your own to change one."""
    made = make_archive(tmp_path_factory.mktemp("sample") / "index")
    made.sync(ROOT / "corpus")
    yield made
    made.close()


@pytest.fixture(scope="module")
def archive_of(tmp_path_factory, make_archive):
    """Make an archive of some articles, each a row as in JSON Lines; closed after the module."""
    with ExitStack() as opened:

        def make(rows: Iterable[dict[str, object]]) -> Archive:
            folder = tmp_path_factory.mktemp("rows")
            (folder / "corpus").mkdir()
            lines = "".join(json.dumps(row) + "\n" for row in rows)
            (folder / "corpus" / "a.jsonl").write_text(lines, encoding="utf-8")
            made = make_archive(folder / "index")
            opened.callback(made.close)
            made.sync(folder / "corpus")
            return made

        yield make


@pytest.fixture
def write_corpus(tmp_path):
    """Write files into a corpus folder: text as it is, rows as JSON Lines, None deletes."""

    def write(files: dict[str, str | bytes | list[dict[str, object]] | None]) -> Path:
        folder = tmp_path / "corpus"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
                continue
            if isinstance(content, list):
                content = "".join(json.dumps(row) + "\n" for row in content)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write


@pytest.fixture(scope="session")
def milvus(tmp_path_factory):
    """host:port of a Milvus server."""
    try:
        import pymilvus  # noqa: F401
    except ImportError:
        if os.environ.get("CI") == "true":
            pytest.fail("pymilvus is missing, which CI must have")
        pytest.skip("needs pymilvus: pip install 'article-qa[milvus]'")
    folder = tmp_path_factory.mktemp("milvus")
    with pytest.MonkeyPatch.context() as patch, any_server(folder) as address:
        patch.setenv("QA_MILVUS_FOLDER", str(folder / "machine"))
        yield address


@pytest.fixture(scope="session")
def new_address(milvus):
    """Addresses of indexes that nobody has used; a cluster that was named is left as it was."""
    numbers, prefix = itertools.count(1), f"test_{uuid.uuid4().hex[:12]}_"

    def make(at: str | None = None) -> MilvusAddress:
        return MilvusAddress.parse(f"milvus://{at or milvus}/{prefix}{next(numbers)}")

    yield make
    if os.environ.get(URI):
        server = Server(make())
        for collection in server.call("list_collections"):
            if collection.startswith(prefix):
                server.call("drop_collection", collection)
        server.close()


PLACES = ("folder", "server")
"""Where an index can lie: suites with such a parameter hold whatever is done there to the same."""


@pytest.fixture(params=PLACES)
def place(request, tmp_path):
    """A place for a new index."""
    if request.param == "folder":
        return tmp_path / "index"
    return request.getfixturevalue("new_address")()


@pytest.fixture(scope="session")
def served_archive(archive, new_address, make_archive):
    """The same in a Milvus server."""
    address = new_address()
    shutil.copytree(archive.index, address.staging)  # so that nothing is embedded again
    made = make_archive(address)
    made.sync(ROOT / "corpus")
    yield made
    made.close()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Become another machine: it keeps nothing of any index in a server yet."""

    def become(name: str) -> None:
        monkeypatch.setenv("QA_MILVUS_FOLDER", str(tmp_path / "machines" / name))

    become("writer")
    return become

"""Fixtures that several packages' tests share."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import settings

from qa.archive import Archive
from qa.embedding import load_embedder
from qa.settings import PACKAGED_MODEL, Settings

# The same examples in every run there: a change is judged by what it did, not by the draw.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("qa", deadline=None)  # the machine may be busy with other work
settings.load_profile("qa")


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

    def make(index: Path, settings: Settings | None = None) -> Archive:
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

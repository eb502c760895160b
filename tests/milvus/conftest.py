"""Archives in a Milvus server."""

from __future__ import annotations

import pytest

from qa.archive import Archive
from qa.settings import Settings


@pytest.fixture
def open_archive(make_archive):
    """An archive object with the model that is already loaded, closed after the test."""
    opened = []

    def make(index, settings: Settings | None = None) -> Archive:
        opened.append(make_archive(index, settings))
        return opened[-1]

    yield make
    for archive in opened:
        archive.close()

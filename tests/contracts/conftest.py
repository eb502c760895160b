"""What the suites share."""

from __future__ import annotations

import pytest

from qa.milvus.server import Server
from tests.contracts.on_milvus import MilvusBuilds


@pytest.fixture(scope="session")
def on_milvus(new_address):
    """Builds engines in a Milvus server."""
    server = Server(new_address())
    yield MilvusBuilds(server)
    for collection in server.call("list_collections"):
        if collection.startswith(f"{server.address.name}_"):
            server.call("drop_collection", collection)

"""What the suites share."""

from __future__ import annotations

import pytest

from qa.milvus.server import Server
from tests.contracts.on_milvus import MilvusBuilds


@pytest.fixture(scope="session")
def on_milvus(new_address):
    """Builds engines in a Milvus server."""
    return MilvusBuilds(Server(new_address()))

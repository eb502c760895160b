"""Fixtures that several packages' tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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

"""The product does not fall below the quality it had; see benchmarks/floors.py."""

from __future__ import annotations

import pytest

from benchmarks.floors import PINNED, floors, measure


@pytest.mark.data
@pytest.mark.parametrize("pinned", PINNED, ids=lambda pinned: pinned.name)
def test_quality_is_at_its_floor_or_above(pinned, shared_dir, tmp_path, embedder):
    held = floors()[pinned.name]
    assert pinned.digests(shared_dir / "data") == held["sha256"], "the floors are of other data"
    assert (pinned.documents, pinned.questions) == (held["documents"], held["questions"])
    measured = measure(pinned, shared_dir / "data", tmp_path / "cache", embedder)
    assert measured.keys() == held["floors"].keys()
    sunk = {name: value for name, value in measured.items() if value < held["floors"][name]}
    assert not sunk, held["floors"]

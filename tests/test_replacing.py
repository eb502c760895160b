"""Files that take the place of others: whole, with their permissions, or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from qa.replacing import replacing


def test_what_is_written_stands_in_the_place_with_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("before")
    path.chmod(0o640)
    with replacing(path) as file:
        file.write(b"after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_may_be_as_long_as_the_disk_lets_it(tmp_path: Path) -> None:
    path = tmp_path / f"{'n' * 251}.txt"
    for text in (b"before", b"after"):
        with replacing(path) as file:
            file.write(text)
        assert path.read_bytes() == text


def test_what_is_private_is_so_whatever_was_there(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_text("{}")
    path.chmod(0o644)
    with replacing(path, private=True) as file:
        assert os.fstat(file.fileno()).st_mode & 0o777 == 0o600
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_disk_that_refuses_changes_nothing_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.toml"
    path.write_text("before")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"), replacing(path) as file:
        file.write(b"after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]

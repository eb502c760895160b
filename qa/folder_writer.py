"""Writes an index in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qa import indexing, verification
from qa.protocols import Embedder, OnProgress
from qa.records import SyncPlan, SyncReport, Verification
from qa.settings import Settings
from qa.writer import SyncOptions


class FolderWriter:
    """Implements `Writer` over an index folder.

    Args:
        index: The folder.
        settings: How to cut and embed.
        embedder: Loads the model of `settings.model`, or gives the loaded one.
    """

    def __init__(self, index: Path, settings: Settings, embedder: Callable[[], Embedder]) -> None:
        self._index = index
        self._settings = settings
        self._embedder = embedder

    def sync(self, corpus: Path, options: SyncOptions) -> SyncReport:
        """See `Writer.sync`."""
        return indexing.sync(corpus, self._index, self._settings, self._embedder(), options)

    def plan(self, corpus: Path, options: SyncOptions) -> SyncPlan:
        """See `Writer.plan`."""
        return indexing.plan(corpus, self._index, self._settings, self._embedder(), options)

    def verify(self, *, repair: bool, on_progress: OnProgress) -> Verification:
        """See `Writer.verify`."""
        if not repair:
            return verification.verify(self._index, self._settings, on_progress=on_progress)
        return verification.repair(
            self._index, self._settings, self._embedder, on_progress=on_progress
        )

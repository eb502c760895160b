"""Sync, plan and mend an index in a Milvus server: the writer's folder first, then its mirror."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from qa.errors import IndexMismatchError, IndexMissingError, InputError
from qa.folder_writer import FolderWriter
from qa.milvus import verifying
from qa.milvus.address import MilvusAddress
from qa.milvus.mirror import Mirror
from qa.milvus.replica import Replica
from qa.milvus.server import Server, check_installed
from qa.protocols import Embedder, OnProgress
from qa.records import SyncPlan, SyncReport, Verification
from qa.settings import Settings
from qa.storage.generation import Generations
from qa.storage.writing import writing
from qa.writer import SyncOptions


class MirrorWriter:
    """Implements `Writer` over a Milvus server, with an index folder of this machine's own.

    Args:
        address: The index's.
        settings: How to cut and embed.
        embedder: Loads the model of `settings.model`, or gives the loaded one.
    """

    def __init__(
        self, address: MilvusAddress, settings: Settings, embedder: Callable[[], Embedder]
    ) -> None:
        self._address = address
        self._settings = settings
        self._embedder = embedder

    @property
    def _folder(self) -> FolderWriter:
        return FolderWriter(self._address.staging, self._settings, self._embedder)

    def sync(self, corpus: Path, options: SyncOptions) -> SyncReport:
        """See `Writer.sync`. What an earlier one did and could not mirror is mirrored first.

        Raises:
            ServiceError: The server is away or refuses; what was done is kept, and mirrored next
                time.
            InputError: Another machine writes the index, or pymilvus is missing.
        """
        with self._mirror(options.on_progress) as mirror:
            mirror.check_writer(take_over=options.rebuild)
            with _mirroring(self._address):
                if not options.rebuild and self._has_generation():
                    mirror.push()
                report = self._folder.sync(corpus, options)
                mirror.push(anew=options.rebuild)
        return report

    def plan(self, corpus: Path, options: SyncOptions) -> SyncPlan:
        """See `Writer.plan`."""
        return self._folder.plan(corpus, options)

    def verify(self, *, repair: bool, on_progress: OnProgress) -> Verification:
        """See `Writer.verify`. It is mended from the folder, which is verified and mended first.

        Raises:
            InputError: It was to be mended, and another machine writes it.
        """
        check_installed()
        found = self._verified(on_progress)
        if found.ok or not repair:
            return found
        self._forget_copy()  # it may be all that is damaged
        again = self._verified(on_progress)
        if again.ok:
            return replace(again, problems=found.problems, repaired=True)
        with self._mirror(on_progress) as mirror:
            if not (self._address.staging / "CURRENT").exists():
                raise IndexMissingError(
                    f"this machine keeps no copy of {self._address} to mend it from; run: "
                    "qa verify --repair on the machine that writes it"
                )
            mirror.check_writer()
            with _mirroring(self._address):
                self._folder.verify(repair=True, on_progress=on_progress)
                mirror.push(anew=True)
        after = self._verified(on_progress)
        return replace(after, problems=after.problems or found.problems, repaired=after.ok)

    def _forget_copy(self) -> None:
        Replica(Server(self._address)).forget()

    def _verified(self, on_progress: OnProgress) -> Verification:
        return verifying.verify(self._address, self._settings, on_progress=on_progress)

    def _has_generation(self) -> bool:
        """Whether the folder has a generation that was built with these settings."""
        generations = Generations(self._address.staging)
        try:
            return generations.manifest(generations.current()).mismatch(self._settings) is None
        except (IndexMissingError, IndexMismatchError):
            return False

    @contextmanager
    def _mirror(self, on_progress: OnProgress) -> Iterator[Mirror]:
        check_installed()
        staging = self._address.staging
        try:
            staging.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"cannot make the folder {staging}: {error.strerror}; name another in "
                "QA_MILVUS_FOLDER"
            ) from error
        server = Server(self._address, writes=True)
        try:
            yield Mirror(server, staging, self._settings, on_progress)
        finally:
            server.close()


@contextmanager
def _mirroring(address: MilvusAddress) -> Iterator[None]:
    """Be the only one on this machine to mirror an index."""
    with writing(address.folder):
        yield

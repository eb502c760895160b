"""Sync, plan and mend an index in a Milvus server: the writer's folder first, then its mirror."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from qa.errors import IndexMismatchError, IndexMissingError, InputError
from qa.execution import Execution
from qa.generation import Generations
from qa.indexing import plan as plan_folder
from qa.indexing import sync as sync_folder
from qa.milvus import verifying
from qa.milvus.address import MilvusAddress
from qa.milvus.mirror import PATIENCE_S, Mirror
from qa.milvus.server import Server, check_installed
from qa.protocols import Embedder, OnProgress
from qa.records import SyncPlan, SyncReport, Verification
from qa.settings import Settings
from qa.writing import writing


def sync(
    corpus: Path,
    address: MilvusAddress,
    settings: Settings,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    execution: Execution | None = None,
    allow_empty: bool = False,
    on_progress: OnProgress = lambda _: None,
    on_plan: Callable[[SyncPlan], None] = lambda _: None,
) -> SyncReport:
    """As `qa.indexing.sync`, published in a Milvus server.

    What an earlier sync did and could not mirror is mirrored first.

    Raises:
        ServiceError: The server is away or refuses; what was done is kept, and mirrored next time.
        InputError: Another machine writes the index, or pymilvus is missing.
    """
    with _mirror(address, settings, on_progress) as mirror:
        mirror.check_writer(take_over=rebuild)
        with _mirroring(address):
            if not rebuild and _has_generation(address, settings):
                mirror.push()
            report = sync_folder(
                corpus,
                address.staging,
                settings,
                embedder,
                rebuild=rebuild,
                execution=execution,
                allow_empty=allow_empty,
                on_progress=on_progress,
                on_plan=on_plan,
            )
            mirror.push(anew=rebuild)
    return report


def plan(
    corpus: Path,
    address: MilvusAddress,
    settings: Settings,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    on_progress: OnProgress = lambda _: None,
) -> SyncPlan:
    """What `sync` would do. Changes nothing."""
    return plan_folder(
        corpus, address.staging, settings, embedder, rebuild=rebuild, on_progress=on_progress
    )


def verify(
    address: MilvusAddress,
    settings: Settings,
    *,
    repair: bool = False,
    on_progress: OnProgress = lambda _: None,
) -> Verification:
    """Verify an index in a Milvus server; mend it from the folder of the machine that writes it.

    Raises:
        IndexMissingError: There is no index; or this machine has nothing to mend it from.
        IndexMismatchError: It was built with other settings.
        InputError: It was to be mended, and another machine writes it.
    """
    check_installed()
    found = verifying.verify(address, settings, on_progress=on_progress)
    if found.ok or not repair:
        return found
    with _mirror(address, settings, on_progress) as mirror:
        if not (address.staging / "CURRENT").exists():
            raise IndexMissingError(
                f"this machine keeps no copy of {address} to mend it from; run: qa verify --repair "
                "on the machine that writes it"
            )
        mirror.check_writer()
        with _mirroring(address):
            mirror.push(anew=True)
    after = verifying.verify(address, settings, on_progress=on_progress)
    return replace(after, problems=after.problems or found.problems, repaired=after.ok)


@contextmanager
def _mirror(
    address: MilvusAddress, settings: Settings, on_progress: OnProgress
) -> Iterator[Mirror]:
    check_installed()
    try:
        address.staging.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the folder {address.staging}: {error.strerror}; name another in "
            "QA_MILVUS_FOLDER"
        ) from error
    server = Server(address, PATIENCE_S)
    try:
        yield Mirror(server, address.staging, settings, on_progress)
    finally:
        server.close()


@contextmanager
def _mirroring(address: MilvusAddress) -> Iterator[None]:
    """Be the only one on this machine to mirror an index."""
    with writing(address.folder):
        yield


def _has_generation(address: MilvusAddress, settings: Settings) -> bool:
    """Whether the folder has a generation that was built with these settings."""
    generations = Generations(address.staging)
    try:
        return generations.manifest(generations.current()).mismatch(settings) is None
    except (IndexMissingError, IndexMismatchError):
        return False

"""A sync that kills itself at its n-th write step. Loaded once, then forked for each step.

A write step is any call that changes what is on the disk: a file opened for writing, a rename, a
removal, a new folder, a flush, a commit. They are counted from outside, by Python's audit events
and around the few calls that raise none: the product needs no hooks, and none is forgotten.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from qa.archive import Archive
from qa.embedding import load_embedder
from qa.settings import PACKAGED_MODEL, Settings
from qa.storage.store_writer import StoreWriter

EMBEDDER = load_embedder(PACKAGED_MODEL)

_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link"}


def work(
    task: str,
    corpus: Path,
    index: Path,
    die_at: int,
    power_loss: bool,
    overrides: dict[str, int],
    log: Path,
) -> None:
    """Run a task on an index, and die at a step; at 0, only write down the steps.

    Args:
        task: "sync", "rebuild", "other settings" or "repair".
        corpus: The corpus folder.
        index: The index folder.
        die_at: The step, from 1, before which the process kills itself.
        power_loss: Cut in half the file that was about to be flushed, as a loss of power may.
        overrides: Values for module constants, by dotted name.
        log: A file for the names of the steps, used where `die_at` is 0.
    """
    for name, value in overrides.items():
        module, constant = name.rsplit(".", 1)
        __import__(module)
        setattr(sys.modules[module], constant, value)
    settings = Settings(passage_words=40) if task == "other settings" else Settings()
    archive = Archive(index, settings)
    archive.retriever.embedder = EMBEDDER
    steps: list[str] = []

    def step(name: str, descriptor: int | None = None) -> None:
        steps.append(name)
        if len(steps) == die_at:
            if power_loss and descriptor is not None:
                path = Path(f"/proc/self/fd/{descriptor}").resolve()
                if path.is_file():
                    os.truncate(path, path.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)

    _listen(step, index)
    run: dict[str, Callable[[], object]] = {
        "sync": lambda: archive.sync(corpus),
        "rebuild": lambda: archive.sync(corpus, rebuild=True),
        "other settings": lambda: archive.sync(corpus),
        "repair": lambda: archive.verify(repair=True),
    }
    run[task]()
    names = list(steps)
    log.write_text("\n".join(names))


def _listen(step: Callable[..., None], index: Path) -> None:
    folder = str(index)

    def on_event(event: str, arguments: tuple[object, ...]) -> None:
        if not arguments or not str(arguments[0]).startswith(folder):
            return
        name = Path(str(arguments[0])).name
        if event == "open":
            flags = arguments[2]
            if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR):
                step(f"write {name}")
        elif event in _CHANGES:
            step(f"{event} {name}")

    sys.addaudithook(on_event)
    fsync, transaction = os.fsync, StoreWriter.transaction

    def counted_fsync(descriptor: int) -> None:
        step("flush", descriptor)
        fsync(descriptor)

    @contextmanager
    def counted_transaction(store: StoreWriter):
        with transaction(store):
            yield
            step("commit")
        step("committed")

    os.fsync = counted_fsync
    StoreWriter.transaction = counted_transaction

"""Reading, cutting and embedding on the workers of a Dask cluster.

The contents of files are sent to the workers, so that these need no shared folder, and passages and
embeddings come back a few pieces at a time: at most `AHEAD` a worker are under way, and what comes
back is stored before more is asked for. Dask gives the work of a lost worker to another; pieces
come back in the order they were sent, each once. Whoever reaches a scheduler can run code on its
workers: both belong into a network that is trusted, or behind Dask's own TLS.

Each worker process loads the model when it first embeds and keeps it until the sync is over. It
must have the same article-qa and the same weights, which every piece of work checks.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple

import dask
from distributed import Client, Future, KilledWorker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from qa.cluster_places import check_address, is_lacking
from qa.embedding import load_embedder
from qa.errors import ModelError, QAError, ServiceError
from qa.execution import ReadFile, of_file
from qa.files.scanning import Source
from qa.passages import PassageSize
from qa.protocols import Embedder, Embedding
from qa.reading.workers import ToRead, shared
from qa.storage.manifest import READING
from qa.text import analysis

AHEAD: Final = 3
"""Pieces under way for each thread of the workers: one is worked on, the others wait beside it."""

FILES_AT_ONCE: Final = 64
BYTES_AT_ONCE: Final = 4 * 2**20
"""Files are sent together up to either."""

SENT: Final = 16 * 2**20
"""Larger files are read here, piece by piece, rather than sent."""

CONNECT_S: Final = 10.0
"""Seconds to wait for a scheduler."""

PATIENCE_S: Final = 60.0
"""Seconds to wait for a worker where there is none (any more)."""

CLOSE_S: Final = 2.0
"""Seconds to wait for a scheduler when leaving it."""

_POLL_S: Final = 0.5

Work = Callable[[], Any]


class Facts(NamedTuple):
    """What must be the same on every worker for the same results."""

    version: str
    reading: int
    analysis: str
    fingerprint: str


def _facts(fingerprint: str) -> Facts:
    return Facts(metadata.version("article-qa"), READING, analysis.VERSION, fingerprint)


class Dask:
    """Implements `Execution` on a Dask cluster.

    Args:
        address: The scheduler's: "tcp://host:8786".
        model: The model as the settings name it.
        fingerprint: That of its weights here.
        patience_s: Seconds to wait for a worker where there is none.

    Raises:
        ServiceError: No scheduler answers, or it has no workers.
    """

    lasting_rate = False

    def __init__(
        self, address: str, model: str, fingerprint: str, *, patience_s: float = PATIENCE_S
    ) -> None:
        self._address = address
        self._facts = _facts(fingerprint)
        self._patience_s = patience_s
        self._plugin = _Model(model)
        self._many = False
        self._client = self._connected()

    def _connected(self) -> Client:
        check_address(self._address)
        try:
            client = Client(self._address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ServiceError(
                f"no Dask scheduler answers at {self._address}; start one (dask scheduler), name "
                "another, or leave --scheduler out"
            ) from error
        try:
            client.wait_for_workers(1, timeout=self._patience_s)
            client.register_plugin(self._plugin)
        except BaseException as error:
            if is_lacking(error):
                with suppress(Exception):  # else the next would be told that all have it
                    client.unregister_worker_plugin(self._plugin.name)
            client.close(timeout=CLOSE_S)
            if isinstance(error, TimeoutError):
                raise self._no_workers() from error
            if is_lacking(error):
                raise self._lacking() from error
            raise
        return client

    def __enter__(self) -> Dask:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the workers forget the model, and leave the cluster."""
        if self._client.status == "running":
            with suppress(Exception):  # the cluster is going away, and with it the plugin
                self._client.unregister_worker_plugin(self._plugin.name)
        self._client.close(timeout=CLOSE_S)

    def read(self, sources: Sequence[Source], size: PassageSize) -> Iterator[ReadFile]:
        """See `Execution.read`."""
        for files in self._in_order(self._readings(sources, size)):
            yield from files

    def embed(self, batches: Iterable[Mapping[str, str]]) -> Iterator[Mapping[str, Embedding]]:
        """See `Execution.embed`."""
        yield from self._in_order(map(self._embedding, batches))

    def _readings(self, sources: Sequence[Source], size: PassageSize) -> Iterator[Work]:
        group: list[tuple[Source, bytes]] = []
        weight = 0
        for source in sources:
            content = _content(source)
            full = len(group) == FILES_AT_ONCE or weight + len(content or b"") > BYTES_AT_ONCE
            if group and (content is None or full):
                yield partial(self._submit, _read, self._facts, group, size)
                group, weight = [], 0
            if content is None:
                yield partial(_read_here, source, size)
            else:
                group.append((source, content))
                weight += len(content)
        if group:
            yield partial(self._submit, _read, self._facts, group, size)

    def _embedding(self, batch: Mapping[str, str]) -> Work:
        from qa.embedding.packaged import FEW

        # As in one process: from the first large batch on, all go through the same arithmetic.
        self._many = self._many or len(batch) > FEW
        number_type = _number_type() if self._many else None
        return partial(self._submit, _embed, self._facts, self._plugin.model, number_type, batch)

    def _submit(self, work: Callable[..., Any], *arguments: object) -> Future:
        # Not pure: results of an earlier, equal call are not looked for, and none are kept. A file
        # of 16 MiB is meant to be sent, of which Dask would warn in five lines.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": 2 * SENT}):
            return self._client.submit(work, *arguments, pure=False)

    def _in_order(self, works: Iterator[Work]) -> Iterator[Any]:
        """The results of works, in their order, a bounded number of them ahead.

        Raises:
            ServiceError: The scheduler or all workers are gone, or a piece of work ends workers.
        """
        if self._client.status != "running":  # it has gone since the last sync
            self._client = self._connected()
        under_way: deque[Any] = deque()
        more = True
        try:
            self._client.register_plugin(self._plugin)  # one started again does not know it
            while more or under_way:
                while more and len(under_way) < AHEAD * self._threads():
                    work = next(works, None)
                    more = work is not None
                    if work is not None:
                        under_way.append(work())
                if under_way:
                    result = under_way.popleft()
                    yield self._result(result) if isinstance(result, Future) else result
        except (CancelledError, OSError) as error:
            raise self._lost() from error
        except Exception as error:  # a closed client fails in ways of many kinds
            if is_lacking(error):
                raise self._lacking() from error
            if isinstance(error, QAError) or self._client.status == "running":
                raise
            raise self._lost() from error
        finally:
            futures = [each for each in under_way if isinstance(each, Future)]
            if futures and self._client.status == "running":
                self._client.cancel(futures)

    def _result(self, future: Future) -> Any:  # noqa: ANN401 - whatever the work returns
        alone_since: float | None = None
        wait = _POLL_S
        while True:
            if future.done():  # on its way: asked for anew, it would begin its way anew
                wait = max(self._patience_s, 2 * wait)
            try:
                return future.result(timeout=wait)
            except KilledWorker as error:
                raise ServiceError(
                    f"a piece of work ended {error.allowed_failures + 1} workers of "
                    f"{self._address} one after the other, most likely for want of memory; give "
                    "them more, then run the same command to go on"
                ) from error
            except TimeoutError:
                if self._client.status != "running":
                    raise self._lost() from None
                if self._workers():
                    alone_since = None
                    continue
                alone_since = alone_since or time.monotonic()
                if time.monotonic() - alone_since > self._patience_s:
                    raise self._no_workers() from None

    def _workers(self) -> Mapping[str, Any]:
        # -1: all of them; the client's own picture of the cluster, renewed every two seconds.
        found: Mapping[str, Any] = self._client.scheduler_info(n_workers=-1).get("workers", {})
        return found

    def _threads(self) -> int:
        return max(sum(int(worker["nthreads"]) for worker in self._workers().values()), 1)

    def _lost(self) -> ServiceError:
        return ServiceError(
            f"the Dask scheduler at {self._address} has gone; nothing is lost: start it again and "
            "run the same command to go on"
        )

    def _lacking(self) -> ServiceError:
        return ServiceError(
            f"the Dask scheduler at {self._address}, or a worker of it, lacks article-qa; install "
            "the same version there as here, and start it again"
        )

    def _no_workers(self) -> ServiceError:
        return ServiceError(
            f"the Dask scheduler at {self._address} has had no worker for {self._patience_s:.0f} s;"
            f" start some (dask worker {self._address}), then run the same command to go on"
        )


def _content(source: Source) -> bytes | None:
    """What a file holds; None if it is to be read here: too large, no file, or not to be opened."""
    try:
        if source.refused or not source.path.is_file() or source.path.stat().st_size > SENT:
            return None
        return source.path.read_bytes()
    except OSError:
        return None


def _read_here(source: Source, size: PassageSize) -> Iterator[ReadFile]:
    wanted = ToRead(source.path, source.name, source.stated, source.refused)
    return of_file(source, shared().read_parts(wanted), size)


def _number_type() -> str | None:
    """The number type of large batches here, so that the workers use the same; None on a GPU."""
    import torch

    from qa.embedding import precision

    return None if torch.cuda.is_available() else precision.choose()


# What follows runs on the workers.

_turn = threading.Lock()
"""One batch at a time is embedded in a process: it uses all threads that the worker was given."""


class _Model(WorkerPlugin):  # type: ignore[misc]  # Dask is partly typed
    """Holds the model of a worker process, loaded once.

    Args:
        model: As the settings name it.
    """

    idempotent = True

    def __init__(self, model: str) -> None:
        self.model = model
        self.name = f"article-qa {model}"
        self._loaded: dict[bool, Embedder] = {}

    def embedder(self, *, many: bool, threads: int) -> Embedder:
        """The model.

        Args:
            many: Whether batches of any size go through the arithmetic for large ones.
            threads: How many it may use.
        """
        if many not in self._loaded:
            if many:
                import torch

                torch.set_num_threads(threads)
            self._loaded[many] = load_embedder(self.model, few=0 if many else None)
        return self._loaded[many]

    def teardown(self, worker: object) -> None:
        """Forget the model."""
        self._loaded.clear()


def _check(facts: Facts, fingerprint: str) -> None:
    """Raise if this worker would give other results than the machine that asked.

    Raises:
        ModelError: With both values.
    """
    here = _facts(fingerprint)
    if here != facts:
        [name, *_] = (n for n in Facts._fields if getattr(here, n) != getattr(facts, n))
        raise ModelError(
            f"the worker {get_worker().address} has {name} {getattr(here, name)!r}, "
            f"here it is {getattr(facts, name)!r}; install the same article-qa and model on both"
        )


def _read(facts: Facts, files: Sequence[tuple[Source, bytes]], size: PassageSize) -> list[ReadFile]:
    _check(facts, facts.fingerprint)  # reading needs no model
    with tempfile.TemporaryDirectory(prefix="qa-read-") as folder:
        # As files, so that they are read with the same limits as on the machine that asks.
        wanted = []
        for number, (source, content) in enumerate(files):
            path = Path(folder, str(number))
            path.write_bytes(content)
            wanted.append(ToRead(path, source.name, source.stated))
        results = shared().read(wanted)
        return [part.cut() for source, _ in files for part in of_file(source, results, size)]


def _embed(
    facts: Facts, name: str, number_type: str | None, batch: Mapping[str, str]
) -> dict[str, Embedding]:
    worker = get_worker()
    # Another sync that has ended meanwhile has taken it away: it goes by the model's name.
    model = worker.plugins.setdefault(_Model(name).name, _Model(name))
    assert isinstance(model, _Model)  # noqa: S101 - for the type checker
    with _turn, _number_type_of(number_type):
        embedder = model.embedder(many=number_type is not None, threads=worker.state.nthreads)
        _check(facts, embedder.fingerprint)
        embeddings = embedder.embed_passages(list(batch.values()))
    return dict(zip(batch, embeddings, strict=True))


@contextmanager
def _number_type_of(asked: str | None) -> Iterator[None]:
    """Embed in the number type of the machine that asks; a worker's own setting stands."""
    from qa.embedding.precision import VARIABLE

    if asked is None or VARIABLE in os.environ:
        yield
        return
    os.environ[VARIABLE] = asked
    try:
        yield
    finally:
        del os.environ[VARIABLE]  # the next sync may ask for another

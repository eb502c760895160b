"""Mirror an index folder in a Milvus server: generation by generation, published by one write.

Rows carry the generation that added them and the one that removed them, as in the store, so what
is being written is seen by nobody. All is written under keys that the folder gives, so whatever an
interrupted writer has written is written again, in the same place. Where rows cannot be added to
what is there (another model, another kind of vector index, another store), all is written into new
collections beside the old ones, which are dropped when the new ones are published.
"""

from __future__ import annotations

import json
import re
import socket
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from qa.errors import IndexDamagedError, IndexMismatchError, InputError
from qa.milvus import catalogue, collections
from qa.milvus.address import WRITER
from qa.milvus.catalogue import Current
from qa.milvus.collections import NOTHING, Names, states_row, term_code, vector_index, visible
from qa.milvus.passage_rows import PassageRow, added, removed, seen, to_passage
from qa.milvus.replica import changes, send
from qa.milvus.server import MissingError, Server, quoted
from qa.protocols import OnProgress, Progress
from qa.settings import Settings
from qa.storage.generation import Generations
from qa.storage.manifest import Manifest
from qa.storage.searchable import Generation
from qa.storage.store import Store

TERMS_AT_ONCE: Final = 5_000

SENT_ANEW: Final = 4
"""Changes are sent whole again when they have grown to this many times what was sent whole last."""

_SAME: Final = (
    "format", "reading", "analysis", "fingerprint", "dimension", "passage_words",
    "overlap_sentences",
)  # fmt: skip
_PENDING: Final = "pending"


@dataclass(frozen=True, slots=True)
class _Pending:
    """A build that is being written, and how far it has come."""

    build: str
    writer: str
    generation: int
    kind: str
    after: int


class Mirror:
    """Mirrors one index folder. Its caller holds the folder's writer lock.

    Args:
        server: Where to.
        staging: The index folder.
        settings: Those it was built with.
        on_progress: Called with the stage "mirroring".
    """

    def __init__(
        self, server: Server, staging: Path, settings: Settings, on_progress: OnProgress
    ) -> None:
        self._server = server
        self._staging = staging
        self._generations = Generations(staging)
        self._settings = settings
        self._on_progress = on_progress

    def check_writer(self, *, take_over: bool = False) -> None:
        """Raise if the server's index is another store's.

        Raises:
            InputError: With whose it is, and how to take it over.
        """
        owner = catalogue.owner(self._server)
        if owner is not None and owner[0] != self._writer() and not take_over:
            raise InputError(
                f"{self._server.address} is written from {owner[1]}; run there, or take it "
                f"over with all of this corpus: qa index --rebuild --index {self._server.address}"
            )

    def push(self, *, anew: bool = False) -> None:
        """Make the folder's published generation the server's current one.

        Args:
            anew: Write everything into new collections.

        Raises:
            ServiceError: The server is away or refuses; the next push goes on from there.
        """
        generation = self._generations.load(self._settings)
        store = Store(self._generations.store_path)
        try:
            collections.make_catalogue(self._server)
            current = self._current()
            if current is None or anew or self._differs(current, generation):
                self._push_all(store, generation, current)
            elif current.generation != generation.manifest.generation:
                self._push_changes(store, generation, current)
        finally:
            store.close()

    def _current(self) -> Current | None:
        try:
            return catalogue.read(self._server)
        except (IndexDamagedError, IndexMismatchError):  # written anew
            return None

    def _writer(self) -> str:
        path = self._staging / WRITER
        if not path.exists():
            path.write_text(uuid.uuid4().hex, encoding="ascii")
        return path.read_text(encoding="ascii")

    def _differs(self, current: Current, generation: Generation) -> bool:
        manifest = generation.manifest
        same = all(getattr(manifest, n) == getattr(current.manifest, n) for n in _SAME)
        names = catalogue.names(self._server, current)
        return (
            not same
            or current.writer != self._writer()
            or current.kind != vector_index(manifest.passages)
            or current.generation > manifest.generation
            or not all(self._server.call("has_collection", name) for name in names.all())
        )

    def _push_all(self, store: Store, generation: Generation, current: Current | None) -> None:
        manifest = generation.manifest
        pending = self._begun(generation, current.build if current else None)
        names = Names(self._server.address.name, pending.build)
        after = pending.after
        done = sum(1 for i in generation.ids.tolist() if i <= after)
        while rows := seen(store, manifest.generation, after):
            self._write(names, rows)
            after = rows[-1].id
            done += len(rows)
            self._note(replace(pending, after=after))
            self._on_progress(
                Progress("mirroring", min(done, manifest.passages), manifest.passages)
            )
        words = {term.decode() for s in generation.segments for term in s.postings.terms}
        self._write_terms(names, generation, words, None)
        self._send_changes(store, names, 0, manifest.generation)
        self._publish(
            names, generation, self._as_current(generation, pending.build, manifest.generation)
        )

    def _push_changes(self, store: Store, generation: Generation, before: Current) -> None:
        number, earlier = generation.manifest.generation, before.generation
        names = catalogue.names(self._server, before)
        words: set[str] = set()
        after = done = 0
        while rows := added(store, earlier, number, after):
            self._write(names, rows)
            after = rows[-1].id
            done += len(rows)
            words.update(term for row in rows for term in row.terms)
            self._on_progress(Progress("mirroring", done, done))
        after = 0
        while rows := removed(store, earlier, number, after):
            after = rows[-1].id
            self._server.write(
                names.passages,
                [to_passage(row, removed=number) for row in rows if row.added <= earlier],
            )
            words.update(term for row in rows for term in row.terms)
        self._write_terms(names, generation, words, number)
        base = before.base
        if self._grown(names, base):
            base, earlier = number, 0
        self._send_changes(store, names, earlier, number)
        self._publish(names, generation, self._as_current(generation, before.build, base))

    def _begun(self, generation: Generation, published: str | None) -> _Pending:
        """The build to write: one that was begun, not published, and is wanted, or a new one."""
        number, kind = generation.manifest.generation, vector_index(generation.manifest.passages)
        rows = self._server.call(
            "query", self._server.address.name, filter=f"key == {quoted(_PENDING)}",
            output_fields=["value"],
        )  # fmt: skip
        if rows:
            pending = _Pending(**json.loads(rows[0]["value"]))
            there = Names(self._server.address.name, pending.build).all()
            wanted = (pending.writer, pending.generation, pending.kind)
            wanted_still = wanted == (self._writer(), number, kind) and pending.build != published
            if wanted_still and all(self._server.call("has_collection", name) for name in there):
                return pending
        # Above all that are there, also where what is current cannot be read.
        last = max(self._builds().values(), default=0)
        pending = _Pending(f"b{last + 1}", self._writer(), number, kind, 0)
        names = Names(self._server.address.name, pending.build)
        collections.make_build(self._server, names, generation.manifest.dimension, kind)
        self._note(pending)
        return pending

    def _note(self, pending: _Pending) -> None:
        value = json.dumps({name: getattr(pending, name) for name in pending.__slots__})
        self._server.write(
            self._server.address.name, [{"key": _PENDING, "value": value, "nothing": NOTHING}]
        )

    def _write(self, names: Names, rows: Sequence[PassageRow]) -> None:
        self._server.write(names.states, [states_row(row.id, row.embedding) for row in rows])
        self._server.write(names.passages, [to_passage(row) for row in rows])

    def _write_terms(
        self, names: Names, generation: Generation, words: Iterable[str], since: int | None
    ) -> None:
        """Write how many passages hold each term.

        Args:
            names: The build's collections.
            generation: The folder's.
            words: Which terms.
            since: The generation from which on it holds, for readers of the one before; None: the
                build is new and nobody reads it.
        """
        ordered = sorted(words)
        for start in range(0, len(ordered), TERMS_AT_ONCE):
            part = ordered[start : start + TERMS_AT_ONCE]
            codes = {term_code(term): term for term in part}
            known: dict[str, Any] = {}
            if since is not None:
                for first in range(0, len(part), 1_000):
                    where = f"term in {quoted(list(codes)[first : first + 1_000])}"
                    fields = ["term", "frequency", "earlier", "since"]
                    read = self._server.call(
                        "query", names.terms, filter=where, output_fields=fields
                    )
                    known |= {row["term"]: row for row in read}
            rows = []
            for code, term in codes.items():
                row = known.get(code, {"frequency": 0, "earlier": 0, "since": 0})
                rows.append(
                    {
                        "term": code,
                        "letter": code[0],
                        "length": len(code),
                        "frequency": generation.lexical.document_frequency(term),
                        # An interrupted push has written it already: keep what was before.
                        "earlier": int(row["earlier" if row["since"] == since else "frequency"]),
                        "since": since or 0,
                        "nothing": NOTHING,
                    }
                )
            self._server.write(names.terms, rows)

    def _send_changes(self, store: Store, names: Names, before: int, generation: int) -> None:
        send(self._server, names.changes, generation, changes(store, before, generation))

    def _grown(self, names: Names, base: int) -> bool:
        whole = self._server.count(names.changes, f"generation == {base}")
        return self._server.count(names.changes, f"generation > {base}") > SENT_ANEW * whole + 64

    def _as_current(self, generation: Generation, build: str, base: int) -> Current:
        alive = [
            int(segment.postings.lengths[mask].sum(dtype=np.int64))
            for segment, mask in _parts(generation)
        ]
        return Current(
            layout=collections.LAYOUT,
            build=build,
            base=base,
            writer=self._writer(),
            host=f"{socket.gethostname()}:{self._staging.resolve()}",
            kind=vector_index(generation.manifest.passages),
            length=sum(alive),
            newest_day=generation.newest(),
            manifest=generation.manifest,
        )

    def _publish(self, names: Names, generation: Generation, current: Current) -> None:
        manifest: Manifest = generation.manifest
        for collection in names.all():
            self._server.call("flush", collection)
        found = self._server.count(names.passages, visible(manifest.generation))
        if found != manifest.passages:
            raise IndexDamagedError(
                f"{self._server.address} holds {found} passages of {manifest.passages}; run: "
                f"qa verify --repair --index {self._server.address}"
            )
        catalogue.publish(self._server, current)
        self._sweep(names, current)

    def _sweep(self, names: Names, current: Current) -> None:
        """Delete what neither the current generation nor the one before it sees."""
        number = current.generation
        self._server.call("delete", self._server.address.name, filter=f"key == {quoted(_PENDING)}")
        gone = [row["id"] for row in self._server.rows(names.passages, f"removed < {number}", [])]
        for start in range(0, len(gone), 1_000):
            where = f"id in {quoted(gone[start : start + 1_000])}"
            for collection in (names.passages, names.states):
                self._server.call("delete", collection, filter=where)
        self._server.call("delete", names.changes, filter=f"generation < {current.base}")
        for collection in self._builds():
            if collection not in names.all():
                try:
                    self._server.call("drop_collection", collection)
                except MissingError:
                    continue

    def _builds(self) -> dict[str, int]:
        """The collections of all builds of this index, with the builds' numbers."""
        name = re.escape(self._server.address.name)
        ours = re.compile(rf"{name}_b(\d+)_(?:passages|states|terms|changes)")
        found = map(ours.fullmatch, self._server.call("list_collections"))
        return {match[0]: int(match[1]) for match in found if match}


def _parts(generation: Generation) -> Iterator[tuple[Any, Any]]:
    first = 0
    for segment in generation.segments:
        whole = np.ones(len(segment), dtype=np.bool_)
        alive = generation.alive
        yield segment, whole if alive is None else alive[first : first + len(segment)]
        first += len(segment)

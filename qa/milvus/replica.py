"""A reader's copy of texts and fields, which follows the server; and what a writer sends for it.

Of each generation the writer sends the rows of the store that it added and removed. A reader that
has generation 7 takes in those of 8 and 9 in one transaction; one that has nothing, or is too far
behind, begins with the last generation that was sent whole. Vectors and token states stay in the
server: a copy takes about a twentieth of the index.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from qa.errors import IndexDamagedError
from qa.milvus import catalogue
from qa.milvus.catalogue import Current
from qa.milvus.collections import NOTHING, Names, chunks, embedding_of
from qa.milvus.server import MissingError, Server, quoted
from qa.protocols import Embedding
from qa.rows import LAYOUT, VERSIONED
from qa.storage.store import Store
from qa.storage.store_writer import StoreWriter
from qa.storage.writing import told

AT_ONCE: Final = 1_000
"""Rows of a table sent together: about a megabyte before it is compressed."""

PARTS_AT_ONCE: Final = 400
"""Parts written or read together: 26 MB, of the 64 that Milvus takes and gives."""

_MOST_PARTS: Final = 1_000_000
"""Parts of a generation's changes, each of 65,000 bytes: their numbers follow the generation's."""

_TABLES: Final = VERSIONED


def changes(store: Store, before: int, generation: int) -> Iterator[str]:
    """The rows that a generation sees and one before does not, and those that ended between.

    Args:
        store: The writer's.
        before: The generation that readers have; 0: none, all that `generation` sees is sent.
        generation: Which one they will have.

    Yields:
        Pieces of text, each of some rows of one table.
    """
    for table in _TABLES:
        last = -1
        while rows := store.rows(
            f"SELECT rowid AS rowid_, * FROM {table} WHERE rowid > ? AND "  # noqa: S608
            "((added > ? AND added <= ? AND removed > ?) "
            "OR (? > 0 AND added <= ? AND removed > ? AND removed <= ?)) ORDER BY rowid LIMIT ?",
            (last, before, generation, generation, before, before, before, generation, AT_ONCE),
        ):
            last = rows[-1]["rowid_"]
            names = [name for name in rows[0].keys() if name != "rowid_"]  # noqa: SIM118 - a Row
            values = [[row["rowid_"], *(row[name] for name in names)] for row in rows]
            told = json.dumps([table, names, values], separators=(",", ":"))
            yield base64.b64encode(zlib.compress(told.encode(), 6)).decode()


def send(server: Server, collection: str, generation: int, pieces: Iterator[str]) -> None:
    """Write a generation's changes, in the place of what an interrupted writer left of them."""
    server.call("delete", collection, filter=f"generation == {generation}")
    part = 0
    for piece in pieces:
        rows = []
        for chunk in chunks(piece + "\n"):
            number = generation * _MOST_PARTS + part
            part += 1
            rows.append({"id": number, "generation": generation, "body": chunk, "nothing": NOTHING})
            if len(rows) == PARTS_AT_ONCE:
                server.write(collection, rows)
                rows = []
        server.write(collection, rows)


class Replica:
    """The copy of one index on this machine. Several processes may share it.

    Args:
        server: Where the index is.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.path: Path = server.address.replica

    def follow(self, current: Current) -> None:
        """Take in what was published since; does nothing where there is nothing new.

        Raises:
            ServiceError: The server is away.
            IndexWriteError: The disk is full or may not be written.
            IndexDamagedError: What was sent is not whole.
        """
        with self._held():
            try:
                self._take_in(current)
            except (IndexDamagedError, sqlite3.DatabaseError) as error:
                cause = error if isinstance(error, sqlite3.Error) else error.__cause__
                full = isinstance(cause, sqlite3.OperationalError)
                if full or not isinstance(cause, sqlite3.DatabaseError):
                    raise
                self._forget()  # the file is damaged; all that it held is in the server
                self._take_in(current)

    def forget(self) -> None:
        """Have all of it fetched anew."""
        with self._held():
            self._forget()

    @contextmanager
    def _held(self) -> Iterator[None]:
        from filelock import FileLock

        with told(self.path.parent, "QA_MILVUS_FOLDER"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock")):
                yield

    def _forget(self) -> None:
        for end in ("", "-wal", "-shm"):
            self.path.with_name(f"{self.path.name}{end}").unlink(missing_ok=True)

    def _take_in(self, current: Current) -> None:
        store = StoreWriter(self.path)
        try:
            self._follow(store, current)
        finally:
            store.close()

    def _follow(self, store: StoreWriter, current: Current) -> None:
        store.rows("CREATE TABLE IF NOT EXISTS followed (build TEXT, generation INTEGER)")
        build = f"{current.writer} {current.build} {LAYOUT}"
        [*found] = store.rows("SELECT build, generation FROM followed")
        have = found[0]["generation"] if found and found[0]["build"] == build else -1
        if have == current.generation:
            return
        if have > current.generation and catalogue.existing(self.server) != current:
            return  # another process has seen a later one meanwhile, and keeps what this one needs
        names = catalogue.names(self.server, current)
        anew = not current.base <= have <= current.generation
        where = f"generation <= {current.generation} and generation " + (
            f">= {current.base}" if anew else f"> {have}"
        )
        with store.transaction():
            if anew:
                for table in _TABLES:
                    store.rows(f"DELETE FROM {table}")  # noqa: S608
            for table, columns, values in self._pieces(names.changes, where):
                self._put(store, table, columns, values)
            for table in _TABLES:  # what only the generation before the last can see is kept
                store.rows(f"DELETE FROM {table} WHERE removed < ?", (current.generation,))  # noqa: S608
            self._check(store, current)
            store.rows("DELETE FROM followed")
            store.rows("INSERT INTO followed VALUES (?, ?)", (build, current.generation))

    def _pieces(
        self, collection: str, where: str
    ) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]:
        text = ""
        for row in self.server.rows(collection, where, ["body"], page_size=PARTS_AT_ONCE):
            text += row["body"]
            if text.endswith("\n"):
                table, columns, values = json.loads(zlib.decompress(base64.b64decode(text)))
                text = ""
                if table in _TABLES:
                    yield table, columns, values

    def _put(
        self,
        store: StoreWriter,
        table: str,
        columns: Sequence[str],
        values: Sequence[Sequence[Any]],
    ) -> None:
        named = ", ".join(f'"{column}"' for column in ("rowid", *columns))
        marks = ", ".join("?" * (len(columns) + 1))
        store.rows_many(f"INSERT OR REPLACE INTO {table} ({named}) VALUES ({marks})", values)  # noqa: S608

    def _check(self, store: StoreWriter, current: Current) -> None:
        [row] = store.rows(
            "SELECT (SELECT count(*) FROM articles WHERE added <= ?1 AND removed > ?1) AS articles,"
            " (SELECT count(*) FROM passages WHERE added <= ?1 AND removed > ?1) AS passages",
            (current.generation,),
        )
        found = row["articles"], row["passages"]
        wanted = current.manifest.articles, current.manifest.passages
        if found != wanted:
            raise IndexDamagedError(
                f"{self.server.address} gave {found[0]} articles and {found[1]} passages of "
                f"generation {current.generation}, which has {wanted[0]} and {wanted[1]}; run: "
                f"qa verify --repair --index {self.server.address}"
            )


class ReplicaStore(Store):
    """The texts of the copy, and the token states of the server.

    Args:
        replica: The copy.
        names: The collections of what is current.
    """

    def __init__(self, replica: Replica, names: Callable[[], Names]) -> None:
        super().__init__(replica.path)
        self._server = replica.server
        self._names = names

    def embeddings(self, passage_ids: Sequence[int]) -> dict[int, Embedding]:
        """See `Store.embeddings`."""
        if not passage_ids:
            return {}
        names = self._names()
        where = f"id in {quoted(list(passage_ids))}"
        try:
            vectors = self._by_id(names.passages, where, ["id", "vector"])
            states = self._by_id(names.states, where, ["id", "states", "offsets"])
        except MissingError as error:
            raise IndexDamagedError(f"a collection of {self._server.address} has gone") from error
        found = {
            i: embedding_of(states[i], np.asarray(vectors[i]["vector"], dtype=np.float32))
            for i in passage_ids
            if i in states and i in vectors
        }
        self._check_all_found(passage_ids, found)
        return found

    def _by_id(
        self, collection: str, where: str, fields: list[str]
    ) -> dict[int, Mapping[str, Any]]:
        rows = self._server.call("query", collection, filter=where, output_fields=fields)
        return {row["id"]: row for row in rows}

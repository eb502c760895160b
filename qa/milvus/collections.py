"""The collections of an index: their fields, their indexes, and how rows are written into them."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from qa.errors import IndexDamagedError, InputError
from qa.milvus.server import MissingError, Server, quoted
from qa.protocols import Embedding, Floats
from qa.rows import MOST_PEOPLE, people_of

LAYOUT: Final = 5
"""Version of the collections; raise it when an older reader could not read the newer."""

CHUNK: Final = 65_000
"""Bytes of a text in one field; Milvus takes 65,535."""

WORDS: Final = 65_535
"""Bytes of a passage's words, which are one field."""

NOTHING: Final = [0.0, 0.0]
"""The vector of a row that has none: Milvus wants one in each collection."""

EXACT: Final = 20_000
"""Passages up to which vectors are compared one by one."""

IN_MEMORY: Final = 20_000_000
"""Passages up to which the graph lies in memory, some 33 GB; above, vectors lie on disk."""

_PLAIN = re.compile(r"(?!x[01])[a-z0-9]{1,100}")


def term_code(term: str) -> str:
    """A term as lower-case letters and digits only, so that every analyser leaves it whole.

    Others than Milvus's own `whitespace` part words at signs and accents.
    """
    if _PLAIN.fullmatch(term):
        return term
    code = term.encode().hex()
    if len(code) <= 200:
        return f"x0{code}"
    import hashlib

    return f"x1{hashlib.sha256(term.encode()).hexdigest()}"


def words_of(terms: Sequence[str]) -> str:
    """Terms as the server has them; of a list of numbers without spaces, those that it takes."""
    words = " ".join(map(term_code, terms))
    return words if len(words) <= WORDS else words[: WORDS + 1].rpartition(" ")[0]


_SEVERAL: Final = "|"
"""Among the words of a byline: it is one of several people."""


def author_words(key: str) -> list[str]:
    """What a byline is found by: each word; of several people each with the place of its name, too.

    Args:
        key: The byline as `qa.rows.byline_key` writes it.
    """
    named = people_of(key)
    words = [word for name in named for word in name]
    if len(named) < 2:
        return words
    numbered = [f"{place}:{word}" for place, name in enumerate(named) for word in name]
    return [*words, _SEVERAL, *numbered]


def by_author(words: Sequence[str]) -> str:
    """The expression of the bylines that name somebody with all of these words.

    All words are looked for first, wherever they stand, and the people of a byline compared one
    after the other only where they do: for all rows that took six times as long, with the words
    first no longer than the words alone (20,000 rows, the light server).
    """
    anywhere = f"array_contains_all(author, {quoted(words)})"
    if len(words) == 1:
        return anywhere
    of_one = [
        f"array_contains_all(author, {quoted([f'{place}:{word}' for word in words])})"
        for place in range(MOST_PEOPLE)
    ]
    alone = f"not array_contains(author, {quoted(_SEVERAL)})"
    return f"({anywhere} and ({alone} or {_either(of_one)}))"


def _either(parts: Sequence[str]) -> str:
    """Some expressions joined by "or", as shallow as can be: a server bounds their depth."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return f"({_either(parts[:half])} or {_either(parts[half:])})"


def chunks(text: str) -> list[str]:
    """An ASCII text in pieces that fit into fields."""
    return [text[i : i + CHUNK] for i in range(0, len(text), CHUNK)]


def states_row(passage: int, embedding: Embedding) -> dict[str, Any]:
    """The row of a passage's token states."""
    offsets = embedding.offsets.astype("<i4").tobytes()
    return {
        "id": passage,
        "states": chunks(base64.b64encode(embedding.tokens.tobytes()).decode()),
        "offsets": chunks(base64.b64encode(offsets).decode()),
        "nothing": NOTHING,
    }


def embedding_of(row: Mapping[str, Any], vector: Floats) -> Embedding:
    """The embedding of a row of token states and its passage's vector."""
    offsets = np.frombuffer(base64.b64decode("".join(row["offsets"])), dtype="<i4").reshape(-1, 2)
    states = np.frombuffer(base64.b64decode("".join(row["states"])), dtype=np.int8)
    tokens = states.reshape(len(offsets), -1) if len(offsets) else states.reshape(0, 1)
    return Embedding(vector=vector, tokens=tokens, offsets=offsets)


def vector_index(passages: int) -> str:
    """The kind of vector index for this many passages."""
    if passages <= EXACT:
        return "FLAT"
    return "HNSW" if passages <= IN_MEMORY else "DISKANN"


class Names:
    """The names of an index's collections.

    Args:
        name: The index's.
        build: Which build: a new one is made beside the one that is read.
    """

    def __init__(self, name: str, build: str) -> None:
        self.passages = f"{name}_{build}_passages"
        self.states = f"{name}_{build}_states"
        self.terms = f"{name}_{build}_terms"
        self.changes = f"{name}_{build}_changes"

    def all(self) -> tuple[str, ...]:
        """All four."""
        return self.passages, self.states, self.terms, self.changes


_FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "catalogue": ("key", "value", "nothing"),
    "states": ("id", "states", "offsets", "nothing"),
    "terms": ("term", "letter", "length", "frequency", "earlier", "since", "nothing"),
    "changes": ("id", "generation", "body", "nothing"),
}


def make_catalogue(server: Server) -> None:
    """Make the collection that says what is current, where there is none or only half of it."""
    _make(server, server.address.name, "catalogue")


def is_catalogue(server: Server) -> bool:
    """Whether the index's own collection is there.

    Raises:
        InputError: A collection of this name is somebody else's.
    """
    try:
        found = server.call("describe_collection", server.address.name)
    except MissingError:
        return False
    names = tuple(field["name"] for field in found["fields"])
    if names != _FIELDS["catalogue"]:
        raise InputError(
            f"the collection {server.address.name!r} at {server.address.server} is no article-qa "
            f"index (it has the fields {', '.join(names)}); name another: --index milvus://…/NAME"
        )
    return True


def make_build(server: Server, names: Names, dimension: int, kind: str) -> None:
    """Make the collections of a build anew."""
    for collection in names.all():
        drop(server, collection)
    for collection, fields in (
        (names.states, "states"),
        (names.terms, "terms"),
        (names.changes, "changes"),
    ):
        _make(server, collection, fields)
    for tokenizer in ("whitespace", "standard"):
        try:
            _make_passages(server, names.passages, dimension, kind, tokenizer)
        except IndexDamagedError as error:  # Milvus Lite has no such tokenizer
            if tokenizer == "standard" or "tokenizer" not in str(error):
                raise
            drop(server, names.passages)
        else:
            return


def drop(server: Server, collection: str) -> None:
    """Drop a collection, if it is there."""
    if server.call("has_collection", collection):
        server.call("drop_collection", collection)


def _make(server: Server, collection: str, fields: str) -> None:
    """Make what is missing of a collection that is read by key, of one of the kinds `_FIELDS`."""
    from pymilvus import DataType, MilvusClient

    text = {"datatype": DataType.VARCHAR, "max_length": 65_535}
    texts = {
        "datatype": DataType.ARRAY,
        "element_type": DataType.VARCHAR,
        "max_capacity": 1_024,
        "max_length": 65_535,
    }
    number = {"datatype": DataType.INT64}
    kinds = {
        "key": {"datatype": DataType.VARCHAR, "max_length": 64, "is_primary": True},
        "term": {"datatype": DataType.VARCHAR, "max_length": 256, "is_primary": True},
        "id": {**number, "is_primary": True},
        "letter": {"datatype": DataType.VARCHAR, "max_length": 8},
        "nothing": {"datatype": DataType.FLOAT_VECTOR, "dim": len(NOTHING)},
        **dict.fromkeys(("value", "body"), text),
        **dict.fromkeys(("states", "offsets"), texts),
        **dict.fromkeys(("generation", "length", "frequency", "earlier", "since"), number),
    }
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    for name in _FIELDS[fields]:
        schema.add_field(name, **kinds[name])
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index("nothing", index_type="FLAT", metric_type="L2")
    _create(server, collection, schema, indexes)


def _make_passages(
    server: Server, collection: str, dimension: int, kind: str, tokenizer: str
) -> None:
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    for number in ("added", "removed", "day"):
        schema.add_field(number, DataType.INT64)
    for name in ("publisher", "language", "agency"):
        schema.add_field(name, DataType.VARCHAR, max_length=4_096)
    schema.add_field(
        "author",
        DataType.ARRAY,
        element_type=DataType.VARCHAR,
        max_capacity=4_096,
        max_length=4_096,
    )
    schema.add_field(
        "words",
        DataType.VARCHAR,
        max_length=WORDS,
        enable_analyzer=True,
        enable_match=True,
        analyzer_params={"tokenizer": tokenizer},
    )
    schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_function(
        Function(
            name="bm25",
            function_type=FunctionType.BM25,
            input_field_names=["words"],
            output_field_names=["sparse"],
        )
    )
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index(
        "sparse",
        index_type="SPARSE_INVERTED_INDEX",
        metric_type="BM25",
        params={"bm25_k1": 1.5, "bm25_b": 0.75},
    )
    graph = {"M": 16, "efConstruction": 200} if kind == "HNSW" else {}
    indexes.add_index("vector", index_type=kind, metric_type="IP", params=graph)
    _create(server, collection, schema, indexes)


def _create(server: Server, collection: str, schema: object, indexes: object) -> None:
    """Make what is missing of a collection: an interrupted writer may have made half of it."""
    if not server.call("has_collection", collection):
        # Strong: who has read that a generation is current sees all of its rows.
        server.call("create_collection", collection, schema=schema, consistency_level="Strong")
    if not server.call("list_indexes", collection):
        # The client would wait half a second for each index, of a collection that is empty.
        server.call("create_index", collection, indexes, sync=False)
        server.call("load_collection", collection)


def visible(generation: int) -> str:
    """The expression of what a generation sees."""
    return f"added <= {generation} and removed > {generation}"

"""Test collections in the layout of BEIR: documents, queries, and which documents answer which.

    corpus.jsonl        {"_id", "title", "text", "metadata"} a line
    queries.jsonl       {"_id", "text", "metadata"} a line; metadata.answers, metadata.as_of
    qrels/<split>.tsv   query-id, corpus-id, score; one header line
    qrels/unanswerable.tsv   the same for questions that the corpus does not answer (optional)

Thakur et al., "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval
Models" (NeurIPS Datasets and Benchmarks 2021).
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from qa.errors import InputError

UNANSWERABLE: Final = "unanswerable"
"""The qrels file of the questions to refuse."""

SEED: Final = 0
"""Of every draw: the same command asks the same questions."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Document:
    """One text of the corpus. `metadata` may give the article's publisher, author, date, url."""

    id: str
    title: str
    text: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """One question.

    Attributes:
        id: As the dataset names it.
        text: As asked.
        answers: Acceptable answers, verbatim; empty where the dataset gives none.
        as_of: The day it is asked on, as the dataset writes it; None where it gives none.
    """

    id: str
    text: str
    answers: tuple[str, ...] = ()
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A test collection, checked.

    Attributes:
        name: The folder's name.
        split: Which qrels were read.
        digest: SHA-256 of corpus.jsonl, hexadecimal.
        documents: In the file's order, ids unique.
        queries: Those with at least one relevant document, in the file's order.
        relevant: For each of `queries`, the grades of its documents by id; a document that is not
            in the corpus stays and can never be found.
        unanswerable: The questions to refuse; empty where the dataset has none.
        warnings: What was left out or is odd, one line each, counted.
    """

    name: str
    split: str
    digest: str
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    relevant: Mapping[str, Mapping[str, int]]
    unanswerable: tuple[Query, ...]
    warnings: tuple[str, ...]

    def limited(self, count: int) -> Dataset:
        """The same with at most `count` answerable and `count` unanswerable questions, drawn."""
        queries = draw(self.queries, count)
        return replace(
            self,
            queries=queries,
            relevant={query.id: self.relevant[query.id] for query in queries},
            unanswerable=draw(self.unanswerable, count),
        )

    def without(self, reasons: Mapping[str, str]) -> Dataset:
        """The same without some questions, which a warning counts.

        Args:
            reasons: Why each cannot be asked, by id.

        Raises:
            InputError: No question to answer is left.
        """
        if not reasons:
            return self
        queries = tuple(query for query in self.queries if query.id not in reasons)
        first = next(iter(reasons.values()))
        if not queries:
            raise InputError(f"{self.name}: no question can be asked; the first: {first}")
        left = f"questions that cannot be asked, left out: {len(reasons)}; the first: {first}"
        return replace(
            self,
            queries=queries,
            relevant={query.id: self.relevant[query.id] for query in queries},
            unanswerable=tuple(each for each in self.unanswerable if each.id not in reasons),
            warnings=(*self.warnings, left),
        )

    def with_fewer_documents(self, count: int) -> Dataset:
        """The same with every document that some query's row names, and others drawn up to `count`.

        Easier than the whole: there is less to be mistaken for the relevant documents.
        """
        named = {each for grades in self.relevant.values() for each in grades}
        others = [document for document in self.documents if document.id not in named]
        kept = {document.id for document in draw(others, max(0, count - len(named)))} | named
        return replace(self, documents=tuple(d for d in self.documents if d.id in kept))


def draw(items: Sequence[T], count: int) -> tuple[T, ...]:
    """At most `count` of the items, drawn with `SEED`, in their own order."""
    chosen = random.Random(SEED).sample(range(len(items)), min(count, len(items)))  # noqa: S311
    return tuple(items[i] for i in sorted(chosen))


def load(folder: Path, split: str = "test") -> Dataset:
    """Read a dataset.

    Args:
        folder: Where it lies.
        split: Which file of `qrels/`, without its suffix.

    Raises:
        InputError: A file is missing or cannot be opened, or holds nothing that can be used.
    """
    warnings: list[str] = []
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; name one with corpus.jsonl, queries.jsonl")
    corpus = _bytes(folder / "corpus.jsonl")
    documents = _unique(folder / "corpus.jsonl", _json_rows(corpus), _document, warnings)
    queries = _unique(
        folder / "queries.jsonl", _json_rows(_bytes(folder / "queries.jsonl")), _query, warnings
    )
    grades = _qrels(_split_file(folder, split), warnings)
    refused: Iterable[str] = ()
    if (folder / "qrels" / f"{UNANSWERABLE}.tsv").exists():
        refused = _qrels(folder / "qrels" / f"{UNANSWERABLE}.tsv", warnings)
    relevant = _relevant(grades, queries, documents, split, warnings)
    unasked = queries.keys() - grades.keys() - set(refused)
    _warn(warnings, len(unasked), f"queries without a row in qrels/{split}.tsv, not asked")
    strange = set(refused) - queries.keys()
    _warn(warnings, len(strange), f"ids in qrels/{UNANSWERABLE}.tsv but not in queries.jsonl")
    both = set(refused) & relevant.keys()
    _warn(
        warnings,
        len(both),
        f"queries both in qrels/{split}.tsv and in {UNANSWERABLE}.tsv, taken as answerable",
    )
    return Dataset(
        name=folder.resolve().name,
        split=split,
        digest=hashlib.sha256(corpus).hexdigest(),
        documents=tuple(documents.values()),
        queries=tuple(query for query in queries.values() if query.id in relevant),
        relevant={query: relevant[query] for query in queries if query in relevant},
        unanswerable=tuple(queries[i] for i in refused if i in queries and i not in relevant),
        warnings=tuple(warnings),
    )


def _relevant(
    grades: Mapping[str, Mapping[str, int]],
    queries: Mapping[str, Query],
    documents: Mapping[str, Document],
    split: str,
    warnings: list[str],
) -> dict[str, Mapping[str, int]]:
    name = f"qrels/{split}.tsv"
    _warn(warnings, len(grades.keys() - queries.keys()), f"ids in {name} but not in queries.jsonl")
    known = {query: rows for query, rows in grades.items() if query in queries}
    wanted = {query: rows for query, rows in known.items() if any(g > 0 for g in rows.values())}
    _warn(
        warnings,
        len(known) - len(wanted),
        f"queries in {name} without a relevant document, not asked",
    )
    missing = {d for rows in wanted.values() for d, grade in rows.items() if grade > 0}
    missing -= documents.keys()
    _warn(warnings, len(missing), f"documents in {name} but not in corpus.jsonl, never found")
    found = {d for rows in wanted.values() for d in rows} & documents.keys()
    if not found:
        raise InputError(f"{name} names no query and document that the dataset holds")
    return wanted


def _split_file(folder: Path, split: str) -> Path:
    path = folder / "qrels" / f"{split}.tsv"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in (folder / "qrels").glob("*.tsv"))) or "none"
        raise InputError(f"there is no {path}; splits there: {known}")
    return path


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def _json_rows(data: bytes) -> Iterator[tuple[int, Any]]:
    """Each line that is not blank with its number; None for one that is not a JSON object."""
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):  # not UTF-8 and not JSON are ValueErrors
            value = None
        yield number, value if isinstance(value, dict) else None


Record = TypeVar("Record", Document, Query)


def _unique(
    path: Path,
    rows: Iterable[tuple[int, Any]],
    make: Callable[[dict[str, Any]], Record | None],
    warnings: list[str],
) -> dict[str, Record]:
    found: dict[str, Record] = {}
    bad: list[int] = []
    repeated: list[int] = []
    for number, row in rows:
        record = make(row) if row is not None else None
        if record is None:
            bad.append(number)
        elif record.id in found:
            repeated.append(number)
        else:
            found[record.id] = record
    _warn_lines(warnings, path, bad, "unusable lines")
    _warn_lines(warnings, path, repeated, "lines with an _id seen before, left out,")
    if not found:
        raise InputError(f'{path} holds no usable line; wanted: {{"_id": "1", "text": "…"}}')
    return found


def _document(row: dict[str, Any]) -> Document | None:
    name, title, text = _id(row.get("_id")), row.get("title") or "", row.get("text") or ""
    if name is None or not isinstance(title, str) or not isinstance(text, str):
        return None
    metadata = row.get("metadata")
    return Document(name, title, text, metadata if isinstance(metadata, dict) else {})


def _query(row: dict[str, Any]) -> Query | None:
    name, text = _id(row.get("_id")), row.get("text")
    if name is None or not isinstance(text, str) or not text.strip() or not _is_unicode(text):
        return None
    metadata = row.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    answers = dict.fromkeys(_answers(metadata.get("answers")))
    as_of = metadata.get("as_of")
    return Query(name, text, tuple(answers), str(as_of) if as_of else None)


def _answers(given: object) -> Iterator[str]:
    """The texts of answers: one, a list, each under "text", or as SQuAD is handed on, all there."""
    if isinstance(given, dict):
        yield from _answers(given.get("text"))
    elif isinstance(given, list):
        for each in given:
            yield from _answers(each)
    elif isinstance(given, int | float) and not isinstance(given, bool):
        yield str(given)
    elif isinstance(given, str) and given.strip():
        yield given


def _id(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value and _is_unicode(value) else None


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _qrels(path: Path, warnings: list[str]) -> dict[str, dict[str, int]]:
    """Grades by query and document; of a pair's several rows the highest counts."""
    found: dict[str, dict[str, int]] = {}
    bad: list[int] = []
    for number, line in enumerate(_bytes(path).split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            query, document, grade = line.decode("utf-8-sig").strip("\r").split("\t")
            value = int(grade.strip().removesuffix(".0"))  # "1.0", as pandas writes them
        except ValueError:
            if number > 1:  # the header
                bad.append(number)
            continue
        rows = found.setdefault(query, {})
        rows[document] = max(value, rows.get(document, value))
    _warn_lines(warnings, path, bad, "lines that are not query-id, corpus-id, score")
    if not found:
        raise InputError(f"{path} holds no usable line; wanted: query-id, corpus-id, score")
    return found


def _warn(warnings: list[str], count: int, what: str) -> None:
    if count:
        warnings.append(f"{what}: {count}")


def _warn_lines(warnings: list[str], path: Path, lines: list[int], what: str) -> None:
    if lines:
        warnings.append(f"{what} in {path.name}: {len(lines)}, the first is line {lines[0]}")

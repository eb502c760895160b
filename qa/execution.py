"""Where the heavy work of a sync is done: reading and cutting files, and embedding.

`Here` does it in this process; `qa.cluster` on the workers of a Dask cluster, with the same
passages and the same vectors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from qa.files.scanning import Source
from qa.passages import Cut, PassageSize, cut
from qa.protocols import Embedder, Embedding
from qa.reading import ReadResult
from qa.reading.workers import ToRead, shared


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read, or a part of one.

    Attributes:
        source: The file.
        result: What it holds; while it has `more`, parts of the same file follow.
        size: How its articles are cut.
        cuts: The passages of each of its articles, if they are cut already.
    """

    source: Source
    result: ReadResult
    size: PassageSize
    cuts: tuple[tuple[Cut, ...], ...] | None = None

    def passages(self, number: int) -> Sequence[Cut]:
        """The passages of the article in this place of `result.articles`."""
        if self.cuts is not None:
            return self.cuts[number]
        article = self.result.articles[number]
        return cut(article.text, self.size, article.language)

    def cut(self) -> ReadFile:
        """The same with all of its articles cut."""
        cuts = tuple(tuple(self.passages(i)) for i in range(len(self.result.articles)))
        return replace(self, cuts=cuts)


def of_file(source: Source, results: Iterator[ReadResult], size: PassageSize) -> Iterator[ReadFile]:
    """The parts of one file, taken from the results of many."""
    for result in results:
        yield ReadFile(source, result, size)
        if not result.more:
            return


class Execution(Protocol):
    """Does a sync's heavy work, piece by piece: memory stays bounded, whatever the corpus."""

    @property
    def lasting_rate(self) -> bool:
        """Whether the speed of embedding tells how fast this machine is."""

    def read(self, sources: Sequence[Source], size: PassageSize) -> Iterator[ReadFile]:
        """Read and cut files: each once, in the order given, a large one in several parts."""

    def embed(self, batches: Iterable[Mapping[str, str]]) -> Iterator[Mapping[str, Embedding]]:
        """Embed batches of texts by key: each batch once, in the order given.

        Batches are taken from their iterator as they are worked on, not all at once.
        """


class Here:
    """Implements `Execution` in this process.

    Args:
        embedder: The model.
    """

    lasting_rate = True

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, sources: Sequence[Source], size: PassageSize) -> Iterator[ReadFile]:
        """See `Execution.read`."""
        wanted = (ToRead(each.path, each.name, each.stated, each.refused) for each in sources)
        results = shared().read(wanted)
        for source in sources:
            yield from of_file(source, results, size)

    def embed(self, batches: Iterable[Mapping[str, str]]) -> Iterator[Mapping[str, Embedding]]:
        """See `Execution.embed`."""
        for batch in batches:
            embeddings = self._embedder.embed_passages(list(batch.values()))
            yield dict(zip(batch, embeddings, strict=True))

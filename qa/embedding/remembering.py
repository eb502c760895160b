"""An embedder that embeds a question once, however often it is asked in a row."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from qa.protocols import Embedder, Embedding


class Remembering:
    """Implements `Embedder`, and keeps the embeddings of the last questions.

    Args:
        embedder: What embeds.
        most: How many are kept.
    """

    def __init__(self, embedder: Embedder, most: int) -> None:
        self.embedder = embedder
        self._most = most
        self._known: OrderedDict[str, Embedding] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """See `Embedder.name`."""
        return self.embedder.name

    @property
    def fingerprint(self) -> str:
        """See `Embedder.fingerprint`."""
        return self.embedder.fingerprint

    @property
    def dimension(self) -> int:
        """See `Embedder.dimension`."""
        return self.embedder.dimension

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """See `Embedder.embed_passages`."""
        return self.embedder.embed_passages(texts)

    def embed_query(self, text: str) -> Embedding:
        """See `Embedder.embed_query`."""
        with self._lock:
            known = self._known.get(text)
            if known is not None:
                self._known.move_to_end(text)
                return known
        found = self.embedder.embed_query(text)
        with self._lock:
            self._known[text] = found
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found

    def forget(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._known.clear()

"""Windows for the reader, of sentences."""

from __future__ import annotations

from qa.answering.reader import Window


def window_of(title: str, before: str, *sentences: str) -> Window:
    """A window of these sentences."""
    places, start = [], 0
    for sentence in sentences:
        places.append((start, start + len(sentence)))
        start += len(sentence) + 1
    return Window(title, before, " ".join(sentences), places)

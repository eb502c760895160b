"""Deletions that go along with their article when its file is renamed, moved or taken apart.

An article that was deleted from a file of several is noted with that file (`qa.files.deletions`).
Where the file goes away, or says the article no longer, the note looks for the file that says it
now: one that is new in the same sync, as a file under another name is, or one of the very same
bytes, which are noted anew whenever the file was changed and still says the article. A copy that
came, or comes, by itself is another matter: it is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from qa.files import deletions
from qa.files.deletions import Deleted, content_key
from qa.files.scanning import Changes, Source, remarked
from qa.reading.workers import ToRead, shared
from qa.records import Article
from qa.storage.store_writer import StoreWriter


@dataclass(frozen=True, slots=True)
class _Loose:
    """A deletion whose file no longer says the article.

    Attributes:
        noted: The deletion.
        place: The one file it goes to, having the bytes of the one it left; None: whichever new
            file says it.
    """

    noted: Deleted
    place: str | None


class Moves:
    """Those of one sync.

    Args:
        corpus: The corpus.
        changes: What is to be read of it.
        known: Digest and status of each source before, by name.
    """

    def __init__(
        self, corpus: Path, changes: Changes, known: Mapping[str, tuple[str, str]]
    ) -> None:
        self._corpus = corpus
        self._sources = {each.name: each for each in (*changes.added, *changes.changed)}
        self._added = {each.name for each in changes.added}
        self._by_bytes: dict[str, list[str]] = {}
        self._loose: dict[str, list[_Loose]] = {}
        self._moved: list[tuple[Deleted, Source]] = []
        self._stayed: list[tuple[Deleted, Source]] = []
        self._noted: dict[str, list[Deleted]] = {}
        noted = deletions.deleted(corpus) if self._sources or changes.deleted else []
        put_away = deletions.put_away(corpus, noted)
        for source in self._sources.values() if noted else ():
            self._by_bytes.setdefault(source.digest[: deletions.DIGITS], []).append(source.name)
        still = {each.name for each in changes.unchanged} if noted else set[str]()
        said: dict[str, set[str]] = {}
        for each in noted:
            bytes_ = {each.file, known.get(each.source, ("", ""))[0][: deletions.DIGITS]}
            is_away = not bytes_.isdisjoint(put_away.get(each.source, ()))
            if each.kept_as is None:
                self._noted.setdefault(each.source, []).append(each)
            if each.kept_as is not None or is_away or each.source in still:
                continue
            place = self._same(each, bytes_)
            if each.source not in self._sources:
                has_left = place is not None or each.source in changes.deleted
            elif place is None and not self._added - {each.source}:
                has_left = False  # or has nowhere to go: its file need not be read
            else:
                if each.source not in said:
                    said[each.source] = self._said(each.source)
                has_left = each.content not in said[each.source]
            if has_left:
                self._loose.setdefault(each.content, []).append(_Loose(each, place))

    def _said(self, name: str) -> set[str]:
        """What a file says, as content keys; all that is noted of it where it cannot be read."""
        source = self._sources[name]
        said: set[str] = set()
        wanted = ToRead(source.path, name, source.stated, source.refused)
        for part in shared().read_parts(wanted):
            if not part.opened:
                return set(source.without)
            said.update(map(content_key, part.articles))
        return said

    def _same(self, noted: Deleted, bytes_: Set[str]) -> str | None:
        """The file with the bytes of the noted one, of its name rather than of another."""
        found = [
            name for each in bytes_ for name in self._by_bytes.get(each, ()) if name != noted.source
        ]
        called = PurePosixPath(noted.source).name
        return min(found, key=lambda name: (PurePosixPath(name).name != called, name), default=None)

    def of(self, source: Source) -> Leaving:
        """What is to be left out of a file."""
        by_content: dict[str, Deleted] = {}
        bound = False
        for content, loose in self._loose.items():
            for each in loose:
                here = each.place == source.name
                if here or (each.place is None and source.name in self._added):
                    by_content.setdefault(content, each.noted)
                    bound = bound or here
        return Leaving(source.without, by_content, alone_stays=not bound)

    def went(self, source: Source, leaving: Leaving) -> None:
        """Keep in mind what was left out of a file, see `note`."""
        for each in leaving.moved:
            self._moved.append((each, source))
            self._loose[each.content] = [x for x in self._loose[each.content] if x.noted != each]
        for each in self._noted.get(source.name, ()):
            is_known = each.file == source.digest[: deletions.DIGITS]
            if each.content in leaving.said and not is_known:
                self._stayed.append((each, source))

    def note(self, store: StoreWriter) -> None:
        """Write down where the deletions went, and that the files were read by that.

        Also by what bytes the changed files are known that still say what was deleted: a file may
        be gone in one sync, and come back under another name in a later one.

        Raises:
            IndexWriteError: The corpus cannot be written to.
        """
        if not (self._moved or self._stayed):
            return
        deletions.move(
            self._corpus,
            {
                noted: (source.name, source.digest[: deletions.DIGITS])
                for noted, source in (*self._stayed, *self._moved)
            },
        )
        now = {name: set(source.without) for name, source in self._sources.items()}
        for noted, source in self._moved:
            now[source.name].add(noted.content)
            now.get(noted.source, set()).discard(noted.content)
        for name in {n for e, s in self._moved for n in (e.source, s.name)} & now.keys():
            before = self._sources[name]
            after = remarked(before, frozenset(now[name]))
            store.remark(name, before.digest, after.digest, after.status)


@dataclass(slots=True)
class Leaving:
    """What is left out of one file while it is read.

    Attributes:
        without: Content keys of what is noted with the file.
        loose: Deletions that may have come along with it, by content key.
        alone_stays: Whether the article is read where the file says no other: somebody put it
            there, as a file by itself is put away when it is deleted.
        moved: Those of `loose` that did.
        articles: How many it has said so far.
        said: Content keys of those of `without` that it has said so far.
    """

    without: frozenset[str]
    loose: Mapping[str, Deleted]
    alone_stays: bool
    moved: list[Deleted] = field(default_factory=list)
    articles: int = 0
    said: set[str] = field(default_factory=set)

    def leaves_out(self, article: Article) -> bool:
        """Whether to leave out the next article of the file."""
        self.articles += 1
        if not self.without and not self.loose:
            return False
        key = content_key(article)
        if key in self.without:
            self.said.add(key)
            return True
        noted = self.loose.get(key)
        if noted is not None and noted not in self.moved:
            self.moved.append(noted)
        return noted is not None

    def takes_back(self) -> bool:
        """Whether the file is at its end, and its one article is to be read after all."""
        if not (self.alone_stays and self.articles == 1 and self.moved):
            return False
        self.moved.clear()
        return True

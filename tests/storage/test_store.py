from __future__ import annotations

import contextlib
import gc
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import ArticleNotFoundError, IndexDamagedError
from qa.protocols import Embedding
from qa.records import Article, Problem, Span
from qa.rows import FilterKeys, days, name_key
from qa.storage.connections import _Held, identity
from qa.storage.store import Store
from qa.storage.store_writer import StoreWriter

TOKYO = timezone(timedelta(hours=9))
ZENG = Article(
    id="ab12", title="Rare earths", text="China sells. It stopped.", source="a.txt", position=2,
    publisher="JAPAN Forward", author="Jennifer Zeng",
    published_at=datetime(2025, 7, 31, 8, 0, tzinfo=TOKYO),  # 30 July, 23:00 in UTC
    updated_at=datetime(2025, 8, 1, tzinfo=UTC), age="an hour ago", dateline="TOKYO (AP)",
    agency="AP", url="https://example.org/a?b=1&c", language="en", provenance={"title": "page"},
)  # fmt: skip


def embedding(seed: int, count: int = 3) -> Embedding:
    rng = np.random.default_rng(seed)
    return Embedding(
        vector=rng.standard_normal(384).astype(np.float32),
        tokens=rng.integers(-127, 127, (count, 96)).astype(np.int8),
        offsets=np.asarray([(i, i + 1) for i in range(count)], dtype=np.int32).reshape(-1, 2),
    )


@pytest.fixture
def store(tmp_path):
    made = StoreWriter(tmp_path / "store.sqlite")
    yield made
    made.close()


def add(store: Store, article: Article, generation: int, key: str = "k") -> int:
    """Add an article with one passage that spans it; returns the passage's id."""
    with store.transaction():
        store.add_source(article.source, f"digest of {article.text}", "", [], generation)
        row = store.add_article(article, generation)
        return store.add_passage(row, 0, [Span(0, len(article.text))], key, generation)


def remove(store, source: str, generation: int) -> None:
    """End the life of a source and its articles."""
    with store.transaction():
        store.remove_source(source, generation)
        for row, _ in store.articles_of(source).values():
            store.remove_article(row, generation)


def plain(name: str, text: str = "Text.", **fields: object) -> Article:
    return Article(id=name, title=name.title(), text=text, source=f"{name}.txt", **fields)


def ids(articles) -> list[str]:
    return [article.id for article in articles]


def test_the_file_shrinks_when_much_is_gone(store, tmp_path):
    for n in range(40):
        add(store, plain(f"a{n}", text="Words and more words. " * 4_000), 1)
    store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    full = (tmp_path / "store.sqlite").stat().st_size
    for n in range(40):
        remove(store, f"a{n}.txt", 2)
    store.forget_before(2)
    store.give_back_space()
    store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (tmp_path / "store.sqlite").stat().st_size < full / 4
    store.give_back_space()  # little is free now: left for what comes next


def test_an_article_comes_back_as_it_was(store):
    add(store, ZENG, 1)
    assert store.article("ab12", 1) == ZENG
    assert store.articles(1) == [ZENG]
    assert store.article("ab12", 1).published_at.utcoffset() == timedelta(hours=9)


def test_a_passage_comes_back_with_its_sentences_and_article(store):
    with store.transaction():
        row = store.add_article(ZENG, 1)
        spans = [Span(0, 12), Span(13, 24)]
        number = store.add_passage(row, 4, spans, "k", 1)
    passage, article = store.passages([number])[number]
    assert article == ZENG
    assert (passage.id, passage.article_id, passage.ordinal) == (number, "ab12", 4)
    assert (passage.start, passage.end, passage.text) == (0, 24, ZENG.text)
    assert passage.sentences == tuple(spans)
    [indexed] = store.to_index(1, limit=9)
    assert indexed == (
        number,
        "k",
        "Rare earths",
        ZENG.text,
        FilterKeys(days(date(2025, 7, 30)), "japan forward", "jennifer zeng", "en", "ap"),
    )


@pytest.fixture(scope="module")
def long_lived_store(tmp_path_factory):
    made = StoreWriter(tmp_path_factory.mktemp("store") / "store.sqlite")
    yield made
    made.close()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_text_comes_back_and_sqlite_cuts_it_as_python_does(long_lived_store, text):
    store = long_lived_store
    middle = len(text) // 2
    with store.transaction():
        row = store.add_article(plain("a", text), 1)
        number = store.add_passage(row, 0, [Span(middle, len(text))], "k", 1)
    try:
        assert store.article("a", 1).text == text
        [indexed] = store.to_index(1, limit=9)
        assert (indexed.id, indexed.title, indexed.text) == (number, "A", text[middle:])
        assert store.passages([number])[number][0].text == text[middle:]
    finally:
        store.roll_back_to(0)


def test_rows_are_seen_from_the_generation_that_added_them_until_the_one_that_removed_them(store):
    add(store, plain("old"), 1)
    add(store, plain("new"), 2)
    remove(store, "old.txt", 3)
    seen = {g: sorted(ids(store.articles(g))) for g in range(5)}
    assert seen == {0: [], 1: ["old"], 2: ["new", "old"], 3: ["new"], 4: ["new"]}
    for generation, expected in seen.items():
        assert sorted(store.sources(generation)) == [f"{name}.txt" for name in expected]
        assert len(store.to_index(generation, limit=9)) == len(expected)
    with pytest.raises(ArticleNotFoundError):
        store.article("old", 3)


def test_rolling_back_undoes_what_was_never_published(store):
    first = add(store, plain("old"), 1)
    remove(store, "old.txt", 2)
    with store.transaction():
        store.add_source("bad.txt", "d", "", [Problem("bad.txt", "broken", 3)], 2)
    add(store, plain("new"), 2)
    store.roll_back_to(1)
    assert ids(store.articles(1)) == ids(store.articles(9)) == ["old"]
    assert store.sources(9) == {"old.txt": ("digest of Text.", "")}
    assert store.problems(9) == []
    assert [row.id for row in store.to_index(9, limit=9)] == [first]


def test_a_passage_id_is_never_used_again(store):
    add(store, plain("old"), 1)
    second = add(store, plain("new"), 2)
    store.roll_back_to(1)
    assert add(store, plain("third"), 2) > second


def test_forgetting_keeps_all_that_a_generation_still_sees(store):
    add(store, plain("old"), 1, key="old")
    add(store, plain("stays"), 1, key="stays")
    store.add_embeddings({"old": embedding(1), "stays": embedding(2)})
    remove(store, "old.txt", 2)
    store.forget_before(1)
    assert sorted(ids(store.articles(1))) == ["old", "stays"]
    assert store.missing_embeddings(["old", "stays"]) == set()
    store.forget_before(2)
    assert ids(store.articles(1)) == ids(store.articles(2)) == ["stays"]
    assert store.missing_embeddings(["old", "stays"]) == {"old"}


def test_removing_a_source_removes_only_what_lives_and_came_from_it(store):
    add(store, plain("a", "One."), 1)
    remove(store, "a.txt", 2)
    add(store, plain("a", "Two."), 2)
    remove(store, "other.txt", 3)
    assert [article.text for g in (1, 2, 3) for article in store.articles(g)] == [
        "One.", "Two.", "Two.",
    ]  # fmt: skip


def test_a_transaction_is_all_or_nothing(store):
    with pytest.raises(RuntimeError), store.transaction():
        store.add_article(plain("a"), 1)
        raise RuntimeError
    assert store.articles(1) == []


def test_articles_are_newest_first_and_those_without_a_date_last(store):
    day = datetime(2025, 1, 1, tzinfo=UTC)
    add(store, plain("undated"), 1)
    add(store, plain("early", published_at=day), 1)
    # 23:30 on the day before in UTC, though its own calendar says 1 January
    add(store, plain("earliest", published_at=datetime(2025, 1, 1, 8, 30, tzinfo=TOKYO)), 1)
    add(store, plain("late", published_at=day + timedelta(days=1)), 1)
    assert ids(store.articles(1)) == ["late", "early", "earliest", "undated"]


def test_an_id_may_be_given_by_its_beginning_if_that_is_unique(store):
    for name in ("ab12", "ab34", "cd56", "cd56ef"):
        add(store, plain(name), 1)
    assert store.article("ab1", 1).id == "ab12"
    assert store.article("cd56", 1).id == "cd56"  # whole, though another begins so
    with pytest.raises(ArticleNotFoundError, match="more than one article's id begins with 'ab'"):
        store.article("ab", 1)


@pytest.mark.parametrize("wrong", ["", "*", "a*", "?", "[a-z]", "%", "b12", "AB12", "\ud800", "'"])
def test_no_other_text_finds_an_article(store, wrong):
    add(store, plain("ab12"), 1)
    with pytest.raises(ArticleNotFoundError, match="no article has the id") as caught:
        store.article(wrong, 1)
    assert repr(wrong) in str(caught.value)


def test_the_languages_of_a_generation_are_those_of_its_articles(store):
    with store.transaction():
        for place, (language, generation) in enumerate(
            [("de", 1), (None, 1), ("en-GB", 1), ("de", 2), ("es", 3)]
        ):
            article = replace(ZENG, id=f"ab{place}", position=place, language=language)
            store.add_article(article, generation)
    assert set(store.languages(0)) == set()
    assert set(store.languages(2)) == {"de", None, "en-gb"}
    assert set(store.languages(3)) == {"de", None, "en-gb", "es"}


def test_field_values_most_articles_first(store):
    for n, publisher in enumerate(["B", "A", "C", "C", None]):
        add(store, plain(f"x{n}", publisher=publisher, author="one" if n else None), 1)
    assert store.field_values("publisher", 1) == ["C", "A", "B"]
    assert store.field_values("author", 1) == ["one"]
    assert store.field_values("author", 0) == []
    with pytest.raises(ValueError, match="title"):
        store.field_values("title", 1)


def test_embeddings_come_back_bit_by_bit(store):
    made = {"k1": embedding(1), "k2": embedding(2, count=0)}
    store.add_embeddings(made)
    numbers = {key: add(store, plain(key), 1, key=key) for key in made}
    for key, number in numbers.items():
        found = store.embeddings([number])[number]
        np.testing.assert_array_equal(found.vector, made[key].vector)
        np.testing.assert_array_equal(found.offsets, made[key].offsets)
        assert found.tokens.tobytes() == made[key].tokens.tobytes()
        assert len(found.tokens) == len(found.offsets)
    assert found.vector.dtype == np.float32


def test_more_keys_than_sqlite_takes_in_one_statement(store):
    count = 33_000
    with store.transaction():
        row = store.add_article(plain("a", "x" * 10), 1)
        for n in range(count):
            store.add_passage(row, n, [Span(0, 1)], f"key {n % 7}", 1)
    store.add_embeddings({f"key {n}": embedding(n, count=1) for n in range(7)})
    numbers = [row.id for row in store.to_index(1, limit=count)]
    assert len(numbers) == count
    assert len(store.passages(numbers)) == count
    assert len(store.embeddings(numbers)) == count
    assert len(store.vectors([f"key {n % 7}" for n in range(count)])) == 7
    assert store.missing_embeddings({f"key {n}" for n in range(count)}) == {
        f"key {n}" for n in range(7, count)
    }


def test_problems_are_ordered_by_file_and_line(store):
    with store.transaction():
        store.add_source(
            "b.txt", "d", "", [Problem("b.txt", "late", 9), Problem("b.txt", "early", 2)], 1
        )
        store.add_source("a.txt", "d", "", [Problem("a.txt", "whole file")], 1)
    assert store.problems(1) == [
        Problem("a.txt", "whole file"), Problem("b.txt", "early", 2), Problem("b.txt", "late", 9),
    ]  # fmt: skip
    assert store.problems(0) == []


def test_a_reader_cannot_write_and_makes_no_file(store, tmp_path):
    add(store, ZENG, 1)
    reader = Store(tmp_path / "store.sqlite")
    with pytest.raises(sqlite3.OperationalError, match="readonly"), reader._connection:
        reader._connection.execute("DELETE FROM articles")
    reader.close()
    assert ids(store.articles(1)) == ["ab12"]
    with pytest.raises(IndexDamagedError, match="cannot open .*absent"):
        Store(tmp_path / "absent").articles(1)
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize("kind", [Store, StoreWriter])
def test_what_a_rebuild_cannot_replace_is_to_be_moved_away(kind, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(IndexDamagedError, match="move the index away and run: qa index$"):
        kind(tmp_path / "folder").sources(0)
    if kind is Store:
        with pytest.raises(IndexDamagedError, match="run: qa index --rebuild$"):
            Store(tmp_path / "absent").sources(0)


def test_a_reader_is_not_blocked_by_an_open_transaction_and_sees_none_of_it(store, tmp_path):
    add(store, plain("old"), 1)
    reader = Store(tmp_path / "store.sqlite")
    with store.transaction():
        store.add_article(plain("new"), 1)
        assert ids(reader.articles(1)) == ["old"]
    assert sorted(ids(reader.articles(1))) == ["new", "old"]
    reader.close()


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_told_with_what_mends_it(tmp_path, content, write):
    path = tmp_path / "store.sqlite"
    path.write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"move the index away and run: qa index"):
        (StoreWriter if write else Store)(path).articles(1)


def test_closed_it_opens_again_when_asked(store):
    add(store, ZENG, 1)
    store.close()
    assert store.article("ab12", 1) == ZENG


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("JAPAN Forward", "japan forward"),
        ("  The\tGuardian ", "the guardian"),
        ("Le Monde–Paris", "le monde paris"),
        ("Süddeutsche", "suddeutsche"),
        ("O’Brien", "o brien"),
        ("50% _off*", "50 off"),
        ("---", ""),
        ("東京新聞", "東京新聞"),
    ],
)
def test_name_key(name, key):
    assert name_key(name) == key
    assert name_key(name.upper()) == key
    assert name_key(key) == key


def files_of(store_path: Path) -> list[str]:
    return sorted(path.name for path in store_path.parent.iterdir())


def open_files(path: Path) -> int:
    found = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the one this listing itself has open
            found += str(descriptor.readlink()).startswith(str(path))
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to count open files")
def test_threads_that_ended_leave_no_file_open(store, tmp_path):
    add(store, ZENG, 1)
    path = tmp_path / "store.sqlite"
    reader = Store(path)
    counts, seen = [], []
    for _ in range(20):
        threads = [
            threading.Thread(target=lambda: seen.append(ids(reader.articles(1)))) for _ in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counts.append(open_files(path))
    assert seen == [["ab12"]] * 200
    # SQLite closes a file only when nobody in the process has it locked, and uses it again; but
    # there are never more than there were threads at once, beside the writer's three.
    assert max(counts) <= 10 + 3
    left = [each for each in gc.get_objects() if isinstance(each, _Held)]
    assert [each for each in left if each.file == identity(path)] == []


def test_closing_closes_the_connections_of_threads_that_live(store, tmp_path):
    add(store, ZENG, 1)
    reader = Store(tmp_path / "store.sqlite")
    asked, go_on, seen = threading.Event(), threading.Event(), []

    def ask_twice() -> None:
        reader.articles(1)
        asked.set()
        go_on.wait(30)
        seen.extend(ids(reader.articles(1)))

    store.close()
    thread = threading.Thread(target=ask_twice)
    thread.start()
    asked.wait(30)
    assert open_files(tmp_path) > 0
    reader.close()
    assert open_files(tmp_path) == 0
    go_on.set()
    thread.join()
    assert seen == ["ab12"]


def test_a_reader_leaves_no_file_behind(tmp_path):
    path = tmp_path / "store.sqlite"
    writer = StoreWriter(path)
    add(writer, ZENG, 1)
    writer.close()
    assert files_of(path) == ["store.sqlite"]
    content = path.read_bytes()
    reader = Store(path)
    assert ids(reader.articles(1)) == ["ab12"]
    reader.close()
    assert files_of(path) == ["store.sqlite"]
    assert path.read_bytes() == content


@contextlib.contextmanager
def read_only(folder: Path, source: Path | None = None) -> Iterator[None]:
    """Mount a folder, or another one over it, read only; skip where this process may not."""

    def mount(*arguments: str) -> bool:
        done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
        return done.returncode == 0

    if os.geteuid() != 0 or not mount("--bind", str(source or folder), str(folder)):
        pytest.skip("mounting is not permitted here")
    try:
        if not mount("-o", "remount,bind,ro", str(folder)):
            pytest.skip("mounting read only is not permitted here")
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_an_index_on_a_read_only_mount_can_be_read(tmp_path):
    folder = tmp_path / "index"
    folder.mkdir()
    writer = StoreWriter(folder / "store.sqlite")
    add(writer, ZENG, 1)
    writer.close()
    with read_only(folder):
        with pytest.raises(OSError, match="Read-only"):
            (folder / "probe").touch()
        reader = Store(folder / "store.sqlite")
        assert ids(reader.articles(1)) == ["ab12"]
        reader.close()


def test_what_only_the_log_holds_is_not_passed_over_on_a_read_only_mount(tmp_path):
    folder = tmp_path / "index"
    folder.mkdir()
    writer = StoreWriter(folder / "store.sqlite")
    add(writer, ZENG, 1)
    assert (folder / "store.sqlite-wal").stat().st_size
    with read_only(folder):
        reader = Store(folder / "store.sqlite")
        assert ids(reader.articles(1)) == ["ab12"]
        reader.close()
    writer.close()


def test_a_read_only_mount_is_followed_when_somebody_writes_elsewhere(tmp_path):
    real, seen = tmp_path / "real", tmp_path / "seen"
    real.mkdir()
    seen.mkdir()
    writer = StoreWriter(real / "store.sqlite")
    add(writer, plain("old"), 1)
    writer.close()
    with read_only(seen, real):
        reader = Store(seen / "store.sqlite")
        assert ids(reader.articles(1)) == ["old"]
        add(writer, plain("new"), 2)
        assert sorted(ids(reader.articles(2))) == ["new", "old"]  # from the log
        writer.close()
        assert sorted(ids(reader.articles(2))) == ["new", "old"]  # from the file
        reader.close()


_CLOSED_WHILE_READ = """
import sys, threading
from pathlib import Path
from qa.storage.store import Store

reader = Store(Path(sys.argv[1]))

def close() -> int:
    closing = threading.Thread(target=reader.close)
    closing.start()
    closing.join()
    return 1

reader._connections.current.create_function("close_meanwhile", 0, close)
rows = reader.rows("SELECT close_meanwhile() FROM articles UNION ALL SELECT 2")
assert [row[0] for row in rows] == [1, 2], rows
assert len(reader.rows("SELECT id FROM articles")) == 1
"""


def test_closing_waits_for_no_reader_and_stops_none(store, tmp_path):
    add(store, ZENG, 1)
    # In a process of its own, which used to hang or be killed.
    done = subprocess.run(
        [sys.executable, "-c", _CLOSED_WHILE_READ, str(tmp_path / "store.sqlite")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")

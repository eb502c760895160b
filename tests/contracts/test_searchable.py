"""What every published generation must do: the sets of rows that filters and phrases make."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from qa.request import make_filters
from qa.segments.columns import NO_DAY, days
from tests.conftest import PLACES

ROWS = {
    "pier": ("The ferry hit the pier.", "Harbour Post", "Lee, Ann", "2025-01-10T09:00:00Z"),
    "valve": (
        "KELL (AP) — A valve made the ferry late.",
        "Harbour Post",
        "Bo Lee Tan, Maria von Trapp und Jan de Wit",
        "2025-02-01T00:00:00Z",
    ),
    "storm": ("The storm closed the pier.", 'Echo "9"', "Ann Lee and Bo Tan", "2025-03-01T23:59Z"),
    "mousse": ("Chill the mousse overnight.", None, None, None),
}
"""Text, publisher, author and time by title."""
LANGUAGES = {"pier": "en-GB", "valve": "EN", "storm": "de-AT"}


@pytest.fixture(scope="module", params=PLACES)
def archive(request, tmp_path_factory, make_archive):
    folder = tmp_path_factory.mktemp("searchable")
    served = request.param == "server"
    place = request.getfixturevalue("new_address")() if served else folder / "index"
    made = make_archive(place)
    (folder / "corpus").mkdir()
    for name in ("gone", *ROWS):  # a segment each, of which one is deleted
        text, publisher, author, published = ROWS.get(name, ROWS["pier"])
        row = {"title": name, "text": text, "publisher": publisher, "author": author,
               "published": published}  # fmt: skip
        row["language"] = LANGUAGES.get(name)
        fields = {key: value for key, value in row.items() if value}
        (folder / "corpus" / f"{name}.jsonl").write_text(json.dumps(fields) + "\n")
        made.sync(folder / "corpus")
    (folder / "corpus" / "gone.jsonl").unlink()
    made.sync(folder / "corpus")
    yield made
    made.close()


@pytest.fixture(scope="module")
def generation(archive):
    return archive.retriever.generation()


@pytest.fixture(scope="module")
def named(archive, generation):
    """The titles of a set of rows, in the order of the rows."""

    def titles(rows) -> list[str]:
        found = archive.retriever.store.passages(generation.ids[rows].tolist())
        return [found[i][1].title for i in generation.ids[rows].tolist()]

    def names(allowed) -> list[str]:
        return titles(generation.rows(allowed, 99).tolist())

    names.titles = titles
    return names


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, list(ROWS)),
        ({"publisher": "harbour  POST"}, ["pier", "valve"]),
        ({"publisher": 'Echo "9"'}, ["storm"]),
        ({"publisher": "Nobody"}, []),
        ({"publisher": '" or id > 0 or publisher == "'}, []),
        ({"publisher": "!?"}, []),
        ({"author": "Lee"}, ["pier", "valve", "storm"]),
        ({"author": "tan, bo"}, ["valve", "storm"]),
        ({"author": "Le"}, []),
        ({"author": "Ann Lee"}, ["pier", "storm"]),
        ({"author": "Ann Tan"}, []),
        ({"author": "Bo Ann"}, []),
        ({"author": "Bo Lee"}, ["valve"]),
        ({"author": "Maria VON Trapp"}, ["valve"]),
        ({"author": "de Trapp"}, []),
        ({"author": "wit wit de"}, ["valve"]),
        ({"author": "!?"}, []),
        ({"author": '0:ann"] or id > 0'}, []),
        ({"author": "Bo Tan", "after": "2025-02-02"}, ["storm"]),
        ({"author": "Bo Lee", "after": "2025-02-02"}, []),
        ({"after": "2025-02-01"}, ["valve", "storm"]),
        ({"before": "2025-02-01"}, ["pier"]),
        ({"after": "2025-02-01", "before": "2025-03-01"}, ["valve"]),
        ({"after": "1900-01-01"}, ["pier", "valve", "storm"]),
        ({"publisher": "Harbour Post", "author": "Ann", "before": "2025-12-31"}, ["pier"]),
        ({"language": "en"}, ["pier", "valve"]),
        ({"language": "en-gb"}, ["pier"]),
        ({"language": "German"}, ["storm"]),
        ({"language": "e"}, []),
        ({"language": "en-"}, []),
        ({"agency": "The Associated Press"}, ["valve"]),
        ({"agency": "!?"}, []),
        ({"agency": "AP", "language": "de"}, []),
    ],
)
def test_filters(archive, generation, named, filters, expected):
    allowed = generation.passing(make_filters(**filters))
    assert named(allowed) == expected
    assert generation.any(allowed) is bool(expected)
    assert {article.title for article in archive.article_page(**filters)[0]} == set(expected)


def test_sets_by_words_of_text_and_title(generation, named):
    everything = generation.passing(make_filters(None, None, None, None))
    assert named(generation.holding(everything, ["ferri", "storm"])) == ["pier", "valve", "storm"]
    assert named(generation.holding(everything, ["mouss"])) == ["mousse"]
    assert named(generation.holding(everything, ["zeppelin"])) == []
    assert named(generation.without(everything, ["ferri"])) == ["storm", "mousse"]
    assert named(generation.without(everything, ["ferri", "pier"])) == ["valve", "storm", "mousse"]
    of_harbour = generation.passing(make_filters("Harbour Post", None, None, None))
    assert named(generation.holding(of_harbour, ["pier"])) == ["pier"]
    assert named(generation.without(of_harbour, ["pier"])) == ["valve"]


def test_sets_by_rows(generation, named):
    everything = generation.passing(make_filters(None, None, None, None))
    rows = generation.rows(everything, len(ROWS))
    assert rows.dtype == np.int64
    assert rows.tolist() == sorted(rows.tolist())
    assert generation.rows(everything, len(ROWS) - 1) is None
    assert named(generation.only(rows[[1, 3]])) == ["valve", "mousse"]
    assert named(generation.less(everything, rows[[1, 3]])) == ["pier", "storm"]
    assert not generation.any(generation.only(rows[:0]))
    assert named(generation.less(everything, rows[:0])) == list(ROWS)
    assert named(generation.less(generation.only(rows[:2]), rows[:1])) == ["valve"]
    assert named.titles([generation.example("mouss")]) == ["mousse"]
    assert named.titles([generation.example("pier")])[0] in ("pier", "storm")  # not the deleted one


def test_both_arms_keep_to_a_set(archive, generation, named):
    rows = generation.rows(generation.passing(make_filters(None, None, None, None)), 99)
    allowed = generation.only(rows[[0, 2]])
    vector = archive.retriever.embedder.embed_query("pier").vector
    by_words = generation.lexical.search(["pier", "ferri"], 9, allowed)
    by_meaning = generation.dense.search(vector, 9, allowed)
    for hits in (by_words, by_meaning):
        assert sorted(named.titles([hit.row for hit in hits])) == ["pier", "storm"]
    assert len(generation.lexical) == len(generation.dense) == len(ROWS)


def test_days(generation):
    rows = generation.rows(generation.passing(make_filters(None, None, None, None)), 99)
    wanted = [days(date.fromisoformat(p[:10])) if p else NO_DAY for *_, p in ROWS.values()]
    assert generation.days(rows).tolist() == wanted
    assert generation.newest() == days(date(2025, 3, 1))

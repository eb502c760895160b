"""Stories: linked as they come, in step with generations, one slot in the results."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from qa import serialise
from qa.cli import main
from tests.duplicates.test_shingles import LEAD, SENTENCES, STORY

QUESTION = "What had stuck on the Skerrin Lass?"
TRIMMED = " ".join(SENTENCES[:6])
REWRITTEN = " ".join([LEAD, *SENTENCES[1:]])


def row(title, text, publisher, day=None):
    return {"title": title, "text": text, "publisher": publisher, "published_at": day}


ROWS = {
    "courier.jsonl": [row("Ferry hits pier", TRIMMED, "Courier", "2025-01-11")],
    "gazette.jsonl": [row("Ferry accident: the captain speaks", STORY, "Gazette", "2025-01-10")],
    "review.jsonl": [row("What happened at Pier 2", REWRITTEN, "Review")],
    "tram.jsonl": [row("Tram", "The council approved the tram line by 27 votes to 18.", "Review")],
}


@pytest.fixture
def mine(tmp_path, make_archive, write_corpus):
    made = make_archive(tmp_path / "index")
    made.sync(write_corpus(ROWS))
    yield made
    made.close()


def publishers(archive, title="Ferry hits pier"):
    [article] = [a for a in archive.articles() if a.title == title]
    return [a.publisher for a in archive.story(article.id).articles]


def test_copies_are_one_story_by_first_appearance(mine):
    assert publishers(mine) == ["Gazette", "Courier", "Review"]  # of no known day: last
    assert publishers(mine, "Tram") == ["Review"]
    [story] = mine.stories()
    assert story.publishers == ("Gazette", "Courier", "Review")
    assert story.first.title == "Ferry accident: the captain speaks"


def test_copies_of_an_article_that_is_not_stored_are_found(mine):
    gazette = next(a for a in mine.articles() if a.publisher == "Gazette")
    tram = next(a for a in mine.articles() if a.title == "Tram")

    def held(text, **more):  # also under the id that it has there
        return sorted(a.publisher for a in mine.copies(replace(gazette, text=text, **more)))

    assert held(STORY) == held(REWRITTEN) == ["Courier", "Gazette", "Review"]
    # As `Linker` has it: other words that appeared much later are another story.
    assert held(STORY, published_at=datetime(2026, 1, 1, tzinfo=UTC)) == ["Gazette", "Review"]
    assert held(tram.text.upper()) == ["Review"], "few words: no copies once stored, but told here"
    assert held("The council refused the tram line by 27 votes to 18.") == []


def test_a_story_has_one_slot_and_no_sentence_is_quoted_twice(mine):
    hits = mine.search(QUESTION)
    [hit] = [hit for hit in hits if "valve had stuck" in hit.passage.text]
    assert hit.article.publisher == "Gazette"
    assert [a.publisher for a in hit.also_in] == ["Courier", "Review"]
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [a["publisher"] for a in serialise.hit(hit)["also_in"]] == ["Courier", "Review"]
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    each = mine.search(QUESTION, all_copies=True)
    assert sum("valve had stuck" in hit.passage.text for hit in each) == 3
    assert not any(hit.also_in for hit in each)
    for options in ({}, {"all_copies": True}):
        quotes = [c.quote for c in mine.ask(QUESTION, **options).citations]
        assert sum("valve had stuck" in quote for quote in quotes) == 1


@pytest.mark.parametrize(("first", "then"), [("14", "19"), ("seven", "nine"), ("14", "twenty")])
def test_a_copy_with_other_figures_is_shown_and_quoted_too(archive_of, first, then):
    rows = [
        row(f"By {name}", STORY.replace("14", figure), name, f"2025-01-{day}")
        for day, (name, figure) in enumerate(
            [("Courier", first), ("Gazette", first), ("Review", then), ("Star", then)], 10
        )
    ]
    archive = archive_of(rows)
    asked = "How many people were hurt on the Skerrin Lass?"
    hits = [hit for hit in archive.search(asked) if "people were hurt" in hit.passage.text]
    found = {hit.article.publisher: [a.publisher for a in hit.also_in] for hit in hits}
    assert found == {"Courier": ["Gazette"], "Review": ["Star"]}
    for options in ({}, {"all_copies": True}):
        answer = archive.ask(asked, **options)
        assert f"and {first} people" in answer.text
        assert f"and {then} people" in answer.text
        assert {f.figures[0] for f in answer.differing} == {first, then}


def test_what_one_paper_adds_is_found(archive_of):
    """The agency's text appeared first, and does not say it."""
    local = "Tilda Brockhurst, a retired teacher from Westbury, broke her wrist. "
    archive = archive_of(
        [
            row("Ferry hits pier", STORY, "Gazette", "2025-01-10"),
            row("Ferry hits pier again", STORY, "Courier", "2025-01-11"),
            row("Pier", STORY.replace("Captain", f"{local}Captain", 1), "Post", "2025-01-12"),
        ]
    )
    for asked in ("Who is Tilda Brockhurst?", "Who broke her wrist?"):
        assert local.strip() in archive.ask(asked).text
        assert archive.search(asked)[0].article.publisher == "Post"
    # Where nobody asks for it, it is one story.
    [hit] = [h for h in archive.search("What had stuck?") if "valve had" in h.passage.text]
    assert [a.publisher for a in (hit.article, *hit.also_in)] == ["Gazette", "Courier", "Post"]


def test_places_are_filled_from_below_where_copies_took_them(mine, write_corpus):
    copies = [row(f"Ferry {n}", STORY.replace("bang", f"bang{n}"), f"P{n}") for n in range(60)]
    mine.sync(write_corpus({"many.jsonl": copies}))
    hits = mine.search("Skerrin Lass valve council tram", 3)
    assert len(hits) == 3
    assert len({hit.passage.text for hit in hits}) == 3
    assert max(len(hit.also_in) for hit in hits) > 40


def test_links_follow_the_corpus(mine, write_corpus, tmp_path):
    mine.sync(write_corpus({"gazette.jsonl": None}))
    assert publishers(mine) == ["Courier", "Review"]
    late = row("Again", STORY, "Late", "2025-03-20")  # two months later: only word for word
    mine.sync(write_corpus({"late.jsonl": [late], "review.jsonl": None}))
    assert publishers(mine) == ["Courier"]
    mine.sync(write_corpus({"exact.jsonl": [row("Same", STORY.lower(), "Exact", "2024-01-01")]}))
    assert publishers(mine, "Again") == ["Exact", "Late"]
    mine.sync(write_corpus({"exact.jsonl": None}))
    assert mine.stories() == []
    assert (mine.verify().ok, mine.verify().problems) == (True, ())
    store = sqlite3.connect(mine.index / "store.sqlite")
    dead = store.execute("SELECT count(*) FROM shingles WHERE article NOT IN "
                         "(SELECT row FROM articles)").fetchone()  # fmt: skip
    store.close()
    assert dead == (0,)


def test_grown_one_by_one_or_built_at_once_the_stories_are_the_same(
    mine, make_archive, tmp_path, write_corpus
):
    grown = make_archive(tmp_path / "grown")
    for name in reversed(list(ROWS)):
        for other in ROWS:
            write_corpus({other: ROWS[other]})
        folder = write_corpus({})
        for path in folder.iterdir():
            if path.name < name:
                path.unlink()
        grown.sync(folder)
    assert [[a.title for a in s.articles] for s in grown.stories()] == [
        [a.title for a in s.articles] for s in mine.stories()
    ]
    grown.close()


def test_a_sync_that_fails_takes_its_links_back(mine, write_corpus, monkeypatch):
    before = publishers(mine)
    corpus = write_corpus({"more.jsonl": [row("More", STORY, "More", "2025-01-09")]})
    with monkeypatch.context() as patch:
        patch.setattr("qa.indexing._Sync._publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            mine.sync(corpus)
    assert publishers(mine) == before
    assert mine.verify().ok
    mine.sync(corpus)
    assert publishers(mine) == ["More", *before]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("DELETE FROM shingles WHERE article = 1", "is not found by the words"),
        ("UPDATE articles SET content = 'x' WHERE row = 2", "is not found by the words"),
        ("DELETE FROM copies WHERE article = 1", "linked one way only"),
        ("INSERT INTO copies (article, other, added) VALUES (1, 4, 1), (4, 1, 1)", "no copies"),
        ("INSERT INTO copies (article, other, added) VALUES (1, 99, 1)", "that is gone"),
    ],
)
def test_damaged_links_are_found_and_mended(mine, damage, told):
    before = publishers(mine)
    mine.close()
    connection = sqlite3.connect(mine.index / "store.sqlite")
    with connection:
        connection.execute(damage)
    connection.close()
    found = mine.verify()
    assert not found.ok
    assert told in " ".join(found.problems)
    assert mine.verify(repair=True).repaired
    assert mine.verify().ok
    assert publishers(mine) == before


def test_the_commands_tell_of_stories(mine, capsys):
    index = ["--index", str(mine.index)]
    assert main(["articles", "--stories", *index]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("Ferry accident: the captain speaks · Gazette")
    assert lines[1].startswith("    also: Ferry hits pier · Courier")
    assert main(["articles", "--stories", "--json", *index]) == 0
    [story] = json.loads(capsys.readouterr().out)
    assert story["publishers"] == ["Gazette", "Courier", "Review"]
    main(["show", story["articles"][1]["id"], *index])
    assert "One story in 3 articles:" in capsys.readouterr().out
    main(["search", QUESTION, *index])
    assert "also in 2 others: Courier #" in capsys.readouterr().out
    main(["search", QUESTION, "--all-copies", *index])
    assert "also in" not in capsys.readouterr().out

"""What an article said before stays where its citations point."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from qa import serialise
from qa.cli import main
from qa.errors import ArticleNotFoundError
from qa.revisions import KEPT

HEAD = "Ferry hits pier\n\nThe ferry Skerrin Lass hit Pier 2 on Friday. "


def text(hurt: str) -> str:
    return f"{HEAD}{hurt} people were hurt, the harbour office said.\n"


@pytest.fixture
def mine(place, make_archive, write_corpus):
    made = make_archive(place)
    made.sync(write_corpus({"ferry.txt": text("Fourteen")}))
    yield made
    made.close()


def numbers(archive, article_id):
    return [article.revision for article in archive.revisions(article_id)]


def test_an_old_citation_resolves_to_the_same_words(mine, write_corpus):
    old = mine.ask("How many people were hurt?").citations[0]
    assert "Fourteen" in old.quote
    assert old.article.revision == 1
    for hurt in ("Nineteen", "Twenty"):
        mine.sync(write_corpus({"ferry.txt": text(hurt)}))
    mine.sync(write_corpus({"other.txt": "Tram\n\nThe tram was approved.\n"}))  # rows are forgotten
    mine.sync(write_corpus({}), rebuild=True)
    mine.sync(write_corpus({"more.txt": "Storm\n\nA storm came.\n"}))
    assert numbers(mine, old.article.id) == [1, 2, 3]
    then = mine.article(old.article.id, old.article.revision)
    assert then == old.article
    assert then.text[old.start : old.end] == old.quote
    answer = mine.ask("How many people were hurt?")
    assert "Twenty" in answer.text
    assert "Fourteen" not in answer.text
    assert serialise.answer(answer)["citations"][0]["article"]["revision"] == 3
    assert mine.verify().ok


def test_only_another_text_is_a_revision(mine, write_corpus):
    [article] = mine.articles()
    mine.sync(write_corpus({"ferry.txt": "Author: Ana Silva\n" + text("Fourteen")}))
    assert numbers(mine, article.id) == [1]
    mine.sync(write_corpus({"ferry.txt": "Quarterly figures\n\nSales rose by a third.\n"}))
    [other] = mine.articles()
    assert (other.id, other.revision) == (article.id, 2)  # so that 1 never means two texts
    assert numbers(mine, article.id) == [2]
    with pytest.raises(ArticleNotFoundError, match="has no revision 1; kept are: 2"):
        mine.article(article.id, 1)


def test_the_last_ones_are_kept_and_go_with_the_article(mine, write_corpus):
    [article] = mine.articles()
    for n in range(KEPT + 3):
        mine.sync(write_corpus({"ferry.txt": text(f"{n + 2}")}))
    assert numbers(mine, article.id) == list(range(4, KEPT + 5))
    mine.sync(write_corpus({"ferry.txt": None, "tram.txt": "Tram\n\nIt was approved.\n"}))
    mine.sync(write_corpus({"more.txt": "Storm\n\nA storm came.\n"}))
    mine.articles()  # a reader's copy follows when it is read
    store = sqlite3.connect(
        mine.index / "store.sqlite" if isinstance(mine.index, Path) else mine.index.replica
    )
    [[left]] = store.execute("SELECT count(*) FROM revisions")
    store.close()
    assert left == 0


def test_a_sync_that_fails_keeps_no_revision(mine, write_corpus, monkeypatch):
    [article] = mine.articles()
    corpus = write_corpus({"ferry.txt": text("Nineteen")})
    with monkeypatch.context() as patch:
        patch.setattr("qa.indexing._Sync._publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            mine.sync(corpus)
    assert numbers(mine, article.id) == [1]
    mine.sync(corpus)
    assert numbers(mine, article.id) == [1, 2]


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_damaged_revision_is_found_and_dropped(mine, write_corpus):
    [article] = mine.articles()
    mine.sync(write_corpus({"ferry.txt": text("Nineteen")}))
    mine.close()
    store = sqlite3.connect(mine.index / "store.sqlite")
    with store:
        store.execute("UPDATE revisions SET article = replace(article, 'Fourteen', 'Forty')")
    store.close()
    assert "revision 1 of article" in mine.verify().problems[0]
    assert mine.verify(repair=True).repaired
    assert numbers(mine, article.id) == [2]


def test_the_command_shows_what_was_and_what_changed(mine, write_corpus, capsys):
    [article] = mine.articles()
    mine.sync(write_corpus({"ferry.txt": text("Nineteen")}))
    show = ["show", article.id, "--index", str(mine.index)]
    assert main([*show, "--diff"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["--- revision 1", "+++ revision 2"]
    assert "-Fourteen people were hurt, the harbour office said." in lines
    assert "+Nineteen people were hurt, the harbour office said." in lines
    assert main([*show, "--diff", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["before"]["revision"], told["after"]["revision"]) == (1, 2)
    assert told["diff"] == lines
    assert main([*show, "--revision", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Revision 1; since changed, now 2: qa show")
    assert "Fourteen" in out
    main([*show, "--revision", "1", "--json"])
    assert json.loads(capsys.readouterr().out)["revision"] == 1
    assert main([*show, "--revision", "7"]) == 1

"""As of a day, an article is quoted as it read then, and said not to be where that is not kept."""

from __future__ import annotations

import json

import pytest

from qa import serialise
from qa.cli import main
from qa.exports.documents import markdown
from qa.records import Span
from qa.terminal import render_answer
from qa.web import answer_html, html, panel
from qa.web.asked import Asked

URL = "https://harbour.example/ferry"
ASKED = "How many people were hurt on the ferry?"
HISTORY = "The pier was built in 1931 and carries the trains to the mainland. "
CORRECTED = "Later corrected: the newest version of 16 March 2025 does not have these words."


def ferry(hurt: str, stated: str = "", head: str = HISTORY) -> str:
    return (
        f"---\ntitle: Ferry hits pier\nurl: {URL}\npublished: 2025-03-12\n{stated}---\n{head}"
        f"The ferry Skerrin Lass hit Pier 2 on Wednesday. {hurt} people were hurt, police said.\n"
    )


def saved(hurt: str, day: str) -> str:
    return (
        f"<html><!--\n Page saved with SingleFile \n url: {URL} \n saved date: Thu {day} 2025 "
        "12:00:00 GMT+0000 (UTC)\n--><head><title>Ferry hits pier</title><meta property='article:"
        f"published_time' content='2025-03-12'></head><body><article><p>{HISTORY}</p><p>The ferry "
        f"hit Pier 2 on Wednesday. {hurt} people were hurt, police said.</p></article></body>"
    )


@pytest.fixture
def mine(tmp_path, make_archive, write_corpus):
    made = make_archive(tmp_path / "index")
    made.sync(write_corpus({"ferry.md": ferry("Fourteen")}))
    yield made
    made.close()


def test_an_earlier_revision_is_quoted_and_said_to_be_one(mine, write_corpus, capsys):
    mine.sync(write_corpus({"ferry.md": ferry("Nineteen", "updated: 2025-03-16\n", head="")}))
    assert "Nineteen" in mine.ask(ASKED, as_of="2025-03-16").text
    answer = mine.ask(ASKED, as_of="2025-03-14", explain=True)
    citation = answer.citations[0]
    assert "Fourteen people were hurt" in citation.quote
    assert "Nineteen" not in json.dumps(serialise.answer(answer))
    # The citation is of the revision that was: its offsets hold there, and nowhere else.
    article = mine.article(citation.article.id, citation.article.revision)
    assert (article.revision, article.text[citation.start : citation.end]) == (1, citation.quote)
    assert answer.passages[0].article == article
    assert [hit.article.revision for hit in mine.search(ASKED, as_of="2025-03-14")] == [1]
    for told in (render_answer(answer), markdown(answer)):
        assert CORRECTED in " ".join(told.split())
    assert serialise.answer(answer)["citations"][0]["article"]["later"]["revision"] == 2
    # The page says so too, opens that revision, and takes no verdict on a text that is no more.
    page = answer_html.render_answer(answer, Asked(ASKED), verdicts={})
    assert CORRECTED in page
    assert 'data-revision="1"' in html.open_button(citation.article)
    assert "data-judge" not in page
    assert 'data-revision="2"' in html.open_button(mine.article(article.id), Span(0, 9))
    place = {"id": article.id, "start": "0", "end": "9", "revision": "1"}
    assert "Fourteen" in panel.opened(mine, place)
    main(["ask", ASKED, "--as-of", "2025-03-14", "--index", str(mine.index)])
    out = " ".join(capsys.readouterr().out.split())
    assert "Fourteen" in out
    assert CORRECTED in out
    # What must be in the text must have been.
    assert not mine.search('hurt "Nineteen people"', as_of="2025-03-14")
    assert not mine.search("hurt -Fourteen", as_of="2025-03-14")
    assert mine.search("hurt -the", as_of="2025-03-14"), "a common word excludes nothing"
    assert mine.search('hurt "Nineteen people"', as_of="2025-03-16")


def test_without_a_stated_time_the_archives_own_decides(mine, write_corpus):
    mine.sync(write_corpus({"ferry.md": ferry("Nineteen")}))
    assert "Fourteen" in mine.ask(ASKED, as_of="2025-03-14").text
    assert "Nineteen" in mine.ask(ASKED, as_of="2999-01-01").text
    mine.sync(write_corpus({"ferry.md": None, "ferry.html": saved("Six", "Mar 13")}))
    mine.sync(write_corpus({"ferry.html": saved("Twenty", "Mar 20")}))
    assert "Six" in mine.ask(ASKED, as_of="2025-03-19").text
    assert "Twenty" in mine.ask(ASKED, as_of="2025-03-20").text


def test_what_was_said_then_and_is_not_kept_is_marked(mine, write_corpus):
    mine.sync(write_corpus({"ferry.md": None, "new.md": ferry("Six", "updated: 2025-03-16\n")}))
    told = mine.ask(ASKED, as_of="2025-03-14").citations[0]
    marked = "Updated on 16 March 2025, after 14 March 2025; what it said then is not in the"
    answer = mine.ask(ASKED, as_of="2025-03-14")
    assert marked in " ".join(render_answer(answer).split())
    assert marked in answer_html.render_answer(answer, Asked(ASKED))
    assert serialise.citation(told)["article"]["later_than"] == "2025-03-14"
    for as_of in (None, "2025-03-16"):
        plain = mine.ask(ASKED, as_of=as_of).citations[0]
        assert serialise.citation(plain)["article"]["later_than"] is None


def test_a_version_in_another_file_that_came_later_is_left_out(mine, write_corpus):
    mine.sync(write_corpus({"again.md": ferry("Nineteen", "updated: 2025-03-16\n")}))
    for all_copies in (False, True):
        answer = mine.ask(ASKED, as_of="2025-03-14", all_copies=all_copies)
        assert {hit.article.source for hit in answer.passages} == {"ferry.md"}
        assert "Fourteen" in answer.text
        assert CORRECTED in " ".join(render_answer(answer).split())
    assert "Nineteen" in mine.ask(ASKED, as_of="2025-03-16").text


def test_a_copy_is_not_hidden_behind_an_article_that_said_it_only_later(mine, write_corpus):
    text = f"The ferry Skerrin Lass hit Pier 2. Nineteen people were hurt, police said. {HISTORY}"
    copy = f"---\ntitle: Crash\npublisher: Post\npublished: 2025-03-13\n---\n{text}\n"
    head = f"---\ntitle: Ferry hits pier\nurl: {URL}\npublished: 2025-03-12\n"
    news = f"{head}---\nThe ferry was late. More follows.\n"
    mine.sync(write_corpus({"ferry.md": None, "wire.md": news, "z.md": copy}))
    changed = f"{head}updated: 2025-03-16\n---\n{text} How many, nobody knew at first.\n"
    mine.sync(write_corpus({"wire.md": changed}))
    for hit in mine.search(ASKED, as_of="2025-03-14"):
        assert not hit.also_in, "it did not say so then"
    answer = mine.ask(ASKED, as_of="2025-03-14")
    assert "Nineteen people were hurt" in answer.text
    assert answer.citations[0].article.publisher == "Post"
    [hit] = [h for h in mine.search(ASKED, as_of="2025-03-16") if "hurt" in h.passage.text]
    assert len(hit.also_in) == 1


def test_a_copy_that_was_changed_since_is_quoted_only_where_no_other_is(mine, write_corpus):
    text = f"The ferry Skerrin Lass hit Pier 2. Nineteen people were hurt, police said. {HISTORY}"
    head = "---\ntitle: Ferry hits pier\npublisher: {}\npublished: 2025-03-12\n{}---\n{}\n"
    mine.sync(
        write_corpus(
            {
                "ferry.md": None,
                "a.md": head.format("Star", "updated: 2025-03-16\n", text),
                "b.md": head.format("Echo", "", text),
                "c.md": head.format("Mail", "updated: 2025-03-17\n", text),
            }
        )
    )
    answer = mine.ask(ASKED, as_of="2025-03-14")
    assert {citation.article.publisher for citation in answer.citations} == {"Echo"}
    [hit] = [hit for hit in answer.passages if hit.also_in]
    others = [(other.publisher, str(other.later_than)) for other in hit.also_in]
    assert others == [("Star", "2025-03-14"), ("Mail", "2025-03-14")]
    assert "(changed since)" in " ".join(render_answer(answer).split())
    assert "(changed since)" in answer_html.render_answer(answer, Asked(ASKED))
    plain = mine.ask(ASKED, as_of="2025-03-17")
    assert "(changed since)" not in render_answer(plain)


def test_the_newest_of_several_counts_is_none_that_may_have_come_later(archive_of):
    text = "The collapse of the Quay tunnel at Kell killed {} workers, the harbour police said."
    rows = [
        {"title": "Tunnel falls", "text": text.format("seven"), "published_at": "2025-05-02"},
        {"title": "Toll rises", "text": text.format("nine"), "published_at": "2025-05-09"},
        {
            "title": "What we know",
            "text": text.format(31),
            "published_at": "2025-05-10",
            "updated_at": "2025-06-20",
        },
    ]
    mine = archive_of(rows)
    asked = "How many workers were killed in the Quay tunnel?"
    then = mine.ask(asked, as_of="2025-05-20").citations
    assert [each.article.title for each in then] == ["Toll rises", "Tunnel falls", "What we know"]
    assert mine.ask(asked, as_of="2025-07-01").citations[0].article.title == "What we know"

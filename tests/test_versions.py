"""The same article saved again in another file: found as it is, cited as it was."""

from __future__ import annotations

import json
import sqlite3

import pytest

from qa import serialise
from qa.addresses import address_key
from qa.citations import cite
from qa.cli import main
from qa.exports.documents import markdown
from qa.terminal import render_answer, render_hits
from qa.web.hits_html import also_in, corrected

URL = "https://www.harbour.example/2025/ferry?utm_source=feed&id=7#top"
SAME = "http://harbour.example/2025/ferry/?id=7&fbclid=x"
REST = (
    "The ferry Skerrin Lass hit Pier 2 on Friday morning. {hurt} people were hurt, the harbour "
    "office said. The pier was built in 1931 and carries the trains to the mainland. {more}"
    "Two inspectors from the ministry came in the afternoon and looked at the bow."
)


def ferry(hurt: str, more: str = "", url: str = URL, updated: str = "") -> str:
    head = f"url: {url}\npublished: 2025-03-14\n" + (f"updated: {updated}\n" if updated else "")
    return f"---\ntitle: Ferry hits pier\n{head}---\n{REST.format(hurt=hurt, more=more)}\n"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (URL, "harbour.example/2025/ferry?id=7"),
        (SAME, "harbour.example/2025/ferry?id=7"),
        ("HTTPS://WWW.Harbour.Example:443/L%c3%a4mp/index.html", "harbour.example/L%C3%A4mp"),
        ("https://harbour.example:8080/a?b=2&a=1", "harbour.example:8080/a?a=1&b=2"),
        ("https://harbour.example/?p=12", "harbour.example?p=12"),
        ("https://harbour.example/", None),
        ("ftp://harbour.example/a", None),
        ("https://[broken/a", None),
        ("https://harbour.example:99999/a", None),
        (None, None),
    ],
)
def test_which_addresses_are_one(url, key):
    assert address_key(url) == key


@pytest.fixture
def mine(tmp_path, make_archive, write_corpus):
    made = make_archive(tmp_path / "index")
    made.sync(
        write_corpus(
            {
                "b.md": ferry("Fourteen", "A witness saw smoke over the funnel of the ship. "),
                "tram.md": "---\ntitle: Tram\nurl: https://harbour.example/tram\n---\nIt came.\n",
            }
        )
    )
    yield made
    made.close()


def test_what_is_saved_again_is_the_newest_version(mine, write_corpus, capsys):
    old = mine.ask("How many people were hurt?").citations[0]
    assert (old.corrected, old.article.later) == (False, None)
    mine.sync(write_corpus({"a.md": ferry("Nineteen", url=SAME, updated="2025-03-15")}))
    first, newest = mine.versions(old.article.id)
    assert (first.source, newest.source) == ("b.md", "a.md")
    # An old citation resolves, to the same words, and knows that they were corrected.
    then = mine.article(old.article.id)
    assert then.text[old.start : old.end] == old.quote
    assert then.later == newest
    # Results prefer the newest.
    answer = mine.ask("How many people were hurt?")
    assert "Nineteen" in answer.text
    assert "Fourteen" not in answer.text
    hits = mine.search("How many people were hurt?")
    assert hits[0].article.source == "a.md"
    # What only the earlier version says is found, and said to be corrected.
    hits = mine.search("Who saw smoke over the funnel?", all_copies=True)
    [hit] = [each for each in hits if "smoke" in each.passage.text]
    told = "Later corrected: the newest version of 15 March 2025 does not have these words."
    assert hit.citation.corrected
    assert told in " ".join(render_hits([hit]).split())
    assert told in corrected(hit.citation)
    found = serialise.hit(hit)
    assert found["article"]["later"]["id"] == newest.id
    assert serialise.citation(hit.citation)["corrected"] is True
    assert mine.verify().ok
    # And the command tells what changed.
    show = ["show", first.id, "--index", str(mine.index)]
    main([*show, "--diff"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"--- #{first.id}")
    assert "+Nineteen people were hurt, the harbour office said." in lines
    main(show)
    assert f"the newest is #{newest.id}: qa show {first.id} --diff" in capsys.readouterr().out
    main([*show, "--json"])
    shown = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in shown["versions"]] == [first.id, newest.id]


def test_an_answer_says_that_its_quote_was_corrected(mine, write_corpus):
    mine.sync(write_corpus({"a.md": ferry("Nineteen", updated="2025-03-15")}))
    answer = mine.ask("What did a witness see over the funnel?")
    assert "smoke" in answer.text
    [citation] = [each for each in answer.citations if "smoke" in each.quote]
    assert citation.corrected
    told = " ".join(render_answer(answer, " --index other").split())
    assert "Later corrected" in told
    assert f"See: qa show {citation.article.id} --diff --index other" in told
    assert "Later corrected" in markdown(answer)


def test_the_order_of_files_and_what_goes_make_no_difference(mine, write_corpus, tmp_path):
    [old] = [each for each in mine.articles() if each.source == "b.md"]
    mine.sync(write_corpus({"a.md": ferry("Nineteen", updated="2025-03-15")}))
    mine.sync(write_corpus({}), rebuild=True)
    assert [each.source for each in mine.versions(old.id)] == ["b.md", "a.md"]
    mine.sync(write_corpus({"a.md": None}))
    assert [each.source for each in mine.versions(old.id)] == ["b.md"]
    assert mine.article(old.id).later is None
    assert "Fourteen" in mine.ask("How many people were hurt?").text


def test_the_newest_is_known_though_it_has_little_in_common(tmp_path, make_archive, write_corpus):
    """A live page loses its first entries: its last state has none of them."""
    words = ["alder", "birch", "cedar", "dogwood", "elm", "fir", "gorse", "hazel", "ivy", "juniper"]
    entries = [
        " ".join(f"The {word}{n} brook has flooded {word}{n} farm." for word in words)
        for n in range(7)
    ]
    page = "---\ntitle: Floods\nurl: https://live.example/floods\nupdated: 2025-03-{}\n---\n{}\n"
    made = make_archive(tmp_path / "live")
    states = {10: entries[:3], 11: entries[2:5], 12: entries[4:]}
    corpus = {f"{day}.md": page.format(day, " ".join(told)) for day, told in states.items()}
    made.sync(write_corpus(corpus))
    for each in made.articles():
        assert [v.source for v in made.versions(each.id)] == ["10.md", "11.md", "12.md"]
        later = made.article(each.id).later
        assert (later.source if later else each.source) == "12.md"
    made.sync(write_corpus({"12.md": None}))
    assert {len(made.versions(each.id)) for each in made.articles()} == {2}
    made.close()


def test_words_set_in_another_way_were_not_corrected(mine, write_corpus):
    plain = '"It failed the engine\'s crew - at last," she said of the valve...'
    as_set = "“It failed the engine’s crew\u00a0\u2013 at last,” she said of the valve…"
    files = {
        "b.md": ferry("Fourteen", f"{plain} A witness saw smoke. "),
        "a.md": ferry("Nineteen", f"{as_set} ", updated="2025-03-15"),
    }
    mine.sync(write_corpus(files))
    [old] = [each for each in mine.articles() if each.source == "b.md"]
    old = mine.article(old.id)

    def is_corrected(words: str) -> bool:
        start = old.text.index(words)
        return cite(1, old, start, start + len(words)).corrected

    assert not is_corrected(plain)
    assert is_corrected("Fourteen people were hurt")
    assert is_corrected("A witness saw smoke.")


def test_an_earlier_version_among_copies_is_said_to_be_one(mine, write_corpus):
    mine.sync(write_corpus({"a.md": ferry("Fourteen", updated="2025-03-15")}))
    [hit] = [h for h in mine.search("Who looked at the bow?") if "bow" in h.passage.text]
    [earlier] = serialise.hit(hit)["also_in"]
    assert earlier["later"]["id"] == hit.article.id
    assert f"#{earlier['id']} (an earlier version)" in " ".join(render_hits([hit]).split())
    assert "an earlier version" in also_in(hit)


def test_what_is_no_version(mine, write_corpus):
    hub = "https://harbour.example/news"
    front = [
        {"title": f"Story {n}", "url": hub, "text": f"On day {n} the number {n} was drawn. " * 9}
        for n in (1, 2)
    ]
    other = [{**row, "text": "The council met and talked about bins. " * 9} for row in front[:1]]
    copy = ferry("Fourteen", url="https://star.example/ferry")  # wire copy of another publisher
    mine.sync(write_corpus({"hub1.jsonl": front, "hub2.jsonl": other, "copy.md": copy}))
    assert all(article.later is None for article in map(mine.article, ids(mine)))
    assert all(len(mine.versions(each)) == 1 for each in ids(mine))


def test_links_that_are_none_are_found_and_mended(mine, write_corpus):
    mine.sync(write_corpus({"a.md": ferry("Nineteen", updated="2025-03-15")}))
    mine.close()
    store = sqlite3.connect(mine.index / "store.sqlite")
    with store:
        store.execute(
            "UPDATE versions SET other = (SELECT row FROM articles WHERE source = 'tram.md')"
        )
    store.close()
    assert "linked as versions and are none" in " ".join(mine.verify().problems)
    assert mine.verify(repair=True).repaired
    assert sum(mine.article(each).later is not None for each in ids(mine)) == 1


def ids(archive) -> list[str]:
    return [article.id for article in archive.articles()]

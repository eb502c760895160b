"""The user's own page."""

from __future__ import annotations

import pytest

from qa.reading import article_id, read_file

NAME = "000_1924017eeecf70b8.txt"


@pytest.fixture(scope="module")
def result(shared_dir):
    return read_file(shared_dir / "seeds" / NAME, NAME)


@pytest.mark.data
def test_the_page_holds_exactly_these_four_articles(result):
    assert result.problems == ()
    rows = [(a.title, a.publisher, a.author, a.age, a.dateline) for a in result.articles]
    assert rows == [
        (
            "China's Rare Earth Gamble: A Double-Edged Sword in the Trade War",
            "JAPAN Forward", "Jennifer Zeng", None, None,
        ),
        (
            "Caution Advised as Beijing Rewrites History for its Japan-bashing Extravaganza",
            "Japan Forward", "John Carroll", "an hour ago", None,
        ),
        (
            "After a reference to Trump's impeachments is removed from a history museum, complex "
            "questions echo",
            "Toronto Star", None, "4 hours ago", "NEW YORK (AP)",
        ),
        (
            "It's Trump's economy now. The latest financial numbers offer some warning signs",
            "Winnipeg Free Press", None, "4 hours ago", "WASHINGTON (AP)",
        ),
    ]  # fmt: skip
    assert [a.agency for a in result.articles] == [None, None, "AP", "AP"]
    assert {a.published_at for a in result.articles} == {None}
    assert [a.id for a in result.articles] == [article_id(NAME, n) for n in range(4)]


@pytest.mark.data
def test_the_bodies_are_whole_and_hold_nothing_else(result):
    starts = ["Although Washington", "Beijing is busily", "NEW YORK (AP) — It", "WASHINGTON (AP) —"]
    ends = ["a constant challenge.", "The Peking duck can wait.", "terms 'divisive.'",
            "'I believe this approach is a major mistake.'"]  # fmt: skip
    for article, start, end in zip(result.articles, starts, ends, strict=True):
        assert article.text.startswith(start)
        assert article.text.endswith(end)
        for stray in ("Author:", "Hashtags", "AI Features", "No comments", "Related Articles",
                      "Monday Mornings", article.title):  # fmt: skip
            assert stray not in article.text
    assert "as a result and boost homebuying activity. His tariff policy" in result.articles[3].text
    assert "(©Inconvenient Truths)" in result.articles[0].text


@pytest.mark.data
def test_nothing_of_the_articles_is_lost(result, shared_dir):
    page = (shared_dir / "seeds" / NAME).read_text(encoding="utf-8")
    main, second, third, fourth = result.articles
    head, _, tail = page.partition("\nAuthor: Jennifer Zeng\n")
    assert main.text == head.strip().split("\n", 1)[1]
    assert f"\n{second.text} Author: John Carroll\n" in tail
    assert f"\n{third.text}\n" in tail
    promo = "Monday Mornings The latest local business news and a lookahead to the coming week. "
    assert tail.replace(promo, "").endswith(f"\n{fourth.text}")

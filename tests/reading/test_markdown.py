"""Markdown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.reading import read_bytes

BODY = "The lamp on Gull Point will be lit in June. It has been dark since 1974."


def read(text: str, source: str = "lamp.md"):
    return read_bytes(text.encode(), source)


def read_one(text: str, source: str = "lamp.md"):
    result = read(text, source)
    assert result.problems == ()
    [article] = result.articles
    return article


@pytest.mark.parametrize(
    ("front", "field", "value"),
    [
        ("title: Lamp", "title", "Lamp"),
        ("headline: Lamp", "title", "Lamp"),
        ("source: Harbour Star", "publisher", "Harbour Star"),
        ("outlet: Harbour Star", "publisher", "Harbour Star"),
        ("publisher: {name: Harbour Star}", "publisher", "Harbour Star"),
        ("author: By Ida Holm", "author", "Ida Holm"),
        ("authors: [Ida Holm, Bo Lind]", "author", "Ida Holm, Bo Lind"),
        ("byline: Ida Holm", "author", "Ida Holm"),
        ("author: {name: Ida Holm}", "author", "Ida Holm"),
        ("date: 2025-03-14", "published_at", datetime(2025, 3, 14, tzinfo=UTC)),
        ("published: 2025-03-14T10:00:00Z", "published_at", datetime(2025, 3, 14, 10, tzinfo=UTC)),
        ("publishedDate: 14 March 2025", "published_at", datetime(2025, 3, 14, tzinfo=UTC)),
        ("published_at: '2025-03-14'", "published_at", datetime(2025, 3, 14, tzinfo=UTC)),
        ("lastmod: 2025-03-14", "updated_at", datetime(2025, 3, 14, tzinfo=UTC)),
        ("canonical: https://example.org", "url", "https://example.org"),
        ("lang: en-GB", "language", "en-GB"),
    ],
)
def test_front_matter(front, field, value):
    article = read_one(f"---\n{front}\n---\n{BODY}\n")
    assert getattr(article, field) == value
    assert article.provenance[field] == "front matter"
    assert article.text == BODY


def test_the_first_heading_is_the_title_and_leaves_the_body():
    article = read_one(f"# The *Lamp*\n\nBy Ida Holm\n\n{BODY}\n\n## Costs\n\nFew.")
    assert (article.title, article.author) == ("The Lamp", "Ida Holm")
    assert article.text == f"{BODY}\n\nCosts\n\nFew."
    assert article.provenance["title"] == "heading"


def test_a_heading_that_repeats_the_front_matter_leaves_the_body():
    assert read_one(f"---\ntitle: The Lamp\n---\n# The lamp\n\n{BODY}").text == BODY


def test_the_body_is_plain_text():
    text = (
        "# T\n\nA *b* **c** `d` [e](http://x) ![f](g.png) h\\* &amp; <b>i</b>\nj.\n\n- k\n"
        "- l **m**\n  - n\n\n3. o\n4. p\n\n> q\n\n```py\nr = 1\n```\n\n"
        "| s | t |\n|---|---|\n| u | v |\n\n"
        "<div>w<script>x</script></div>\n\n<!-- y -->\n"
    )
    assert read_one(text).text == (
        "A b c d e h* & i j.\n\nk\nl m\nn\n\n3. o\n4. p\n\nq\n\nr = 1\n\ns | t\nu | v\n\nw"
    )


def test_no_heading_gives_the_file_name():
    article = read_one(BODY, "2025-03-14-old-lamp.markdown")
    assert article.title == "Old lamp"
    assert article.provenance["published_at"] == "file name"


def test_broken_front_matter_is_a_problem_with_its_line():
    result = read(f"---\ntitle: Lamp\nauthor: [Ida\ndate: x\n---\n{BODY}")
    assert result.articles == ()
    [problem] = result.problems
    assert problem.line == 4
    assert "front matter" in problem.reason


def test_unclosed_front_matter_is_a_problem():
    assert "not closed" in read(f"---\ntitle: Lamp\n\n{BODY}").problems[0].reason


def test_two_rules_are_not_front_matter():
    assert read_one(f"---\n{BODY}\n\n---\n\nMore of it.").text.startswith(BODY)


def test_a_date_that_is_not_understood_keeps_the_article():
    result = read(f"---\ndate: last spring\n---\n{BODY}")
    assert result.articles[0].published_at is None
    assert result.problems[0].reason == "date not understood: 'last spring', kept without a date"


@pytest.mark.parametrize("day", ["2025-02-30", "2025-13-01", "0000-01-01", "2025-03-01 25:00:00"])
def test_a_day_that_no_calendar_has_keeps_the_article_and_its_fields(day):
    result = read(f"---\ntitle: Lamp\ndate: {day}\n---\n{BODY}")
    [article] = result.articles
    assert (article.title, article.published_at) == ("Lamp", None)
    assert result.problems[0].reason == f"date not understood: {day!r}, kept without a date"


def test_front_matter_cannot_run_code():
    result = read(f"---\ntitle: !!python/object/apply:os.getcwd []\n---\n{BODY}")
    assert result.articles == ()
    assert result.problems[0].line == 2


def test_no_body_is_a_problem():
    assert "no body" in read("---\ntitle: Lamp\n---\n\n![a](b.png)\n").problems[0].reason


def test_front_matter_in_toml():
    front = 'title = "Lamp"\ndate = 2025-03-14\nauthors = ["Ida Holm"]'
    article = read_one(f"+++\n{front}\n+++\n{BODY}")
    assert (article.title, article.author, article.text) == ("Lamp", "Ida Holm", BODY)
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    result = read(f'+++\ntitle = "Lamp\n+++\n\n{BODY}')
    assert result.articles == ()
    assert result.problems[0].reason.startswith("front matter: ")
    assert read_one(f"# Lamp\n\nLit.\n\n+++\n\n{BODY}").text.startswith("Lit.")


def test_a_page_that_obsidian_clipped():
    article = read_one(
        '---\nauthor:\n  - "[[Ida Holm]]"\n  - "[[people/bo|Bo Lind]]"\nsource: '
        '"https://star.example/lamp"\npublished:\ncreated: 2025-03-20\n---\n'
        "![[lamp.png]]\nThe [[Gull Point|lamp]] of [[Dunmouth]] was ==lit again==.\n\n"
        "> [!note] Correction\n> It was dark.\n\n%% ask [[Ida Holm]] again %%\n\n"
        "%%\nnever shown\n\nnor this\n%%\n\n`[[ -f x ]] && ==y==` rose 5%% or 6%%.\n"
    )
    assert article.author == "Ida Holm, Bo Lind"
    assert (article.url, article.published_at) == ("https://star.example/lamp", None)
    assert article.text == (
        "The lamp of Dunmouth was lit again.\n\nCorrection It was dark.\n\n"
        "[[ -f x ]] && ==y== rose 5%% or 6%%."
    )
    assert read_one("A lamp [[1]](https://star.example/1).").text == "A lamp [1]."

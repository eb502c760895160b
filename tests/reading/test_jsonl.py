"""JSON Lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from qa.reading import Stated, article_id, read_bytes

BODY = "The lamp on Gull Point will be lit in June. It has been dark since 1974."


def read(*lines: object):
    data = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return read_bytes(data.encode("utf-8", "surrogatepass"), "feed.jsonl")


def test_good_and_bad_lines_together():
    result = read(
        {"title": "One", "text": BODY}, "{broken", "", {"title": "No text"}, "[1]", "null",
        {"title": "Blank", "text": "  "}, {"title": "Two", "body": BODY},
    )  # fmt: skip
    assert [article.title for article in result.articles] == ["One", "Two"]
    assert [problem.line for problem in result.problems] == [2, 4, 5, 6, 7]
    reasons = " | ".join(problem.reason for problem in result.problems)
    for words in ("not valid JSON", "no text", "an array", "null"):
        assert words in reasons


def test_a_line_keeps_its_id_when_another_is_mended():
    broken, mended = read("{broken", {"text": BODY}), read({"text": BODY}, {"text": BODY})
    assert broken.articles[0].id == mended.articles[1].id == article_id("feed.jsonl", 1)


@pytest.mark.parametrize(
    "key", ["text", "body", "content", "articleBody", "article_body", "full_text"]
)
def test_names_of_the_text(key):
    assert read({key: BODY}).articles[0].text == BODY


def test_fields_of_other_kinds():
    [article] = read(
        {
            "headline": 1984, "author": [{"name": "Ida Holm"}, "By Bo Lind", None, 7, ["x"]],
            "publisher": {"@type": "Organization", "name": "Harbour Star"}, "url": None,
            "language": True, "datePublished": 1741910400, "modified": 20250315,
            "text": [BODY, "Second.", 3],
        }
    ).articles  # fmt: skip
    assert (article.title, article.publisher) == ("1984", "Harbour Star")
    assert article.author == "Ida Holm, Bo Lind"
    assert (article.url, article.language) == (None, "en")  # as its text is
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert article.updated_at == datetime(2025, 3, 15, tzinfo=UTC)
    assert article.text == f"{BODY}\n\nSecond."
    assert article.provenance["publisher"] == "json"


@pytest.mark.parametrize("value", ["soon", {"a": 1}, [[]], "05/07/2025", -1e300])
def test_a_date_that_is_not_understood(value):
    result = read({"text": BODY, "date": value})
    assert result.articles[0].published_at is None
    assert result.problems[0].reason.startswith("date not understood: ")
    assert result.problems[0].line == 1


@pytest.mark.parametrize("value", [True, 10**25, {"a": 1}, [[]]])
def test_a_value_that_can_be_no_date_is_told_as_it_stands(value):
    told = read({"text": BODY, "date": value}).problems[0].reason
    assert told == f"date not understood: {str(value)!r}, kept without a date"


def test_markup_title_and_byline_leave_the_text():
    text = f"<h1>Lamp</h1><p>By Ida Holm</p><p>{BODY}</p><script>x()</script><p>a<br>b</p>"
    [article] = read({"title": "Lamp", "author": "Ida Holm", "text": text}).articles
    assert article.text == f"{BODY}\n\na\nb"


def test_text_that_utf8_cannot_hold_is_mended():
    [article] = read('{"text": "The lamp\\ud800 is lit.", "title": "L\\udfff"}').articles
    article.text.encode()
    article.title.encode()


def test_a_bad_byte_costs_one_line():
    good = json.dumps({"text": BODY}).encode()
    result = read_bytes(good + b'\n{"text": "caf\xe9 lamp"}\n' + good, "feed.jsonl")
    assert len(result.articles) == 2
    assert (result.problems[0].line, len(result.problems)) == (2, 1)
    assert "UTF-8" in result.problems[0].reason


def test_unicode_line_ends_inside_strings_do_not_end_a_line():
    assert read('{"text": "One lamp.\u2028Two lamps."}').articles[0].text == "One lamp.\nTwo lamps."


def test_hostile_nesting_and_numbers_cost_one_line():
    deep = '{"text": "x", "a":' + "[" * 100_000 + "]" * 100_000 + "}"
    result = read(deep, '{"text": "x", "date": ' + "9" * 5000 + "}", {"text": BODY})
    assert [article.text for article in result.articles] == [BODY]
    assert [problem.line for problem in result.problems] == [1, 2]
    large = '{"text": "x", "title": 1e999, "date": ' + "9" * 400 + "}"
    result = read(large, {"text": BODY})
    assert [article.title for article in result.articles] == ["Feed", "Feed"]
    assert [problem.line for problem in result.problems] == [1]


def test_a_wholly_wrong_file_does_not_flood():
    result = read(*["{"] * 1000)
    assert len(result.problems) == 51
    assert "950 more" in result.problems[-1].reason


def test_a_service_s_answer_on_one_line_holds_several_articles():
    answer = {"status": "ok", "articles": [{"title": "A - Star", "content": BODY,
              "source": {"id": None, "name": "Star"}}, {"title": "B"}]}  # fmt: skip
    result = read(answer, {"title": "C", "text": BODY, "articles": []})
    assert [article.title for article in result.articles] == ["A", "C"]
    assert [problem.line for problem in result.problems] == [1]


@pytest.mark.parametrize("inner", ["rendered", "content"])
def test_a_text_in_an_object_as_wordpress_and_feedly_have_it(inner):
    value = {"content": {inner: f"<p>{BODY}</p>"}, "title": {"rendered": "Lamp &#8211; lit"}}
    [article] = read(value).articles
    assert (article.title, article.text) == ("Lamp – lit", BODY)
    [article] = read({"content": BODY, "title": "What <b>bold</b> is in HTML"}).articles
    assert article.title == "What <b>bold</b> is in HTML"


@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_record_s_own_day_is_not_put_for_the_day_of_publication_left_blank(blank):
    [article] = read({"text": BODY, "published_at": blank, "created_at": "2025-03-20"}).articles
    assert article.published_at is None
    [article] = read({"text": BODY, "created_at": "2025-03-20"}).articles
    assert article.published_at == datetime(2025, 3, 20, tzinfo=UTC)


def test_what_is_stated_of_columns_holds_in_utf_16_too():
    stated = Stated(columns={"text": "Inhalt"})
    data = json.dumps({"Inhalt": BODY}).encode("utf-16")
    assert read_bytes(data, "feed.jsonl", stated).articles[0].text == BODY

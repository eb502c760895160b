"""Nothing unescaped passes, and what is marked is the quote."""

from __future__ import annotations

import html as standard
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.citations import cite
from qa.facts import ArticleFacts, ArticlesAsked, Fact
from qa.files.deletions import Deleted
from qa.matches import by_month, facets_of
from qa.overviews import Count, Facets
from qa.records import (
    Answer,
    AnswerPart,
    Article,
    Clue,
    Evidence,
    Figures,
    Hit,
    Passage,
    Problem,
    Span,
    SyncReport,
)
from qa.settings import Settings
from qa.web import (
    articles_html,
    articles_narrow,
    ask_html,
    charts,
    compare_html,
    hits_html,
    html,
    index_html,
    matches_html,
    syncs_html,
)
from qa.web.answer_html import WELCOME, render_answer
from qa.web.asked import FILTERS, Asked
from qa.web.charts import Bar
from qa.web.html import EMPTY

EVIL = (
    """"><script>alert(1)</script><img src=x onerror='alert(2)'>"""
    "&lt;b&gt; **md** [a](javascript:0)"
)
# Turns what follows from right to left, and isolates what follows that; neither is closed.
TURNING = "\u202eevil\u2067"
ARTICLE = Article(
    id='x" onclick="alert(3)',
    title=f"title {EVIL}",
    text=f"First sentence {EVIL}. Second sentence.\n\nNext paragraph </mark></p>{EVIL}.",
    source=f"folder/{EVIL}.txt",
    publisher=f"publisher {EVIL}",
    author=f"author {EVIL}",
    age=f"age {EVIL}",
    dateline=f"dateline {EVIL}",
    url=f"javascript:alert(4)//{EVIL}",
    language=f"en{EVIL}",
    provenance={"title": EVIL, "author": EVIL},
)


def answer_of(
    article: Article,
    *,
    answered: bool = True,
    parted: bool = False,
    facts: ArticleFacts | None = None,
) -> Answer:
    span = Span(0, article.text.index("\n"))
    citation = cite(1, article, *span)
    passage = Passage(1, article.id, 0, *span, article.text[span.start : span.end], (span,))
    hit = Hit(passage, article, 0.5, 1, Evidence(1, 2.0), None, citation, also_in=(article,))
    return Answer(
        question=f"question {EVIL}",
        answered=answered,
        reason=None if answered else f"reason {EVIL}",
        text=f"{citation.quote} [1]" if answered else "",
        citations=(citation,) if answered else (),
        passages=(hit,),
        confidence=0.5,
        generation=3,
        timings_ms={"total": 1.0, EVIL: 2.0},
        understood=(Clue(f"phrase:{EVIL}", f"publisher {EVIL}"),),
        parts=(AnswerPart(EVIL, False, EVIL, "", (), 0.1),) if parted else (),
        facts=facts,
        differing=(Figures(1, (EVIL, "7"), None),) if answered else (),
    )


ASKED = Asked("What did it cost?")


def rendered(evil: str = EVIL, article: Article = ARTICLE) -> list[str]:
    asked = Asked(evil, *[evil] * len(FILTERS), (f"phrase:{evil}",), True)
    answered, refused = answer_of(article), answer_of(article, answered=False)
    codes = hits_html.codes_of(answered.passages)
    facets = facets_of([article])
    periods = by_month([Count("2024-01", 1), Count("2025-02", 2)])
    dated = replace(answered.passages[0], article=replace(article, published_at=datetime.now(UTC)))
    sides = [(evil, answered), (evil, refused)]
    problem = Problem(evil, evil, 3)
    report = SyncReport(1, (evil, "other.txt"), (), (), 0, (problem,), 1, 1, 1, 0.1)
    facts = ArticleFacts(ArticlesAsked("authors"), evil, (Fact(evil, 1, (1,)),), 1)
    gone = Deleted("0123456789ab", evil, evil, "", None, "2025-02-02T00:00:00+00:00")
    return [
        render_answer(answered, asked, verdicts={}),
        render_answer(refused, asked),
        render_answer(answer_of(article, parted=True), asked),
        render_answer(answer_of(article, facts=facts), asked),
        hits_html.timeline([dated], codes),
        compare_html.comparison(sides, [Count(evil, 1)], {}),
        matches_html.narrow(asked, facets, periods, evil, evil),
        ask_html.form(ask_html.home([evil], WELCOME), EMPTY),
        html.article_panel(article, [Span(2, 9)]),
        html.notice(evil, "error"),
        articles_html.article_table(articles_html.Page([article], 1, 1)),
        articles_html.problem_list([problem]),
        syncs_html.report(report),
        articles_html.deleted_list([gone]),
        articles_html.deletion(evil, evil),
        charts.rows("x", "by publisher", [Bar(evil, 2)]),
    ]


@pytest.mark.parametrize("number", range(15))
def test_hostile_fields_are_text(number: int) -> None:
    page = rendered()[number]
    tags = re.findall(r"<[^>]*>", page)
    assert tags
    for tag in tags:
        assert not re.match(r"</?(script|img|b)\b", tag), tag
        assert " onerror=" not in re.sub(r'"[^"]*"', "", tag), tag
        assert " onclick=" not in re.sub(r'"[^"]*"', "", tag), tag
        assert 'href="javascript' not in tag, tag


@pytest.mark.parametrize("number", range(15))
def test_hostile_fields_are_shown_whole(number: int) -> None:
    page = rendered()[number]
    assert EVIL in standard.unescape(re.sub(r"<[^>]*>", "", page))


OF_ITS_OWN = {"article", "bdi", "blockquote", "button", "dd", "details", "div", "dl", "dt",
              "figure", "h2", "h3", "label", "legend", "li", "ol", "option", "p", "section",
              "summary", "table", "td", "th", "tr", "ul"}  # fmt: skip
"""Elements that a direction mark does not reach out of: blocks, and `bdi`."""


def flow(element: lxml.html.HtmlElement) -> str:
    """The text that stands together with an element's own; "\ufffc" for an element of its own."""
    parts = [element.text or ""]
    for child in element:
        parts += ["\ufffc" if child.tag in OF_ITS_OWN else flow(child), child.tail or ""]
    return "".join(parts)


@pytest.mark.parametrize("number", range(15))
def test_a_field_that_turns_the_direction_turns_nothing_but_itself(number: int) -> None:
    named = {
        name: f"{name} {TURNING}"
        for name in ("title", "source", "publisher", "author", "age", "dateline", "url")
    }
    article = replace(ARTICLE, **named, text=f"One {TURNING}.\n\nTwo.", language=None, id="ab12")
    page = lxml.html.fragment_fromstring(rendered(TURNING, article)[number], create_parent=True)
    flows = [flow(element) for element in page.iter() if element.tag in OF_ITS_OWN]
    turned = [text for text in flows if TURNING in text]
    assert turned
    for text in turned:
        assert not re.search(r"[\w\ufffc]", text.rsplit(TURNING, 1)[1]), text
        assert text.count(TURNING) == 1


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://example.org/a?b=1&c=2", True),
        ("HTTP://example.org", True),
        (" https://example.org ", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt://example.org/%0aalert(1)", False),
        ("data:text/html,<script>", False),
        ("//example.org", False),
        ("https:", False),
        ("http://[", False),
        ("/relative", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, linked: bool) -> None:
    made = html.link(url, "label")
    assert bool(made) is linked
    if linked:
        assert 'rel="noopener noreferrer"' in made
        assert 'target="_blank"' in made


def marked(page: str) -> list[str]:
    return [standard.unescape(text) for text in re.findall(r"<mark>(.*?)</mark>", page, re.DOTALL)]


def test_the_mark_is_the_quote() -> None:
    text = "Nothing here. It cost <$212> million & more. Nothing there."
    article = replace(ARTICLE, text=text + "\n")
    span = Span(14, 44)
    assert marked(html.article_panel(article, [span])) == [text[14:44]]
    answer = replace(
        answer_of(article), citations=(cite(1, article, *span),), text=f"{text[14:44]} [1]"
    )
    assert marked(render_answer(answer, ASKED)) == [text[14:44]]


def test_a_quote_over_two_paragraphs_is_marked_in_both() -> None:
    text = "One two.\n\nThree four."
    page = html.paragraphs(text, [Span(4, 15)])
    assert marked(page) == ["two.", "Three"]
    assert page.count('<p dir="auto">') == 2


def test_long_paragraphs_are_cut_between_words_around_the_quote() -> None:
    text = "before " * 200 + "THE QUOTE " + "after " * 200
    article = replace(ARTICLE, text=text + "\n")
    start = text.index("THE")
    answer = replace(answer_of(article), citations=(cite(1, article, start, start + 9),))
    page = render_answer(answer, ASKED)
    card = page[page.index('class="context"') : page.index("Open article")]
    assert marked(card) == ["THE QUOTE"]
    assert card.count("…") == 2
    assert card.count("<p") == 1, "the dots stand in the paragraph, on no line of their own"
    assert set(re.sub(r"<[^>]*>", " ", card.split(">", 1)[1]).split()) == {
        "…", "before", "THE", "QUOTE", "after",
    }  # fmt: skip


@given(
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=5),
    st.integers(0, 10),
)
def test_highlighting_keeps_the_text_and_marks_just_the_spans(
    text: str, pairs: list[tuple[int, int]], start: int
) -> None:
    spans = [Span(min(pair), max(pair)) for pair in pairs]
    page = str(html.highlighted(text, spans, start))
    assert standard_text(page) == text
    expected = {n for n in range(len(text)) if any(s.start <= n + start < s.end for s in spans)}
    at, inside, found = 0, False, set()
    for part in re.split(r"(</?mark>)", page):
        if part in ("<mark>", "</mark>"):
            inside = part == "<mark>"
        else:
            length = len(unescape(part))
            found |= set(range(at, at + length)) if inside else set()
            at += length
    assert found == expected


def standard_text(page: str) -> str:
    return unescape(re.sub(r"</?mark>", "", page))


def unescape(text: str) -> str:
    # Just what escaping does: html.unescape also replaces control characters.
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'")):
        text = text.replace(entity, character)
    return text.replace("&amp;", "&")


def test_an_age_is_no_date() -> None:
    aged = replace(ARTICLE, age="an hour ago")
    assert "as written on the page" in html.when(aged)
    dated = replace(aged, published_at=datetime(2025, 1, 14, tzinfo=UTC))
    assert "14 January 2025" in html.when(dated)
    assert "as written" not in html.when(dated)


def test_not_in_the_archive_looks_different() -> None:
    absent = render_answer(answer_of(ARTICLE, answered=False), ASKED)
    assert "Not in this archive" in absent
    assert "Nearest passages" in absent
    assert '<details class="passages" open>' in absent
    assert "blockquote" not in absent
    answered = render_answer(answer_of(ARTICLE), ASKED)
    assert "Not in this archive" not in answered
    assert '<details class="passages">' in answered


def test_a_report_in_words() -> None:
    report = SyncReport(2, ("a.txt", "b.txt"), (), ("c.txt",), 3, (), 5, 9, 4, 1.25)
    text = re.sub(r"<[^>]*>", "", syncs_html.report(report))
    assert "2 files added, 1 file deleted, 3 files unchanged" in text
    assert "5 articles in 9 passages" in text
    assert "a.txt, b.txt, c.txt" in text
    nothing = SyncReport(2, (), (), (), 3, (), 5, 9, 0, 0.1)
    assert "Nothing to do, 3 files unchanged" in syncs_html.report(nothing)


def test_what_is_quoted_is_marked_with_its_language():
    german = replace(ARTICLE, language="de_AT")
    shown = render_answer(answer_of(german), ASKED)
    assert shown.count(' lang="de-at"') >= 4  # the quote, its card's title and text, a hit's
    panel = html.article_panel(german)
    assert panel.count(' lang="de-at"') == 2
    assert "lang=" not in render_answer(answer_of(replace(ARTICLE, language=None)), ASKED)


def test_what_the_list_of_articles_is_narrowed_by():
    sent = {"publisher": "The <b>", "year": "2025", "author": None, "other": "x"}
    values = articles_narrow.chosen(sent)
    assert values == {"publisher": "The <b>", "year": "2025"}
    assert articles_narrow.filters(values) == {
        "publisher": "The <b>", "after": "2025-01-01", "before": "2026-01-01",
    }  # fmt: skip
    for year in ("9999", "0000", "25", "²025", "x"):
        assert articles_narrow.chosen({"year": year}) == {}
    facets = Facets(
        articles=3,
        publishers=(Count("the <B>", 1), Count("Star", 2)),
        authors=(Count("Ada Quill", 3),),
        years=(),
        languages=(Count("de", 1), Count("en", 2)),
        agencies=(),
    )
    shown = articles_narrow.narrow(facets, values)
    assert '<option value="the &lt;B&gt;" selected>the &lt;B&gt; (1)</option>' in shown
    assert '<option value="2025" selected>2025 (0)</option>' in shown
    assert '<option value="de">German (1)</option>' in shown
    assert "Agency" not in shown, "there is nothing to choose"


def facets_with(publishers: Sequence[Count], authors: Sequence[Count]) -> Facets:
    return Facets(3, tuple(publishers), tuple(authors), years=(), languages=(), agencies=())


def test_a_filter_is_chosen_however_its_value_is_written() -> None:
    facets = facets_with([Count("Guardian", 3)], [Count("Quill, Ada", 3)])
    asked = replace(ASKED, publisher="The Guardian", author="Ada Quill")
    shown = matches_html.narrow(asked, facets, (), "Matches", "")
    assert shown.count('aria-pressed="true"') == 2
    assert "The Guardian" not in shown, "no second one, of no article"


def test_a_filter_that_is_part_of_a_name_tells_what_it_finds() -> None:
    papers = [Count(f"Paper {n}", 200 - n) for n in range(80)]
    facets = facets_with(papers, [Count("Yusuf Carrow", 3)])
    asked = replace(ASKED, publisher="Paper 79", author="carrow")
    shown = matches_html.narrow(asked, facets, (), "Matches", "")
    pressed = re.findall(r'aria-pressed="true"><bdi>(.*?)</bdi>\D*(\d+)', shown)
    assert pressed == [("Paper 79", "121"), ("carrow", "3")]


def test_quotes_run_as_their_script_does() -> None:
    assert html.is_right_to_left("«שלום» said")
    assert html.is_right_to_left("12 مرحبا")
    assert not html.is_right_to_left("12 said «שלום»")
    assert not html.is_right_to_left("漁港")
    hebrew = replace(ARTICLE, text="שלום לכולם מהנמל\nעוד שורה")
    assert '<p dir="rtl"><bdi' in render_answer(answer_of(hebrew), ASKED)


def test_a_day_that_is_another_in_utc_says_so() -> None:
    evening = datetime.fromisoformat("2025-07-31T22:30:00-04:00")
    assert "31 July 2025</time>" in html.day(evening)
    assert "(1 August 2025 UTC)" in html.day(evening)
    assert "UTC" not in html.day(datetime(2025, 7, 31, tzinfo=UTC))


def test_a_text_without_spaces_has_its_context_too() -> None:
    text = "漁港の市場は四十年の営業を終える。" * 70
    article = replace(ARTICLE, text=text)
    shown = hits_html.context(article, Span(500, 517), frozenset())
    assert 600 < len(re.sub("<[^>]+>", "", shown)) < 900


def test_every_setting_is_called_something() -> None:
    assert set(index_html.SETTINGS) == {field.name for field in fields(Settings)}
    publishers = [Count(f"Paper {n}", 2) for n in range(index_html.PUBLISHERS + 3)]
    assert "and 6 articles of 3 other publishers" in index_html._plots([], publishers, [])


def test_a_threshold_that_is_not_set_is_the_fitted_one() -> None:
    usual, other = {"answer_threshold": None}, {"answer_threshold": 0.4}
    assert "<td>as fitted</td><td></td>" in index_html._settings(usual, writes=True)
    assert "<td>0.4</td><td>default: as fitted</td>" in index_html._settings(other, writes=True)
    assert "<td>none</td>" in index_html._settings({"reranker": None}, writes=True)

"""Pages copied as text: headers, bylines, datelines and ages as newspapers' sites have them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.reading import read_bytes
from qa.reading.ages import moment_of_age
from qa.reading.authors import agency_in, parse_byline
from qa.reading.fields import parse_age, parse_dateline
from qa.records import Article

TITLE = "Council Closes the Old Baths"
BODY = (
    "The council voted on Tuesday to close the baths on Canal Street, which had leaked for years.\n"
    "Repairs would have cost 4.2 million crowns, and nobody had them, the mayor told the meeting."
)
RELATED = "Fans queue overnight for tickets"
TEXT = "The shop on Market Street sold out at nine. Most of those who had waited went home."
NOON = datetime(2025, 8, 3, 12, 30, tzinfo=UTC)


def read(text: str) -> tuple[Article, ...]:
    result = read_bytes(text.encode(), "page.txt")
    assert result.problems == ()
    return result.articles


def read_one(head: str) -> Article:
    [article] = read(f"{TITLE}\n{head}\n\n{BODY}\n")
    assert article.title == TITLE
    return article


@pytest.mark.parametrize(
    ("lines", "age"),
    [
        ("{}\n3 days ago\n- Politics\n- {}", "3 days ago"),
        ("{}\n3 days ago\n- Politics\n- Elections\n- {}", "3 days ago"),
        ("{}\n3 days ago\nPolitics", "3 days ago"),
        ("{}\n3 days ago\n• 4 min read", "3 days ago"),
        ("{}\n3 days ago • 4 min read", "3 days ago"),
        ("{} • 3 days ago • 4 min read", "3 days ago"),
        ("{}\nYesterday at 4:05 PM", "Yesterday at 4:05 PM"),
        ("{}\nless than an hour ago", "less than an hour ago"),
        ("{}\n5 mos ago", "5 mos ago"),
        ("{}\nLast updated 2 hrs. ago", "2 hrs. ago"),
    ],
)
def test_sections_and_reading_times_among_the_lines_of_a_header(lines, age):
    papers = ("Harbour Star", "Island Free Press")
    page = f"{TITLE}\n{BODY}\nComments\nRelated Articles\n"
    for paper in papers:
        page += f"\n\n{lines.replace('{}', paper)}\n{RELATED}\n{TEXT}\n"
    assert [(a.publisher, a.age, a.title, a.text) for a in read(page)] == [
        (None, None, TITLE, BODY),
        *((paper, age, RELATED, TEXT) for paper in papers),
    ]


@pytest.mark.parametrize(
    "ages",
    [("2 hours ago", "2 hours ago"), ("2 hours ago", "1 day ago"), ("2 May 2025", "1 May 2025")],
)
def test_links_with_ages_amid_an_article_do_not_tear_it(ages):
    first, second = BODY.split("\n")
    links = f"Fans Queue for Tickets\n{ages[0]}\nPension Age to Rise Again\n{ages[1]}"
    [article] = read(f"{TITLE}\n{first}\n\nRelated Articles\n{links}\n\n{second}\n")
    assert (article.title, article.publisher) == (TITLE, None)
    assert first in article.text
    assert second in article.text


def test_a_related_article_may_have_a_date_of_its_own():
    page = f"{TITLE}\n{BODY}\nRelated Articles\n\nHarbour Star\n3 days ago\n{RELATED}\n"
    main, other = read(f"{page}31 July 2025\n\n{TEXT}\n")
    assert (main.text, other.text) == (BODY, TEXT)
    assert (other.publisher, other.age) == ("Harbour Star", "3 days ago")
    assert other.published_at == datetime(2025, 7, 31, tzinfo=UTC)


@pytest.mark.parametrize("between", ["", "\n\n", "\nReporting from Leeds", "\n4 min read"])
def test_a_date_below_a_byline_below_a_standfirst(between):
    standfirst = "Campaigners say that thousands swim there every week"
    article = read_one(f"{standfirst}\nBy Ida Holm{between}\nMarch 14, 2025")
    assert (article.author, article.text) == ("Ida Holm", f"{standfirst}\n\n{BODY}")
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert read_one(f"{standfirst}\nBy Ida Holm\n2 hours ago").age == "2 hours ago"


def test_a_date_below_a_standfirst_alone_stays():
    text = "They met at the gate and walked to the pool together.\n5 May 2024\nIt rained."
    [article] = read(f"{TITLE}\nBy Ida Holm\n{text}\n{BODY}\n")
    assert article.text == f"{text}\n{BODY}"
    assert article.published_at is None


@pytest.mark.parametrize(
    ("head", "author", "agency"),
    [
        ("By Ida Holm\nSports Editor\nMarch 14, 2025", "Ida Holm", None),
        ("Opinion by Ida Holm\nMarch 14, 2025", "Ida Holm", None),
        ("Analysis by Ida Holm, CNN\nMarch 14, 2025", "Ida Holm", None),
        ("Ida Holm, The Canadian Press\nMarch 14, 2025", "Ida Holm", "The Canadian Press"),
        ("IDA HOLM Associated Press\nMarch 14, 2025", "IDA HOLM", "Associated Press"),
        ("By IDA HOLM AP Sports Writer\nMarch 14, 2025", "IDA HOLM", "AP"),
        ("By Ida Holm March 14, 2025", "Ida Holm", None),
        ("By Ida Holm on 14 March 2025", "Ida Holm", None),
        ("By Our Correspondent\nMarch 14, 2025", None, None),
    ],
)
def test_who_wrote_is_no_publisher(head, author, agency):
    article = read_one(head)
    assert (article.author, article.agency, article.publisher) == (author, agency, None)
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert article.text == BODY


@pytest.mark.parametrize("date", ["03/14/25 6:00 AM ET", "05/07/2025", "05-07-25"])
def test_a_date_that_cannot_be_read_is_no_publisher(date):
    article = read_one(f"by Ida Holm - {date}")
    assert (article.author, article.publisher, article.text) == ("Ida Holm", None, BODY)


@pytest.mark.parametrize(
    ("line", "author", "agency"),
    [
        ("By Ida Holm, AP Tennis Writer", "Ida Holm", "AP"),
        ("By IDA HOLM and BO LIND Associated Press", "IDA HOLM and BO LIND", "Associated Press"),
        ("By Ida Holm of The Associated Press", "Ida Holm", "The Associated Press"),
        ("By Ida Holm and agencies", "Ida Holm", None),
        ("By Ida Holm with AFP", "Ida Holm with AFP", "AFP"),
        ("By The Associated Press", "The Associated Press", "The Associated Press"),
        ("By Ida Holm and Reuters", "Ida Holm and Reuters", "Reuters"),
        ("By Efe Holm", "Efe Holm", None),
    ],
)
def test_agencies_behind_names(line, author, agency):
    assert (parse_byline(line), agency_in(line)) == (author, agency)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LONDON/PARIS, Aug 1 (Reuters) - Oil", ("LONDON/PARIS, Aug 1 (Reuters)", "Reuters")),
        ("Berlin/Kiel (dpa) - Der", ("Berlin/Kiel (dpa)", "dpa")),
        ("Berlin, 1. März (Reuters) - Der", ("Berlin, 1. März (Reuters)", "Reuters")),
        ("HAIFA, Aug. 1, 2025 (Xinhua) -- A", ("HAIFA, Aug. 1, 2025 (Xinhua)", "Xinhua")),
        ("Aug 1 (Reuters) - The", (None, "Reuters")),
        ("May 5 (again) - The", None),
        ("AC/DC — the band", None),
    ],
)
def test_datelines_of_two_places_and_of_days(text, expected):
    assert parse_dateline(text) == expected


@pytest.mark.parametrize(
    ("age", "moment"),
    [
        ("Yesterday at 4:05 PM", datetime(2025, 8, 2, tzinfo=UTC)),
        ("Today, 9:10", datetime(2025, 8, 3, tzinfo=UTC)),
        ("less than an hour ago", datetime(2025, 8, 3, 11, 30, tzinfo=UTC)),
        ("2 hrs. ago", datetime(2025, 8, 3, 10, 30, tzinfo=UTC)),
        ("5 mos ago", None),
    ],
)
def test_further_ages(age, moment):
    assert parse_age(age) == age
    assert moment_of_age(age, NOON) == moment


@pytest.mark.parametrize(
    "tail",
    ["Related topics\nManchester\nSwimming\nMore on this story", "More for You\nTen soups\n3h",
     "Explore more on these topics\nManchester", "View comments (12)"],
)  # fmt: skip
def test_further_tails(tail):
    [article] = read(f"{TITLE}\nBy Ida Holm\n\n{BODY}\n{tail}\n")
    assert article.text == BODY


@pytest.mark.parametrize(
    "title", ["Why were they sold out? We asked.", "Sold out, again, for $90."]
)
@pytest.mark.parametrize("header", ["{}\n4 hours ago\n- {}", "{}\n4 hours ago", "{} • 4 hours ago"])
def test_the_title_of_a_related_article_may_be_a_sentence(title, header):
    papers = ("Harbour Star", "Island Free Press")
    page = f"{TITLE}\n{BODY}\nComments\nRelated Articles\n"
    for paper in papers:
        page += f"\n\n{header.replace('{}', paper)}\n{title}\n{TEXT}\n"
    assert [(a.publisher, a.age, a.title, a.text) for a in read(page)] == [
        (None, None, TITLE, BODY),
        *((paper, "4 hours ago", title, TEXT) for paper in papers),
    ]


@pytest.mark.parametrize(
    ("age", "kept"),
    [("2w", "2w"), ("5m", "5m"), ("3 mths ago", "3 mths ago"), ("28 Jul", "28 Jul"),
     ("in 2 hours", "in 2 hours"), ("Sponsored", None)],
)  # fmt: skip
def test_a_name_that_stands_twice_begins_an_article_whatever_its_age(age, kept):
    page = f"{TITLE}\n{BODY}\nComments\nRelated Articles\n"
    for paper in ("Harbour Star", "Island Free Press"):
        page += f"\n\n{paper}\n{age}\n- {paper}\n{RELATED}\n{TEXT}\n"
    related = read(page)[1:]
    assert [(a.publisher, a.age) for a in related] == [
        ("Harbour Star", kept), ("Island Free Press", kept)
    ]  # fmt: skip


def test_a_name_that_stands_twice_begins_an_article_without_a_title():
    body = f"{TEXT} {TEXT} {TEXT} {TEXT}"
    page = f"{TITLE}\n{BODY}\nRelated Articles\n\nHarbour Star\n1h\n- Harbour Star\n{RELATED}\n"
    page += f"{TEXT}\n\nIsle Press\n2h\n- Isle Press\n{body}\n"
    assert [(a.publisher, a.text) for a in read(page)[1:]] == [
        ("Harbour Star", TEXT), ("Isle Press", body)
    ]  # fmt: skip


def test_a_publisher_above_and_below_an_age_is_no_title():
    page = f"{TITLE}\n{BODY}\nRelated Articles\n\nBay News\n2h\nBay News\n{RELATED}\n{TEXT}\n"
    assert [(a.publisher, a.title) for a in read(page)] == [(None, TITLE), ("Bay News", RELATED)]


@pytest.mark.parametrize(
    ("below", "publisher", "author"),
    [
        ("{} • 2 hours ago", "Harbour Star", None),
        ("2 hours ago", None, None),
        ("By Ann Lee\n2 hours ago\n", None, "Ann Lee"),
    ],
)
def test_titles_of_related_articles_may_stand_above_publisher_and_age(below, publisher, author):
    titles = (RELATED, "Storm keeps the fleet in harbour")
    page = f"{TITLE}\n{BODY}\n\nRead next\n"
    for title in titles:
        page += f"\n{title}\n{below.replace('{}', 'Harbour Star')}\n{TEXT}\n"
    assert [(a.publisher, a.author, a.age, a.title, a.text) for a in read(page)] == [
        (None, None, None, TITLE, BODY),
        *((publisher, author, "2 hours ago", title, TEXT) for title in titles),
    ]


def test_one_link_with_its_age_amid_an_article_does_not_end_it():
    first, second = BODY.split("\n")
    page = f"{TITLE}\n\n{first}\n\nRead next\n\n{RELATED}\n2 hours ago\n\n{second}\n"
    [article] = read(page)
    assert article.text.startswith(first)
    assert article.text.endswith(second)


@pytest.mark.parametrize("below", ["By Ann Lee\n3 May 2024", "3 May 2024"])
def test_a_title_that_is_a_sentence_above_a_byline_or_a_date(below):
    [article] = read(f"The baths leaked. So they close.\n{below}\n\n{BODY}\n")
    assert (article.title, article.text) == ("The baths leaked. So they close.", BODY)


MASTHEAD = """Skip to content
Skip to footer

Search the web
Sign in

Discover
Following
News
Play
"""


def test_the_headline_of_a_page_copied_whole_below_a_menu_of_unknown_items():
    page = f"{MASTHEAD}\nHarbour Star\nFollow\n53.4K Followers\n{TITLE} on Canal Street\n"
    [article] = read(f"{page}Story by Ann Lee\n • 3h • \n4 min read\n\n{BODY}\n")
    assert (article.title, article.publisher) == (f"{TITLE} on Canal Street", "Harbour Star")
    assert (article.author, article.age, article.text) == ("Ann Lee", "3h", BODY)


def test_the_day_of_a_masthead_is_not_the_articles_own():
    page = "Harbour Star\nSubscribe\nLog in\nNews | Sport\nTuesday, August 5, 2025\n\nLOCAL\n"
    page += f"{TITLE}\n"
    standfirst = "The baths on Canal Street will not open again this year."
    page += (
        f"{standfirst}\nAnn Lee\nHealth Correspondent\nPublished: August 4, 2025\nShare\n\n{BODY}"
    )
    [article] = read(page)
    assert (article.title, article.publisher, article.author) == (TITLE, "Harbour Star", "Ann Lee")
    assert article.published_at == datetime(2025, 8, 4, tzinfo=UTC)
    assert article.text.replace("\n\n", "\n") == f"{standfirst}\n{BODY}"


def test_a_name_with_its_paper_behind_it():
    article = read_one("Ann Lee, Harbour Tribune\nTue, August 5, 2025 at 4:12 PM GMT+1·3 min read")
    assert (article.author, article.publisher) == ("Ann Lee", "Harbour Tribune")


@pytest.mark.parametrize(
    "line",
    ["Read full article", "View the original story on Harbour Star", "Get it on Google Play"],
)
def test_links_to_the_whole_article_and_to_shops_are_left_out(line):
    [article] = read(f"{TITLE}\nBy Ann Lee\n\n{BODY}\n{line}\n\nAbout Us\nContact\n")
    assert article.text == BODY

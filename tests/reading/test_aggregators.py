"""Pages saved from aggregators, each with its related articles, in the layouts that they have."""

from __future__ import annotations

from datetime import UTC, datetime
from time import process_time

import pytest

from qa.reading import read_bytes
from qa.reading.ages import moment_of_age
from qa.reading.fields import is_name_like
from qa.reading.furniture import is_furniture
from qa.records import Article

from .test_html import page, read_one

TITLE = "Arnsby buys twelve electric buses after a long debate"
BODY = (
    "The council of Arnsby voted on Tuesday night to buy twelve electric buses. It was 9 to 4.\n"
    "Opponents said that the depot has no room for chargers. A second vote comes in November."
)
TITLES = ("Storm keeps the fleet in harbour", "Fans queue overnight for tickets")
TEXTS = (
    "The fleet stayed in harbour for a third day, as waves broke over the mole. It may sail soon.",
    "More than 400 fans spent the night in front of the theatre. Most went home with nothing.",
)
PAPERS = ("Isle Press", "Coast Mail")
FURNITURE = "Author: Mina Falk\nHashtags\n\nComments\nNo comments yet...\nRelated Articles\n"
NOON = datetime(2025, 8, 3, 12, 30, tzinfo=UTC)


def read(text: str) -> tuple[Article, ...]:
    result = read_bytes(text.encode(), "page.txt")
    assert result.problems == ()
    return result.articles


def page_of(
    block: str, papers: tuple[str, str] = PAPERS, gap: str = "\n\n", furniture: str = FURNITURE
) -> str:
    """A page whose related articles are written as a block with {paper}, {title} and {text}."""
    blocks = (
        block.format(paper=paper, title=title, text=text)
        for paper, title, text in zip(papers, TITLES, TEXTS, strict=True)
    )
    return f"{TITLE}\n{BODY}\n{furniture}" + "".join(f"{gap}{each}\n" for each in blocks)


def assert_whole(
    articles: tuple[Article, ...], papers: tuple[str, str] = PAPERS, age: str | None = "2 hours ago"
) -> None:
    assert [(a.title, a.text) for a in articles] == [
        (TITLE, BODY), *zip(TITLES, TEXTS, strict=True)
    ]  # fmt: skip
    assert [(a.publisher, a.age) for a in articles] == [
        (None, None), *((paper, age) for paper in papers)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "papers",
    [
        ("9News", "7 News"), ("10 News First", "3AW"), ("6abc", "taz"), ("heise online", "Yahoo!"),
        ("20 Minutes", "Channel 4"), ("9to5Mac", "24Horas"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", ["\n\n", ""])
@pytest.mark.parametrize(
    "block",
    ["{paper}\n2 hours ago\n{title}\n{text}", "{paper} • 2 hours ago\n{title}\n{text}",
     "{paper}\n2 hours ago\n• 4 min read\n{title}\n{text}"],
)  # fmt: skip
def test_publishers_whose_names_look_like_none(block, gap, papers):
    assert_whole(read(page_of(block, papers, gap)), papers)


@pytest.mark.parametrize("line", ["10AM", "5PM", "5kg", "50th", "2.5m", "12 km"])
def test_hours_and_measures_are_no_names(line):
    assert not is_name_like(line)


@pytest.mark.parametrize(
    "block",
    [
        "{paper}\n2 hours ago • 4 min read",
        "{paper}\nUpdated 2 hours ago · 5 min",
        "{paper}\n5 min · 2 hours ago",
        "{paper}\n2 hours ago\n5 min",
        "{paper} · 2 hours ago · 5 min",
        "{paper}\n2 hours ago · 3 min de lecture",
        "{paper}\n2 hours ago · 3 Min. Lesezeit",
        "{paper}\n2 hours ago · Lesezeit: 3 Min.",
        "{paper} 2 hours ago",
        "{paper}\n- Politics\n2 hours ago",
        "{paper} logo\n{paper}\n2 hours ago",
        "1\n{paper}\n2 hours ago",
        "• {paper}\n• 2 hours ago",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_lines_above_a_related_title(block, newline):
    mark = "• " if block.startswith("•") else ""
    text = page_of(f"{block}\n{mark}{{title}}\n{{text}}").replace(" ", "\u00a0", 3)
    assert_whole(read(text.replace("\n", newline)))


def test_a_reading_time_beside_an_age_below_a_headline():
    for line in ("5 min · 2h ago", "2h ago · 5 min"):
        [article] = read(f"{TITLE}\nBy Mina Falk\n{line}\n\n{BODY}\n")
        assert (article.age, article.text) == ("2h ago", BODY)


@pytest.mark.parametrize("day", ["Jul 28", "28 July", "28. Juli", "Jul 28, 10:30"])
def test_a_day_without_its_year_stands_where_an_age_does(day):
    articles = read(page_of(f"{{paper}}\n{day}\n{{title}}\n{{text}}"))
    assert_whole(articles, age=day)
    assert {article.published_at for article in articles} == {None}


@pytest.mark.parametrize(
    "block",
    ["{title}\n{paper}\n2 hours ago\n{text}", "{paper}\n{title}\n{text}\n2 hours ago"],
)
@pytest.mark.parametrize("heading", ["Share\nRelated stories", "View comments (12)\nRecommended"])
def test_titles_above_their_publisher_and_ages_below_their_text(block, heading):
    assert_whole(read(page_of(block, gap="\n", furniture=f"{heading}\n")))


def test_comments_that_there_are_not_hide_no_related_articles():
    furniture = FURNITURE.replace("Related Articles\n", "")
    assert_whole(read(page_of("{paper}\n2 hours ago\n{title}\n{text}", furniture=furniture)))


def test_comments_are_no_related_articles():
    text = f"{TITLE}\n{BODY}\nComments\n\nAnn Lee\n2 hours ago\nGood news\nIt was about time.\n"
    [article] = read(text)
    assert article.title == TITLE


def test_the_author_of_a_related_article_with_its_paper_below_the_title():
    block = "{paper}\n2 hours ago\n{title}\nAnn Lee, {paper}\nREUTERS/Ann Lee\n{text}"
    articles = read(page_of(block))
    assert_whole(articles)
    assert [article.author for article in articles] == ["Mina Falk", "Ann Lee", "Ann Lee"]


@pytest.mark.parametrize("label", ["Author", "Autor", "Autorin", "Autore", "Auteur "])
def test_an_author_run_into_the_end_of_a_text_in_other_languages(label):
    articles = read(page_of(f"{{paper}}\n2 hours ago\n{{title}}\n{{text}} {label}: Ann Lee"))
    assert_whole(articles)
    assert articles[1].author == articles[2].author == "Ann Lee"


@pytest.mark.parametrize("kicker", ["", "LOCAL\n", "News\n"])
def test_a_publisher_above_the_headline_and_behind_the_author(kicker):
    head = f"Harbour Star\n{kicker}{TITLE}\nMina Falk, Harbour Star\n"
    [article] = read(f"{head}Tue, August 5, 2025 at 4:12 PM GMT+1·3 min read\n12\n{BODY}\n")
    assert (article.title, article.publisher, article.author) == (
        TITLE, "Harbour Star", "Mina Falk"
    )  # fmt: skip
    assert (f"{article.published_at:%Y-%m-%d}", article.text) == ("2025-08-05", BODY)


def test_a_title_above_a_longer_standfirst_stays_the_title():
    [article] = read(f"A Falling Star\n{TITLE}\nBy Mina Falk, Harbour Star\n\n{BODY}\n")
    assert article.title == "A Falling Star"


def test_the_line_that_feed_readers_write():
    [article] = read(f"{TITLE}\nHarbour Star by Mina Falk / 3h\n{BODY}\n")
    assert (article.publisher, article.author, article.age) == ("Harbour Star", "Mina Falk", "3h")
    assert article.text == BODY


def test_what_an_author_does_below_the_byline():
    head = "Councillors voted 9 to 4 on Tuesday night\nBy Mina Falk\nTransport correspondent\n"
    [article] = read(f"{TITLE}\n{head}Published 5 August 2025, 16:12 BST\n{BODY}\n")
    assert (article.author, f"{article.published_at:%Y-%m-%d}") == ("Mina Falk", "2025-08-05")
    assert article.text == f"Councillors voted 9 to 4 on Tuesday night\n{BODY}"


def test_the_headline_below_a_banner_and_a_menu():
    banner = (
        "We value your privacy\nWe and our 812 partners store and access information on a device, "
        "such as cookies, and process personal data, such as unique identifiers and standard "
        "information sent by a device for personalised advertising and content.\nAccept all\n"
        "Reject all\nManage settings\nSkip to main content\nHarbour Star\nHome\nNews\nSport\n"
    )
    [article] = read(f"{banner}Local\n{TITLE}\nBy Mina Falk\n3 May 2024\n{BODY}\n")
    assert (article.title, article.publisher, article.text) == (TITLE, "Harbour Star", BODY)


def test_a_sites_foot_leaves_the_last_article():
    foot = (
        "Daybox\nAbout us\nPrivacy Policy\nTerms of Service\nDownload the Daybox app\n"
        "Stay up to date with the latest news\n© 2025 Daybox. All rights reserved."
    )
    text = page_of("{paper}\n2 hours ago\n- {paper}\n{title}\n{text}")
    assert_whole(read(f"{text}\n{foot}\n"))


@pytest.mark.parametrize(
    "line",
    [
        "Photo: Ole Brandt/Harbour Star", "Image source, Getty Images", "(AP Photo/Ann Lee)",
        "Image caption, The depot on Quay Street", "Ann Lee/Getty Images", "REUTERS/Ann Lee",
        "Photo credit: Ole Brandt", "Current Time 0:00", "Duration 1:22", "0:15 / 1:22", "/",
        "Add Harbour Star as a preferred source to see more of our stories on Google.",
        "This article originally appeared on Harbour Star: Arnsby buys buses",
        "You are receiving this email because you signed up for Morning Briefing.",
        "View this email in your browser", "Enjoying this article? Support us from just $1 a week.",
        "Get our flagship newsletter with all the headlines you need. Sign up here.",
        "Support our journalism", "Download the Daybox app", "Stay informed", "Accept all",
        "Wir verwenden Cookies und ähnliche Techniken.", "Alle akzeptieren", "Tout refuser",
        "We use essential cookies to make our site work.",
        "We and our 812 partners store and access information on a device.",
        "Set Harbour Star as your preferred source in Google.", "AP/Ida Holm", "Photo: private",
        "This story first appeared in the Harbour Star and is republished with its permission.",
        "Stay up to date with our latest news", "Support local journalism today. It costs $1.",
        "Get our free newsletter. Sign up",
    ],
)  # fmt: skip
def test_furniture_of_aggregators(line):
    first, second = BODY.split("\n")
    [article] = read(f"{TITLE}\nBy Mina Falk\n\n{first}\n{line}\n{second}\n")
    assert article.text == BODY


@pytest.mark.parametrize(
    "line",
    [
        "Photos: Thousands march in Arnsby against the new buses",
        "We use butter cookies for the crust and let them cool.",
        "Accept all that she says and you will lose.",
        "This report first appeared in 1984 and shocked the nation.",
        "This article first appeared in print a week before the vote.",
        "Stay informed, the mayor told them.",
        "Manage your expectations, she said.",
        "The council unveils its new logo",
        "Picture: 55-inch OLED, 120 Hz",
        "Image: how a company sees itself",
        "Photo: 12 dead",
        "EPA/DHA rules on lead paint take effect",
        "Duration: 2:15",
        "19:30 / 21:00",
        "Choose oily fish as a preferred source of protein, the ministry advises.",
        "This article first appeared in Nature and was withdrawn after the fraud was found.",
        "This story first appeared in The Lancet, which retracted it in 2010.",
        "You are receiving this message because the dam above your town may fail.",
        "Love this town? So do its 4,000 residents, who support the bid.",
        "Support local journalism, the senator urged, or lose it.",
        "Get the newsletter, the party told supporters, and they did subscribe",
        "Stay up to date with all vaccinations, doctors say",
        "Stay informed about all risks, the minister told travellers.",
        "Download the new contact tracing app, ministers urged the public in May",
        "We and our partners process the milk of 400 farms.",
        "We store cookies in a tin for a week.",
    ],
)
def test_prose_that_resembles_it_stays(line):
    assert not is_furniture(line)


@pytest.mark.parametrize(
    ("age", "moment"),
    [
        ("2 часа назад", datetime(2025, 8, 3, 10, 30, tzinfo=UTC)),
        ("час назад", datetime(2025, 8, 3, 11, 30, tzinfo=UTC)),
        ("5 хвилин тому", datetime(2025, 8, 3, 12, 25, tzinfo=UTC)),
        ("2 godziny temu", datetime(2025, 8, 3, 10, 30, tzinfo=UTC)),
        ("před 3 dny", datetime(2025, 7, 31, tzinfo=UTC)),
        ("2 saat önce", datetime(2025, 8, 3, 10, 30, tzinfo=UTC)),
        ("منذ 4 ساعات", datetime(2025, 8, 3, 8, 30, tzinfo=UTC)),
        ("منذ ساعتين", datetime(2025, 8, 3, 10, 30, tzinfo=UTC)),
        ("2 घंटे पहले", datetime(2025, 8, 3, 10, 30, tzinfo=UTC)),
        ("вчера", datetime(2025, 8, 2, tzinfo=UTC)),
        ("год назад", None),
    ],
)
def test_ages_in_further_languages(age, moment):
    assert moment_of_age(age, NOON) == moment
    assert_whole(read(page_of(f"{{paper}}\n{age}\n{{title}}\n{{text}}")), age=age)


@pytest.mark.parametrize(
    "heading",
    ["Похожие статьи", "Podobne artykuły", "İlgili haberler", "관련 기사", "مقالات ذات صلة",
     "Ähnliche Artikel", "Artículos relacionados", "Articles connexes", "Full coverage"],
)  # fmt: skip
def test_headings_in_further_languages(heading):
    furniture = FURNITURE.replace("Related Articles", heading)
    assert_whole(read(page_of("{paper}\n2 hours ago\n{title}\n{text}", furniture=furniture)))


@pytest.mark.parametrize("last", ["more in May than in April.", "similar stories", "More in May."])
def test_the_end_of_a_paragraph_is_no_heading(last):
    lines = [
        "The council of Arnsby voted on Tuesday night to buy twelve electric buses, which are",
        "to run from March on the lines to the harbour and to the hospital, the mayor said on",
        "Wednesday, and on all the others, if the depot opens by then. The makers will deliver",
    ]
    [article] = read("\n".join([TITLE, "", *lines, last, "", *lines, last]))
    assert article.text.splitlines() == [" ".join([*lines, last]), "", " ".join([*lines, last])]


@pytest.mark.parametrize(
    "body",
    [
        f"1\nRed Door\n5 May 2024\nA loud record of the year\n{BODY}\n2\nBlue Door",
        f"{BODY}\n\n2\nArsenal\n1 hour ago\nChelsea were beaten at home",
        f"{BODY}\n20:15 / 21:00\nThe Harbour\n5 min\nNews\n19:30 / 20:00\nWeather\nIt rains.",
        f"1984\n{BODY}",
        f"{BODY}\nHere they are:\n\n12\nIt was the number of jurors who saw it.",
    ],
)
@pytest.mark.parametrize("head", ["By Mina Falk\n\n", "By Mina Falk\n3 May 2024\n\n"])
def test_numbers_in_an_article_stay(body, head):
    [article] = read(f"{TITLE}\n{head}{body}\n")
    assert article.text == body


def test_a_name_at_the_end_above_a_sites_foot_stays():
    [article] = read(f"{TITLE}\n{BODY}\n\nMina Falk\nAbout\nContact\n")
    assert article.text == f"{BODY}\n\nMina Falk"
    apart = "\n\n".join([TITLE, *BODY.split("\n"), "Daybreak", "About", "Contact"])
    assert read(apart)[0].text.endswith("Daybreak")


@pytest.mark.parametrize("line", ["Theatre | Hamlet", "Report from the – Hamlet", "Text: Hamlet"])
def test_a_short_title_that_is_named_again_is_no_publisher(line):
    [article] = read(f"Hamlet\nThe prince of Denmark returns to the stage\n{line}\n{BODY}\n")
    assert (article.title, article.publisher) == ("Hamlet", None)


def test_a_by_within_a_name_names_no_author():
    [article] = read(f"{TITLE}\nSide by Side | 3 May 2024\n{BODY}\n")
    assert (article.publisher, article.author) == ("Side by Side", None)


def test_many_headings_above_what_has_no_age_take_no_longer_each():
    block = f"Share\nRelated stories\nIsle Press\n{TITLES[0]}\n{TEXTS[0]}\n"

    def seconds(blocks: int) -> float:
        started = process_time()
        read(block * blocks)
        return process_time() - started

    seconds(10)
    assert seconds(800) < 20 * max(seconds(100), 0.02)


def test_a_heading_is_not_joined_to_the_paragraph_above_it():
    lines = [
        "The council of Arnsby voted on Tuesday night to buy twelve electric buses, which are",
        "to run from March on the lines to the harbour and to the hospital, the mayor said on",
        "Wednesday, and on all the others from the summer of next year on, if the depot opens",
        "by then, where no room for all the chargers has been found to this day, she told us.",
    ]
    [article] = read("\n".join([TITLE, "", *lines, "", *lines, "Related Articles", "", TITLES[0]]))
    assert "Related Articles" not in article.text


TEASERS = [
    "<aside><a href='/a'>Fans queue</a> <time datetime='2024-05-03'>3 May 2024</time></aside>",
    "<div><h3><a href='/a'>Fans queue for tickets</a></h3><time datetime='2024-05-03'>3 May 2024"
    "</time></div>",
    "<div><a href='/a'><h3>Fans queue for tickets</h3><time datetime='2024-05-03'>3 May 2024"
    "</time></a></div>",
    "<div><a href='/a'>Fans queue overnight for their tickets</a> "
    "<span class='date'>3 May 2024</span></div>",
]


@pytest.mark.parametrize("teaser", TEASERS)
def test_the_day_of_a_teaser_is_not_that_of_an_article_that_states_none(teaser):
    assert read_one(page().replace(b"</main>", f"</main>{teaser}".encode())).published_at is None


@pytest.mark.parametrize(
    "shown",
    [
        "<div class='meta'><a href='/local'>Local</a> <time datetime='2024-05-03'></time></div>",
        "<div><a href='/by/ann-lee'>Ann Lee</a> <span class='date'>3 May 2024</span></div>",
        "<div><a href='/ann'>Ann Lee, Political Editor of the Star</a> "
        "<time datetime='2024-05-03'></time></div>",
    ],
)
def test_the_day_beside_a_link_to_a_section_or_an_author_is_the_articles(shown):
    assert f"{read_one(page(top=shown)).published_at:%Y-%m-%d}" == "2024-05-03"


HEADLINE = "Arnsby buys electric buses for all its lines"


@pytest.mark.parametrize(
    "shown",
    [
        f"<h1>{HEADLINE}</h1><div><time datetime='2024-05-03'></time>{{text}}"
        "<p>See <a href='/x'>what the council said the year before</a>.</p></div>",
        f"<div><div><h2><a href='/self'>{HEADLINE}</a></h2>"
        "<time datetime='2024-05-03'></time></div>"
        "{text}</div>",
    ],
)
def test_a_day_beside_a_link_to_the_page_or_within_its_text_is_the_articles(shown):
    text = "".join(f"<p>{each}</p>" for each in (*BODY.split("\n"), *TEXTS))
    data = f"<html><title>{HEADLINE} | Star</title><body>{shown.format(text=text)}</body></html>"
    assert f"{read_one(data.encode()).published_at:%Y-%m-%d}" == "2024-05-03"

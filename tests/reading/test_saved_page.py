"""Saved pages: our own pages in the layouts that such sites use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.reading import ReadResult, read_bytes
from qa.records import Article

MAIN = [
    "Bakers of Millbrook Learn to Love the Night Train",
    "The first sleeper in thirty years left Millbrook on Sunday with 212 people and 300 rolls.",
    "The railway says that it will run until the spring, and longer if the berths are full.",
]
FURNITURE = [
    "Author: Lena Hartog",
    "Find Lena Hartog's articles on The Mill Post . Follow her on X (formerly Twitter) .",
    "Hashtags",
    "#trains #bread",
    "Try Our AI Features",
    "Explore what Pagekeep AI can do for you:",
    "Comments",
    "No comments yet...",
    "Related Articles",
]
TITLES = [
    "Harbour Crane Finds a Second Life as a Hotel",
    "After a long winter, the ferry to the outer islands is to sail once a day, twice on Sundays",
    "It is not the rain. The valley's new reservoir has another problem",
]
BODIES = [
    "The crane that unloaded bananas for sixty years now lifts guests. It opens in June.",
    "WESTHAVEN (NPA) — Sailings begin again on Monday, the line said. Fares stay as they were.",
    "Engineers looked at the wall for a month. They found a crack as wide as a thumb.",
]
PAPERS = ["Harbour Star", "Island Free Press", "the valley.example"]
AGES = ["an hour ago", "4 hours ago", "yesterday"]


def read(lines: list[str], newline: str = "\n") -> ReadResult:
    return read_bytes(newline.join(lines).encode(), "page.txt")


def header(style: str, paper: str, age: str) -> list[str]:
    return {
        "seed": ["", "", paper, age, f"- {paper}"],
        "bullet": ["", paper, age, f"• {paper}"],
        "middle dot": ["", paper, age, f"· {paper}"],
        "en dash": ["", paper, age, f"– {paper}"],
        "no bullet": ["", paper, age],
        "age first": ["", age, paper],
        "age first, bullet": ["", age, paper, f"- {paper}"],
        "bullet only": ["", age, f"- {paper}"],
        "one line dot": ["", f"{paper} · {age}"],
        "one line bar": ["", f"{paper} | {age}"],
        "one line, age first": ["", f"{age} • {paper}"],
        "bullet before age": ["", paper, f"- {paper}", age],
        "no blank lines": [paper, age, f"- {paper}"],
        "no age": ["", paper, f"- {paper}"],
    }[style]


STYLES = [
    "seed", "bullet", "middle dot", "en dash", "no bullet", "age first", "age first, bullet",
    "bullet only", "one line dot", "one line bar", "one line, age first", "bullet before age",
    "no blank lines", "no age",
]  # fmt: skip


def related(style: str, count: int = 3) -> list[str]:
    lines: list[str] = []
    for index in range(count):
        at = index % 3
        lines += [*header(style, PAPERS[at], AGES[at]), TITLES[at], BODIES[at]]
    return lines


def assert_related(articles: tuple[Article, ...], *, ages: bool = True) -> None:
    assert [article.title for article in articles] == TITLES
    assert [article.text for article in articles] == BODIES
    assert [article.publisher for article in articles] == PAPERS
    assert [article.age for article in articles] == (AGES if ages else [None] * 3)


def assert_main(article: Article) -> None:
    assert article.title == MAIN[0]
    assert article.text.split("\n") == MAIN[1:]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("style", STYLES)
def test_every_layout_gives_the_main_and_the_related_articles(style, newline):
    result = read([*MAIN, *FURNITURE, *related(style)], newline)
    assert result.problems == ()
    main, *others = result.articles
    assert_main(main)
    assert (main.author, main.publisher, main.age) == ("Lena Hartog", "The Mill Post", None)
    assert_related(tuple(others), ages=style != "no age")
    assert [article.position for article in result.articles] == [0, 1, 2, 3]
    assert len({article.id for article in result.articles}) == 4


@pytest.mark.parametrize("style", ["seed", "no bullet", "one line dot", "age first"])
def test_a_page_with_blank_lines_between_all_lines(style):
    page = [*MAIN, *FURNITURE, *related(style)]
    result = read([spaced for line in page if line for spaced in (line, "")])
    assert result.articles[0].text.split("\n\n") == MAIN[1:]
    assert_related(result.articles[1:])


@pytest.mark.parametrize(
    "heading",
    ["Related Stories", "More from The Mill Post", "You may also like", "Read more", "RELATED:",
     "Recommended for you", "Top Stories"],
)  # fmt: skip
def test_other_headings(heading):
    result = read([*MAIN, heading, *related("seed")])
    assert_main(result.articles[0])
    assert_related(result.articles[1:])


@pytest.mark.parametrize("skip", range(len(FURNITURE)))
def test_any_line_of_furniture_may_be_missing(skip):
    furniture = FURNITURE[:skip] + FURNITURE[skip + 1 :]
    result = read([*MAIN, *furniture, *related("seed")])
    assert_main(result.articles[0])
    assert_related(result.articles[1:])


def test_furniture_in_another_order():
    order = [6, 7, 2, 3, 0, 1, 4, 5, 8]
    result = read([*MAIN, *[FURNITURE[at] for at in order], *related("seed")])
    assert_main(result.articles[0])
    assert result.articles[0].author == "Lena Hartog"
    assert_related(result.articles[1:])


@pytest.mark.parametrize("count", [1, 2, 10])
def test_any_number_of_related_articles(count):
    result = read([*MAIN, *FURNITURE, *related("seed", count)])
    assert len(result.articles) == count + 1
    assert [a.text for a in result.articles[1:]] == [BODIES[i % 3] for i in range(count)]


@pytest.mark.parametrize("style", ["seed", "no bullet", "one line dot"])
def test_no_main_article(style):
    result = read(["Related Articles", *related(style)])
    assert_related(result.articles)
    assert_related(read(related(style)).articles)


def test_no_furniture_and_no_heading():
    result = read([*MAIN, *related("seed")])
    assert_main(result.articles[0])
    assert_related(result.articles[1:])


def test_the_main_article_may_have_a_header_of_its_own():
    for head in (
        ["The Mill Post", "2 days ago", "- The Mill Post"],
        ["The Mill Post | 2 days ago"],
    ):
        result = read([*head, *MAIN, "Related Articles", *related("seed")])
        assert_main(result.articles[0])
        assert (result.articles[0].publisher, result.articles[0].age) == (
            "The Mill Post",
            "2 days ago",
        )
        assert_related(result.articles[1:])


def test_header_lines_below_the_main_title():
    below = ["The Mill Post", "3 days ago", "By Lena Hartog and Tom Weld, Staff Writers"]
    result = read([MAIN[0], *below, *MAIN[1:], "Related Articles", *related("seed")])
    main = result.articles[0]
    assert_main(main)
    assert (main.publisher, main.age, main.author) == (
        "The Mill Post",
        "3 days ago",
        "Lena Hartog and Tom Weld",
    )


def test_short_lines_and_ages_inside_bodies_stay():
    body = [
        "The train left an hour ago, the man at the gate said, and he did not seem sorry.",
        "an hour ago",
        "Nothing moved on the platform but the clock.",
        "Harbour Star",
        "was the name on the last carriage, which had come loose before the bridge.",
        "Comments",
        "were few, since nobody was there to make them, and the guard had gone home.",
    ]
    result = read([MAIN[0], *body, *FURNITURE, *related("seed")])
    assert result.articles[0].text.split("\n") == body
    assert result.articles[0].age is None
    assert_related(result.articles[1:])
    alone = read([MAIN[0], *body])
    assert [article.text.split("\n") for article in alone.articles] == [body]


def test_related_bodies_over_several_paragraphs():
    page = [*MAIN, *FURNITURE]
    for at in range(3):
        page += [*header("seed", PAPERS[at], AGES[at]), TITLES[at], BODIES[at], "", "A Short Line"]
        page += ["", "She left yesterday. It was late.", "", "yesterday", "", "And then it rained."]
    result = read(page)
    assert len(result.articles) == 4
    assert result.articles[2].text == (
        f"{BODIES[1]}\n\nA Short Line\n\nShe left yesterday. It was late."
        "\n\nyesterday\n\nAnd then it rained."
    )
    assert result.articles[2].dateline == "WESTHAVEN (NPA)"
    assert result.articles[2].agency == "NPA"


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("By Ada Moor", "Ada Moor"),
        ("By Ada Moor, Staff Writer", "Ada Moor"),
        ("By Ada Moor | NPA", "Ada Moor"),
        ("Author: Ada Moor and Bo Lind", "Ada Moor and Bo Lind"),
        ("BY ADA MOOR", "ADA MOOR"),
        ("By Ada de la Cruz", "Ada de la Cruz"),
        ("By J. R. Moor Jr.", "J. R. Moor Jr."),
    ],
)
def test_bylines_of_related_articles(byline, author):
    for place in ("below", "above", "end"):
        lines = {
            "below": [TITLES[0], byline, BODIES[0]],
            "above": [byline, TITLES[0], BODIES[0]],
            "end": [TITLES[0], BODIES[0], byline],
        }[place]
        page = [*MAIN, *FURNITURE, *header("seed", PAPERS[0], AGES[0]), *lines]
        article = read(page).articles[1]
        assert (article.author, article.text, article.title) == (author, BODIES[0], TITLES[0])


def test_an_author_run_into_the_end_of_a_body_leaves_it():
    run_in = f"{BODIES[0]} Author: Ada Moor"
    page = [*MAIN, *FURNITURE, *header("seed", PAPERS[0], AGES[0]), TITLES[0], run_in]
    article = read(page).articles[1]
    assert (article.text, article.author) == (BODIES[0], "Ada Moor")


@pytest.mark.parametrize(
    "promo",
    [
        "Friday Briefing The latest regional news and a look ahead to the weekend.",
        "Harbour Weekly Our best stories, delivered weekly to your inbox.",
        "Sign up for our free newsletter to get the news first.",
    ],
)
def test_a_newsletter_promo_run_into_a_body_leaves_it(promo):
    first, second = BODIES[0].split(". ")
    page = [*MAIN, *FURNITURE, *header("seed", PAPERS[0], AGES[0]), TITLES[0]]
    assert read([*page, f"{first}. {promo} {second}"]).articles[1].text == BODIES[0]


@pytest.mark.parametrize(
    "sentence",
    [
        "On Friday The Latest News was the name of the boat.",
        "The latest regional news was bad.",
        "Monday mornings bring the latest business news and a look ahead to the week.",
        "He told readers to sign up for our newsletter and smiled.",
        "The Author: a life in letters is his third book.",
        "Subscribe to no theory before lunch.",
    ],
)
def test_prose_that_resembles_furniture_stays(sentence):
    text = f"{BODIES[0]} {sentence} It was late."
    page = [*MAIN, *FURNITURE, *header("seed", PAPERS[0], AGES[0]), TITLES[0], text]
    assert read(page).articles[1].text == text


def test_absolute_dates_are_published_dates_and_ages_are_not():
    ages = ["24-07-2025", "Jul 24, 2025", "2025-07-24"]
    page = [*MAIN, *FURNITURE]
    for at in range(3):
        page += [*header("seed", PAPERS[at], ages[at]), TITLES[at], BODIES[at]]
    for article in read(page).articles[1:]:
        assert article.published_at == datetime(2025, 7, 24, tzinfo=UTC)
        assert article.provenance["published_at"] == "page"
        assert article.age is None


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("24-07-2025", datetime(2025, 7, 5, tzinfo=UTC)),
        ("07-24-2025", datetime(2025, 5, 7, tzinfo=UTC)),
        ("4 hours ago", None),
    ],
)
def test_an_ambiguous_date_is_read_only_as_the_page_shows(other, expected):
    page = [*MAIN, *FURNITURE]
    for at, age in enumerate(["05-07-2025", other]):
        page += [*header("seed", PAPERS[at], age), TITLES[at], BODIES[at]]
    article = read(page).articles[1]
    assert article.published_at == expected
    assert article.age == (None if expected else "05-07-2025")


def test_furniture_between_the_lines_of_a_body_leaves_it():
    noise = [
        "Advertisement", "Share this article", "Sign up for our newsletter", "Follow us on X",
        "Read also: Ten bridges to see before noon", "Click here to read more", "© 2025 Mill Media",
        "#bread #night", "Story continues below advertisement", "3 min read",
        "Facebook | X | Email",
    ]  # fmt: skip
    page = [MAIN[0], MAIN[1], *noise, MAIN[2], *FURNITURE, *related("seed")]
    assert_main(read(page).articles[0])


def test_a_related_article_without_a_body_is_a_problem_and_the_others_are_read():
    page = [*MAIN, *FURNITURE, *related("seed", 1), *header("seed", PAPERS[1], AGES[1]), TITLES[1]]
    result = read(page)
    assert [article.title for article in result.articles] == [MAIN[0], TITLES[0]]
    [problem] = result.problems
    assert "no body" in problem.reason
    assert problem.line == len(page)


def test_titles_of_other_articles_without_bodies_are_no_articles():
    page = [*MAIN, *FURNITURE, "A bridge too wide", "Ten soups for a cold week"]
    result = read(page)
    assert len(result.articles) == 1
    assert_main(result.articles[0])


def test_related_articles_without_any_header():
    page = [*MAIN, *FURNITURE]
    for title, body in zip(TITLES, BODIES, strict=True):
        page += ["", title, body]
    result = read(page)
    assert_main(result.articles[0])
    assert [a.title for a in result.articles[1:]] == TITLES
    assert [a.text for a in result.articles[1:]] == BODIES
    assert {a.publisher for a in result.articles[1:]} == {None}


def test_a_diary_with_places_and_dates_is_one_article():
    page = [
        "A Week on the River",
        "We set out with four boats and came home with three, which nobody had planned.",
        "Westhaven | 4 May 2024",
        "Rain",
        "It rained until noon, and we mended the tent with a shirt.",
        "Millbrook | 5 May 2024",
        "Sun",
        "The sun came out and with it the flies. We rowed on.",
    ]
    [article] = read(page).articles
    assert article.text.split("\n") == page[1:]


def test_short_lines_in_a_related_body_do_not_start_an_article():
    body = [BODIES[0], "Market Street", "yesterday", "Rain Ahead", "It rained on the stalls."]
    page = [*MAIN, *FURNITURE, *header("seed", PAPERS[0], AGES[0]), TITLES[0], *body]
    result = read([*page, *header("seed", PAPERS[1], AGES[1]), TITLES[1], BODIES[1]])
    assert [article.title for article in result.articles] == [MAIN[0], *TITLES[:2]]
    assert result.articles[1].text.split("\n") == body


def test_a_main_title_above_its_age_and_publisher():
    page = [MAIN[0], "2 days ago", "The Mill Post", *MAIN[1:], "Related Articles"]
    main = read([*page, *related("seed")]).articles[0]
    assert_main(main)
    assert (main.age, main.publisher) == ("2 days ago", "The Mill Post")


def test_the_day_a_page_was_saved_is_not_its_articles_day():
    lines = [*MAIN, *FURNITURE, *related("seed")]
    result = read_bytes("\n".join(lines).encode(), "2025-07-24-page.txt")
    assert {article.published_at for article in result.articles} == {None}

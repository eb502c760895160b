"""Filters mean the same wherever an index lies, and in lists: as a plain loop over the articles."""

from __future__ import annotations

import json
from datetime import UTC, date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.bylines import people
from qa.records import Filters
from qa.request import make_filters
from qa.rows import agency_key, name_key, publisher_key
from qa.text.languages import is_within, tag_key
from tests.conftest import PLACES

LONG = "Lee " * 1_500
BYLINES = (
    "Ann Lee", "Ann Lee and Bo Tan", "Bo Lee, Ann Tan, Zoë Moe", "Lee, Ann", "Tan, Bo and Ann Moe",
    "Maria von Lee und Jan de Tan", "Bo Tan y Lee", "Ana Lee y Luis Tan", "Иван Ли и Анна Тан",
    "李娜、张伟", "Ann Lee, dpa", "AP", "Zoë Lee Tan", 'Ann "Bo" O\'Lee', "Ann\\Bo Lee",
    "Ann % Lee_Tan", LONG, "!?", None,
    ", ".join(f"Ann{chr(97 + n)} Lee" for n in range(9)) + ", Ann Tan",
)  # fmt: skip
PUBLISHERS = ("Echo", "The Echo", "ÉCHO", 'Echo "9"', "Echo%", "回声", "!?", f"Echo {LONG}", None)
LANGUAGES = ("en", "en-GB", "EN_us", "de", "e", "english", "x" * 5_000, None)
AGENCIES = ("AP", "The Associated Press", "dpa", "SWS", "Echo", None)
DATES = ("2025-01-01T23:30:00-05:00", "2025-01-02T00:00:00Z", "2025-03-01", "1969-12-31", None)


def rows(shift: int) -> list[dict[str, str]]:
    """Articles with every byline, and with all else in turn."""
    found = []
    for number, author in enumerate(BYLINES[shift:] + BYLINES[:shift]):
        agency = AGENCIES[number % len(AGENCIES)]
        row = {
            "title": f"t{number}",
            "text": f"OSLO ({agency}) — Rain." if agency else "Rain.",
            "author": author,
            "publisher": PUBLISHERS[number % len(PUBLISHERS)],
            "language": LANGUAGES[number % len(LANGUAGES)],
            "published_at": DATES[number % len(DATES)],
        }
        found.append({name: value for name, value in row.items() if value})
    return found


@pytest.fixture(scope="module", params=PLACES)
def archive(request, tmp_path_factory, make_archive):
    """After two syncs, of which the second changed whom the articles are by."""
    folder = tmp_path_factory.mktemp("filters")
    served = request.param == "server"
    made = make_archive(request.getfixturevalue("new_address")() if served else folder / "index")
    (folder / "corpus").mkdir()
    for shift in (7, 0):
        lines = "".join(json.dumps(row) + "\n" for row in rows(shift))
        (folder / "corpus" / "all.jsonl").write_text(lines)
        made.sync(folder / "corpus")
    yield made
    made.close()


WORDS = ("ann", "Lee", "bo", "TAN", "zoe", "von", "de", "o", "Ли", "李娜", "annc", "dpa", "Echo")
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
ODD = st.sampled_from(["!?", "|", "Lee | Ann", "0:ann", "1:lee", '"', "\\", "%", "_", "Ann%", LONG])
DAYS = st.dates(date(1969, 12, 30), date(1970, 1, 2)) | st.dates(
    date(2024, 12, 31), date(2025, 3, 2)
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "author": st.sampled_from(list(filter(None, BYLINES))) | NAMES | NAMES | ODD,
        "publisher": st.sampled_from(PUBLISHERS[:-1]) | NAMES | ODD,
        "language": st.sampled_from(LANGUAGES[:-1]),
        "agency": st.sampled_from(AGENCIES[:-1]) | ODD,
        "after": DAYS,
        "before": DAYS,
    },
)


def passes(article, filters: Filters) -> bool:
    """What the filters say, of one article."""
    published = article.published_at and article.published_at.astimezone(UTC).date()
    checks = [
        (filters.publisher, lambda wanted: same(publisher_key, article.publisher, wanted)),
        (filters.agency, lambda wanted: same(agency_key, article.agency, wanted)),
        (
            filters.author,
            lambda wanted: any(
                set(name_key(wanted).split()) <= set(name_key(name).split())
                for name in people(article.author or "") if name_key(wanted)
            ),
        ),
        (
            filters.language,
            lambda wanted: is_within(tag_key(article.language or ""), tag_key(wanted)),
        ),
        (filters.after, lambda day: published is not None and published >= day),
        (filters.before, lambda day: published is not None and published < day),
    ]  # fmt: skip
    return all(check(wanted) for wanted, check in checks if wanted)


def same(key, name: str | None, wanted: str) -> bool:
    return bool(key(wanted)) and key(name or "") == key(wanted)


@settings(max_examples=100)
@given(FILTERS)
def test_each_filter_lets_through_what_it_says(archive, given_filters):
    filters = make_filters(**given_filters)
    expected = {a.title for a in archive.articles() if passes(a, filters)}
    generation = archive.retriever.generation()
    found = generation.ids[generation.rows(generation.passing(filters), 99)].tolist()
    held = archive.retriever.store.passages(found)
    assert {article.title for _, article in held.values()} == expected
    assert {article.title for article in archive.article_page(**given_filters)[0]} == expected
    assert archive.facets(**given_filters).articles == len(expected)


def test_each_choice_that_is_offered_finds_as_many_as_it_says(archive):
    facets = archive.facets()
    for field in ("publisher", "author", "language", "agency"):
        counts = facets.agencies if field == "agency" else getattr(facets, f"{field}s")
        assert len(counts) > 3
        for name, articles in counts:
            found = archive.article_page(**{field: name})[1]
            # "Ann Lee" finds "Ann Mary Lee" too, which is another choice.
            assert found == articles or (field == "author" and found > articles), (field, name)
    assert archive.verify().problems == ()

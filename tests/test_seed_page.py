"""The user's own page, alone in an archive, asked questions that took part in no fitting."""

from __future__ import annotations

import shutil

import pytest

from benchmarks.quality import evaluate
from benchmarks.question_sets import load
from qa import Archive

pytestmark = pytest.mark.data

# Floors a little below what is measured (`docs/quality.md`): one question of eighty is .0125.
FIRST_QUOTE = 0.75
ONE_OF_THREE = 0.85
REFUSED = 0.5
FALSE_REFUSALS = 0.065

FURNITURE = (
    "Hashtags",
    "Try Our AI Features",
    "Explore what",
    "Comments",
    "Related Articles",
    "Follow her on",
    "Author:",
    "an hour ago",
    "Monday Mornings",
)


@pytest.fixture(scope="module")
def archive(shared_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("seed")
    shutil.copytree(shared_dir / "seeds", folder / "corpus")
    archive = Archive.build(folder / "corpus", folder / "index")
    yield archive
    archive.close()


def test_the_page_becomes_its_four_articles(archive):
    found = {(a.publisher, a.author, a.age, a.agency) for a in archive.articles()}
    assert found == {
        ("JAPAN Forward", "Jennifer Zeng", None, None),
        ("Japan Forward", "John Carroll", "an hour ago", None),
        ("Toronto Star", None, "4 hours ago", "AP"),
        ("Winnipeg Free Press", None, "4 hours ago", "AP"),
    }
    assert all(article.published_at is None for article in archive.articles())


def test_no_furniture_is_in_a_passage(archive):
    hits = archive.search("rare earths, parade, museum, tariffs", k=1000)
    assert len(hits) == archive.info()["passages"]
    for hit in hits:
        assert not [words for words in FURNITURE if words in hit.passage.text]


def test_quality_floors_hold(archive):
    measured = evaluate(archive, "seed page", load("seed_heldout.jsonl"))
    assert measured.first >= FIRST_QUOTE, measured
    assert measured.three >= ONE_OF_THREE, measured
    assert measured.refused >= REFUSED, measured
    assert measured.false_refusals <= FALSE_REFUSALS, measured

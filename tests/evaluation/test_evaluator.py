from __future__ import annotations

import json
from math import log2

import pytest

from qa.archive import Archive
from qa.errors import InputError
from qa.evaluation.dataset import load
from qa.evaluation.evaluator import Options, evaluate
from qa.evaluation.measures import MEASURES
from qa.evaluation.picture import check, draw
from qa.evaluation.report import WIDTH, render
from qa.settings import Settings
from tests.evaluation.conftest import BODIES, QRELS, QUERIES, write_dataset


@pytest.fixture
def measure(tmp_path, embedder):
    def measure(folder, **options):
        settings, wanted = Settings(), Options(**options)
        return evaluate(load(folder), tmp_path / "cache", settings, wanted, embedder=embedder)

    return measure


def test_figures_by_hand(tmp_path, measure):
    # The tram shares no word with the question about the lighthouse: BM25 never finds it.
    rows = [("q1", "light", 1), ("q1", "tram", 1), ("q2", "bees", 1)]
    report = measure(write_dataset(tmp_path / "d", qrels=rows), arms=("lexical",))
    [(arm, figures)] = report.arms.items()
    assert arm == "lexical"
    assert figures["ndcg@10"] == pytest.approx((1 / (1 + 1 / log2(3)) + 1) / 2, abs=1e-5)
    assert figures["recall@100"] == 0.75
    assert figures["mrr@10"] == figures["hit@1"] == 1
    assert figures["p50_ms"] <= figures["p95_ms"]
    assert report.answers["passage@1"] == 1
    assert report.comparisons == []
    assert report.refusal is None


def test_answers_and_refusals(tiny, measure):
    report = measure(tiny, arms=("hybrid", "dense"))
    assert report.queries == 4
    assert report.documents == report.passages == 5
    assert report.answers["quote@1"] == report.answers["passage@3"] == 1
    assert report.refusal == {
        "precision": 1, "recall": 1, "balanced_accuracy": 1, "false_refusals": 0,
    }  # fmt: skip
    assert report.risk_coverage.chosen == pytest.approx((4 / 6, 0))
    assert report.asked == {"with_answers": 4, "answerable": 4, "unanswerable": 2}


def test_the_json_has_exactly_these_keys(tiny, measure):
    document = json.loads(json.dumps(measure(tiny).as_json(), allow_nan=False))
    assert list(document)[:7] == [
        "dataset", "documents", "passages", "queries", "arms", "answers", "refusal",
    ]  # fmt: skip
    assert set(document) == {
        "dataset", "documents", "passages", "queries", "arms", "answers", "refusal", "split",
        "asked", "intervals", "comparisons", "risk_coverage", "reliability", "how", "warnings",
    }  # fmt: skip
    assert set(document["arms"]) == {"lexical", "dense", "hybrid"}
    for figures in document["arms"].values():
        assert set(figures) == {*MEASURES, "p50_ms", "p95_ms"}
        assert all(0 <= figures[measure] <= 1 for measure in MEASURES)
    assert set(document["answers"]) == {
        "quote@1", "quote@3", "passage@1", "passage@3", "quote@1_before_refusal",
        "quote@3_before_refusal",
    }  # fmt: skip
    assert set(document["refusal"]) == {
        "precision", "recall", "balanced_accuracy", "false_refusals",
    }  # fmt: skip
    assert len(document["comparisons"]) == 3 * len(MEASURES)
    assert set(document["intervals"]) == {"arms", "answers", "refusal"}


def test_answers_and_refusal_are_null_where_there_are_none(tmp_path, measure):
    queries = [{"_id": name, "text": text} for name, (text, _) in QUERIES.items()]
    document = measure(write_dataset(tmp_path / "d", queries=queries)).as_json()
    assert document["answers"] is None
    assert document["refusal"] is None
    assert document["risk_coverage"] is None


def test_what_is_left_out_is_not_there(tiny, measure, tmp_path):
    report = measure(tiny, arms=("hybrid",), leave_out=2)
    assert report.asked["answerable"] == report.asked["unanswerable"] == 2
    assert report.documents == 5
    assert report.arms["hybrid"]["hit@1"] == 1
    assert report.refusal["false_refusals"] == 0
    second = Archive.open(tmp_path / "cache" / "leave-out-2" / "index", Settings())
    assert second.info()["articles"] == 3
    titles = {article.title for article in second.articles()}
    left = [name for name, document, _ in QRELS if _title(tiny, document) not in titles]
    assert len(left) == 2
    lexical = second.retriever.generation().lexical
    own = {"q1": "lighthous", "q2": "beehiv", "q3": "ferri", "q4": "counti"}
    for name, _, _ in QRELS:
        assert (lexical.document_frequency(own[name]) == 0) == (name in left), name
        for hit in second.search(QUERIES[name][0], 50):
            assert hit.article.title in titles
    second.close()
    first = Archive.open(tmp_path / "cache" / "index", Settings())
    assert first.info()["articles"] == 5
    first.close()


def _title(folder, document):
    return next(d.title for d in load(folder).documents if d.id == document)


def test_a_wider_leave_out_than_there_are_documents(tiny, measure):
    with pytest.raises(InputError, match="there are 3 and 1"):
        measure(tiny, leave_out=3)


def test_a_question_that_cannot_be_asked_is_left_out(tmp_path, measure):
    queries = [
        {"_id": "q1", "text": "Who painted the lighthouse?"},
        {"_id": "q2", "text": "Hives publisher:Nobody"},
    ]
    report = measure(write_dataset(tmp_path / "data", queries=queries, qrels=QRELS[:2]))
    assert report.queries == 1
    assert any("cannot be asked, left out: 1" in warning for warning in report.warnings)
    folder = write_dataset(tmp_path / "none", queries=queries[1:], qrels=QRELS[1:2])
    with pytest.raises(InputError, match="none: no question can be asked; the first: the archive"):
        measure(folder)


def test_a_limit_counts_questions_that_can_be_asked(tmp_path, measure):
    queries = [
        {"_id": name, "text": "What won? publisher:Nobody" if name == "q4" else text}
        for name, (text, _) in QUERIES.items()
    ]
    folder = write_dataset(tmp_path / "d", queries=queries)
    for limit in (1, 2, 3):
        assert measure(folder, arms=("lexical",), limit=limit).queries == limit


def test_what_cannot_be_asked_without_its_documents_is_not_counted(tmp_path, measure):
    documents = [
        {"_id": name, "title": title, "text": text,
         "metadata": {"publisher": "Bread Post" if name == "bread" else "Gazette"}}
        for name, (title, text) in BODIES.items()
    ]  # fmt: skip
    queries = [
        {"_id": name, "text": f"{text} publisher:Bread" if name == "q4" else text}
        for name, (text, _) in QUERIES.items()
    ]
    folder = write_dataset(tmp_path / "d", documents, queries)
    report = measure(folder, arms=("hybrid",), leave_out=2)  # q2 and q4 are drawn
    assert report.queries == 4
    assert report.asked["unanswerable"] == 1
    assert "questions of --leave-out that cannot be asked, not counted: 1" in report.warnings
    with pytest.raises(InputError, match="--leave-out: too few .* has no publisher 'Bread'"):
        measure(folder, arms=("hybrid",), leave_out=1)


def test_a_limit_asks_fewer(tiny, measure):
    report = measure(tiny, arms=("hybrid",), limit=1)
    assert report.queries == 1
    assert report.asked["unanswerable"] == 1


def test_as_of_bounds_every_search(tmp_path, measure):
    documents = [
        {"_id": f"d{day}", "title": f"Ferry news {day}", "text": f"The ferry sailed {day} times.",
         "metadata": {"published_at": f"2024-05-0{day}"}}
        for day in (1, 2, 3)
    ]  # fmt: skip
    queries = [
        {"_id": "early", "text": "ferry", "metadata": {"as_of": "2024-05-01"}},
        {"_id": "late", "text": "ferry"},
    ]
    rows = [(query, f"d{day}", 1) for query in ("early", "late") for day in (1, 2, 3)]
    folder = write_dataset(tmp_path / "d", documents, queries, rows)
    assert measure(folder, arms=("hybrid",)).arms["hybrid"]["recall@100"] == 1
    report = measure(folder, arms=("hybrid",), as_of=True)
    assert report.arms["hybrid"]["recall@100"] == pytest.approx((1 / 3 + 1) / 2, abs=1e-5)
    assert "queries without as_of, which search all documents: 1" in report.warnings


def test_as_of_without_days(tiny, measure):
    with pytest.raises(InputError, match="no query has metadata.as_of"):
        measure(tiny, as_of=True)


@pytest.mark.parametrize(
    "bad", [{"arms": ("bm25",)}, {"arms": ()}, {"arms": ("dense", "dense")}, {"limit": 0}]
)
def test_unusable_options(bad):
    with pytest.raises(InputError):
        Options(**bad)


def test_the_table_fits_and_names_everything(tiny, measure):
    text = render(measure(tiny))
    assert max(map(len, text.splitlines())) <= WIDTH
    for word in ("hybrid − lexical", "p = 1", "quote@1", "balanced_accuracy", "bootstrap"):
        assert word in text


@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<?xml"), ("b.PNG", b"\x89PNG")])
def test_the_picture(tiny, measure, tmp_path, name, begins):
    report = measure(tiny, arms=("hybrid",))
    check(tmp_path / name)
    draw(report, tmp_path / name)
    drawn = (tmp_path / name).read_bytes()
    assert drawn.startswith(begins)
    draw(report, tmp_path / name)
    assert (tmp_path / name).read_bytes() == drawn


@pytest.mark.parametrize("name", ["a.jpg", "nowhere/a.svg"])
def test_a_picture_that_cannot_be_written(tmp_path, name):
    with pytest.raises(InputError):
        check(tmp_path / name)

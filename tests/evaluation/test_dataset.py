from __future__ import annotations

import pytest

from qa.errors import InputError
from qa.evaluation.dataset import Query, load
from tests.evaluation.conftest import QRELS, write_dataset


def test_a_dataset_is_read(tiny):
    dataset = load(tiny)
    assert dataset.name == "tiny"
    assert [document.id for document in dataset.documents] == [
        "light", "tram", "bees", "bread", "ferry",
    ]  # fmt: skip
    assert dataset.queries[1] == Query("q2", "How many beehives were stolen?", ("eleven",))
    assert dataset.relevant["q3"] == {"ferry": 1}
    assert [query.id for query in dataset.unanswerable] == ["u1", "u2"]
    assert dataset.warnings == ()


def test_several_rows_of_a_query_and_grades(tmp_path):
    rows = [("q1", "light", 2), ("q1", "tram", 1), ("q1", "light", 1), ("q1", "bees", 0)]
    dataset = load(write_dataset(tmp_path / "d", qrels=rows))
    assert dataset.relevant == {"q1": {"light": 2, "tram": 1, "bees": 0}}


def test_what_is_left_out_is_counted(tmp_path):
    folder = write_dataset(
        tmp_path / "odd",
        documents=[
            {"_id": "a", "title": "A", "text": "One."},
            {"_id": "a", "title": "A again", "text": "Two."},
            "{broken",
            "[1, 2]",
            {"title": "no id", "text": "x"},
            {"_id": 7, "text": "A number for an id."},
            "",
        ],
        queries=[
            {"_id": "q1", "text": "One?"},
            {"_id": "q2", "text": " "},
            {"_id": "q3", "text": "\ud800"},
            {"_id": "q4", "text": "Four?", "metadata": "nothing"},
            {"_id": "q5", "text": "Five?"},
            {"_id": "q6", "text": "Six?", "metadata": {"answers": None}},
        ],
        qrels=[
            ("q1", "a", 1),
            ("q1", "gone", 1),
            ("q4", "7", 1),
            ("q5", "a", 0),
            ("ghost", "a", 1),
            ("q1", "a"),
            ("q1", "a", "much"),
        ],
    )
    dataset = load(folder)
    assert [document.id for document in dataset.documents] == ["a", "7"]
    assert [query.id for query in dataset.queries] == ["q1", "q4"]
    assert dataset.relevant["q1"] == {"a": 1, "gone": 1}
    assert dataset.warnings == (
        "unusable lines in corpus.jsonl: 3, the first is line 3",
        "lines with an _id seen before, left out, in corpus.jsonl: 1, the first is line 2",
        "unusable lines in queries.jsonl: 2, the first is line 2",
        "lines that are not query-id, corpus-id, score in test.tsv: 2, the first is line 7",
        "ids in qrels/test.tsv but not in queries.jsonl: 1",
        "queries in qrels/test.tsv without a relevant document, not asked: 1",
        "documents in qrels/test.tsv but not in corpus.jsonl, never found: 1",
        "queries without a row in qrels/test.tsv, not asked: 1",
    )


def test_a_qrels_file_without_a_header_loses_no_row(tmp_path):
    folder = write_dataset(tmp_path / "d")
    (folder / "qrels" / "test.tsv").write_bytes(b"\xef\xbb\xbfq1\tlight\t1\r\nq2\tbees\t1\r\n")
    assert load(folder).relevant == {"q1": {"light": 1}, "q2": {"bees": 1}}


def test_grades_that_pandas_wrote(tmp_path):
    folder = write_dataset(tmp_path / "d", qrels=[("q1", "light", "1.0"), ("q2", "bees", "0.5")])
    dataset = load(folder)
    assert dataset.relevant == {"q1": {"light": 1}}
    assert any("not query-id, corpus-id, score" in warning for warning in dataset.warnings)


@pytest.mark.parametrize(
    ("given", "answers"),
    [
        ({"text": ["eleven", "11"], "answer_start": [3, 9]}, ("eleven", "11")),
        ("eleven", ("eleven",)),
        ([11, "eleven", {"text": "11"}], ("11", "eleven")),
        ({"text": [], "answer_start": []}, ()),
        ([" ", None, True], ()),
    ],
)
def test_answers_as_datasets_have_them(tmp_path, given, answers):
    queries = [{"_id": "q1", "text": "How many?", "metadata": {"answers": given}}]
    folder = write_dataset(tmp_path / "d", queries=queries, qrels=QRELS[:1])
    assert load(folder).queries[0].answers == answers


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus.jsonl", b"", "holds no usable line"),
        ("queries.jsonl", b"\xff\xfe\x00", "holds no usable line"),
        ("qrels/test.tsv", b"query-id\tcorpus-id\tscore\n", "holds no usable line"),
        ("qrels/test.tsv", b"q1\tnothing\t1\n", "names no query and document"),
        ("qrels/test.tsv", b"q1\tlight\t0\n", "names no query and document"),
        ("corpus.jsonl", None, "cannot read"),
        ("queries.jsonl", None, "cannot read"),
        ("qrels/test.tsv", None, "splits there: unanswerable"),
    ],
)
def test_nothing_to_measure_is_one_known_error(tiny, name, content, message):
    (tiny / name).unlink() if content is None else (tiny / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as raised:
        load(tiny)
    assert "\n" not in str(raised.value)


def test_a_missing_folder_and_an_unknown_split(tiny, tmp_path):
    with pytest.raises(InputError, match="not a folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(InputError, match="splits there: test, unanswerable"):
        load(tiny, "dev")


def test_limits_draw_the_same_questions_every_time(tiny):
    dataset = load(tiny)
    few = dataset.limited(2)
    assert len(few.queries) == 2
    assert few == dataset.limited(2)
    assert set(few.relevant) == {query.id for query in few.queries}
    assert dataset.limited(99) == dataset


def test_fewer_documents_keep_the_relevant_ones(tiny):
    few = load(tiny).with_fewer_documents(4)
    assert [document.id for document in few.documents] == ["light", "bees", "bread", "ferry"]
    assert len(load(tiny).with_fewer_documents(5).documents) == len(QRELS) + 1

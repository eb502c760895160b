"""The reader: the same as where it is trained, checked, and left out where told."""

from __future__ import annotations

import hashlib
import os
from types import SimpleNamespace

import numpy as np
import pytest

from qa.answering import reader as module
from qa.answering import rereading
from qa.answering.model import Linear
from qa.answering.reader import Reader, Window
from qa.answering.rereading import is_readable, judge, read_of, reordered, window
from qa.embedding import onnx_layers
from qa.errors import ModelError
from qa.records import Article, Passage, Span
from qa.serving.metrics import MeasuredArchive, Metrics
from qa.settings import Settings
from tests.answering.windows import window_of

QUESTION = "Who led the council when the tram line was approved?"


RAIN = "Rain is expected on Friday, with winds of up to 60 km/h at sea."
WINDOWS = [
    window_of(
        "Council votes for the tram",
        "The line was approved in March.",
        "The vote was close.",
        "Mayor Ida Holm led the council until May.",
        "It was 27 to 18.",
    ),
    window_of("Council votes for the tram", "", "It was 27 to 18.", "Nobody was absent."),
    window_of("", "", *[RAIN] * 9),
    window_of("東京都", "", "🎉"),
]


@pytest.fixture(scope="module")
def reader(embedder):
    return Reader(embedder.encoder)


def test_it_prefers_the_sentence_that_answers(reader):
    answers, spans = np.concatenate(reader.read(QUESTION, WINDOWS)).T
    assert answers.argmax() == spans.argmax() == 1


def test_a_passage_is_judged_alike_alone_and_among_others(reader):
    together = reader.read(QUESTION, WINDOWS)
    assert [judged.shape for judged in together] == [(3, 2), (2, 2), (9, 2), (1, 2)]
    for one, judged in zip(WINDOWS, together, strict=True):
        assert np.isfinite(judged).all()
        np.testing.assert_allclose(reader.read(QUESTION, [one])[0], judged, atol=1e-3)


@pytest.mark.parametrize("count", [1, 3, 64])
def test_any_number_of_cores_judges_alike(count, reader, embedder, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    monkeypatch.setattr(onnx_layers, "MOST_CORES", count)
    other = Reader(embedder.encoder)
    for one, again in zip(WINDOWS, other.read(QUESTION, WINDOWS), strict=True):
        np.testing.assert_allclose(reader.read(QUESTION, [one])[0], again, atol=1e-3)


def test_sentences_too_far_back_are_not_judged(reader):
    [judged] = reader.read(QUESTION, [window_of("", "", *[RAIN] * 40)])
    was_read = read_of(judged)
    assert was_read[:9].all()
    assert not was_read[20:].any()
    assert (np.isnan(judged).any(axis=1) == ~was_read).all()
    [judged] = reader.read(QUESTION, [window_of("Ferry", "", "")])
    assert not read_of(judged).any()


def test_questions_of_any_kind_are_read(reader):
    for question in ("", "tram", "tram council", "Кто?", "why " * 500, "\x00\n"):
        assert np.isfinite(np.concatenate(reader.read(question, WINDOWS[:2]))).all()


def test_another_file_than_the_one_that_ships_is_refused(monkeypatch):
    assert hashlib.sha256(module.shipped()).hexdigest() == module.SHA256
    monkeypatch.setattr(module, "SHA256", "0" * 64)
    with pytest.raises(ModelError, match="reinstall article-qa"):
        module.shipped()
    monkeypatch.setattr(module, "FILE", "missing.safetensors")
    with pytest.raises(ModelError, match="cannot read .*reinstall article-qa"):
        module.shipped()


def test_it_reads_unless_it_is_off_or_the_model_is_another(tmp_path, make_archive):
    archive = make_archive(tmp_path, Settings())
    assert archive.reader is archive.reader is not None
    served = MeasuredArchive(make_archive(tmp_path, Settings()), Metrics())
    assert served.reader is archive.reader  # also where questions asked again are remembered
    assert make_archive(tmp_path, Settings(reader="off")).reader is None
    assert make_archive(tmp_path, Settings(model="another")).reader is None


def test_without_a_reader_questions_are_answered_as_well(archive, make_archive):
    without = make_archive(archive.index, Settings(reader="off"))
    question = "How many people were injured when the ferry hit the pier?"
    one, other = archive.ask(question), without.ask(question)
    assert one.answered
    assert other.answered
    assert one.citations[0].article.title == other.citations[0].article.title
    assert one.confidence != other.confidence


class Counting:
    """A reader that judges passages by a list, and keeps how many it was given each time."""

    def __init__(self, answers):
        self.answers, self.given = list(answers), []

    def read(self, question, windows):
        start = sum(self.given)
        self.given.append(len(windows))
        answers = self.answers[start : sum(self.given)]
        said = [np.full((len(window.sentences), 2), -9.0) for window in windows]
        for each, answer in zip(said, answers, strict=True):
            each[1] = answer
        return said


TEXT = "None was here. One is here. Two is there. Three is far."
SPANS = (Span(15, 27), Span(28, 41), Span(42, 55))


def candidate(place, language="en", sentence=1, text=TEXT, spans=SPANS):
    article = Article(id=f"a{place}", title="", text=text, source="a", language=language)
    start, end = spans[0].start, spans[-1].end
    passage = Passage(place, article.id, 0, start, end, text[start:end], spans)
    hit = SimpleNamespace(article=article, passage=passage)
    return SimpleNamespace(hit=hit, sentence=spans[sentence])


@pytest.mark.parametrize(
    ("answers", "given"),
    [
        ((2,), [1]),
        ((0.5, -1), [1, 1]),
        ((-1, 0.5), [1, 1]),
        ((-1, -1, 2, -1), [1, 1, 2]),
        ((-1,) * 6, [1, 1, 2, 2]),
    ],
)
def test_more_are_read_until_one_answers(answers, given):
    reader = Counting(answers)
    ranked = [candidate(place) for place in range(15)]
    judged = judge("Which?", ranked, reader)
    assert reader.given == given
    assert judged[read_of(judged), 0].tolist() == list(answers)
    assert read_of(judged).tolist() == [place < len(answers) for place in range(15)]


def test_a_passage_is_read_once_with_all_its_sentences():
    ranked = [candidate(0), candidate(1, sentence=0), candidate(0, sentence=2), candidate(1)]
    reader = Counting((-1, 4))
    assert judge("Which?", ranked, reader)[:, 0].tolist() == [-1, -9, -9, 4]
    assert reader.given == [1, 1]


def test_what_was_not_read_comes_first_never_and_last_seldom():
    ranked = [candidate(place) for place in range(6)]
    scores = np.linspace(2, 0, 6, dtype=np.float32)
    nan = np.nan
    said = [[-5, 0], [-9, 1], [nan, nan], [3, 2], [nan, nan], [-5, -3]]
    weights = Linear(np.zeros(2), np.ones(2), np.asarray([1.0, 0.0]))
    after = reordered("", ranked, scores, np.asarray(said, dtype=np.float32), weights)
    assert [ranked.index(c) for c in after.ranked] == [3, 0, 2, 4, 5, 1]
    assert after.evidence.tolist() == [3, 2, 3, 2, 0]
    assert (np.diff(after.scores) <= 0).all()
    said[3] = [-6, 2]
    after = reordered("", ranked, scores + 9, np.asarray(said, dtype=np.float32), weights)
    assert ranked.index(after.ranked[0]) == 0


def test_a_passage_is_read_after_what_stands_before_it_and_in_no_other_language():
    places = [(0, 12), (13, 26), (27, 40)]
    assert window(candidate(0)) == Window("", "None was here. ", TEXT[15:], places)
    assert is_readable([candidate(0), candidate(1, None)])
    assert not is_readable([candidate(0), candidate(1, "de")])


def test_of_a_long_passage_what_stands_from_the_sentence_on_is_read():
    spans = tuple(Span(60 * n, 60 * n + 59) for n in range(20))
    text = "".join(f"{n:<58}. " for n in range(20))
    read = window(candidate(0, sentence=12, text=text, spans=spans))
    assert read.text.startswith("12 ")
    assert read.before.endswith("11" + " " * 56 + ". ")
    assert len(read.sentences) == 8
    judged = judge(
        "Which?", [candidate(0, sentence=n, text=text, spans=spans) for n in (12, 3)], Counting([1])
    )
    assert read_of(judged).tolist() == [True, False]


def test_a_sentence_in_another_language_further_back_ends_the_reading(monkeypatch):
    languages = ["en"] * 7 + ["de"] + ["en"] * 3
    ranked = [candidate(place, language) for place, language in enumerate(languages)]
    assert is_readable(ranked)
    monkeypatch.setattr(rereading, "ROUNDS", (2, 2, 4, 2))
    reader = Counting((-1,) * 7)
    assert read_of(judge("Which?", ranked, reader)).sum() == 7
    assert reader.given == [2, 2, 3]

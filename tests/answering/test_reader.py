"""The reader: the same in NumPy as where it is trained, checked, and left out where told."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import numpy as np
import pytest

from qa.answering import reader as module
from qa.answering.model import Linear
from qa.answering.reader import Reader, Window
from qa.answering.rereading import is_readable, judge, reordered, window
from qa.errors import ModelError
from qa.records import Article, Passage, Span
from qa.serving.metrics import MeasuredArchive, Metrics
from qa.settings import Settings

QUESTION = "Who led the council when the tram line was approved?"
WINDOWS = [
    Window("Council votes for the tram", "", "Mayor Ida Holm led the council until May."),
    Window("Council votes for the tram", "The vote was close.", "It was 27 to 18."),
    Window("", "", "Rain is expected on Friday, with winds of up to 60 km/h at sea. " * 9),
    Window("東京都", "", "🎉"),
    Window("Ferry", "", ""),
]


@pytest.fixture(scope="module")
def reader(embedder):
    return Reader(embedder.encoder)


def test_it_prefers_the_sentence_that_answers(reader):
    answers, spans = reader.read(QUESTION, WINDOWS).T
    assert answers.argmax() == spans.argmax() == 0


def test_a_sentence_is_judged_alike_alone_and_among_others(reader):
    together = reader.read(QUESTION, WINDOWS)
    assert together.shape == (len(WINDOWS), 2)
    assert np.isfinite(together).all()
    for one, row in zip(WINDOWS, together, strict=True):
        np.testing.assert_allclose(reader.read(QUESTION, [one])[0], row, atol=1e-3)


def test_questions_of_any_kind_are_read(reader):
    for question in ("", "tram", "tram council", "Кто?", "why " * 500, "\x00\n"):
        assert np.isfinite(reader.read(question, WINDOWS[:2])).all()


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
    """A reader that judges by a list, and keeps how many sentences it was given each time."""

    def __init__(self, answers):
        self.answers, self.given = list(answers), []

    def read(self, question, windows):
        start = sum(self.given)
        self.given.append(len(windows))
        return np.asarray([[a, a] for a in self.answers[start : sum(self.given)]], dtype=np.float32)


def candidate(place, language="en"):
    text = "One is here. Two is there. Three is far."
    spans = (Span(0, 12), Span(13, 26), Span(27, 40))
    article = Article(id=f"a{place}", title="", text=text, source="a", language=language)
    passage = Passage(place, article.id, 0, 0, len(text), text, spans)
    return SimpleNamespace(hit=SimpleNamespace(article=article, passage=passage), sentence=spans[1])


@pytest.mark.parametrize(
    ("answers", "given"),
    [((1, -1), [2]), ((-1, 1), [2]), ((-1, -1, 2, -1), [2, 2]), ((-1,) * 12, [2] * 6)],
)
def test_two_at_a_time_are_read_until_one_answers(answers, given):
    reader = Counting(answers)
    ranked = [candidate(place) for place in range(15)]
    judged = judge("Which?", ranked, reader)
    assert reader.given == given
    assert judged[:, 0].tolist() == list(answers)


def test_reading_puts_no_sentence_behind_one_that_was_not_read():
    ranked = [candidate(place) for place in range(9)]
    scores = np.linspace(2, 0, 9, dtype=np.float32)
    judged = np.asarray([[-5, 0], [-9, 1], [3, 2], [-5, 0], [-5, 0], [-5, -3]], dtype=np.float32)
    weights = Linear(np.zeros(2), np.ones(2), np.asarray([1.0, 0.0]))
    after = reordered(ranked, scores, judged, weights)
    assert after.ranked[0] is ranked[2]
    assert {id(c) for c in after.ranked[:6]} == {id(c) for c in ranked[:6]}
    assert after.evidence.tolist() == [3, 2, 3, 2]
    assert (np.diff(after.scores) <= 0).all()


def test_the_sentence_before_is_read_with_it_and_other_languages_are_not_read():
    read = window(candidate(0))
    assert read == Window("", "One is here.", "Two is there.")
    assert is_readable([candidate(0), candidate(1, None)])
    assert not is_readable([candidate(0), candidate(1, "de")])


def test_a_sentence_in_another_language_further_back_ends_the_reading():
    languages = ["en"] * 7 + ["de"] + ["en"] * 3
    ranked = [candidate(place, language) for place, language in enumerate(languages)]
    assert is_readable(ranked)
    reader = Counting((-1,) * 7)
    assert len(judge("Which?", ranked, reader)) == 7
    assert reader.given == [2, 2, 2, 1]

"""Training the reader: it learns, what it writes is what the product reads, and nothing leaks."""

from __future__ import annotations

import calendar
import json
import random
import re
import sys
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from benchmarks import lee_corpus, question_sets, reader_data, train_reader  # noqa: E402
from benchmarks.exchanging import exchanged  # noqa: E402
from benchmarks.lee_corpus import archives  # noqa: E402
from benchmarks.memory_archive import EmbeddingCache, MemoryArchive, indexed_texts  # noqa: E402
from benchmarks.question_sets import QUESTIONS, ask, load  # noqa: E402
from benchmarks.reader_data import (  # noqa: E402
    OWN,
    SQUAD,
    Drawing,
    Labelled,
    Pool,
    draw,
    to_train_on,
)
from benchmarks.reader_model import TorchReader  # noqa: E402
from benchmarks.train_reader import (  # noqa: E402
    Training,
    batches,
    group_of,
    losses_of,
    together,
    train,
)
from qa.answering.reader import SPAN_TOKENS, Layout, Reader, Window  # noqa: E402
from qa.records import Article  # noqa: E402
from tests.answering.windows import window_of  # noqa: E402


def labelled(read, right=None):
    """Only the sentence of that number answers."""
    return Labelled(read, tuple(number == right for number in range(len(read.sentences))))


RAIN = "Rain is expected on Friday, with winds of up to 60 km/h at sea."
WRONG = [
    labelled(window_of("Tram", "The vote was close.", "It was 27 to 18.", "No one abstained.")),
    labelled(window_of("", "", RAIN)),
    labelled(window_of("東京都", "", "🎉")),
]
LED = "Mayor Ida Holm led the council until May."
ALL = Drawing(share=1, among=3, wrong=3)
POOLS = [
    Pool(
        "Who led the council when the tram line was approved?",
        ["'Ida Holm'."],  # as SQuAD has it, now and then: with marks that the sentence lacks
        labelled(window_of("Tram", "", "The line was approved in March.", LED), right=1),
        WRONG,
        ALL,
    ),
    Pool("How many boats sank?", [], None, WRONG, ALL),
]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """More wait for each other where other tests run beside these."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def tokenizer(embedder):
    return embedder.encoder.tokenizer


def groups(tokenizer):
    return [group_of(example, tokenizer) for example in draw(POOLS, random.Random(0))]


def loss(reader, tokenizer):
    batch = groups(tokenizer)
    with torch.no_grad():
        judged = reader.eval()([row for group in batch for row in group.rows])
        return losses_of(judged, batch)


def judgements(reader, question, windows, tokenizer):
    """What the reader in PyTorch says, as `Reader.read` says it."""
    rows = [Layout.of(question, window, tokenizer) for window in windows]
    with torch.no_grad():
        judged = reader.eval()(rows)
    found, answers = [], iter(judged.answers.tolist())
    for row, first in zip(rows, judged.first.tolist(), strict=True):
        scores = judged.spans[first : first + row.length].numpy()
        for start, end in row.sentences:
            spans = (
                scores[i, 0] + scores[j, 1]
                for i in range(start, end)
                for j in range(i, min(i + SPAN_TOKENS, end))
            )
            own = next(answers), max(spans, default=np.nan) - scores[0].sum()
            found.append(own if end > start else (np.nan, np.nan))
    return np.asarray(found)


def test_it_learns_and_the_product_reads_what_it_wrote(embedder, tokenizer):
    torch.manual_seed(0)
    reader = TorchReader()
    before = loss(reader, tokenizer)
    training = Training(reader, rate=1e-3)
    for _ in range(10):
        [batch] = batches(groups(tokenizer), random.Random(0))
        training.step(batch, done=0.4)
    training.meet()
    reader.load_state_dict(training.mean)
    after = loss(reader, tokenizer)
    assert (after < before).all(), (before, after)
    assert training.report().startswith("answers ")

    windows = [passage.window for passage in (POOLS[0].right, *WRONG)]
    windows.append(window_of("", "", *[RAIN] * 30))  # more than is read
    read = Reader(embedder.encoder, reader.file()).read(POOLS[0].question, windows)
    expected = judgements(reader, POOLS[0].question, windows, tokenizer)
    assert np.isnan(expected[-1]).all()
    np.testing.assert_allclose(np.concatenate(read), expected, atol=0.05)


def test_an_answer_is_found_without_the_marks_around_it(tokenizer):
    [answered, unanswered] = groups(tokenizer)
    assert answered.right == [0, 1, 0, 0, 0, 0]
    first, last = answered.spans[0]
    row = answered.rows[0]
    assert tokenizer.decode([*row.asked, *row.read][first : last + 1]) == "ida holm"
    assert unanswered.spans == [(0, 0)] * 3


def test_what_is_not_known_or_not_read_is_no_part_of_the_loss(tokenizer):
    [example, _] = draw(POOLS, random.Random(0))
    right, *others = example.passages
    unsure = right._replace(right=(None, True))
    group = group_of(example._replace(passages=[unsure, *others]), tokenizer)
    assert group.right[:2] == [-1, 1]
    torch.manual_seed(0)
    reader = TorchReader().eval()
    with torch.no_grad():
        judged = reader(group.rows)
        expected = losses_of(judged, [group])
        of_unsure = judged.sentence == 0
        judged.answers[0] += 5
        judged.spans[of_unsure] += 5
        assert torch.equal(losses_of(judged, [group]), expected)

    long = labelled(window_of("", "", *[RAIN] * 30), right=29)
    cut = group_of(example._replace(passages=[long], answers=["Friday"]), tokenizer)
    assert set(cut.right) == {0, -1}
    assert cut.spans == [(0, 0)]


def test_what_is_kept_on_the_way_or_written_can_be_gone_on_from(tmp_path, tokenizer):
    reader, kept = TorchReader(), tmp_path / "kept.safetensors"
    train(reader, POOLS, tokenizer, minutes=1e-9, keep=kept)
    other = TorchReader()
    other.start_from(kept.read_bytes())
    assert_alike(reader, other, atol=0)
    other = TorchReader()
    other.start_from(reader.file())
    assert_alike(reader, other, atol=1e-3)


def test_processes_train_together(tmp_path, tokenizer):
    kept = tmp_path / "kept.safetensors"
    torch.manual_seed(0)
    alone = TorchReader()
    train(alone, POOLS, tokenizer, minutes=1e-9)
    torch.manual_seed(0)
    reader = TorchReader()
    together(2, partial(train, reader, POOLS, tokenizer, minutes=1e-9, keep=kept))
    other = TorchReader()
    other.start_from(kept.read_bytes())
    assert_alike(reader, other, atol=0)
    ours, theirs = reader.state_dict(), alone.state_dict()
    assert not all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_between_two_readers():
    one, other = (TorchReader().state_dict() for _ in range(2))
    found = train_reader.between(one, other, 0.25)
    for name, values in found.items():
        torch.testing.assert_close(values, 0.75 * one[name] + 0.25 * other[name])


def assert_alike(reader, other, atol):
    ours, theirs = reader.state_dict(), other.state_dict()
    assert ours.keys() == theirs.keys()
    for name, values in theirs.items():
        torch.testing.assert_close(ours[name], values, atol=atol, rtol=0)


@pytest.mark.parametrize("option", ["--lee", "--start", "--keep"])
def test_a_file_that_is_missing_is_said_before_anything_is_read(
    option, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "argv", ["train_reader", option, str(tmp_path / "none" / "here")])
    with pytest.raises(SystemExit):
        train_reader.main()
    assert "there is no " in capsys.readouterr().err


def test_a_sentence_is_right_only_where_its_question_was_asked(embedder):
    texts = {
        "asked": "The ferry hit the pier on Monday. Mayor Ida Holm led the council until May.",
        "copy": "Mayor Ida Holm led the council until May, wrote the paper.",
        "other": "The council met in May. A tram passed the council house.",
    }
    articles = [Article(i, "", text, source=i) for i, text in texts.items()]
    question = "Who led the council until May?"
    cache = EmbeddingCache(embedder)
    cache.add([*indexed_texts(articles), question])
    archive = MemoryArchive(articles, cache)

    def pools(answers, kind, source):
        asked = ask(archive, cache, question, answers, kind, 0, source)
        return list(reader_data._pools([asked], SQUAD))

    [answered, left_out] = pools(["Ida Holm"], "answerable", "asked")
    places = [(0, 33), (34, 75)]
    assert answered.right == Labelled(Window("", "", texts["asked"], places), (False, True))
    assert left_out.right is None
    assert left_out.drawing == SQUAD["left-out"]
    for pool in (answered, left_out):
        assert pool.wrong
        for read, right in pool.wrong:
            assert right == tuple(
                None if "Ida Holm" in read.text[a:b] else False for a, b in read.sentences
            )
    assert len(pools(["Ida Holm"], "answerable", None)) == 1
    [near] = pools([], "near-miss", "asked")
    assert any("Ida Holm" in passage.window.text for passage in near.wrong)
    assert {label for passage in near.wrong for label in passage.right} == {False}
    assert len(pools(["nobody"], "answerable", "asked")) == 1  # only where it is left out

    drawn = [e for seed in range(200) for e in draw([answered], random.Random(seed))]
    drawn = [e for e in drawn if e.question == question]  # not asked of another month
    assert 60 < len(drawn) < 140  # half of the time
    assert all(e.passages[0] == answered.right and len(e.passages) == 2 for e in drawn)


def test_of_a_long_passage_only_what_is_read_is_labelled(embedder, tokenizer):
    clauses = "; ".join(f"item {n} of the agenda was left for the next meeting" for n in range(16))
    text = f"The council met and heard that {clauses}. Mayor Ida Holm led it until May."
    question = "Who led the council until May?"
    articles = [Article("long", "", text, source="long")]
    cache = EmbeddingCache(embedder)
    cache.add([*indexed_texts(articles), question])
    asked = ask(MemoryArchive(articles, cache), cache, question, ["Ida Holm"], "answerable", 0)
    [pool] = reader_data._pools([asked], OWN)
    read, right = pool.right
    assert not read.text.startswith("The council met")
    assert len(right) == len(read.sentences)
    assert right[-1] is True
    example = next(draw([pool], random.Random(0)))
    assert 1 in group_of(example, tokenizer).right


def test_what_is_held_out_is_never_trained_on(shared_dir, monkeypatch, tmp_path):
    asked, indexed = set(), set()

    def recorded(archive, cache, text, answers, kind, group, source=None):
        asked.add((group, text))
        indexed.update(archive.ids)
        return question_sets.Asked(archive, None, None, [], list(answers), kind, group, source)

    def archive(articles, *_):
        return SimpleNamespace(ids=[article.id for article in articles])

    for module in (question_sets, reader_data):
        monkeypatch.setattr(module, "MemoryArchive", archive)
        monkeypatch.setattr(module, "ask", recorded)
    monkeypatch.setattr(question_sets, "indexed_texts", lambda *_: [])
    monkeypatch.setattr(question_sets, "read_bytes", lambda *_: SimpleNamespace(articles=[]))
    monkeypatch.setattr(lee_corpus, "reports", lambda _: [""] * 343)
    cache = SimpleNamespace(add=lambda _: None)
    assert list(to_train_on(cache, tmp_path)) == []  # nothing was found: it was asked only

    pages = json.loads((QUESTIONS / "news_archives.json").read_text(encoding="utf-8"))
    unseen = [page for number in range(12, 20) for page in pages[number]]
    unseen += [f"lee{i}" for number, own in enumerate(archives()) if number % 3 == 0 for i in own]
    held_out = re.compile("Z[A-D]-0[48]-")
    ours = [article["id"] for row in load("written.jsonl") for article in row["articles"]]
    unseen += [own for own in ours if held_out.match(own)]
    assert indexed >= {own for own in ours if not held_out.match(own)}
    assert indexed.isdisjoint(unseen)
    assert indexed >= {page for number in range(20, 48) for page in pages[number]}

    third = set(range(2, 12, 3))
    kept = {"news_a": third, "news_b": third, "news_c": set(range(12, 20)), "news_d": set()}
    kept |= {f"news_{letter}": set() for letter in "efg"} | {"lee": set(range(0, 58, 3))}
    for name, numbers in kept.items():
        for row in load(f"{name}.jsonl"):
            number = row["archive"]
            assert ((number, row["question"]) in asked) is (number not in numbers), row
    squad = reader_data.WholeSquad(cache)
    assert (len(squad.titles_asked), len(squad.held_out)) == (16, 5)
    for query in squad._queries:
        title = squad._title_of(query)
        assert ((title, query["text"]) in asked) is (title not in squad.held_out)
    texts = {text for _, text in asked}
    assert all(row["question"] in texts for row in load("squad_own.jsonl"))
    for name in ("news_c", "seed_dev", "seed_heldout", "sample_corpus"):
        # "How many moons does Saturn have?" is asked of many archives, none of which says.
        assert not any(r["question"] in texts for r in load(f"{name}.jsonl") if r["answerable"])


def test_every_kind_of_question_has_its_drawing():
    names = ["squad_own", "lee", *(f"news_{letter}" for letter in "abdefg")]
    rows = [row for name in names for row in load(f"{name}.jsonl")]
    rows += [row for archive in load("written.jsonl") for row in archive["questions"]]
    kinds = {row.get("kind", "answerable") for row in rows}
    assert kinds | {"left-out"} == OWN.keys()


@pytest.mark.parametrize(
    ("question", "others", "able"),
    [
        ("What did Ida Holm lead?", ["When did Per Lund resign?"], {"Per Lund"}),
        ("What did Ida Holm lead?", ["Why is Ida cross?", "Who sank?"], None),  # the window has it
        ("What did Per Lund lead?", ["When did Ida Holm resign?"], None),  # not of the window
        ("Who resigned with 27 votes?", ["Are 18 enough?", "In 1999?"], {"18"}),
        ("Who was mayor in 2019?", [], {"2009", "2016", "2017", "2018", "2020", "2021", "2029"}),
        ("Who led until May?", [], set(calendar.month_name) - {"", "May"}),
        ("Who led whom?", ["When did Per Lund resign?"], None),
    ],
)
def test_a_question_is_asked_of_another_than_its_answer_is_about(question, others, able):
    read = window_of(
        "Tram", "In 2019 it was 27.", "It was long ago.", f"{LED[:18]} until May, not 2022."
    )
    asked = {exchanged(question, read, others, random.Random(seed)) for seed in range(300)}
    if able is None:
        assert asked == {None}
    else:
        [name] = [n for n in ("Ida Holm", "27", "2019", "May") if n in question]
        assert asked == {question.replace(name, other) for other in able}


def test_questions_asked_of_another_are_drawn_as_unanswered(monkeypatch):
    monkeypatch.setattr(reader_data, "EXCHANGED", 1.0)
    other = POOLS[1]._replace(question="When did Per Lund resign?")
    named = POOLS[0]._replace(question="Which council did Ida Holm lead?")
    drawn = list(draw([named, other], random.Random(0)))
    [exchange] = [example for example in drawn if "Lund lead" in example.question]
    assert exchange.question == "Which council did Per Lund lead?"
    assert exchange.passages == [labelled(named.right.window)]
    assert exchange.answers == []

from __future__ import annotations

import json

import numpy as np
import pytest

from qa.cli import main
from qa.errors import InputError
from qa.evaluation import own, tuning
from qa.evaluation.evaluator import Options, evaluate_own
from qa.evaluation.figures import Reliability
from qa.evaluation.searching import Judged
from qa.settings import Settings

TOPICS = {
    "ferry": "The ferry Wren hit the pier at Kell on Friday and fourteen passengers were hurt.",
    "bridge": "The bridge at Brannok was opened by Mayor Odell after three years of work.",
    "comet": "The comet was first seen by Ida Lund from the observatory on Mount Hale.",
    "bakery": "The bakery on Mill Street sells plum cake that Berta Voss bakes at night.",
    "railway": "The railway to Sund is closed until August because the tunnel is wet.",
    "orchard": "The orchard lost half of its apples to the frost in April, says Piet Mulder.",
}
QUESTIONS = {
    "ferry": "How many passengers were hurt on the ferry?",
    "bridge": "Who opened the bridge at Brannok?",
    "comet": "Who saw the comet first?",
    "bakery": "Who bakes the plum cake?",
    "railway": "Why is the railway to Sund closed?",
    "orchard": "What did the orchard lose to the frost?",
}


@pytest.fixture
def archive(tmp_path, make_archive, write_corpus):
    rows = [
        {"title": name.title(), "text": text, "publisher": f"{name.title()} Post",
         "published": f"2025-01-0{n}T00:00:00Z"}
        for n, (name, text) in enumerate(TOPICS.items(), 1)
    ]  # fmt: skip
    made = make_archive(tmp_path / "index")
    made.sync(write_corpus({"a.jsonl": rows}))
    yield made
    made.close()


def run(archive, *words):
    return main([*words, "--index", str(archive.index)])


def judge_all(archive):
    ids = {article.title.lower(): article.id for article in archive.articles()}
    for name, question in QUESTIONS.items():
        assert run(archive, "judge", question, "--relevant", ids[name]) == 0
    for question in ("Who wrote the opera?", "When does the election begin?"):
        assert run(archive, "judge", question, "--irrelevant", ids["comet"]) == 0
    return ids


def test_quotes_are_judged_at_the_terminal(archive, monkeypatch, capsys):
    replies = iter(["y", "", "maybe", "n", "q"])
    monkeypatch.setattr("builtins.input", lambda _: next(replies))
    assert run(archive, "judge", QUESTIONS["ferry"]) == 0
    out = capsys.readouterr().out
    assert "Ferry Post" in out
    assert "“The ferry Wren hit the pier" in out
    assert "judged: 2, of which 1 answer" in out
    assert f"to measure by them: qa eval --judgements --index {archive.index}" in out
    first, second = archive.judgements().judgements
    assert (first.question, first.relevant) == (QUESTIONS["ferry"], True)
    assert first.quote == archive.article(first.article).text[first.start : first.end]
    assert second.relevant is False
    assert second.article != first.article


def test_a_question_that_cannot_be_asked_ends_no_sitting(archive, monkeypatch, capsys):
    monkeypatch.setattr("builtins.input", lambda _: next(replies))
    replies = iter(["x publisher:Nobody", QUESTIONS["comet"], "y", "q", ""])
    assert run(archive, "judge") == 0
    printed = capsys.readouterr()
    assert printed.err.startswith("qa: the archive has no publisher 'Nobody'")
    assert "judged: 1, of which 1 answer" in printed.out
    assert run(archive, "judge", "x publisher:Nobody") == 1


def test_judgements_outlast_a_publisher(archive, capsys):
    ids = judge_all(archive)
    gone, quoted = {"publisher": "Gone Gazette"}, {"publisher": '"Ferry" Post'}
    archive.judge("Who sank?", ids["ferry"], 0, 9, True, filters=gone)
    archive.judge("Who was hurt?", ids["ferry"], 0, 9, True, filters=quoted)
    capsys.readouterr()
    for command in (["eval", "--judgements", "--arms", "hybrid"], ["tune", "--folds", "2"]):
        assert run(archive, *command) == 0
        printed = capsys.readouterr()
        assert "questions that cannot be asked, left out: 1; the first: the arc" in printed.err
        assert "7 questions" in printed.out


def test_verdicts_follow_their_articles(archive, write_corpus, capsys):
    """Put in before them, another article has their id; left out, nobody can find them."""
    judge_all(archive)
    rows = (archive.index.parent / "corpus" / "a.jsonl").read_text().splitlines(keepends=True)
    new = json.dumps({"title": "Harbour", "text": "The harbour got a new crane in spring."}) + "\n"
    archive.sync(write_corpus({"a.jsonl": "".join([new, *rows])}))
    report = evaluate_own(archive, Options(arms=("hybrid",)))
    assert report.arms["hybrid"]["hit@1"] == 1.0
    assert report.warnings == []
    changed = [row.replace("fourteen passengers", "fifteen people") for row in rows]
    archive.sync(write_corpus({"a.jsonl": "".join(changed)}))
    assert evaluate_own(archive, Options(arms=("hybrid",))).arms["hybrid"]["hit@1"] == 1.0
    archive.sync(write_corpus({"a.jsonl": "".join(rows[:3])}))
    report = evaluate_own(archive, Options(arms=("hybrid",)))
    assert report.asked == {"answerable": 3, "unanswerable": 2}
    assert report.arms["hybrid"]["hit@1"] == 1.0
    assert report.refusal["false_refusals"] == 0
    assert report.warnings == [
        "judgements of quotes that are no longer there, left out: 3",
        "questions that only such quotes answer, not asked: 3",
    ]


def test_articles_that_are_added_meanwhile_stop_nothing(archive, make_archive, write_corpus):
    judge_all(archive)
    new = "Ferry inquiry\n\nThe ferry, the comet, the plum cake and the frost were spoken of.\n"
    for stage in ("hybrid", "search"):
        corpus = write_corpus({"new.txt": None} if stage == "search" else {})
        archive.sync(corpus)

        def add(progress, stage=stage):
            if (progress.stage, progress.done) == (stage, 1):
                other = make_archive(archive.index)
                other.sync(write_corpus({"new.txt": new}))
                other.close()

        if stage == "hybrid":
            report = evaluate_own(archive, Options(arms=("hybrid",)), on_progress=add)
            assert report.queries == 6
        else:
            dataset, indexed = own.collection(archive)
            embedder = archive.retriever.embedder
            tuned = tuning.tune(dataset, indexed, Settings(), embedder, folds=2, on_progress=add)
            assert tuned[0].questions == 6


def test_what_was_judged_has_its_own_questions_to_refuse(archive, capsys):
    judge_all(archive)
    capsys.readouterr()
    assert run(archive, "eval", "--judgements", "--leave-out", "2") == 1
    assert "--leave-out is for datasets" in capsys.readouterr().err
    assert run(archive, "eval", "--judgements", "--arms", "lexical") == 0
    assert "published by each question's day" not in " ".join(capsys.readouterr().out.split())


def test_several_questions_until_an_empty_line(archive, monkeypatch, capsys):
    replies = iter([QUESTIONS["comet"], "n", "q", "Who wrote the opera?", "q", ""])
    monkeypatch.setattr("builtins.input", lambda _: next(replies))
    assert run(archive, "judge") == 0
    assert "Not in this archive" in capsys.readouterr().out
    assert [j.question for j in archive.judgements().judgements] == [QUESTIONS["comet"]]

    def closed(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", closed)
    assert run(archive, "judge") == 0
    assert "judged: 0" in capsys.readouterr().out


def test_an_article_is_judged_by_name(archive, capsys):
    ids = {article.title: article.id for article in archive.articles()}
    words = ["judge", QUESTIONS["ferry"], "--relevant", ids["Ferry"]]
    assert run(archive, *words, "--irrelevant", ids["Comet"], "--as-of", "2025-01-03") == 0
    assert "answers: Ferry" in capsys.readouterr().out
    [relevant, other] = archive.judgements().judgements
    assert relevant.filters == {"as_of": "2025-01-03"}
    assert (other.article, other.relevant) == (ids["Comet"], False)
    # One that is not there: nothing is kept, not even the other.
    words = ["judge", "Who?", "--relevant", ids["Ferry"], "--relevant", "nothing"]
    assert run(archive, *words) == 1
    assert len(archive.judgements().judgements) == 2
    assert run(archive, "judge", "--relevant", ids["Ferry"]) == 1
    assert "name the question" in capsys.readouterr().err


def test_an_article_is_not_judged_both_ways_at_once(archive, capsys):
    article = archive.articles()[0].id
    judge = ["judge", "What hit the pier?", "--index", str(archive.index)]
    assert main([*judge, "--relevant", article, "--irrelevant", article[:8]]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"qa: {article} cannot both answer the question and not")
    assert told.count("\n") == 1
    assert archive.judgements().judgements == ()


def test_what_was_judged_is_measured(archive, capsys):
    with pytest.raises(InputError, match="run: qa judge"):
        evaluate_own(archive)
    ids = judge_all(archive)
    archive.judge("Who saw the comet first?", ids["ferry"], 0, 5, False)
    filters = {"publisher": "Ferry Post", "as_of": "2025-01-05"}
    archive.judge("Who was hurt?", ids["ferry"], 0, 5, True, filters=filters)
    dataset, indexed = own.collection(archive)
    assert [q.text for q in dataset.queries][-1] == 'Who was hurt? publisher:"Ferry Post"'
    assert dataset.queries[-1].as_of == "2025-01-05"
    assert dataset.relevant["Who saw the comet first?"] == {ids["comet"]: 1, ids["ferry"]: 0}
    assert len(dataset.unanswerable) == 2
    assert indexed.passages == 6
    capsys.readouterr()
    assert run(archive, "eval", "--judgements", "--json", "--arms", "hybrid") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["queries"] == 7
    assert report["documents"] == 6
    assert report["arms"]["hybrid"]["hit@1"] == 1.0
    assert report["refusal"]["recall"] == 1.0
    assert 0 <= report["reliability"]["expected_calibration_error"] <= 1
    assert sum(count for _, _, count in report["reliability"]["bins"]) == 9
    settings = archive.index.parent / "qa.toml"
    settings.write_text(f"index = '{archive.index}'\n", encoding="utf-8")
    named = ["eval", "--judgements", "--json", "--arms", "lexical", "--settings", str(settings)]
    assert main(named) == 0  # as the other commands find it
    assert json.loads(capsys.readouterr().out)["queries"] == 7
    assert main(["eval"]) == 1
    assert "--judgements" in capsys.readouterr().err
    assert run(archive, "eval", "--judgements", str(archive.index)) == 1


def test_settings_are_tuned_and_written_only_where_better(archive, tmp_path, capsys, monkeypatch):
    judge_all(archive)
    capsys.readouterr()
    monkeypatch.chdir(tmp_path)
    assert run(archive, "tune", "--folds", "2", "--json", "--write") == 0
    told = capsys.readouterr()
    ranking, refusal = json.loads(told.out)
    assert (ranking["measure"], ranking["questions"]) == ("ndcg@10", 6)
    assert ranking["before"] == 1.0  # nothing to gain: it stays
    assert ranking["chosen"] == ranking["current"] == {"dense_weight": 0.5, "late_weight": 0.45}
    assert not ranking["significant"]
    assert refusal["measure"] == "balanced_accuracy"
    assert "the settings stay" in told.err
    assert not (tmp_path / "qa.toml").exists()
    assert run(archive, "tune", "--folds", "2") == 0
    assert "not significant" in capsys.readouterr().out
    assert run(archive, "tune", "--folds", "7") == 1
    assert "cannot be divided into 7 folds" in capsys.readouterr().err
    assert run(archive, "tune", "--folds", "1") == 1
    assert "into 1 fold; give another --folds of at least 2" in capsys.readouterr().err


def test_tuning_ranks_as_the_product_does(archive, embedder):
    """At each point of the grid, from searches that are done only once."""
    judge_all(archive)
    dataset, indexed = own.collection(archive)
    query = dataset.queries[0]
    found = tuning._find(archive, query)
    asked = tuning._Remembered(archive, found)
    for settings in (Settings(), Settings(dense_weight=0.7, late_weight=0.2, rerank_depth=3)):
        other = type(archive)(archive.index, settings)
        other.retriever.embedder = embedder
        expected = [hit.article.id for hit in other.search(query.text, 100)]
        assert asked.documents(settings, indexed) == expected
        other.close()


def test_with_a_reranker_the_weights_are_those_beside_it(archive, embedder, monkeypatch):
    class Shortest:
        def scores(self, _, texts):
            return np.asarray([-len(text) for text in texts], dtype=np.float32)

    monkeypatch.setattr("qa.retriever.load_reranker", lambda _: Shortest())
    judge_all(archive)
    settings = Settings(reranker="shortest")
    other = type(archive)(archive.index, settings)
    other.retriever.embedder = embedder
    dataset, indexed = own.collection(other)
    query = dataset.queries[0]
    expected = [hit.article.id for hit in other.search(query.text, 100)]
    assert expected != [hit.article.id for hit in archive.search(query.text, 100)]
    asked = tuning._Remembered(other, tuning._find(other, query))
    assert asked.documents(settings, indexed) == expected
    measured = evaluate_own(other, Options(arms=("hybrid",))).arms["hybrid"]["ndcg@10"]
    ranking, _ = tuning.tune(dataset, indexed, settings, embedder, folds=2)
    assert ranking.before == pytest.approx(measured, abs=1e-5)
    assert ranking.current == {"dense_weight": 0.5}
    other.close()


def test_a_datasets_index_lies_where_it_is_named(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command = ["tune", str(tiny), "--split", "test", "--folds", "2", "--index", "own"]
    assert main([*command, "--limit", "-1"]) == 1
    assert "limit must be at least 1, not -1" in capsys.readouterr().err
    assert main(command) == 0
    assert (tmp_path / "own" / "index" / "CURRENT").exists()
    assert not (tmp_path / "index").exists()


def test_a_choice_is_judged_on_questions_that_took_no_part():
    rng = np.random.default_rng(0)
    noise = rng.random((9, 200)) * 0.2
    grid = [{"x": float(n)} for n in range(9)]
    chance = tuning._choose("ndcg@10", grid, 0, noise, 5)
    assert not chance.significant
    better = noise.copy()
    better[4] += 0.3
    real = tuning._choose("ndcg@10", grid, 0, better, 5)
    assert real.significant
    assert real.chosen == {"x": 4.0}
    assert real.after - real.before == pytest.approx(0.3, abs=0.05)
    assert real.interval[0] < real.after - real.before < real.interval[1]


def test_a_settings_file_keeps_what_else_it_holds(tmp_path, monkeypatch):
    file = tmp_path / "qa.toml"
    file.write_text('fusion = "convex"  # as ever\ndense_weight = 0.5  # by hand\n')
    Settings().written_to(file, {"dense_weight": 0.7, "answer_threshold": 0.4})
    assert file.read_text() == (
        'fusion = "convex"  # as ever\ndense_weight = 0.7  # by hand\nanswer_threshold = 0.4\n'
    )
    assert Settings.load(file).answer_threshold == 0.4
    with pytest.raises(InputError, match="dense_weight must be"):
        Settings().written_to(file, {"dense_weight": 7.0})
    with pytest.raises(InputError, match="cannot write"):
        Settings().written_to(tmp_path, {"dense_weight": 0.7})
    before = file.read_text()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(InputError, match="No space left"):
        Settings().written_to(file, {"dense_weight": 0.9})
    assert [each.read_text() for each in tmp_path.iterdir()] == [before]


def test_the_threshold_is_a_setting(archive, make_archive):
    asked = QUESTIONS["ferry"]
    assert archive.ask(asked).answered
    strict = make_archive(archive.index, Settings(answer_threshold=1.0))
    assert not strict.ask(asked).answered
    strict.close()
    mild = make_archive(archive.index, Settings(answer_threshold=0.0))
    assert mild.ask("Who wrote the opera?").answered
    mild.close()


def test_reliability():
    def judged(*values):
        return [Judged(True, value, (), ()) for value in values]

    found = Reliability.of(judged(0.9, 0.9, 0.9, 0.35), judged(0.9, 0.3))
    assert [count for _, _, count in found.bins] == [2, 4]
    assert found.bins[0] == pytest.approx((0.325, 0.5, 2))
    assert found.bins[1] == pytest.approx((0.9, 0.75, 4))
    assert found.error == pytest.approx((2 * 0.175 + 4 * 0.15) / 6)
    assert Reliability.of(judged(1.0), judged(0.0)).error == 0

"""Judgements: appended by several at once, the last one stands, a broken line stops nothing."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from qa import judgements
from qa.errors import ArticleNotFoundError, IndexWriteError, InputError
from qa.judgements import Judgement

FIRST = Judgement("Who won?", "aa", 3, 9, "“Zoë”\nwon", True, filters={"publisher": "AP"})


def test_what_is_kept_is_read(tmp_path):
    assert judgements.read(tmp_path) == judgements.Judged((), ())
    other = replace(FIRST, start=4, relevant=False)
    judgements.append(tmp_path, [FIRST, other])
    read = judgements.read(tmp_path).judgements
    assert [replace(j, at=FIRST.at) for j in read] == [FIRST, replace(other, at=FIRST.at)]
    lines = (tmp_path / judgements.FILE).read_text(encoding="utf-8").splitlines()
    assert set(json.loads(lines[0])) == {
        "question", "article", "start", "end", "quote", "relevant", "at", "filters",
    }  # fmt: skip


def test_the_last_verdict_stands_and_can_be_taken_back(tmp_path):
    for relevant in (True, None, True, False):
        judgements.append(tmp_path, [replace(FIRST, relevant=relevant)])
    assert [j.relevant for j in judgements.read(tmp_path).judgements] == [False]
    judgements.append(tmp_path, [replace(FIRST, relevant=None)])
    assert judgements.read(tmp_path).judgements == ()


def test_broken_lines_are_told_and_stop_nothing(tmp_path):
    path = tmp_path / judgements.FILE
    broken = ["{", "[]", '{"question": 1}', json.dumps({"question": "x"}), "\udcff"]
    path.write_bytes("\n".join(broken).encode(errors="surrogateescape"))
    judgements.append(tmp_path, [FIRST])  # after a line that was cut off
    read = judgements.read(tmp_path)
    assert len(read.judgements) == 1
    assert [problem.line for problem in read.problems] == [1, 2, 3, 4, 5]


def test_several_may_judge_at_once(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: judgements.append(tmp_path, [replace(FIRST, start=n)]), range(64)))
    assert {j.start for j in judgements.read(tmp_path).judgements} == set(range(64))


def test_a_disk_that_refuses_is_one_line(tmp_path, monkeypatch):
    judgements.append(tmp_path, [FIRST])
    before = (tmp_path / judgements.FILE).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(IndexWriteError, match="No space left on device"):
        judgements.append(tmp_path, [FIRST])
    assert (tmp_path / judgements.FILE).read_bytes() == before


def test_an_archive_judges_only_what_it_holds(archive):
    question = "How many homes lost power in Storm Brannoc?"
    cited = archive.ask(question).citations[0]
    place = (question, cited.article.id, cited.start, cited.end)
    kept = archive.judge(*place, True, filters={"after": "2024-01-01"})
    assert kept.quote == cited.quote
    assert archive.judgements().judgements[-1].filters == {"after": "2024-01-01"}
    archive.judge(*place, True, filters={"after": date(2024, 1, 1)})
    assert archive.judgements().judgements[-1].filters == {"after": "2024-01-01"}
    archive.judge(*place, None)
    assert archive.judgements().judgements == ()
    with pytest.raises(ArticleNotFoundError):
        archive.judge(question, "ffff", 0, 1, True)
    for start, end in ((0, 0), (-1, 4), (5, 10**9)):
        with pytest.raises(InputError, match="no place in"):
            archive.judge(question, cited.article.id, start, end, True)
    assert Path(archive.index / judgements.FILE).exists()


@pytest.mark.parametrize("verdict", [1, "yes", np.bool_(True)])
def test_a_verdict_that_could_not_be_read_again_is_not_kept(archive, verdict):
    article = archive.articles()[0]
    with pytest.raises(InputError, match="relevant must be True, False or None"):
        archive.judge("What happened?", article.id, 0, 9, verdict)

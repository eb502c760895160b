"""Fit what the reader's judgements count for, where it was not trained; say what they add.

    python -m benchmarks.fit_reader --lee lee            # figures, without and with a reader
    python -m benchmarks.fit_reader --lee lee --write    # and the "read" part of weights.json

Five-fold cross-validation over titles and archives that took no part in training the reader
(`benchmarks.reader_data`): a third of SQuAD's titles and of the Lee corpus's archives (for `--lee`
see `benchmarks.lee_corpus`), news archives, eight of our own writing, and the seed page's
development questions. Its held-out questions take no part in any choice.

Two more linear models: what a judgement adds to a sentence's score (a conditional logit over the
sentences that were read), and whether the archive answers (a logistic regression over the log odds
that `benchmarks.fit_answering` gives it, and the reader's judgements).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.fit_answering import WEIGHTS, calibration_error
from benchmarks.lee_corpus import archives, lee
from benchmarks.memory_archive import EmbeddingCache, holds
from benchmarks.question_sets import (
    Array,
    Asked,
    ask_rows,
    load,
    of_another_time,
    renamed,
    seed_page,
)
from benchmarks.reader_data import LEE_HELD_OUT, WRITTEN_HELD_OUT, held_out_sets
from benchmarks.written_archives import NAME, written
from qa.answering import model
from qa.answering.features import (
    READ_EVIDENCE,
    READ_FEATURES,
    Candidate,
    question_features,
)
from qa.answering.model import Linear
from qa.answering.quotes import select
from qa.answering.reader import Reader
from qa.answering.rereading import Reading, judge, read_of, reordered
from qa.embedding.packaged import PackagedEmbedder
from qa.protocols import Floats

FOLDS: Final = 5
SHARES: Final = {"SQuAD": 0.5, "Lee corpus": 0.5}
"""How much a question counts, where not 1: there are more of these."""
NEAR_MISS_SHARE: Final = 0.7
OFF_TOPIC_SHARE: Final = 3.0
"""There are few, and an answer to one is the least forgivable."""
OTHER_TIME_SHARE: Final = 2.0
"""There are few, as are answerable ones that name a time: at 1, four of 67 fewer are refused."""
RENAMED: Final = 25
MADE: Final = ("renamed", "another time")
"""Kinds of questions that nobody asked."""
RIDGE: Final = 1e-2
STRENGTH: Final = 0.1
"""Inverse of the logistic regression's ridge."""
WRONGLY_REFUSED: Final = 0.035
"""The threshold refuses this share of the answerable questions on news and on the seed page, each
judged by weights that were fitted without its archive: there the others, which are asked in harder
words, are refused once in twenty times (Lee .050, our own writing .048, SQuAD .062)."""
LIMIT: Final = 3.0
JUDGED_BY: Final = ("news", "seed page")


class Row(NamedTuple):
    """A question with what the linear models and the reader say of it.

    Attributes:
        asked: The question.
        name: Its origin.
        fold: Its fold; -1 is no part of any choice.
        ranked: Its candidates, best first by the linear model.
        scores: float32 (candidates,), theirs.
        read: float32 (candidates, 2), the reader's judgements; NaN where it did not read.
        log_odds: Of the archive's holding the answer, without reading.
    """

    asked: Asked
    name: str
    fold: int
    ranked: list[Candidate]
    scores: Floats
    read: Floats
    log_odds: float

    def quoted(self, reading: Linear) -> tuple[bool, bool]:
        """Whether the first quote, and one of three, holds the answer."""
        after = self._after(reading)
        quotes = select(after.ranked, after.scores)
        texts = [quote.article.text[quote.start : quote.end] for quote in quotes]
        right = [holds(text, self.asked.answers) for text in texts]
        return right[0], any(right)

    def features(self, reading: Linear) -> Array:
        """float64 (len(READ_EVIDENCE),)."""
        after = self._after(reading)
        return np.asarray([self.log_odds, *after.evidence], dtype=np.float64)

    def _after(self, reading: Linear) -> Reading:
        return reordered(self.asked.question.text, self.ranked, self.scores, self.read, reading)

    @property
    def share(self) -> float:
        """How much it counts in fitting."""
        of_kind = {
            "near-miss": NEAR_MISS_SHARE,
            "off-topic": OFF_TOPIC_SHARE,
            "another time": OTHER_TIME_SHARE,
        }
        return SHARES.get(self.name, 1.0) * of_kind.get(self.asked.kind, 1.0)


def main() -> None:
    """Fit, report, and write if told to."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    options.add_argument(
        "--reader", type=Path, help="another file of weights than the one that ships"
    )
    options.add_argument("--lee", type=Path, help="folder with lee_background.cor and lee.cor")
    given = options.parse_args()
    rows = _rows(given.reader, given.lee)
    folds = [[row for row in rows if row.fold == fold] for fold in range(FOLDS)]
    judged: list[tuple[Row, tuple[bool, bool], float]] = []
    for fold in folds:
        fitted = fit([row for other in folds if other is not fold for row in other])
        judged += _judged(fold, *fitted)
    own = [odds for row, _, odds in judged if row.asked.answers and row.name in JUDGED_BY]
    threshold = round(float(_confidence(np.quantile(own, WRONGLY_REFUSED))), 3)
    reading, verdict = fit([row for fold in folds for row in fold])
    judged += _judged([row for row in rows if row.fold < 0], reading, verdict)
    results = {n: _results(n, judged, threshold) for n in dict.fromkeys(r.name for r in rows)}
    print(json.dumps(results, indent=1))
    print(f"threshold {threshold}, reading {reading.weights}")
    if given.write:
        document = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        document["read"] = {
            "about": "where sentences are read; written by benchmarks/fit_reader.py",
            "measured": results,
            "threshold": threshold,
            "sentence": _part(reading, READ_FEATURES),
            "question": _part(verdict, READ_EVIDENCE),
        }
        WEIGHTS.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {WEIGHTS}")


def _rows(file: Path | None, lee_folder: Path | None) -> list[Row]:
    embedder = PackagedEmbedder()
    cache = EmbeddingCache(embedder)
    reader = Reader(embedder.encoder, file.read_bytes() if file else None)
    squad, news = held_out_sets(cache)
    page = seed_page(cache)
    titles = sorted({asked.group for asked in squad})
    dev = ask_rows(page, cache, load("seed_dev.jsonl"), group=0)
    news += renamed(news, cache, RENAMED)
    trained = set(range(len(archives()))) - LEE_HELD_OUT
    reports = lee(cache, lee_folder, leaving_out=trained) if lee_folder else []
    ours = written(cache, leaving_out=set(range(len(load(NAME)))) - WRITTEN_HELD_OUT)
    placed = [
        *((a, "Lee corpus", a.group // 3 % FOLDS) for a in reports),
        *((a, "SQuAD", titles.index(a.group) % FOLDS) for a in squad),
        *((a, "news", a.group % FOLDS) for a in news),
        *((a, "our own writing", a.group % FOLDS) for a in ours),
        *((a, "seed page", number % FOLDS) for number, a in enumerate(dev)),
        *(
            (a, "seed page, held-out questions", -1)
            for a in ask_rows(page, cache, load("seed_heldout.jsonl"), group=0)
        ),
    ]
    others = of_another_time([asked for asked, *_ in placed], cache)
    paired = list(zip(others, placed, strict=True))
    placed += [(a, name, fold) for a, (_, name, fold) in paired if a and a.found]
    return [_row(asked, name, fold, reader) for asked, name, fold in placed]


def _row(asked: Asked, name: str, fold: int, reader: Reader) -> Row:
    weights = model.packaged()
    scores = weights.sentence(asked.features.astype(np.float32))
    order = np.argsort(-scores, kind="stable")
    ranked = [asked.found[i] for i in order]
    best, known = float(scores[order[0]]), asked.archive.is_known
    evidence = question_features(asked.question, asked.words, ranked, best, known)
    read = judge(asked.question.text, ranked, reader)
    log_odds = float(weights.unread.log_odds(evidence[None, :])[0])
    return Row(asked, name, fold, ranked, scores[order], read, log_odds)


def fit(rows: Sequence[Row]) -> tuple[Linear, Linear]:
    """What judgements add to sentences, and the log odds that the archive answers."""
    reading = fit_reading(rows)
    x = np.stack([row.features(reading) for row in rows])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced")
    fitted.fit(
        np.clip((x - mean) / scale, -LIMIT, LIMIT),
        [row.asked.kind == "answerable" for row in rows],
        sample_weight=[row.share for row in rows],
    )
    weights, intercept = fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])
    narrow = (mean.astype(np.float32), scale.astype(np.float32))
    return reading, Linear(*narrow, weights, intercept, limit=LIMIT)


def fit_reading(rows: Sequence[Row]) -> Linear:
    """Conditional logit over the sentences read, against the linear model's score as it is."""
    groups = []
    for row in rows:
        was_read = read_of(row.read)
        read = [c for c, each in zip(row.ranked, was_read, strict=True) if each]
        spans = ((c.hit.article.text, c.sentence) for c in read)
        y = np.asarray([holds(t[s.start : s.end], row.asked.answers) for t, s in spans])
        if row.asked.answers and y.any() and not y.all():
            scores, judged = row.scores[was_read].astype(float), row.read[was_read].astype(float)
            groups.append((scores, judged, y, row))

    def loss(w: Array) -> float:
        total = 0.0
        for scores, read, y, row in groups:
            value = scores * w[0] + read @ w[1:]
            odds = np.exp(value - value.max())
            total += row.share * float(np.log(odds.sum()) - np.log(odds[y].sum()))
        return total / len(groups) + RIDGE * float(w[1:] @ w[1:])

    bounds = [(0.1, None), *[(0.0, None)] * len(READ_FEATURES)]
    w = minimize(loss, np.asarray([1.0, 0.1, 0.1]), method="L-BFGS-B", bounds=bounds).x
    zero, one = np.zeros(len(READ_FEATURES), np.float32), np.ones(len(READ_FEATURES), np.float32)
    return Linear(zero, one, (w[1:] / w[0]).astype(np.float32))


def _judged(
    rows: Sequence[Row], reading: Linear, verdict: Linear
) -> list[tuple[Row, tuple[bool, bool], float]]:
    if not rows:
        return []
    odds = verdict(np.stack([row.features(reading) for row in rows]).astype(np.float32))
    quoted = [row.quoted(reading) if row.asked.answers else (False, False) for row in rows]
    return list(zip(rows, quoted, odds.tolist(), strict=True))


def _results(
    name: str, judged: Sequence[tuple[Row, tuple[bool, bool], float]], threshold: float
) -> dict[str, Any]:
    """Of one origin, each figure without the reader and with it."""
    own = [each for each in judged if each[0].name == name]
    packaged = model.packaged()
    before = np.asarray([row.log_odds for row, *_ in own])
    after = np.asarray([odds for *_, odds in own])
    none = Linear(np.zeros(2, np.float32), np.ones(2, np.float32), np.zeros(2, np.float32))
    answered = [(row.quoted(none), quoted) for row, quoted, _ in own if row.asked.answers]
    quotes = np.mean(np.asarray(answered, dtype=float), axis=0).round(3)
    kinds = np.asarray([row.asked.kind for row, *_ in own])
    yes, made, other = kinds == "answerable", np.isin(kinds, MADE), kinds == "another time"
    found: dict[str, Any] = {
        "quote@1": quotes[:, 0].tolist(),
        "quote@3": quotes[:, 1].tolist(),
        "false refusals": [],
        "refused": [],
        "refused of another time": [],
        "calibration error": [],
        "area under the curve": {},
    }
    for odds, limit in ((before, packaged.unread.threshold), (after, threshold)):
        refused = _confidence(odds) < limit
        found["false refusals"].append(round(float(refused[yes].mean()), 3))
        found["refused"].append(round(float(refused[~yes & ~made].mean()), 3))
        found["refused of another time"].append(round(float(refused[other].mean()), 3))
        found["calibration error"].append(round(calibration_error(_confidence(odds), yes), 3))
        for kind in sorted(set(kinds) - {"answerable"}):
            pair = yes | (kinds == kind)
            area = round(float(roc_auc_score(yes[pair], odds[pair])), 3)
            found["area under the curve"].setdefault(kind, []).append(area)
    return found


def _confidence(log_odds: Any) -> Any:  # noqa: ANN401 - a number or an array of them
    return 1 / (1 + np.exp(-np.asarray(log_odds, dtype=np.float64)))


def _part(fitted: Linear, names: Sequence[str]) -> dict[str, Any]:
    rows = zip(fitted.mean.tolist(), fitted.scale.tolist(), fitted.weights.tolist(), strict=True)
    features = {n: [round(v, 5) for v in row] for n, row in zip(names, rows, strict=True)}
    return {"intercept": round(fitted.intercept, 5), "features": features}


if __name__ == "__main__":
    main()

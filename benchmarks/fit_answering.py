"""Fit `qa/answering/weights.json`: which sentence answers, and whether any does.

    python -m benchmarks.fit_answering            # cross-validated and held-out figures only
    python -m benchmarks.fit_answering --write    # and write the weights

Fitted on half of SQuAD 2.0's development set, and on our own development questions about the seed
page and about twelve archives of four real news articles each. Reported: all of these by four-fold
cross-validation over titles and archives; and our held-out questions about the seed page and about
eight more archives, which took no part in any choice of weight or feature.

Two linear models (see `qa.answering.features`):

- sentence: a conditional logit (McFadden 1974) over the sentences of the passages found, fitted so
  that the sentences which hold the answer win against the others of the same question;
- question: a logistic regression, answerable against not. SQuAD gives four kinds of questions to
  archives of 48 paragraphs: the paragraph is there, was left out ("same-subject"), is of a title
  that is elsewhere ("off-topic"), or the question is one of its adversarial ones ("near-miss").
  All sets are given questions about an archive's names that only other archives answer ("renamed").
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from benchmarks.memory_archive import EmbeddingCache, holds
from benchmarks.question_sets import (
    ROOT,
    Array,
    Asked,
    Squad,
    ask_rows,
    load,
    news,
    renamed,
    seed_page,
)
from qa.answering.features import QUESTION_FEATURES, SENTENCE_FEATURES, question_features
from qa.answering.model import Linear
from qa.answering.quotes import select
from qa.embedding import load_embedder
from qa.settings import PACKAGED_MODEL

WEIGHTS: Final[Path] = ROOT / "qa" / "answering" / "weights.json"
FOLDS: Final = 4
SQUAD_QUESTIONS: Final = 1600
OWN_SHARE: Final = 2
"""How often each of our own questions counts against one of SQuAD's: SQuAD's annotators saw the
paragraph and borrow its words; readers of an archive have not and do not."""
NEAR_MISS_SHARE: Final = 0.5
"""SQuAD's adversarial questions were written to fool readers; people rarely ask such."""
RENAMED_SQUAD: Final = 40
"""So many questions about a SQuAD archive's names that it does not answer: see `renamed`."""
RENAMED_NEWS: Final = 25
RENAMED_SEED: Final = 60
FALSE_REFUSALS: Final = 0.035
"""In cross-validation the threshold refuses this share of the answerable questions trained on."""
WRONGLY_REFUSED: Final = 0.05
"""The threshold that is written refuses this share of all our answerable questions but the seed
page's held-out ones: those of the last eight archives took no part in fitting the weights, and at
the cross-validation's threshold one in five of them was refused."""


def main() -> None:
    """Fit, report, and write if told to."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    write = options.parse_args().write

    cache = EmbeddingCache(load_embedder(PACKAGED_MODEL))
    squad = Squad(cache)
    seed = seed_page(cache)
    sets = {
        "squad": squad.whole(SQUAD_QUESTIONS),
        "squad parts": squad.parts(),
        "seed": ask_rows(seed, cache, load("seed_dev.jsonl"), group=0),
        "news": news(cache, "news_a.jsonl", "news_b.jsonl"),
    }
    held_out = {
        "seed page, held-out questions": ask_rows(seed, cache, load("seed_heldout.jsonl"), group=0),
        "news, held-out archives": news(cache, "news_c.jsonl"),
    }
    unseen = held_out["news, held-out archives"]
    unseen += renamed(unseen, cache, RENAMED_NEWS)
    sets["squad parts"] += renamed(sets["squad parts"], cache, RENAMED_SQUAD)
    own = sets["seed"] + sets["news"]
    sets["seed"] += renamed(own, cache, RENAMED_SEED, to=seed)
    sets["news"] += renamed(sets["news"], cache, RENAMED_NEWS)

    folds = [_evaluate_fold(sets, fold) for fold in range(FOLDS)]
    results = {name: _mean([fold[name] for fold in folds]) for name in folds[0]}
    sentence, question, _ = _fit(sets)
    own = sets["seed"] + sets["news"] + held_out["news, held-out archives"]
    threshold = _threshold(own, sentence, question)
    for name, asked in held_out.items():
        results[name] = {
            **quotes_of(asked, sentence),
            **refusals(asked, sentence, question, threshold),
        }
    print(json.dumps(results, indent=2))
    if write:
        document = _document(sentence, question, threshold, results)
        WEIGHTS.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {WEIGHTS}")


def _evaluate_fold(sets: dict[str, list[Asked]], fold: int) -> dict[str, dict[str, float]]:
    """Fit without a fold, measure on it. The seed page is one archive, so it always trains."""
    train = {
        name: asked if name == "seed" else [a for a in asked if a.group % FOLDS != fold]
        for name, asked in sets.items()
    }
    test = {name: [a for a in asked if a.group % FOLDS == fold] for name, asked in sets.items()}
    sentence, question, threshold = _fit(train)
    return {
        "SQuAD, quotes": quotes_of(test["squad"], sentence),
        "SQuAD, refusal": refusals(test["squad parts"], sentence, question, threshold),
        "news, quotes": quotes_of(test["news"], sentence),
        "news, refusal": refusals(test["news"], sentence, question, threshold),
    }


def _fit(sets: dict[str, list[Asked]]) -> tuple[Linear, Linear, float]:
    own = sets["seed"] + sets["news"]
    sentence = fit_sentence(sets["squad"] + own * OWN_SHARE)
    question, threshold = fit_question(sets["squad parts"], own, sentence)
    return sentence, question, threshold


def fit_sentence(asked: Sequence[Asked]) -> Linear:
    """Conditional logit with a ridge, by L-BFGS."""
    train = [a for a in asked if a.answers and a.holding.any()]
    x = np.concatenate([a.features for a in train])
    y = np.concatenate([a.holding for a in train])
    sizes = [len(a.found) for a in train]
    starts = np.cumsum([0, *sizes[:-1]])
    of = np.repeat(np.arange(len(train)), sizes)
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = (x - mean) / scale

    def loss(w: Array) -> tuple[float, Array]:
        scores = z @ w
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[of])
        total, right = np.add.reduceat(odds, starts), np.add.reduceat(odds * y, starts)
        right = np.maximum(right, 1e-300)
        gradient = z.T @ (odds / total[of] - odds * y / right[of]) / len(train) + 2e-3 * w
        return float((np.log(total) - np.log(right)).mean() + 1e-3 * w @ w), gradient

    # More evidence must never count against a sentence; only its length may.
    bounds = [(None, None) if name == "log_words" else (0, None) for name in SENTENCE_FEATURES]
    weights = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return _linear(mean, scale, weights)


def fit_question(
    parts: Sequence[Asked], own: Sequence[Asked], sentence: Linear
) -> tuple[Linear, float]:
    """Logistic regression, both classes weighing the same; and the threshold."""
    train = [*parts, *own]
    x = np.stack([_evidence(a, sentence) for a in train])
    y = np.asarray([a.kind == "answerable" for a in train])
    is_own = np.arange(len(train)) >= len(parts)
    near_miss = np.asarray([a.kind == "near-miss" for a in train])
    weight = np.where(is_own, OWN_SHARE, np.where(near_miss, NEAR_MISS_SHARE, 1.0))
    weight[[a.kind == "renamed" for a in train]] = 1.0
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=0.1, max_iter=1000, class_weight="balanced")
    fitted.fit((x - mean) / scale, y, sample_weight=weight)
    question = _linear(mean, scale, fitted.coef_[0], float(fitted.intercept_[0]))
    confidence = _confidence(question, x)
    threshold = float(np.quantile(confidence[y & is_own], FALSE_REFUSALS))
    return question, round(threshold, 3)


def _threshold(asked: Sequence[Asked], sentence: Linear, question: Linear) -> float:
    x = np.stack([_evidence(a, sentence) for a in asked if a.kind == "answerable"])
    return round(float(np.quantile(_confidence(question, x), WRONGLY_REFUSED)), 3)


def quotes_of(asked: Sequence[Asked], sentence: Linear) -> dict[str, float]:
    """Shares of answerable questions whose first, or one of three, quotes holds the answer."""
    rows = []
    for a in asked:
        if a.answers:
            quotes = select(a.found, sentence(a.features.astype(np.float32)))
            texts = [q.article.text[q.start : q.end] for q in quotes]
            right = [holds(text, a.answers) for text in texts]
            rows.append((right[0], any(right), len(texts[0].split())))
    first, three, words = np.mean(np.asarray(rows, dtype=float), axis=0)
    return {"quote@1": round(first, 3), "quote@3": round(three, 3), "words": round(words, 1)}


def refusals(
    asked: Sequence[Asked], sentence: Linear, question: Linear, threshold: float
) -> dict[str, float]:
    """Shares refused: of the answerable (false), of each kind of unanswerable, of all of them."""
    x = np.stack([_evidence(a, sentence) for a in asked])
    refused = _confidence(question, x) < threshold
    kinds = np.asarray([a.kind for a in asked])
    unanswerable = kinds != "answerable"
    shares = {kind: float(refused[kinds == kind].mean()) for kind in sorted(set(kinds))}
    shares["false refusals"] = shares.pop("answerable")
    shares["refused"] = float(refused[unanswerable & (kinds != "renamed")].mean())
    shares["calibration error"] = calibration_error(_confidence(question, x), ~unanswerable)
    return {name: round(share, 3) for name, share in shares.items()}


def calibration_error(confidence: Array, answerable: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins, both kinds of question weighing the same.

    Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017). The shares of the two kinds
    are the test's, not the users': the confidence is fitted for equal ones.
    """
    weight = np.where(answerable, 0.5 / answerable.mean(), 0.5 / (1 - answerable.mean()))
    bins = np.minimum((confidence * 10).astype(int), 9)
    total = np.bincount(bins, weight, 10)
    gap = np.bincount(bins, weight * confidence, 10) - np.bincount(bins, weight * answerable, 10)
    return float(np.abs(gap).sum() / total.sum())


def _evidence(asked: Asked, sentence: Linear) -> Array:
    scores = sentence(asked.features.astype(np.float32))
    order = np.argsort(-scores, kind="stable")
    ranked = [asked.found[i] for i in order]
    best = float(scores[order[0]])
    features = question_features(asked.question, asked.words, ranked, best, asked.archive.is_known)
    return features.astype(np.float64)


def _confidence(question: Linear, x: Array) -> Array:
    return 1 / (1 + np.exp(-question(x.astype(np.float32)).astype(np.float64)))


def _linear(mean: Array, scale: Array, weights: Array, intercept: float = 0.0) -> Linear:
    return Linear(
        np.asarray(mean, dtype=np.float32),
        np.asarray(scale, dtype=np.float32),
        np.asarray(weights, dtype=np.float32),
        intercept,
    )


def _mean(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(float(np.mean([row[name] for row in rows])), 3) for name in rows[0]}


def _document(
    sentence: Linear, question: Linear, threshold: float, results: dict[str, Any]
) -> dict[str, Any]:
    def part(model: Linear, names: Sequence[str]) -> dict[str, Any]:
        rows = zip(model.mean.tolist(), model.scale.tolist(), model.weights.tolist(), strict=True)
        features = {n: [round(v, 5) for v in row] for n, row in zip(names, rows, strict=True)}
        return {"intercept": round(model.intercept, 5), "features": features}

    return {
        "about": "mean, scale, weight by feature; written by benchmarks/fit_answering.py",
        "model": PACKAGED_MODEL,
        "measured": results,
        "threshold": threshold,
        "sentence": part(sentence, SENTENCE_FEATURES),
        "question": part(question, QUESTION_FEATURES),
    }


if __name__ == "__main__":
    main()

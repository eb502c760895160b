"""Which passage length answers best: `python -m benchmarks.passage_size`.

For each length the sentence model is fitted anew, without the fold it is measured on; so no length
profits from weights fitted for another.
"""

from __future__ import annotations

from benchmarks.fit_answering import FOLDS, OWN_SHARE, fit_sentence, quotes_of
from benchmarks.memory_archive import EmbeddingCache
from benchmarks.question_sets import Asked, Squad, news
from qa.embedding import load_embedder
from qa.settings import PACKAGED_MODEL, Settings

LENGTHS = (60, 90, 120)
SQUAD_QUESTIONS = 800


def main() -> None:
    """Print a table."""
    print("| words | SQuAD first | of three | news first | of three | words quoted |")
    print("|---|---|---|---|---|---|")
    for words in LENGTHS:
        cache = EmbeddingCache(load_embedder(PACKAGED_MODEL))
        settings = Settings(passage_words=words)
        squad = Squad(cache, settings).whole(SQUAD_QUESTIONS)
        own = news(cache, "news_a.jsonl", "news_b.jsonl", settings=settings)
        rows = [_fold(squad, own, fold) for fold in range(FOLDS)]
        means = [sum(column) / FOLDS for column in zip(*rows, strict=True)]
        cells = " | ".join(f"{value:.3f}" for value in means[:4])
        print(f"| {words} | {cells} | {means[4]:.0f} |", flush=True)


def _fold(squad: list[Asked], own: list[Asked], fold: int) -> tuple[float, ...]:
    def split(asked: list[Asked], test: bool) -> list[Asked]:
        return [a for a in asked if (a.group % FOLDS == fold) == test]

    sentence = fit_sentence(split(squad, False) + split(own, False) * OWN_SHARE)
    on_squad, on_own = (quotes_of(split(asked, True), sentence) for asked in (squad, own))
    names = ("quote@1", "quote@3")
    return (*(on_squad[n] for n in names), *(on_own[n] for n in names), on_own["words"])


if __name__ == "__main__":
    main()

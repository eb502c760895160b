"""Ranking measures, each by its usual name, computed by ir-measures (pytrec_eval).

MacAvaney, Macdonald, Ounis, "Streamlining Evaluation with ir-measures" (ECIR 2022).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from qa.errors import InputError
from qa.evaluation.statistics import Values

MEASURES: Final[Mapping[str, str]] = {
    "ndcg@10": "nDCG@10",
    "recall@100": "R@100",
    "mrr@10": "RR@10",
    "hit@1": "Success@1",
    "hit@3": "Success@3",
    "hit@10": "Success@10",
}
"""Our names → those of ir-measures."""

DEPTH: Final = 100
"""Documents of a ranking that are looked at."""


def check_installed() -> None:
    """Fail early, before anything is indexed.

    Raises:
        InputError: ir-measures is not installed.
    """
    try:
        import ir_measures  # noqa: F401
    except ImportError as error:
        raise InputError(
            "qa eval needs ir-measures; run: pip install 'article-qa[eval]'"
        ) from error


def per_query(
    relevant: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]
) -> Values:
    """Each measure of each query.

    Args:
        relevant: Grades of documents by query.
        rankings: Documents by query, best first, each once; a query that is missing found nothing.

    Returns:
        float64 (queries, len(MEASURES)), rows in the order of `relevant`.
    """
    import ir_measures

    # Ids are numbered: pytrec_eval cuts a name at a null character.
    rows = {query: str(number) for number, query in enumerate(relevant)}
    names: dict[str, str] = {}

    def number(document: str) -> str:
        return names.setdefault(document, str(len(names)))

    qrels = [
        ir_measures.Qrel(rows[query], number(document), grade)
        for query, grades in relevant.items()
        for document, grade in grades.items()
    ]
    run = [
        ir_measures.ScoredDoc(rows[query], number(document), -float(rank))
        for query in relevant
        for rank, document in enumerate(rankings.get(query, ())[:DEPTH], 1)
    ]
    wanted = {ir_measures.parse_measure(theirs): n for n, theirs in enumerate(MEASURES.values())}
    values = np.zeros((len(rows), len(wanted)))
    for metric in ir_measures.iter_calc(list(wanted), qrels, run):
        values[int(metric.query_id), wanted[metric.measure]] = metric.value
    return values

"""`qa judge`, `qa tune`: a reader's own verdicts, and settings picked by them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qa.commands.shared import (
    OK,
    AddCommand,
    add_json,
    article_id,
    filled,
    name_index,
    open_archive,
    options_of,
    path,
    print_json,
)
from qa.errors import InputError
from qa.text.typography import counted

if TYPE_CHECKING:
    from qa.archive import Archive
    from qa.evaluation.tuning import Tuned
    from qa.records import Citation

KEYS = {"y": True, "yes": True, "n": False, "no": False}


def add(command: AddCommand) -> None:
    """Add the commands."""
    judged = command(
        "judge", judge, "say which quotes answer a question; qa eval --judgements measures by it"
    )
    judged.add_argument(
        "question", nargs="*", metavar="QUESTION", help="in plain words; without one, asks for some"
    )
    for name, about in (("relevant", "answers it"), ("irrelevant", "does not answer it")):
        judged.add_argument(
            f"--{name}",
            type=article_id,
            action="append",
            default=[],
            metavar="ARTICLE_ID",
            help=f"this article {about}; asks nothing",
        )
    judged.add_argument(
        "-k", type=int, default=5, metavar="N", help="quotes and passages to show; default: 5"
    )
    judged.add_argument("--as-of", type=filled, metavar="DAY", help="ask as on this day")
    tuned = command(
        "tune",
        tune,
        "pick fusion weights and the refusal threshold by cross-validation",
        named_by_settings=False,
        index_help="the index that was judged, default: the setting, or index; with a dataset, "
        "where its index is kept, as for qa eval",
    )
    tuned.add_argument(
        "dataset", type=path, nargs="?", metavar="DATASET_DIR",
        help="as for qa eval; without one, what was judged of the index",
    )  # fmt: skip
    tuned.add_argument("--split", default="train", help="of the dataset; default: train")
    tuned.add_argument("--limit", type=int, metavar="N", help="at most N questions of each kind")
    tuned.add_argument("--folds", type=int, default=5, metavar="N", help="default: 5")
    tuned.add_argument(
        "--write",
        action="store_true",
        help="write what is significantly better into the settings file",
    )
    add_json(tuned)


def judge(options: argparse.Namespace) -> int:
    """Judge quotes."""
    archive = open_archive(options)
    question = " ".join(options.question).strip()
    if options.relevant or options.irrelevant:
        if not question:
            raise InputError('name the question: qa judge "How many were hurt?" --relevant 1a2b3c')
        _judge_articles(archive, question, options)
        return OK
    right = total = 0
    for asked in [question] if question else _questions():
        try:
            for verdict in _verdicts(archive, asked, options):
                total, right = total + 1, right + verdict
        except InputError as error:
            if question:
                raise
            print(f"qa: {error}", file=sys.stderr)  # of one question of several
    measure = f"qa eval --judgements{options_of(options, corpus=False)}"
    print(f"judged: {total}, of which {right} answer; to measure by them: {measure}")
    return OK


def _judge_articles(archive: Archive, question: str, options: argparse.Namespace) -> None:
    filters = {"as_of": options.as_of} if options.as_of else {}
    verdicts = [(name, True) for name in options.relevant]
    verdicts += [(name, False) for name in options.irrelevant]
    articles = [(archive.article(name), verdict) for name, verdict in verdicts]  # all or none
    said: dict[str, bool] = {}
    for article, verdict in articles:
        if said.setdefault(article.id, verdict) is not verdict:
            raise InputError(
                f"{article.id} cannot both answer the question and not; name it once: "
                "--relevant or --irrelevant"
            )
    hits = archive.search(question, 100, as_of=options.as_of)
    for article, verdict in articles:
        found = next((hit.passage for hit in hits if hit.article == article), None)
        start, end = (found.start, found.end) if found else (0, len(article.text))
        archive.judge(question, article.id, start, end, verdict, filters=filters)
        print(f"{'answers' if verdict else 'does not answer'}: {article.title}  #{article.id}")


def _questions() -> Iterator[str]:
    while line := _ask("question (empty ends): "):
        yield line


def _verdicts(archive: Archive, question: str, options: argparse.Namespace) -> Iterator[bool]:
    """Show each quote and passage once, and keep what is said of it."""
    from qa import terminal

    answer = archive.ask(question, options.k, as_of=options.as_of)
    filters = {"as_of": options.as_of} if options.as_of else {}
    if not answer.answered:
        print(terminal.visible(f"Not in this archive: {answer.reason}."))
    quoted = [*answer.citations, *(hit.citation for hit in answer.passages)]
    # A verdict is of a place in the article as it is now.
    shown = _apart([each for each in quoted if not each.article.is_earlier])[: options.k]
    for number, citation in enumerate(shown, 1):
        print(terminal.visible(f"\n{number}/{len(shown)}  {terminal.byline(citation.article)}"[1:]))
        print(terminal.visible(f"    “{' '.join(citation.quote.split())}”"))
        reply = _ask("answers it? y/n, Enter skips, q ends: ").lower()
        if reply in ("q", "quit"):
            return
        if reply in KEYS:
            archive.judge(
                question,
                citation.article.id,
                citation.start,
                citation.end,
                KEYS[reply],
                filters=filters,
            )
            yield KEYS[reply]


def _apart(citations: list[Citation]) -> list[Citation]:
    """Those that overlap none before them."""
    kept: list[Citation] = []
    for citation in citations:
        if not any(
            citation.article.id == other.article.id
            and citation.start < other.end
            and other.start < citation.end
            for other in kept
        ):
            kept.append(citation)
    return kept


def _ask(prompt: str) -> str:
    """A line of standard input; empty at its end.

    Raises:
        InputError: It is closed, or the line is no text.
    """
    if sys.stdin is None:
        raise InputError(
            "standard input is closed; say it in the command: qa judge QUESTION --relevant ID"
        )
    try:
        reply = input(prompt).strip()
        if not sys.stdin.isatty():  # the terminal has shown no line end
            print()
        return reply
    except EOFError:
        print()
        return ""
    except UnicodeDecodeError as error:
        print()
        raise InputError(
            f"standard input is not {sys.stdin.encoding} text; convert it with iconv"
        ) from error


def tune(options: argparse.Namespace) -> int:
    """Pick settings."""
    from qa import terminal
    from qa.embedding import load_embedder
    from qa.evaluation import evaluator, own, tuning
    from qa.evaluation.dataset import load
    from qa.evaluation.indexing import build, cache
    from qa.evaluation.measures import check_installed
    from qa.evaluation.searching import unaskable
    from qa.settings import Settings

    check_installed()
    limit = evaluator.Options(limit=options.limit).limit  # checks it
    settings = Settings.load(options.settings)
    with terminal.progress_bar() as on_progress:
        if options.dataset is None:
            name_index(options)
            archive = open_archive(options)
            data, indexed = own.collection(archive)
            embedder = archive.retriever.embedder
        else:
            data = load(options.dataset, options.split)
            embedder = load_embedder(settings.model)
            with cache(options.index or evaluator.default_folder(data), data) as place:
                indexed = build(place, data.documents, settings, embedder, on_progress)
        reasons = unaskable([*data.queries, *data.unanswerable], indexed, settings)
        data = data.without(reasons)
        if limit is not None:
            data = data.limited(limit)
        tuned = tuning.tune(
            data, indexed, settings, embedder, folds=options.folds, on_progress=on_progress
        )
    for warning in [*data.warnings, *indexed.warnings]:
        print(f"qa: warning: {warning}", file=sys.stderr)
    if options.json:
        print_json([choice.as_json() for choice in tuned])
    else:
        print("\n".join(_told(choice) for choice in tuned))
    better = [choice for choice in tuned if choice.significant and choice.chosen != choice.current]
    if options.write and better:
        file = options.settings or Path("qa.toml")
        values = {name: value for choice in better for name, value in choice.chosen.items()}
        settings.written_to(file, values)
        print(f"wrote {file}", file=sys.stderr)
    elif options.write:
        print("qa: nothing is significantly better; the settings stay", file=sys.stderr)
    return OK


def _told(choice: Tuned) -> str:
    def named(values: object) -> str:
        assert isinstance(values, dict)  # noqa: S101 - for the type checker
        return ", ".join(f"{name} {value:g}" for name, value in values.items())

    low, high = choice.interval
    verdict = "significant" if choice.significant else "not significant"
    return (
        f"{choice.measure}, {counted(choice.questions, 'question')}: {choice.before:.3f} as set "
        f"({named(dict(choice.current))}), {choice.after:.3f} cross-validated; best on all: "
        f"{named(dict(choice.chosen))}\n  difference {choice.after - choice.before:+.3f} "
        f"[{low:+.3f}, {high:+.3f}], p = {choice.p:.4g}: {verdict}"
    )

"""`qa eval`: how good it is, on questions with known answers."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from qa.commands.shared import (
    OK,
    AddCommand,
    add_json,
    name_index,
    open_archive,
    path,
    print_json,
)
from qa.errors import InputError

if TYPE_CHECKING:
    from qa.evaluation.evaluator import Options
    from qa.evaluation.report import Report


def add(command: AddCommand) -> None:
    """Add the command."""
    measured = command(
        "eval",
        evaluate,
        "measure search, answers and refusals on a dataset in the layout of BEIR",
        named_by_settings=False,
        index_help="where to keep the dataset's index: a folder, or milvus://host:19530/name; "
        "default: a folder under index/eval",
    )
    _add_eval_options(measured)


def _add_eval_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "dataset",
        type=path,
        nargs="?",
        metavar="DATASET_DIR",
        help="corpus.jsonl, queries.jsonl, qrels/",
    )
    add(
        "--judgements",
        action="store_true",
        help="measure an index (--index, default: index) on what its readers judged",
    )
    add(
        "--arms",
        default="lexical,dense,hybrid",
        help="which arms, separated by commas; default: lexical,dense,hybrid",
    )
    add("--split", default="test", help="the file of qrels/, without .tsv; default: test")
    add("--limit", type=int, metavar="N", help="ask at most N questions of each kind, drawn")
    add(
        "--leave-out",
        type=int,
        metavar="N",
        help="draw N questions, leave their documents out of a second index, and count refusals",
    )
    add(
        "--as-of",
        action="store_true",
        help="ask each question as of its metadata.as_of: nothing later, recent articles first",
    )
    add(
        "--picture",
        type=path,
        metavar="FILE",
        help="draw the risk–coverage curve and the reliability of the confidence, .svg or .png",
    )
    add_json(parser)


def evaluate(options: argparse.Namespace) -> int:
    """Measure quality on a dataset."""
    from qa import terminal
    from qa.evaluation import dataset, evaluator, picture
    from qa.settings import Settings

    wanted = evaluator.Options(
        arms=tuple(arm.strip() for arm in options.arms.split(",")),
        limit=options.limit,
        leave_out=options.leave_out,
        as_of=options.as_of,
    )
    if options.judgements or options.dataset is None:
        return _evaluate_own(options, wanted)
    data = dataset.load(options.dataset, options.split)
    if options.picture is not None:
        if not data.unanswerable and wanted.leave_out is None:
            raise InputError("--picture needs questions to refuse; add: --leave-out N")
        picture.check(options.picture)
    with terminal.progress_bar() as on_progress:
        measured = evaluator.evaluate(
            data,
            options.index or evaluator.default_folder(data),
            Settings.load(options.settings),
            wanted,
            on_progress=on_progress,
        )
    return _print(options, measured)


def _evaluate_own(options: argparse.Namespace, wanted: Options) -> int:
    from qa import terminal
    from qa.evaluation import evaluator, picture

    if options.dataset is not None:
        raise InputError("name a dataset or --judgements, not both")
    if not options.judgements:
        raise InputError("name a dataset's folder, or measure by what was judged: --judgements")
    if options.picture is not None:
        picture.check(options.picture)
    name_index(options)
    archive = open_archive(options)
    with terminal.progress_bar() as on_progress:
        measured = evaluator.evaluate_own(archive, wanted, on_progress=on_progress)
    return _print(options, measured)


def _print(options: argparse.Namespace, measured: Report) -> int:
    from qa.evaluation import picture, report

    for warning in measured.warnings:
        print(f"qa: warning: {warning}", file=sys.stderr)
    if options.json:
        print_json(measured.as_json())
    else:
        print(report.render(measured))
    if options.picture is not None:  # last: where it cannot be drawn, the figures are told
        picture.draw(measured, options.picture)
    return OK

"""`qa index`, `qa verify`: make the index, prove it, mend it."""

from __future__ import annotations

import argparse
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING

from qa.commands.shared import (
    ERROR,
    OK,
    AddCommand,
    add_corpus,
    add_json,
    print_json,
    print_lines,
    tell,
    with_options,
)
from qa.errors import InputError, QAError

if TYPE_CHECKING:
    from qa.archive import Archive
    from qa.execution import Execution
    from qa.records import SyncPlan, SyncReport


def add(command: AddCommand) -> None:
    """Add the commands."""
    indexed = command("index", index, "bring the index up to date with the corpus folder")
    add_corpus(indexed)
    flag = indexed.add_argument
    flag("--rebuild", action="store_true", help="read every file again")
    flag("--allow-empty", action="store_true", help="delete all, if the corpus holds nothing")
    flag("--dry-run", action="store_true", help="say what would be done, do nothing")
    flag("--watch", action="store_true", help="follow the corpus folder until Ctrl-C")
    flag(
        "--scheduler",
        metavar="ADDRESS",
        help="read and embed on the workers of this Dask scheduler, like tcp://host:8786",
    )
    add_json(indexed, "print the report as JSON")

    about = "prove that store, words and vectors agree; or mend them"
    verified = command("verify", verify, about)
    verified.add_argument("--repair", action="store_true", help="mend what is wrong")
    add_json(verified)


def index(options: argparse.Namespace) -> int:
    """Bring the index up to date."""
    from qa.archive import Archive
    from qa.settings import Settings

    if options.watch and (options.dry_run or options.rebuild or options.allow_empty):
        raise InputError(
            "--watch goes with neither --dry-run, --rebuild nor --allow-empty; leave one out"
        )
    archive = Archive(options.index, Settings.load(options.settings))
    with _execution(archive, options) as execution:
        return _index(archive, options, execution)


def _execution(
    archive: Archive, options: argparse.Namespace
) -> AbstractContextManager[Execution | None]:
    if options.scheduler is None or options.dry_run:
        return nullcontext()
    try:
        from qa.cluster import Dask
    except ImportError as error:
        if error.name not in ("dask", "distributed"):
            raise
        raise InputError("--scheduler needs Dask; run: pip install 'article-qa[dask]'") from error
    embedder = archive.retriever.embedder
    return Dask(options.scheduler, embedder.name, embedder.fingerprint)


def _index(archive: Archive, options: argparse.Namespace, execution: Execution | None) -> int:
    from qa import terminal

    if options.watch:
        return _watch(archive, options, execution)
    if options.dry_run:
        with terminal.progress_bar() as on_progress:
            plan = archive.plan(options.corpus, rebuild=options.rebuild, on_progress=on_progress)
        if options.json:
            print_json(asdict(plan))
        else:
            print_lines(terminal.render_plan(plan), terminal.render_plan_counts(plan))
        return OK

    def on_plan(plan: SyncPlan) -> None:
        if not options.json:
            tell(terminal.render_plan(plan))

    with terminal.progress_bar() as on_progress:
        report = archive.sync(
            options.corpus,
            rebuild=options.rebuild,
            execution=execution,
            allow_empty=options.allow_empty,
            on_progress=on_progress,
            on_plan=on_plan,
        )
    _print_report(report, options)
    return OK


def _watch(archive: Archive, options: argparse.Namespace, execution: Execution | None) -> int:
    from qa import terminal
    from qa.watching import watch

    def on_error(error: QAError) -> None:
        told = with_options(" ".join(str(error).splitlines()), options)
        print(f"qa: {terminal.visible(told)}", file=sys.stderr, flush=True)

    print(f"watching {options.corpus}; Ctrl-C ends it", file=sys.stderr, flush=True)
    with terminal.progress_bar() as on_progress:
        watch(
            archive,
            options.corpus,
            lambda report: _print_report(report, options),
            on_error,
            execution=execution,
            on_progress=on_progress,
        )
    return OK


def _print_report(report: SyncReport, options: argparse.Namespace) -> None:
    from qa import terminal

    if options.json:
        print_json(asdict(report))
    else:
        print_lines(with_options(terminal.render_report(report), options))


def verify(options: argparse.Namespace) -> int:
    """Verify the index, or mend it."""
    from qa import terminal
    from qa.archive import Archive
    from qa.settings import Settings

    archive = Archive(options.index, Settings.load(options.settings))
    with terminal.progress_bar() as on_progress:
        found = archive.verify(repair=options.repair, on_progress=on_progress)
    if options.json:
        print_json({**asdict(found), "sizes": archive.sizes()})
    else:
        print(with_options(terminal.render_verification(found), options))
    return OK if found.ok else ERROR

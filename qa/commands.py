"""What each command of `qa` does with its options; `qa.cli` parses them. Returns exit codes.

Everything heavy is imported inside the functions: `qa --help` loads none of it.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qa.errors import InputError, QAError

if TYPE_CHECKING:
    from qa.archive import Archive
    from qa.records import SyncPlan, SyncReport
    from qa.retriever import Request

OK, ERROR, NOT_IN_ARCHIVE = 0, 1, 3


def _open(options: argparse.Namespace) -> Archive:
    from qa.archive import Archive
    from qa.settings import Settings

    return Archive.open(options.index, Settings.load(options.settings))


def _how(options: argparse.Namespace) -> dict[str, Any]:
    names = ("publisher", "author", "after", "before", "as_of", "literal", "explain")
    return {name: getattr(options, name) for name in names}


def _request(options: argparse.Namespace) -> Request:
    from qa.retriever import make_filters, make_request

    filters = make_filters(options.publisher, options.author, options.after, options.before)
    return make_request(
        _question(options),
        filters,
        options.as_of,
        literal=options.literal,
        explain=options.explain,
    )


def _print_json(value: Any) -> None:  # noqa: ANN401 - anything JSON can hold
    from qa.terminal import visible_json

    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    document = json.dumps(value, ensure_ascii=not encoding.startswith("utf"))
    print(visible_json(document), flush=True)


def index(options: argparse.Namespace) -> int:
    """Bring the index up to date."""
    from qa import terminal
    from qa.archive import Archive
    from qa.settings import Settings

    if options.watch and (options.dry_run or options.rebuild):
        raise InputError("--watch goes with neither --dry-run nor --rebuild; leave one out")
    archive = Archive(options.index, Settings.load(options.settings))
    if options.watch:
        return _watch(archive, options)
    if options.dry_run:
        with terminal.progress_bar() as on_progress:
            plan = archive.plan(options.corpus, rebuild=options.rebuild, on_progress=on_progress)
        if options.json:
            _print_json(asdict(plan))
        else:
            _print_lines(terminal.render_plan(plan), terminal.render_plan_counts(plan))
        return OK

    def on_plan(plan: SyncPlan) -> None:
        if not options.json:
            _print_lines(terminal.render_plan(plan))

    with terminal.progress_bar() as on_progress:
        report = archive.sync(
            options.corpus, rebuild=options.rebuild, on_progress=on_progress, on_plan=on_plan
        )
    _print_report(report, options)
    return OK


def _watch(archive: Archive, options: argparse.Namespace) -> int:
    from qa import terminal
    from qa.watching import watch

    def on_error(error: QAError) -> None:
        print(f"qa: {error}", file=sys.stderr, flush=True)

    print(f"watching {options.corpus}; Ctrl-C ends it", file=sys.stderr, flush=True)
    with terminal.progress_bar() as on_progress:
        watch(
            archive,
            options.corpus,
            lambda report: _print_report(report, options),
            on_error,
            on_progress=on_progress,
        )
    return OK


def _print_report(report: SyncReport, options: argparse.Namespace) -> None:
    from qa import terminal

    if options.json:
        _print_json(asdict(report))
    else:
        _print_lines(terminal.render_report(report))


def _print_lines(*parts: str) -> None:
    if text := "\n".join(part for part in parts if part):
        print(text, flush=True)


def verify(options: argparse.Namespace) -> int:
    """Verify the index, or mend it."""
    from qa import terminal
    from qa.archive import Archive
    from qa.settings import Settings

    archive = Archive(options.index, Settings.load(options.settings))
    with terminal.progress_bar() as on_progress:
        found = archive.verify(repair=options.repair, on_progress=on_progress)
    if options.json:
        _print_json({**asdict(found), "sizes": archive.sizes()})
    else:
        print(terminal.render_verification(found))
    return OK if found.ok else ERROR


def ask(options: argparse.Namespace) -> int:
    """Answer a question."""
    if options.question == ["-"]:
        return _ask_each_line(options)
    from qa import serialise, terminal

    answer = _open(options).ask(_question(options), options.k, **_how(options))
    if options.json:
        _print_json(serialise.answer(answer))
    else:
        print(terminal.render_answer(answer))
    return OK if answer.answered else NOT_IN_ARCHIVE


def _ask_each_line(options: argparse.Namespace) -> int:
    from qa import serialise, terminal

    archive = _open(options)
    for question in _lines():
        answer = archive.ask(question, options.k, **_how(options))
        if options.json:
            _print_json(serialise.answer(answer))
        else:
            print(terminal.render_answer(answer), end="\n\n", flush=True)
    return OK


def _question(options: argparse.Namespace) -> str:
    question = " ".join(options.question)
    if not question.strip():
        raise InputError(
            f'the question is empty; try: qa {options.command} "How many were hurt on the ferry?"'
        )
    return question


def _lines() -> Iterator[str]:
    """The lines of standard input.

    Raises:
        InputError: It is closed, or a line is no text; those before it have been handed out.
    """
    if sys.stdin is None:
        raise InputError("standard input is closed; write: qa ask - < questions.txt")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # else a line is lost with those near it
    for number, line in enumerate(sys.stdin, 1):
        if any("\udc80" <= c <= "\udcff" for c in line):
            raise InputError(
                f"line {number} of standard input is not {sys.stdin.encoding} text; convert the "
                f"file with iconv and ask from that line on"
            )
        yield line.strip()


def search(options: argparse.Namespace) -> int:
    """List passages."""
    from qa import serialise, terminal

    request = _request(options)
    found = _open(options).retriever.find(request, options.k)
    hits = found.hits
    if options.json:
        _print_json([serialise.hit(hit) for hit in hits])
    else:
        listed = terminal.render_hits(hits) if hits else "nothing found"
        _print_lines(terminal.render_understood(found.understood.told()), listed)
    return OK if hits else NOT_IN_ARCHIVE


def articles(options: argparse.Namespace) -> int:
    """List articles or problems."""
    from qa import serialise, terminal

    archive = _open(options)
    if options.problems:
        problems = archive.problems()
        if options.json:
            _print_json([serialise.problem(problem) for problem in problems])
        else:
            print("\n".join(map(terminal.render_problem, problems)) or "no problems")
        return OK
    articles = archive.articles()
    if options.json:
        _print_json([serialise.article(article) for article in articles])
    else:
        print(terminal.render_articles(articles) if articles else "no articles; run: qa index")
    return OK


def show(options: argparse.Namespace) -> int:
    """Print an article."""
    from qa import serialise, terminal

    article = _open(options).article(options.article_id)
    if options.json:
        _print_json(serialise.article(article))
    else:
        print(terminal.render_article(article))
    return OK


def info(options: argparse.Namespace) -> int:
    """Say what the index holds."""
    from qa import terminal

    info = _open(options).info()
    if options.json:
        _print_json(info)
    else:
        print(terminal.render_info(info))
    return OK


def serve(options: argparse.Namespace) -> int:
    """Serve the page."""
    from qa.settings import Settings
    from qa.web.server import serve

    serve(
        corpus=options.corpus,
        index=options.index,
        settings=Settings.load(options.settings),
        host=options.host,
        port=options.port,
    )
    return OK


def evaluate(options: argparse.Namespace) -> int:
    """Measure quality on a dataset."""
    from qa import terminal
    from qa.evaluation import dataset, evaluator, picture, report
    from qa.settings import Settings

    wanted = evaluator.Options(
        arms=tuple(arm.strip() for arm in options.arms.split(",")),
        limit=options.limit,
        leave_out=options.leave_out,
        as_of=options.as_of,
    )
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
    if options.picture is not None:
        picture.draw_risk_coverage(measured, options.picture)
    for warning in measured.warnings:
        print(f"qa: warning: {warning}", file=sys.stderr)
    if options.json:
        _print_json(measured.as_json())
    else:
        print(report.render(measured))
    return OK

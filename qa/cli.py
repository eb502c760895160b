"""The command line: `qa`.

Exit codes: 0 answered or done, 1 a known error (one line on standard error), 2 wrong usage,
3 the archive does not hold the answer (or holds nothing that was searched for), 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import InputError, QAError

if TYPE_CHECKING:
    from qa.archive import Archive
    from qa.records import SyncPlan, SyncReport

OK, ERROR, NOT_IN_ARCHIVE = 0, 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the entry point of `qa`.

    Args:
        arguments: The command line without the program's name; None takes the process's own.

    Returns:
        The exit code.
    """
    _prepare_streams()
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        code = run(options)
        sys.stdout.flush()  # here, where a full disk or a closed pipe is still told rightly
        return code
    except QAError as error:
        from qa.terminal import visible

        print(f"qa: {visible(' '.join(str(error).splitlines()))}", file=sys.stderr)
        return ERROR
    except KeyboardInterrupt:
        print("qa: interrupted; nothing is lost, run the same command to go on", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `qa articles | head`
        _drop_output()
        return OK
    except OSError as error:
        _drop_output()
        print(f"qa: the system refused: {error}; mend that and try again", file=sys.stderr)
        return ERROR


def _prepare_streams() -> None:
    """Make standard output one that can be printed to, whatever was asked of it.

    A stream that was closed (`>&-`) is None in Python. A character that the terminal's encoding
    lacks becomes "?" rather than the end of the answer.
    """
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as the process
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _drop_output() -> None:
    """Let what is still to be written go nowhere, so that Python's own exit does not fail on it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    from qa import __version__

    parser = argparse.ArgumentParser(
        prog="qa", description="Ask an archive of articles; get verbatim, verified, cited passages."
    )
    parser.add_argument("--version", action="version", version=f"qa {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str,
        run: Callable[[argparse.Namespace], int],
        about: str,
        index: Path | None = Path("index"),
        index_help: str = "folder of the index; default: index",
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.set_defaults(run=run, command=name)
        added.add_argument("--index", type=_path, default=index, metavar="DIR", help=index_help)
        added.add_argument(
            "--settings",
            type=_path,
            metavar="FILE",
            help="settings; default: qa.toml, if there is one",
        )
        return added

    index = command("index", _index, "bring the index up to date with the corpus folder")
    index.add_argument(
        "--corpus",
        type=_path,
        default=Path("corpus"),
        metavar="DIR",
        help="folder of the articles; default: corpus",
    )
    index.add_argument("--rebuild", action="store_true", help="read every file again")
    index.add_argument("--dry-run", action="store_true", help="say what would be done, do nothing")
    index.add_argument("--watch", action="store_true", help="follow the corpus folder until Ctrl-C")
    index.add_argument("--json", action="store_true", help="print the report as JSON")

    ask = command("ask", _ask, "answer a question with quotes; - reads one question a line")
    ask.add_argument("question", nargs="+", metavar="QUESTION", help="in plain words, or -")
    _add_search_options(ask, k=5)

    search = command("search", _search, "list the passages that best fit a question")
    search.add_argument("question", nargs="+", metavar="QUESTION", help="in plain words")
    _add_search_options(search, k=10)

    articles = command("articles", _articles, "list the articles, or what could not be read")
    articles.add_argument(
        "--problems", action="store_true", help="list what could not be read, and why"
    )
    articles.add_argument("--json", action="store_true", help="print JSON")

    show = command("show", _show, "print one article")
    show.add_argument("article_id", metavar="ARTICLE_ID", help="an id, or its first digits")
    show.add_argument("--json", action="store_true", help="print JSON")

    info = command("info", _info, "say what the index holds and was built with")
    info.add_argument("--json", action="store_true", help="print JSON")

    verify = command("verify", _verify, "prove that store, words and vectors agree; or mend them")
    verify.add_argument("--repair", action="store_true", help="mend what is wrong")
    verify.add_argument("--json", action="store_true", help="print JSON")

    serve = command("serve", _serve, "serve the web page")
    serve.add_argument(
        "--corpus",
        type=_path,
        default=Path("corpus"),
        metavar="DIR",
        help="folder of the articles; default: corpus",
    )
    serve.add_argument(
        "--host", default="127.0.0.1", help="address; default: 127.0.0.1, this machine only"
    )
    serve.add_argument("--port", type=int, help="port; default: 7860, or the next free one")

    measure = command(
        "eval",
        _eval,
        "measure search, answers and refusals on a dataset in the layout of BEIR",
        index=None,
        index_help="folder to keep the dataset's index in; default: one under index/eval",
    )
    _add_eval_options(measure)
    return parser


def _path(text: str) -> Path:
    if not text.strip():  # as `--index "$UNSET"` gives it; Path("") is the working directory
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def _add_eval_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("dataset", type=_path, metavar="DATASET_DIR", help="corpus.jsonl, queries.jsonl, qrels/")
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
        help="search only what was published by each question's metadata.as_of",
    )
    add(
        "--picture",
        type=_path,
        metavar="FILE",
        help="write the risk–coverage curve to this .svg or .png file",
    )
    add("--json", action="store_true", help="print JSON")


def _add_search_options(parser: argparse.ArgumentParser, k: int) -> None:
    parser.add_argument(
        "-k", type=int, default=k, metavar="N", help=f"passages to show; default: {k}"
    )
    parser.add_argument("--publisher", help="only this publisher")
    parser.add_argument("--author", help="only authors whose name holds these words, in any order")
    parser.add_argument("--after", metavar="DAY", help="only from this day on, like 2025-07-31")
    parser.add_argument("--before", metavar="DAY", help="only before this day")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _open(options: argparse.Namespace) -> Archive:
    from qa.archive import Archive
    from qa.settings import Settings

    return Archive.open(options.index, Settings.load(options.settings))


def _filters(options: argparse.Namespace) -> dict[str, str | None]:
    return {name: getattr(options, name) for name in ("publisher", "author", "after", "before")}


def _print_json(value: Any) -> None:  # noqa: ANN401 - anything JSON can hold
    from qa.terminal import visible_json

    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    document = json.dumps(value, ensure_ascii=not encoding.startswith("utf"))
    print(visible_json(document), flush=True)


def _index(options: argparse.Namespace) -> int:
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


def _verify(options: argparse.Namespace) -> int:
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


def _ask(options: argparse.Namespace) -> int:
    if options.question == ["-"]:
        return _ask_each_line(options)
    from qa import serialise, terminal

    answer = _open(options).ask(_question(options), options.k, **_filters(options))
    if options.json:
        _print_json(serialise.answer(answer))
    else:
        print(terminal.render_answer(answer))
    return OK if answer.answered else NOT_IN_ARCHIVE


def _ask_each_line(options: argparse.Namespace) -> int:
    from qa import serialise, terminal

    archive = _open(options)
    for question in _lines():
        answer = archive.ask(question, options.k, **_filters(options))
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


def _search(options: argparse.Namespace) -> int:
    from qa import serialise, terminal

    hits = _open(options).search(_question(options), options.k, **_filters(options))
    if options.json:
        _print_json([serialise.hit(hit) for hit in hits])
    else:
        print(terminal.render_hits(hits) if hits else "nothing found")
    return OK if hits else NOT_IN_ARCHIVE


def _articles(options: argparse.Namespace) -> int:
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


def _show(options: argparse.Namespace) -> int:
    from qa import serialise, terminal

    article = _open(options).article(options.article_id)
    if options.json:
        _print_json(serialise.article(article))
    else:
        print(terminal.render_article(article))
    return OK


def _info(options: argparse.Namespace) -> int:
    from qa import terminal

    info = _open(options).info()
    if options.json:
        _print_json(info)
    else:
        print(terminal.render_info(info))
    return OK


def _serve(options: argparse.Namespace) -> int:
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


def _eval(options: argparse.Namespace) -> int:
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


if __name__ == "__main__":
    sys.exit(main())

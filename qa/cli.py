"""The command line: `qa`.

Exit codes: 0 answered or done, 1 a known error (one line on standard error), 2 wrong usage,
3 the archive does not hold the answer (or holds nothing that was searched for), 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from qa import commands
from qa.commands import ERROR, OK
from qa.errors import QAError


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
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str,
        run: Callable[[argparse.Namespace], int],
        about: str,
        index: Path | None = Path("index"),
        index_help: str = "folder of the index; default: index",
    ) -> argparse.ArgumentParser:
        added = subparsers.add_parser(name, help=about, description=about)
        added.set_defaults(run=run, command=name)
        added.add_argument("--index", type=_path, default=index, metavar="DIR", help=index_help)
        added.add_argument(
            "--settings",
            type=_path,
            metavar="FILE",
            help="settings; default: qa.toml, if there is one",
        )
        return added

    index = command("index", commands.index, "bring the index up to date with the corpus folder")
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

    ask = command("ask", commands.ask, "answer a question with quotes; - reads one question a line")
    ask.add_argument("question", nargs="+", metavar="QUESTION", help="in plain words, or -")
    _add_search_options(ask, k=5)

    search = command("search", commands.search, "list the passages that best fit a question")
    search.add_argument("question", nargs="+", metavar="QUESTION", help="in plain words")
    _add_search_options(search, k=10)

    articles = command(
        "articles", commands.articles, "list the articles, or what could not be read"
    )
    articles.add_argument(
        "--problems", action="store_true", help="list what could not be read, and why"
    )
    articles.add_argument("--json", action="store_true", help="print JSON")

    show = command("show", commands.show, "print one article")
    show.add_argument("article_id", metavar="ARTICLE_ID", help="an id, or its first digits")
    show.add_argument("--json", action="store_true", help="print JSON")

    info = command("info", commands.info, "say what the index holds and was built with")
    info.add_argument("--json", action="store_true", help="print JSON")

    verify = command(
        "verify", commands.verify, "prove that store, words and vectors agree; or mend them"
    )
    verify.add_argument("--repair", action="store_true", help="mend what is wrong")
    verify.add_argument("--json", action="store_true", help="print JSON")

    serve = command("serve", commands.serve, "serve the web page")
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
        commands.evaluate,
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
        help="ask each question as of its metadata.as_of: nothing later, recent articles first",
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
    parser.add_argument(
        "--as-of",
        metavar="DAY",
        help="ask as on this day: use nothing published later, recent articles first",
    )
    parser.add_argument(
        "--literal", action="store_true", help="take the question as it stands: no operators"
    )
    parser.add_argument("--explain", action="store_true", help="say why each passage was found")
    parser.add_argument("--json", action="store_true", help="print JSON")


if __name__ == "__main__":
    sys.exit(main())

"""`qa ask`, `qa search`: questions."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qa.commands import batch
from qa.commands.shared import (
    ERROR,
    NOT_IN_ARCHIVE,
    OK,
    AddCommand,
    add_filters,
    add_json,
    filled,
    lacks_characters,
    open_archive,
    options_of,
    print_json,
    print_lines,
)
from qa.errors import InputError

if TYPE_CHECKING:
    from qa.request import Request


FORMATS = ("markdown", "csv", "json", "bibtex", "csl-json")
"""Those of `qa.exports.documents`, which is not imported only to print the help."""


def add(command: AddCommand) -> None:
    """Add the commands."""
    asked = command("ask", ask, "answer a question with quotes; - reads one question a line")
    asked.add_argument("question", nargs="*", metavar="QUESTION", help="in plain words, or -")
    _add_search_options(asked, k=5)
    asked.add_argument("--format", choices=FORMATS, help="print the answer for another program")
    batch.add_options(asked)
    asked.set_defaults(misused=asked.error)

    searched = command("search", search, "list the passages that best fit a question")
    searched.add_argument("question", nargs="+", metavar="QUESTION", help="in plain words")
    _add_search_options(searched, k=10)


def _add_search_options(parser: argparse.ArgumentParser, k: int) -> None:
    parser.add_argument(
        "-k", type=int, default=k, metavar="N", help=f"passages to show; default: {k}"
    )
    add_filters(parser)
    parser.add_argument(
        "--as-of",
        type=filled,
        metavar="DAY",
        help="ask as on this day: use nothing published later, recent articles first",
    )
    parser.add_argument(
        "--literal", action="store_true", help="take the question as it stands: no operators"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="CLUE",
        help="something understood to leave aside, like publisher or dates; may be repeated",
    )
    parser.add_argument(
        "--all-copies", action="store_true", help="show each copy of a story, not the first alone"
    )
    parser.add_argument("--explain", action="store_true", help="say why each passage was found")
    add_json(parser)


def ask(options: argparse.Namespace) -> int:
    """Answer a question."""
    if options.format and (options.batch is not None or options.question == ["-"]):
        options.misused("--format is for one question; a list is asked with - --json, or --batch")
    if options.format and options.json:
        options.misused("--json or --format, not both")
    if options.out is not None and options.batch is None:
        options.misused("--out is where --batch writes; save an answer with: qa ask … > FILE")
    if options.batch is not None:
        return batch.run(options, {"k": options.k, **_how(options)})
    if not options.question:
        options.misused("a question, - or --batch is needed")
    if options.question == ["-"]:
        return _ask_each_line(options)
    from qa import serialise, terminal
    from qa.exports import documents

    answer = open_archive(options).ask(_question(options), options.k, **_how(options))
    if options.json:
        print_json(serialise.answer(answer))
    elif options.format:
        document = documents.render(answer, options.format)
        if "json" in options.format and lacks_characters():  # JSON can do without them
            document = json.dumps(json.loads(document), indent=1) + "\n"
        print(terminal.visible_lines(document), end="")
    else:
        print(terminal.render_answer(answer, options_of(options, corpus=False)))
    return OK if answer.answered else NOT_IN_ARCHIVE


def _ask_each_line(options: argparse.Namespace) -> int:
    """Answer each line; one that cannot be asked is told, and stops none of the others."""
    from qa import serialise, terminal

    archive = open_archive(options)
    archive.ask("", options.k, **_how(options))  # options that no question can be asked with
    code = OK
    for number, question in enumerate(_lines(), 1):
        try:
            answer = archive.ask(question, options.k, **_how(options))
        except InputError as error:  # the other lines are none the worse for it
            code = ERROR
            print(terminal.visible(f"qa: line {number}: {error}"), file=sys.stderr)
            if options.json:
                print_json({"question": question, "error": str(error)})
            continue
        if options.json:
            print_json(serialise.answer(answer))
        else:
            told = terminal.render_answer(answer, options_of(options, corpus=False))
            print(told, end="\n\n", flush=True)
    return code


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
        yield (line.removeprefix("\ufeff") if number == 1 else line).strip()


def _how(options: argparse.Namespace) -> dict[str, Any]:
    names = (
        "publisher",
        "author",
        "after",
        "before",
        "language",
        "agency",
        "as_of",
        "literal",
        "without",
        "explain",
        "all_copies",
    )
    return {name: getattr(options, name) for name in names}


def _request(options: argparse.Namespace) -> Request:
    from qa.request import make_filters, make_request

    filters = make_filters(
        options.publisher,
        options.author,
        options.after,
        options.before,
        options.language,
        options.agency,
    )
    return make_request(
        _question(options),
        filters,
        options.as_of,
        literal=options.literal,
        without=options.without,
        explain=options.explain,
        all_copies=options.all_copies,
    )


def search(options: argparse.Namespace) -> int:
    """List passages."""
    from qa import serialise, terminal
    from qa.replies.refusing import reason

    request = _request(options)
    found = open_archive(options).retriever.find(request, options.k)
    hits = found.hits
    if options.json:
        print_json([serialise.hit(hit) for hit in hits])
    else:
        listed = terminal.render_hits(hits, options_of(options, corpus=False))
        nothing = "" if hits else terminal.visible(f"nothing found: {reason(found, None)}")
        print_lines(terminal.render_understood(found.understood.told()), listed, nothing)
    return OK if hits else NOT_IN_ARCHIVE

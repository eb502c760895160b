"""`qa ask --batch FILE.csv --out PACK.zip`: a list of questions becomes an evidence pack."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from qa.commands.shared import ERROR, OK, open_archive, path, print_json, print_lines
from qa.errors import InputError

STDIN: Final = Path("-")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--batch` and `--out`."""
    parser.add_argument(
        "--batch",
        type=path,
        metavar="FILE",
        help="ask a CSV of questions, - is standard input; columns: question, and if need be "
        "publisher, author, after, before, language, agency, as_of",
    )
    parser.add_argument(
        "--out",
        type=path,
        metavar="ZIP",
        help="where the evidence pack of --batch goes; default: the list's name with .zip",
    )


def run(options: argparse.Namespace, how: dict[str, Any]) -> int:
    """Ask the list, and write the pack; what was answered before Ctrl-C is written too."""
    from qa import terminal
    from qa.exports import batch

    listed: Path = options.batch
    if options.question:
        raise InputError("give a question or --batch, not both")
    if listed == STDIN and options.out is None:
        raise InputError("a list from standard input has no name; say where the pack goes: --out")
    lines = batch.read_questions(_read(listed))
    target: Path = options.out or listed.with_suffix(".zip")
    batch.check_place(target)
    if listed != STDIN and target.exists() and target.samefile(listed):
        raise InputError(f"{target} is the list itself; name another place: --out PACK.zip")
    archive = open_archive(options)
    archive.ask("", **how)  # options that no question can be asked with
    outcomes: list[batch.Outcome] = []
    interrupted = False
    with terminal.progress_bar() as on_progress:
        try:
            for outcome in batch.ask_each(archive.ask, lines, how, on_progress=on_progress):
                outcomes.append(outcome)
        except KeyboardInterrupt:
            interrupted = True
    batch.write_pack(target, outcomes)
    answered = sum(1 for outcome in outcomes if outcome.answer and outcome.answer.answered)
    failed = [outcome for outcome in outcomes if outcome.error]
    if options.json:
        errors = [
            {"line": o.line.number, "question": o.line.question, "error": o.error} for o in failed
        ]
        counts = {"questions": len(lines), "asked": len(outcomes), "answered": answered}
        print_json({**counts, "evidence": str(target), "errors": errors})
    else:
        print_lines(
            f"{answered} of {len(lines)} questions answered; evidence in "
            f"{terminal.visible(str(target))}",
            *(terminal.visible(f"line {o.line.number}: {o.error}") for o in failed),
        )
    if interrupted:
        raise KeyboardInterrupt
    return ERROR if failed else OK


def _read(listed: Path) -> bytes:
    try:
        if listed != STDIN:
            return listed.read_bytes()
        if sys.stdin is None:
            raise InputError("standard input is closed; write: qa ask --batch - < questions.csv")
        return sys.stdin.buffer.read()
    except OSError as error:
        raise InputError(f"cannot read {listed}: {error.strerror or error}") from error

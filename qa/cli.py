"""The command line: `qa`.

Exit codes: 0 answered or done, 1 a known error (one line on standard error), 2 wrong usage,
3 the archive does not hold the answer (or holds nothing that was searched for), 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from qa.commands import adding, asking, browsing, deleting, indexing, judging, measuring, serving
from qa.commands.shared import ERROR, INDEX_HELP, OK, Run, index_at, name_index, path
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
    run: Run = options.run
    try:
        if options.named_by_settings:
            name_index(options)
        code = run(options)
        sys.stdout.flush()  # here, where a full disk or a closed pipe is still told rightly
        return code
    except QAError as error:
        from qa.terminal import visible

        told = with_options(" ".join(str(error).splitlines()), options)
        print(f"qa: {visible(told)}", file=sys.stderr)
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


def with_options(message: str, options: argparse.Namespace) -> str:
    """A message whose next command names the same index and corpus as the command that failed."""
    given = ""
    for name in ("index", "corpus"):
        value = getattr(options, name, None)
        if value is not None and value != Path(name):
            given += f" --{name} {shlex.quote(str(value))}"

    def named(found: re.Match[str]) -> str:
        fits = given if found["command"] == "index" else given.split(" --corpus ")[0]
        return found[0] if "--index" in message else found[0] + fits

    return re.sub(r"\bqa (?P<command>index|verify)(?: --[a-z-]+)*(?= *$|[,;.)])", named, message)


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
        run: Run,
        about: str,
        index_help: str = INDEX_HELP,
        named_by_settings: bool = True,
        has_index: bool = True,
    ) -> argparse.ArgumentParser:
        added = subparsers.add_parser(name, help=about, description=about)
        added.set_defaults(run=run, command=name)
        added.set_defaults(named_by_settings=named_by_settings and has_index, index=None)
        if not has_index:
            return added
        added.add_argument("--index", type=index_at, metavar="DIR", help=index_help)
        added.add_argument(
            "--settings",
            type=path,
            metavar="FILE",
            help="settings; default: qa.toml, if there is one",
        )
        return added

    for kind in (adding, indexing, asking, browsing, deleting, serving, measuring, judging):
        kind.add(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())

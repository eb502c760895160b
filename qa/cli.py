"""The command line: `qa`.

Exit codes: 0 answered or done, 1 a known error (one line on standard error), 2 wrong usage,
3 the archive does not hold the answer (or holds nothing that was searched for), 130 interrupted.
"""

# What is imported here is imported before Ctrl-C can be told in one line: next to nothing. All
# else is imported inside the functions.
from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from qa.commands.shared import Run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the entry point of `qa`.

    Args:
        arguments: The command line without the program's name; None takes the process's own.

    Returns:
        The exit code.
    """
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        print("qa: interrupted; nothing is lost, run the same command to go on", file=sys.stderr)
        return 130


def _run(arguments: Sequence[str] | None) -> int:
    from qa.commands.shared import ERROR, OK, drop_output, name_index, with_options
    from qa.errors import QAError

    _prepare_streams()
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        named = " ".join(unknown)
        parser.error(f"unrecognized arguments: {named}; see: qa {options.command} --help")
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
    except BrokenPipeError:  # `qa articles | head`
        drop_output()
        return OK
    except OSError as error:
        drop_output()
        print(f"qa: the system refused: {error}; mend that and try again", file=sys.stderr)
        return ERROR


def _prepare_streams() -> None:
    """Make both outputs ones that can be printed to, whatever was asked of them.

    A stream that was closed (`>&-`) is None in Python, and what is printed to a None of standard
    error goes to standard output. A character that the terminal's encoding lacks becomes "?" rather
    than the end of the answer.
    """
    import io
    import os

    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    import argparse

    from qa import __version__
    from qa.commands import (
        adding,
        asking,
        browsing,
        deleting,
        indexing,
        judging,
        measuring,
        serving,
    )
    from qa.commands.shared import INDEX_HELP, index_at, path

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

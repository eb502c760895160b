"""What several commands share: opening the archive, printing, options.

Everything heavy is imported inside the functions: `qa --help` loads none of it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from qa.errors import InputError

if TYPE_CHECKING:
    from qa.archive import Archive
    from qa.milvus.address import Location

OK, ERROR, NOT_IN_ARCHIVE = 0, 1, 3
"""Exit codes; 2 is wrong usage, 130 interrupted."""

INDEX_HELP = "folder of the index, or milvus://host:19530/name; default: the setting, or index"

Run = Callable[[argparse.Namespace], int]
"""Does what a command is for and returns its exit code."""


class AddCommand(Protocol):
    """Adds a command, with `--index` and `--settings`; the caller adds what else it takes."""

    def __call__(
        self,
        name: str,
        run: Run,
        about: str,
        index_help: str = INDEX_HELP,
        named_by_settings: bool = True,
        has_index: bool = True,
    ) -> argparse.ArgumentParser:
        """Add it; see `qa.cli`."""
        ...


def index_at(text: str) -> Location:
    """Read a folder or an address given as an option."""
    from qa.milvus.address import location

    path(text)  # checks it
    try:
        return location(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def name_index(options: argparse.Namespace) -> None:
    """Fill in what the settings name where no `--index` is given."""
    if options.index is None:
        from qa.milvus.address import location
        from qa.settings import Settings

        options.index = location(Settings.load(options.settings).index)


def open_archive(options: argparse.Namespace) -> Archive:
    """Open the archive that `--index` and `--settings` name."""
    from qa.archive import Archive
    from qa.settings import Settings

    return Archive.open(options.index, Settings.load(options.settings))


def print_json(value: Any) -> None:  # noqa: ANN401 - anything JSON can hold
    """Print one JSON document on a line of its own."""
    from qa.terminal import visible_json

    print(visible_json(json.dumps(value, ensure_ascii=lacks_characters())), flush=True)


def lacks_characters() -> bool:
    """Whether standard output is written in an encoding that has not every character."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return not encoding.startswith("utf")


def print_lines(*parts: str) -> None:
    """Print the parts that are not empty."""
    if text := "\n".join(part for part in parts if part):
        print(text, flush=True)


def tell(*parts: str) -> None:
    """Print the parts that are not empty, amid work that goes on where nobody reads any more."""
    try:
        print_lines(*parts)
    except BrokenPipeError:  # `qa index | head -1`
        drop_output()
    except OSError as error:  # else it is taken for what the disk says of the index
        drop_output()
        raise InputError(
            f"cannot write the output: {error.strerror}; write it elsewhere, then run again"
        ) from error


def drop_output() -> None:
    """Let what is still to be written go nowhere, so that Python's own exit does not fail on it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def options_of(options: argparse.Namespace, *, corpus: bool = True) -> str:
    """The options by which another command is about the same archive, with a blank in front.

    Args:
        options: Those of the command that names another.
        corpus: Whether that one takes `--corpus`.
    """
    from qa.terminal import visible

    given = ""
    for name in ("index", "settings", "corpus") if corpus else ("index", "settings"):
        value = getattr(options, name, None)
        if value is not None and value != Path(name):
            given += f" --{name} {shlex.quote(str(value))}"
    return visible(given)


def with_options(message: str, options: argparse.Namespace) -> str:
    """A message whose next command is about the same archive as the command that says it."""
    if "--index" in message:
        return message

    def named(found: re.Match[str]) -> str:
        return found[0] + options_of(options, corpus=found["command"] in ("index", "restore"))

    names = "index|verify|judge|articles|restore"
    commands = rf"\bqa (?P<command>{names})(?: --[a-z-]+)*(?= *$|[,;.)`])"
    return re.sub(commands, named, message, flags=re.MULTILINE)


def path(text: str) -> Path:
    """Read a path given as an option."""
    if not text.strip():  # as `--index "$UNSET"` gives it; Path("") is the working directory
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def filled(text: str) -> str:
    """Read what is searched for given as an option."""
    if not text.strip():  # as `--publisher "$UNSET"` gives it, which would search everything
        raise argparse.ArgumentTypeError("it is empty; name something, or leave the option out")
    return text


def article_id(text: str) -> str:
    """Read an article's id, which every list prints behind a "#"."""
    return text.strip().removeprefix("#").lower()


def add_corpus(parser: argparse.ArgumentParser) -> None:
    """Add `--corpus`."""
    parser.add_argument(
        "--corpus",
        type=path,
        default=Path("corpus"),
        metavar="DIR",
        help="folder of the articles; default: corpus",
    )


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add the filters that searches and lists share."""
    for name, metavar, about in (
        ("publisher", None, "only this publisher"),
        ("author", None, "only authors whose name holds these words, in any order"),
        ("after", "DAY", "only from this day or month on, like 2025-07-31 or 2025-07"),
        ("before", "DAY", "only before this day or month"),
        ("language", "TAG", "only this language, like de or German"),
        ("agency", None, "only what this news agency sent, like AP"),
    ):
        parser.add_argument(f"--{name}", type=filled, metavar=metavar, help=about)


def add_json(parser: argparse.ArgumentParser, about: str = "print JSON") -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help=about)

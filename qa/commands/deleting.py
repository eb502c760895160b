"""`qa delete`, `qa restore`: take articles out of the corpus, and bring them back."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from qa.commands.shared import (
    OK,
    AddCommand,
    add_corpus,
    add_json,
    article_id,
    open_archive,
    options_of,
    print_json,
)
from qa.errors import InputError

if TYPE_CHECKING:
    from qa.files.deletions import Deleted


def add(command: AddCommand) -> None:
    """Add the commands."""
    about = "delete an article; its file is put away, or keeps the article but is read without it"
    gone = command("delete", delete, about)
    gone.add_argument(
        "article_id", type=article_id, metavar="ARTICLE_ID", help="an id, or its first digits"
    )
    add_corpus(gone)
    add_json(gone)

    back = command("restore", restore, "bring a deleted article back, or list those deleted")
    back.add_argument(
        "article_id",
        type=article_id,
        nargs="?",
        metavar="ARTICLE_ID",
        help="an id, or its first digits",
    )
    add_corpus(back)
    add_json(back)


def delete(options: argparse.Namespace) -> int:
    """Delete an article."""
    done = open_archive(options).delete(options.article_id, options.corpus)
    if options.json:
        print_json(asdict(done))
    else:
        print(f"deleted {_render(done)}\nundo: qa restore {done.id}{options_of(options)}")
    return OK


def restore(options: argparse.Namespace) -> int:
    """Restore an article, or list what can be."""
    from qa.files.deletions import deleted
    from qa.terminal import visible

    if options.article_id:
        done = open_archive(options).restore(options.article_id, options.corpus)
        if options.json:
            print_json(asdict(done))
        else:
            print(f"restored {done.id}  {visible(done.title)}  ({visible(done.source)})")
        return OK
    if not options.corpus.is_dir():
        raise InputError(
            f"{options.corpus} is not a folder; name the one of your articles: --corpus DIR"
        )
    found = deleted(options.corpus)
    if options.json:
        print_json([asdict(each) for each in found])
    else:
        print("\n".join(map(_render, found)) or "nothing was deleted")
    return OK


def _render(done: Deleted) -> str:
    from qa.terminal import visible

    how = "its file was put away" if done.kept_as else "its file stays, with others"
    return f"{done.id}  {visible(done.title)}  ({visible(done.source)}: {how})"

"""`qa articles`, `qa show`, `qa info`: what the archive holds."""

from __future__ import annotations

import argparse

from qa.commands.shared import OK, AddCommand, add_json, open_archive, print_json


def add(command: AddCommand) -> None:
    """Add the commands."""
    listed = command("articles", articles, "list the articles, or what could not be read")
    listed.add_argument(
        "--problems", action="store_true", help="list what could not be read, and why"
    )
    add_json(listed)

    shown = command("show", show, "print one article")
    shown.add_argument("article_id", metavar="ARTICLE_ID", help="an id, or its first digits")
    add_json(shown)

    add_json(command("info", info, "say what the index holds and was built with"))


def articles(options: argparse.Namespace) -> int:
    """List articles or problems."""
    from qa import serialise, terminal

    archive = open_archive(options)
    if options.problems:
        problems = archive.problems()
        if options.json:
            print_json([serialise.problem(problem) for problem in problems])
        else:
            print("\n".join(map(terminal.render_problem, problems)) or "no problems")
        return OK
    articles = archive.articles()
    if options.json:
        print_json([serialise.article(article) for article in articles])
    else:
        print(terminal.render_articles(articles) if articles else "no articles; run: qa index")
    return OK


def show(options: argparse.Namespace) -> int:
    """Print an article."""
    from qa import serialise, terminal

    article = open_archive(options).article(options.article_id)
    if options.json:
        print_json(serialise.article(article))
    else:
        print(terminal.render_article(article))
    return OK


def info(options: argparse.Namespace) -> int:
    """Say what the index holds."""
    from qa import terminal

    info = open_archive(options).info()
    if options.json:
        print_json(info)
    else:
        print(terminal.render_info(info))
    return OK

"""`qa articles`, `qa show`, `qa info`: what the archive holds."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from qa.commands.shared import (
    OK,
    AddCommand,
    add_filters,
    add_json,
    article_id,
    open_archive,
    options_of,
    print_json,
    with_options,
)
from qa.errors import InputError

if TYPE_CHECKING:
    from qa.archive import Archive

ALL = 2**31
"""More articles than any archive has."""


def add(command: AddCommand) -> None:
    """Add the commands."""
    listed = command("articles", articles, "list the articles, or what could not be read")
    listed.add_argument("words", nargs="*", metavar="WORD", help="only articles with these words")
    add_filters(listed)
    listed.add_argument(
        "--sort",
        metavar="FIELD",
        help="published_at (newest first), title, publisher, author, language or source",
    )
    listed.add_argument("--limit", type=int, metavar="N", help="at most this many; default: all")
    listed.add_argument("--offset", type=int, default=0, metavar="N", help="leave out the first N")
    listed.add_argument(
        "--counts",
        action="store_true",
        help="count them by publisher, author, year, language and agency",
    )
    listed.add_argument(
        "--stories", action="store_true", help="list the stories that several articles tell"
    )
    listed.add_argument(
        "--problems", action="store_true", help="list what could not be read, and why"
    )
    add_json(listed)

    shown = command("show", show, "print one article")
    shown.add_argument(
        "article_id", type=article_id, metavar="ARTICLE_ID", help="an id, or its first digits"
    )
    shown.add_argument("--revision", type=int, metavar="N", help="as it was; default: as it is now")
    shown.add_argument(
        "--diff", action="store_true", help="what changed since that revision, or the one before"
    )
    add_json(shown)

    add_json(command("info", info, "say what the index holds and was built with"))


def articles(options: argparse.Namespace) -> int:
    """List articles or problems."""
    from qa import serialise, terminal

    names = ("publisher", "author", "after", "before", "language", "agency")
    wanted = {name: getattr(options, name) for name in names}
    words = " ".join(options.words)
    paged = options.sort or options.offset or options.limit is not None
    if options.problems + options.stories + options.counts > 1:
        raise InputError("--problems, --stories and --counts are three lists; name one of them")
    if (options.problems or options.stories) and (words or any(wanted.values()) or paged):
        raise InputError(
            "--problems and --stories list all there are; leave out words and filters, "
            "--sort, --limit and --offset"
        )
    if options.counts and paged:
        raise InputError("--counts counts all that match; leave out --sort, --limit and --offset")
    archive = open_archive(options)
    if options.problems:
        problems = archive.problems()
        if options.json:
            print_json([serialise.problem(problem) for problem in problems])
        else:
            print("\n".join(map(terminal.render_problem, problems)) or "no problems")
        return OK
    if options.stories:
        stories = archive.stories()
        if options.json:
            print_json([serialise.story(story) for story in stories])
        else:
            print("\n".join(map(terminal.render_story, stories)) or "no story has two articles")
        return OK
    if options.counts:
        facets = archive.facets(words, **wanted)
        if options.json:
            print_json(serialise.facets(facets))
        else:
            print(terminal.render_facets(facets))
        return OK
    sort = options.sort or "published_at"
    articles, total = archive.article_page(
        words,
        sort,
        sort == "published_at",
        options.offset,
        ALL if options.limit is None else options.limit,
        **wanted,
    )
    if options.json:
        print_json([serialise.article(article) for article in articles])
    elif articles:
        print(terminal.render_articles(articles))
        if len(articles) < total:
            print(f"{len(articles)} of {total} articles")
    elif total:
        print(f"none: --offset {options.offset} leaves out all {total}")
    else:
        restricted = words or any(wanted.values())
        empty = with_options("no articles; run: qa index", options)
        print(_no_match(archive, wanted) if restricted else empty)
    return OK


def _no_match(archive: Archive, filters: Mapping[str, str | None]) -> str:
    """That nothing is listed; where that is for the filters alone, which and what to write."""
    from qa import terminal
    from qa.replies.refusing import emptied
    from qa.request import make_filters, make_request

    found = archive.retriever.find(make_request("", make_filters(**filters)), 1)
    generation = found.generation
    matched = generation.any(generation.passing(found.filters))
    return "no article matches" if matched else terminal.visible(emptied(found))


def show(options: argparse.Namespace) -> int:
    """Print an article."""
    from qa import serialise, terminal

    archive = open_archive(options)
    if options.diff:
        return _show_difference(archive, options)
    article = archive.article(options.article_id, options.revision)
    story, newest = archive.story(article.id), archive.article(article.id)
    if options.json:
        versions = archive.versions(article.id)
        print_json(
            {
                **serialise.article(article),
                "story": serialise.story(story),
                "versions": [serialise.article_reference(each) for each in versions],
            }
        )
    else:
        compare = f"qa show {article.id} --diff{options_of(options, corpus=False)}"
        if newest.later is not None:
            print(f"An earlier version; the newest is #{newest.later.id}: {compare}")
        if article.revision < newest.revision:
            print(
                f"Revision {article.revision}; since changed, now {newest.revision}: "
                f"{compare} --revision {article.revision}"
            )
        print(terminal.render_article(article))
        if len(story.articles) > 1:
            print(f"\nOne story in {len(story.articles)} articles:\n{terminal.render_story(story)}")
    return OK


def _show_difference(archive: Archive, options: argparse.Namespace) -> int:
    from qa import serialise, terminal
    from qa.revisions import difference

    article_id, number = options.article_id, options.revision
    kept = archive.revisions(article_id)
    versions = archive.versions(article_id)
    before = archive.article(article_id, number) if number is not None else kept[-2:][0]
    after = kept[-1]
    if number is None and len(versions) > 1 and (len(kept) == 1 or after.id != versions[-1].id):
        # Of another file: what changed up to the newest, or, of that, since the one before.
        after = versions[-1]
        before = versions[-2] if before.id == after.id else kept[-1]
    lines = difference(before, after)
    if options.json:
        ends = {"before": before, "after": after}
        told = {name: serialise.article_reference(each) for name, each in ends.items()}
        print_json({**told, "diff": lines})
        return OK
    print("\n".join(map(terminal.visible, lines)) or "no earlier revision is kept that differs")
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

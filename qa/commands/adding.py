"""`qa add`: put files and web pages into the corpus, or only show what is understood of them."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from qa.commands.shared import (
    ERROR,
    OK,
    AddCommand,
    add_corpus,
    add_json,
    path,
    print_json,
    print_lines,
    tell,
    with_options,
)
from qa.errors import InputError, ReadingError
from qa.records import Problem

if TYPE_CHECKING:
    from qa.files.adding import Added
    from qa.reading import Preview, Stated


_MAX_DROPPED = 20
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One file that is to be added.

    Attributes:
        told: What to call it: its path, the address it was fetched from.
        path: Where it lies; None where it could not be had.
        name: A safe name for it in the corpus.
        stated: What is known of it.
        refused: Why it could not be had.
    """

    told: str
    path: Path | None
    name: str
    stated: Stated
    refused: str = ""


def add(command: AddCommand) -> None:
    """Add the command."""
    about = "put files or web pages into the corpus and index them; or preview what they say"
    added = command("add", run, about)
    flag = added.add_argument
    flag(
        "paths",
        type=_named,
        nargs="+",
        metavar="PATH",
        help="files, folders, https://… pages; - is standard input",
    )
    add_corpus(added)
    flag("--preview", action="store_true", help="show what is understood, add nothing")
    flag(
        "--captured",
        metavar="DAY",
        help='when the pages were saved, 2025-08-03: gives "4 hours ago" a date',
    )
    flag(
        "--column",
        action="append",
        default=[],
        metavar="FIELD=NAME",
        help="the name of a column or key: text=Artikeltext; may be repeated",
    )
    flag("--name", metavar="NAME", help="what to call standard input: page.html")
    add_json(added, "print JSON; with --preview a line for each article")


def _named(text: str) -> str:
    """Read what is to be added: a path, an address, or -."""
    path(text)  # checks it: nobody means all of the working directory by "$UNSET"
    return text


def run(options: argparse.Namespace) -> int:
    """Add or preview."""
    if options.name is not None and "-" not in options.paths:
        raise InputError("--name names standard input; leave it out, or write: qa add -")
    stated = _stated(options)
    with tempfile.TemporaryDirectory(prefix="qa-add-") as folder:
        # All local ones first: a path that is not there is told before anything is fetched.
        paths = sorted(dict.fromkeys(options.paths), key=_is_address)
        wanted = [
            each
            for number, given in enumerate(paths)
            for each in _wanted(given, Path(folder, str(number)), options, stated)
        ]
        if not wanted:
            raise InputError("no file there that can be read; see: qa add --help")
        if options.preview:
            return _preview(wanted, as_json=options.json)
        return _add(wanted, options)


def _stated(options: argparse.Namespace) -> Stated:
    from qa.reading.content import Stated
    from qa.reading.dates import parse_date
    from qa.reading.statements import check_captured, check_columns

    captured = None
    if options.captured is not None:
        try:  # of a far year: `parse_date` would not say what is wrong with it
            day: datetime | None = datetime.fromisoformat(options.captured)
        except ValueError:
            day = parse_date(options.captured)
        captured = check_captured(day, f"--captured {options.captured!r}")
    columns: dict[str, str] = {}
    for pair in options.column:
        field, equals, name = pair.partition("=")
        if not equals:
            raise InputError(f"--column {pair!r} has no =; write it as text=Artikeltext")
        columns[field.strip()] = name.strip()
    by = "--captured" if captured else ""
    return Stated(captured=captured, captured_by=by, columns=check_columns(columns))


def _is_address(path: str) -> bool:
    return _ADDRESS.match(path) is not None


def _wanted(
    path: str, folder: Path, options: argparse.Namespace, stated: Stated
) -> Iterator[_Wanted]:
    """The files that an argument means; those that lie nowhere yet are put into a folder."""
    from qa.files.adding import describes, files_of, leads_out

    if _is_address(path):
        yield _fetched(path, folder, stated)
    elif path == "-":
        file = _standard_input(folder, options.name)
        yield _Wanted(file.name, file, file.name, stated)
    else:
        for file, safe in files_of([Path(path)]):
            if file != Path(path) and describes(file, options.corpus):
                continue
            told = str(file).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            if leads_out(file, Path(path)):
                why = "a link that leads out of the folder; add the file that it means by itself"
                yield _Wanted(told, None, safe, stated, why)
            else:
                yield _Wanted(told, file, safe, stated)


def _fetched(url: str, folder: Path, stated: Stated) -> _Wanted:
    from qa.files.fetching import fetch

    try:
        page = fetch(url)
    except ReadingError as error:
        return _Wanted(url, None, "", stated, error.reason)
    folder.mkdir()
    path = folder / page.name
    path.write_bytes(page.data)
    if stated.captured is None:
        stated = replace(stated, captured=page.captured, captured_by="fetched")
    return _Wanted(url, path, page.name, replace(stated, url=page.url))


def _standard_input(folder: Path, name: str | None) -> Path:
    from qa.files.adding import safe_name
    from qa.reading.formats import sniff

    if sys.stdin is None:
        raise InputError("standard input is closed; write: qa add - < page.html")
    data = sys.stdin.buffer.read()
    folder.mkdir()
    path = folder / safe_name(name or f"stdin{sniff(data)}")
    path.write_bytes(data)
    return path


def _preview(wanted: list[_Wanted], *, as_json: bool) -> int:
    from qa.reading import Preview
    from qa.reading.workers import ToRead, shared

    found = False
    for each in wanted:
        if each.path is None:
            problem = Problem(each.told, each.refused)
            seen = Preview(each.told, (), (problem,), (), opened=False)
        else:
            # A page is read by its name, whose suffix picks the reader.
            source = each.path.name if _is_address(each.told) else each.told
            seen = shared().preview(ToRead(each.path, source, each.stated))
            seen = replace(seen, source=each.told)
        found = found or bool(seen.articles)
        if as_json:
            for line in seen.as_json():
                print_json(line)
        else:
            print_lines(_render_preview(seen))
    return OK if found else ERROR


def _render_preview(seen: Preview) -> str:
    from qa.terminal import render_problem, visible

    count = len(seen.articles)
    lines = [f"{visible(seen.source)}: {count} article{'' if count == 1 else 's'}"]
    for article in seen.articles:
        lines.append(f"  {visible(article.title)}")
        for name in ("title", "publisher", "author", "published_at", "updated_at", "captured_at",
                     "age", "dateline", "agency", "url", "language", "place"):  # fmt: skip
            value = getattr(article, name)
            if value is not None and (name != "title" or "title" in article.provenance):
                value = value.isoformat() if name.endswith("_at") else str(value)
                origin = article.provenance.get(name)
                if name in article.date_confidence:
                    origin = f"{origin}; {article.date_confidence[name]}"
                shown = visible(value) + (f"  ({visible(origin)})" if origin else "")
                lines.append(f"    {name.removesuffix('_at'):10} {shown}")
        words = len(article.text.split())
        pages = f", {len(article.pages)} pages" if article.pages else ""
        start = " ".join(article.text.split()[:14])
        lines.append(f"    {'text':10} {visible(start)} … ({words} words{pages})")
    if seen.dropped:
        lines.append(f"  left out ({len(seen.dropped)} lines):")
        lines.extend(f"    - {visible(_short(line))}" for line in seen.dropped[:_MAX_DROPPED])
        if len(seen.dropped) > _MAX_DROPPED:
            lines.append(f"    and {len(seen.dropped) - _MAX_DROPPED} more")
    lines.extend(f"  problem: {render_problem(problem)}" for problem in seen.problems)
    return "\n".join(lines)


def _short(line: str, max_chars: int = 90) -> str:
    return line if len(line) <= max_chars else line[: max_chars - 1] + "…"


def _add(wanted: list[_Wanted], options: argparse.Namespace) -> int:
    from qa import terminal
    from qa.archive import Archive
    from qa.files import adding
    from qa.files.held import Held
    from qa.settings import Settings

    archive = Archive(options.index, Settings.load(options.settings))
    results = []
    with Held(options.corpus) as held:
        for each in wanted:
            if each.path is None:
                problem = Problem(each.told, each.refused)
                results.append(adding.Added(each.told, None, False, 0, (problem,)))
            else:
                added = adding.add(each.path, each.name, held, each.stated)
                results.append(replace(added, name=each.told))
            if not options.json:
                tell(_render_added(results[-1]))
    kept = any(result.stored_as for result in results)
    report = None
    if kept:
        with terminal.progress_bar() as on_progress:
            report = archive.sync(options.corpus, on_progress=on_progress)
    if options.json:
        print_json(
            {
                "files": [asdict(each) for each in results],
                "sync": asdict(report) if report else None,
            }
        )
    elif report is not None:
        print_lines(with_options(terminal.render_report(report), options))
    return OK if kept else ERROR


def _render_added(result: Added) -> str:
    from qa.terminal import render_problem, visible

    name = visible(result.name)
    if result.stored_as is None:
        head = f"{name}: not added"
    else:
        count = f"{result.articles} article{'' if result.articles == 1 else 's'}"
        how = "added as" if result.new else "is there already:"
        how = "has changed, put in the place of" if result.changed else how
        head = f"{name}: {count}, {how} {visible(result.stored_as)}"
    return "\n".join([head, *(f"  {render_problem(problem)}" for problem in result.problems)])

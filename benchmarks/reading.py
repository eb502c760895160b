"""How well and how fast web pages are read: `python -m benchmarks.reading [--files N]`.

Bodies by the measure of article-extraction-benchmark (F1 of the mean precision and mean recall of
4-token shingles), beside trafilatura alone in the same run. The rules were chosen on these same
pages, so the figures are those of the data they were fitted to. Titles and dates are compared with
the page's own JSON-LD, which is hidden from the reader.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from qa.reading import read_bytes
from qa.reading.json_ld import article_in
from qa.reading.workers import ToRead, Workers

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "article_extraction"
_SCRIPT = re.compile(rb"<script[^>]*ld\+json[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)

Pages = dict[str, tuple[bytes, str]]


def pages() -> Pages:
    """Each page and its true body, by id."""
    truth = json.loads((DATA / "ground-truth.json").read_text(encoding="utf-8"))
    return {
        name: (
            gzip.decompress((DATA / "html" / f"{name}.html.gz").read_bytes()),
            row["articleBody"],
        )
        for name, row in truth.items()
    }


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The 4-token shingles of a text."""
    tokens = re.findall(r"\w+", text)
    return Counter(tuple(tokens[at : at + 4]) for at in range(max(1, len(tokens) - 3)))


def score(got: str, want: str) -> tuple[float, float]:
    """Precision and recall of one page."""
    ours, theirs = shingles(got), shingles(want)
    both = sum((ours & theirs).values())
    return both / sum(ours.values()), both / sum(theirs.values())


def f1(scores: Iterable[tuple[float, float]]) -> float:
    """F1 of mean precision and mean recall, as the benchmark has it."""
    rows = list(scores)
    precision = sum(p for p, _ in rows) / len(rows)
    recall = sum(r for _, r in rows) / len(rows)
    return 2 * precision * recall / (precision + recall)


def ours(data: bytes) -> str:
    """The body as this project reads it."""
    return "\n".join(article.text for article in read_bytes(data, "page.html").articles)


def trafilatura_alone(data: bytes) -> str:
    """The body as the library reads it by itself."""
    from trafilatura import extract

    return extract(data, include_comments=False) or ""


def print_bodies(data: Pages) -> None:
    print(f"| bodies of {len(data)} pages | F1 |\n|---|---|")
    readers: tuple[tuple[str, Callable[[bytes], str]], ...] = (
        ("article-qa", ours),
        ("trafilatura alone", trafilatura_alone),
    )
    for name, read in readers:
        scores = [score(read(page), body) for page, body in data.values()]
        print(f"| {name} | {f1(scores):.3f} |")


def print_fields(data: Pages) -> None:
    titles = bare = dates = titled = dated = invented = 0
    for page, _ in data.values():
        scripts = [s.decode("utf-8", "replace") for s in _SCRIPT.findall(page)]
        stated, _ = article_in(scripts)
        articles = read_bytes(_SCRIPT.sub(b"", page), "page.html").articles
        found = articles[0] if articles else None
        if stated.title:
            titled += 1
            titles += bool(found and _plain(found.title) == _plain(stated.title))
            as_read = read_bytes(page, "page.html").articles
            bare += bool(found and as_read and _plain(found.title) == _plain(as_read[0].title))
        if stated.published_at:
            dated += 1
            day = found.published_at if found else None
            # A page's time zone moves the day; half a day either way is the same.
            near = day and abs((day - stated.published_at).total_seconds()) <= 86_400
            dates += bool(near)
            invented += bool(day and not near)
    print(
        f"\ntitles without JSON-LD: {titles} of {titled} ({titles / titled:.3f}) as it says them,"
    )
    print(f"{bare} as they are read with it, which leaves out the names of sites")
    print(f"dates without JSON-LD: {dates} of {dated} ({dates / dated:.3f}); wrong: {invented}")


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def print_speed(data: Pages, files: int) -> None:
    """Throughput on real pages, and on many files of plain ones with the memory they took."""
    import resource

    workers = Workers()
    with tempfile.TemporaryDirectory() as folder:
        real = list(_written(Path(folder, "real"), (page for page, _ in data.values())))
        plain = list(_written(Path(folder, "plain"), (_article(n) for n in range(files))))
        list(workers.read(real[: 2 * workers.count]))  # the libraries are loaded now
        for name, wanted in (("real pages", real), ("plain pages", plain)):
            size = sum(each.path.stat().st_size for each in wanted) / len(wanted) / 1000
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            began, articles, peak = time.perf_counter(), 0, [0, 0]
            for number, result in enumerate(workers.read(wanted)):
                articles += len(result.articles)
                half = 2 * number // len(wanted)
                if number % 200 == 0:
                    peak[half] = max(peak[half], workers.memory_bytes())
            seconds = time.perf_counter() - began
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(
                f"\n{len(wanted)} {name} of {size:.0f} kB: {articles / seconds:.0f} articles/s "
                f"with {workers.count} workers; they took {peak[0] >> 20} MiB in the first half, "
                f"{peak[1] >> 20} MiB in the second; here {(after - before) >> 10} MiB more"
            )
    workers.close()


def _written(folder: Path, contents: Iterable[bytes]) -> Iterator[ToRead]:
    folder.mkdir()
    for number, content in enumerate(contents):
        path = folder / f"{number}.html"
        path.write_bytes(content)
        yield ToRead(path, path.name)


def _article(number: int) -> bytes:
    """A page as a content system writes it, of 700 words and with the usual furniture."""
    body = "".join(
        f"<p>Paragraph {n} of article {number} tells what the harbour office said on Tuesday of "
        f"the {n * number % 977} lamps along the coast, of the keepers who lit them, and of the "
        "clockmaker who repaired the works over three winters and asked for nothing but tea.</p>"
        for n in range(16)
    )
    links = "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(30))
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
        f"<title>Lamp {number} | Star</title><meta property='og:site_name' content='Star'>"
        f"<meta property='og:title' content='Lamp {number}'><meta name='author' content='Ida Holm'>"
        "<meta property='article:published_time' content='2025-03-14T10:00:00Z'></head><body>"
        f"<nav><ul>{links}</ul></nav><main><article><h1>Lamp {number}</h1>{body}</article></main>"
        f"<aside><ul>{links}</ul></aside><footer>© Star</footer></body></html>"
    ).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000, help="plain pages to read; 0: none")
    options = parser.parse_args()
    data = pages()
    print_bodies(data)
    print_fields(data)
    if options.files:
        print_speed(data, options.files)


if __name__ == "__main__":
    main()

"""Our questions on real news as a dataset for `qa eval`: `python -m benchmarks.news_dataset DIR`.

The documents are the 181 news pages in `../shared`: title as the product reads it, body as the
data has it. The questions are the answerable ones of our own files; those that no page of an
archive of four or five answers are left out, since another of the 181 may answer them.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from benchmarks.question_sets import SHARED, load
from qa.reading import read_bytes

PAGES: Final = SHARED / "data" / "article_extraction"
FILES: Final = ("news_a.jsonl", "news_b.jsonl", "news_c.jsonl")


def write(folder: Path, files: Iterable[str] = FILES) -> None:
    """Write `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    truth = json.loads((PAGES / "ground-truth.json").read_text(encoding="utf-8"))
    corpus = [_document(name, row["articleBody"]) for name, row in truth.items()]
    rows = [row for name in files for row in load(name) if row["answerable"]]
    _lines(folder / "corpus.jsonl", corpus)
    _lines(
        folder / "queries.jsonl",
        [
            {"_id": r["id"], "text": r["question"], "metadata": {"answers": r["answers"]}}
            for r in rows
        ],
    )
    judged = "".join(f"{row['id']}\t{row['article']}\t1\n" for row in rows)
    header = "query-id\tcorpus-id\tscore\n"
    (folder / "qrels" / "test.tsv").write_text(header + judged, encoding="utf-8")


def _document(name: str, body: str) -> dict[str, Any]:
    page = gzip.decompress((PAGES / "html" / f"{name}.html.gz").read_bytes())
    read = read_bytes(page, f"{name}.html").articles
    return {"_id": name, "title": read[0].title if read else "", "text": body}


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Write the dataset."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("files", nargs="*", default=list(FILES), help="our question files")
    given = options.parse_args()
    write(given.folder, given.files)


if __name__ == "__main__":
    main()

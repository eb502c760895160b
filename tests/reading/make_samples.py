"""Write the samples of binary kinds into `corpus/`: `python -m tests.reading.make_samples`."""

from __future__ import annotations

from pathlib import Path

from .documents import docx, epub, pdf, warc, zipped

CORPUS = Path(__file__).resolve().parents[2] / "corpus"

BEES = (
    "The beekeepers of Quillbrook counted 412 hives in April, nineteen more than last spring, the "
    "first rise since the wet summers.",
    "Their chairwoman, Odette Marrin, credits the lime trees along the old canal: “They flower "
    "when everything else has stopped.”",
)
ORGAN = (
    "The organ of the chapel in Vellow sounded again on Saturday after eleven years of silence.",
    "Its 1,204 pipes were cleaned one by one in a barn outside the village. The builder, Casimir "
    "Dray, found a child's marble in the largest of them and gave it back to the sexton.",
)
KITES = (
    "Forty-seven kites stood over the dunes of Ossel at once on Sunday, a record for the festival. "
    "The smallest, folded from a bus ticket, flew for nine minutes before a gull took it.",
)
CHEESE = [
    "The blue cheese of the Marl valley may carry its name alone from next Janu-",
    "ary on. Dairies elsewhere must call theirs something else, the trade board",
    "ruled in Springhaven.",
    "The four dairies of the valley make 86 tonnes a year. Their spokeswoman, Ines",
    "Tolgard, said that none of them means to make more.",
]
CELLARS = [
    "The ruling ends a quarrel of twelve years with a factory in the lowlands,",
    "which has until the summer to use up its labels.",
]


def main() -> None:
    """Write them all; always the same bytes, but for the Word document."""
    head = [("Marl blue gets its name to itself", 20.0)]
    byline = [("By Ruben Askew | Vale Observer (sample) | 14 November 2024", 10.0)]
    pages = [head + byline + [(row, 11.0) for row in CHEESE], [(row, 11.0) for row in CELLARS]]
    chapters = [
        ("Vellow's organ sounds again", [*ORGAN, "The first piece was a lullaby."]),
        ("A record over the dunes of Ossel", [*KITES, "The jury awarded it a prize all the same."]),
    ]
    about = {"title": "Quiet Counties", "publisher": "Quiet Counties (sample)",
             "creator": "Lotte Venn", "date": "2024-06-10", "language": "en"}  # fmt: skip
    page = (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Snail post</title>"
        "<meta property='og:site_name' content='Vale Observer (sample)'></head><body><article>"
        "<h1>Snail racers of Dunmere want a longer track</h1><p class='byline'>By Ruben Askew</p>"
        "<time>2 days ago</time><p>The snail racers of Dunmere have asked the parish for a track "
        "of 90 centimetres, twice the present length. Races now end before the tea is poured, they "
        "say.</p><p>The parish will decide in March. Nobody has spoken against it but the owner of "
        "the lettuce stall, who sells the prizes.</p></article></body></html>"
    )
    note = "Footbridge of Ellwick painted green again\nBy Lotte Venn\nQuiet Counties (sample)\n" \
           "3 May 2024\n\nThe footbridge of Ellwick is green again. A survey of 300 villagers " \
           "had preferred the old colour to the grey of last year by nine to one.\n"  # fmt: skip
    samples = {
        "marl-blue-cheese.pdf": pdf(pages, {"CreationDate": "D:20241114080000Z"}),
        "quillbrook-beehives.docx": docx(
            "More hives in Quillbrook", ["By Lotte Venn", "Vale Observer (sample)", "2 May 2024",
                                         *BEES]
        ),
        "quiet-counties-june.epub": epub(chapters, about),
        "dunmere-snails.warc.gz": warc(
            [("https://example.org/vale-observer/snails", page.encode(), "text/html")],
            day="2025-02-09T09:00:00Z",
        ),
        "ellwick-notes.zip": zipped({"ellwick-footbridge.txt": note.encode()}),
    }  # fmt: skip
    for name, data in samples.items():
        (CORPUS / name).write_bytes(data)


if __name__ == "__main__":
    main()

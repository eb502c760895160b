"""Write the samples of binary kinds into `corpus/`: `python -m tests.reading.make_samples`."""

from __future__ import annotations

from pathlib import Path

from .documents import docx, epub, gzipped, mhtml, pdf, tarred, warc, zipped

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
    lanterns = (
        "Lantern walk of Harl goes round the mill twice\nBy Lotte Venn\nQuiet Counties (sample)\n"
        "12 November 2024\n\nSome 260 children carried lanterns through Harl on Monday, and went "
        "round the mill twice because the first lap had no music.\n\nThe drummer had lost a stick "
        "in the millpond. A miller's spoon was found to do as well.\n"
    )
    library = (
        "<!DOCTYPE html><html lang='zh'><head><meta charset='utf-8'><title>青溪镇图书馆夜间开放"
        "</title><meta property='og:site_name' content='青溪日报 (sample)'><meta "
        "property='article:published_time' content='2025-03-20T09:00:00+08:00'></head><body>"
        "<article><h1>青溪镇图书馆夜间开放</h1>"
        "<p>青溪镇图书馆宣布，从四月一日起每天开放到晚上十点。"
        "馆长林若溪说，去年冬天有三百二十六名读者签名，要求延长开放时间。</p>"
        "<p>夜间开放每年需要增加十八万元费用，由镇政府和两家茶厂共同承担。"
        "第一个晚上，图书馆将请一位老船工讲运河的故事。</p></article></body></html>"
    )
    bell = (
        "汐見岬の灯台で鐘が鳴る\n汐見新報 (sample)\n2025-03-14\n\n"
        "汐見岬の灯台で金曜日、霧を知らせる鐘が九十八年ぶりに鳴った。"
        "鐘は昭和二年に取り外され、町の倉庫で見つかるまで行方が分からなかった。\n\n"
        "修理には地元の漁師四十五人が加わり、費用の二百十万円は寄付で賄われた。"
        "灯台守の孫の岬千尋さんは「祖父の声を聞くようだ」と話した。\n"
    )
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
        "harl-lantern-walk.txt.gz": gzipped(lanterns.encode()),
        "qingxi-library.mhtml": mhtml(
            library.encode(), "https://example.org/qingxi", "Fri, 21 Mar 2025 08:00:00 +0800"
        ),
        "shiomi-shimpo.tar.gz": tarred({"shiomi-bell.txt": bell.encode()}),
    }  # fmt: skip
    for name, data in samples.items():
        (CORPUS / name).write_bytes(data)


if __name__ == "__main__":
    main()

"""Small documents of every binary kind, made by hand, for tests and for the sample corpus."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence

Row = tuple[str, float]


def pdf(
    pages: Iterable[Sequence[Row]], info: Mapping[str, str] | None = None, trailer: bytes = b""
) -> bytes:
    """A PDF whose pages are rows of text, each with its size in points."""
    streams = [_page(rows) for rows in pages]
    return _pdf([(stream, "") for stream in streams], info or {}, trailer)


def compressed_pdf(stream: bytes) -> bytes:
    """A PDF of one page, whose content was packed by zlib."""
    return _pdf([(stream, "/Filter /FlateDecode ")], {}, b"")


def _pdf(streams: Sequence[tuple[bytes, str]], info: Mapping[str, str], trailer: bytes) -> bytes:
    count = len(streams)
    about = " ".join(f"/{name} ({_escaped(value)})" for name, value in info.items())
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(count))
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, (stream, packed) in enumerate(streams):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * at} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>".encode()
        )
        head = f"<< {packed}/Length {len(stream)} >>".encode()
        objects.append(b"%b\nstream\n%b\nendstream" % (head, stream))
    objects.append(f"<< {about} >>".encode("cp1252"))
    out = io.BytesIO(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    out.seek(0, 2)
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    at = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(
        b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R %b >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, len(objects), trailer, at)
    )
    return out.getvalue()


def _page(rows: Sequence[Row]) -> bytes:
    parts, y = [], 790.0
    for text, size in rows:
        y -= size * 1.3
        parts.append(f"BT /F {size:g} Tf 60 {y:g} Td ({_escaped(text)}) Tj ET")
    return "\n".join(parts).encode("cp1252")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def docx(title: str, paragraphs: Sequence[str], table: Sequence[Sequence[str]] = ()) -> bytes:
    """A Word document."""
    import docx as library

    document = library.Document()
    document.core_properties.author = "python-docx"
    document.add_heading(title, 0)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        made = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def epub(chapters: Sequence[tuple[str, Sequence[str]]], about: Mapping[str, str]) -> bytes:
    """An electronic magazine, a chapter for each title and its paragraphs."""
    pages = {f"c{n}.xhtml": _chapter(*chapter) for n, chapter in enumerate(chapters, 1)}
    items = "".join(
        f'<item id="{name}" href="text/{name}" media-type="application/xhtml+xml"/>'
        for name in pages
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in pages)
    fields = "".join(f"<dc:{name}>{value}</dc:{name}>" for name, value in about.items())
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": b'<?xml version="1.0"?><container version="1.0" '
            b'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
            b'full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/>'
            b"</rootfiles></container>",
            "OEBPS/content.opf": (
                '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
                f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{fields}</metadata>'
                f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
            ).encode(),
            **{f"OEBPS/text/{name}": page for name, page in pages.items()},
        }
    )


def _chapter(title: str, paragraphs: Sequence[str]) -> bytes:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    ).encode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip archive; always the same bytes for the same members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0))
            plain = name == "mimetype"  # which an EPUB begins with, as it is
            info.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def tarred(members: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """A .tar.gz archive, with symbolic links if wanted."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return gzipped(out.getvalue())


def mhtml(page: bytes, url: str, saved: str) -> bytes:
    """A page as a browser saves it with all that belongs to it: its HTML, address and when."""
    head = f"""\
From: <Saved by Blink>
Snapshot-Content-Location: {url}
Subject: Page
Date: {saved}
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="=="

--==
Content-Type: text/html
Content-Transfer-Encoding: binary

"""
    return head.encode() + page + b"\n--==--\n"


def warc(
    pages: Sequence[tuple[str, bytes, str]], day: str = "2025-08-03T10:00:00Z", status: str = "200"
) -> bytes:
    """A web archive of pages: address, content, Content-Type."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for url, data, kind in pages:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url, "response", payload=io.BytesIO(data), http_headers=headers,
            warc_headers_dict={"WARC-Date": day},
        )  # fmt: skip
        writer.write_record(record)
    return out.getvalue()


def gzipped(data: bytes) -> bytes:
    """A .gz file."""
    return gzip.compress(data, mtime=0)

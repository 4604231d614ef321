"""Whole PDFs: their pages found in their order, opened once, and doubted where they were coded in patterns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader, PdfWriter

from omr.files import pdf_pages
from omr.files.opened_page import OpenedPage
from omr.files.pdf_pages import open_pdf
from omr.files.pixels import Grey
from omr.pages import open_scan, page_images
from tests.omr.pdfs import SYMBOLS, Sheet, Stream, far, jbig2, jpeg, pixels, small_scan, write_pdf

W, H = 240, 340
BOX = f"/MediaBox[0 0 {W} {H}]"
PAINT = f"q {W} 0 0 {H} 0 0 cm /Im0 Do Q"


def scan() -> Grey:
    return small_scan()


def ink() -> Grey:
    return np.where(scan() < 128, 0, 255).astype(np.uint8)


def opened(path: Path) -> OpenedPage:
    with open_pdf(path) as pdf:
        return pdf.page(0)


def test_a_file_is_opened_once_and_no_picture_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 pages take the memory of one, and the last comes as fast as the first."""
    readers: list[PdfReader] = []

    class Counted(PdfReader):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as it comes
            readers.append(self)

    path = write_pdf(tmp_path / "a.pdf", *[Sheet(PAINT, [jpeg(scan())], entries=BOX)] * 20)
    scanned = open_scan(path)
    monkeypatch.setattr(pdf_pages, "PdfReader", Counted)
    kept = [len(readers[0].resolved_objects) for page in page_images(scanned) if not isinstance(page, tuple)]
    assert (len(kept), max(kept), len(readers)) == (20, 0, 1)


def test_every_page_is_found_in_a_tree_of_pages(tmp_path: Path) -> None:
    """The pages are those that the drawing program counts, in its order."""
    flat = write_pdf(tmp_path / "a.pdf", *[Sheet(PAINT, [jpeg(scan() // (n + 1))], entries=BOX) for n in range(6)])
    content = flat.read_bytes()
    kids = content[content.index(b"/Kids[") + 6 : content.index(b"]", content.index(b"/Kids["))].split(b" R")[:-1]
    first, rest = b" R".join(kids[:2]) + b" R", b" R".join(kids[2:]) + b" R"
    tree = b"99 0 obj\n<</Type/Pages/Parent 2 0 R/Count 4/Kids[" + rest + b"]>>\nendobj\n"
    body = content[: content.index(b"xref\n")].replace(b"/Kids[" + first + rest, b"/Kids[" + first + b" 99 0 R") + tree
    path = tmp_path / "b.pdf"
    path.write_bytes(rewritten(body))
    scanned = open_scan(path)
    assert (scanned.kind, scanned.pages) == ("pdf", 6)
    means = [page.grey.mean() for page in page_images(scanned) if not isinstance(page, tuple)]
    assert len(means) == 6
    assert means == sorted(means, reverse=True)


def rewritten(body: bytes) -> bytes:
    """The objects with a table of their places."""
    offsets = {}
    at = 0
    while (at := body.find(b" 0 obj\n", at)) >= 0:
        start = body.rfind(b"\n", 0, at) + 1
        offsets[int(body[start:at])] = start
        at += 1
    rows = b"".join(
        f"{offsets.get(n, 0):010} {0 if n in offsets else 65535:05} {'n' if n in offsets else 'f'} \n".encode()
        for n in range(100)
    )
    return (
        body + b"xref\n0 100\n" + rows + f"trailer\n<</Size 100/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n".encode()
    )


@pytest.mark.parametrize("count", [1, 7])
def test_no_page_is_lost_where_a_file_counts_wrongly(count: int, tmp_path: Path) -> None:
    """The drawing program believes the count; what it does not draw is at least named."""
    path = write_pdf(tmp_path / "a.pdf", *[Sheet(PAINT, [jpeg(scan())], entries=BOX)] * 2)
    path.write_bytes(path.read_bytes().replace(b"/Count 2", b"/Count %d" % count))
    scanned = open_scan(path)
    assert (scanned.kind, scanned.pages) == ("pdf_drawn", max(count, 2))
    read = [index for index, page in enumerate(page_images(scanned)) if not isinstance(page, tuple)]
    assert read == list(range(min(count, 2)))


@pytest.mark.parametrize("disorder", ["no table", "a password that is empty"])
def test_every_page_of_a_file_in_disorder_is_drawn(disorder: str, tmp_path: Path) -> None:
    """Where the two programs may not mean the same page, one of them does all the work."""
    path = write_pdf(tmp_path / "a.pdf", *[Sheet(PAINT, [jpeg(scan())], entries=BOX)] * 2)
    content = path.read_bytes()
    if disorder == "no table":
        path.write_bytes(content.replace(b"xref\n0 ", b"xxxx\n0 "))
    else:
        writer = PdfWriter(clone_from=path)
        writer.encrypt("", "owner", algorithm="RC4-128")
        writer.write(path)
    scanned = open_scan(path)
    assert (scanned.kind, scanned.pages) == ("pdf_drawn", 2)
    pages = [page for page in page_images(scanned) if not isinstance(page, tuple)]
    assert [page.grey.shape for page in pages] == [(1417, 1000)] * 2
    assert far(pages[1].grey, scan()) < 2


# ---- JBIG2 ----------------------------------------------------------------------------------------------------


def test_a_lossless_jbig2_page_is_drawn_and_trusted(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", Sheet(PAINT, [jbig2(ink())], entries=BOX))
    page = opened(path)
    assert (page.dpi, page.coding) == (300.0, None)
    assert far(pixels(page), ink()) < 6


@pytest.mark.parametrize("where", ["in the page", "shared by pages", "under a mask", "in a drawing", "in disorder"])
def test_a_page_put_together_from_patterns_says_so(where: str, tmp_path: Path) -> None:
    """Pattern matching can take a ticked box for an empty one that it saw before."""
    whole = "/XObject<</Im0 {0} 0 R>>"
    sheets = {
        "in the page": Sheet(PAINT, [jbig2(ink(), SYMBOLS)], entries=BOX),
        "shared by pages": Sheet(PAINT, [jbig2(ink(), shared="{1} 0 R"), Stream("", SYMBOLS)], entries=BOX),
        "under a mask": Sheet(PAINT, [jpeg(scan(), "/SMask {1} 0 R"), jbig2(ink(), SYMBOLS)], entries=BOX),
        "in a drawing": Sheet(
            "/Fm0 Do",
            [
                jbig2(ink(), SYMBOLS),
                Stream(f"/Type/XObject/Subtype/Form/BBox[0 0 {W} {H}]/Resources<<{whole}>>", PAINT.encode()),
            ],
            "/XObject<</Fm0 {1} 0 R>>",
            BOX,
        ),
        "in disorder": Sheet(PAINT, [jbig2(ink(), SYMBOLS)], entries=BOX),
    }
    path = write_pdf(tmp_path / "a.pdf", sheets[where])
    if where == "in disorder":
        content = path.read_bytes()
        path.write_bytes(content.replace(b"xref\n0 ", b"xxxx\n0 "))
    page = opened(path)
    assert (page.dpi, page.coding) == (300.0, "jbig2")


def test_a_page_knows_nothing_of_the_patterns_of_another(tmp_path: Path) -> None:
    """All pages of a file may share one list of pictures."""
    resources = "/XObject<</Im0 {0} 0 R/Im1 5 0 R>>"
    path = write_pdf(
        tmp_path / "a.pdf",
        Sheet(PAINT, [jbig2(ink(), SYMBOLS)], entries=BOX),
        Sheet(PAINT, [jpeg(scan())], resources, BOX),
    )
    with open_pdf(path) as pdf:
        assert [pdf.page(index).coding for index in (0, 1)] == ["jbig2", None]

"""Scan file -> page images, one at a time.  Knows PDF, multi-page TIFF, JPEG, PNG, HEIC and AVIF by their content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from omr.errors import DamagedFile, EmptyFile, NoSuchFile, NotAnImage, RejectedPage, TooManyPages
from omr.files.file_kinds import HEAD_BYTES, kind_of
from omr.files.opened_page import OpenedPage
from omr.files.pdf_content import refuse_active_content
from omr.files.pdf_drawing import count_pages
from omr.files.pdf_pages import open_pdf
from omr.files.pictures import open_picture
from omr.files.pixels import assert_not_too_small
from omr.files.tiff import open_tiff
from omr.image import Jpeg, PageImage

MAX_PAGES = 500
KINDS = ("pdf", "pdf_drawn", "tiff", "picture")
"""What a scan file can be; of "pdf_drawn" every page is drawn, as its tables are in disorder."""


@dataclass(frozen=True)
class ScanFile:
    """A file that opened: its kind, one of KINDS, and how many pages it has."""

    path: Path
    kind: str
    pages: int
    name: str
    """What the file is called in readings and messages."""


def open_scan(path: Path, name: str | None = None) -> ScanFile:
    """Look at a file's first bytes and count its pages.  It is called `name`, or as on disk.

    Raises NoSuchFile, EmptyFile, NotAnImage, EncryptedPdf, ActiveContent, DamagedFile, TooManyPages.
    """
    if not path.is_file():
        raise NoSuchFile(file=path)
    name = name or path.name
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise EmptyFile(file=name)
    kind = kind_of(head)
    if kind is None:
        raise NotAnImage(file=name)
    scan = ScanFile(path, *_COUNTED[kind](path, name), name)
    if scan.pages > MAX_PAGES:
        raise TooManyPages(file=name, pages=scan.pages, limit=MAX_PAGES)
    return scan


def page_images(scan: ScanFile) -> Iterator[PageImage | tuple[int, RejectedPage]]:
    """Every page in order; in place of one that cannot be opened, its index (from 0) and the reason.

    The file is opened once, and one page of it is held at a time.
    """
    with ExitStack() as stack:
        page = _opener(scan, stack)
        for index in range(scan.pages):
            try:
                yield _named(page(index), scan, index)
            except RejectedPage as rejected:
                yield index, rejected


def page_image(scan: ScanFile, index: int) -> PageImage:
    """One page, by its index from 0.  Raises RejectedPage where it cannot be opened.

    A JPEG is not decoded yet: a fault within it is raised where its pixels are asked for.
    """
    with ExitStack() as stack:
        return _named(_opener(scan, stack)(index), scan, index)


def _opener(scan: ScanFile, stack: ExitStack) -> Callable[[int], OpenedPage]:
    if scan.kind in ("pdf", "pdf_drawn"):
        return stack.enter_context(open_pdf(scan.path, drawn=scan.kind == "pdf_drawn")).page
    if scan.kind == "tiff":
        return stack.enter_context(open_tiff(scan.path)).page
    return lambda _: open_picture(scan.path)


def _named(page: OpenedPage, scan: ScanFile, index: int) -> PageImage:
    if not isinstance(page.source, Jpeg):
        assert_not_too_small(page.source.shape[1], page.source.shape[0])
    return PageImage(page.source, page.dpi, scan.name, index, page.coding)


def _counted_pdf(path: Path, name: str) -> tuple[str, int]:
    refuse_active_content(path, name)
    drawn = count_pages(path, name)
    with open_pdf(path) as pdf:
        found, right = pdf.count()
    return ("pdf" if right and found == drawn else "pdf_drawn"), max(found, drawn)


def _counted_tiff(path: Path, name: str) -> tuple[str, int]:
    try:
        with open_tiff(path) as tiff:
            return "tiff", tiff.count(MAX_PAGES)
    except RejectedPage as fault:
        raise DamagedFile(file=name) from fault


_COUNTED: dict[str, Callable[[Path, str], tuple[str, int]]] = {
    "pdf": _counted_pdf,
    "tiff": _counted_tiff,
    "picture": lambda path, name: ("picture", 1),
}

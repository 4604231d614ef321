"""The pages of a PDF of scans: the picture itself where it is all of the page, and drawn where anything else is on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from form_layouts.errors import CrosscheckError
from omr.files.jbig2 import is_plain
from omr.files.jpeg import decode_jpeg
from omr.files.opened_page import Coding, OpenedPage
from omr.files.pdf_drawing import RENDER_DPI, drawn_page
from omr.files.pdf_images import JBIG2, NotTaken, filter_parameters, filters, picture_pixels
from omr.files.pdf_painting import Matrix, Painted, media_box, orientation, painted
from omr.files.pixels import is_square, known_dpi, square, turned
from omr.image import Jpeg

_POINTS_PER_INCH = 72
_DEEPEST_TREE = 50
_WINDOW = 1 << 20
"""Bytes that the search for a word in a file holds at a time."""


class Pdf:
    """An open PDF.  `reader` is None where all of its pages are to be drawn."""

    def __init__(self, path: Path, reader: PdfReader | None) -> None:
        self._path = path
        self._reader = reader

    def page(self, index: int) -> OpenedPage:
        """One page, by its index from 0.  Raises RejectedPage."""
        coding: Coding | None
        try:
            page, content = self._painted(index)
            coding = _coding(content)
            if content.doubt is None:
                return _taken(page, content, coding)
        except NotTaken:
            pass
        except CrosscheckError:
            raise
        except Exception:  # pypdf raises whatever the bytes lead to, and the page can still be drawn
            coding = "jbig2" if _mentions(self._path, JBIG2.encode()) else None
        finally:
            if self._reader:
                self._reader.resolved_objects.clear()  # it would keep every picture of the file
        return OpenedPage(drawn_page(self._path, index), float(RENDER_DPI), coding)

    def _painted(self, index: int) -> tuple[DictionaryObject, Painted]:
        if self._reader is None:
            raise ValueError("a file that is only drawn")
        page = _page(self._reader, index)
        return page, painted(page, self._reader, media_box(page))

    def count(self) -> tuple[int, bool]:
        """Pages in the tree, and whether the tree counts them rightly; 0 where it cannot be followed."""
        if self._reader is None:
            return 0, False
        try:
            return _leaves(self._reader.root_object["/Pages"], 0)
        except Exception:  # as above: then it is drawn
            return 0, False
        finally:
            self._reader.resolved_objects.clear()


@contextmanager
def open_pdf(path: Path, *, drawn: bool = False) -> Iterator[Pdf]:
    """With `drawn` every page is drawn: the file's tables are in disorder, or it is encrypted with an empty password."""
    if drawn:
        yield Pdf(path, None)
        return
    with path.open("rb") as stream:
        try:
            reader = PdfReader(stream, strict=True)
            known = None if reader.is_encrypted else reader
        except Exception:  # pypdf raises whatever the bytes lead to, and the renderer may still open the file
            known = None
        yield Pdf(path, known)


def _taken(page: DictionaryObject, content: Painted, coding: Coding | None) -> OpenedPage:
    """The page's only picture, upright and with square pixels."""
    picture = content.pictures[0]
    pixels = picture_pixels(picture)
    rotate = int(page.get_inherited("/Rotate", 0))
    if rotate % 90:
        raise NotTaken("a page that lies askew")
    way = orientation(content.matrix, rotate)
    dpi = _dpi(picture, content.matrix)
    if isinstance(pixels, Jpeg):
        if is_square(dpi):
            return OpenedPage(replace(pixels, orientation=way), known_dpi(dpi), coding)
        pixels = decode_jpeg(pixels.data)
    grey, known = square(pixels, dpi)
    return OpenedPage(turned(grey, way), known, coding)


def _dpi(picture: StreamObject, matrix: Matrix) -> tuple[float, float]:
    """Across and down the picture as it is stored."""
    a, b, c, d = matrix[:4]
    width, height = (float(str(picture[side])) for side in ("/Width", "/Height"))
    return (
        width / max(abs(a), abs(b)) * _POINTS_PER_INCH,
        height / max(abs(c), abs(d)) * _POINTS_PER_INCH,
    )


def _coding(content: Painted) -> Coding | None:
    """Whether any picture of the page was put together from patterns, its masks included."""
    masks = [picture[name] for picture in content.pictures for name in ("/SMask", "/Mask") if name in picture]
    streams = [*content.pictures, *(mask for mask in masks if isinstance(mask, StreamObject))]
    return "jbig2" if any(JBIG2 in filters(one) and not _is_plain(one) for one in streams) else None


def _is_plain(picture: StreamObject) -> bool:
    if filters(picture) != [JBIG2]:
        return False
    parameters = filter_parameters(picture)[0]
    if "/JBIG2Globals" not in parameters:
        return is_plain(picture._data)
    shared: Any = parameters["/JBIG2Globals"]
    return is_plain(picture._data, shared.get_data())


def _page(reader: PdfReader, index: int) -> DictionaryObject:
    """Go down the tree of pages by its counts: a page far behind costs no more than the first."""
    node: Any = reader.root_object["/Pages"]
    for _ in range(_DEEPEST_TREE):
        if node.get("/Type") == "/Page":
            assert isinstance(node, DictionaryObject)
            return node
        kids = node["/Kids"]
        if len(kids) == node["/Count"]:  # each is a page
            node, index = kids[index].get_object(), 0
            continue
        for kid in kids:
            node = kid.get_object()
            pages = int(node.get("/Count", 1)) if node.get("/Type") == "/Pages" else 1
            if index < pages:
                break
            index -= pages
        else:
            raise ValueError("no such page")
    raise ValueError("a tree of pages too deep")


def _leaves(node: Any, depth: int) -> tuple[int, bool]:
    """Pages below a node, and whether its count and those below are right.  Raises ValueError."""
    node = node.get_object()
    if node.get("/Type") == "/Page":
        return 1, True
    if node.get("/Type") != "/Pages" or depth > _DEEPEST_TREE:
        raise ValueError("no tree of pages")
    below = [_leaves(kid, depth + 1) for kid in node["/Kids"]]
    pages = sum(count for count, _ in below)
    return pages, pages == node["/Count"] and all(right for _, right in below)


def _mentions(path: Path, word: bytes) -> bool:
    with path.open("rb") as stream:
        before = b""
        while window := stream.read(_WINDOW):
            if word in before + window:
                return True
            before = window[-len(word) :]
    return False

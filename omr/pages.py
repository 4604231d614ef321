"""Scan file -> page images, one at a time.  Knows PDF, multi-page TIFF, JPEG and PNG by their content."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pdf2image
from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPageCountError, PDFSyntaxError
from PIL import Image

from omr.errors import (
    DamagedFile,
    DamagedPage,
    EmptyFile,
    EncryptedPdf,
    NoSuchFile,
    NotAnImage,
    PageTooLarge,
    PageTooSmall,
    RejectedPage,
    TooManyPages,
)
from omr.image import Grey, PageImage
from omr.pdf_content import refuse_active_content

RENDER_DPI = 300
MAX_PAGES = 500
MAX_MEGAPIXELS = 80
_PIXELS = 1_000_000
MIN_SIDE_PX = 300
"""A sheet at 36 dpi: below it not even a corner marker can be told from dust."""
_ZIP = b"PK"
"""An archive may hold a PDF within its first bytes."""
_FAULTS = (ArithmeticError, LookupError, OSError, SyntaxError, TypeError, ValueError, EOFError, struct.error)
"""What Pillow raises on damaged files: its readers trust what they read."""


@dataclass(frozen=True)
class ScanFile:
    """A file that opened: its kind and how many pages it has."""

    path: Path
    kind: str
    pages: int
    name: str
    """What the file is called in readings and messages."""


def open_scan(path: Path, name: str | None = None) -> ScanFile:
    """Look at a file's first bytes and count its pages.  It is called `name`, or as on disk.

    Raises NoSuchFile, EmptyFile, NotAnImage, EncryptedPdf, DamagedFile, TooManyPages.
    """
    if not path.is_file():
        raise NoSuchFile(file=path)
    name = name or path.name
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head:
        raise EmptyFile(file=name)
    if b"%PDF-" in head and not head.startswith(_ZIP):
        refuse_active_content(path, name)
        scan = ScanFile(path, "pdf", _pdf_pages(path, name), name)
    elif head.startswith((b"II*\0", b"MM\0*")):
        scan = ScanFile(path, "tiff", _tiff_pages(path, name), name)
    elif head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        scan = ScanFile(path, "picture", 1, name)
    else:
        raise NotAnImage(file=name)
    if scan.pages > MAX_PAGES:
        raise TooManyPages(file=name, pages=scan.pages, limit=MAX_PAGES)
    return scan


def page_images(scan: ScanFile) -> Iterator[PageImage | tuple[int, RejectedPage]]:
    """Every page in order; in place of one that cannot be opened, its index (from 0) and the reason."""
    for index in range(scan.pages):
        try:
            yield page_image(scan, index)
        except RejectedPage as rejected:
            yield index, rejected


def page_image(scan: ScanFile, index: int) -> PageImage:
    """One page, by its index from 0.  Raises RejectedPage where it cannot be opened."""
    grey: Grey
    dpi: float | None
    if scan.kind == "pdf":
        grey, dpi = _pdf_page(scan.path, index)
    elif scan.kind == "tiff":
        grey, dpi = _tiff_page(scan.path, index)
    else:
        grey, dpi = _picture(scan.path)
    if min(grey.shape) < MIN_SIDE_PX:
        raise PageTooSmall(width=grey.shape[1], height=grey.shape[0])
    return PageImage(grey, dpi, scan.name, index)


def _pdf_pages(path: Path, name: str) -> int:
    try:
        return int(pdf2image.pdfinfo_from_path(str(path))["Pages"])
    except PDFInfoNotInstalledError:
        raise
    except (PDFPageCountError, PDFSyntaxError, ValueError, KeyError) as fault:
        if "password" in str(fault).lower():
            raise EncryptedPdf(file=name) from fault
        raise DamagedFile(file=name) from fault


def _pdf_page(path: Path, index: int) -> tuple[Grey, float]:
    """One page drawn at 300 dpi."""
    size = pdf2image.pdfinfo_from_path(str(path), first_page=index + 1, last_page=index + 1).get(
        f"Page {index + 1:4} size"
    )
    if size:
        width, height = (float(part) for part in str(size).split()[0:3:2])
        _check_size(width / 72 * RENDER_DPI * height / 72 * RENDER_DPI)
    grey = _drawn(path, index, strict=False)
    if grey.min() == grey.max():
        grey = _drawn(path, index, strict=True)  # an empty page, or one whose image is damaged?
    return grey, float(RENDER_DPI)


def _drawn(path: Path, index: int, *, strict: bool) -> Grey:
    """One page as poppler draws it.  Raises DamagedPage; with `strict` also for a fault that poppler passed over."""
    try:
        drawn = pdf2image.convert_from_path(
            path, dpi=RENDER_DPI, first_page=index + 1, last_page=index + 1, grayscale=True, strict=strict
        )
    except (PDFPageCountError, PDFSyntaxError, OSError) as fault:
        raise DamagedPage() from fault
    if not drawn:
        raise DamagedPage()
    return np.asarray(drawn[0].convert("L"))


def _tiff_pages(path: Path, name: str) -> int:
    """Pages up to the last that is named; where the file was cut off, that is the first whose place is behind the cut."""
    try:
        with _opened(path) as image:
            pages = 1
            while pages <= MAX_PAGES:
                try:
                    image.seek(pages)
                except EOFError:
                    break
                except _FAULTS:
                    return pages + 1
                pages += 1
            return pages
    except _FAULTS as fault:
        raise DamagedFile(file=name) from fault


def _tiff_page(path: Path, index: int) -> tuple[Grey, float | None]:
    try:
        with _opened(path) as image:
            image.seek(index)
            _check_size(image.width * image.height)
            return _eight_bit(image), _dpi(image)
    except _FAULTS as fault:
        raise DamagedPage() from fault


def _picture(path: Path) -> tuple[Grey, float | None]:
    try:
        with _opened(path) as image:
            _check_size(image.width * image.height)
            dpi = _dpi(image)
            if image.has_transparency_data:
                return _eight_bit(image), dpi
    except _FAULTS as fault:
        raise DamagedPage() from fault
    grey = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise DamagedPage()
    return np.asarray(grey, np.uint8), dpi


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """A picture without Pillow's warnings and without its limit of pixels: ours is checked before decoding."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                yield image
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _eight_bit(image: Image.Image) -> Grey:
    """Any kind of picture as 8-bit grey: 16 bits scaled, transparency on white paper."""
    if image.mode.startswith(("I", "F")):
        levels = np.asarray(image, np.float32)
        top = 255.0 if levels.max(initial=0) <= 255 else 65535.0
        return np.asarray(np.clip(levels * (255.0 / top), 0, 255), np.uint8)
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return np.asarray(image.convert("L"))


def _dpi(image: Image.Image) -> float | None:
    """The resolution the file states; None where it states none, or one that no scanner has."""
    stated = image.info.get("dpi")
    if not stated:
        return None
    dpi = float(stated[0])
    return dpi if 90 <= dpi <= 1300 else None


def _check_size(pixels: float) -> None:
    if pixels > MAX_MEGAPIXELS * _PIXELS:
        raise PageTooLarge(megapixels=round(pixels / _PIXELS), limit=MAX_MEGAPIXELS)

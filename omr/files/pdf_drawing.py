"""PDF pages as poppler draws them: whatever is on them is seen, at the cost of a third of a second a page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pdf2image
from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPageCountError, PDFSyntaxError

from omr.errors import DamagedFile, DamagedPage, EncryptedPdf
from omr.files.pixels import Grey, assert_not_too_large

RENDER_DPI = 300


def count_pages(path: Path, name: str) -> int:
    """Raises EncryptedPdf, DamagedFile."""
    try:
        return int(pdf2image.pdfinfo_from_path(str(path))["Pages"])
    except PDFInfoNotInstalledError:
        raise
    except (PDFPageCountError, PDFSyntaxError, ValueError, KeyError) as fault:
        if "password" in str(fault).lower():
            raise EncryptedPdf(file=name) from fault
        raise DamagedFile(file=name) from fault


def drawn_page(path: Path, index: int, *, strict: bool = False) -> Grey:
    """One page (from 0) at 300 dpi.  Raises PageTooLarge, DamagedPage; with `strict` also for a fault that poppler passed over."""
    try:
        told = pdf2image.pdfinfo_from_path(str(path), first_page=index + 1, last_page=index + 1)
    except (PDFPageCountError, PDFSyntaxError, ValueError) as fault:
        raise DamagedPage() from fault
    if size := told.get(f"Page {index + 1:4} size"):
        width, height = (float(part) for part in str(size).split()[0:3:2])
        assert_not_too_large(width / 72 * RENDER_DPI, height / 72 * RENDER_DPI)
    grey = _drawn(path, index, strict=strict)
    if not strict and grey.min() == grey.max():
        grey = _drawn(path, index, strict=True)  # an empty page, or one whose image is damaged?
    return grey


def draw_pdf(content: bytes, index: int, size: tuple[int, int]) -> Grey:
    """One page (from 0) of a PDF in memory, a blank form's, drawn at `size` (width, height) px.  Raises DamagedPage."""
    try:
        drawn = pdf2image.convert_from_bytes(
            content, size=size, first_page=index + 1, last_page=index + 1, grayscale=True
        )
    except (PDFPageCountError, PDFSyntaxError, OSError) as fault:
        raise DamagedPage() from fault
    if not drawn:
        raise DamagedPage()
    return np.asarray(drawn[0].convert("L"))


def _drawn(path: Path, index: int, *, strict: bool) -> Grey:
    try:
        drawn = pdf2image.convert_from_path(
            path, dpi=RENDER_DPI, first_page=index + 1, last_page=index + 1, grayscale=True, strict=strict
        )
    except (PDFPageCountError, PDFSyntaxError, OSError) as fault:
        raise DamagedPage() from fault
    if not drawn:
        raise DamagedPage()
    return np.asarray(drawn[0].convert("L"))

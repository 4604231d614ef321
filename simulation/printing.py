"""Clean printed copies of a form as page images, one copy at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from pdf2image import convert_from_bytes
from PIL import Image

from form_layouts.form_folder import FormFolder
from form_layouts.layout import Layout
from form_layouts.typesetting import typeset
from simulation.pen import MM_PER_INCH, Page

PRINT_DPI = 300
COPIES_A_RUN = 4
"""Copies typeset at once.  Each call measures the form anew (0.4 s), and Typst remembers its last ten documents:
3 MB a page, so ten copies at once took 1.5 GB and four take 0.7."""


@dataclass(frozen=True)
class PrintedCopy:
    """One copy, its pages at PRINT_DPI, free to be drawn on."""

    pages: list[Page]
    layout: Layout
    number: int | None
    """The copy number; None where the copies carry none."""


def printed_copies(
    folder: FormFolder, language: str, copies: int, *, first: int = 1, numbered: bool = True
) -> Iterator[PrintedCopy]:
    """Copies of a form in one language, numbered from `first` if the questionnaire has numbers and `numbered` is set.

    A form that we did not print comes from its blank.  Raises what `typeset` raises.
    """
    if language in folder.fields or not (numbered and folder.questionnaire.copy_numbers):
        original = _foreign(folder, language) if language in folder.fields else _unnumbered(folder, language)
        for _ in range(copies):
            yield replace(original, pages=[page.copy() for page in original.pages])
        return
    for start in range(first, first + copies, COPIES_A_RUN):
        count = min(COPIES_A_RUN, first + copies - start)
        run = typeset(folder, language, first_copy=start, copies=count)
        length = len(run.layout.pages)
        for place in range(count):
            pages = _rendered(run.pdf, place * length + 1, (place + 1) * length)
            yield PrintedCopy(pages, run.layout, start + place)


def _unnumbered(folder: FormFolder, language: str) -> PrintedCopy:
    run = typeset(folder, language, numbered=False)
    return PrintedCopy(_rendered(run.pdf, 1, len(run.layout.pages)), run.layout, None)


def _foreign(folder: FormFolder, language: str) -> PrintedCopy:
    """A blank PDF or PNG, brought to PRINT_DPI by the page size that fields.<language>.yaml states."""
    fields, blank = folder.fields[language], folder.blanks[language]
    layout = folder.foreign_layout(language)
    images = _rendered(blank.read_bytes(), 1, len(fields.pages)) if blank.suffix == ".pdf" else [_picture(blank)]
    width, height = (round(size / MM_PER_INCH * PRINT_DPI) for size in fields.page_size)
    return PrintedCopy([_sized(image, width, height) for image in images], layout, None)


def _rendered(pdf: bytes, first: int, last: int) -> list[Page]:
    """Pages `first` to `last` (from 1) in grey at PRINT_DPI."""
    images = convert_from_bytes(pdf, dpi=PRINT_DPI, first_page=first, last_page=last, grayscale=True)
    return [np.array(image.convert("L"), np.uint8) for image in images]


def _picture(path: Path) -> Page:
    with Image.open(path) as image:
        return np.array(image.convert("L"), np.uint8)


def _sized(image: Page, width: int, height: int) -> Page:
    if image.shape == (height, width):
        return image
    way = cv2.INTER_AREA if image.shape[1] > width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=way), np.uint8)

"""What a page costs: from bytes to PageReading, against cv2.imdecode of the same bytes, and the memory that it takes.

One process, one thread, interleaved; a JPEG's multiple is the median over pages of (median of reads / median of decodes).
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import cv2
import numpy as np

from benchmarks.reading_count import read
from benchmarks.reading_forms import catalogue_of, printed_form
from benchmarks.reading_mix import the_mix
from benchmarks.reading_sheets import copy_sheets, encoded
from benchmarks.real_forms import DATA, form_folder
from form_layouts.catalogue import Catalogue, forms_of
from omr.image import Jpeg, PageImage
from omr.threads import one_thread
from simulation.scanner import OFFICE, scan

SEED = 41029
QUALITY = 85
FORMS = (("2025-08", "de"), ("2025-08", "ar"))
TRIES, QUICK_TRIES = 7, 3
COPIES, QUICK_COPIES = 4, 1
REAL = ("formscanner-questionnaire/Q*.jpg", "vw-28lb/*.jpg")
REAL_PAGES = 3
"""Of each of them: looking for a form by its blank takes seconds."""
Page = tuple[bytes, int | None]
"""A file's bytes and its resolution."""


def speed(quick: bool) -> dict[str, dict[str, Any]]:
    """By set: ms_per_page, decode_ms_per_page, decode_multiple, peak_mb.  Each set is read in a process of its own."""
    return {name: _alone(name, quick) for name in (("office",) if quick else ("office", "bad", "real"))}


def _alone(name: str, quick: bool) -> dict[str, Any]:
    """The pages are drawn here, so that the reading process holds nothing but bytes and the reader."""
    pages = _PAGES[name](quick)
    if not pages:
        return {}
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (name, pages, QUICK_TRIES if quick or name == "real" else TRIES))


def _measured(name: str, pages: list[Page], tries: int) -> dict[str, Any]:
    one_thread()
    catalogue = _catalogue(name)
    ratios, reads, decodes = [], [], []
    for data, dpi in pages:
        read(image(data, dpi), catalogue)  # references of this page are loaded
        pairs = [_timed(data, dpi, catalogue) for _ in range(tries)]
        decode_ms, read_ms = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
        decodes.append(decode_ms)
        reads.append(read_ms)
        if data[:2] == b"\xff\xd8":
            ratios.append(read_ms / decode_ms)
    return {
        "pages_timed": len(pages),
        "ms_per_page": round(median(reads), 1),
        "decode_ms_per_page": round(median(decodes), 1),
        "decode_multiple": round(median(ratios), 2) if ratios else None,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _timed(data: bytes, dpi: int | None, catalogue: Catalogue) -> tuple[float, float]:
    """Milliseconds of decoding the bytes, and of reading them."""
    started = time.perf_counter()
    cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    decoded = time.perf_counter()
    read(image(data, dpi), catalogue)
    return 1000 * (decoded - started), 1000 * (time.perf_counter() - decoded)


def image(data: bytes, dpi: int | None) -> PageImage:
    """The page as the reader opens its bytes."""
    if data[:2] == b"\xff\xd8":
        return PageImage(Jpeg(data, _short_side(data)), dpi, "page", 0)
    return PageImage(
        np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8), dpi, "page", 0
    )


def _short_side(data: bytes) -> int:
    """Of a JPEG, from its frame header (ITU T.81, B.2.2)."""
    place = 2
    while data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = (int.from_bytes(data[place + at : place + at + 2], "big") for at in (5, 7))
            return min(height, width)
        place += 2 + length
    raise ValueError("a JPEG without a frame")


def _office(quick: bool) -> list[Page]:
    """Checkbox pages of the office preset at 300 dpi, JPEG of quality 85."""
    pages: list[Page] = []
    for number in range(QUICK_COPIES if quick else COPIES):
        for sheet in copy_sheets("office", SEED, number, printed_form(*FORMS[number % len(FORMS)]), the_mix()):
            rng = np.random.default_rng([SEED, number, sheet.page])
            pages.append((encoded(scan(sheet.filled, OFFICE.draw(rng), rng), QUALITY, one_bit=False), 300))
    return pages


def _bad(quick: bool) -> list[Page]:
    """As the set is drawn, every page as it comes."""
    pages: list[Page] = []
    for number in range(QUICK_COPIES if quick else COPIES):
        for sheet in copy_sheets("bad", SEED, number, printed_form(*FORMS[number % len(FORMS)]), the_mix()):
            pages.append((sheet.data, sheet.dpi))
    return pages


def _real(_: bool) -> list[Page]:
    """Scans of forms that we did not print, found by their blanks."""
    return [(path.read_bytes(), 300) for pattern in REAL for path in sorted(DATA.glob(pattern))[:REAL_PAGES]]


def _catalogue(name: str) -> Catalogue:
    """The forms that the pages of a set may be."""
    if name != "real":
        return catalogue_of(list(FORMS))
    return Catalogue([form for name in ("restaurants", "ballot") for form in forms_of(form_folder(name))])


_PAGES: dict[str, Callable[[bool], list[Page]]] = {"office": _office, "bad": _bad, "real": _real}

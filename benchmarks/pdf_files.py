"""PDFs of scans: how much faster a page's picture is taken out than the page is drawn, and what 500 pages take of memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from form_layouts.catalogue import EXAMPLES
from form_layouts.form_folder import load_form_folder
from omr.image import PageImage
from omr.pages import ScanFile, open_scan, page_images
from omr.threads import one_thread
from simulation.printing import printed_copies
from simulation.scan_files import EncodedPage, encode, write_file
from simulation.scanner import OFFICE, scan

FORM = EXAMPLES / "arrival-needs" / "2025-08"
SEED_PDF = 300_2025
DPI, QUALITY = 300, 85
SHEETS = 4
"""Different pages; a long file repeats their bytes, each time as an object of its own."""
LONG = 500
ROUNDS = 5


def run(quick: bool) -> dict[str, Any]:
    """The figures of both, for grey JPEG, and the speed for one-bit Group 4 as well."""
    return {
        "pdf_speedup": pdf_speedup(),
        "pdf_speedup_group4": pdf_speedup(one_bit=True),
        "pdf500_peak_mb": pdf500_peak_mb(),
    }


def pdf_speedup(*, one_bit: bool = False) -> float:
    """Time that drawing takes over the time until the working scale is there: same pages, interleaved, median of the ratios."""
    one_thread()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scans.pdf"
        write_file(_scans(Path(folder), one_bit), path, "pdf")
        taken, drawn = (ScanFile(path, kind, SHEETS, path.name) for kind in ("pdf", "pdf_drawn"))
        ratios = [_seconds(drawn, _full) / _seconds(taken, _working) for _ in range(ROUNDS)]
    return round(float(np.median(ratios)), 2)


def pdf500_peak_mb() -> float:
    """Peak resident memory of a fresh process that opens a file of 500 pages and looks at each of them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scans.pdf"
        write_file((_scans(Path(folder), False) * LONG)[:LONG], path, "pdf")
        command = [sys.executable, "-m", "benchmarks.pdf_files", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    pages, peak = done.stdout.split()
    assert int(pages) == LONG
    return float(peak)


def _scans(folder: Path, one_bit: bool) -> list[EncodedPage]:
    rng = np.random.default_rng(SEED_PDF)
    sheets = next(printed_copies(load_form_folder(FORM), "de", 1)).pages[:SHEETS]
    pages = [scan(sheet, OFFICE.draw(rng), rng) for sheet in sheets]
    if one_bit:
        pages = [np.where(page < 150, 0, 255).astype(np.uint8) for page in pages]
    return [
        encode(page, folder / str(number), dpi=DPI, one_bit=one_bit, file_format="pdf", quality=QUALITY)
        for number, page in enumerate(pages)
    ]


def _working(page: PageImage) -> Any:
    return page.small.grey


def _full(page: PageImage) -> Any:
    return page.grey


def _seconds(scan_file: ScanFile, pixels: Callable[[PageImage], Any]) -> float:
    start = time.perf_counter()
    _walk(scan_file, pixels)
    return time.perf_counter() - start


def _walk(scan_file: ScanFile, pixels: Callable[[PageImage], Any]) -> int:
    pages = 0
    for page in page_images(scan_file):
        assert isinstance(page, PageImage)
        pixels(page)
        pages += 1
    return pages


def _peak_kb() -> int:
    """Of this program alone: the peak that getrusage gives a new process is at least that of the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


if __name__ == "__main__":
    pages = _walk(open_scan(Path(sys.argv[1])), _working)
    print(pages, round(_peak_kb() / 1024, 1))

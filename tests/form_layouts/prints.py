"""A printed form as pixels and as text, measured in millimetres."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import zxingcpp
from pdf2image import convert_from_bytes

from form_layouts.layout import Box
from form_layouts.page_code import PageCode, parse_page_code

Image = npt.NDArray[np.uint8]
"""One page in grey, 0 is black; shape (height, width) in pixels."""

ROOT = Path(__file__).parents[2]
DPI = 300
PIXELS = DPI / 25.4
"""Pixels of a millimetre."""
NEAR_MM = 0.4
"""How far from its place a line is looked for: less than from one comb cell to the next."""
INK = 60
"""Darkness (255 is black) from which a pixel belongs to a line: the palest line, a grey writing line, has 155."""
PAPER = 250
"""Grey from which a pixel is white."""


def render(pdf: bytes) -> list[Image]:
    """The pages of a PDF at 300 dpi."""
    return [np.asarray(page) for page in convert_from_bytes(pdf, dpi=DPI, grayscale=True)]


def text_of(pdf: bytes, page: int | None = None, box: Box | None = None) -> str:
    """The text of a PDF, of one of its pages (from 1), or of a box on it, with single spaces."""
    options = [] if page is None else ["-f", str(page), "-l", str(page)]
    if box is not None:
        x, y, width, height = (str(round(10 * side)) for side in box)
        options += ["-r", "254", "-x", x, "-y", y, "-W", width, "-H", height]
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def cut(image: Image, box: Box, margin: float = 0.0) -> Image:
    """The pixels of a box, and of a margin around it (mm; below 0: of less than the box)."""
    x, y, width, height = box
    top, bottom = round((y - margin) * PIXELS), round((y + height + margin) * PIXELS)
    left, right = round((x - margin) * PIXELS), round((x + width + margin) * PIXELS)
    return image[max(top, 0) : bottom, max(left, 0) : right]


def line_error(image: Image, y: float, x0: float, x1: float) -> float:
    """How far (mm) the horizontal line from x0 to x1 is printed from y; infinite where it is broken or absent."""
    first = round((y - NEAR_MM) * PIXELS)
    window = image[first : round((y + NEAR_MM) * PIXELS) + 1, math.ceil(x0 * PIXELS) : math.floor(x1 * PIXELS)]
    darkness = 255.0 - window
    if darkness.max(axis=0).min() < INK:
        return math.inf
    rows = first + np.arange(len(window)) + 0.5
    return float(abs((darkness.sum(axis=1) * rows).sum() / darkness.sum() / PIXELS - y))


def outline_error(image: Image, box: Box, corner: float = 0.6) -> float:
    """The worst of a box's four printed edges (mm), without their ends, which may be round."""
    x, y, width, height = box
    across = (x + corner, x + width - corner)
    down = (y + corner, y + height - corner)
    flipped = image.T
    return max(
        line_error(image, y, *across),
        line_error(image, y + height, *across),
        line_error(flipped, x, *down),
        line_error(flipped, x + width, *down),
    )


def ink_box(image: Image, box: Box, margin: float) -> Box:
    """The smallest box around the black pixels in a box and its margin (mm)."""
    part = cut(image, box, margin) < 128
    left, top = round((box[0] - margin) * PIXELS), round((box[1] - margin) * PIXELS)
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return (
        (left + int(columns[0])) / PIXELS,
        (top + int(rows[0])) / PIXELS,
        int(columns[-1] - columns[0] + 1) / PIXELS,
        int(rows[-1] - rows[0] + 1) / PIXELS,
    )


def code_in(image: Image, box: Box) -> PageCode | None:
    """The page code in a box with its quiet zone; None where there is none, or another one."""
    found = zxingcpp.read_barcodes(np.ascontiguousarray(cut(image, box, 2.5)))
    return parse_page_code(found[0].text) if len(found) == 1 else None

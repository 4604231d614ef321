"""A printed form as pixels and as text, measured in millimetres."""

from __future__ import annotations

import math
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import zxingcpp
from pdf2image import convert_from_bytes

from form_layouts.layout import Box, Layout
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
DIRECTION_SIGNS = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
PAPER = 250
"""Grey from which a pixel is white."""
SIDE_MM = 20.0
FROM_RIGHT = {"ar", "fa"}
"""The languages of these forms that are read from the right."""


def render(pdf: bytes) -> list[Image]:
    """The pages of a PDF at 300 dpi."""
    return [np.asarray(page) for page in convert_from_bytes(pdf, dpi=DPI, grayscale=True)]


def text_of(pdf: bytes, page: int | None = None, box: Box | None = None) -> str:
    """The text of a PDF, of one of its pages (from 1), or of a box on it, with single spaces, without direction signs."""
    options = [] if page is None else ["-f", str(page), "-l", str(page)]
    if box is not None:
        x, y, width, height = (str(round(10 * side)) for side in box)
        options += ["-r", "254", "-x", x, "-y", y, "-W", width, "-H", height]
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().translate(DIRECTION_SIGNS).split())


def letter_sizes(pdf: bytes, places: Sequence[Box]) -> list[set[int]]:
    """The sizes of all letters (points) that begin in a place, one box (mm) for each page."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        command = ["pdftohtml", "-xml", "-i", "-zoom", "1", "-stdout", file.name]
        done = subprocess.run(command, capture_output=True, check=True)
    fonts: dict[str, int] = {}
    found: list[set[int]] = []
    for page, (x, y, width, height) in zip(ElementTree.fromstring(done.stdout).iter("page"), places, strict=True):
        fonts |= {font.attrib["id"]: int(font.attrib["size"]) for font in page.iter("fontspec")}
        sizes = set()
        for text in page.iter("text"):
            left, top = (int(text.attrib[side]) * 25.4 / 72 for side in ("left", "top"))
            if x <= left <= x + width and y <= top <= y + height:
                sizes.add(fonts[text.attrib["font"]])
        found.append(sizes)
    return found


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


def assert_apart_and_inside(layout: Layout) -> None:
    for page in layout.pages:
        boxes = [box for field in page.fields for box in field.boxes] + [page.warm_up or (100, 140, 0, 0)]
        head, foot = page.code_boxes
        for x, y, width, height in boxes:
            assert x >= SIDE_MM
            assert x + width <= 210 - SIDE_MM
            assert y >= head[1] + head[3]
            assert y + height <= foot[1]
        assert [(a, b) for a, b in combinations(boxes, 2) if overlap(a, b)] == []


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]

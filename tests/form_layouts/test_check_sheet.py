"""The scanner check sheet as it is printed: what is measured on a scan must stand where the program looks for it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import zxingcpp
from pdf2image import pdfinfo_from_bytes

from form_layouts.check_sheet import (
    CROSSES,
    LINES_ACROSS,
    LINES_DOWN,
    MARKERS,
    OWN,
    PATTERNS_ACROSS,
    PATTERNS_DOWN,
    SHEET_CODE,
    STROKE_INKS,
    STROKES,
    WEDGE,
    WEDGE_INKS,
    WHITE,
    check_sheet,
)
from form_layouts.layout import Box
from form_layouts.page_code import code_boxes, parse_page_code
from tests.form_layouts.prints import PIXELS, Image, render, text_of

DRAWN = (*MARKERS, *code_boxes(MARKERS), *WEDGE, *STROKES, *LINES_DOWN, *LINES_ACROSS, *CROSSES, *OWN, *PATTERNS_DOWN,
         *PATTERNS_ACROSS)  # fmt: skip
NEAR_MM = 0.2
"""Of a line's middle from its place: a pixel of 0.085 mm, and what poppler moves thin lines to whole ones."""


@cache
def sheet() -> Image:
    (page,) = render(check_sheet())
    return page


def part(box: Box, rim: float = 0.0) -> Image:
    x, y, w, h = box
    left, top, right, bottom = (round(side * PIXELS) for side in (x - rim, y - rim, x + w + rim, y + h + rim))
    return sheet()[max(0, top) : bottom, max(0, left) : right]


def test_it_is_one_page_of_a4_and_the_same_each_time() -> None:
    info = pdfinfo_from_bytes(check_sheet())
    assert (info["Pages"], "A4" in info["Page size"]) == (1, True)
    assert check_sheet() == check_sheet()


def test_it_tells_in_german_and_english_what_to_do() -> None:
    text = text_of(check_sheet())
    for words in ("Drucken Sie dieses Blatt mit 100 %", "Print this sheet at 100 %", "crosscheck scanner-check DATEI",
                  "with the settings used for the questionnaires", "genau 150 mm lang"):  # fmt: skip
        assert words in text


def test_both_codes_name_the_sheet_and_no_form() -> None:
    texts = [code.text for code in zxingcpp.read_barcodes(sheet())]
    assert texts == [SHEET_CODE, SHEET_CODE]
    assert parse_page_code(SHEET_CODE) is None


def test_nothing_is_printed_on_the_white_stripes() -> None:
    for box in WHITE:
        assert part(box).min() == 255, box


def test_nothing_that_is_measured_reaches_into_a_white_stripe_or_its_neighbour() -> None:
    def meet(one: Box, other: Box) -> bool:
        return all(one[a] < other[a] + other[a + 2] - 1e-6 and other[a] < one[a] + one[a + 2] - 1e-6 for a in (0, 1))

    boxes = [*DRAWN, *WHITE[:3]]
    assert [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if meet(a, b)] == []


def test_each_grey_step_has_the_ink_that_it_says() -> None:
    greys = [float(part(box, -1.0).mean()) for box in WEDGE]
    assert greys == pytest.approx([255 * (1 - ink / 100) for ink in WEDGE_INKS], abs=1.5)


def test_each_pale_stroke_has_its_ink_and_place() -> None:
    for box, ink in zip(STROKES, STROKE_INKS, strict=True):
        profile = 255.0 - part((box[0] - 2, box[1] + 1, 4.5, box[3] - 2)).mean(axis=0)
        assert profile.max() == pytest.approx(255 * ink / 100, abs=2)
        assert abs(float((profile * np.arange(len(profile))).sum() / profile.sum()) / PIXELS - 2.25) < NEAR_MM


@pytest.mark.parametrize("boxes", [LINES_DOWN, LINES_ACROSS])
def test_each_thin_line_stands_at_its_place(boxes: tuple[Box, ...]) -> None:
    for x, y, w, h in boxes:
        down = h > w
        strip = (x + w / 2 - 1.8, y + 1, 3.6, h - 2) if down else (x + 1, y + h / 2 - 1.8, w - 2, 3.6)
        profile = 255.0 - part(strip).mean(axis=0 if down else 1)
        assert profile.max() > 200
        assert abs(float((profile * np.arange(len(profile))).sum() / profile.sum()) / PIXELS - 1.8) < NEAR_MM


def test_the_boxes_for_ones_own_crosses_are_empty() -> None:
    for box in OWN:
        assert part(box, -0.4).min() == 255
        assert part(box, 0.3).min() < 60

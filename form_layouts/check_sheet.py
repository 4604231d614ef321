"""The scanner check sheet: one page to print, scan and read back.  Where everything stands, and its PDF."""

from __future__ import annotations

import numpy as np
import typst
import zxingcpp

from form_layouts.errors import CrosscheckError
from form_layouts.layout import Box
from form_layouts.page_code import MARKER_MM, code_boxes, marker_modules, svg
from form_layouts.typesetting import EDGE_MM, PAGE, SIDE_MM, pdf_of

SHEET_CODE = "XC SCANNER-CHECK 1"
"""What the sheet's code says; no form's page code has so few parts."""
MARKERS: tuple[Box, ...] = tuple(
    (x, y, MARKER_MM, MARKER_MM)
    for x, y in (
        (SIDE_MM, EDGE_MM),
        (PAGE[0] - SIDE_MM - MARKER_MM, EDGE_MM),
        (PAGE[0] - SIDE_MM - MARKER_MM, PAGE[1] - EDGE_MM - MARKER_MM),
        (SIDE_MM, PAGE[1] - EDGE_MM - MARKER_MM),
    )
)
"""Where forms have them, clockwise from the top left (mm)."""
WHITE: tuple[Box, ...] = (
    (0.0, 26.5, 210.0, 8.0),
    (0.0, 112.0, 210.0, 8.0),
    (0.0, 252.0, 210.0, 16.0),
    (0.0, 34.5, 18.0, 217.5),
    (192.0, 34.5, 18.0, 217.5),
)
"""Unprinted stripes (mm), across and along the sheet: what is seen there comes from the scanner."""

WEDGE_INKS = (0, 5, 10, 15, 20, 30, 40, 55, 70, 85, 100)
"""Ink of the grey wedge's steps in percent, from white to black."""
WEDGE: tuple[Box, ...] = tuple((SIDE_MM + 15.4 * n, 94.0, 15.4, 12.0) for n in range(len(WEDGE_INKS)))

STROKE_MM = 0.5
"""Width of a pale stroke: a pencil's."""
STROKE_INKS = (5, 8, 12, 16, 20, 30, 40, 60)
"""Percent of ink, palest first; a light pencil leaves about 20 in the mean, a pale blue pen 40."""
STROKES: tuple[Box, ...] = tuple((24.0 + 8 * n - STROKE_MM / 2, 129.0, STROKE_MM, 12.0) for n in range(8))
LINE_WIDTHS = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""mm"""
LINES_DOWN: tuple[Box, ...] = tuple((98.0 + 6 * n - w / 2, 129.0, w, 12.0) for n, w in enumerate(LINE_WIDTHS))
LINES_ACROSS: tuple[Box, ...] = tuple((140.0, 125.0 + 4.2 * n - w / 2, 16.0, w) for n, w in enumerate(LINE_WIDTHS))

BOX_MM = 5.0
CROSS_PENS = ((0.28, 85), (0.42, 85), (0.45, 42), (0.5, 25))
"""Printed crosses: width in mm and percent of ink of a fine pen, a ball pen, a pale blue pen, a light pencil."""
CROSS_INSET_MM = 0.7
"""From the box's edge to the ends of its cross."""
CROSSES: tuple[Box, ...] = tuple((27.0 + 18 * n, 158.0, BOX_MM, BOX_MM) for n in range(len(CROSS_PENS)))
OWN: tuple[Box, ...] = ((112.0, 158.0, BOX_MM, BOX_MM), (146.0, 158.0, BOX_MM, BOX_MM))
"""For a cross of one's own, with a pencil and with a ball pen."""

PATTERN_LINES = (1, 2, 3, 4)
"""Line pairs per millimetre."""
PATTERNS_DOWN: tuple[Box, ...] = tuple((24.0 + 18 * n, 182.0, 12.0, 12.0) for n in range(len(PATTERN_LINES)))
PATTERNS_ACROSS: tuple[Box, ...] = tuple((98.0 + 18 * n, 182.0, 12.0, 12.0) for n in range(len(PATTERN_LINES)))

RULER_ACROSS: Box = (20.0, 214.0, 150.0, 6.0)
RULER_DOWN: Box = (184.0, 127.0, 6.0, 120.0)


class CheckSheetNotSet(CrosscheckError):
    en = "The check sheet could not be set: {problem}. Install the fonts (script/bootstrap); if it happens again, report it."
    de = "Das Prüfblatt ließ sich nicht setzen: {problem}. Installieren Sie die Schriften (script/bootstrap); geschieht es wieder, melden Sie es."


def check_sheet() -> bytes:
    """The sheet as PDF, A4, one page, in German and English; the same bytes each time.  Raises CheckSheetNotSet."""
    try:
        return pdf_of(_places(), "check_sheet.typ")
    except typst.TypstError as fault:
        raise CheckSheetNotSet(problem=fault.message) from fault


def _places() -> dict[str, object]:
    """All that the template draws, in mm from the sheet's top left corner."""
    barcode = zxingcpp.create_barcode(SHEET_CODE, zxingcpp.BarcodeFormat.QRCode, version=3, ec_level="M")
    code = svg(np.array(barcode.to_image(scale=1, add_quiet_zones=False)) == 0)
    across = [(box, ink) for box, ink in zip(WEDGE, WEDGE_INKS, strict=True)]
    pale = [(box, ink) for box, ink in zip(STROKES, STROKE_INKS, strict=True)]
    return {
        "pictures": [
            *((box, svg(marker_modules(corner))) for corner, box in enumerate(MARKERS)),
            *((box, code) for box in code_boxes(MARKERS)),
        ],
        "wedge": across,
        "strokes": pale,
        "lines": [[*zip(LINES_DOWN, LINE_WIDTHS, strict=True)], [*zip(LINES_ACROSS, LINE_WIDTHS, strict=True)]],
        "crosses": [(box, *pen) for box, pen in zip(CROSSES, CROSS_PENS, strict=True)],
        "inset": CROSS_INSET_MM,
        "own": OWN,
        "patterns": [
            [*zip(PATTERNS_DOWN, PATTERN_LINES, strict=True)],
            [*zip(PATTERNS_ACROSS, PATTERN_LINES, strict=True)],
        ],
        "rulers": [RULER_ACROSS, RULER_DOWN],
    }

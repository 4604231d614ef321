"""The cover sheet: one page to lay between two piles.  It is scanned with them, kept, and keeps them apart."""

from __future__ import annotations

import re

import numpy as np
import typst
import zxingcpp

from form_layouts.errors import CrosscheckError
from form_layouts.layout import Box
from form_layouts.page_code import svg
from form_layouts.typesetting import PAGE, families, pdf_of

COVER_CODE = "XC COVER 1"
"""What the sheet's code says; 1 is the form of this text.  No form's page code has so few parts."""
_COVER = re.compile(r"XC COVER \d{1,2}")
COVER_CODE_MM = 45.0
"""Side of the code: modules of 2.1 mm, so that it is read from a fax, a photo or a page far too small."""
COVER_EDGE_MM = 15.0
"""From the sheet's edges to its codes: scanners cut off less."""
LABEL_LENGTH = 120
"""Most characters of a label: six lines of its smaller size."""
LABEL_SIZES_PT = ((40, 44.0), (LABEL_LENGTH, 28.0))
"""(characters up to which, size): looked at in German, Arabic and Chinese."""


class LabelTooLong(CrosscheckError):
    en = "The label has {length} characters; a cover sheet has room for {room}. Shorten it."
    de = "Die Beschriftung hat {length} Zeichen; auf ein Trennblatt passen {room}. Kürzen Sie sie."


class CoverSheetNotSet(CrosscheckError):
    en = "The cover sheet could not be set: {problem}. Leave letters out of the label that no installed font has, or install the fonts (script/bootstrap)."
    de = "Das Trennblatt ließ sich nicht setzen: {problem}. Lassen Sie Zeichen weg, die keine installierte Schrift enthält, oder installieren Sie die Schriften (script/bootstrap)."


def is_cover(text: str) -> bool:
    """Whether a code's text is that of a cover sheet."""
    return _COVER.fullmatch(text.strip().upper()) is not None


def cover_sheet(label: str = "") -> bytes:
    """The sheet as PDF, A4, one page, in German and English; `label` is printed on it and not read back.

    The same label gives the same bytes.  Raises LabelTooLong, CoverSheetNotSet.
    """
    label = " ".join(label.split())
    if len(label) > LABEL_LENGTH:
        raise LabelTooLong(length=len(label), room=LABEL_LENGTH)
    size = next(size for length, size in LABEL_SIZES_PT if len(label) <= length)
    barcode = zxingcpp.create_barcode(COVER_CODE, zxingcpp.BarcodeFormat.QRCode, ec_level="H")
    data = {
        "families": families(),
        "label": label,
        "size": size,
        "code": svg(np.array(barcode.to_image(scale=1, add_quiet_zones=False)) == 0),
        "boxes": cover_boxes(),
    }
    try:
        return pdf_of(data, "cover_sheet.typ")
    except typst.TypstError as fault:
        raise CoverSheetNotSet(problem=fault.message) from fault


def cover_boxes() -> tuple[Box, Box]:
    """Where the code stands (mm): top right and bottom left, so that a torn or folded corner costs only one."""
    far = PAGE[0] - COVER_EDGE_MM - COVER_CODE_MM, PAGE[1] - COVER_EDGE_MM - COVER_CODE_MM
    side = COVER_CODE_MM
    return (far[0], COVER_EDGE_MM, side, side), (COVER_EDGE_MM, far[1], side, side)

"""Which page of which form an image shows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from form_layouts.catalogue import Catalogue, Form
from form_layouts.page_code import CODE_GAP_MM, CODE_MM, MARKER_MM, PageCode, parse_page_code
from omr.blanks import match_blank
from omr.debug import DebugWriter
from omr.errors import CodesDisagree, CodeUnreadable, NoFormFound, OtherPositions, RejectedPage, UnknownEdition
from omr.geometry import Plane, Points
from omr.image import Grey, PageImage
from omr.markers import Markers

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
CODE_PX_PER_MM = 11.0
"""Resolution of the code's crop: 6 px a module."""
CODE_QUIET_MM = 2.5
_TOP_RIGHT, _BOTTOM_LEFT = 1, 3


@dataclass(frozen=True)
class Identity:
    """A page's form and page (from 0); `copy` is 0 without a number.

    `plane` is set where the page was recognised by its print; else the markers give the geometry.
    """

    form: Form
    page: int
    copy: int = 0
    plane: Plane | None = None


def identify(image: PageImage, markers: Markers, catalogue: Catalogue, debug: DebugWriter) -> Identity:
    """Read the page codes beside the markers, else anywhere; without one, compare with the blanks of foreign forms.

    Raises NoFormFound, CodeUnreadable, CodesDisagree, UnknownEdition, OtherPositions.
    """
    codes = _codes_at_markers(image.grey, markers, debug) or _read_codes(image.grey)
    if codes:
        if len(set(codes)) > 1:
            raise CodesDisagree(codes=", ".join(sorted({code.text() for code in codes})))
        form = catalogue.printed(codes[0])
        if form is None:
            raise _unknown(codes[0], catalogue)
        return Identity(form, codes[0].page - 1, codes[0].copy)
    if len(markers.corners) >= 2:
        raise CodeUnreadable()
    match = match_blank(image.grey, catalogue.foreign)
    if match is None:
        raise NoFormFound()
    return Identity(match.form, match.page, plane=match.plane)


def _unknown(code: PageCode, catalogue: Catalogue) -> RejectedPage:
    """Why no form belongs to a code: nobody knows its edition, or that edition is known with other positions."""
    said = {
        "questionnaire": code.questionnaire,
        "version": code.version,
        "edition": code.edition,
        "language": code.language,
    }
    if catalogue.knows_edition(code):
        return OtherPositions(check=code.check, **said)
    return UnknownEdition(**said)


def _codes_at_markers(grey: Grey, markers: Markers, debug: DebugWriter) -> list[PageCode]:
    """The codes left of the top right marker and right of the bottom left one, cut upright by that marker's own corners."""
    codes = []
    for corner, left, top in (
        (_TOP_RIGHT, -CODE_GAP_MM - CODE_MM, 0.0),
        (_BOTTOM_LEFT, MARKER_MM + CODE_GAP_MM, MARKER_MM - CODE_MM),
    ):
        if corner not in markers.corners:
            continue
        crop = _upright(
            grey, markers.corners[corner], left - CODE_QUIET_MM, top - CODE_QUIET_MM, CODE_MM + 2 * CODE_QUIET_MM
        )
        debug.write("page-code", crop)
        codes += _read_codes(crop)
    return codes


def _upright(grey: Grey, marker: Points, left: float, top: float, side: float) -> Grey:
    """A square of the page, `left` and `top` in mm from the marker's first corner, at CODE_PX_PER_MM."""
    square = np.array([[0, 0], [MARKER_MM, 0], [MARKER_MM, MARKER_MM], [0, MARKER_MM]])
    target = ((square - [left, top]) * CODE_PX_PER_MM).astype(np.float32)
    affine, _ = cv2.estimateAffine2D(marker.astype(np.float32), target)
    size = round(side * CODE_PX_PER_MM)
    crop = cv2.warpAffine(grey, affine, (size, size), flags=cv2.INTER_LINEAR, borderValue=255.0)
    return np.asarray(crop, np.uint8)


def _read_codes(grey: Grey) -> list[PageCode]:
    found = zxingcpp.read_barcodes(np.ascontiguousarray(grey), formats=_QR, try_invert=False)
    codes = (parse_page_code(barcode.text) for barcode in found)
    return [code for code in codes if code is not None]

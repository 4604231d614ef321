"""Which page of which form an image shows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from form_layouts.catalogue import Catalogue, Form
from form_layouts.cover_sheet import is_cover
from form_layouts.page_code import CODE_GAP_MM, CODE_MM, MARKER_MM, PageCode, parse_page_code
from omr.debug import DebugWriter
from omr.errors import (
    CodesDisagree,
    CodeUnreadable,
    CoverFound,
    NoFormFound,
    OtherPositions,
    RejectedPage,
    UnknownEdition,
)
from omr.geometry import Plane, Points
from omr.image import Grey, PageImage, is_blank
from omr.markers import Markers
from omr.placing.recognise import guess_ours, recognise_foreign

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
CODE_PX_PER_MM = 11.0
"""Resolution of the code's crop: 6 px a module."""
CODE_QUIET_MM = 2.5
STAIN_WINDOW_PX = 31
"""Window of the local threshold under a stain, five modules: of 12 pages with coffee on both codes, of which none was
read without, it opened 10."""
_TOP_RIGHT, _BOTTOM_LEFT = 1, 3


@dataclass(frozen=True)
class Identity:
    """A page's form and page (from 0); `copy` is 0 without a number.

    `plane` is set where the page was recognised by its print; else the markers give the geometry.
    """

    form: Form
    page: int
    copy: int = 0
    duplex: bool | None = None
    """Whether it was printed on both sides of the sheets; None where nobody knows."""
    plane: Plane | None = None
    guessed: bool = False
    """A page of ours whose code nobody could read, taken for the one that it looks like: nothing on it stands by itself."""


def identify(image: PageImage, markers: Markers, catalogue: Catalogue, debug: DebugWriter) -> Identity:
    """Read the page codes beside the markers, else anywhere; without one, compare with what is printed on known forms.

    Raises CoverFound, NoFormFound, CodeUnreadable, CodesDisagree, UnknownEdition, OtherPositions, SeveralFormsMatch.
    """
    if not markers.corners and is_blank(image.small.grey):
        raise NoFormFound()
    codes = _codes(image, markers, debug)
    if codes:
        if len(set(codes)) > 1:
            raise CodesDisagree(codes=", ".join(sorted({code.text() for code in codes})))
        form = catalogue.printed(codes[0])
        if form is None:
            raise _unknown(codes[0], catalogue)
        return Identity(form, codes[0].page - 1, codes[0].copy, codes[0].duplex)
    return _by_print(image, markers, catalogue)


def _by_print(image: PageImage, markers: Markers, catalogue: Catalogue) -> Identity:
    """A form that we did not print, or a guess which of ours it is.  Raises NoFormFound, CodeUnreadable, SeveralFormsMatch."""
    if len(markers.corners) < 2:
        match = recognise_foreign(image, catalogue.foreign)
        if match is not None:
            return Identity(match.form, match.page, plane=match.plane)
    match = guess_ours(image, markers, (form for form in catalogue.forms if form.layout.ours))
    if match is not None:
        return Identity(match.form, match.page, plane=match.plane, guessed=True)
    if len(markers.corners) >= 2:
        raise CodeUnreadable()
    raise NoFormFound()


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


def _codes(image: PageImage, markers: Markers, debug: DebugWriter) -> list[PageCode]:
    """The page codes beside the markers, at working scale, then on all pixels; where there are none, anywhere."""
    small = image.small
    shrunk = Markers({corner: (points + 0.5) / small.shrink - 0.5 for corner, points in markers.corners.items()})
    codes = _codes_at_markers(small.grey, shrunk, debug)
    if not codes and small.shrink > 1 and markers.corners:
        codes = _codes_at_markers(image.grey, markers, debug)
    if not codes:
        codes = _read_codes(small.grey)
    if not codes and small.shrink > 1:
        codes = _read_codes(image.grey)  # a photo of a sheet that fills half of it
    return codes


def _codes_at_markers(grey: Grey, markers: Markers, debug: DebugWriter) -> list[PageCode]:
    """The codes left of the top right marker and right of the bottom left one, cut upright by that marker's own corners.

    Where neither can be read, stains are evened out.  Both say the same: at last they are laid over each other, so that
    only ink that is on both counts.
    """
    crops = []
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
        crops.append(crop)
    codes = [code for crop in crops for code in _read_codes(crop)]
    if not codes:
        crops = [_evened(crop) for crop in crops]
        codes = [code for crop in crops for code in _read_codes(crop)]
    if not codes and len(crops) == 2:
        codes = _read_codes(np.maximum(*crops))
    return codes


def _evened(crop: Grey) -> Grey:
    """The crop in black and white by the grey around each place: what lies under a stain stands out again."""
    soft = cv2.GaussianBlur(crop, (0, 0), 1.0)
    way = cv2.ADAPTIVE_THRESH_GAUSSIAN_C
    return np.asarray(cv2.adaptiveThreshold(soft, 255, way, cv2.THRESH_BINARY, STAIN_WINDOW_PX, 0), np.uint8)


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
    if any(is_cover(barcode.text) for barcode in found):
        raise CoverFound()
    codes = (parse_page_code(barcode.text) for barcode in found)
    return [code for code in codes if code is not None]

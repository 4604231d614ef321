"""What reviewers see of a page: the page upright, and a crop of each question.  Cut once, when a reading is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from form_layouts.layout import Box, Layout
from form_layouts.questionnaire import Questionnaire
from omr.geometry import Points
from omr.image import Grey
from omr.notes.question_zones import question_box

PAGE_PX_PER_MM = 6.0
"""Resolution of the upright page, about 150 dpi: handwriting of 2 mm can be read on a screen."""
CROP_PX_PER_MM = 8.0
PAGE_QUALITY, CROP_QUALITY = 70, 80
"""JPEG quality; at 60 pencil strokes begin to dissolve (looked at on office scans)."""
UNREAD_HEIGHT_PX = 1782
"""Height of a page that could not be registered: that of an upright A4 page."""


@dataclass(frozen=True)
class Pictures:
    """All pictures of a page one after the other, and where each lies: {"page": [offset, bytes], question:
    [offset, bytes, x, y, width, height]} with the crop's box in mm on the form."""

    content: bytes
    places: dict[str, list[float]]


def pictures_of(
    grey: Grey, matrix: Sequence[Sequence[float]], layout: Layout, page: int, questionnaire: Questionnaire
) -> Pictures:
    """The upright page (from 0) and a crop of each question on it; `matrix` takes mm on the form to px, 3 rows of 3."""
    plane = np.asarray(matrix, np.float64)
    whole = (0.0, 0.0, *layout.page_size)
    parts: list[tuple[str, bytes, Box | None]] = [
        ("page", _encoded(_warped(grey, plane, whole, PAGE_PX_PER_MM), PAGE_QUALITY), None)
    ]
    for question in dict.fromkeys(field.question for field in layout.pages[page].fields):
        box = question_box(question, layout.pages[page], layout.page_size, questionnaire)
        parts.append((question, _encoded(_warped(grey, plane, box, CROP_PX_PER_MM), CROP_QUALITY), box))
    return _joined(parts)


def picture_of_unread(grey: Grey) -> Pictures:
    """A page that was not registered, as it was scanned."""
    scale = min(1.0, UNREAD_HEIGHT_PX / max(grey.shape))
    small = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return _joined([("page", _encoded(small, PAGE_QUALITY), None)])


def _warped(grey: Grey, plane: Points, box: Box, px_per_mm: float) -> Grey:
    """A box of the form (mm), upright."""
    x, y, width, height = box
    from_crop = np.array([[1 / px_per_mm, 0, x], [0, 1 / px_per_mm, y], [0, 0, 1]])
    size = (max(1, round(width * px_per_mm)), max(1, round(height * px_per_mm)))
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    warped = cv2.warpPerspective(grey, plane @ from_crop, size, flags=flags, borderValue=255)
    return np.asarray(warped, np.uint8)


def _encoded(picture: Grey, quality: int) -> bytes:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def _joined(parts: Sequence[tuple[str, bytes, Box | None]]) -> Pictures:
    places: dict[str, list[float]] = {}
    offset = 0
    for name, data, box in parts:
        places[name] = [offset, len(data), *(round(mm, 2) for mm in box or ())]
        offset += len(data)
    return Pictures(b"".join(data for _, data, _ in parts), places)

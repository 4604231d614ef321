"""What is printed near the fields of an empty page, as an image to compare with: drawn from the layout, or the foreign blank."""

from __future__ import annotations

import cv2
import numpy as np

from form_layouts.catalogue import Form
from form_layouts.layout import PageLayout
from omr.blanks import blank_page
from omr.image import Grey

REFERENCE_PX_PER_MM = 10.0
OUTLINE_MM = 0.3
"""Line width of printed boxes, as in form.typ."""
_CACHE: dict[tuple[str, int], Grey] = {}
_CACHED = 64
"""Reference pages kept: 6 MB each."""


def reference_page(form: Form, page: int) -> Grey:
    """The empty page at REFERENCE_PX_PER_MM, 255 is paper, shape (height, width)."""
    key = (form.layout.key + form.layout.hash, page)
    if key not in _CACHE:
        if len(_CACHE) >= _CACHED:
            _CACHE.pop(next(iter(_CACHE)))
        width, height = (round(side * REFERENCE_PX_PER_MM) for side in form.layout.page_size)
        if form.layout.ours:  # drawn: what stands beside its fields is not compared yet
            _CACHE[key] = _drawn(form.layout.pages[page], (height, width))
        else:
            blank = blank_page(form, page).grey
            _CACHE[key] = np.asarray(cv2.resize(blank, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return _CACHE[key]


def _drawn(page: PageLayout, size: tuple[int, int]) -> Grey:
    """Outlines of boxes, cells and written lines; shifted by fractions of a pixel, so that lines keep their true place."""
    sheet = np.full(size, 255, np.uint8)
    shift = 4
    scale = REFERENCE_PX_PER_MM * (1 << shift)
    half = 0.5 * (1 << shift)
    boxes = [*(field.box for field in page.checkboxes), *(cell for comb in page.combs for cell in comb.cells)]
    for x, y, w, h in [*boxes, *([page.warm_up] if page.warm_up else [])]:
        first = (round(x * scale - half), round(y * scale - half))
        second = (round((x + w) * scale - half), round((y + h) * scale - half))
        cv2.rectangle(sheet, first, second, 0, round(OUTLINE_MM * REFERENCE_PX_PER_MM), cv2.LINE_AA, shift)
    for area in page.text_areas:
        for rule in area.rules:
            at = round(rule * REFERENCE_PX_PER_MM)
            cv2.line(
                sheet,
                (round(area.box[0] * REFERENCE_PX_PER_MM), at),
                (round((area.box[0] + area.box[2]) * REFERENCE_PX_PER_MM), at),
                0,
                2,
            )
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), 1.0), np.uint8)


def crop_reference(reference: Grey, origin: tuple[float, float], size: tuple[int, int]) -> Grey:
    """The reference's patch of `size` (height, width) px from `origin` in mm; paper beyond the page's edge."""
    x, y = (round(at * REFERENCE_PX_PER_MM) for at in origin)
    height, width = size
    patch = np.full(size, 255, np.uint8)
    top, left = max(0, y), max(0, x)
    part = reference[top : max(top, y + height), left : max(left, x + width)]
    patch[top - y : top - y + part.shape[0], left - x : left - x + part.shape[1]] = part
    return patch

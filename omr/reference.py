"""What is printed near the fields of an empty page, as an image to compare with: drawn from the layout, or the foreign blank."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.catalogue import Form
from form_layouts.layout import Box, PageLayout
from omr.files.pdf_drawing import draw_pdf
from omr.image import Grey
from omr.kept import Kept
from omr.placing.blanks import blank_page

REFERENCE_PX_PER_MM = 6.0
"""Resolution at which fields are compared, about 150 dpi: half of what offices scan in, where JPEGs decode fastest."""
OUTLINE_MM = 0.3
"""Line width of printed boxes, as in form.typ."""
FINER = 2
"""How much finer outlines are drawn than compared, so that lines keep their true place and width."""
_KEPT: Kept[Grey] = Kept(48)
"""Reference pages: 2 MB each."""


def reference_page(form: Form, page: int) -> Grey:
    """The empty page at REFERENCE_PX_PER_MM, 255 is paper, shape (height, width)."""
    return _KEPT.get(form, page, _empty)


def _empty(form: Form, page: int) -> Grey:
    width, height = (round(side * REFERENCE_PX_PER_MM) for side in form.layout.page_size)
    if form.blank is None:
        return _drawn(form.layout.pages[page], (height, width))
    if form.layout.ours:
        return draw_pdf(form.blank.read_bytes(), page, (width, height))
    blank = blank_page(form, page).grey
    return np.asarray(cv2.resize(blank, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _drawn(page: PageLayout, size: tuple[int, int]) -> Grey:
    """Outlines of boxes, cells and written lines; shifted by fractions of a pixel, so that lines keep their true place."""
    sheet = np.full((size[0] * FINER, size[1] * FINER), 255, np.uint8)
    px_per_mm = REFERENCE_PX_PER_MM * FINER
    shift = 4
    scale = px_per_mm * (1 << shift)
    half = 0.5 * (1 << shift)
    boxes = [*(field.box for field in page.checkboxes), *(cell for comb in page.combs for cell in comb.cells)]
    for x, y, w, h in [*boxes, *([page.warm_up] if page.warm_up else [])]:
        first = (round(x * scale - half), round(y * scale - half))
        second = (round((x + w) * scale - half), round((y + h) * scale - half))
        cv2.rectangle(sheet, first, second, 0, round(OUTLINE_MM * px_per_mm), cv2.LINE_AA, shift)
    for area in page.text_areas:
        for rule in area.rules:
            x, _, w, _ = area.box
            y = round(rule * px_per_mm)
            cv2.line(sheet, (round(x * px_per_mm), y), (round((x + w) * px_per_mm), y), 0, 2)
    return np.asarray(cv2.resize(sheet, (size[1], size[0]), interpolation=cv2.INTER_AREA), np.uint8)


def crop_reference(reference: Grey, origins: npt.NDArray[np.float64], size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """The reference's patches of `size` (height, width) px from `origins` (n, 2) mm; paper beyond the page's edge."""
    height, width = size
    patches = np.full((len(origins), height, width), 255, np.uint8)
    for patch, origin in zip(patches, origins, strict=True):
        x, y = (round(float(at) * REFERENCE_PX_PER_MM) for at in origin)
        top, left = max(0, y), max(0, x)
        part = reference[top : max(top, y + height), left : max(left, x + width)]
        patch[top - y : top - y + part.shape[0], left - x : left - x + part.shape[1]] = part
    return patches


def same_size(boxes: Sequence[Box], rim: float) -> list[tuple[list[int], tuple[int, int]]]:
    """Fields grouped by patch size (height, width) in px, rim included, so that each group is cut in one go."""
    groups: dict[tuple[int, int], list[int]] = {}
    for i, (_, _, w, h) in enumerate(boxes):
        size = (
            round((np.ceil(h * 2) / 2 + 2 * rim) * REFERENCE_PX_PER_MM),
            round((np.ceil(w * 2) / 2 + 2 * rim) * REFERENCE_PX_PER_MM),
        )
        groups.setdefault(size, []).append(i)
    return [(members, size) for size, members in groups.items()]


def patch_origin(box: Box, size: tuple[int, int]) -> tuple[float, float]:
    """Top left of the patch of `size` px around a box, in mm, on the reference's pixel grid."""
    x = box[0] + box[2] / 2 - size[1] / REFERENCE_PX_PER_MM / 2
    y = box[1] + box[3] / 2 - size[0] / REFERENCE_PX_PER_MM / 2
    return round(x * REFERENCE_PX_PER_MM) / REFERENCE_PX_PER_MM, round(y * REFERENCE_PX_PER_MM) / REFERENCE_PX_PER_MM

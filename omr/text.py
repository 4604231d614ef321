"""Is there writing in a comb or text area; and what an engine makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np

from form_layouts.layout import Box, Comb, PageLayout, TextArea
from omr.checkboxes import INK, InkPatch, ink_patches, inner_mask, without_specks
from omr.debug import DebugWriter
from omr.image import Grey
from omr.reference import REFERENCE_PX_PER_MM
from omr.registration import Fields, Registration, cut

EDGE_MM = 0.6
"""Rim inside a text area that belongs to its frame."""
RULE_MM = 0.55
"""Half width of the strip around a printed writing line that is left out."""
CROP_RIM_MM = 1.5
"""Rim of a crop that is read or shown: writing runs over its frame."""
CROP_PX_PER_MM = 11.8
"""Resolution of a crop for an engine: 300 dpi."""


@dataclass(frozen=True)
class Reading:
    """What one engine read: the text as it stands, and its own confidence, 0 to 1, which nobody has calibrated."""

    text: str
    confidence: float


class OcrEngine(Protocol):
    """Reads pictures of writing.  An engine that is missing or fails costs its answer, never the page."""

    def read(self, crops: Sequence[Grey], language: str) -> list[Reading | None]:
        """One reading for each crop, black on white, (height, width); None where it has none."""
        ...


@dataclass(frozen=True)
class WritingScore:
    """One comb or text area: ink in mm2 (new ink, without frames and rules), inked cells, and what an engine read of it."""

    field: TextArea | Comb
    ink_mm2: float
    cells_inked_mm2: tuple[float, ...] = ()
    reading: Reading | None = None


def measure_writing(registration: Registration, page: PageLayout) -> list[WritingScore]:
    """How much ink each comb and text area of a page bears."""
    areas = _area_fields(registration, page.text_areas)
    scores = [
        WritingScore(area, _area_ink(area, patch))
        for area, patch in zip(page.text_areas, ink_patches(registration, areas, 0.0), strict=True)
    ]
    patches = iter(ink_patches(registration, registration.cells, 0.3))
    for comb in page.combs:
        inks = tuple(_cell_ink(cell, next(patches)) for cell in comb.cells)
        scores.append(WritingScore(comb, sum(inks), inks))
    return scores


def read_writing(
    registration: Registration,
    written: Sequence[WritingScore],
    engine: OcrEngine | None,
    language: str,
    debug: DebugWriter,
) -> list[WritingScore]:
    """The written fields with an engine's reading added: one call for the page, none where nothing is written."""
    if engine is None or not written:
        return list(written)
    crops = [crop_field(registration, score.field) for score in written]
    for crop in crops:
        debug.write("writing", crop)
    readings = engine.read(crops, language)
    return [replace(score, reading=reading) for score, reading in zip(written, readings, strict=True)]


def crop_field(registration: Registration, field: TextArea | Comb) -> Grey:
    """A field's picture for an engine: upright, 300 dpi; a comb's cells without their frames, side by side."""
    if isinstance(field, TextArea):
        return _crop(registration, field.box, CROP_RIM_MM)
    cells = [_crop(registration, cell, -EDGE_MM) for cell in field.cells]
    height = min(cell.shape[0] for cell in cells)
    row = np.concatenate([cell[:height] for cell in cells], axis=1)
    return np.asarray(cv2.copyMakeBorder(row, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=255.0), np.uint8)


def _crop(registration: Registration, box: Box, rim: float) -> Grey:
    dx, dy = registration.shift_at(box)
    scale = CROP_PX_PER_MM / REFERENCE_PX_PER_MM
    size = (round((box[3] + 2 * rim) * REFERENCE_PX_PER_MM), round((box[2] + 2 * rim) * REFERENCE_PX_PER_MM))
    patch = cut(registration.grey, registration.plane, np.array([[box[0] - rim + dx, box[1] - rim + dy]]), size)[0]
    return np.asarray(cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)


def _area_fields(registration: Registration, areas: Sequence[TextArea]) -> Fields:
    boxes = tuple(area.box for area in areas)
    shifts = np.array([registration.shift_at(box) for box in boxes]).reshape(-1, 2)
    return Fields(boxes, shifts, np.ones(len(boxes)))


def _area_ink(area: TextArea, patch: InkPatch) -> float:
    """Ink in mm2 inside the frame, off the rules."""
    x, y, w, h = area.box
    inner = inner_mask((x + EDGE_MM, y + EDGE_MM, w - 2 * EDGE_MM, h - 2 * EDGE_MM), "square", patch)
    rows = (np.arange(patch.grey.shape[0]) + 0.5) / REFERENCE_PX_PER_MM + patch.origin[1]
    for rule in area.rules:
        inner[np.abs(rows - rule) < RULE_MM] = False
    return float(without_specks((patch.darkness > INK) & inner).sum()) / REFERENCE_PX_PER_MM**2


def _cell_ink(cell: Box, patch: InkPatch) -> float:
    ink = without_specks((patch.darkness > INK) & inner_mask(cell, "square", patch))
    return float(ink.sum()) / REFERENCE_PX_PER_MM**2

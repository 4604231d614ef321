"""Is there writing in a comb or text area; and what an engine makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from form_layouts.catalogue import Form
from form_layouts.layout import Box, Comb, PageLayout, TextArea
from omr.debug import DebugWriter
from omr.ink import Insides, ink_inside, insides
from omr.kept import Kept
from omr.quality import beyond_image
from omr.reference import reference_page
from omr.registration import Registration
from omr.writing_crop import Crop, crop_field

EDGE_MM = 0.6
"""Rim inside a text area that belongs to its frame."""
CELL_RIM_MM = 0.3
"""Rim around a comb's cell that is looked at with it: its printed line."""
_KEPT: Kept[tuple[list[Insides], list[Insides]]] = Kept(48)


@dataclass(frozen=True)
class Reading:
    """What an engine read: the text as it stands, and its own confidence, 0 to 1, which nobody has calibrated."""

    text: str
    confidence: float
    others: tuple[str, ...] = ()
    """What further engines read of the same crop, those that read anything."""


class OcrEngine(Protocol):
    """Reads pictures of writing.  An engine that is missing or fails costs its answer, never the page."""

    def read(self, crops: Sequence[Crop], language: str) -> list[Reading | None]:
        """One reading for each crop; None where it has none."""
        ...


@dataclass(frozen=True)
class WritingScore:
    """One comb or text area: ink in mm2 (new ink, without frames and rules), inked cells, and what an engine read of it."""

    field: TextArea | Comb
    ink_mm2: float
    cells_inked_mm2: tuple[float, ...] = ()
    cut_off: bool = False
    """Whether a part of the field lies beyond the image: then nobody knows what was written."""
    reading: Reading | None = None


def measure_writing(registration: Registration, page: PageLayout) -> list[WritingScore]:
    """How much ink each comb and text area of a page bears."""
    of_areas, of_cells = _KEPT.get(registration.form, registration.page, _insides)
    boxes = [area.box for area in page.text_areas]
    shifts = np.array([registration.shift_at(box) for box in boxes]).reshape(-1, 2)
    inks = ink_inside(registration.view, of_areas, shifts, registration.contrast)
    cut = _cut_off(registration, boxes)
    scores = [WritingScore(area, ink, cut_off=off) for area, ink, off in zip(page.text_areas, inks, cut, strict=True)]
    inks = ink_inside(registration.view, of_cells, registration.cells.shifts, registration.contrast)
    for comb in page.combs:
        own, inks = tuple(inks[: len(comb.cells)]), inks[len(comb.cells) :]
        scores.append(WritingScore(comb, sum(own), own, any(_cut_off(registration, comb.cells))))
    return scores


def _insides(form: Form, page: int) -> tuple[list[Insides], list[Insides]]:
    """Of a page's text areas, and of its combs' cells."""
    reference, layout = reference_page(form, page), form.layout.pages[page]
    boxes = [area.box for area in layout.text_areas]
    rules = [area.rules for area in layout.text_areas]
    of_areas = insides(reference, boxes, [_inset(box) for box in boxes], 0.0, rules)
    cells = [cell for comb in layout.combs for cell in comb.cells]
    return of_areas, insides(reference, cells, cells, CELL_RIM_MM)


def _cut_off(registration: Registration, boxes: Sequence[Box]) -> list[bool]:
    found: list[bool] = beyond_image(registration.view.plane, registration.view.grey.shape, boxes).tolist()
    return found


def _inset(box: Box) -> Box:
    x, y, w, h = box
    return x + EDGE_MM, y + EDGE_MM, w - 2 * EDGE_MM, h - 2 * EDGE_MM


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
        debug.write("writing", crop.picture)
    readings = engine.read(crops, language)
    return [replace(score, reading=reading) for score, reading in zip(written, readings, strict=True)]

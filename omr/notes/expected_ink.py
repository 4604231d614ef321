"""Where ink is expected on a page: its print, its fields, and what an office leaves on paper.  Anything else is a note."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.catalogue import Form
from form_layouts.layout import Box, Layout, PageLayout
from omr.image import Grey
from omr.kept import Kept
from omr.notes.struck_text import TextLines, text_lines
from omr.reference import REFERENCE_PX_PER_MM, reference_page

MAP_PX_PER_MM = 2.5
"""Resolution of the map of the whole page: at 2 every tenth underlined word was lost, at 3 nothing more was found."""
BLOCK = 5
"""Side in px of the blocks whose mean says how bright the paper is there: 2 mm."""
PRINT_RIM_MM = 0.8
"""Rim around print that the map leaves out: paper is stretched between the fields by half a millimetre and more."""
PRINTED = 200
"""Grey of the blank below which it is print."""
CORE = 90
"""Grey of the blank below which a pixel of the map is print all over: it says how black this scan's print is."""
CORE_SAMPLES = 1500
MARK_RIM_MM = 3.6
"""Rim around boxes that belongs to them: the label begins 4 mm from the box, and marks beside a box are the box's."""
WRITING_RIM_MM = 2.5
"""Rim around combs and text areas that belongs to them: descenders and capitals run over the frame."""
OFFICE_RIM_MM = 1.5
"""Rim around stamp boxes, markers and codes."""
EDGE_MM = 6.0
"""Edge of the sheet: scanner borders, and the shadow of a sheet that was printed 4 mm off its place."""
MARGIN_GAP_MM = 3.0
"""Strip of the binding margin beside the questions that counts as paper to write on: numbers begin right behind it."""
FOOT_MM = 9.0
"""Height of the line at the foot that names form, page and copy: the copy's number is not on the blank."""
DRAFT_MM = 8.0
DRAFT_FROM_MM = 57.0
"""Width of the strip with the word DRAFT, and where it begins: form.typ sets the word 7.5 mm from the edge, 60 mm down."""
_KEPT: Kept[ExpectedInk] = Kept(64)
_KEPT_TURNED: Kept[ExpectedInk] = Kept(64)
"""Pages: 0.6 MB each."""


@dataclass(frozen=True)
class ExpectedInk:
    """`free` is 1 where ink is a note, else 0, (height, width) at MAP_PX_PER_MM, both multiples of BLOCK; boxes are in mm."""

    free: Grey
    core: npt.NDArray[np.intp]
    """Flat places in the map that are print all over."""
    fields: tuple[Box, ...]
    """With the rim in which the readers of marks and writing look themselves; also stamp boxes, markers and codes."""
    edges: tuple[Box, ...]
    """Edges, binding margin, foot and slip."""
    draft: Box | None
    """Where a form that was not proofed yet says so, on paper that may be older than the blank."""
    lines: TextLines
    """Printed text that somebody may have struck out."""


def expected_ink(form: Form, page: int, *, duplex: bool) -> ExpectedInk:
    """What is expected on a page (from 0) of a form whose blank is known; `duplex` where sheets bear two pages."""
    turned = duplex and page % 2 == 1
    kept = _KEPT_TURNED if turned else _KEPT
    return kept.get(form, page, partial(_expected, turned=turned))


def printed_words(form: Form, page: int) -> tuple[Box, ...]:
    """Boxes (mm) of the text printed on a page (from 0); none where the form's blank is not known."""
    return expected_ink(form, page, duplex=False).lines.words if form.blank is not None else ()


def _expected(form: Form, page: int, *, turned: bool) -> ExpectedInk:
    layout = form.layout
    fields = _fields(layout.pages[page], layout.page_size[0])
    edges = _edges(layout, layout.pages[page], turned=turned)
    reference = reference_page(form, page)
    inner = (round(layout.page_size[0] * MAP_PX_PER_MM), round(layout.page_size[1] * MAP_PX_PER_MM))
    width, height = (-(-side // BLOCK) * BLOCK for side in inner)
    printed = dilated((reference < PRINTED).astype(np.uint8) * 255, PRINT_RIM_MM)
    if turned:  # the word DRAFT stands in the outer margin, which is the left one here
        outer = round((layout.page_size[0] - layout.binding_margin) * REFERENCE_PX_PER_MM)
        printed[:, : printed.shape[1] - outer] |= printed[:, outer:]
    free = np.zeros((height, width), np.uint8)
    free[: inner[1], : inner[0]] = cv2.resize(printed, inner, interpolation=cv2.INTER_AREA) < 128
    fill_boxes(free, (*fields, *edges), (0.0, 0.0), MAP_PX_PER_MM, 0)
    blank = np.full((height, width), 255, np.uint8)
    blank[: inner[1], : inner[0]] = cv2.resize(reference, inner, interpolation=cv2.INTER_AREA)
    core = np.flatnonzero(blank < CORE)
    taken = np.zeros((height, width), np.uint8)
    fill_boxes(taken, (*_printed_fields(layout.pages[page]), *edges), (0.0, 0.0), MAP_PX_PER_MM, 1)
    draft = _draft(layout, turned=turned) if layout.ours else None
    lines = text_lines(blank, taken, MAP_PX_PER_MM)
    return ExpectedInk(free, core[:: max(1, len(core) // CORE_SAMPLES)], fields, edges, draft, lines)


def dilated(mask: Grey, rim: float) -> Grey:
    """A mask at REFERENCE_PX_PER_MM, wider by `rim` mm on all sides."""
    reach = round(rim * REFERENCE_PX_PER_MM)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(mask, kernel), np.uint8)


def fill_boxes(mask: Grey, boxes: tuple[Box, ...], origin: tuple[float, float], px_per_mm: float, value: int) -> None:
    """Set `mask`, whose top left corner is `origin` in mm, to `value` inside each box, in place."""
    for x, y, w, h in boxes:
        left, top = round((x - origin[0]) * px_per_mm), round((y - origin[1]) * px_per_mm)
        right, bottom = round((x + w - origin[0]) * px_per_mm), round((y + h - origin[1]) * px_per_mm)
        mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = value


def _fields(page: PageLayout, width: float) -> tuple[Box, ...]:
    marks = [*(field.box for field in page.checkboxes), *([page.warm_up] if page.warm_up else [])]
    writing = [*(cell for comb in page.combs for cell in comb.cells), *(area.box for area in page.text_areas)]
    shining = [(width - x - w, y, w, h) for x, y, w, h in page.code_boxes]  # the back's codes, through thin paper
    office = (*page.ignore, *page.markers, *page.code_boxes, *shining)
    return (
        *(_wider(box, OFFICE_RIM_MM) for box in office),
        *(_wider(box, MARK_RIM_MM) for box in marks),
        *(_wider(box, WRITING_RIM_MM) for box in writing),
    )


def _printed_fields(page: PageLayout) -> tuple[Box, ...]:
    """What is printed of fields, markers and codes: no text."""
    boxes = [box for field in page.fields for box in field.boxes]
    boxes += [*page.ignore, *page.markers, *page.code_boxes, *([page.warm_up] if page.warm_up else [])]
    return tuple(_wider(box, 0.5) for box in boxes)


def _edges(layout: Layout, page: PageLayout, *, turned: bool) -> tuple[Box, ...]:
    """The sheet's edges, and on our own forms the binding margin, the foot and what is below it: the slip."""
    width, height = layout.page_size
    boxes = [(0.0, 0.0, width, EDGE_MM), (0.0, height - EDGE_MM, width, EDGE_MM)]
    boxes += [(0.0, 0.0, EDGE_MM, height), (width - EDGE_MM, 0.0, EDGE_MM, height)]
    margin = layout.binding_margin - MARGIN_GAP_MM
    if margin > 0:
        boxes.append((width - margin if turned else 0.0, 0.0, margin, height))
    if page.markers and page.code_boxes:
        right, foot = page.markers[2][0], page.markers[2][1] + page.markers[2][3]
        left = page.code_boxes[-1][0]
        boxes += [(left, foot - FOOT_MM, right - left, FOOT_MM), (0.0, foot, width, height - foot)]
    return tuple(boxes)


def _draft(layout: Layout, *, turned: bool) -> Box:
    """A strip in the outer margin."""
    width, height = layout.page_size
    left = EDGE_MM if turned else width - EDGE_MM - DRAFT_MM
    return left, DRAFT_FROM_MM, DRAFT_MM, height - 2 * DRAFT_FROM_MM


def _wider(box: Box, rim: float) -> Box:
    return box[0] - rim, box[1] - rim, box[2] + 2 * rim, box[3] + 2 * rim

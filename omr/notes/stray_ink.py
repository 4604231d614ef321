"""Ink where no field is: notes in margins and between questions, arrows, circled and crossed-out words.

The page is looked at twice: a coarse map of all of it finds places with ink that the blank does not have there, and
each of them is cut out in full resolution, laid over the blank by its own print, and taken apart stroke by stroke.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.catalogue import Form
from form_layouts.layout import Box
from omr.geometry import View
from omr.image import Grey
from omr.notes.blemishes import is_blemish
from omr.notes.expected_ink import BLOCK, MAP_PX_PER_MM, PRINTED, ExpectedInk, dilated, expected_ink, fill_boxes
from omr.notes.flat_page import cut_blank, cut_part, flattened, paper_near, shift_near
from omr.notes.struck_text import struck_lines
from omr.reading import Finding
from omr.reference import REFERENCE_PX_PER_MM
from omr.registration import Registration

DARK = 0.16
"""Darkness, from 0 paper to 1 print, from which ink may be a note: a pale blue pen gives 0.25 to 0.4, pencil 0.2 to 0.6."""
TEXTURE = 1.5
"""Ink is also this many times darker than the darkest fiftieth of the free paper: noise, and the back showing through."""
SURE_DARK = 0.28
"""Darkness that a stroke of a note reaches somewhere."""
GAP_CELLS = 2
"""Cells of 1 mm around ink that belong to it: strokes up to 5 mm apart are one note."""
CANDIDATE_MM2 = 1.0
"""Ink on the coarse map from which a place is looked at closely: notes of 8 mm with the palest pen show 2 and more."""
CANDIDATES = 40
"""Places looked at closely on one page, those with most ink first."""
ROI_RIM_MM = 7.0
"""Paper around a place that is looked at with it: a tail's box, and print to lay the blank over."""
ALIGN_MM = 0.9
"""How far a place's print is looked for around where its neighbours' shifts put it."""
ALIGN_PX_PER_MM = 4.0
FINE_RIM_MM = 0.45
"""Rim around print that is left out where the blank lies well: blur, and two tenths of a millimetre."""
DUST_MM2 = 0.12
"""Smaller connected ink is dust."""
STROKE_MM = 1.2
"""Extent from which connected ink may be a stroke of a pen: dust of bad scanners has up to 0.8."""
NOTE_MM = 4.0
"""Extents of all strokes of a note together, at least."""
LONGEST_MM = 2.4
"""Extent of the longest stroke of a note that has fewer strokes than STROKES."""
STROKES = 3
TAIL_MM = 6.0
"""How far a mark's tail may leave the field it belongs to; what goes further is an arrow or writing that ran over."""
TOUCH_MM = 1.0
"""Gap up to which two findings are one: the pieces of a struck line, a word and the line under it."""
Mask = npt.NDArray[np.bool_]


def find_stray_ink(registration: Registration, form: Form, page: int, *, duplex: bool = False) -> tuple[Finding, ...]:
    """One finding a note on this page (from 0), its box in mm on the form; none where the form's blank is not known.

    `duplex`: the sheet bears a page on both sides, so that the binding margin of even pages is on their right.
    """
    if form.blank is None:
        return ()
    expected = expected_ink(form, page, duplex=duplex)
    view = registration.view
    ink_map = _map_of(view, registration, expected)
    places = _places(ink_map)
    size = form.layout.page_size
    notes = [_note(view, registration, expected, ink_map, place, size) for place in places]
    struck = struck_lines(view, registration, expected.lines, ink_map.sheet, ink_map.paper, BLOCK, ink_map.contrast)
    boxes = _joined([*(box for box in notes if box and not _within(box, expected.draft)), *struck])
    return tuple(Finding(kind="stray_ink", box=_on_page(box, size)) for box in boxes)


@dataclass(frozen=True)
class _InkMap:
    """The page's new ink, coarse: `cells` of 1 mm, the ink in each in mm2; `dark` is what counts as ink on this page."""

    cells: npt.NDArray[np.float32]
    dark: float
    contrast: float
    """How much darker print is than paper, as a share of the paper's brightness."""
    sheet: Grey
    """The page at MAP_PX_PER_MM."""
    paper: Grey
    """How bright the paper is around each block of BLOCK px."""


@dataclass(frozen=True)
class _Place:
    """Cells with ink near each other: `mask` from cell `corner` (x, y) on."""

    corner: tuple[int, int]
    mask: Mask
    ink_mm2: float


def _map_of(view: View, registration: Registration, expected: ExpectedInk) -> _InkMap:
    """The whole page at MAP_PX_PER_MM: what is darker than the paper near it, off print and fields."""
    height, width = expected.free.shape
    sheet = flattened(view, registration, (height, width), MAP_PX_PER_MM)
    paper = paper_near(sheet, BLOCK)
    middle = max(1.0, _ranked(paper[::2, ::2], 0.5))
    black = _ranked(sheet.ravel()[expected.core], 0.3) if len(expected.core) else 0.0
    contrast = max(middle - black, 40.0) / middle
    sample = slice(BLOCK // 2, None, 2 * BLOCK)
    free = expected.free[sample, sample] > 0
    seen = (1 - sheet[sample, sample][free] / np.maximum(paper[::2, ::2][free], 1.0)) / contrast
    dark = max(DARK, TEXTURE * _ranked(seen, 0.98)) if seen.size else DARK
    level = (paper * (1 - dark * contrast)).astype(np.uint8)
    darker = cv2.compare(sheet, cv2.resize(level, (width, height)), cv2.CMP_LT)
    ink = np.flatnonzero(cv2.bitwise_and(darker, expected.free).view(np.bool_))  # six times faster than without a view
    cells = np.zeros((int(height / MAP_PX_PER_MM) + 1, int(width / MAP_PX_PER_MM) + 1), np.float32)
    y, x = ((place / MAP_PX_PER_MM).astype(np.intp) for place in np.divmod(ink, width))
    np.add.at(cells, (y, x), np.float32(MAP_PX_PER_MM**-2))
    return _InkMap(cells, dark, contrast, sheet, paper)


def _ranked(values: npt.NDArray[np.generic], share: float) -> float:
    """The value that this share of all is at most: faster by far than a percentile between two of them."""
    place = int(share * (values.size - 1))
    return float(np.partition(values, place, axis=None)[place])


def _places(ink_map: _InkMap) -> list[_Place]:
    """Where ink lies together, most ink first."""
    reach = 2 * GAP_CELLS + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    inked = ink_map.cells > 0
    if float(ink_map.cells.sum()) < CANDIDATE_MM2:
        return []
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(cv2.dilate(inked.astype(np.uint8), kernel))
    inks = np.bincount(labels[inked], weights=ink_map.cells[inked], minlength=count)
    large = boxes[:, 2:4].max(axis=1) - 2 * GAP_CELLS >= LONGEST_MM
    chosen = [n for n in np.argsort(-inks).tolist() if n and inks[n] >= CANDIDATE_MM2 and large[n]][:CANDIDATES]
    places = []
    for number in chosen:
        x, y, w, h = boxes[number, :4].tolist()
        places.append(_Place((x, y), labels[y : y + h, x : x + w] == number, float(inks[number])))
    return places


@dataclass(frozen=True)
class _Roi:
    """A place cut out at REFERENCE_PX_PER_MM from `origin` (mm) on: all arrays (height, width)."""

    origin: tuple[float, float]
    darkness: npt.NDArray[np.float32]
    ink: Mask
    """Darker than the page's own level, off print."""
    outside: Mask
    """Off fields, edges and codes, within the place."""
    field: Mask


def _note(
    view: View,
    registration: Registration,
    expected: ExpectedInk,
    ink_map: _InkMap,
    place: _Place,
    page_size: tuple[float, float],
) -> Box | None:
    """The box in mm of the strokes at a place; None where they are no note."""
    roi = _cut_out(view, registration, expected, ink_map, place)
    strokes = _strokes(roi, page_size)
    extents = [max(w, h) for _, _, w, h in strokes]
    if sum(extents) < NOTE_MM or (len(extents) < STROKES and max(extents) < LONGEST_MM):
        return None
    left, top = min(x for x, _, _, _ in strokes), min(y for _, y, _, _ in strokes)
    right, bottom = max(x + w for x, _, w, _ in strokes), max(y + h for _, y, _, h in strokes)
    return roi.origin[0] + left, roi.origin[1] + top, right - left, bottom - top


def _cut_out(view: View, registration: Registration, expected: ExpectedInk, ink_map: _InkMap, place: _Place) -> _Roi:
    rows, columns = place.mask.shape
    x0, y0 = place.corner[0] - ROI_RIM_MM, place.corner[1] - ROI_RIM_MM
    scale = REFERENCE_PX_PER_MM
    size = round((rows + 2 * ROI_RIM_MM) * scale), round((columns + 2 * ROI_RIM_MM) * scale)
    origin = (round(x0 * scale) / scale, round(y0 * scale) / scale)
    blank = cut_blank(registration.reference, origin, size)
    dx, dy = shift_near(registration, (x0 + columns / 2 + ROI_RIM_MM, y0 + rows / 2 + ROI_RIM_MM))
    grey = cut_part(view, (origin[0] + dx, origin[1] + dy), size)
    off = _off_by(grey, blank)
    if off != (0.0, 0.0):
        grey = cut_part(view, (origin[0] + dx + off[0], origin[1] + dy + off[1]), size)
    paper = cv2.resize(paper_near(grey, round(2 * scale)), (size[1], size[0])).astype(np.float32)
    darkness = np.clip((1 - grey / np.maximum(paper, 1)) / ink_map.contrast, 0, 1).astype(np.float32)
    printed = dilated((blank < PRINTED).astype(np.uint8), FINE_RIM_MM) > 0
    inside = np.zeros(size, np.uint8)
    rim = round(ROI_RIM_MM * scale)
    whole = cv2.resize(place.mask.astype(np.uint8), (size[1] - 2 * rim, size[0] - 2 * rim))
    inside[rim : size[0] - rim, rim : size[1] - rim] = whole
    field = np.zeros(size, np.uint8)
    fill_boxes(field, expected.fields, origin, scale, 1)
    outside = (inside > 0) & (field == 0)
    rest = outside.astype(np.uint8)
    fill_boxes(rest, expected.edges, origin, scale, 0)
    return _Roi(origin, darkness, (darkness > ink_map.dark) & ~printed, rest > 0, field > 0)


def _off_by(grey: Grey, blank: Grey) -> tuple[float, float]:
    """How far (mm) the print lies from where it is looked for, by correlation; nothing where there is no print."""
    scale = ALIGN_PX_PER_MM / REFERENCE_PX_PER_MM
    seen, wanted = (cv2.resize(one, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for one in (grey, blank))
    reach = round(ALIGN_MM * ALIGN_PX_PER_MM)
    template = wanted[reach:-reach, reach:-reach]
    if (template < PRINTED).sum() < 40:
        return 0.0, 0.0
    match = cv2.matchTemplate(seen, template, cv2.TM_CCOEFF_NORMED)
    _, peak, _, (x, y) = cv2.minMaxLoc(match)
    if peak - match[reach, reach] < 0.02:
        return 0.0, 0.0
    return (x - reach) / ALIGN_PX_PER_MM, (y - reach) / ALIGN_PX_PER_MM


def _strokes(roi: _Roi, page_size: tuple[float, float]) -> list[Box]:
    """Boxes (mm from the place's corner) of connected ink that a pen made outside the fields."""
    scale = REFERENCE_PX_PER_MM
    count, labels, stats, _ = cv2.connectedComponentsWithStats(roi.ink.astype(np.uint8), connectivity=8)
    away = cv2.distanceTransform((~roi.field).astype(np.uint8), cv2.DIST_L2, 3)
    found: list[Box] = []
    for number in range(1, count):
        x, y, w, h, area = stats[number].tolist()
        if area < DUST_MM2 * scale**2 or max(w, h) < STROKE_MM * scale:
            continue
        part = (slice(y, y + h), slice(x, x + w))
        own = labels[part] == number
        out = own & roi.outside[part]
        if out.sum() < DUST_MM2 * scale**2 or float(roi.darkness[part][out].max()) < SURE_DARK:
            continue
        if (own & roi.field[part]).any() and float(away[part][out].max()) <= TAIL_MM * scale:
            continue
        if is_blemish(out, np.array(roi.origin) + np.array([x, y]) / scale, scale, page_size):
            continue
        at_y, at_x = np.nonzero(out)
        left, top = x + int(at_x.min()), y + int(at_y.min())
        right, bottom = x + int(at_x.max()) + 1, y + int(at_y.max()) + 1
        found.append((left / scale, top / scale, (right - left) / scale, (bottom - top) / scale))
    return found


def _joined(boxes: list[Box]) -> list[Box]:
    """Boxes that overlap, or nearly touch, as one; from the top of the page down."""
    rest, joined = list(boxes), []
    while rest:
        x, y, w, h = rest.pop()
        for other in rest:
            apart_x = max(x, other[0]) - min(x + w, other[0] + other[2])
            apart_y = max(y, other[1]) - min(y + h, other[1] + other[3])
            if max(apart_x, apart_y) <= TOUCH_MM:
                rest.remove(other)
                left, top = min(x, other[0]), min(y, other[1])
                right, bottom = max(x + w, other[0] + other[2]), max(y + h, other[1] + other[3])
                rest.append((left, top, right - left, bottom - top))
                break
        else:
            joined.append((x, y, w, h))
    return sorted(joined, key=lambda box: (box[1], box[0]))


def _within(box: Box, whole: Box | None) -> bool:
    if whole is None:
        return False
    right, bottom = whole[0] + whole[2], whole[1] + whole[3]
    return whole[0] <= box[0] and whole[1] <= box[1] and box[0] + box[2] <= right and box[1] + box[3] <= bottom


def _on_page(box: Box, size: tuple[float, float]) -> Box:
    """The box within the page, to a tenth of a millimetre."""
    left, top = max(0.0, box[0]), max(0.0, box[1])
    right, bottom = min(size[0], box[0] + box[2]), min(size[1], box[1] + box[3])
    return round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1)

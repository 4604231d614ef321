"""Printed words that somebody struck out: a pen's line over letters, which a mask of the print would hide.

A line of text that bears more ink than the other lines of the page is cut out, laid over the blank, and looked through
for a straight line that shows in the gaps between its letters.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box
from omr.geometry import View
from omr.image import Grey
from omr.notes.flat_page import cut_blank, cut_part, shift_near
from omr.reference import REFERENCE_PX_PER_MM
from omr.registration import Registration

WORD_GAP_MM = 2.4
"""Gap up to which print on one height is one line of text."""
PIECE_MM = 30.0
"""Longer lines are looked at in pieces: who strikes a word strikes little of a long line."""
TEXT_HEIGHT_MM = (1.5, 6.0)
TEXT_WIDTH_MM = 5.0
RIM_MM = 0.6
"""Paper around a piece that is counted with it."""
EXCESS_MM = 0.09
"""Ink more than the page's other lines have, in mm2 for each mm of line, from which a piece is looked at closely: of 160
struck labels of office scans 98 % have 0.11 and more, of 4,455 others 99 % below 0.07."""
CLOSE_LOOKS = 10
"""Pieces of a page that are looked at closely, those with most ink first."""
INK_CLASSES = 6
"""Lines are held against lines that are printed about as dark: copiers darken grey print more than black."""
FEW = 4
"""Lines of one class below which all lines of the page say how dark it is printed."""
SHARE = 0.4
"""Share of the places between letters along a line that bear ink: of struck labels 98 % show 0.5 and more, those not
struck at most 0.24."""
PARTS = 4
"""Parts of a line, each of which must show it: marks beside a label run into its first letters."""
PART_SHARE = 0.25
"""Share of the places between letters that bear ink in each part."""
SLOPES = tuple(np.linspace(-0.08, 0.08, 9).tolist())
HALF_MM = 0.35
"""A struck line's ink is looked for so far above and below the straight line."""
DARK = 0.22
"""Darkness from which ink between letters is no blur."""
WITHIN = (0.15, 0.75)
"""Heights at which a line strikes text, as shares of the text's: further down it is a line under it, or a circle's arc."""
AROUND_MM = 1.5
SEARCH_MM = 0.7
"""How far a piece's print is looked for around where its neighbours' shifts put it."""
LEAST_SEEN = 0.25
"""Share of the columns, at least, in which a straight line passes between letters."""


@dataclass(frozen=True)
class TextLines:
    """Pieces of printed text: boxes in mm, (n, 4) places on the map (left, top, right, bottom), their print in px."""

    words: tuple[Box, ...]
    """All printed text, also what is too short to see a line through it."""
    boxes: tuple[Box, ...]
    places: npt.NDArray[np.intp]
    ink: npt.NDArray[np.float64]
    darkest: npt.NDArray[np.intp]
    """Class of how dark the print is, 0 to INK_CLASSES."""


def text_lines(blank: Grey, taken: Grey, px_per_mm: float) -> TextLines:
    """Lines of text on a blank, (height, width) at `px_per_mm`; not where `taken` is not 0."""
    print_ = ((blank < 160) & (taken == 0)).astype(np.uint8)
    kernel = np.ones((1, round(WORD_GAP_MM * px_per_mm) + 1), np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(print_, cv2.MORPH_CLOSE, kernel))
    boxes: list[Box] = []
    words: list[Box] = []
    for x, y, w, h in (stats[1:count, :4] / px_per_mm).tolist():
        if not TEXT_HEIGHT_MM[0] <= h <= TEXT_HEIGHT_MM[1]:
            continue
        words.append((x, y, w, h))
        if w >= TEXT_WIDTH_MM:
            pieces = -int(-w // PIECE_MM)
            boxes += [(x + w * n / pieces, y, w / pieces, h) for n in range(pieces)]
    corners = np.array([(x - RIM_MM, y - RIM_MM, x + w + RIM_MM, y + h + RIM_MM) for x, y, w, h in boxes])
    limit = np.array([blank.shape[1], blank.shape[0]] * 2)
    places = np.clip(np.rint(corners.reshape(-1, 4) * px_per_mm), 0, limit).astype(np.intp)
    ink = _sums(np.asarray(255 - blank, np.uint8), places) / 255
    darkest = [
        int((255 - int(blank[top:bottom, left:right].min())) * INK_CLASSES / 255)
        for left, top, right, bottom in places.tolist()
    ]
    return TextLines(tuple(words), tuple(boxes), places, ink, np.array(darkest, np.intp))


def struck_lines(
    view: View, registration: Registration, lines: TextLines, sheet: Grey, paper: Grey, block: int, contrast: float
) -> list[Box]:
    """Boxes (mm) of the pieces of text with a line through them, on a page flattened to `sheet` with its `paper`."""
    if not lines.boxes:
        return []
    left, top, right, bottom = lines.places.T
    rows = np.minimum((top + bottom) // (2 * block), paper.shape[0] - 1)
    columns = np.minimum((left + right) // (2 * block), paper.shape[1] - 1)
    white = np.maximum(paper[rows, columns].astype(np.float64), 1.0)
    area = ((right - left) * (bottom - top)).astype(np.float64)
    seen = (area - _sums(sheet, lines.places) / white) / contrast
    share = seen / np.maximum(lines.ink, 1.0)
    usual = np.full(len(share), float(np.median(share)))
    for ink_class in np.unique(lines.darkest):
        members = lines.darkest == ink_class
        if members.sum() >= FEW:
            usual[members] = np.median(share[members])
    px_per_mm = (right - left) / np.array([w + 2 * RIM_MM for _, _, w, _ in lines.boxes])
    excess = (seen - usual * lines.ink) / px_per_mm**2 / np.array([w for _, _, w, _ in lines.boxes])
    most = [n for n in np.argsort(-excess)[:CLOSE_LOOKS].tolist() if excess[n] >= EXCESS_MM]
    return [lines.boxes[n] for n in most if _is_struck(view, registration, lines.boxes[n], contrast)]


def _sums(grey: Grey, places: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """The sum of an image over each place."""
    table = cv2.integral(grey)
    left, top, right, bottom = places.T
    return np.asarray(table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left], np.float64)


def _is_struck(view: View, registration: Registration, box: Box, contrast: float) -> bool:
    """Whether a straight line of ink shows between the letters of a piece."""
    scale = REFERENCE_PX_PER_MM
    x, y, w, h = box
    origin = (round((x - AROUND_MM) * scale) / scale, round((y - AROUND_MM) * scale) / scale)
    size = (round((h + 2 * AROUND_MM) * scale), round((w + 2 * AROUND_MM) * scale))
    blank = cut_blank(registration.reference, origin, size)
    dx, dy = shift_near(registration, (x + w / 2, y + h / 2))
    reach = round(SEARCH_MM * scale)
    start = (origin[0] + dx - reach / scale, origin[1] + dy - reach / scale)
    wide = cut_part(view, start, (size[0] + 2 * reach, size[1] + 2 * reach))
    _, _, _, (at_x, at_y) = cv2.minMaxLoc(cv2.matchTemplate(wide, blank, cv2.TM_CCOEFF_NORMED))
    grey = wide[at_y : at_y + size[0], at_x : at_x + size[1]]
    darkness = (1 - grey / max(1.0, float(np.percentile(grey, 90)))) / contrast
    between = cv2.erode((blank > 225).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    ink = between & (darkness > DARK)
    if float(ink.any(axis=0).mean()) < SHARE * LEAST_SEEN:
        return False
    return _straightest(ink, between) >= SHARE


def _straightest(ink: npt.NDArray[np.bool_], between: npt.NDArray[np.bool_]) -> float:
    """The largest share of places between letters that are inked along any nearly level line."""
    height, width = ink.shape
    rim, half = round(AROUND_MM * REFERENCE_PX_PER_MM), round(HALF_MM * REFERENCE_PX_PER_MM)
    columns = np.arange(rim, width - rim)
    inked, seen = (
        np.vstack([np.zeros((1, width), np.int32), np.cumsum(mask, axis=0, dtype=np.int32)]) for mask in (ink, between)
    )
    middle = (rim + round(WITHIN[0] * (height - 2 * rim)), rim + round(WITHIN[1] * (height - 2 * rim)))
    starts = np.arange(*middle)[:, None]
    best = 0.0
    for slope in SLOPES:
        rows = np.rint(starts + slope * (columns - width / 2)).astype(np.intp)
        top, bottom = np.clip(rows - half, 0, height), np.clip(rows + half + 1, 0, height)
        free = seen[bottom, columns] > seen[top, columns]
        met = inked[bottom, columns] > inked[top, columns]
        count = free.sum(axis=1)
        shares = np.where(count >= LEAST_SEEN * len(columns), met.sum(axis=1) / np.maximum(count, 1), 0.0)
        for part_free, part_met in zip(
            np.array_split(free, PARTS, axis=1), np.array_split(met, PARTS, axis=1), strict=True
        ):
            shares = np.minimum(
                shares, part_met.sum(axis=1) / np.maximum(part_free.sum(axis=1), 1) / PART_SHARE * SHARE
            )
        best = max(best, float(shares.max(initial=0.0)))
    return best

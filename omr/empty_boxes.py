"""What is known beforehand of the checkboxes of a form's page, so that reading a scan need not work it out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.catalogue import Form
from form_layouts.layout import Box, Checkbox
from omr.geometry import Points
from omr.ink import Mask, blank_darkness, darkness_of, grid_mm, inside_boxes, is_printed
from omr.kept import Kept
from omr.printed_fields import Floats, Patches
from omr.reference import REFERENCE_PX_PER_MM, crop_reference, patch_origin, reference_page, same_size

AROUND_MM = 5.2
"""Rim around a box that is looked at for marks beside it.  Boxes of a grid stand 4 mm apart: a neighbour's edge is in it."""
WORDLESS_MM = 3.6
"""The same where nobody kept the blank: the label begins 4 mm from the box."""
CORE = 0.8
"""Radius of the disc in which a box must be full to be called blackened, in half inner widths."""
RULES_MM = 0.7
"""Paper above and below a box that bears no print even where nobody kept the blank."""
LINE_ANGLES = 12
"""Directions in which faint lines are looked for, 15 degrees apart."""
LINE_PART = 0.5
"""Part of a line's pixels that must be free of print, and least length of a line in box widths."""
FREE = 0.4
"""Share of the inside that print must leave free: boxes of 5 mm keep 0.7, bubbles of 2.7 mm with a letter 0 to 0.2."""
LINE_GROUND_PX = 5
"""Distance of the parallel strips that a line is held against: the back shining through, and shadows, are broader."""
INNER, MIDDLE, OTHERS, NEAREST, WEST, EAST, OVER = (1 << bit for bit in range(7))
"""What a pixel near a box may be, several of them: its inside without print; its middle half; the inside of other boxes;
nearer to this box than to any other; left and right of it at its height; above or below it in its width."""
Edges = tuple[int, int, int, int]
"""Left, top, right and bottom of a box in its patch, px."""
_KEPT: Kept[list[EmptyBoxes]] = Kept(48)


@dataclass(frozen=True)
class Crowded:
    """What is needed where only the darkness of the whole inside says something."""

    boxes: Mask
    """Which they are, (n,)."""
    whole: Mask
    """The inside, print and all, (n, height, width)."""
    print_: Floats
    """Darkness of the print as it is, the same shape."""


@dataclass(frozen=True)
class EmptyBoxes:
    """All checkboxes of one size: stacks (n, height, width) at REFERENCE_PX_PER_MM."""

    members: list[int]
    """Which of the page's checkboxes; the warm-up box comes last of all."""
    checkboxes: list[Checkbox]
    origins: Points
    size: tuple[int, int]
    blank: npt.NDArray[np.float16]
    """Darkness of the print, widened by its guard."""
    printed: Mask
    lies: npt.NDArray[np.uint8]
    """The sum of INNER to OVER that a pixel is."""
    edges: list[Edges]
    crowded: Crowded | None
    """Where print leaves too little of the inside free to see strokes: a bubble with a letter in it."""
    area: npt.NDArray[np.int64]
    """Pixels of the inside without print, (n,)."""
    inside: tuple[slice, slice]
    """Rows and columns of the patches beyond which no box of this size has an inside."""
    core: Mask
    """The disc in the middle of each box, within `inside`."""
    radius: Points
    """Of the core's disc in px, (n,)."""
    lines: LinesSeen


@dataclass(frozen=True)
class LinesSeen:
    """What a line across the inside can be seen by."""

    window: tuple[slice, slice]
    """Rows and columns of the square that lines are looked for in."""
    blank: Floats
    """Darkness of the print in it, (n, side, side)."""
    seen: Floats
    """The inside within the window, (n, side * side)."""
    lengths: Floats
    """Pixels of each line that are seen, (n, lines); 0 where they are too few."""
    beside: Floats
    """One over the number of strips beside each line that are seen, (n, LINE_ANGLES, lines of one angle without the
    outermost LINE_GROUND_PX on both sides); 0 where there are none, or the line itself is not seen."""


def empty_boxes(form: Form, page: int) -> list[EmptyBoxes]:
    """The checkboxes of a form's page (from 0) and its warm-up box, one entry for each size."""
    return _KEPT.get(form, page, _made)


def _made(form: Form, page: int) -> list[EmptyBoxes]:
    layout = form.layout.pages[page]
    checkboxes = list(layout.checkboxes)
    if layout.warm_up:
        checkboxes.append(Checkbox(question="warm_up", choice="warm_up", box=layout.warm_up))
    rim = WORDLESS_MM if form.blank is None else AROUND_MM
    reference = reference_page(form, page)
    everyone = [checkbox.box for checkbox in checkboxes]
    return [
        _of_size(
            members,
            [checkboxes[i] for i in members],
            everyone,
            size,
            crop_reference(reference, origins, size),
            origins,
            wordless=form.blank is None,
        )
        for members, size in same_size(everyone, rim)
        for origins in [np.array([patch_origin(everyone[i], size) for i in members])]
    ]


def _of_size(
    members: list[int],
    own: list[Checkbox],
    everyone: Sequence[Box],
    size: tuple[int, int],
    print_: Patches,
    origins: Points,
    *,
    wordless: bool,
) -> EmptyBoxes:
    boxes = [checkbox.box for checkbox in own]
    blank = blank_darkness(print_)
    printed = is_printed(blank)
    x, y = grid_mm(origins, size)
    left, top, width, height = (np.array(side, np.float32)[:, None, None] for side in zip(*boxes, strict=True))
    if wordless:  # the lines of a grid are drawn above and below its boxes
        printed = printed | (y < top - RULES_MM) | (y > top + height + RULES_MM)
    whole = inside_boxes(x, y, boxes, [checkbox.shape for checkbox in own])
    inner = whole & ~printed
    half = blank.astype(np.float16)
    edges = [_edges(box, at) for box, at in zip(boxes, origins.tolist(), strict=True)]
    inside = _reach(inner)
    core, radius = _cores(inner)
    full = inner.sum(axis=(1, 2)) < FREE * whole.sum(axis=(1, 2))
    crowded = Crowded(full, whole, darkness_of(print_)) if full.any() else None
    middle = (abs(x - left - width / 2) < width / 4) & (abs(y - top - height / 2) < height / 4)
    lies = INNER * inner.astype(np.uint8) + MIDDLE * middle.astype(np.uint8)
    lies |= _neighbourhood(x, y, boxes, everyone) | _around(edges, size)
    return EmptyBoxes(
        members, own, origins, size, half, printed, lies, edges, crowded,
        inner.sum(axis=(1, 2)), inside, core[:, *inside], radius,
        _lines_seen(inner, half, round(max(max(box[2:]) for box in boxes) * REFERENCE_PX_PER_MM)),
    )  # fmt: skip


def _edges(box: Box, origin: Sequence[float]) -> Edges:
    left, top = (box[0] - origin[0]) * REFERENCE_PX_PER_MM, (box[1] - origin[1]) * REFERENCE_PX_PER_MM
    right, bottom = left + box[2] * REFERENCE_PX_PER_MM, top + box[3] * REFERENCE_PX_PER_MM
    return round(left), round(top), round(right), round(bottom)


def _reach(inner: Mask) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(inner.any(axis=(0, 2))), np.flatnonzero(inner.any(axis=(0, 1)))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _around(edges: Sequence[Edges], size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """WEST, EAST and OVER."""
    around = np.zeros((len(edges), *size), np.uint8)
    for one, (left, top, right, bottom) in zip(around, edges, strict=True):
        one[top:bottom, :left] = WEST
        one[top:bottom, right:] = EAST
        one[:top, left:right] = one[bottom:, left:right] = OVER
    return around


def _lines_seen(inner: Mask, blank: npt.NDArray[np.float16], side: int) -> LinesSeen:
    """`side`: of the square that lines are looked for in, in the middle of the patches, px."""
    start = (inner.shape[1] - side) // 2, (inner.shape[2] - side) // 2
    window = slice(start[0], start[0] + side), slice(start[1], start[1] + side)
    # a pixel more than the guard: the outline's blur is as long and straight as a stroke
    clear = np.stack([cv2.erode(one.astype(np.uint8), np.ones((3, 3), np.uint8)) for one in inner])
    seen = clear[:, *window].reshape(len(inner), -1).astype(np.float32)
    bundle = lines_over(side)
    lengths = seen @ bundle
    lengths[lengths < LINE_PART * np.maximum(bundle.sum(axis=0), LINE_PART * side)] = 0
    known = (lengths > 0).reshape(len(inner), LINE_ANGLES, -1)
    count = known[:, :, : -2 * LINE_GROUND_PX].astype(np.float32) + known[:, :, 2 * LINE_GROUND_PX :]
    known = known[:, :, LINE_GROUND_PX:-LINE_GROUND_PX] & (count > 0)
    beside = np.where(known, 1 / np.maximum(count, 1), 0).astype(np.float32)
    return LinesSeen(window, blank[:, *window].astype(np.float32), seen, lengths, beside)


def _cores(inner: Mask) -> tuple[Mask, Points]:
    """The disc in the middle of each box, and its radius in px."""
    core, radii = np.zeros_like(inner), np.zeros(len(inner))
    rows, columns = np.mgrid[0 : inner.shape[1], 0 : inner.shape[2]]
    for n, one in enumerate(inner):
        y, x = np.flatnonzero(one.any(axis=1)), np.flatnonzero(one.any(axis=0))
        if len(x):
            radii[n] = CORE * min(np.ptp(x), np.ptp(y)) / 2
            away = (columns - (x[0] + x[-1]) / 2) ** 2 + (rows - (y[0] + y[-1]) / 2) ** 2
            core[n] = (away <= radii[n] ** 2) & one
    return core, radii


def _neighbourhood(x: Floats, y: Floats, boxes: Sequence[Box], everyone: Sequence[Box]) -> npt.NDArray[np.uint8]:
    """OTHERS and NEAREST."""
    shape = (len(boxes), y.shape[1], x.shape[2])
    others, nearest = np.zeros(shape, np.bool_), np.ones(shape, np.bool_)
    for n, box in enumerate(boxes):
        own = away_from(x[n], y[n], box)
        reach = float(own.max())
        for other in everyone:
            apart = max(other[0] - box[0] - box[2], box[0] - other[0] - other[2], other[1] - box[1] - box[3], box[1] - other[1] - other[3])  # fmt: skip
            if other != box and apart < 2 * reach:
                away = away_from(x[n], y[n], other)
                others[n] |= away <= 0
                nearest[n] &= own <= away
    return OTHERS * others.astype(np.uint8) + NEAREST * nearest.astype(np.uint8)


def away_from(x: Floats, y: Floats, box: Box) -> Floats:
    """Distance in mm of points from a box; 0 inside."""
    across = np.maximum(np.maximum(box[0] - x, x - box[0] - box[2]), 0)
    down = np.maximum(np.maximum(box[1] - y, y - box[1] - box[3]), 0)
    return np.asarray(np.hypot(across, down), np.float32)


@cache
def lines_over(side: int) -> Floats:
    """Lines one pixel wide over a square of `side` px, for each angle one every pixel: (side * side, angles * offsets)."""
    rows, columns = np.mgrid[0:side, 0:side].reshape(2, -1) - (side - 1) / 2
    offsets = np.arange(-(side // 2), side // 2 + 1)
    lines = []
    for angle in np.arange(LINE_ANGLES) * np.pi / LINE_ANGLES:
        away = np.cos(angle) * columns + np.sin(angle) * rows
        lines.append(np.clip(1 - np.abs(away[:, None] - offsets), 0, 1))
    return np.asarray(np.concatenate(lines, axis=1), np.float32)

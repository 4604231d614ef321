"""The shape of one mark: how many strokes, how wide, where they meet."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from omr.ink import PX_PER_MM2, Mask
from omr.reference import REFERENCE_PX_PER_MM

Stroke = Literal["cross", "tick", "other"]
CORNER_MM2 = 0.12
"""Ink in a corner of a mark's bounding box from which a stroke ends there: half a millimetre of the finest pen."""
DENSE_PX = 5
"""Width of the square in which the densest place of a mark is looked for."""
ARM_MM = 1.0
"""Radius of the first circle on which the arms of a stroke are counted; the second is half as large again."""
ARM_WIDTHS = 1.2
"""The same in widths of the stroke, for broad pens."""
_THREE = np.ones((3, 3), np.uint8)
_TURNS = np.linspace(0, 2 * np.pi, 48, endpoint=False)
_ACROSS, _DOWN = np.cos(_TURNS), np.sin(_TURNS)


def runs(ink: Mask) -> float:
    """The mean over inked rows, or over inked columns where that is more."""
    if not ink.any():
        return 0.0
    means = []
    for turned in (ink, ink.T):
        starts = (turned[:, 1:] & ~turned[:, :-1]).sum(axis=1) + turned[:, 0]
        means.append(float(starts[starts > 0].mean()))
    return max(means)


def stroke_of(mark: Mask, printed: Mask) -> Stroke:
    """Four arms leave the crossing of a cross, two the corner of a tick; counted on two circles round its densest place."""
    x, y = densest(mark)
    least = ARM_WIDTHS * width(mark)
    arms = []
    for radius in (ARM_MM, 1.5 * ARM_MM):
        reach = max(radius, least) * REFERENCE_PX_PER_MM
        across = np.clip(np.rint(x + reach * _ACROSS).astype(int), 0, mark.shape[1] - 1)
        down = np.clip(np.rint(y + reach * _DOWN).astype(int), 0, mark.shape[0] - 1)
        known = mark[down, across][~printed[down, across]]
        arms.append(int((known & ~np.roll(known, 1)).sum()))
    if min(arms) >= 3:
        return "cross"
    if max(arms) <= 2 and _rises(mark):
        return "tick"
    return "other"


def densest(mark: Mask) -> tuple[int, int]:
    """x and y of the place with most ink around it."""
    _, _, _, (x, y) = cv2.minMaxLoc(cv2.blur(mark.astype(np.float32), (DENSE_PX, DENSE_PX)))
    return int(x), int(y)


def _rises(mark: Mask) -> bool:
    """Whether the ink reaches up right and not down right, as a tick does."""
    rows, columns = np.flatnonzero(mark.any(axis=1)), np.flatnonzero(mark.any(axis=0))
    box = mark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    high, wide = max(1, box.shape[0] // 3), max(1, box.shape[1] // 3)
    up, down, back = (
        float(part.sum()) / PX_PER_MM2 for part in (box[:high, -wide:], box[-high:, -wide:], box[:high, :wide])
    )
    return up >= CORNER_MM2 and max(down, back) < CORNER_MM2


def width(mark: Mask) -> float:
    """Mean stroke width in mm: twice the area over the length of the edge."""
    inked = mark.astype(np.uint8)
    edge = mark & (np.asarray(cv2.erode(inked, _THREE)) == 0)
    return 2 * float(mark.sum()) / max(1.0, float(edge.sum())) / REFERENCE_PX_PER_MM


def extent(ink: Mask) -> tuple[float, float]:
    """Width and height of ink in mm."""
    columns, rows = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
    if not len(rows):
        return 0.0, 0.0
    return (columns[-1] - columns[0] + 1) / REFERENCE_PX_PER_MM, (rows[-1] - rows[0] + 1) / REFERENCE_PX_PER_MM

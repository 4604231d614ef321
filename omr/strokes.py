"""The shape of one mark: how many strokes, how wide, where they meet."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from omr.geometry import Points
from omr.ink import PX_PER_MM2, Mask
from omr.reference import REFERENCE_PX_PER_MM

Stroke = Literal["cross", "tick", "other"]
Inked = npt.NDArray[np.uint8]
"""1 where there is ink."""
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


def runs(inks: Inked) -> Points:
    """For each of (n, height, width) the mean number of strokes over inked rows, or over inked columns where that is more."""
    means = []
    for turned in (inks, inks.transpose(0, 2, 1)):
        starts = np.count_nonzero(turned[:, :, 1:] > turned[:, :, :-1], axis=2) + turned[:, :, 0]
        means.append(starts.sum(axis=1) / np.maximum(np.count_nonzero(starts, axis=1), 1))
    return np.asarray(np.maximum(*means), np.float64)


def stroke_of(mark: Inked, printed: Mask) -> Stroke:
    """Four arms leave the crossing of a cross, two the corner of a tick; counted on two circles round its densest place."""
    x, y = densest(mark)
    least = ARM_WIDTHS * width(mark)
    reach = np.array([[max(radius, least) * REFERENCE_PX_PER_MM] for radius in (ARM_MM, 1.5 * ARM_MM)])
    across, down = (
        np.minimum(np.maximum(np.rint(place).astype(np.intp), 0), side - 1)
        for place, side in ((x + reach * _ACROSS, mark.shape[1]), (y + reach * _DOWN, mark.shape[0]))
    )
    arms = []
    for met, seen in zip(mark[down, across], ~printed[down, across], strict=True):
        known = met[seen]
        arms.append(np.count_nonzero(known[1:] > known[:-1]) + np.count_nonzero(known[:1] > known[-1:]))
    if min(arms) >= 3:
        return "cross"
    if max(arms) <= 2 and _rises(mark):
        return "tick"
    return "other"


def densest(mark: Inked) -> tuple[int, int]:
    """x and y of the place with most ink around it."""
    _, _, _, (x, y) = cv2.minMaxLoc(cv2.boxFilter(mark, -1, (DENSE_PX, DENSE_PX), normalize=False))
    return int(x), int(y)


def _rises(mark: Inked) -> bool:
    """Whether the ink reaches up right and not down right, as a tick does."""
    x, y, w, h = cv2.boundingRect(mark)
    box = mark[y : y + h, x : x + w]
    high, wide = max(1, h // 3), max(1, w // 3)
    up, down, back = (
        int(np.count_nonzero(part)) / PX_PER_MM2
        for part in (box[:high, -wide:], box[-high:, -wide:], box[:high, :wide])
    )
    return up >= CORNER_MM2 and max(down, back) < CORNER_MM2


def width(mark: Inked) -> float:
    """Mean stroke width in mm: twice the area over the length of the edge."""
    area = cv2.countNonZero(mark)
    edge = area - cv2.countNonZero(cv2.erode(mark, _THREE))
    return 2 * area / max(1, edge) / REFERENCE_PX_PER_MM


def extent(ink: Inked) -> tuple[float, float]:
    """Width and height of ink in mm."""
    _, _, wide, high = cv2.boundingRect(ink)
    return wide / REFERENCE_PX_PER_MM, high / REFERENCE_PX_PER_MM

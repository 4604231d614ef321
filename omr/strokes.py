"""The shape of one mark: how many strokes, how wide, where they meet."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from omr.geometry import Points
from omr.ink import Mask
from omr.reference import REFERENCE_PX_PER_MM

Stroke = Literal["cross", "tick", "other"]
Inked = npt.NDArray[np.uint8]
"""1 where there is ink."""
RISE_MM, SLOPE, STEEPER = 1.5, 0.4, 1.4
"""How far the right end of a tick lies above its corner, at least; the same as a share of its width, since lines struck
through rise a tenth; and as a multiple of its left end's, since arcs of rings rise as far as they fall."""
SINGLE = 0.75
"""Share of a tick's columns that cross it once."""
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


def arms_of(near: Inked, printed: Mask) -> tuple[int, int]:
    """Fewest and most arms that leave the densest place, counted on two circles round it: the crossing of a cross has
    four, any place of a tick two.  `near` is the mark in and around its box."""
    x, y = densest(near)
    least = ARM_WIDTHS * width(near)
    reach = np.array([[max(radius, least) * REFERENCE_PX_PER_MM] for radius in (ARM_MM, 1.5 * ARM_MM)])
    across, down = (
        np.minimum(np.maximum(np.rint(place).astype(np.intp), 0), side - 1)
        for place, side in ((x + reach * _ACROSS, near.shape[1]), (y + reach * _DOWN, near.shape[0]))
    )
    arms = []
    for met, seen in zip(near[down, across], ~printed[down, across], strict=True):
        known = met[seen]
        arms.append(int(np.count_nonzero(known[1:] > known[:-1]) + np.count_nonzero(known[:1] > known[-1:])))
    return min(arms), max(arms)


def tick_corner(mark: Inked) -> tuple[int, int] | None:
    """x and y of the middle of the lowest place of one stroke that rises from there to its right end; None where it is none.

    The left arm of a tick need not be seen: often it lies on the box's outline.
    """
    columns = np.flatnonzero(mark.any(axis=0))
    inked = mark[:, columns]
    lowest = len(mark) - 1 - inked[::-1].argmax(axis=0)
    corner = int(lowest.argmax())
    fall, rise = (int(lowest[corner] - lowest[end]) / REFERENCE_PX_PER_MM for end in (0, -1))
    across = len(columns) / REFERENCE_PX_PER_MM
    if rise < max(RISE_MM, SLOPE * across, STEEPER * fall):
        return None
    single = np.count_nonzero(inked[1:] > inked[:-1], axis=0) + inked[0] == 1
    if single.mean() < SINGLE:
        return None
    return int(columns[corner]), int(lowest[corner]) - int(np.count_nonzero(inked[:, corner])) // 2


def densest(mark: Inked) -> tuple[int, int]:
    """x and y of the place with most ink around it."""
    _, _, _, (x, y) = cv2.minMaxLoc(cv2.boxFilter(mark, -1, (DENSE_PX, DENSE_PX), normalize=False))
    return int(x), int(y)


def width(mark: Inked) -> float:
    """Mean stroke width in mm: twice the area over the length of the edge."""
    area = cv2.countNonZero(mark)
    edge = area - cv2.countNonZero(cv2.erode(mark, _THREE))
    return 2 * area / max(1, edge) / REFERENCE_PX_PER_MM


def extent(ink: Inked) -> tuple[float, float]:
    """Width and height of ink in mm."""
    _, _, wide, high = cv2.boundingRect(ink)
    return wide / REFERENCE_PX_PER_MM, high / REFERENCE_PX_PER_MM

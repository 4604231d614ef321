"""What lies dark on paper and nobody wrote: creases and staples in the corners, punch holes, stains, the bed behind a torn edge."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from omr.geometry import Points

THICK_MM = 1.4
"""Radius of the largest disc in a stain, a punched hole, a torn corner on a dark bed: no pen draws a line that broad."""
CREASE_MM = 0.8
"""Thickness of a crease's line, at most, its bend included."""
CREASE_LENGTH_MM = 2.5
CREASE_CUTS_MM = (4.0, 75.0)
"""Where a crease's line cuts the two edges of its corner, from the corner on."""
STAPLE_MM = (5.0, 16.0)
"""Length of a staple and its shadow; boxes of staples say 10 to 13."""
STAPLE_THICK_MM = 1.9
STAPLE_CORNER_MM = 35.0
"""How far from both edges of its corner a staple sits."""
HOLE_RADIUS_MM = (1.9, 4.2)
"""Of punched holes: 5.5 mm wide in ISO 838, up to 8 mm in North America."""
HOLE_EDGE_MM = 22.0
"""How far from the sheet's edge their middle is: 12 mm in ISO 838."""
HOLE_OFF_MM = 0.25
"""Mean distance of a hole's shadow from its circle, at most."""
HOLE_ARC = 100
"""Degrees of the circle that must be seen."""
_MOST_POINTS = 2000


def is_blemish(shape: npt.NDArray[np.bool_], at: Points, px_per_mm: float, page_size: tuple[float, float]) -> bool:
    """Whether connected ink is none: its pixels `shape` (height, width), its top left corner `at` (x, y) mm on the page."""
    if min(shape.shape) >= 2 * THICK_MM * px_per_mm:
        padded = cv2.copyMakeBorder(shape.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        if float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max()) >= THICK_MM * px_per_mm:
            return True
    y, x = np.nonzero(shape)
    step = max(1, len(x) // _MOST_POINTS)
    points = np.column_stack([x[::step], y[::step]]) / px_per_mm + at
    return _is_crease_or_staple(points, np.array(page_size)) or _is_hole(points, np.array(page_size))


def _is_crease_or_staple(points: Points, size: Points) -> bool:
    """A straight line across a corner of the sheet, or a short one in it."""
    middle = points.mean(axis=0)
    spread, turn = np.linalg.eigh(np.cov((points - middle).T) + 1e-9 * np.eye(2))
    thickness, length = np.sqrt(12 * spread)  # the sides of an even bar
    if thickness > STAPLE_THICK_MM or length < CREASE_LENGTH_MM or thickness > length / 3:
        return False
    across = turn[:, 0]
    for corner in (np.array([0.0, 0.0]), size * [1, 0], size * [0, 1], size):
        inwards = np.where(corner > 0, -1.0, 1.0)
        off = np.abs(points - corner).max(axis=0)
        if STAPLE_MM[0] <= length <= STAPLE_MM[1] and (off <= STAPLE_CORNER_MM).all():
            return True
        normal = across * inwards
        with np.errstate(divide="ignore"):
            cuts = (across @ (middle - corner)) / normal
        crossing = (cuts >= CREASE_CUTS_MM[0]) & (cuts <= CREASE_CUTS_MM[1])
        if thickness <= CREASE_MM and crossing.all() and (off <= CREASE_CUTS_MM[1]).all():
            return True
    return False


def _is_hole(points: Points, size: Points) -> bool:
    """The shadow of a hole near the sheet's edge: points on a circle (least squares by Kasa 1976)."""
    span = np.ptp(points, axis=0)
    if span.max() > 2.3 * HOLE_RADIUS_MM[1] or span.max() < HOLE_RADIUS_MM[0]:
        return False
    x, y = (points - points.mean(axis=0)).T
    solved, *_ = np.linalg.lstsq(np.column_stack([x, y, np.ones(len(x))]), x**2 + y**2, rcond=None)
    centre = solved[:2] / 2
    radius = float(np.sqrt(max(0.0, solved[2] + centre @ centre)))
    if not HOLE_RADIUS_MM[0] <= radius <= HOLE_RADIUS_MM[1]:
        return False
    off = np.abs(np.hypot(x - centre[0], y - centre[1]) - radius)
    arc = np.unique((np.degrees(np.arctan2(y - centre[1], x - centre[0])) // 10).astype(int))
    place = centre + points.mean(axis=0)
    near = float(min(place.min(), (size - place).min())) <= HOLE_EDGE_MM
    return near and float(off.mean()) <= HOLE_OFF_MM and 10 * len(arc) >= HOLE_ARC

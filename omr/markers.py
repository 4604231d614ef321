"""Corner markers on an image: which are seen, and where.  ArUco, 4 x 4 bits (Garrido-Jurado et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from form_layouts.page_code import MARKER_MM, marker_modules
from omr.debug import DebugWriter
from omr.image import Grey, PageImage, Points

A4_SHORT_MM = 210.0
CORNER_SHARE = 0.27
"""Part of the page's short side, from each corner, where a marker is looked for first: 57 mm.
The lower markers of a sheet with a slip begin 42 mm above its edge, and a feeder shifts up to 10 mm."""
SEARCH_PX_PER_MM = 6.0
"""Resolution of the search: a marker's bit is then 7 px wide; finer only costs time."""
WIDE_SEARCH_PX_PER_MM = 4.0
"""Resolution of the search over the whole page, where the corners did not show four."""

RIM_PX = 10
"""White put around what is searched: a marker that touches the image's edge, on a sheet fed in 8 mm off, was not seen."""


@dataclass(frozen=True)
class Markers:
    """The markers seen: corner (0 to 3, clockwise from the form's top left) -> its four corners (4, 2) in px, in the same order."""

    corners: dict[int, Points]


def find_markers(image: PageImage, debug: DebugWriter) -> Markers:
    """Look into the image's four corners, then, where fewer than four markers were seen, over all of it."""
    grey = image.grey
    px_per_mm = min(grey.shape) / A4_SHORT_MM
    found: dict[int, Points] = {}
    reach = round(min(grey.shape) * CORNER_SHARE)
    height, width = grey.shape
    for y in (0, height - reach):
        for x in (0, width - reach):
            _collect(found, grey[y : y + reach, x : x + reach], (x, y), SEARCH_PX_PER_MM / px_per_mm)
    if len(found) < 4:
        _collect(found, grey, (0, 0), WIDE_SEARCH_PX_PER_MM / px_per_mm)
    if 2 <= len(found) < 4:
        _collect(found, grey, (0, 0), SEARCH_PX_PER_MM / px_per_mm)
    refined = {corner: _refine(grey, points) for corner, points in found.items()}
    if debug.on:
        picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
        for corner, points in refined.items():
            cv2.polylines(picture, [points.astype(np.int32)], True, (0, 160, 0), 5)
            cv2.putText(
                picture, str(corner), points[0].astype(int).tolist(), cv2.FONT_HERSHEY_SIMPLEX, 3, (0, 0, 255), 6
            )
        debug.write("markers", np.asarray(picture, np.uint8))
    return Markers(refined)


def _detector() -> cv2.aruco.ArucoDetector:
    bits = np.stack([~marker_modules(corner)[1:-1, 1:-1] for corner in range(4)]).astype(np.uint8)
    rows = np.concatenate([cv2.aruco.Dictionary.getByteListFromBits(one) for one in bits])
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin, parameters.adaptiveThreshWinSizeMax, parameters.adaptiveThreshWinSizeStep = (
        15,
        75,
        30,
    )
    parameters.minMarkerPerimeterRate = 0.01
    parameters.perspectiveRemovePixelPerCell = 8
    parameters.errorCorrectionRate = 0.4
    return cv2.aruco.ArucoDetector(cv2.aruco.Dictionary(rows, 4, 1), parameters)


def _collect(found: dict[int, Points], grey: Grey, offset: tuple[int, int], scale: float) -> None:
    """Add the markers seen in this part of the page that were not seen before."""
    scale = min(scale, 1.0)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    rimmed = cv2.copyMakeBorder(small, RIM_PX, RIM_PX, RIM_PX, RIM_PX, cv2.BORDER_CONSTANT, value=255.0)
    corners, ids, _ = _detector().detectMarkers(rimmed)
    for points, name in zip(corners, ids.ravel() if ids is not None else (), strict=True):
        # the centre of a shrunk pixel lies half a pixel in
        full = (points.reshape(4, 2).astype(np.float64) - RIM_PX + 0.5) / scale - 0.5 + offset
        found.setdefault(int(name), full)


def _refine(grey: Grey, points: Points) -> Points:
    """The corners to a fraction of a pixel, on the full image."""
    side = float(np.linalg.norm(points[0] - points[1]))
    window = max(2, round(side / MARKER_MM * 0.45))
    term = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.01)
    refined = cv2.cornerSubPix(grey, points.astype(np.float32).reshape(-1, 1, 2), (window, window), (-1, -1), term)
    refined = refined.reshape(4, 2).astype(np.float64)
    near = np.linalg.norm(refined - points, axis=1) <= window
    return np.where(near[:, None], refined, points)

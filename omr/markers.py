"""Corner markers on an image: which are seen, and where.  ArUco, 4 x 4 bits (Garrido-Jurado et al. 2014)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from form_layouts.page_code import MARKER_MM, marker_modules
from omr.debug import DebugWriter
from omr.image import Grey, PageImage, Points, is_blank

A4_SHORT_MM = 210.0
CORNER_SHARE = 0.27
"""Part of the page's short side, from each corner, where a marker is looked for first: 57 mm.
The lower markers of a sheet with a slip begin 42 mm above its edge, and a feeder shifts up to 10 mm."""
QUICK_PX_PER_MM = 3.0
"""Resolution of the first look: a marker's bit is then 3.5 px wide.  It showed all 96 markers of 24 simulated office
pages in 0.9 ms a page; at working scale it took 1.7 ms and missed one."""
WIDE_PX_PER_MM = 4.0
"""Resolution of the search over the whole image, where the corners did not show three."""
QUICK_WINDOW_MM = 5.0
"""Window of the local threshold in the first look: a little smaller than a marker."""
WINDOWS_MM = (2.5, 7.5, 12.5)
"""Windows in every later look: shadows and pale toner need other ones than clean print."""
LEAST_SIDE_MM = 2.2
"""Least side of a marker on an image taken for a whole A4 sheet: the sheet fills a third of a photo's width."""
QUICK_LEAST_SIDE_MM = 4.5
"""The same in the first look, which is for scans: most letters are passed over."""
LINE_MM = 0.7
"""Widest line that is taken away for another look, such as a streak through both left markers: half a marker's bit."""
AROUND_MM = 14.0
"""How far around its place by the other three a fourth marker is looked for: in a photo from 45 degrees it lies 11 mm off."""
WRONG_BITS = 2
"""Bits of a marker that may be misread in a closer look: the four differ in 7 and more of their 16, however they are turned."""
ALIKE = 2.0
"""Markers of one sheet differ in side by less than this, even in a photo from close by."""
RIM_PX = 10
"""White put around what is searched: a marker that touches the image's edge, on a sheet fed in 8 mm off, was not seen."""

Window = tuple[int, int, int, int]
"""Left, top, right, bottom in px."""


@dataclass(frozen=True)
class Markers:
    """The markers seen: corner (0 to 3, clockwise from the form's top left) -> its four corners (4, 2) in px, in the same order."""

    corners: dict[int, Points]


def find_markers(image: PageImage, debug: DebugWriter) -> Markers:
    """Look quickly into the corners of the page; where fewer than four show, closer there, where the fourth must be, and
    over the whole page."""
    small = image.small
    grey = small.grey
    px_per_mm = min(grey.shape) / A4_SHORT_MM
    found: dict[int, Points] = {}
    unseen = [window for window in _corner_windows(grey) if not _quick_look(found, grey, window, px_per_mm)]
    if len(found) < 4:
        for window in unseen:
            _look_closely(found, grey, window, px_per_mm)
    if len(found) == 3:
        _look_closely(found, grey, _fourth(found, grey), px_per_mm)
    if len(found) < 3 and not is_blank(grey):
        _look_everywhere(found, grey, px_per_mm)
    refined = {corner: small.to_full(_refine(grey, points)) for corner, points in _alike(found).items()}
    if debug.on:
        _draw(image, refined, debug)
    return Markers(refined)


def _corner_windows(grey: Grey) -> list[Window]:
    height, width = grey.shape
    reach = round(min(grey.shape) * CORNER_SHARE)
    return [(x, y, x + reach, y + reach) for y in (0, height - reach) for x in (0, width - reach)]


def _quick_look(found: dict[int, Points], grey: Grey, window: Window, px_per_mm: float) -> bool:
    """Whether a marker shows in a corner of the page that was shrunk by a whole factor."""
    left, top, right, bottom = window
    shrink = max(1, round(px_per_mm / QUICK_PX_PER_MM))
    size = ((right - left) // shrink, (bottom - top) // shrink)
    part = grey[top : top + size[1] * shrink, left : left + size[0] * shrink]
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8) if shrink > 1 else part
    windows = (QUICK_WINDOW_MM,)
    return _collect(found, small, (left, top), 1 / shrink, px_per_mm / shrink, windows, least_mm=QUICK_LEAST_SIDE_MM)


def _look_closely(found: dict[int, Points], grey: Grey, window: Window, px_per_mm: float) -> None:
    """At working scale with several thresholds, then with thin dark and thin bright lines taken away."""
    left, top, right, bottom = window
    part = grey[top:bottom, left:right]
    if min(part.shape) < LEAST_SIDE_MM * px_per_mm:
        return
    for clear in (part, *_without_lines(part, round(LINE_MM * px_per_mm) | 1)):
        if _collect(found, clear, (left, top), 1.0, px_per_mm, WINDOWS_MM, WRONG_BITS):
            return


def _without_lines(grey: Grey, width: int) -> Iterator[Grey]:
    """The image without thin dark, then without thin bright lines that run down, then without those that run across."""
    for size in ((width, 1), (1, width)):
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, size)
        for way in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
            yield np.asarray(cv2.morphologyEx(grey, way, kernel), np.uint8)


def _fourth(found: dict[int, Points], grey: Grey) -> Window:
    """Around the place where the missing one closes the parallelogram."""
    (missing,) = set(range(4)) - found.keys()
    beside, across, other = (found[(missing + step) % 4].mean(axis=0) for step in (1, 2, 3))
    x, y = beside + other - across
    side = max(_side(points) for points in found.values())
    reach = side * (AROUND_MM / MARKER_MM + 0.5)
    height, width = grey.shape
    left, right = np.clip([x - reach, x + reach], 0, width).astype(int)
    top, bottom = np.clip([y - reach, y + reach], 0, height).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _look_everywhere(found: dict[int, Points], grey: Grey, px_per_mm: float) -> None:
    """The sheet fills only a part of a photo, or lies on a larger bed: first coarsely, then at working scale."""
    for scale in (WIDE_PX_PER_MM / px_per_mm, 1.0):
        if len(found) >= 3 or scale > 1:
            return
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
        _collect(found, np.asarray(small, np.uint8), (0, 0), scale, px_per_mm * scale, WINDOWS_MM)


def _collect(
    found: dict[int, Points],
    grey: Grey,
    origin: tuple[int, int],
    scale: float,
    px_per_mm: float,
    windows_mm: tuple[float, ...],
    wrong_bits: int = 0,
    least_mm: float = LEAST_SIDE_MM,
) -> bool:
    """Add the markers seen on a part of the page, `scale` times its size, that were not seen before; whether there were any."""
    rimmed = cv2.copyMakeBorder(grey, RIM_PX, RIM_PX, RIM_PX, RIM_PX, cv2.BORDER_CONSTANT, value=255.0)
    windows = tuple(max(3, round(mm * px_per_mm) | 1) for mm in windows_mm)
    least = 4 * least_mm * px_per_mm / max(rimmed.shape)
    before = len(found)
    corners, names, _ = _detector(windows, round(least, 4), wrong_bits).detectMarkers(rimmed)
    for points, name in zip(corners, names.ravel() if names is not None else (), strict=True):
        # the centre of a shrunk pixel lies half a pixel in
        full = (points.reshape(4, 2).astype(np.float64) - RIM_PX + 0.5) / scale - 0.5 + origin
        found.setdefault(int(name), full)
    return len(found) > before


@cache
def _detector(windows: tuple[int, ...], least: float, wrong_bits: int) -> cv2.aruco.ArucoDetector:
    """A detector with these windows of the local threshold (px); `least` perimeter as a share of the image's longer side."""
    bits = np.stack([~marker_modules(corner)[1:-1, 1:-1] for corner in range(4)]).astype(np.uint8)
    rows = np.concatenate([cv2.aruco.Dictionary.getByteListFromBits(one) for one in bits])
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin = windows[0]
    parameters.adaptiveThreshWinSizeMax = windows[-1]
    parameters.adaptiveThreshWinSizeStep = max(1, (windows[-1] - windows[0]) // max(1, len(windows) - 1))
    parameters.minMarkerPerimeterRate = least
    parameters.perspectiveRemovePixelPerCell = 8
    parameters.errorCorrectionRate = 1.0
    return cv2.aruco.ArucoDetector(cv2.aruco.Dictionary(rows, 4, wrong_bits), parameters)


def _side(points: Points) -> float:
    """Mean side of a marker in px."""
    return float(np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1).mean())


def _alike(found: dict[int, Points]) -> dict[int, Points]:
    """Without what is much larger or smaller than the other markers: something else that looks like one."""
    middle = float(np.median([_side(points) for points in found.values()])) if found else 0.0
    return {corner: points for corner, points in found.items() if middle / ALIKE < _side(points) < middle * ALIKE}


def _refine(grey: Grey, points: Points) -> Points:
    """The corners to a fraction of a pixel, on the image at working scale."""
    window = max(2, round(_side(points) / MARKER_MM * 0.45))
    term = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.01)
    refined = cv2.cornerSubPix(grey, points.astype(np.float32).reshape(-1, 1, 2), (window, window), (-1, -1), term)
    refined = refined.reshape(4, 2).astype(np.float64)
    near = np.linalg.norm(refined - points, axis=1) <= window
    return np.where(near[:, None], refined, points)


def _draw(image: PageImage, corners: dict[int, Points], debug: DebugWriter) -> None:
    picture = cv2.cvtColor(image.grey, cv2.COLOR_GRAY2BGR)
    for corner, points in corners.items():
        cv2.polylines(picture, [points.astype(np.int32)], True, (0, 160, 0), 5)
        cv2.putText(picture, str(corner), points[0].astype(int).tolist(), cv2.FONT_HERSHEY_SIMPLEX, 3, (0, 0, 255), 6)
    debug.write("markers", np.asarray(picture, np.uint8))

"""What happens to a printed sheet before and while it is scanned: torn and folded corners, stains, copies of copies, slipping feeders."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box
from simulation.marks import draw_mark
from simulation.pen import FELT_PEN, MM_PER_INCH, Page
from simulation.scanner import BED_BLACK, BED_WHITE, Scanner, scan

CornerLoss = Literal["torn", "folded", "stapled"]
CORNER_LOSSES: tuple[CornerLoss, ...] = ("torn", "folded", "stapled")
LEG_MM = (38.0, 52.0)
"""How far a torn or folded corner reaches along the sheet's edges; a corner marker ends 27 mm from the side, 15 mm from the top."""
FOLD_GREY = 236
"""Of the folded flap: the sheet's blank back, a little in its own shade."""
STAPLE_GREY = 95
COFFEE = (0.45, 0.8)
"""Share of light that a coffee stain leaves."""
SLIP_KNOTS = 6
"""Places along a sheet at which a slipping feeder changes its speed."""


def fit_to_page(page: Page, share: float) -> Page:
    """The sheet as a printer sets it that shrinks to `share` around the middle; same shape, white around."""
    height, width = page.shape
    matrix = np.array([[share, 0, width / 2 * (1 - share)], [0, share, height / 2 * (1 - share)]])
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=255), np.uint8)


def lose_corner(page: Page, corner: int, how: CornerLoss, rng: np.random.Generator, *, dpi: float = 300.0) -> Page:
    """The sheet with one corner (0 top left, clockwise) torn off, folded over or under a staple.

    What is torn off shows the lid of the scanner.  A stapled corner keeps its print, under a staple and a smear.
    """
    turned = _corner_first(page, corner).copy()
    legs = rng.uniform(*LEG_MM, 2) * dpi / MM_PER_INCH
    if how == "stapled":
        _staple(turned, rng, dpi)
    else:
        edge = _ragged(legs, rng, 0.6 if how == "torn" else 0.02, dpi)
        cv2.fillPoly(turned, [np.vstack([[[0, 0]], edge]).astype(np.int32)], BED_WHITE)
        if how == "folded":
            cv2.fillPoly(turned, [np.vstack([edge, [_mirrored(legs)]]).astype(np.int32)], FOLD_GREY)
            cv2.polylines(turned, [edge.astype(np.int32)], False, 170, max(1, round(0.3 * dpi / MM_PER_INCH)))
    return np.ascontiguousarray(_corner_first(turned, corner))


def _corner_first(page: Page, corner: int) -> Page:
    """The page mirrored so that `corner` is top left; twice is the page again."""
    page = page[:, ::-1] if corner in (1, 2) else page
    return page[::-1] if corner in (2, 3) else page


def _ragged(
    legs: npt.NDArray[np.float64], rng: np.random.Generator, rough_mm: float, dpi: float
) -> npt.NDArray[np.float64]:
    share = np.linspace(0, 1, 25)[:, None]
    line = share * [legs[0], 0.0] + (1 - share) * [0.0, legs[1]]
    return np.asarray(np.maximum(0, line + rng.normal(0, rough_mm, line.shape) * dpi / MM_PER_INCH))


def _mirrored(legs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The sheet's corner, mirrored at the fold."""
    a, b = legs
    return np.asarray(np.array([b, a]) * 2 * a * b / (a * a + b * b))


def _staple(page: Page, rng: np.random.Generator, dpi: float) -> None:
    """A staple of 12 mm across the corner marker, its shadow, and the crease beside it."""
    scale = dpi / MM_PER_INCH
    middle = np.array([rng.uniform(21, 26), rng.uniform(9, 14)])
    turn = np.deg2rad(rng.uniform(-75, 75))
    along = np.array([np.cos(turn), np.sin(turn)]) * 6
    for off, grey, width in ((np.array([0.3, 0.4]), 150, 1.3), (np.zeros(2), STAPLE_GREY, 0.7)):
        ends = [tuple(np.rint((middle + off + sign * along) * scale).astype(int).tolist()) for sign in (-1, 1)]
        cv2.line(page, ends[0], ends[1], grey, max(1, round(width * scale)), cv2.LINE_AA)
    reach = rng.uniform(30, 45)
    crease = [(round(reach * scale), 0), (0, round(reach * scale))]
    cv2.line(page, crease[0], crease[1], 190, max(1, round(0.25 * scale)), cv2.LINE_AA)


def stain(page: Page, box: Box, how: Literal["coffee", "pen"], rng: np.random.Generator, *, dpi: float = 300.0) -> Page:
    """The sheet with coffee spilled, or a felt pen scribbled, over `box` (mm)."""
    page = page.copy()
    x, y, width, height = box
    if how == "pen":
        pen = replace(FELT_PEN, overshoot_mm=1.5)
        for _ in range(2):
            draw_mark(page, (x - 1, y - 1, width + 2, height + 2), "corrected", pen, rng, dpi=dpi)
        return page
    scale = dpi / MM_PER_INCH
    light = np.ones(page.shape, np.float32)
    for _ in range(3):
        middle = (np.array([x + width / 2, y + height / 2]) + rng.normal(0, 3, 2)) * scale
        axes = rng.uniform(8, 16, 2) * scale
        place = (round(float(middle[0])), round(float(middle[1])))
        size = (round(float(axes[0])), round(float(axes[1])))
        spot = np.zeros(page.shape, np.uint8)
        cv2.ellipse(spot, place, size, float(rng.uniform(0, 180)), 0, 360, 1, -1)
        light[spot > 0] *= rng.uniform(*COFFEE)
        rim = np.zeros(page.shape, np.uint8)
        cv2.ellipse(rim, place, size, 0, 0, 360, 1, max(1, round(0.8 * scale)))
        light[rim > 0] *= 0.7
    return np.asarray(np.rint(page * cv2.blur(light, (7, 7))), np.uint8)


def photocopy(page: Page, rng: np.random.Generator, *, dpi: float = 300.0) -> Page:
    """One generation of an old copier: a little larger or smaller, blurred, harsh, with specks."""
    size = 1 + rng.uniform(-0.012, 0.012)
    passed = Scanner(
        dpi=round(dpi),
        skew_deg=float(np.clip(rng.normal(0, 0.5), -1, 1)),
        shift_mm=(float(rng.normal(0, 1)), float(rng.normal(0, 1))),
        stretch=(size, size * (1 + rng.uniform(-0.002, 0.002))),
        paper=250,
        blur_mm=rng.uniform(0.04, 0.08),
        contrast=rng.uniform(1.3, 1.9),
        brightness=rng.uniform(-20, 12),
        gamma=rng.uniform(0.9, 1.2),
        noise=rng.uniform(2, 6),
        speckles=int(rng.integers(20, 160)),
    )
    return scan(page, passed, rng, dpi=dpi)


def slip(image: Page, most_mm: float, rng: np.random.Generator, *, dpi: float = 300.0) -> Page:
    """The scan of a sheet that slipped in the feeder: rows up to `most_mm` off their place, unevenly along the page."""
    height = image.shape[0]
    knots = np.cumsum(rng.uniform(-1, 1, SLIP_KNOTS))
    knots -= knots.mean()
    knots *= most_mm / max(1e-6, float(np.abs(knots).max()))
    rows = np.arange(height)
    off = np.interp(rows, np.linspace(0, height - 1, SLIP_KNOTS), knots) * dpi / MM_PER_INCH
    at = np.clip(rows + off, 0, height - 1.001)
    first = at.astype(int)
    share = (at - first).astype(np.float32)[:, None]
    moved = image[first] * (1 - share) + image[np.minimum(first + 1, height - 1)] * share
    return np.asarray(np.rint(moved), np.uint8)


def streaks(image: Page, places_mm: list[float], rng: np.random.Generator, *, dpi: float = 300.0) -> Page:
    """Dark lines along the whole scan, 0.1 to 0.8 mm wide, at these distances (mm) from its left edge: dirt on the glass."""
    image = image.copy()
    for place in places_mm:
        left = round(place * dpi / MM_PER_INCH)
        band = image[:, max(0, left) : left + max(1, round(rng.uniform(0.1, 0.8) * dpi / MM_PER_INCH))]
        band[:] = np.clip(band.astype(np.int16) - int(rng.integers(50, 190)), BED_BLACK, 255).astype(np.uint8)
    return image

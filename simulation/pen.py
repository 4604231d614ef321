"""A pen on paper: wobbly strokes of varying pressure, multiplied onto a grey page image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Page = npt.NDArray[np.uint8]
"""A page image, height x width, 0 black to 255 white."""
Line = npt.NDArray[np.float64]
"""Points of a stroke, n x 2, x and y in mm from the page's top left corner."""

MM_PER_INCH = 25.4
SUPERSAMPLE = 3
"""Canvas pixels per page pixel and axis; at 3 the edge of a 300 dpi stroke has ten greys."""
STEP_MM = 0.15
"""Between two points of a drawn stroke; below the finest pen's width, so that no joint shows."""
TREMOR_MM = 2.5
"""Length of stroke over which wobble and pressure change; chosen by eye on rendered marks."""
TAPER_MM = 0.4
"""Length at both ends of a stroke in which the pen lands and lifts."""
LANDING = 0.55
"""Share of full pressure at the very end of a stroke."""


@dataclass(frozen=True)
class Pen:
    """A pen and the habits of the hand that holds it."""

    name: str
    width_mm: float
    darkness: float
    """Share of light that a full stroke swallows, 0 to 1; 0.4 is what a grey scan leaves of a pale blue."""
    wobble_mm: float = 0.10
    """Standard deviation of the stroke from its ideal line."""
    pressure: float = 0.15
    """Standard deviation of width and ink along the stroke, as a share."""
    grain: float = 0.0
    """Share of ink that the paper's texture leaves out: pencils."""
    overshoot_mm: float = 1.0
    """How far, at most, marks leave the box; up to 1.5."""
    tilt_deg: float = 0.0
    """By how much this hand turns its marks; each mark varies around it."""


FINE_BALL_PEN = Pen("fine ball pen", 0.28, 0.86, wobble_mm=0.08, overshoot_mm=0.6)
BALL_PEN = Pen("ball pen", 0.42, 0.88, pressure=0.2, overshoot_mm=1.0, tilt_deg=6.0)
GEL_PEN = Pen("gel pen", 0.60, 0.95, wobble_mm=0.09, pressure=0.08, overshoot_mm=0.8, tilt_deg=-4.0)
FELT_PEN = Pen("felt pen", 0.95, 0.93, wobble_mm=0.12, pressure=0.12, overshoot_mm=1.2)
PALE_BLUE_PEN = Pen("pale blue pen", 0.45, 0.42, pressure=0.22, overshoot_mm=1.4, tilt_deg=9.0)
PENCIL = Pen("pencil", 0.50, 0.58, wobble_mm=0.14, pressure=0.25, grain=0.55, overshoot_mm=1.0, tilt_deg=-8.0)
PENS = (FINE_BALL_PEN, BALL_PEN, GEL_PEN, FELT_PEN, PALE_BLUE_PEN, PENCIL)
DRY_BALL_PEN = Pen("dry ball pen", 0.35, 0.72, wobble_mm=0.12, pressure=0.35, grain=0.35, overshoot_mm=0.9)
BROAD_FELT_PEN = Pen("broad felt pen", 1.3, 0.9, wobble_mm=0.12, pressure=0.1, overshoot_mm=1.0, tilt_deg=5.0)
RED_PEN = Pen("red pen", 0.5, 0.33, pressure=0.15, overshoot_mm=1.0, tilt_deg=-6.0)
"""A grey scan leaves little of red ink; scanners with a red lamp leave less."""
HARD_PENCIL = Pen("hard pencil", 0.32, 0.5, wobble_mm=0.1, pressure=0.3, grain=0.6, overshoot_mm=0.7)
TREMBLING_PEN = Pen(
    "ball pen, trembling hand", 0.4, 0.85, wobble_mm=0.28, pressure=0.3, overshoot_mm=1.4, tilt_deg=10.0
)
MORE_PENS = (DRY_BALL_PEN, BROAD_FELT_PEN, RED_PEN, HARD_PENCIL, TREMBLING_PEN)
"""Drawn by the benchmark of reading beside PENS."""
CLEAR_PENS = (FINE_BALL_PEN, BALL_PEN, GEL_PEN, FELT_PEN)


def draw_stroke(page: Page, line: Line, pen: Pen, rng: np.random.Generator, *, dpi: float = 300.0) -> None:
    """Draw one stroke along `line` (n x 2, mm) into `page`, in place.  What leaves the page is lost."""
    points, along = _resampled(line)
    points = points + pen.wobble_mm * np.column_stack([tremor(along, rng), tremor(along, rng)])
    pressure = np.clip(1 + pen.pressure * tremor(along, rng), 0.4, 1.6) * _landing(along)
    scale = dpi / MM_PER_INCH
    reach = pen.width_mm + 1 / scale
    corner = np.floor((points.min(axis=0) - reach) * scale).astype(int)
    size = np.ceil((points.max(axis=0) + reach) * scale).astype(int) - corner
    canvas = np.zeros((int(size[1]) * SUPERSAMPLE, int(size[0]) * SUPERSAMPLE), np.uint8)
    pixels = np.rint((points * scale - corner) * SUPERSAMPLE).astype(int).tolist()
    widths = np.maximum(1, np.rint(pen.width_mm * (0.6 + 0.4 * pressure) * scale * SUPERSAMPLE)).astype(int).tolist()
    inks = np.clip(255 * (0.5 + 0.5 * pressure), 0, 255).astype(int).tolist()
    for start, end, width, ink in zip(pixels[:-1], pixels[1:], widths[1:], inks[1:], strict=True):
        cv2.line(canvas, start, end, ink, width)
    cover = cv2.resize(canvas, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    lay_ink(page, np.asarray(cover, np.float32) / np.float32(255), (int(corner[0]), int(corner[1])), pen, rng)


def lay_ink(
    page: Page, cover: npt.NDArray[np.float32], corner: tuple[int, int], pen: Pen, rng: np.random.Generator
) -> None:
    """Darken `page` by the pen's ink where `cover` (0 to 1) says, its top left pixel at `corner` (x, y), in place."""
    left, top = max(0, corner[0]), max(0, corner[1])
    right, bottom = min(page.shape[1], corner[0] + cover.shape[1]), min(page.shape[0], corner[1] + cover.shape[0])
    if left >= right or top >= bottom:
        return
    part = cover[top - corner[1] : bottom - corner[1], left - corner[0] : right - corner[0]]
    if pen.grain:
        part = part * (1 - np.float32(pen.grain) * paper_texture(part.shape, rng))
    paper = page[top:bottom, left:right]
    paper[:] = np.rint(paper * (1 - pen.darkness * part)).astype(np.uint8)


def paper_texture(shape: tuple[int, ...], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Grain of the paper, height x width, 0 where it takes all graphite and 1 where it takes none."""
    rough = cv2.GaussianBlur(rng.random(shape[:2], dtype=np.float32), (0, 0), 0.8)
    return np.asarray(np.clip((np.asarray(rough, np.float32) - 0.35) / 0.3, 0, 1), np.float32)


def tremor(along: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Smooth noise of about unit deviation at the arc lengths `along` (mm)."""
    knots = int(along[-1] / TREMOR_MM) + 3
    values = rng.standard_normal(knots)
    position = along / TREMOR_MM + rng.random()
    index = np.minimum(position.astype(int), knots - 2)
    share = position - index
    ease = share * share * (3 - 2 * share)
    return np.asarray(values[index] * (1 - ease) + values[index + 1] * ease)


def _resampled(line: Line) -> tuple[Line, npt.NDArray[np.float64]]:
    """The same line in steps of STEP_MM, with the arc length at each point (mm)."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    along = np.linspace(0.0, lengths[-1], max(2, int(lengths[-1] / STEP_MM) + 1))
    return np.column_stack([np.interp(along, lengths, line[:, 0]), np.interp(along, lengths, line[:, 1])]), along


def _landing(along: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    to_end = np.minimum(along, along[-1] - along)
    return np.asarray(LANDING + (1 - LANDING) * np.clip(to_end / TAPER_MM, 0, 1))

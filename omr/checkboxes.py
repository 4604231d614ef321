"""Ink in and around each checkbox -> scores.  Measures only: no score here knows a threshold of judgement."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box, PageLayout
from omr.box_ink import BoxInk, ringed, whose_ink
from omr.debug import DebugWriter
from omr.empty_boxes import (
    EAST,
    INNER,
    LINE_ANGLES,
    LINE_GROUND_PX,
    OTHERS,
    WEST,
    Edges,
    EmptyBoxes,
    empty_boxes,
    lines_over,
)
from omr.geometry import Points
from omr.ink import INK, PX_PER_MM2, Cleaned, Mask, Places, cleaned
from omr.printed_fields import Floats
from omr.reference import REFERENCE_PX_PER_MM
from omr.registration import Registration
from omr.strokes import Inked, Stroke, arms_of, densest, extent, runs, tick_corner

DUST_MM2 = 0.2
"""Smaller connected ink does not count as part of a faint line."""
CENTRE_MM = 0.6
"""How far outside its box the crossing or corner of a stroke may lie."""
HALF_FULL = 0.5
"""Inked share of the core below which nobody asks whether a mark is a broad cross or a filled box."""
OPEN_MM = 0.45
"""Paper along the edge of a box's inside, at least, between two arms of a cross: broad felt pens leave 0.3 to 2."""
NOTCHED = 0.9
"""Share of its convex hull that a cross covers at most: 0.75 to 0.88 with a broad felt pen, a blot 0.95."""
SHAPE_MM = 0.8
"""Rim around a box in which a mark's strokes are followed to tell a cross from a tick."""
_BLUR = np.ones((5, 5), np.uint8)


@dataclass(frozen=True)
class BoxScore:
    """What was measured at one box.  Areas are of new ink: what the empty form prints there is left out.

    Ink that hangs together with another box's ink, and lies mostly there, is that mark's tail and not this box's.
    """

    question: str
    choice: str
    row: str | None
    box: Box
    outline: float
    """Correlation with the printed outline, 0 to 1."""
    line: float
    """Darkness of the darkest straight line across the inside, above its parallels: sees strokes too pale for ink."""
    smear: float = 0.0
    """Mean darkness of the inside where there is no ink."""
    fill: float | None = None
    """Mean darkness of the inside beyond its print, where that leaves too little free to see strokes; else None."""
    coverage: float = 0.0
    """Inked share of the inside."""
    core: float = 0.0
    """Inked share of the disc in the middle."""
    gap: float = 1.0
    """Radius of the largest empty disc whose centre lies in the core, in box widths: small where the box is blackened."""
    extent_mm: tuple[float, float] = (0.0, 0.0)
    """Width and height of the ink inside."""
    runs: float = 0.0
    """Mean number of strokes that a row or a column of the inside crosses: a cross 1.5, hatching 3 and more."""
    darkness: float = 0.0
    """Median darkness of the ink inside, 0 to 1."""
    mark_mm: tuple[float, float] = (0.0, 0.0)
    """Width and height of the whole mark, with what runs out of the box."""
    mark_mm2: float = 0.0
    """Area of the whole mark."""
    inside: float = 0.0
    """Share of the whole mark that lies inside the box."""
    elsewhere: float = 0.0
    """Share of what hangs together with the ink inside that lies in other boxes, of what lies in any."""
    beside_mm2: tuple[float, float] = (0.0, 0.0)
    """Ink left and right of the box that hangs together with no box."""
    foreign: float = 0.0
    """Share of the inside that another box's mark runs into."""
    ringed: bool = False
    """Whether ink goes round the box, whosever it is."""
    stroke: Stroke = "other"
    saltire: bool = False
    """Whether a well filled inside opens to its edge between three or four arms: a broad cross, or open hatching."""
    centred: bool = False
    """Whether the densest place of the mark, a crossing or a corner, lies in the box or within CENTRE_MM; or its middle
    in the box."""


def score_checkboxes(
    registration: Registration, page: PageLayout, debug: DebugWriter
) -> tuple[list[BoxScore], BoxScore | None]:
    """Score every checkbox of a page, in the layout's order, and its warm-up box."""
    scores: dict[int, BoxScore] = {}
    fields = registration.checkboxes
    for empty in empty_boxes(registration.form, registration.page):
        origins = empty.origins + fields.shifts[empty.members]
        contrast = fields.contrast or registration.contrast
        clean = cleaned(registration.view, origins, empty.size, empty.blank, empty.printed, contrast)
        found = _scores(empty, clean, fields.outline[empty.members])
        scores |= dict(zip(empty.members, found, strict=True))
        if debug.on:
            debug.write("first-box", clean.grey[0])
    ordered = [scores[i] for i in range(len(scores))]
    if debug.on:
        debug.write("scores", _picture(registration, ordered))
    return (ordered[:-1], ordered[-1]) if page.warm_up else (ordered, None)


def _scores(empty: EmptyBoxes, clean: Cleaned, outlines: Points) -> list[BoxScore]:
    ink = whose_ink(empty, clean)
    lines, smears = _lines(empty, clean, ink)
    shares = ink.count(ink.entered) / np.maximum(empty.area, 1)
    west, east = (ink.count(ink.lonely & ink.lies_in(side)) / PX_PER_MM2 for side in (WEST, EAST))
    measured = zip(outlines, lines, smears, shares, west, east, ringed(empty, ink), strict=True)
    scores: list[dict[str, Any]] = [
        {
            "outline": float(outline),
            "line": float(line),
            "smear": float(smear),
            "foreign": float(share),
            "beside_mm2": (float(left), float(right)),
            "ringed": bool(ring),
        }
        for outline, line, smear, share, left, right, ring in measured
    ]
    for score, fill in zip(scores, _fills(empty, clean), strict=True):
        score["fill"] = fill
    for n, mark in _marks(empty, clean, ink):
        scores[n] |= mark
    return [
        BoxScore(box.question, box.choice, box.row, box.box, **score)
        for box, score in zip(empty.checkboxes, scores, strict=True)
    ]


def _fills(empty: EmptyBoxes, clean: Cleaned) -> list[float | None]:
    crowded = empty.crowded
    if crowded is None:
        return [None] * len(empty.members)
    new = (clean.raw() - crowded.print_) * crowded.whole
    means = new.sum(axis=(1, 2)) / np.maximum(crowded.whole.sum(axis=(1, 2)), 1)
    return [float(mean) if full else None for mean, full in zip(means, crowded.boxes, strict=True)]


def _marks(empty: EmptyBoxes, clean: Cleaned, ink: BoxInk) -> Iterator[tuple[int, dict[str, Any]]]:
    """Which boxes have ink of their own inside, and what is measured of it, wherever it lies in their patches."""
    inside = ink.own & ink.lies_in(INNER)
    counts = ink.count(inside)
    having = np.flatnonzero(counts)
    darkness = np.split(clean.darkness[clean.is_ink][inside], np.cumsum(counts[having]))[:-1]
    own, marks = (ink.drawn(some, empty.size) for some in (ink.own, ink.own & ~ink.lies_in(OTHERS)))
    inks = ink.drawn(inside, empty.size)[having][:, *empty.inside]
    away = np.bincount(ink.patch[inside], ink.elsewhere[inside], minlength=len(counts))[having] / counts[having]
    for n, one, crossed, dark, off in zip(having.tolist(), inks, runs(inks), darkness, away, strict=True):
        median = float(np.partition(dark, len(dark) // 2)[len(dark) // 2])
        measured = {"runs": float(crossed), "darkness": min(1.0, median), "elsewhere": float(off)}
        yield n, measured | _mark(empty, n, own[n], one, marks[n])


def _mark(empty: EmptyBoxes, n: int, own: Inked, ink: Inked, mark: Inked) -> dict[str, Any]:
    """What is measured of a box's own ink: all of it, what is inside the box, and all that is not in another box."""
    left, top, right, bottom = empty.edges[n]
    x, y, w, h = cv2.boundingRect(own)
    x0, x1, y0, y1 = min(left, x), max(right, x + w), min(top, y), max(bottom, y + h)
    part, edges = np.s_[y0:y1, x0:x1], (left - x0, top - y0, right - x0, bottom - y0)
    area, whole = cv2.countNonZero(ink), cv2.countNonZero(mark)
    core = empty.core[n]
    cored = np.count_nonzero(core)
    mark = mark[part]
    fewest, most = arms_of(*_close_by(mark, empty.printed[n][part], edges))
    corner = tick_corner(mark) if most <= 2 else None
    stroke: Stroke = "cross" if fewest >= 3 else "tick" if corner else "other"
    full = np.count_nonzero(ink[core]) / cored if cored else 0.0
    return {
        "coverage": area / max(1, int(empty.area[n])),
        "core": full,
        "gap": _gap(ink, core, float(empty.radius[n])) / min(empty.checkboxes[n].box[2:]) if cored else 0.0,
        "extent_mm": extent(ink),
        "mark_mm": extent(mark),
        "mark_mm2": whole / PX_PER_MM2,
        "inside": area / max(1, whole),
        "stroke": stroke,
        "saltire": full >= HALF_FULL and _is_saltire(ink),
        "centred": _is_centred(mark, edges, corner or densest(mark)),
    }


def _close_by(mark: Inked, printed: Mask, edges: Edges) -> tuple[Inked, Mask]:
    """What lies in the box or near it: further out a neighbour's strokes may cross this one's."""
    left, top, right, bottom = edges
    near = round(SHAPE_MM * REFERENCE_PX_PER_MM)
    part = np.s_[max(0, top - near) : bottom + near, max(0, left - near) : right + near]
    return mark[part], printed[part]


def _is_centred(mark: Inked, edges: Edges, middle: tuple[int, int]) -> bool:
    left, top, right, bottom = edges
    x, y = middle
    across, down = max(left - x, x - right, 0), max(top - y, y - bottom, 0)
    if math.hypot(across, down) <= CENTRE_MM * REFERENCE_PX_PER_MM:
        return True
    x, y, w, h = cv2.boundingRect(mark)
    return left <= x + (w - 1) / 2 <= right and top <= y + (h - 1) / 2 <= bottom


def _is_saltire(ink: Inked) -> bool:
    """Paper between ink three times along the edge of the inside, and notches: no blot, whose outline is convex."""
    edge = np.concatenate([ink[0], ink[1:, -1], ink[-1, -2::-1], ink[-2:0:-1, 0]])
    turns = np.flatnonzero(edge != np.roll(edge, 1))
    if not len(turns):
        return False
    spans = np.diff(turns, append=turns[0] + len(edge))[edge[turns] == 0]
    if np.count_nonzero(spans >= OPEN_MM * REFERENCE_PX_PER_MM) < 3:
        return False
    hull = np.zeros_like(ink)
    cv2.fillConvexPoly(hull, cv2.convexHull(cv2.findNonZero(ink)), 1)
    return cv2.countNonZero(ink) <= NOTCHED * cv2.countNonZero(hull)


def _gap(ink: Inked, core: Mask, radius: float) -> float:
    """Radius in mm of the largest empty disc centred in the core, at most the core's own (`radius`, px)."""
    away = cv2.distanceTransform(1 - ink, cv2.DIST_L2, 3)
    return min(float(away[core].max()), radius) / REFERENCE_PX_PER_MM


def _lines(empty: EmptyBoxes, clean: Cleaned, ink: BoxInk) -> tuple[Floats, Floats]:
    """For each box the contrast of its darkest straight line, whatever its direction (a Radon transform of the inside);
    and its mean darkness below INK.

    Specks of dust and another mark's tail are left out, with what is left of their blur.
    """
    lines = empty.lines
    dark = (clean.raw(lines.window) - lines.blank).reshape(lines.seen.shape) * lines.seen
    lengths = lines.lengths
    bundle = lines_over(lines.blank.shape[1])
    specked, seen = _without_dust(empty, clean, ink)
    if len(specked):
        dark[specked] *= seen
        lengths = lengths.copy()
        lengths[specked] = np.where(lengths[specked] > 0, np.maximum(seen @ bundle, 1), 0)
    means = (dark @ bundle / np.maximum(lengths, 1) * (lengths > 0)).reshape(len(dark), LINE_ANGLES, -1)
    apart = 2 * LINE_GROUND_PX
    ground = (means[:, :, :-apart] + means[:, :, apart:]) * lines.beside
    contrast = means[:, :, LINE_GROUND_PX:-LINE_GROUND_PX] * (lines.beside > 0) - ground
    pale = (dark < INK) & (lines.seen > 0)
    smears = np.einsum("ij,ij->i", dark, pale) / np.maximum(np.count_nonzero(pale, axis=1), 1)
    return np.asarray(contrast.reshape(len(dark), -1).max(axis=1, initial=0.0), np.float32), smears


def _without_dust(empty: EmptyBoxes, clean: Cleaned, ink: BoxInk) -> tuple[Places, Floats]:
    """Which boxes have specks inside, and what is seen of their insides without them."""
    rows, columns = empty.lines.window
    side = rows.stop - rows.start
    numbers = np.zeros(len(clean.dark), np.int32)
    numbers[clean.is_ink] = np.where(ink.entered, 0, ink.numbers)
    large = np.bincount(numbers, minlength=1) >= DUST_MM2 * PX_PER_MM2
    large[0] = False
    specks = clean.dark[~large[numbers]]
    specks = specks[(empty.lies.ravel()[specks] & INNER) > 0]
    patch, within = np.divmod(specks, empty.size[0] * empty.size[1])
    y, x = within // empty.size[1] - rows.start, within % empty.size[1] - columns.start
    there = (y >= 0) & (y < side) & (x >= 0) & (x < side) & (np.bincount(ink.patch, minlength=ink.patches)[patch] > 0)
    having, place = np.unique(patch[there], return_inverse=True)
    around = np.zeros((len(having), side, side), np.uint8)
    around[place, y[there], x[there]] = 1
    for one in around:
        cv2.dilate(one, _BLUR, dst=one)
    return having, empty.lines.seen[having] * (1 - around.reshape(len(having), side * side).astype(np.float32))


def _picture(registration: Registration, scores: list[BoxScore]) -> npt.NDArray[np.uint8]:
    """The page with every box as found: green where ink is inside, blue where it is empty."""
    picture = cv2.cvtColor(registration.image.grey, cv2.COLOR_GRAY2BGR)
    for score, (dx, dy) in zip(scores, registration.checkboxes.shifts, strict=True):
        x, y, w, h = score.box
        corners: Points = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]) + [dx, dy]
        colour = (0, 150, 0) if score.coverage > 0.02 else (200, 120, 0)
        cv2.polylines(picture, [registration.plane.to_px(corners).astype(np.int32)], True, colour, 3)
        at = registration.plane.to_px(np.array([[x + w + 0.5, y + 2.0]]))[0].astype(int).tolist()
        cv2.putText(picture, f"{score.coverage:.2f}", at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 220), 2)
    return np.asarray(picture, np.uint8)

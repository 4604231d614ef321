"""Ink in and around each checkbox -> scores.  Measures only: no score here knows a threshold of judgement."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box, PageLayout
from omr.debug import DebugWriter
from omr.empty_boxes import LINE_ANGLES, EmptyBoxes, empty_boxes, lines_over
from omr.fields import Floats
from omr.geometry import Points
from omr.ink import INK, PX_PER_MM2, Cleaned, Labels, Mask, cleaned, parts
from omr.reference import REFERENCE_PX_PER_MM
from omr.registration import Registration
from omr.strokes import Stroke, densest, extent, runs, stroke_of

LINE_GROUND_PX = 5
"""Distance of the parallel strips that a line is held against: the back shining through, and shadows, are broader."""
DUST_MM2 = 0.2
"""Smaller connected ink does not count as part of a faint line."""
MIDDLE_MM2 = 0.06
"""Ink in the middle half of a box from which it is no mere tail of a neighbour's mark: it would have to run 1.3 mm in."""
CENTRE_MM = 0.6
"""How far outside its box the crossing or corner of a stroke may lie."""
SHAPE_MM = 0.8
"""Rim around a box in which a mark's strokes are followed to tell a cross from a tick."""
RING_SIDE = 0.6
"""Part of the box's height that a ring passes on both sides; the legs of a cross above it reach down to a third."""
Edges = tuple[int, int, int, int]
"""Left, top, right and bottom of a box, px."""
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
    beside_mm2: tuple[float, float] = (0.0, 0.0)
    """Ink left and right of the box that hangs together with no box."""
    foreign: float = 0.0
    """Share of the inside that another box's mark runs into."""
    ringed: bool = False
    """Whether ink passes left and right of the box over most of its height, and above or below it, whosever it is."""
    stroke: Stroke = "other"
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
    inked = np.flatnonzero(clean.ink.any(axis=(1, 2)))
    labels = parts(clean.ink[inked], empty.printed[inked])
    places = np.flatnonzero(labels)
    whose = labels.ravel()[places]
    here, amid, there = (
        np.bincount(whose[part[inked].ravel()[places]], minlength=int(whose.max(initial=0)) + 1)
        for part in (empty.inner, empty.middle, empty.others)
    )
    tail = (there > here) & (amid < MIDDLE_MM2 * PX_PER_MM2)
    own, lonely = (here > 0) & ~tail, (here == 0) & (there == 0)
    own[0] = tail[0] = lonely[0] = False
    masks = own[labels], tail[labels] & empty.inner[inked], lonely[labels] & (empty.nearest & ~empty.inner)[inked]
    marked, entered, beside = (np.asarray(mask.any(axis=(1, 2))) for mask in masks)
    lines, smears = _lines(empty, clean, inked, labels * ~masks[1])
    scores = [
        BoxScore(box.question, box.choice, box.row, box.box, float(outline), float(line), float(smear), fill)
        for box, outline, line, smear, fill in zip(
            empty.checkboxes, outlines, lines, smears, _fills(empty, clean), strict=True
        )
    ]
    for place, n in enumerate(inked.tolist()):
        changed: dict[str, Any] = {"ringed": _is_ringed(labels[place], empty, n)}
        if entered[place]:
            changed["foreign"] = float(masks[1][place].sum()) / max(1, int(empty.area[n]))
        if beside[place]:
            changed["beside_mm2"] = _sides(_edges(empty, n), masks[2][place])
        if marked[place]:
            changed |= _mark(empty, n, clean.darkness[n], masks[0][place])
        scores[n] = replace(scores[n], **changed)
    return scores


def _fills(empty: EmptyBoxes, clean: Cleaned) -> list[float | None]:
    crowded = empty.crowded
    if crowded is None:
        return [None] * len(empty.members)
    new = (clean.darkness + empty.blank - crowded.print_) * crowded.whole
    means = new.sum(axis=(1, 2)) / np.maximum(crowded.whole.sum(axis=(1, 2)), 1)
    return [float(mean) if full else None for mean, full in zip(means, crowded.boxes, strict=True)]


def _mark(empty: EmptyBoxes, n: int, darkness: Floats, own: Mask) -> dict[str, Any]:
    """What is measured of a box's own ink, wherever it lies in the patch."""
    left, top, right, bottom = _edges(empty, n)
    columns, rows = np.flatnonzero(own.any(axis=0)), np.flatnonzero(own.any(axis=1))
    x0, x1 = min(left, int(columns[0])), max(right, int(columns[-1]) + 1)
    y0, y1 = min(top, int(rows[0])), max(bottom, int(rows[-1]) + 1)
    part, edges = np.s_[y0:y1, x0:x1], (left - x0, top - y0, right - x0, bottom - y0)
    inner, core = empty.inner[n][part], empty.core[n][part]
    ink = own[part] & inner
    area = int(np.count_nonzero(ink))
    if not area:
        return {}
    mark = own[part] & ~empty.others[n][part]
    whole = int(np.count_nonzero(mark))
    width = min(empty.checkboxes[n].box[2:])
    dark = darkness[part][ink]
    middle = core.any()
    return {
        "coverage": area / max(1, int(empty.area[n])),
        "core": np.count_nonzero(ink & core) / np.count_nonzero(core) if middle else 0.0,
        "gap": _gap(ink, core, float(empty.radius[n])) / width if middle else 0.0,
        "extent_mm": extent(ink),
        "runs": runs(ink),
        "darkness": min(1.0, float(np.partition(dark, area // 2)[area // 2])),
        "mark_mm": extent(mark),
        "mark_mm2": whole / PX_PER_MM2,
        "inside": area / max(1, whole),
        "stroke": stroke_of(*_close_by(mark, empty.printed[n][part], edges)),
        "centred": _is_centred(mark, edges),
    }


def _close_by(mark: Mask, printed: Mask, edges: Edges) -> tuple[Mask, Mask]:
    """What lies in the box or near it: further out a neighbour's strokes may cross this one's."""
    left, top, right, bottom = edges
    near = round(SHAPE_MM * REFERENCE_PX_PER_MM)
    part = np.s_[max(0, top - near) : bottom + near, max(0, left - near) : right + near]
    return mark[part], printed[part]


def _is_centred(mark: Mask, edges: Edges) -> bool:
    left, top, right, bottom = edges
    x, y = densest(mark)
    across, down = max(left - x, x - right, 0), max(top - y, y - bottom, 0)
    if math.hypot(across, down) <= CENTRE_MM * REFERENCE_PX_PER_MM:
        return True
    columns, rows = np.flatnonzero(mark.any(axis=0)), np.flatnonzero(mark.any(axis=1))
    return bool(left <= (columns[0] + columns[-1]) / 2 <= right and top <= (rows[0] + rows[-1]) / 2 <= bottom)


def _gap(ink: Mask, core: Mask, radius: float) -> float:
    """Radius in mm of the largest empty disc centred in the core, at most the core's own (`radius`, px)."""
    away = cv2.distanceTransform((~ink).astype(np.uint8), cv2.DIST_L2, 3)
    return min(float(away[core].max()), radius) / REFERENCE_PX_PER_MM


def _edges(empty: EmptyBoxes, n: int) -> Edges:
    """Left, top, right and bottom of the box in its patch, px."""
    x, y, w, h = empty.checkboxes[n].box
    left, top = (x - empty.origins[n][0]) * REFERENCE_PX_PER_MM, (y - empty.origins[n][1]) * REFERENCE_PX_PER_MM
    right, bottom = left + w * REFERENCE_PX_PER_MM, top + h * REFERENCE_PX_PER_MM
    return round(left), round(top), round(right), round(bottom)


def _sides(edges: Edges, ink: Mask) -> tuple[float, float]:
    """Ink in mm2 left and right of the box, at its height."""
    left, top, right, bottom = edges
    west, east = (np.count_nonzero(side) / PX_PER_MM2 for side in (ink[top:bottom, :left], ink[top:bottom, right:]))
    return west, east


def _is_ringed(labels: Labels, empty: EmptyBoxes, n: int) -> bool:
    left, top, right, bottom = _edges(empty, n)
    ink = (labels > 0) & ~empty.others[n]
    west, east = ink[top:bottom, :left], ink[top:bottom, right:]
    if not west.any() or not east.any():
        return False
    if not ink[:top, left:right].any() and not ink[bottom:, left:right].any():
        return False
    return bool(min(side.any(axis=1).mean() for side in (west, east)) >= RING_SIDE)


def _lines(empty: EmptyBoxes, clean: Cleaned, inked: npt.NDArray[np.intp], labels: Labels) -> tuple[Floats, Floats]:
    """For each box the contrast of its darkest straight line, whatever its direction (a Radon transform of the inside);
    and its mean darkness below INK.

    Specks of dust and another mark's tail (ink without a label) are left out, with what is left of their blur.
    """
    rows, columns = empty.window
    dark = clean.darkness[:, rows, columns].reshape(len(empty.members), -1) * empty.seen
    lengths = empty.lengths
    bundle = lines_over(rows.stop - rows.start)
    specked, seen = _without_dust(empty, clean, inked, labels)
    if len(specked):
        dark[specked] *= seen
        lengths = lengths.copy()
        lengths[specked] = np.where(lengths[specked] > 0, np.maximum(seen @ bundle, 1), 0)
    means = np.where(lengths > 0, (dark @ bundle) / np.maximum(lengths, 1), 0).reshape(len(dark), LINE_ANGLES, -1)
    known = (lengths > 0).reshape(means.shape)
    apart = 2 * LINE_GROUND_PX
    count = known[:, :, :-apart].astype(np.float32) + known[:, :, apart:]
    ground = (means[:, :, :-apart] + means[:, :, apart:]) / np.maximum(count, 1)
    inner = np.s_[:, :, LINE_GROUND_PX:-LINE_GROUND_PX]
    contrast = np.where(known[inner] & (count > 0), means[inner] - ground, 0)
    pale = (dark < INK) & (empty.seen > 0)
    smears = (dark * pale).sum(axis=1) / np.maximum(pale.sum(axis=1), 1)
    return np.asarray(contrast.reshape(len(dark), -1).max(axis=1, initial=0.0), np.float32), smears


def _without_dust(
    empty: EmptyBoxes, clean: Cleaned, inked: npt.NDArray[np.intp], labels: Labels
) -> tuple[npt.NDArray[np.intp], Floats]:
    """Which boxes have specks inside, and what is seen of their insides without them."""
    rows, columns = empty.window
    large = np.bincount(labels.ravel()) >= DUST_MM2 * PX_PER_MM2
    large[:1] = False
    specks = (clean.darkness[inked][:, rows, columns] > INK) & empty.inner[inked][:, rows, columns]
    specks &= ~large[labels[:, rows, columns]]
    having = np.flatnonzero(specks.any(axis=(1, 2)))
    around = [cv2.dilate(one.astype(np.uint8), _BLUR) for one in specks[having]]
    seen = empty.seen[inked[having]] * (1 - np.array(around, np.float32).reshape(len(having), empty.seen.shape[1]))
    return inked[having], np.asarray(seen, np.float32)


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

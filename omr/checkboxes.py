"""Ink in and around each checkbox -> scores.  Measures only: no score here knows a threshold of judgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box, Checkbox, Shape
from omr.debug import DebugWriter
from omr.geometry import Points
from omr.image import Grey
from omr.reference import REFERENCE_PX_PER_MM, crop_reference
from omr.registration import Fields, Registration, cut, patch_origin, same_size

AROUND_MM = 3.6
"""Rim around a box that is looked at for marks beside it; the label begins 4 mm from the box."""
INK = 0.35
"""Darkness, from 0 paper to 1 print, from which a pixel is ink: a ball pen gives 0.5 to 1, show-through below 0.3."""
FAINT = 0.13
"""Darkness from which a smoothed pixel is faint ink, where the paper's own noise is below a third of it."""
FAINT_NOISE = 4.5
"""Faint ink is also this many times darker than the smoothed paper's own variation."""
PRINT_GUARD_MM = 0.35
"""Rim of printed lines that is left out: their blur, and a tenth of a millimetre of misplacement."""
CORE = 0.8
"""Radius of the disc in which a box must be full to be called blackened, in half inner widths."""
MIN_SPECK_MM2 = 0.03
"""Smaller connected ink is dust."""
Side = Literal["left", "right", "above", "below"]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class BoxScore:
    """What was measured at one box.  Areas are of new ink: what the empty form prints there is left out."""

    question: str
    choice: str
    row: str | None
    box: Box
    coverage: float
    """Inked share of the inside."""
    core: float
    """Inked share of the disc in the middle."""
    gap_mm: float
    """Radius of the largest empty disc whose centre lies in the core: small where the box is blackened."""
    extent_mm: tuple[float, float]
    """Width and height of the ink inside."""
    darkness: float
    """Median darkness of the ink inside, 0 to 1; 0 without ink."""
    faint: float
    """Share of the inside that bears at least faint ink."""
    beside_mm2: dict[Side, float]
    """Ink outside the box, on each side."""
    outline: float
    """Correlation with the printed outline, 0 to 1."""


def score_checkboxes(
    registration: Registration, checkboxes: tuple[Checkbox, ...], debug: DebugWriter
) -> list[BoxScore]:
    """Score every checkbox of a page, in the layout's order."""
    fields = registration.checkboxes
    patches = ink_patches(registration, fields, AROUND_MM)
    scores = []
    for i, checkbox in enumerate(checkboxes):
        patch = patches[i]
        scores.append(_score(checkbox, patch, float(fields.outline[i])))
        if debug.on and i == 0:
            debug.write("first-box", patch.grey)
    if debug.on:
        debug.write("scores", _picture(registration, scores))
    return scores


@dataclass(frozen=True)
class InkPatch:
    """One field cut out and cleaned: all arrays (height, width) at REFERENCE_PX_PER_MM; `origin` in mm on the form."""

    grey: Grey
    darkness: npt.NDArray[np.float32]
    printed: Mask
    noise: float
    origin: tuple[float, float]


def ink_patches(registration: Registration, fields: Fields, rim: float) -> list[InkPatch]:
    """Cut each field with `rim` mm around it, aligned to its own shift, as darkness between paper and print."""
    patches: list[InkPatch | None] = [None] * len(fields.boxes)
    black = _black_level(registration)
    for members, size in same_size(fields.boxes, rim):
        origins = np.array([patch_origin(fields.boxes[i], size) for i in members])
        cuts = cut(registration.grey, registration.plane, origins + fields.shifts[members], size)
        for i, origin, grey in zip(members, origins, cuts, strict=True):
            at = (float(origin[0]), float(origin[1]))
            expected = crop_reference(registration.reference, at, size)
            patches[i] = _ink_patch(grey, expected, black, at)
    return [patch for patch in patches if patch is not None]


def _ink_patch(grey: Grey, expected: Grey, black: float, origin: tuple[float, float]) -> InkPatch:
    guard = round(PRINT_GUARD_MM * REFERENCE_PX_PER_MM)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * guard + 1, 2 * guard + 1))
    printed = cv2.dilate((expected < 200).astype(np.uint8), kernel) > 0
    free = grey[~printed]
    paper = float(np.percentile(free, 75)) if free.size else 255.0
    darkness = np.clip((paper - grey.astype(np.float32)) / max(paper - black, 40.0), 0, 1)
    smooth = cv2.GaussianBlur(darkness, (0, 0), 1.5)
    light = smooth[~printed & (darkness < FAINT)]
    noise = float(light.std()) if light.size > 50 else 0.0
    return InkPatch(grey, darkness, printed, noise, origin)


def _black_level(registration: Registration) -> float:
    """How dark this scan shows print: the darkest twentieth of the printed outlines."""
    fields = registration.checkboxes if len(registration.checkboxes.boxes) else registration.cells
    levels = []
    for members, size in same_size(fields.boxes, 0.5):
        chosen = members[:40]
        origins = np.array([patch_origin(fields.boxes[i], size) for i in chosen])
        cuts = cut(registration.grey, registration.plane, origins + fields.shifts[chosen], size)
        for origin, grey in zip(origins, cuts, strict=True):
            line = grey[crop_reference(registration.reference, (origin[0], origin[1]), size) < 90]
            if line.size:
                levels.append(float(np.percentile(line, 10)))
    return float(np.median(levels)) if levels else 0.0


def inner_mask(box: Box, shape: Shape, patch: InkPatch) -> Mask:
    """The inside of a box in its patch, without the printed outline and its guard."""
    height, width = patch.grey.shape
    y, x = np.mgrid[0:height, 0:width]
    mm_x, mm_y = (x + 0.5) / REFERENCE_PX_PER_MM + patch.origin[0], (y + 0.5) / REFERENCE_PX_PER_MM + patch.origin[1]
    if shape == "circle":
        centre_x, centre_y = box[0] + box[2] / 2, box[1] + box[3] / 2
        inside = ((mm_x - centre_x) / (box[2] / 2)) ** 2 + ((mm_y - centre_y) / (box[3] / 2)) ** 2 < 1
    else:
        inside = (mm_x > box[0]) & (mm_x < box[0] + box[2]) & (mm_y > box[1]) & (mm_y < box[1] + box[3])
    return np.asarray(inside & ~patch.printed, np.bool_)


def without_specks(ink: Mask) -> Mask:
    """Ink without connected parts smaller than MIN_SPECK_MM2."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    keep = np.zeros(count, np.bool_)
    keep[1:] = stats[1:, cv2.CC_STAT_AREA] >= MIN_SPECK_MM2 * REFERENCE_PX_PER_MM**2
    return np.asarray(keep[labels], np.bool_)


def _score(checkbox: Checkbox, patch: InkPatch, outline: float) -> BoxScore:
    inner = inner_mask(checkbox.box, checkbox.shape, patch)
    ink = without_specks((patch.darkness > INK) & ~patch.printed)
    inside = ink & inner
    total = max(1, int(inner.sum()))
    y, x = np.nonzero(inside)
    extent = ((np.ptp(x) + 1) / REFERENCE_PX_PER_MM, (np.ptp(y) + 1) / REFERENCE_PX_PER_MM) if len(x) else (0.0, 0.0)
    smooth = cv2.GaussianBlur(patch.darkness, (0, 0), 1.5)
    faint = (smooth > max(FAINT, FAINT_NOISE * patch.noise)) & inner
    core, gap = _core(checkbox, patch, inner, inside)
    return BoxScore(
        checkbox.question,
        checkbox.choice,
        checkbox.row,
        checkbox.box,
        coverage=float(inside.sum()) / total,
        core=core,
        gap_mm=gap,
        extent_mm=(float(extent[0]), float(extent[1])),
        darkness=float(np.median(patch.darkness[inside])) if len(x) else 0.0,
        faint=float(faint.sum()) / total,
        beside_mm2=_beside(checkbox.box, patch, ink),
        outline=outline,
    )


def _core(checkbox: Checkbox, patch: InkPatch, inner: Mask, inside: Mask) -> tuple[float, float]:
    """Inked share of the middle disc, and the radius in mm of the largest empty disc centred in it, at most its own."""
    y, x = np.nonzero(inner)
    if not len(x):
        return 0.0, 0.0
    middle = ((x.min() + x.max()) / 2, (y.min() + y.max()) / 2)
    radius = CORE * min(np.ptp(x), np.ptp(y)) / 2
    rows, columns = np.mgrid[0 : inner.shape[0], 0 : inner.shape[1]]
    disc = (columns - middle[0]) ** 2 + (rows - middle[1]) ** 2 <= radius**2
    empty = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 3)
    return float(inside[disc].mean()), min(float(empty[disc].max()), float(radius)) / REFERENCE_PX_PER_MM


def _beside(box: Box, patch: InkPatch, ink: Mask) -> dict[Side, float]:
    """Ink in mm2 left and right of the box at its height, above and below it at its width."""
    x0, y0 = (box[0] - patch.origin[0]) * REFERENCE_PX_PER_MM, (box[1] - patch.origin[1]) * REFERENCE_PX_PER_MM
    x1, y1 = x0 + box[2] * REFERENCE_PX_PER_MM, y0 + box[3] * REFERENCE_PX_PER_MM
    left, right, top, bottom = round(x0), round(x1), round(y0), round(y1)
    area = REFERENCE_PX_PER_MM**2
    return {
        "left": float(ink[top:bottom, :left].sum()) / area,
        "right": float(ink[top:bottom, right:].sum()) / area,
        "above": float(ink[:top, left:right].sum()) / area,
        "below": float(ink[bottom:, left:right].sum()) / area,
    }


def _picture(registration: Registration, scores: list[BoxScore]) -> npt.NDArray[np.uint8]:
    """The page with every box as found: green where ink is inside, blue where it is empty."""
    picture = cv2.cvtColor(registration.grey, cv2.COLOR_GRAY2BGR)
    for score, (dx, dy) in zip(scores, registration.checkboxes.shifts, strict=True):
        x, y, w, h = score.box
        corners: Points = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]) + [dx, dy]
        colour = (0, 150, 0) if score.coverage > 0.02 else (200, 120, 0)
        cv2.polylines(picture, [registration.plane.to_px(corners).astype(np.int32)], True, colour, 3)
        at = registration.plane.to_px(np.array([[x + w + 0.5, y + 2.0]]))[0].astype(int).tolist()
        cv2.putText(picture, f"{score.coverage:.2f}", at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 220), 2)
    return np.asarray(picture, np.uint8)

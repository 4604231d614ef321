"""Fields on an image: cut out, and found by their print to a few hundredths of a millimetre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box
from omr.geometry import Points, View
from omr.image import Grey
from omr.quality import beyond_image
from omr.reference import REFERENCE_PX_PER_MM, crop_reference

REACH_PX = 7
"""How far a field is looked for around its place, 1.17 mm: cheap feeders stretch paper by up to a millimetre."""
CONTEXT_MM = 0.9
"""Width of the rim around a field that takes part in finding it: its own outline and white paper."""
GOOD_OUTLINE = 0.5
"""Correlation from which an outline counts as found.  Empty and crossed boxes of clean scans reach 0.75 to 0.98."""
LINE_RIM_MM = 0.5
"""Rim of the printed lines that is compared: what is written inside a field does not count."""
HIGH_PASS_PX = 9
"""Width of the mean taken off a profile, so that broad ink does not outweigh thin lines."""
NEIGHBOURS = 7
"""Fields whose median shift a doubtful one takes."""
STRAY_MM = 0.35
"""A field further than this from its neighbours' median shift was found at the wrong place."""
LEAST_CONTRAST = 40.0
"""Grey levels between paper and print that are assumed at least: below, noise would look like ink."""
Patches = npt.NDArray[np.uint8]
"""(n, height, width) at REFERENCE_PX_PER_MM."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Fields:
    """Fields as found on the image: `shifts` (n, 2) in mm from their layout place, `outline` (n,) correlation 0 to 1."""

    boxes: tuple[Box, ...]
    shifts: Points
    outline: Points
    contrast: float | None = None
    """Grey levels between paper and full print, as the outlines show it; None where there is none."""


def cut(view: View, origins: Points, size: tuple[int, int]) -> Patches:
    """Patches of the image: `origins` (n, 2) mm, `size` (height, width) px -> (n, height, width).

    Within a patch of a few millimetres the plane is taken as affine: three of its points are mapped, not each pixel.
    """
    height, width = size
    patches = np.empty((len(origins), height, width), np.uint8)
    if not len(origins):
        return patches
    centre = np.array([width / 2, height / 2])
    reach = 10.0  # mm; long enough to be exact, short enough to be local
    middles = np.asarray(origins) + centre / REFERENCE_PX_PER_MM
    at, right, down = (view.plane.to_px(middles + step) for step in ([0, 0], [reach, 0], [0, reach]))
    matrices = np.empty((len(origins), 2, 3))
    matrices[:, :, 0] = (right - at) / (reach * REFERENCE_PX_PER_MM)
    matrices[:, :, 1] = (down - at) / (reach * REFERENCE_PX_PER_MM)
    matrices[:, :, 2] = at - matrices[:, :, :2] @ (centre - 0.5)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for patch, matrix in zip(patches, matrices, strict=True):
        cv2.warpAffine(view.grey, matrix, (width, height), dst=patch, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return patches


def find_fields(view: View, reference: Grey, boxes: Sequence[Box]) -> Fields:
    """Match each field's print against the image within REACH_PX.

    Column and row profiles give the shift, the printed lines say how well it fits; where they fit badly, the lines are
    looked for in all of the patch (normalised cross-correlation, Lewis 1995).
    """
    shifts = np.zeros((len(boxes), 2))
    outline = np.zeros(len(boxes))
    contrast = np.full(len(boxes), np.nan)
    for members, size in same_size(boxes, CONTEXT_MM):
        origins = np.array([patch_origin(boxes[i], size) for i in members])
        wide = (size[0] + 2 * REACH_PX, size[1] + 2 * REACH_PX)
        patches = cut(view, origins - REACH_PX / REFERENCE_PX_PER_MM, wide)
        templates = crop_reference(reference, origins, size)
        found = np.stack([_by_profile(patches, templates, axis) for axis in (1, 2)], axis=1)
        lines = _near_lines(templates)
        fits, dark = _fit(patches, templates, lines, found)
        for place in np.flatnonzero(fits < GOOD_OUTLINE):
            peak, at = _searched(patches[place], templates[place], lines[place])
            if peak > fits[place]:
                fits[place], found[place] = peak, at
        shifts[members] = found / REFERENCE_PX_PER_MM
        outline[members] = np.maximum(fits, 0)
        contrast[members] = np.where(fits >= GOOD_OUTLINE, dark, np.nan)
    outline[beyond_image(view.plane, view.grey.shape, boxes)] = 0.0  # what was cut off shows nothing
    seen = contrast[np.isfinite(contrast)]
    level = max(float(np.median(seen)), LEAST_CONTRAST) if len(seen) else None
    return Fields(tuple(boxes), _agreed(boxes, shifts, outline), outline, level)


def _by_profile(patches: Patches, templates: Patches, axis: int) -> Points:
    """The shift in px along one direction (`axis` is summed over: 1 gives x, 2 gives y), to a fraction; (n,)."""
    wide, narrow = (_high_passed(255 - stack.mean(axis=axis, dtype=np.float32)) for stack in (patches, templates))
    windows = np.lib.stride_tricks.sliding_window_view(wide, narrow.shape[1], axis=1)
    windows = windows - windows.mean(axis=2, keepdims=True)
    narrow = narrow - narrow.mean(axis=1, keepdims=True)
    size = np.linalg.norm(windows, axis=2) * np.linalg.norm(narrow, axis=1)[:, None]
    match = np.einsum("ijk,ik->ij", windows, narrow) / np.maximum(size, 1e-6)
    peak = match.argmax(axis=1)
    inner = np.clip(peak, 1, match.shape[1] - 2)
    rows = np.arange(len(match))
    before, at, after = match[rows, inner - 1], match[rows, inner], match[rows, inner + 1]
    bend = before - 2 * at + after
    fraction = np.where((peak == inner) & (bend < -1e-6), (before - after) / np.minimum(2 * bend, -1e-6), 0.0)
    return np.asarray(peak + np.clip(fraction, -0.5, 0.5) - REACH_PX, np.float64)


def _high_passed(profiles: Floats) -> Floats:
    return np.asarray(profiles - cv2.blur(profiles, (HIGH_PASS_PX, 1), borderType=cv2.BORDER_REPLICATE), np.float32)


def _near_lines(templates: Patches) -> npt.NDArray[np.uint8]:
    """1 within LINE_RIM_MM of print, else 0; (n, height, width)."""
    rim = round(LINE_RIM_MM * REFERENCE_PX_PER_MM)
    kernel = np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
    return np.stack([cv2.dilate((template < 200).astype(np.uint8), kernel) for template in templates])


def _fit(patches: Patches, templates: Patches, lines: Patches, found: Points) -> tuple[Points, Points]:
    """How well the printed lines lie at the shifts found, -1 to 1; and the grey levels between paper and full print; (n,) each."""
    height, width = templates.shape[1:]
    starts = np.rint(found).astype(int) + REACH_PX
    windows = np.stack([p[y : y + height, x : x + width] for p, (x, y) in zip(patches, starts, strict=True)])
    weight = lines.astype(np.float32)
    total = np.maximum(weight.sum(axis=(1, 2)), 1)
    image, print_ = (
        (stack - ((stack * weight).sum(axis=(1, 2)) / total)[:, None, None]) * weight
        for stack in (windows.astype(np.float32), templates.astype(np.float32))
    )
    norm = np.sqrt((image**2).sum(axis=(1, 2)) * (print_**2).sum(axis=(1, 2)))
    fits = (image * print_).sum(axis=(1, 2)) / np.maximum(norm, 1e-3)
    slope = (image * print_).sum(axis=(1, 2)) / np.maximum((print_**2).sum(axis=(1, 2)), 1e-3)
    return np.asarray(fits, np.float64), np.asarray(255 * slope / np.maximum(fits, 0.3), np.float64)


def _searched(patch: Grey, template: Grey, lines: Grey) -> tuple[float, Points]:
    """The best correlation of the printed lines anywhere in the patch, and its shift (x, y) in px."""
    match = cv2.matchTemplate(patch, template, cv2.TM_CCOEFF_NORMED, mask=lines)
    _, peak, _, at = cv2.minMaxLoc(np.clip(np.nan_to_num(match, posinf=0.0, neginf=0.0), -1, 1))
    return float(peak), np.array(at, np.float64) - REACH_PX


def _agreed(boxes: Sequence[Box], shifts: Points, outline: Points) -> Points:
    """Shifts in which a field that was not seen, or strays from its neighbours, takes their median."""
    good = np.flatnonzero(outline >= GOOD_OUTLINE)
    if not len(good):
        return np.zeros_like(shifts)
    centres = np.array([[x + w / 2, y + h / 2] for x, y, w, h in boxes])
    away = np.linalg.norm(centres[:, None] - centres[None, good], axis=2)
    near = good[np.argsort(away, axis=1)[:, :NEIGHBOURS]]
    medians = np.median(shifts[near], axis=1)
    stray = (outline < GOOD_OUTLINE) | (np.linalg.norm(shifts - medians, axis=1) > STRAY_MM)
    return np.where(stray[:, None], medians, shifts)


def same_size(boxes: Sequence[Box], rim: float) -> list[tuple[list[int], tuple[int, int]]]:
    """Fields grouped by patch size (height, width) in px, rim included, so that each group is cut in one go."""
    groups: dict[tuple[int, int], list[int]] = {}
    for i, (_, _, w, h) in enumerate(boxes):
        size = (
            round((np.ceil(h * 2) / 2 + 2 * rim) * REFERENCE_PX_PER_MM),
            round((np.ceil(w * 2) / 2 + 2 * rim) * REFERENCE_PX_PER_MM),
        )
        groups.setdefault(size, []).append(i)
    return [(members, size) for size, members in groups.items()]


def patch_origin(box: Box, size: tuple[int, int]) -> tuple[float, float]:
    """Top left of the patch of `size` px around a box, in mm, on the reference's pixel grid."""
    x = box[0] + box[2] / 2 - size[1] / REFERENCE_PX_PER_MM / 2
    y = box[1] + box[3] / 2 - size[0] / REFERENCE_PX_PER_MM / 2
    return round(x * REFERENCE_PX_PER_MM) / REFERENCE_PX_PER_MM, round(y * REFERENCE_PX_PER_MM) / REFERENCE_PX_PER_MM

"""Fields on an image: cut out, and found by their print to a few hundredths of a millimetre."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box
from omr.geometry import Points, View
from omr.image import Grey
from omr.printed_fields import Floats, Patches, PrintedFields, PrintedGroup, profiles, total_of
from omr.quality import beyond_image
from omr.reference import REFERENCE_PX_PER_MM

REACH_PX = 7
"""How far a field is looked for around its place, 1.17 mm: cheap feeders stretch paper by up to a millimetre."""
GOOD_OUTLINE = 0.5
"""Correlation from which an outline counts as found.  Empty and crossed boxes of clean scans reach 0.75 to 0.98."""
NEIGHBOURS = 7
"""Fields whose median shift a doubtful one takes."""
STRAY_MM = 0.35
"""A field further than this from its neighbours' median shift was found at the wrong place."""
LEAST_CONTRAST = 40.0
"""Grey levels between paper and print that are assumed at least: below, noise would look like ink."""


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


def find_fields(view: View, printed: PrintedFields) -> Fields:
    """Match each field's print against the image within REACH_PX.

    Column and row profiles give the shift, the printed lines say how well it fits; where they fit badly, the lines are
    looked for in all of the patch (normalised cross-correlation, Lewis 1995).
    """
    boxes = printed.boxes
    shifts = np.zeros((len(boxes), 2))
    outline = np.zeros(len(boxes))
    contrast = np.full(len(boxes), np.nan)
    for group in printed.groups:
        wide = (group.size[0] + 2 * REACH_PX, group.size[1] + 2 * REACH_PX)
        patches = cut(view, group.origins - REACH_PX / REFERENCE_PX_PER_MM, wide)
        found = np.stack([_by_profile(*both) for both in zip(profiles(patches), group.profiles, strict=True)], axis=1)
        fits, dark = _fit(patches, group, found)
        for place in np.flatnonzero(fits < GOOD_OUTLINE):
            peak, at = _searched(patches[place], group.templates[place], group.lines[place])
            if peak > fits[place]:
                fits[place], found[place] = peak, at
        shifts[group.members] = found / REFERENCE_PX_PER_MM
        outline[group.members] = np.maximum(fits, 0)
        contrast[group.members] = np.where(fits >= GOOD_OUTLINE, dark, np.nan)
    outline[beyond_image(view.plane, view.grey.shape, boxes)] = 0.0  # what was cut off shows nothing
    seen = contrast[np.isfinite(contrast)]
    level = max(float(np.median(seen)), LEAST_CONTRAST) if len(seen) else None
    return Fields(boxes, _agreed(printed.by_distance, shifts, outline), outline, level)


def _by_profile(wide: Floats, narrow: Floats) -> Points:
    """Where along `wide` (n, length + 2 * REACH_PX) the profiles `narrow` (n, length), less their means and of length 1,
    lie: the shift in px from the middle, to a fraction; (n,)."""
    (n, length), (step, each) = narrow.shape, wide.strides
    windows = np.lib.stride_tricks.as_strided(wide, (n, 2 * REACH_PX + 1, length), (step, each, each))
    power = np.einsum("ijk,ijk->ij", windows, windows) - np.einsum("ijk->ij", windows) ** 2 / length
    match = np.einsum("ijk,ik->ij", windows, narrow) / np.sqrt(np.maximum(power, 1e-12))
    peak = match.argmax(axis=1)
    inner = np.minimum(np.maximum(peak, 1), match.shape[1] - 2)
    rows = np.arange(len(match))
    before, at, after = match[rows, inner - 1], match[rows, inner], match[rows, inner + 1]
    bend = before - 2 * at + after
    fraction = np.where((peak == inner) & (bend < -1e-6), (before - after) / np.minimum(2 * bend, -1e-6), 0.0)
    return np.asarray(peak + np.clip(fraction, -0.5, 0.5) - REACH_PX, np.float64)


def _fit(patches: Patches, group: PrintedGroup, found: Points) -> tuple[Points, Points]:
    """How well the printed lines lie at the shifts found, -1 to 1; and the grey levels between paper and full print; (n,) each."""
    starts = np.rint(found).astype(int) + REACH_PX
    windows = np.lib.stride_tricks.sliding_window_view(patches, group.size, axis=(1, 2))
    image = windows[np.arange(len(patches)), starts[:, 1], starts[:, 0]].reshape(len(patches), -1).astype(np.float32)
    weights, print_ = group.weights, group.print_
    image -= (np.einsum("ij,ij->i", image, weights) / total_of(weights))[:, None]
    image *= weights
    shared, power = np.einsum("ij,ij->i", image, print_), np.einsum("ij,ij->i", print_, print_)
    fits = shared / np.maximum(np.sqrt(np.einsum("ij,ij->i", image, image) * power), 1e-3)
    slope = shared / np.maximum(power, 1e-3)
    return np.asarray(fits, np.float64), np.asarray(255 * slope / np.maximum(fits, 0.3), np.float64)


def _searched(patch: Grey, template: Grey, lines: Grey) -> tuple[float, Points]:
    """The best correlation of the printed lines anywhere in the patch, and its shift (x, y) in px."""
    match = cv2.matchTemplate(patch, template, cv2.TM_CCOEFF_NORMED, mask=lines)
    _, peak, _, at = cv2.minMaxLoc(np.clip(np.nan_to_num(match, posinf=0.0, neginf=0.0), -1, 1))
    return float(peak), np.array(at, np.float64) - REACH_PX


def _agreed(by_distance: npt.NDArray[np.intp], shifts: Points, outline: Points) -> Points:
    """Shifts in which a field that was not seen, or strays from its neighbours, takes their median."""
    good = outline >= GOOD_OUTLINE
    if not good.any():
        return np.zeros_like(shifts)
    near = by_distance[good[by_distance]].reshape(len(shifts), -1)[:, :NEIGHBOURS]
    medians = np.median(shifts[near], axis=1)
    stray = ~good | (np.linalg.norm(shifts - medians, axis=1) > STRAY_MM)
    return np.where(stray[:, None], medians, shifts)

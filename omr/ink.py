"""New ink: how much darker the paper near a field is than the blank form prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box, Shape
from omr.fields import LEAST_CONTRAST, cut
from omr.geometry import Points, View
from omr.image import Grey
from omr.printed_fields import Floats, Patches
from omr.reference import REFERENCE_PX_PER_MM, crop_reference, patch_origin, same_size

INK = 0.2
"""Darkness, from 0 paper to 1 print, from which a pixel is ink: a ball pen gives 0.5 to 1, a pale one 0.25 and more."""
NOISY_INK = 8.0
"""Ink is also this many times darker than the paper's own variation: coarse grain of a copy of a copy is none."""
PRINT_GUARD_MM = 0.35
"""Rim of print that is left out: its blur, and a tenth of a millimetre of misplacement."""
PRINTED = 0.25
"""Darkness of the blank from which nothing new can be seen there."""
MIN_SPECK_MM2 = 0.03
"""Smaller connected ink is dust."""
BRIDGE_PX = 5
"""How far ink is followed into print, 0.8 mm: half a printed line with its guards, crossed aslant."""
MOST_NOISE = 0.04
"""Variation from which a patch is not noisy but full of ink."""
PAPER, DARK_PAPER = 0.7, 0.45
"""Parts of a patch's pixels, from the darkest, that the paper's level and its variation are taken from: marks, outlines
and their blur cover less than the darker two fifths."""
SPREAD = 0.65
"""Standard deviations of normal noise between these two."""
RULE_MM = 0.55
"""Half width of the strip around a printed writing line that is left out."""
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
"""Flat places in a stack of patches, in order."""
Numbers = npt.NDArray[np.int32]
HalfFloats = npt.NDArray[np.float16] | npt.NDArray[np.float32]
PX_PER_MM2 = REFERENCE_PX_PER_MM**2


@dataclass(frozen=True)
class Cleaned:
    """Patches of a scan, (n, height, width), held against what the blank prints.  Darkness is 0 on paper, 1 in print."""

    grey: Patches
    paper: Floats
    """Grey of the paper in each patch, (n,)."""
    scale: np.float32
    """Darkness of one grey level."""
    dark: Places
    """What is darker than INK, beyond the blank, and not printed."""
    darkness: Floats
    """How dark these are."""
    is_ink: Mask
    """Which of these are ink: darker also than the paper's own variation."""

    @property
    def ink(self) -> Places:
        return self.dark[self.is_ink]

    def raw(self, part: tuple[slice, ...] = ()) -> Floats:
        """Darkness in a part of each patch, print and all; below 0 where lighter than the paper."""
        darkness: Floats = self.paper[:, None, None] - self.grey[(slice(None), *part)]
        darkness *= self.scale
        return darkness


def cleaned(
    view: View, origins: Points, size: tuple[int, int], blank: HalfFloats, printed: Mask, contrast: float
) -> Cleaned:
    """Cut patches at `origins` (n, 2) mm, shifts included, and hold them against the blank."""
    grey = cut(view, origins, size)
    # a stable sort of bytes counts them: ten times faster
    sample = np.sort(grey[:, ::4, ::4].reshape(len(grey), -1), axis=1, kind="stable")
    paper, dark = (sample[:, int(share * sample.shape[1])].astype(np.float32) for share in (PAPER, DARK_PAPER))
    scale = np.float32(1 / max(contrast, LEAST_CONTRAST))
    noise = min(float(np.median(paper - dark) * scale / SPREAD), MOST_NOISE) if len(grey) else 0.0
    level = np.clip(np.ceil(paper - INK / scale), 0, 255).astype(np.uint8)  # beyond the blank only less is dark
    places = np.flatnonzero((grey < level[:, None, None]) & ~printed)
    darkness = paper[places // max(1, size[0] * size[1])] - grey.ravel()[places]
    darkness *= scale
    darkness -= blank.ravel()[places]
    seen = darkness > INK
    darkness = darkness[seen]
    return Cleaned(grey, paper, scale, places[seen], darkness, darkness > NOISY_INK * noise)


def blank_darkness(blank: Patches) -> Floats:
    """The blank's darkness, 0 to 1, each print widened by its guard."""
    guard = round(PRINT_GUARD_MM * REFERENCE_PX_PER_MM)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * guard + 1, 2 * guard + 1))
    return darkness_of(np.stack([cv2.erode(patch, kernel) for patch in blank]), blank)


def darkness_of(print_: Patches, like: Patches | None = None) -> Floats:
    """Grey of a blank as darkness, 0 to 1, where `like` (the same where there is none) shows its paper."""
    paper = np.float32(max(1.0, float(np.percentile(print_ if like is None else like, 90)))) if print_.size else 255
    return np.asarray(np.clip(1 - print_.astype(np.float32) / paper, 0, 1), np.float32)


def is_printed(blank: Floats) -> Mask:
    return np.asarray(blank > PRINTED, np.bool_)


def parts(ink: Places, printed: Mask) -> Numbers:
    """The number of the connected part (8 neighbours) that each place of ink belongs to, from 1 through all patches; 0 a speck.

    A stroke goes on below print that it crosses: within the print's guard, ink is joined over BRIDGE_PX from each side.
    """
    if not len(ink):
        return np.zeros(0, np.int32)
    _, height, width = printed.shape
    patch, within = np.divmod(ink, height * width)
    inked = np.flatnonzero(np.bincount(patch))
    rows = np.zeros((len(inked), height, width), np.uint8)
    places = np.searchsorted(inked, patch) * (height * width) + within
    rows.ravel()[places] = 1
    kernel = np.ones((2 * BRIDGE_PX + 1, 2 * BRIDGE_PX + 1), np.uint8)
    near = np.asarray(cv2.dilate(rows.reshape(-1, width), kernel), np.uint8).reshape(rows.shape)
    rows |= near & printed[inked]
    rows[:, -1] = 0  # so that nothing is connected from patch to patch
    _, joined = cv2.connectedComponents(rows.reshape(-1, width), connectivity=8, ltype=cv2.CV_32S)
    found = np.asarray(joined, np.int32).ravel()[places]
    large = np.bincount(found, minlength=1) >= MIN_SPECK_MM2 * PX_PER_MM2
    large[0] = False
    return np.where(large[found], found, 0)


def grid_mm(origins: Points, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """x (n, 1, width) and y (n, height, 1) of the pixels' centres, in mm on the form."""
    x = (np.arange(size[1]) + 0.5) / REFERENCE_PX_PER_MM + origins[:, :1]
    y = (np.arange(size[0]) + 0.5) / REFERENCE_PX_PER_MM + origins[:, 1:]
    return np.asarray(x[:, None, :], np.float32), np.asarray(y[:, :, None], np.float32)


def inside_boxes(x: Floats, y: Floats, boxes: Sequence[Box], shapes: Sequence[Shape]) -> Mask:
    """The inside of one box for each patch."""
    left, top, width, height = (np.array(side, np.float32)[:, None, None] for side in zip(*boxes, strict=True))
    inside = (x > left) & (x < left + width) & (y > top) & (y < top + height)
    if "circle" in shapes:
        across, down = (x - left) / width - 0.5, (y - top) / height - 0.5
        circle = np.array([shape == "circle" for shape in shapes])[:, None, None]
        inside &= ~circle | (across**2 + down**2 < 0.25)
    return np.asarray(inside, np.bool_)


@dataclass(frozen=True)
class Insides:
    """The insides of fields of one size as they are printed: patches (n, height, width)."""

    members: list[int]
    origins: Points
    size: tuple[int, int]
    blank: npt.NDArray[np.float16]
    printed: Mask
    inside: Mask
    """Where ink counts."""


def insides(
    reference: Grey, fields: Sequence[Box], boxes: Sequence[Box], rim: float, rules: Sequence[Sequence[float]] = ()
) -> list[Insides]:
    """The inside of each of `boxes`, each in its field with `rim` mm around it, on a form's page.

    `rules` are the y in mm of printed lines for each box, off which ink is counted.
    """
    found = []
    for members, size in same_size(fields, rim):
        origins = np.array([patch_origin(fields[i], size) for i in members])
        blank = blank_darkness(crop_reference(reference, origins, size))
        printed = is_printed(blank)
        x, y = grid_mm(origins, size)
        inside = inside_boxes(x, y, [boxes[i] for i in members], ["square"] * len(members)) & ~printed
        for n, member in enumerate(members):
            for rule in rules[member] if rules else ():
                inside[n] &= np.abs(y[n] - rule) >= RULE_MM
        found.append(Insides(members, origins, size, blank.astype(np.float16), printed, inside))
    return found


def ink_inside(view: View, known: Sequence[Insides], shifts: Points, contrast: float) -> list[float]:
    """Ink in mm2 inside fields that lie `shifts` (n, 2) mm off their places; `contrast` is that of Registration."""
    found = [0.0] * len(shifts)
    for one in known:
        clean = cleaned(view, one.origins + shifts[one.members], one.size, one.blank, one.printed, contrast)
        ink = clean.ink[parts(clean.ink, one.printed) > 0]
        patches = ink[one.inside.ravel()[ink]] // (one.size[0] * one.size[1])
        areas = np.bincount(patches, minlength=len(one.members)) / PX_PER_MM2
        for member, area in zip(one.members, areas.tolist(), strict=True):
            found[member] = area
    return found

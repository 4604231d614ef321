"""What is known beforehand of the print around a page's fields, so that finding them on a scan need not work it out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.catalogue import Form
from form_layouts.layout import Box
from omr.geometry import Points
from omr.kept import Kept
from omr.reference import REFERENCE_PX_PER_MM, crop_reference, patch_origin, reference_page, same_size

CONTEXT_MM = 0.9
"""Width of the rim around a field that takes part in finding it: its own outline and white paper."""
LINE_RIM_MM = 0.5
"""Rim of the printed lines that is compared: what is written inside a field does not count."""
HIGH_PASS_PX = 9
"""Width of the mean taken off a profile, so that broad ink does not outweigh thin lines."""
Patches = npt.NDArray[np.uint8]
"""(n, height, width) at REFERENCE_PX_PER_MM."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PrintedGroup:
    """The print around the fields of one size."""

    members: list[int]
    origins: Points
    size: tuple[int, int]
    templates: Patches
    lines: Patches
    """1 within LINE_RIM_MM of print, else 0."""
    weights: Floats
    """The same as numbers, (n, height * width)."""
    print_: Floats
    """Grey of the print near its lines, less its mean there; 0 elsewhere, (n, height * width)."""
    profiles: tuple[Floats, Floats]
    """Its profiles along x (n, width) and along y (n, height), less their means and of length 1."""


@dataclass(frozen=True)
class PrintedFields:
    """Fields of a page as they are printed."""

    boxes: tuple[Box, ...]
    groups: list[PrintedGroup]
    by_distance: npt.NDArray[np.intp]
    """For each field all of them, the nearest first, (n, n)."""


_KEPT: Kept[tuple[PrintedFields, PrintedFields]] = Kept(48)


def printed_fields(form: Form, page: int) -> tuple[PrintedFields, PrintedFields]:
    """Of a form's page (from 0) the checkboxes in the layout's order, then the warm-up box; and the cells of its combs."""
    return _KEPT.get(form, page, _made)


def _made(form: Form, page: int) -> tuple[PrintedFields, PrintedFields]:
    layout = form.layout.pages[page]
    boxes = [*(field.box for field in layout.checkboxes), *([layout.warm_up] if layout.warm_up else [])]
    reference = reference_page(form, page)
    return _fields(reference, boxes), _fields(reference, [cell for comb in layout.combs for cell in comb.cells])


def _fields(reference: npt.NDArray[np.uint8], boxes: Sequence[Box]) -> PrintedFields:
    groups = []
    for members, size in same_size(boxes, CONTEXT_MM):
        origins = np.array([patch_origin(boxes[i], size) for i in members])
        groups.append(_group(members, origins, size, crop_reference(reference, origins, size)))
    centres = np.array([[x + w / 2, y + h / 2] for x, y, w, h in boxes]).reshape(-1, 2)
    away = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    return PrintedFields(tuple(boxes), groups, np.argsort(away, axis=1))


def _group(members: list[int], origins: Points, size: tuple[int, int], templates: Patches) -> PrintedGroup:
    rim = round(LINE_RIM_MM * REFERENCE_PX_PER_MM)
    kernel = np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
    lines = np.stack([np.asarray(cv2.dilate((one < 200).astype(np.uint8), kernel), np.uint8) for one in templates])
    weights = lines.reshape(len(lines), -1).astype(np.float32)
    print_ = templates.reshape(len(lines), -1).astype(np.float32)
    print_ = (print_ - (print_ * weights).sum(axis=1, keepdims=True) / total_of(weights)[:, None]) * weights
    x, y = (_normal(profile) for profile in profiles(templates))
    return PrintedGroup(members, origins, size, templates, lines, weights, print_, (x, y))


def total_of(weights: Floats) -> Floats:
    """The sum of each row, at least 1."""
    return np.asarray(np.maximum(weights.sum(axis=1), 1), np.float32)


def _normal(profile: Floats) -> Floats:
    profile = profile - profile.mean(axis=1, keepdims=True)
    return np.asarray(profile / np.maximum(np.linalg.norm(profile, axis=1, keepdims=True), 1e-6), np.float32)


def profiles(patches: Patches) -> tuple[Floats, Floats]:
    """Mean darkness of each column (n, width) and of each row (n, height), high-passed."""
    dark = 255 - patches.astype(np.float32)
    _, height, width = patches.shape
    columns = np.full(height, 1 / height, np.float32) @ dark
    rows = dark @ np.full(width, 1 / width, np.float32)
    return _high_passed(columns), _high_passed(rows)


def _high_passed(profile: Floats) -> Floats:
    return np.asarray(profile - cv2.blur(profile, (HIGH_PASS_PX, 1), borderType=cv2.BORDER_REPLICATE), np.float32)

"""Layout mm <-> image px: markers give the page's plane, printed outlines the last tenths of a millimetre at each field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box
from omr.errors import MarkersMissing, NoFormFound, PoorRegistration
from omr.geometry import Plane, Points, corners_of
from omr.identify import Identity
from omr.image import Grey, PageImage
from omr.markers import Markers
from omr.reference import REFERENCE_PX_PER_MM, crop_reference, reference_page

MAX_MARKER_RESIDUAL_MM = 1.5
"""Markers further apart from their layout than this do not belong to one flat sheet."""
SHIFT_MM = 1.2
"""How far a field is looked for around its place: cheap feeders stretch paper by up to a millimetre."""
CONTEXT_MM = 0.9
"""Width of the rim around a field that takes part in finding it: its own outline and white paper."""
GOOD_OUTLINE = 0.5
"""Correlation from which an outline counts as found.  Empty and crossed boxes of clean scans reach 0.75 to 0.98."""
LINE_RIM_MM = 0.5
"""Rim of the printed lines that is compared where a field bears much ink."""
NEIGHBOURS = 7
"""Fields whose median shift a doubtful one takes."""
STRAY_MM = 0.35
"""A field further than this from its neighbours' median shift was found at the wrong place."""
MIN_FIELDS_FOUND = 0.3
"""Share of fields whose outline must be seen; below, the page is not where we think.  A form whose every field a felt
pen wrote over shows 0.48, one looked at 4 mm and more off its place at most 0.17."""


@dataclass(frozen=True)
class Fields:
    """Fields as found on the image: `shifts` (n, 2) in mm from their layout place, `outline` (n,) correlation 0 to 1."""

    boxes: tuple[Box, ...]
    shifts: Points
    outline: Points


@dataclass(frozen=True)
class Registration:
    """Where a form's page lies on the image."""

    plane: Plane
    grey: Grey
    reference: Grey
    checkboxes: Fields
    cells: Fields
    corners_seen: int | None

    def shift_at(self, box: Box) -> tuple[float, float]:
        """The local shift in mm for something without an outline of its own: the median of the fields nearest to it."""
        boxes = self.checkboxes.boxes + self.cells.boxes
        if not boxes:
            return 0.0, 0.0
        shifts = np.vstack([self.checkboxes.shifts, self.cells.shifts])
        centres = np.array([[x + w / 2, y + h / 2] for x, y, w, h in boxes])
        near = np.argsort(np.linalg.norm(centres - [box[0] + box[2] / 2, box[1] + box[3] / 2], axis=1))[:NEIGHBOURS]
        dx, dy = np.median(shifts[near], axis=0)
        return float(dx), float(dy)


def register(image: PageImage, markers: Markers, identity: Identity) -> Registration:
    """Find the page's plane and each field on it.

    Raises MarkersMissing below three markers, NoFormFound where they contradict the layout, PoorRegistration where the
    printed outlines are not there.
    """
    layout = identity.form.layout
    page = layout.pages[identity.page]
    if identity.plane is not None:
        plane, seen = identity.plane, None
    else:
        plane, seen = _plane_of(markers, page.markers), len(markers.corners)
    reference = reference_page(identity.form, identity.page)
    checkboxes = find_fields(image.grey, plane, reference, [field.box for field in page.checkboxes])
    cells = find_fields(image.grey, plane, reference, [cell for comb in page.combs for cell in comb.cells])
    outlines = np.concatenate([checkboxes.outline, cells.outline])
    found = int((outlines >= GOOD_OUTLINE).sum())
    if len(outlines) and found < MIN_FIELDS_FOUND * len(outlines):
        raise PoorRegistration(found=found, total=len(outlines))
    return Registration(plane, image.grey, reference, checkboxes, cells, seen)


def _plane_of(markers: Markers, places: Sequence[Box]) -> Plane:
    seen = sorted(markers.corners)
    if len(seen) < 3:
        raise MarkersMissing(count=len(seen))
    mm = np.vstack([corners_of(places[corner]) for corner in seen])
    px = np.vstack([markers.corners[corner] for corner in seen])
    if len(seen) == 4:
        matrix, _ = cv2.findHomography(mm, px, 0)
        plane = Plane(np.asarray(matrix, np.float64))
    else:  # where one corner has no points, a homography would swing
        solution, *_ = np.linalg.lstsq(np.column_stack([mm, np.ones(len(mm))]), px, rcond=None)
        plane = Plane(np.vstack([solution.T, [0.0, 0.0, 1.0]]))
    off = np.linalg.norm(plane.to_px(mm) - px, axis=1)
    residual = float(off.max()) / plane.px_per_mm((float(mm[:, 0].mean()), float(mm[:, 1].mean())))
    if residual > MAX_MARKER_RESIDUAL_MM:
        raise NoFormFound()
    return plane


def cut(grey: Grey, plane: Plane, origins: Points, size: tuple[int, int]) -> Grey:
    """Patches of the image at REFERENCE_PX_PER_MM: `origins` (n, 2) mm, `size` (height, width) px -> (n, height, width).

    Within a patch of a few millimetres the plane is taken as affine: three of its points are mapped, not each pixel.
    """
    height, width = size
    patches = np.zeros((len(origins), height, width), np.uint8)
    centre = np.array([width / 2, height / 2])
    steps = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])  # mm; long enough to be exact, short enough to be local
    for number, origin in enumerate(origins):
        middle = origin + centre / REFERENCE_PX_PER_MM
        at, right, down = plane.to_px(middle + steps)
        linear = np.column_stack([right - at, down - at]) / (10 * REFERENCE_PX_PER_MM)
        offset = at - linear @ (centre - 0.5)
        cv2.warpAffine(
            grey,
            np.column_stack([linear, offset]),
            (width, height),
            dst=patches[number],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return patches


def find_fields(grey: Grey, plane: Plane, reference: Grey, boxes: Sequence[Box]) -> Fields:
    """Match each field's print against the image within SHIFT_MM (normalised cross-correlation, Lewis 1995)."""
    shifts = np.zeros((len(boxes), 2))
    outline = np.zeros(len(boxes))
    for members, size in same_size(boxes, CONTEXT_MM):
        origins = np.array([patch_origin(boxes[i], size) for i in members])
        reach = round(SHIFT_MM * REFERENCE_PX_PER_MM)
        wide = (size[0] + 2 * reach, size[1] + 2 * reach)
        patches = cut(grey, plane, origins - SHIFT_MM, wide)
        for i, origin, patch in zip(members, origins, patches, strict=True):
            template = crop_reference(reference, (origin[0], origin[1]), size)
            match = cv2.matchTemplate(patch, template, cv2.TM_CCOEFF_NORMED)
            _, peak, _, (x, y) = cv2.minMaxLoc(np.nan_to_num(match))
            if peak < GOOD_OUTLINE:  # ink inside: a second look at the printed lines alone
                match = _match_lines(patch, template)
                _, peak, _, (x, y) = cv2.minMaxLoc(match)
            shifts[i] = (np.array([x, y]) - reach) / REFERENCE_PX_PER_MM
            outline[i] = max(0.0, peak)
    return Fields(tuple(boxes), _agreed(boxes, shifts, outline), outline)


def _match_lines(patch: Grey, template: Grey) -> npt.NDArray[np.float32]:
    """The correlation over the printed lines and LINE_RIM_MM around them: what is written inside a field does not count."""
    rim = round(LINE_RIM_MM * REFERENCE_PX_PER_MM)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * rim + 1, 2 * rim + 1))
    lines = cv2.dilate((template < 200).astype(np.uint8), kernel)
    match = cv2.matchTemplate(patch, template, cv2.TM_CCOEFF_NORMED, mask=lines)
    return np.asarray(np.clip(np.nan_to_num(match, posinf=0.0, neginf=0.0), -1, 1), np.float32)


def _agreed(boxes: Sequence[Box], shifts: Points, outline: Points) -> Points:
    """Shifts in which a field that was not seen, or strays from its neighbours, takes their median."""
    good = np.flatnonzero(outline >= GOOD_OUTLINE)
    if not len(good):
        return np.zeros_like(shifts)
    centres = np.array([[x + w / 2, y + h / 2] for x, y, w, h in boxes])
    agreed = shifts.copy()
    for i in range(len(boxes)):
        near = good[np.argsort(np.linalg.norm(centres[good] - centres[i], axis=1))[:NEIGHBOURS]]
        median = np.median(shifts[near], axis=0)
        if outline[i] < GOOD_OUTLINE or np.linalg.norm(shifts[i] - median) > STRAY_MM:
            agreed[i] = median
    return agreed


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

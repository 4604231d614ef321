"""Where a page's own print lies on an image: patches of the blank with much print, spread over the page.

They mend a plane that rests on too little (two or three markers, a photo), and tell whether this is the page at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.catalogue import Form
from form_layouts.layout import Box, PageLayout
from omr.fields import cut
from omr.geometry import Plane, Points, View
from omr.image import Grey
from omr.kept import Kept
from omr.reference import REFERENCE_PX_PER_MM, crop_reference, reference_page

PATCH_MM = (14.0, 8.0)
"""Width and height: some words of two lines, enough to be unlike every other place."""
CELLS = (6, 9)
"""The page in columns and rows; each cell gives at most its best patch."""
MIN_TEXTURE = 0.15
"""Print of a patch, as a share of the page's richest: below, there is hardly anything to compare."""
LIKE = 0.55
"""Correlation from which a patch counts as found."""
APART_MM = 0.9
"""A patch found further than this from where the plane of the others puts it was found at a wrong place."""
MIN_PATCHES = 6
"""Patches from which a plane may be fitted to print."""
MIN_SPREAD_MM = 60.0
"""Least width and height of what a plane is fitted to: from one paragraph it would swing."""
MIN_AGREEMENT = 0.5
"""Share of patches on the image that must be found in their places."""
REACHES_MM = (4.0, 1.5)
"""How far patches are looked for, pass by pass: each plane is better than the one before."""


@dataclass(frozen=True, eq=False)
class Patches:
    """Pieces of a page's blank: top left corners (n, 2) in mm, and pixels (n, height, width) at REFERENCE_PX_PER_MM."""

    origins: Points
    pixels: Grey

    @property
    def middles(self) -> Points:
        """(n, 2) mm."""
        height, width = self.pixels.shape[1:]
        middles: Points = self.origins + np.array([width, height]) / 2 / REFERENCE_PX_PER_MM
        return middles


@dataclass(frozen=True, eq=False)
class Agreement:
    """How the print of a page agrees with an image, patch by patch: only those whose place is on the image."""

    middles: Points
    """(n, 2) mm."""
    px: Points
    """Where each is most alike, (n, 2)."""
    likeness: Points
    """Correlation there, (n,), 0 to 1."""

    @property
    def share(self) -> float:
        """Share of patches found; 0 where there are too few."""
        return float((self.likeness >= LIKE).mean()) if len(self.likeness) >= MIN_PATCHES else 0.0


def patches_of(form: Form, page: int) -> Patches:
    """The patches of a form's page, at most one a cell of CELLS."""
    return _PATCHES.get(form, page, _patches_of)


_PATCHES: Kept[Patches] = Kept(256)
"""0.2 MB each."""


def _patches_of(form: Form, page: int) -> Patches:
    layout = form.layout.pages[page]
    reference = reference_page(form, page)
    width, height = (round(side * REFERENCE_PX_PER_MM) for side in PATCH_MM)
    texture = _texture(reference, layout, (width, height))
    rows, columns = (
        np.linspace(0, side, cells + 1).astype(int) for side, cells in zip(texture.shape, CELLS[::-1], strict=True)
    )
    least = MIN_TEXTURE * float(texture.max(initial=0.0))
    corners = []
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            _, most, _, (x, y) = cv2.minMaxLoc(texture[top:bottom, left:right])
            if most > max(least, 0.0):
                corners.append((left + x - width // 2, top + y - height // 2))
    origins = np.array(corners, np.float64).reshape(-1, 2) / REFERENCE_PX_PER_MM
    return Patches(origins, crop_reference(reference, origins, (height, width)))


def _texture(reference: Grey, layout: PageLayout, size: tuple[int, int]) -> Points:
    """How well a patch around each pixel would be found: print that changes both ways (Shi and Tomasi 1994); (height, width).

    Nothing where copies differ (page codes, stamps), and near the sheet's edge.
    """
    width, height = size
    across, down = (cv2.Sobel(reference, cv2.CV_32F, dx, 1 - dx) for dx in (1, 0))
    sums = [cv2.boxFilter(a * b, cv2.CV_32F, size) for a, b in ((across, across), (down, down), (across, down))]
    half, difference = (sums[0] + sums[1]) / 2, (sums[0] - sums[1]) / 2
    texture = np.asarray(half - np.sqrt(difference**2 + sums[2] ** 2), np.float64)
    for box in (*layout.code_boxes, *layout.ignore):
        _blot(texture, box, (width // 2, height // 2))
    texture[: height // 2] = texture[-height // 2 :] = 0
    texture[:, : width // 2] = texture[:, -width // 2 :] = 0
    return texture


def _blot(texture: Points, box: Box, margin: tuple[int, int]) -> None:
    x, y, w, h = (round(side * REFERENCE_PX_PER_MM) for side in box)
    left, top = max(0, x - margin[0]), max(0, y - margin[1])
    texture[top : y + h + margin[1], left : x + w + margin[0]] = 0


def find_print(view: View, patches: Patches, reach_mm: float) -> Agreement:
    """Look for each patch within `reach_mm` of its place (normalised cross-correlation, Lewis 1995)."""
    height, width = patches.pixels.shape[1:]
    here = _on_image(view, patches.middles)
    origins, pixels, middles = patches.origins[here], patches.pixels[here], patches.middles[here]
    reach = round(reach_mm * REFERENCE_PX_PER_MM)
    wide = cut(view, origins - reach / REFERENCE_PX_PER_MM, (height + 2 * reach, width + 2 * reach))
    shifts, likeness = np.zeros((len(origins), 2)), np.zeros(len(origins))
    for number, (image, piece) in enumerate(zip(wide, pixels, strict=True)):
        match = cv2.matchTemplate(image, piece, cv2.TM_CCOEFF_NORMED)
        _, peak, _, at = cv2.minMaxLoc(np.nan_to_num(match))
        shifts[number] = (np.array(at) - reach) / REFERENCE_PX_PER_MM
        likeness[number] = max(0.0, peak)
    return Agreement(middles, view.plane.to_px(middles + shifts), likeness)


def _on_image(view: View, middles: Points) -> npt.NDArray[np.bool_]:
    """Which points lie well on the image, (n,)."""
    if not len(middles):
        return np.zeros(0, bool)
    edge = view.plane.px_per_mm((float(middles[:, 0].mean()), float(middles[:, 1].mean()))) * PATCH_MM[1] / 2
    px = view.plane.to_px(middles)
    room = np.array(view.grey.shape[::-1]) - edge
    inside: npt.NDArray[np.bool_] = np.all((px >= edge) & (px <= room), axis=1)
    return inside


def settle(
    view: View,
    form: Form,
    page: int,
    fixed: tuple[Points, Points] | None = None,
    reaches_mm: Sequence[float] = REACHES_MM,
) -> tuple[Plane, float] | None:
    """A plane that the page's print agrees with, near the view's, and the share of patches that agree; None where none is.

    `fixed`: points in mm and in px of the view, (n, 2) each, that hold beside the print: the corners of markers.
    """
    patches = patches_of(form, page)
    plane = view.plane
    for reach in reaches_mm:
        found = find_print(View(view.grey, plane), patches, reach)
        fitted = _fitted(found, plane, fixed)
        if fitted is None:
            return None
        plane = fitted
    found = find_print(View(view.grey, plane), patches, APART_MM)
    return (plane, found.share) if found.share >= MIN_AGREEMENT else None


def _fitted(found: Agreement, plane: Plane, fixed: tuple[Points, Points] | None) -> Plane | None:
    """A homography through the patches that were found and agree with each other (MAGSAC++, Barath et al. 2020)."""
    good = found.likeness >= LIKE
    if good.sum() < MIN_PATCHES:
        return None
    mm, px = found.middles[good], found.px[good]
    if fixed is not None:
        mm, px = np.vstack([mm, fixed[0]]), np.vstack([px, fixed[1]])
    near = APART_MM * plane.px_per_mm((float(mm[:, 0].mean()), float(mm[:, 1].mean())))
    matrix, inliers = cv2.findHomography(mm, px, cv2.USAC_MAGSAC, near, maxIters=2000, confidence=0.999)
    if matrix is None or inliers.sum() < max(MIN_PATCHES, 0.5 * len(mm)):
        return None
    taken = inliers.ravel().astype(bool)
    if np.ptp(mm[taken], axis=0).min() < MIN_SPREAD_MM:
        return None
    matrix, _ = cv2.findHomography(mm[taken], px[taken], 0)
    return None if matrix is None else Plane(np.asarray(matrix, np.float64))

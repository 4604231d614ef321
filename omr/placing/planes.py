"""How a form's page lies on an image: from all four markers, or from what is left of them and the page's own print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from form_layouts.catalogue import Form
from form_layouts.layout import Box
from omr.errors import MarkersMissing, NoFormFound
from omr.geometry import MM_PER_INCH, Plane, Points, View, corners_of
from omr.image import PageImage
from omr.markers import Markers
from omr.placing.features import find_page, image_features, resolutions
from omr.placing.print_patches import settle

MAX_MARKER_RESIDUAL_MM = 1.5
"""Markers further apart from their layout than this do not belong to one flat sheet."""
STRAY_CORNER_MM = 0.25
"""A marker's corner further than this from where the others put it was found on a speck beside it."""
MIN_WORK_PX_PER_MM = 5.0
"""Resolution of the form at working scale below which marks are read on the full image: a sheet that fills half a photo."""
BLANK_REACHES_MM = (4.0, 1.5)
OUTLINE_REACHES_MM = (2.0, 1.2)
"""How far print is looked for, pass by pass.  Where only outlines are known, less than half the distance of two boxes."""

SCAN_SIZE = 0.2
"""An image is taken for a scan where its sides in mm are those of the sheet, give or take this share."""
SCAN_SCALE = (0.8, 1.1)
"""Printed size over designed size of a page that its print alone places on a scan: "fit to page" makes 0.93 of it."""
SCAN_SQUARE = 1.05
"""Longest over shortest side of a sheet on a scan, each over its true length: feeders stretch by up to 1 %."""


@dataclass(frozen=True, eq=False)
class MarkerFit:
    """A plane through markers, to px of the full image."""

    plane: Plane
    corners: tuple[int, ...]
    mm: Points
    px: Points
    """The markers' own corners, (n, 2)."""

    @property
    def residual_mm(self) -> float:
        return residual_mm(self.plane, self.mm, self.px)


def find_plane(image: PageImage, markers: Markers, form: Form, page: int) -> Plane:
    """The plane of a page whose form is known, to px of the full image.

    Raises MarkersMissing where markers and print do not suffice, NoFormFound where three markers contradict the layout.
    """
    places = form.layout.pages[page].markers
    for fit in fit_markers(markers, places):
        if len(fit.corners) == 4:
            return fit.plane
        plane = settled(image, form, page, fit.plane, fit)
        if plane is not None:
            return plane
    plane = _by_features(image, form, page)
    if plane is not None:
        return plane
    alone = next((fit for fit in fit_markers(markers, places) if len(fit.corners) == 3), None)
    if alone is not None:
        return alone.plane  # whether it holds, the fields' outlines tell
    if len(markers.corners) >= 3:
        raise NoFormFound()
    raise MarkersMissing(count=len(markers.corners))


def fit_markers(markers: Markers, places: Sequence[Box]) -> Iterator[MarkerFit]:
    """Planes that markers may have, the best founded first: all four, three, then two of them.

    Where they contradict each other, every three of four are tried: one of them may be something else.
    """
    seen = sorted(corner for corner in markers.corners if corner < len(places))
    for number in range(len(seen), 1, -1):
        fits = []
        for corners in combinations(seen, number):
            mm = np.vstack([corners_of(places[corner]) for corner in corners])
            px = np.vstack([markers.corners[corner] for corner in corners])
            fits += [MarkerFit(plane, corners, mm, px) for plane in _planes(mm, px, number)]
        flat = [fit for fit in fits if fit.residual_mm <= MAX_MARKER_RESIDUAL_MM]
        if flat:
            yield from sorted(flat, key=lambda fit: fit.residual_mm) if number > 3 else flat
            return


def _planes(mm: Points, px: Points, number: int) -> list[Plane]:
    if number == 4:
        return [_homography(mm, px)]
    if number == 3:  # flat first: where one corner has no points, a homography swings
        return [_affine(mm, px), _homography(mm, px)]
    return [_similarity(mm, px)]


def _homography(mm: Points, px: Points) -> Plane:
    """Through all corners but the few that stray."""
    kept = np.ones(len(mm), bool)
    while True:
        matrix, _ = cv2.findHomography(mm[kept], px[kept], 0)
        plane = Plane(np.asarray(matrix, np.float64))
        off = np.where(kept, distances_mm(plane, mm, px), 0.0)
        if off.max() <= STRAY_CORNER_MM or kept.sum() <= 0.75 * len(mm):
            return plane
        kept[int(off.argmax())] = False


def _affine(mm: Points, px: Points) -> Plane:
    solution, *_ = np.linalg.lstsq(np.column_stack([mm, np.ones(len(mm))]), px, rcond=None)
    return Plane(np.vstack([solution.T, [0.0, 0.0, 1.0]]))


def _similarity(mm: Points, px: Points) -> Plane:
    """Turned, moved and enlarged, but neither sheared nor mirrored (least squares)."""
    (x, y), (u, v) = (points.T for points in (mm, px))
    one, none = np.ones(len(mm)), np.zeros(len(mm))
    rows = np.vstack([np.column_stack([x, -y, one, none]), np.column_stack([y, x, none, one])])
    (a, b, c, d), *_ = np.linalg.lstsq(rows, np.concatenate([u, v]), rcond=None)
    return Plane(np.array([[a, -b, c], [b, a, d], [0.0, 0.0, 1.0]]))


def distances_mm(plane: Plane, mm: Points, px: Points) -> Points:
    """How far points lie from where a plane puts them, (n,)."""
    middle = (float(mm[:, 0].mean()), float(mm[:, 1].mean()))
    distances: Points = np.linalg.norm(plane.to_px(mm) - px, axis=1) / max(plane.px_per_mm(middle), 1e-6)
    return distances


def residual_mm(plane: Plane, mm: Points, px: Points) -> float:
    """The largest distance but of the few corners that stray."""
    return float(np.quantile(distances_mm(plane, mm, px), 0.75))


def settled(image: PageImage, form: Form, page: int, plane: Plane, fit: MarkerFit | None = None) -> Plane | None:
    """The plane mended by the page's print; None where the print is not there, or markers that were seen contradict it."""
    view = view_of(image, plane, form.layout.page_size)
    shrink = image.small.shrink if view.grey is image.small.grey else 1
    fixed = None if fit is None else (fit.mm, (fit.px + 0.5) / shrink - 0.5)
    found = settle(view, form, page, fixed, BLANK_REACHES_MM if form.blank else OUTLINE_REACHES_MM)
    if found is None:
        return None
    better = found[0].grown(shrink)
    if fit is not None and residual_mm(better, fit.mm, fit.px) > MAX_MARKER_RESIDUAL_MM:
        return None
    return better if _lies_as_scanned(image, better, form.layout.page_size) else None


def _lies_as_scanned(image: PageImage, plane: Plane, page_size: tuple[float, float]) -> bool:
    """Whether a sheet can lie so: in a scan, whose resolution tells its size, flat and about as large as it was printed."""
    if not plane.plausible(page_size):
        return False
    if image.dpi is None:
        return True
    sides = np.array(sorted(image.small.grey.shape)) * image.small.shrink / image.dpi * MM_PER_INCH
    if not np.allclose(sides, sorted(page_size), rtol=SCAN_SIZE):
        return True  # a photo that states some resolution
    scales = plane.side_scales(page_size) * MM_PER_INCH / image.dpi
    return bool(
        SCAN_SCALE[0] < scales.min() and scales.max() < SCAN_SCALE[1] and scales.max() < scales.min() * SCAN_SQUARE
    )


def view_of(image: PageImage, plane: Plane, page_size: tuple[float, float]) -> View:
    """The page at working scale, or in full where the sheet is only a small part of the image."""
    small = View(image.small.grey, plane.shrunk(image.small.shrink))
    middle = (page_size[0] / 2, page_size[1] / 2)
    if image.small.shrink > 1 and small.plane.px_per_mm(middle) < MIN_WORK_PX_PER_MM:
        return View(image.grey, plane)
    return small


def _by_features(image: PageImage, form: Form, page: int) -> Plane | None:
    """The page found by its print alone."""
    if form.blank is None:
        return None
    for px_per_mm in resolutions(image):
        found = find_page(image_features(image.small, px_per_mm), form, page)
        plane = settled(image, form, page, found.plane.grown(image.small.shrink)) if found else None
        if plane is not None:
            return plane
    return None

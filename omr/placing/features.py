"""Distinctive points of print, and a page found by them anywhere, any way up: SIFT (Lowe 2004), MAGSAC++ (Barath et al. 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.catalogue import Form
from omr.geometry import Plane
from omr.image import Grey, PageImage, Small
from omr.kept import Kept
from omr.reference import REFERENCE_PX_PER_MM, reference_page

FEATURES_PX_PER_MM = 3.0
"""Resolution at which points are looked for, about 75 dpi.  On 16 pages through office, fax, phone and copier the right
page had 430 inliers and more, another page of the same form at most 93; at 4 and 6 px/mm it was slower and told less."""
FINER_PX_PER_MM = 6.0
"""Resolution of a second look, where the first found nothing: a sheet that fills half of a photo."""
SHORT_MM = 210.0
"""Short side of the sheet that an image is taken for."""
FEATURES = 2500
"""Points kept of one page, the strongest."""
QUICK_FEATURES = 600
"""Of them compared where many pages are asked for."""
RATIO = 0.8
"""Lowe's ratio: how much nearer the best match must be than the second best."""
MIN_INLIERS = 60
"""A page of another form shows about 8 inliers, another page of the same form up to 93: print_patches tells those apart."""
INLIER_PX = 2.0
"""How far from the plane a point may lie, at FEATURES_PX_PER_MM: 0.7 mm, for paper that is not flat."""


@dataclass(frozen=True, eq=False)
class Features:
    """Points (n, 2), in mm on a form or in px on an image, the strongest first, and their descriptors (n, 128)."""

    points: npt.NDArray[np.float32]
    descriptors: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Found:
    """A page as found on an image: its plane to px of the working scale, and how many points agree."""

    plane: Plane
    inliers: int


def resolutions(image: PageImage) -> tuple[float, ...]:
    """Those at which points are looked for on an image, one after the other: a scan shows the whole sheet, a photo may not."""
    return (FEATURES_PX_PER_MM,) if image.dpi else (FEATURES_PX_PER_MM, FINER_PX_PER_MM)


def image_features(small: Small, px_per_mm: float = FEATURES_PX_PER_MM) -> Features:
    """The points of an image, in px of its working scale; `px_per_mm` if the sheet fills it."""
    scale = min(1.0, px_per_mm * SHORT_MM / min(small.grey.shape))
    found = _features(small.grey, scale)
    return Features((found.points + 0.5) / scale - 0.5, found.descriptors)


def page_features(form: Form, page: int) -> Features:
    """The points of a form's empty page, in mm."""
    return _FEATURES.get(form, page, _page_features)


_FEATURES: Kept[Features] = Kept(256)
"""0.4 MB each."""


def _page_features(form: Form, page: int) -> Features:
    found = _features(reference_page(form, page), FEATURES_PX_PER_MM / REFERENCE_PX_PER_MM)
    return Features((found.points + 0.5) / FEATURES_PX_PER_MM, found.descriptors)


def _features(grey: Grey, scale: float) -> Features:
    """In px of the image shrunk by `scale`."""
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    sift = cv2.SIFT.create(FEATURES)
    keypoints, descriptors = sift.detectAndCompute(np.asarray(small, np.uint8), None)
    if not keypoints:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
    order = np.argsort([-point.response for point in keypoints], kind="stable")
    points = np.array([point.pt for point in keypoints], np.float32)
    return Features(points[order], np.asarray(descriptors, np.uint8)[order])


def most_alike(image: Features, pages: Sequence[tuple[Form, int]], number: int) -> list[tuple[Form, int]]:
    """The `number` pages that share most points with an image, by their strongest points alone."""
    if len(pages) <= number:
        return list(pages)
    strongest = Features(image.points[:QUICK_FEATURES], image.descriptors[:QUICK_FEATURES])
    shared = []
    for form, page in pages:
        blank = page_features(form, page)
        quick = Features(blank.points[:QUICK_FEATURES], blank.descriptors[:QUICK_FEATURES])
        shared.append(len(_pairs(quick, strongest)))
    return [pages[place] for place in np.argsort(-np.array(shared), kind="stable")[:number]]


def find_page(image: Features, form: Form, page: int) -> Found | None:
    """Where a form's page lies on an image; None where it does not, or would lie mirrored."""
    blank = page_features(form, page)
    pairs = _pairs(blank, image)
    if len(pairs) < MIN_INLIERS:
        return None
    mm = blank.points[pairs[:, 0]] * FEATURES_PX_PER_MM
    matrix, inliers = cv2.findHomography(
        mm, image.points[pairs[:, 1]], cv2.USAC_MAGSAC, INLIER_PX * 2, maxIters=5000, confidence=0.999
    )
    if matrix is None or int(inliers.sum()) < MIN_INLIERS:
        return None
    plane = Plane(np.asarray(matrix, np.float64) @ np.diag([FEATURES_PX_PER_MM, FEATURES_PX_PER_MM, 1.0]))
    return Found(plane, int(inliers.sum())) if plane.plausible(form.layout.page_size) else None


def _pairs(blank: Features, image: Features) -> npt.NDArray[np.int64]:
    """Places in both of points that are each other's likeness, (n, 2)."""
    if len(blank.points) < 2 or len(image.points) < 2:
        return np.zeros((0, 2), np.int64)
    ours, theirs = (np.asarray(one.descriptors, np.float32) for one in (blank, image))  # seven times faster than bytes
    matches = cv2.BFMatcher(cv2.NORM_L2).knnMatch(ours, theirs, k=2)
    good = [(best.queryIdx, best.trainIdx) for best, second in matches if best.distance < RATIO * second.distance]
    return np.array(good, np.int64).reshape(-1, 2)

"""Forms that we did not print, recognised and registered by their blank page: SIFT (Lowe 2004) and MAGSAC++ (Barath et al. 2020)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from form_layouts.catalogue import Catalogue, Form
from form_layouts.errors import CrosscheckError
from omr.errors import BlankUnusable, SeveralFormsMatch
from omr.geometry import Plane
from omr.image import Grey, PageImage
from omr.pages import open_scan, page_image

MATCH_PX_PER_MM = 6.0
"""Resolution of the comparison, about 150 dpi."""
FEATURES = 6000
RATIO = 0.8
"""Lowe's ratio: how much nearer the best match must be than the second best."""
MIN_INLIERS = 60
"""A wrong page shows about 8 inliers, the right one more than 270 (measured on simulated scans)."""
ALIKE = 0.7
"""Share of the best blank's inliers from which a second blank is as good: then nobody knows which form this is."""
INLIER_PX = 2.5


@dataclass(frozen=True)
class BlankMatch:
    form: Form
    page: int
    plane: Plane
    inliers: int


def match_blank(grey: Grey, forms: Iterable[Form]) -> BlankMatch | None:
    """The form page whose blank this image shows; None where none is like it.  Raises SeveralFormsMatch where two are."""
    pages = [(form, number) for form in forms for number in range(len(form.layout.pages))]
    if not pages:
        return None
    texts = {barcode.text for barcode in zxingcpp.read_barcodes(np.ascontiguousarray(grey))}
    coded = [(form, number) for form, number in pages if form.layout.pages[number].code in texts]
    scale = MATCH_PX_PER_MM / (min(grey.shape) / min(pages[0][0].layout.page_size))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points, descriptors = _features(np.asarray(small, np.uint8))
    found = [_match(form, number, points, descriptors, scale) for form, number in coded or pages]
    matches = sorted((match for match in found if match), key=lambda match: -match.inliers)
    if len(matches) > 1 and matches[1].inliers >= ALIKE * matches[0].inliers:
        raise SeveralFormsMatch(forms=", ".join(sorted({match.form.layout.key for match in matches[:2]})))
    return matches[0] if matches else None


def check_blanks(catalogue: Catalogue) -> None:
    """Open the blank of every foreign form.

    Raises BlankUnusable where it does not open, or has another number of pages than fields.<language>.yaml.
    """
    for form in catalogue.foreign:
        assert isinstance(form.blank, Path)
        try:
            pages = open_scan(form.blank).pages
            for number in range(min(pages, len(form.layout.pages))):
                blank_page(form, number)
        except CrosscheckError as fault:
            raise BlankUnusable(
                path=form.blank, problem_en=fault.sentence("en"), problem_de=fault.sentence("de")
            ) from fault
        if pages != len(form.layout.pages):
            en = f"it has {pages} pages, fields.{form.layout.language}.yaml has {len(form.layout.pages)}"
            de = f"sie hat {pages} Seiten, fields.{form.layout.language}.yaml hat {len(form.layout.pages)}"
            raise BlankUnusable(path=form.blank, problem_en=en, problem_de=de)


def blank_page(form: Form, page: int) -> PageImage:
    """The blank of one page of a foreign form, as drawn from the form folder's PDF or PNG."""
    assert isinstance(form.blank, Path)
    return _blank_image(form.blank, page)


@lru_cache(maxsize=32)
def _blank_image(path: Path, page: int) -> PageImage:
    return page_image(open_scan(path), page)


@lru_cache(maxsize=64)
def _blank_features(path: Path, page: int, width_mm: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    grey = _blank_image(path, page).grey
    scale = MATCH_PX_PER_MM / (grey.shape[1] / width_mm)
    points, descriptors = _features(
        np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    )
    return points / MATCH_PX_PER_MM, descriptors


def _features(grey: Grey) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    keypoints, descriptors = cv2.SIFT.create(FEATURES).detectAndCompute(grey, None)
    if not keypoints:
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    return np.array([point.pt for point in keypoints], np.float32), np.asarray(descriptors, np.float32)


def _match(
    form: Form, page: int, points: npt.NDArray[np.float32], descriptors: npt.NDArray[np.float32], scale: float
) -> BlankMatch | None:
    assert isinstance(form.blank, Path)
    blank_mm, blank_descriptors = _blank_features(form.blank, page, form.layout.page_size[0])
    if len(points) < MIN_INLIERS or len(blank_mm) < MIN_INLIERS:
        return None
    pairs = cv2.BFMatcher().knnMatch(blank_descriptors, descriptors, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance]
    if len(good) < MIN_INLIERS:
        return None
    mm = np.array([blank_mm[match.queryIdx] for match in good])
    px = np.array([points[match.trainIdx] for match in good])
    matrix, inliers = cv2.findHomography(mm, px, cv2.USAC_MAGSAC, INLIER_PX, maxIters=5000, confidence=0.999)
    if matrix is None or int(inliers.sum()) < MIN_INLIERS:
        return None
    plane = Plane(np.diag([1 / scale, 1 / scale, 1.0]) @ np.asarray(matrix, np.float64))
    return BlankMatch(form, page, plane, int(inliers.sum()))

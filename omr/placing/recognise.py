"""A page recognised by what is printed on it: forms that we did not print, and ours where no page code can be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import zxingcpp

from form_layouts.catalogue import Form
from omr.errors import SeveralFormsMatch
from omr.geometry import Plane
from omr.image import PageImage
from omr.markers import Markers
from omr.placing.features import Features, find_page, image_features, most_alike, resolutions
from omr.placing.planes import fit_markers, settled, view_of
from omr.placing.print_patches import MIN_PATCHES, find_print, patches_of

COMPARED = 6
"""Pages of many that are compared with all their points, after a quick look at the strongest."""
ALIKE = 0.7
"""Share of the best blank's inliers from which a second blank is as good: then nobody knows which form this is."""
MIN_SHARE = 0.85
"""Share of a page's patches that must be found where a page is recognised without its code."""
CLEARLY = 0.15
"""By how much that share must be larger than the next best page's: two versions of a form may have pages alike to the letter."""
GUESSED_AMONG = 200
"""Pages of our forms up to which a guess is made: each is drawn once, in about 0.2 s."""
GUESSED_WITHOUT_MARKERS = 24
"""The same for a page that shows hardly a marker: most of these are letters and cover sheets."""
SEARCH_MM = 1.5
"""How far around its place each patch is looked for: markers alone put it there within a millimetre."""
Page = tuple[Form, int]


@dataclass(frozen=True)
class Recognised:
    """A form's page (from 0) on an image, its plane to px of the full image, and how well it fits: only to compare."""

    form: Form
    page: int
    plane: Plane
    fits: float


def recognise_foreign(image: PageImage, forms: Iterable[Form]) -> Recognised | None:
    """The form page whose blank this image shows; None where none is like it.  Raises SeveralFormsMatch where two are."""
    pages = _pages(forms)
    if not pages:
        return None
    pages = _coded(image, pages) or pages
    for px_per_mm in resolutions(image):
        found = _found(image, image_features(image.small, px_per_mm), pages)
        if len(found) > 1 and found[1].fits >= ALIKE * found[0].fits:
            raise SeveralFormsMatch(forms=", ".join(sorted({match.form.layout.key for match in found[:2]})))
        if found:
            return found[0]
    return None


def guess_ours(image: PageImage, markers: Markers, forms: Iterable[Form]) -> Recognised | None:
    """Which page of our forms this is, by its print alone; None unless one page is clearly more alike than every other."""
    pages = [(form, page) for form, page in _pages(forms) if form.blank is not None]
    if not pages or len(pages) > (GUESSED_AMONG if len(markers.corners) >= 2 else GUESSED_WITHOUT_MARKERS):
        return None
    found = _at_markers(image, markers, pages) if len(markers.corners) >= 3 else []
    if not found:
        points = image_features(image.small)
        found = [_alike(image, match) for match in _found(image, points, pages)]
    found = sorted(found, key=lambda match: -match.fits)
    if not found or found[0].fits < MIN_SHARE:
        return None
    if len(found) > 1 and found[1].fits > found[0].fits - CLEARLY:
        return None
    best = found[0]
    plane = settled(image, best.form, best.page, best.plane)
    return None if plane is None else Recognised(best.form, best.page, plane, best.fits)


def _pages(forms: Iterable[Form]) -> list[Page]:
    return [(form, page) for form in forms for page in range(len(form.layout.pages))]


def _coded(image: PageImage, pages: Sequence[Page]) -> list[Page]:
    """Those pages that carry a code which is on the image."""
    codes = {form.layout.pages[page].code for form, page in pages} - {None}
    if not codes:
        return []
    texts = {barcode.text for barcode in zxingcpp.read_barcodes(np.ascontiguousarray(image.small.grey))}
    if not texts & codes:
        texts = {barcode.text for barcode in zxingcpp.read_barcodes(np.ascontiguousarray(image.grey))}
    return [(form, page) for form, page in pages if form.layout.pages[page].code in texts]


def _found(image: PageImage, points: Features, pages: Sequence[Page]) -> list[Recognised]:
    """Pages that lie on the image, those with most common points first; `fits` is their number."""
    found = []
    for form, page in most_alike(points, pages, COMPARED):
        match = find_page(points, form, page)
        if match is None:
            continue
        plane = match.plane.grown(image.small.shrink)
        if len(patches_of(form, page).origins) >= MIN_PATCHES:
            better = settled(image, form, page, plane)
            if better is None:
                continue
            plane = better
        found.append(Recognised(form, page, plane, float(match.inliers)))
    return sorted(found, key=lambda match: -match.fits)


def _at_markers(image: PageImage, markers: Markers, pages: Sequence[Page]) -> list[Recognised]:
    """Pages whose markers lie as these do, with the share of their print that is there."""
    found = []
    for form, page in pages:
        fit = next(fit_markers(markers, form.layout.pages[page].markers), None)
        if fit is not None and len(fit.corners) >= 3 and fit.plane.plausible(form.layout.page_size):
            found.append(_alike(image, Recognised(form, page, fit.plane, 0.0)))
    return found


def _alike(image: PageImage, match: Recognised) -> Recognised:
    """The same, with the share of its patches that are in their places."""
    view = view_of(image, match.plane, match.form.layout.page_size)
    share = find_print(view, patches_of(match.form, match.page), SEARCH_MM).share
    return Recognised(match.form, match.page, match.plane, share)

"""Layout mm <-> image px: markers give the page's plane, printed outlines the last tenths of a millimetre at each field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from form_layouts.catalogue import Form
from form_layouts.layout import Box
from omr.errors import PoorRegistration
from omr.fields import GOOD_OUTLINE, NEIGHBOURS, Fields, find_fields
from omr.geometry import Plane, Points, View
from omr.identify import Identity
from omr.image import Grey, PageImage
from omr.markers import Markers
from omr.placing.planes import find_plane, settled, view_of
from omr.printed_fields import printed_fields
from omr.reference import reference_page

MIN_FIELDS_FOUND = 0.3
"""Share of fields whose outline must be seen; below, the page is not where we think.  A form whose every field a felt
pen wrote over shows 0.48, one looked at 4 mm and more off its place at most 0.17."""
WELL_FOUND = 0.9
FAR_MM = 0.7
"""Where fewer outlines are seen, or one in ten lies further from its place, the plane is mended by the page's print and
the fields are looked for again."""
ORDINARY_CONTRAST = 200.0
"""Grey levels between paper and print where no outline was found that shows it."""


@dataclass(frozen=True)
class Registration:
    """Where a form's page lies on the image."""

    form: Form
    page: int
    """Of the form, from 0."""
    image: PageImage
    plane: Plane
    """To px of the full image."""
    view: View
    """The image on which marks are read."""
    reference: Grey
    checkboxes: Fields
    """The page's checkboxes in the layout's order, then its warm-up box."""
    cells: Fields
    corners_seen: int | None

    @property
    def outlines(self) -> Points:
        """How well each field's print was found, (n,): checkboxes, warm-up box, cells."""
        return np.concatenate([self.checkboxes.outline, self.cells.outline])

    @property
    def contrast(self) -> float:
        """Grey levels between paper and full print on this page."""
        return self.checkboxes.contrast or self.cells.contrast or ORDINARY_CONTRAST

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

    Raises MarkersMissing where markers and print do not say how the sheet lies, NoFormFound where three markers
    contradict the layout, PoorRegistration where the printed outlines are not there.
    """
    if identity.plane is not None:
        plane, seen = identity.plane, None
    else:
        plane, seen = find_plane(image, markers, identity.form, identity.page), len(markers.corners)
    registration = _registered(image, plane, identity, seen)
    if _far_off(registration):
        better = settled(image, identity.form, identity.page, plane)
        if better is not None:
            again = _registered(image, better, identity, seen)
            registration = max(registration, again, key=lambda one: float(one.outlines.sum()))
    found, total = int((registration.outlines >= GOOD_OUTLINE).sum()), len(registration.outlines)
    if found < MIN_FIELDS_FOUND * total:
        raise PoorRegistration(found=found, total=total)
    return registration


def _far_off(registration: Registration) -> bool:
    """Whether many fields lie near the limit of where they are looked for, or beyond it: the sheet slipped in the feeder."""
    if not len(registration.outlines):
        return False
    good = registration.outlines >= GOOD_OUTLINE
    shifts = np.linalg.norm(np.vstack([registration.checkboxes.shifts, registration.cells.shifts]), axis=1)
    return bool(good.mean() < WELL_FOUND or (shifts[good] > FAR_MM).mean() > 0.1)


def _registered(image: PageImage, plane: Plane, identity: Identity, seen: int | None) -> Registration:
    """Each field of the page, looked for where this plane puts it."""
    reference = reference_page(identity.form, identity.page)
    view = view_of(image, plane, identity.form.layout.page_size)
    checkboxes, cells = (find_fields(view, printed) for printed in printed_fields(identity.form, identity.page))
    return Registration(identity.form, identity.page, image, plane, view, reference, checkboxes, cells, seen)

"""A page laid flat shows each place of the form where the plane and the fields' shifts put it."""

from pathlib import Path

import numpy as np
import pytest

from form_layouts.catalogue import Form
from form_layouts.form_folder import load_form_folder
from form_layouts.typesetting import typeset
from omr.fields import Fields
from omr.geometry import Plane, Points, View
from omr.image import PageImage
from omr.notes.flat_page import flattened
from omr.registration import Registration

FORM = Path(__file__).parent.parent / "forms" / "small" / "2025-02"
PX_PER_MM = 2.5
EVEN = np.array([[5.9, 0.05, 12.0], [-0.05, 5.9, 25.0], [0.0, 0.0, 1.0]])
UPSIDE_DOWN = np.array([[-5.9, 0.03, 1230.0], [-0.03, -5.85, 1745.0], [0.0, 0.0, 1.0]])
PHOTO = np.array([[5.2, 0.3, 60.0], [0.1, 5.0, 80.0], [2e-4, 3e-4, 1.0]])


def waves(px: Points) -> Points:
    """Grey at places (..., 2) of an image: at most 2.5 levels from pixel to pixel."""
    return np.asarray(128 + 100 * np.sin(px[..., 0] / 40) * np.cos(px[..., 1] / 40), np.float64)


@pytest.mark.parametrize("matrix", [EVEN, UPSIDE_DOWN, PHOTO], ids=["even", "upside down", "photo"])
@pytest.mark.parametrize("slip", [0.0, 0.8], ids=["still", "slipped"])
def test_every_place_is_where_the_plane_and_the_shifts_put_it(matrix: Points, slip: float) -> None:
    asked = load_form_folder(FORM)
    form = Form(asked.questionnaire, typeset(asked, "de").layout)
    plane = Plane(matrix)
    grey = np.rint(waves(np.stack(np.meshgrid(np.arange(1240.0), np.arange(1754.0)), axis=-1))).astype(np.uint8)
    everywhere = tuple((20.0, float(y), 5.0, 5.0) for y in range(20, 280, 10))
    shifts = np.full((len(everywhere), 2), slip)
    none = Fields((), np.zeros((0, 2)), np.zeros(0))
    fields = Fields(everywhere, shifts, np.ones(len(everywhere)))
    view = View(grey, plane)
    page = PageImage(grey, 150, "page", 0)
    registration = Registration(form, 0, page, plane, view, grey, fields, none, 4)
    flat = flattened(view, registration, (740, 525), PX_PER_MM)
    mm = (np.stack(np.meshgrid(np.arange(525.0), np.arange(740.0)), axis=-1) + 0.5) / PX_PER_MM
    px = plane.to_px(mm.reshape(-1, 2) + slip).reshape(740, 525, 2)
    within = ((px > 0) & (px < [1239, 1753])).all(axis=-1)
    off = np.abs(flat - waves(px))[within]
    assert off.max() < 3
    assert off.mean() < 0.6

"""A photo of a sheet: all of it must be in the picture, on a desk, and look as if somebody held a phone over it."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.pen import Page
from simulation.photo import LONG_SIDE, SHORT_SIDE, Camera, draw_camera, photograph


def _page() -> Page:
    """A small white A4 sheet with a grey frame around, and a black square at its top left."""
    page = np.full((702, 496), 255, np.uint8)
    page[20:80, 20:80] = 0
    return page


def test_a_photo_from_straight_above_shows_the_sheet_as_it_is() -> None:
    photo = photograph(_page(), Camera(fills=0.9, desk=60), np.random.default_rng(0))
    assert photo.shape == (LONG_SIDE, SHORT_SIDE)
    middle = photo[LONG_SIDE // 2 - 50 : LONG_SIDE // 2 + 50, SHORT_SIDE // 2 - 50 : SHORT_SIDE // 2 + 50]
    assert middle.mean() == pytest.approx(243, abs=2)
    assert photo[:20].mean() < 120
    square = np.argwhere(photo[300:1200, 300:1200] < 25)
    assert len(square) > 20_000


@pytest.mark.parametrize("seed", range(4))
def test_the_whole_sheet_is_in_the_picture_however_the_phone_is_held(seed: int) -> None:
    """A sheet cut off by the picture's edge would be a photo that nobody sends."""
    rng = np.random.default_rng(seed)
    camera = draw_camera(rng)
    plain = Camera(camera.pitch_deg, camera.yaw_deg, camera.roll_deg, camera.fills, camera.rotation, desk=40)
    photo = photograph(_page(), plain, rng)
    assert photo.shape in ((LONG_SIDE, SHORT_SIDE), (SHORT_SIDE, LONG_SIDE))
    edges = np.concatenate([photo[0], photo[-1], photo[:, 0], photo[:, -1]])
    assert (edges > 230).mean() < 0.01
    assert (photo > 230).mean() > 0.2


def test_shadow_and_lamp_make_the_light_uneven_and_the_same_seed_the_same_photo() -> None:
    camera = Camera(darkest=0.5, shadow=0.5, blur_px=1.0, noise=3.0, desk=120)
    photos = [photograph(np.full((702, 496), 255, np.uint8), camera, np.random.default_rng(5)) for _ in range(2)]
    assert photos[0].tobytes() == photos[1].tobytes()
    middle = photos[0][600:3400:200, 800:2200:200].astype(float)
    assert middle.max() > 1.5 * middle.min()

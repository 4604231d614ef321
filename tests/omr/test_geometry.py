"""Where a page lies on an image, whatever happened to its corners, its codes and its feeder; and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations

import cv2
import numpy as np
import pytest

from form_layouts.catalogue import Catalogue, Form, Reprint
from form_layouts.layout import PageLayout
from omr.debug import DebugWriter
from omr.errors import CodeUnreadable, NoFormFound, RejectedPage
from omr.geometry import Plane, Points, corners_of
from omr.identify import Identity, identify
from omr.image import PageImage
from omr.markers import find_markers
from omr.registration import Registration, register
from simulation.damage import slip, stain
from simulation.pen import Page
from tests.omr.sheets import DPI, PIXELS, everyday, read, whiten

QUIET = DebugWriter()
DESK = 105
GOOD_MM = 0.6
"""Of a plane, at any field: half of what fields are looked for beyond it."""


@cache
def published(language: str = "de", seed: int = 5) -> Form:
    """The everyday form with its words, as a published one has them."""
    copy = everyday(language, seed)
    return Form(copy.folder.questionnaire, copy.layout, Reprint(copy.folder, copy.layout.language))


def clean() -> Page:
    """The German everyday page, filled in, before any scanner."""
    return everyday().pages[0].copy()


def layout() -> PageLayout:
    return everyday().layout.pages[0]


def without_markers(*corners: int, grey: int = 255) -> Page:
    page = clean()
    for corner in corners:
        x, y, w, h = layout().markers[corner]
        whiten(page, (x - 1, y - 1, w + 2, h + 2), grey)
    return page


def without_codes(page: Page, *codes: int) -> Page:
    for code in codes or (0, 1):
        whiten(page, layout().code_boxes[code])
    return page


def found(page: Page, *forms: Form, dpi: float | None = DPI) -> tuple[Identity, Registration]:
    """What a reader makes of a page: which it is, and where it lies."""
    image = PageImage(page, dpi, "scan", 0)
    markers = find_markers(image, QUIET)
    identity = identify(image, markers, Catalogue(list(forms or (published(),))), QUIET)
    return identity, register(image, markers, identity)


def off_mm(registration: Registration, truth: Points) -> float:
    """How far the plane puts the worst of all field corners from its place; `truth` maps px of the clean page to px."""
    boxes = [box for field in layout().fields for box in field.boxes]
    mm = np.vstack([corners_of(box) for box in boxes])
    right = Plane(truth @ np.diag([PIXELS, PIXELS, 1.0]))
    off = np.linalg.norm(registration.plane.to_px(mm) - right.to_px(mm), axis=1)
    return float(off.max()) / right.px_per_mm((105.0, 148.0))


def photo(
    page: Page, corners: Sequence[tuple[float, float]], size: tuple[int, int] = (2400, 3200)
) -> tuple[Page, Points]:
    """The sheet on a desk, its corners at these places (shares of the photo's width and height), half of it in shadow."""
    height, width = page.shape
    sheet = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(sheet, (np.array(corners) * size).astype(np.float32)), np.float64)
    rng = np.random.default_rng(4)
    desk = np.asarray(cv2.resize(rng.normal(DESK, 25, (80, 12)).astype(np.float32), size), np.float32)
    seen = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA)
    covered = cv2.warpPerspective(np.full_like(page, 255), matrix, size) > 0
    light = np.linspace(0.55, 1.0, size[0])[None, :] * np.where(np.arange(size[1]) < 0.4 * size[1], 0.75, 1.0)[:, None]
    lit = np.where(covered, np.asarray(seen, np.float32), desk) * light + rng.normal(0, 3, (size[1], size[0]))
    return np.clip(lit, 0, 255).astype(np.uint8), matrix


ANGLED = ((0.14, 0.09), (0.88, 0.15), (0.95, 0.93), (0.06, 0.86))
SMALL = ((0.22, 0.2), (0.83, 0.17), (0.86, 0.82), (0.19, 0.85))
"""Four tenths of the photo."""
STRAIGHT = np.eye(3)

# ---- corners --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("corners", list(combinations(range(4), 2)))
def test_two_markers_and_the_page_s_print_say_how_it_lies(corners: tuple[int, int]) -> None:
    """Torn, folded and stapled corners come in pairs where sheets were bound."""
    identity, registration = found(without_markers(*corners))
    assert (identity.guessed, registration.corners_seen) == (False, 2)
    assert off_mm(registration, STRAIGHT) < GOOD_MM


@pytest.mark.parametrize("corners", [(0, 1, 2), (1, 2, 3), (0, 1, 2, 3)])
def test_a_code_and_the_page_s_print_suffice_without_markers(corners: tuple[int, ...]) -> None:
    identity, registration = found(np.ascontiguousarray(np.rot90(without_markers(*corners), 2)))
    height, width = clean().shape
    assert identity.guessed is False
    assert off_mm(registration, np.array([[-1.0, 0, width - 1], [0, -1, height - 1], [0, 0, 1]])) < GOOD_MM


def test_a_page_of_which_only_the_outlines_are_known_needs_two_markers() -> None:
    """Its words were not kept: rows of boxes alone fit in more than one place."""
    bare = everyday().form
    _, registration = found(without_markers(0, 2), bare)
    assert off_mm(registration, STRAIGHT) < GOOD_MM
    with pytest.raises(RejectedPage) as caught:
        found(without_markers(0, 1, 2), bare)
    assert caught.value.reason == "corner_markers_missing"


def test_a_speck_at_a_marker_s_corner_does_not_move_the_page() -> None:
    page = clean()
    x, y, _, h = layout().markers[2]
    cv2.circle(page, (round((x - 0.2) * PIXELS), round((y + h - 0.5) * PIXELS)), 6, 20, -1)
    _, registration = found(page)
    assert off_mm(registration, STRAIGHT) < 0.1


@pytest.mark.parametrize("turned", [False, True])
def test_a_streak_through_both_left_markers_hides_neither(turned: bool) -> None:
    page = clean()
    x, _, w, _ = layout().markers[0]
    left = round((x + 0.4 * w) * PIXELS)
    page[:, left : left + 5] = 40
    if turned:
        page = np.ascontiguousarray(np.rot90(page))
    assert sorted(find_markers(PageImage(page, DPI, "scan", 0), QUIET).corners) == [0, 1, 2, 3]


# ---- photos and feeders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [(), (2,), (0,), (1, 3), (2, 3)])
def test_a_photo_at_an_angle_is_registered(lost: tuple[int, ...]) -> None:
    image, matrix = photo(without_markers(*lost), ANGLED)
    _, registration = found(image, dpi=None)
    assert registration.corners_seen == 4 - len(lost)
    assert off_mm(registration, matrix) < GOOD_MM


@pytest.mark.parametrize("lost", [(), (0, 1, 2, 3)])
def test_a_sheet_that_fills_less_than_half_of_a_photo_is_registered(lost: tuple[int, ...]) -> None:
    image, matrix = photo(without_markers(*lost), SMALL)
    _, registration = found(image, dpi=None)
    assert off_mm(registration, matrix) < GOOD_MM


@pytest.mark.parametrize("lost", [(), (0,), (0, 3)])
def test_a_sheet_that_slipped_a_millimetre_in_the_feeder_shows_all_its_fields(lost: tuple[int, ...]) -> None:
    """Uneven along the page: no plane follows it, the fields' own search must."""
    page = slip(without_markers(*lost), 1.0, np.random.default_rng(3))
    _, registration = found(page)
    assert (registration.checkboxes.outline > 0.5).mean() > 0.97


@pytest.mark.parametrize("angle", [10, -10])
def test_a_page_ten_degrees_askew_whose_corners_are_cut_off_is_registered(angle: float) -> None:
    height, width = clean().shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    page = cv2.warpAffine(clean(), turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=250.0)
    _, registration = found(np.asarray(page, np.uint8))
    assert off_mm(registration, np.vstack([turn, [0, 0, 1]])) < GOOD_MM


# ---- identity -------------------------------------------------------------------------------------------------


def test_a_code_under_a_pen_is_read_from_the_other_one_s_clean_half() -> None:
    """Both say the same: what is black on one of them only is no part of it."""
    page = clean()
    (x, y, w, h), (left, top, _, _) = layout().code_boxes
    whiten(page, (x, y, 0.55 * w, h), 20)
    whiten(page, (left + 0.6 * w, top, 0.4 * w, h), 20)
    assert found(page)[0].guessed is False


def test_codes_under_coffee_are_read() -> None:
    page, rng = clean(), np.random.default_rng(8)
    for box in layout().code_boxes:
        page = stain(page, box, "coffee", rng)
    assert found(page)[0].guessed is False


@pytest.mark.parametrize("lost", [(), (0, 1), (0, 1, 2, 3)])
def test_a_page_without_a_code_is_guessed_among_languages_and_says_so(lost: tuple[int, ...]) -> None:
    forms = [published(language, seed) for language, seed in (("de", 5), ("uk", 50), ("tr", 49))]
    identity, registration = found(without_codes(without_markers(*lost)), *forms)
    assert (identity.guessed, identity.copy, identity.form.layout.language) == (True, 0, "de")
    assert off_mm(registration, STRAIGHT) < GOOD_MM


def test_nothing_on_a_guessed_page_is_accepted_without_a_person() -> None:
    reading = read(without_codes(clean()), Catalogue([published()]))
    assert reading.kind == "page"
    assert "identity_guessed" in {finding.kind for finding in reading.findings}
    assert reading.identity is not None
    assert reading.identity.copy_number is None
    assert not any(answer.accepted for answer in reading.answers.values())
    assert all("identity_guessed" in answer.reasons for answer in reading.answers.values())


def test_a_page_that_looks_like_two_of_our_forms_is_not_guessed() -> None:
    """Another version may differ in a code list alone: its print says nothing."""
    form = published()
    twin = Form(form.questionnaire, form.layout.model_copy(update={"version": "2"}), form.blank)
    with pytest.raises(CodeUnreadable):
        found(without_codes(clean()), form, twin)


@pytest.mark.parametrize("lost", [(), (0, 1, 2, 3)])
def test_a_page_of_another_language_is_not_taken_for_the_nearest(lost: tuple[int, ...]) -> None:
    """Same boxes, same places, other words: the form in the pile is not among those known."""
    with pytest.raises((CodeUnreadable, NoFormFound)):
        found(without_codes(without_markers(*lost)), published("uk", 50), published("ro", 47))


# ---- what cannot be -------------------------------------------------------------------------------------------


def test_a_mirrored_page_is_never_read() -> None:
    """No scanner mirrors: a page that shines through does, and its answers would be another side's."""
    with pytest.raises(RejectedPage):
        found(np.ascontiguousarray(without_markers(0, 1, 2, 3)[:, ::-1]))


@pytest.mark.parametrize(
    ("matrix", "can_be"),
    [
        ([[10, 0, 0], [0, 10, 0], [0, 0, 1]], True),
        ([[0, -10, 3000], [10, 0, 0], [0, 0, 1]], True),
        ([[10, 1, 0], [0, 9, 0], [0, 0.001, 1]], True),
        ([[-10, 0, 2100], [0, 10, 0], [0, 0, 1]], False),
        ([[10, 0, 0], [0, 3, 0], [0, 0, 1]], False),
        ([[10, 0, 0], [0, 10, 0], [0, -0.005, 1]], False),
    ],
    ids=["straight", "turned", "at an angle", "mirrored", "squeezed", "behind the camera"],
)
def test_a_plane_is_believed_only_where_a_sheet_can_lie_so(matrix: list[list[float]], can_be: bool) -> None:
    assert Plane(np.array(matrix, np.float64)).plausible((210.0, 297.0)) is can_be


def test_a_plane_shrunk_and_grown_is_the_same() -> None:
    plane = Plane(np.array([[11.8, 0.2, 30], [-0.1, 11.7, 12], [1e-5, 2e-5, 1]]))
    points = np.array([[0.0, 0.0], [210.0, 297.0], [20.0, 250.0]])
    assert plane.shrunk(4).grown(4).to_px(points) == pytest.approx(plane.to_px(points))

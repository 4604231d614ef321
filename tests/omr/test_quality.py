"""The quality of a scan: what is found on pages with one known defect, and that ordinary office pages have none."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from omr.debug import DebugWriter
from omr.geometry import Plane, View, corners_of
from omr.image import PageImage
from omr.markers import find_markers
from omr.quality import beyond_image, jpeg_quality, page_quality, print_look, stretch
from omr.reading import Finding
from simulation.pen import Page
from simulation.scanner import OFFICE, Scanner, scan
from tests.omr.sheets import everyday

LAYOUT = everyday().layout
PAGE = LAYOUT.pages[0]
BARE = PAGE.model_copy(update={"markers": ()})
"""The same page as if we had not printed it: sharpness is then seen at its outlines."""


def plane_of(page: Page) -> Plane:
    corners = find_markers(PageImage(page, 300, "scan.png", 0), DebugWriter()).corners
    mm = np.vstack([corners_of(PAGE.markers[corner]) for corner in sorted(corners)])
    px = np.vstack([corners[corner] for corner in sorted(corners)])
    return Plane(np.asarray(cv2.findHomography(mm, px, 0)[0], np.float64))


def half(page: Page, plane: Plane) -> View:
    small = cv2.resize(page[: page.shape[0] // 2 * 2, : page.shape[1] // 2 * 2], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)  # fmt: skip
    return View(np.asarray(small, np.uint8), plane.shrunk(2))


def scanned(scanner: Scanner, seed: int = 1) -> Page:
    return scan(everyday().pages[0], scanner, np.random.default_rng(seed))


@cache
def clean() -> Page:
    return scanned(Scanner(noise=2.5, skew_deg=0.4))


def kinds(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.kind for finding in findings]


def found(page: Page, shrink: int = 2, **known: Any) -> list[str]:
    plane = plane_of(page)
    view = half(page, plane) if shrink == 2 else View(page, plane)
    return kinds(page_quality(view, LAYOUT, 0, shrink=shrink, **known))


@pytest.mark.parametrize("blur_mm", [0.1, 0.15, 0.2, 0.25])
def test_the_blur_measured_at_half_scale_is_the_blur_that_was_made(blur_mm: float) -> None:
    page = scanned(Scanner(noise=2.5, skew_deg=0.4, blur_mm=blur_mm))
    look = print_look(half(page, plane_of(page)), PAGE)
    assert look is not None
    assert look.blur_mm == pytest.approx(blur_mm, abs=0.025)


@pytest.mark.parametrize("shrink", [1, 2])
def test_sampling_alone_is_no_blur(shrink: int) -> None:
    page, plane = clean(), plane_of(clean())
    look = print_look(half(page, plane) if shrink == 2 else View(page, plane), PAGE)
    assert look is not None
    assert look.blur_mm < 0.09


@pytest.mark.parametrize("seed", range(6))
def test_an_ordinary_office_scan_has_no_finding(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scanner = replace(OFFICE.draw(rng), rotation=seed % 4 * 90)
    assert found(scan(everyday().pages[0], scanner, rng)) == []


DEFECTS: dict[str, tuple[str, Scanner]] = {
    "out of focus": ("blurred", Scanner(noise=2, blur_mm=0.28)),
    "dark": ("dark", Scanner(noise=2, brightness=-110)),
    "little contrast": ("low_contrast", Scanner(noise=2, contrast=0.35, brightness=20)),
    "pale toner": ("light_print", Scanner(noise=2, contrast=0.5, brightness=75)),
    "stretched by the feeder": ("stretched", Scanner(noise=2, stretch=(1.0, 0.985))),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_and_nothing_else(name: str) -> None:
    finding, scanner = DEFECTS[name]
    assert found(scanned(scanner)) == [finding]


def test_a_scan_at_120_dpi_is_too_coarse_and_one_at_150_is_not() -> None:
    assert found(scanned(Scanner(noise=2, dpi=120)), shrink=1) == ["low_resolution"]
    assert found(scanned(Scanner(noise=2, dpi=150)), shrink=1) == []


def test_the_scale_of_the_working_image_does_not_count_for_the_resolution() -> None:
    """Half of 300 dpi is 150: the scan is fine, whatever it is looked at."""
    view = half(clean(), plane_of(clean()))
    assert kinds(page_quality(view, LAYOUT, 0, shrink=2)) == []
    assert kinds(page_quality(view, LAYOUT, 0, shrink=1)) == []
    quarter = View(view.grey[::2, ::2], view.plane.shrunk(2))
    assert "low_resolution" in kinds(page_quality(quarter, LAYOUT, 0, shrink=1))


CUTS: dict[str, tuple[Callable[[Page], Page], bool]] = {
    "the left third": (lambda page: page[:, page.shape[1] // 3 :], True),
    "the right third": (lambda page: page[:, : page.shape[1] * 2 // 3], True),
    "the upper half": (lambda page: page[page.shape[0] // 2 :], True),
    "the lower half": (lambda page: page[: page.shape[0] // 2], True),
    "a strip of white": (lambda page: page[20:, 20:-20], False),
}


@pytest.mark.parametrize("name", CUTS)
def test_fields_beyond_the_edge_are_named_and_no_others(name: str) -> None:
    """Each box is held against the part of the picture that is left."""
    cut, lost = CUTS[name]
    page, plane = clean(), plane_of(clean())
    left = cut(page)
    down, across = _moved(page, left)
    moved = Plane(np.array([[1, 0, -across], [0, 1, -down], [0, 0, 1]]) @ plane.matrix)
    boxes = [field.box for field in PAGE.checkboxes]
    named = beyond_image(moved, left.shape, boxes)
    inside = [bool(((at := moved.to_px(corners_of(box))) > 4).all() and (at < [left.shape[1] - 5, left.shape[0] - 5]).all()) for box in boxes]  # fmt: skip
    assert [not one for one in inside] == named.tolist()
    assert bool(named.any()) == lost
    assert ("cut_off" in kinds(page_quality(View(left, moved), LAYOUT, 0))) == lost


def _moved(page: Page, left: Page) -> tuple[int, int]:
    """Rows and columns that a view into `page` begins behind it."""
    offset = int(left.__array_interface__["data"][0] - page.__array_interface__["data"][0])
    return offset // page.strides[0], offset % page.strides[0]


def test_no_box_is_beyond_where_there_is_none() -> None:
    assert beyond_image(plane_of(clean()), clean().shape, []).tolist() == []


def test_a_photo_from_an_angle_is_not_taken_for_a_stretched_page() -> None:
    tilted = Plane(np.array([[8.0, 0.3, 100.0], [0.1, 7.0, 80.0], [0.0001, 0.0004, 1.0]]))
    assert stretch(tilted, LAYOUT.page_size) is None
    flat = Plane(np.array([[8.0, 0.0, 100.0], [0.0, 7.9, 80.0], [0.0, 0.0, 1.0]]))
    assert stretch(flat, LAYOUT.page_size) == pytest.approx(8 / 7.9)


def test_a_form_printed_elsewhere_shows_its_blur_at_its_outlines() -> None:
    sharp = print_look(half(clean(), plane_of(clean())), BARE)
    page = scanned(Scanner(noise=2.5, skew_deg=0.4, blur_mm=0.3))
    soft = print_look(half(page, plane_of(page)), BARE)
    assert sharp is not None
    assert soft is not None
    assert sharp.blur_mm < 0.1 < 0.2 < soft.blur_mm
    assert soft.ink is None


def test_a_page_without_print_where_it_should_be_says_nothing() -> None:
    white = np.full((1754, 1240), 250, np.uint8)
    view = View(white, Plane(np.diag([5.9, 5.9, 1.0])))
    assert print_look(view, PAGE) is None
    assert print_look(view, BARE) is None


@pytest.mark.parametrize("quality", [25, 39, 50, 75, 92])
def test_the_quality_of_a_jpeg_is_known_from_its_tables(quality: int) -> None:
    for mode in ("L", "RGB"):
        data = io.BytesIO()
        Image.fromarray(clean()[:400, :400]).convert(mode).save(data, "JPEG", quality=quality)
        assert jpeg_quality(data.getvalue()) == pytest.approx(quality, abs=1)


def test_bytes_that_are_no_jpeg_have_no_quality() -> None:
    assert [jpeg_quality(data) for data in (b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n" + bytes(200))] == [None, None, None]


def test_strong_compression_is_a_finding() -> None:
    assert found(clean(), compression=30) == ["strong_compression"]
    assert found(clean(), compression=75) == []

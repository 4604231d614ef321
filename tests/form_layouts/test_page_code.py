"""The page code and the corner markers: what they say and what they look like."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import zxingcpp

from form_layouts.errors import PageCodeTooLong
from form_layouts.page_code import (
    MARKER_MODULES,
    PageCode,
    code_boxes,
    code_modules,
    marker_modules,
    parse_page_code,
    room_for_name,
)

CODE = PageCode("arrival-needs", "2025-02", 1, "de", 2, 4, 17, False, "0AF3")
CODES = [
    CODE,
    PageCode("everyday", "1", 99, "zh-hans", 40, 40, 999999, True, "FFFF"),
    PageCode("0", "v1.0-beta", 12, "fil", 1, 1, 0, False, "0000"),
]


def named(length: int) -> PageCode:
    """A code whose text has this many characters."""
    code = replace(CODE, questionnaire="")
    return replace(code, questionnaire="n" * (length - len(code.text())))


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.questionnaire)
def test_what_a_code_says_is_read_back_from_its_picture(code: PageCode) -> None:
    picture = np.pad(np.kron(code_modules(code), np.ones((4, 4), bool)), 16)
    found = zxingcpp.read_barcodes((~picture * np.uint8(255)).astype(np.uint8))
    assert [parse_page_code(barcode.text) for barcode in found] == [code]


def test_spaces_around_a_code_do_no_harm() -> None:
    assert parse_page_code(f" {CODE.text()}\n") == CODE


@pytest.mark.parametrize(("length", "modules"), [(40, 29), (61, 29), (62, 33), (90, 33)])
def test_a_long_name_takes_the_larger_code(length: int, modules: int) -> None:
    code = named(length)
    assert len(code.text()) == length
    assert code_modules(code).shape == (modules, modules)


def test_a_text_too_long_for_the_larger_code_is_refused_with_the_room_there_is() -> None:
    with pytest.raises(PageCodeTooLong) as caught:
        code_modules(named(91))
    room = room_for_name(CODE.version)
    assert "Shorten the questionnaire's name" in caught.value.sentence("en")
    assert "Kürzen Sie den Namen des Fragebogens" in caught.value.sentence("de")
    for language in ("en", "de"):
        assert f" {room} " in caught.value.sentence(language)


def test_a_name_that_fills_its_room_fits_beside_the_longest_of_the_rest() -> None:
    longest = PageCode("n" * room_for_name("2025-02"), "2025-02", 99, "zz-zzzz", 99, 99, 999999, True, "FFFF")
    assert code_modules(longest).shape == (33, 33)
    with pytest.raises(PageCodeTooLong):
        code_modules(replace(longest, questionnaire=longest.questionnaire + "n"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org/form?id=1",
        "4006381333931",
        CODE.text().replace("XC ", "XD "),
        CODE.text().replace("0AF3", "0AG3"),
        CODE.text().replace(" S ", " X "),
        CODE.text().replace("2/4", "2"),
        CODE.text() + " 1",
        CODE.text().lower(),
        f"{CODE.text()}\n{CODE.text()}",
    ],
)
def test_any_other_text_is_no_page_code(text: str) -> None:
    assert parse_page_code(text) is None


def test_the_corner_markers_are_opencvs_first_four_of_4x4_50() -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for corner in range(4):
        theirs = cv2.aruco.generateImageMarker(dictionary, corner, MARKER_MODULES) == 0
        assert np.array_equal(marker_modules(corner), theirs)


def test_codes_stand_inside_the_markers_and_apart_from_them() -> None:
    markers = ((20.0, 8.0, 7.0, 7.0), (183.0, 8.0, 7.0, 7.0), (183.0, 282.0, 7.0, 7.0), (20.0, 282.0, 7.0, 7.0))
    assert code_boxes(markers) == ((163.0, 8.0, 17.0, 17.0), (30.0, 272.0, 17.0, 17.0))

"""Pages that bear no form, no answers, or too little of either to be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from form_layouts.form_folder import load_form_folder
from omr.reading import PageReading
from simulation.pen import Page
from simulation.printing import printed_copies
from tests.form_layouts.folders import small_folder
from tests.omr.sheets import (
    A4_PX,
    PIXELS,
    Copy,
    assert_as_meant,
    catalogue_of,
    everyday,
    filled,
    kinds,
    read,
)

# ---- pages without answers ------------------------------------------------------------------------------------


def paper(grey: float, noise: float, seed: int = 1) -> Page:
    """An empty side as a scanner sees it."""
    rough = np.random.default_rng(seed).normal(grey, noise, A4_PX)
    return np.clip(rough, 0, 255).astype(np.uint8)


def punched() -> Page:
    """Two holes of 6 mm, 12 mm from the left edge and 80 mm apart, dark as the lid behind them."""
    side = paper(238, 5)
    for y in (-40, 40):
        cv2.circle(side, (round(12 * PIXELS), round((148.5 + y) * PIXELS)), round(3 * PIXELS), 25, -1)
    return side


def with_black_border() -> Page:
    side = paper(240, 4)
    side[:, : round(4 * PIXELS)] = 12
    side[-round(5 * PIXELS) :] = 18
    return side


def with_shadow() -> Page:
    return np.minimum(paper(245, 3), np.linspace(250, 170, A4_PX[1])[None, :]).astype(np.uint8)


BLANKS: dict[str, Callable[[], Page]] = {
    "white": lambda: np.full(A4_PX, 255, np.uint8),
    "white with noise": lambda: paper(250, 3),
    "grey recycled paper": lambda: paper(170, 9),
    "two punch holes": punched,
    "two punch holes, upside down": lambda: np.ascontiguousarray(np.rot90(punched(), 2)),
    "two punch holes, lying": lambda: np.ascontiguousarray(np.rot90(punched())),
    "a black border": with_black_border,
    "a shadow": with_shadow,
}


@pytest.mark.parametrize("case", BLANKS)
def test_an_empty_back_is_kept_as_blank(case: str) -> None:
    """Scanners that scan both sides deliver one for every sheet: a rejection each would bury the real ones."""
    assert read(BLANKS[case](), catalogue_of(everyday())).kind == "blank"


def note() -> Page:
    side = paper(245, 3)
    cv2.putText(side, "Danke!", (900, 1500), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 4, 60, 7)
    return side


def cat() -> Page:
    """A photograph: smooth patches of light, a striped animal with eyes and whiskers, no paper."""
    rng = np.random.default_rng(9)
    height, width = A4_PX
    light = np.zeros(A4_PX, np.float32)
    for size in (10, 60, 300):
        patches = rng.random((height // size + 2, width // size + 2), dtype=np.float32)
        light += np.asarray(cv2.resize(patches, (width, height), interpolation=cv2.INTER_CUBIC)) * size**0.5
    photo = (255 * (light - light.min()) / np.ptp(light)).astype(np.uint8)
    cv2.ellipse(photo, (1240, 2200), (650, 950), 0, 0, 360, 120, -1)
    cv2.ellipse(photo, (1240, 1100), (470, 430), 0, 0, 360, 150, -1)
    for x in (1040, 1440):
        cv2.fillPoly(photo, [np.array([(x - 150, 800), (x, 480), (x + 150, 800)])], 135)
        cv2.ellipse(photo, (x, 1040), (95, 110), 0, 0, 360, 225, -1)
        cv2.ellipse(photo, (x, 1040), (28, 95), 0, 0, 360, 10, -1)
        for y in (1250, 1310):
            cv2.line(photo, (x, y), (2 * x - 1240 + 3 * (x - 1240), y - 40), 240, 6)
    return np.asarray(cv2.GaussianBlur(photo, (0, 0), 3), np.uint8)


def rejected(page: Page, *copies: Copy, words: tuple[str, str]) -> PageReading:
    """The rejection of a page, after both of its sentences proved to hold these words."""
    reading = read(page, catalogue_of(*(copies or (everyday(),))))
    assert reading.kind == "rejected"
    for language, expected in zip(("en", "de"), words, strict=True):
        assert expected in reading.messages[language]
    assert (reading.answers, reading.marks) == ({}, {})
    return reading


@pytest.mark.parametrize("draw", [cat, note], ids=["a photograph of a cat", "a note on an empty sheet"])
def test_what_is_no_form_is_rejected_and_not_put_aside(draw: Callable[[], Page]) -> None:
    words = ("if it does not, take it out of the pile", "sonst nehmen Sie sie aus dem Stapel")
    assert rejected(draw(), words=words).reason == "no_form_found"


def test_a_page_of_an_unknown_form_names_that_form(tmp_path: Path) -> None:
    """Somebody handed in another form of ours: the sentence says which folder is needed."""
    folder = load_form_folder(small_folder(tmp_path / "small"))
    other = filled(folder, next(printed_copies(folder, "uk", 1)), 3)
    english = "This page is 'small' version 1, edition 1, language uk; that form is not known here. Add its form folder (crosscheck read --forms, or crosscheck forms publish)"
    german = "gehört zu „small“, Fassung 1, Druckstand 1, Sprache uk; dieses Formular ist hier nicht bekannt. Geben Sie seinen Formularordner an (crosscheck read --forms oder crosscheck forms publish)"
    assert rejected(other.scanned(), words=(english, german)).reason == "unknown_edition"


def test_a_page_is_never_read_with_a_layout_that_has_other_places(tmp_path: Path) -> None:
    """The same name and edition, but another geometry: the code's check does not match."""
    old = load_form_folder(small_folder(tmp_path / "old"))
    new = load_form_folder(small_folder(tmp_path / "new", ("questionnaire.yaml", "digits: 4", "digits: 6")))
    scanned = filled(old, next(printed_copies(old, "de", 1)), 3)
    known = filled(new, next(printed_copies(new, "de", 1)), 3)
    words = (
        "printed with other positions (check {0}) than the layout known here. Whoever looks after the forms has the layout",
        "mit anderen Positionen gedruckt (Prüfzeichen {0}) als im hier bekannten Layout. Wer die Formulare betreut, hat das Layout",
    )
    english, german = (sentence.format(scanned.layout.check) for sentence in words)
    assert rejected(scanned.scanned(), known, words=(english, german)).reason == "edition_with_other_positions"


# ---- torn and scribbled pages -------------------------------------------------------------------------------


def torn(page: Page, *corners: int, grey: int, size: float = 45) -> Page:
    """Corners (0 to 3, clockwise from the top left) torn off: the lid or the dark bed shows."""
    page = page.copy()
    height, width = page.shape
    reach = round(size * PIXELS)
    for corner in corners:
        x, to_x = (0, reach) if corner in (0, 3) else (width, width - reach)
        y, to_y = (0, reach) if corner in (0, 1) else (height, height - reach)
        cv2.fillPoly(page, [np.array([(x, y), (to_x, y), (x, to_y)])], grey)
    return page


@pytest.mark.parametrize("grey", [255, 8], ids=["white", "black"])
@pytest.mark.parametrize("corner", range(4))
def test_a_page_with_a_torn_corner_is_read_and_says_so(corner: int, grey: int, page: Page) -> None:
    """Three markers tell where the page lies; the finding makes a person look whether a field went with the corner."""
    reading = read(torn(page, corner, grey=grey), catalogue_of(everyday()))
    assert reading.kind == "page", reading.messages
    assert kinds(reading) == ["corner_marker_missing"]
    assert_as_meant(reading.answers, reading.marks, everyday().truth)


@pytest.mark.parametrize("grey", [255, 8], ids=["white", "black"])
@pytest.mark.parametrize("corner", range(4))
def test_a_field_that_went_with_a_torn_corner_is_never_an_answer(corner: int, grey: int, page: Page) -> None:
    """A box that is not there any more is neither empty nor marked."""
    reading = read(torn(page, corner, grey=grey, size=85), catalogue_of(everyday()))
    truth = everyday().truth
    for variable, answer in reading.answers.items():
        assert not answer.accepted or answer.value == truth["answers"][variable]["value"], variable
    for variable, boxes in reading.marks.items():
        for choice, (state, _) in boxes.items():
            assert state in ("unsure", truth["marks"][variable][choice][0]), (variable, choice)


@pytest.mark.parametrize("grey", [255, 8], ids=["white", "black"])
@pytest.mark.parametrize("corners", [(0, 1), (2, 3), (0, 2), (1, 2)])
def test_a_page_with_two_torn_corners_is_read_and_says_so(corners: tuple[int, int], grey: int, page: Page) -> None:
    """One code is left and says which page it is; two markers and its print say how it lies."""
    reading = read(torn(page, *corners, grey=grey), catalogue_of(everyday()))
    assert reading.kind == "page", reading.messages
    assert kinds(reading) == ["corner_marker_missing"]
    assert_as_meant(reading.answers, reading.marks, everyday().truth)


@pytest.mark.parametrize("grey", [255, 8], ids=["white", "black"])
def test_a_page_with_three_torn_corners_is_rejected(grey: int, page: Page) -> None:
    """One code is left, so the form is known, but its words are not, and one marker does not say how the sheet lies."""
    words = (
        "1 of 4 corner markers of this page can be seen: too few to tell how it lies. Is a corner torn",
        "Von den 4 Passmarken dieser Seite sind 1 zu sehen: zu wenige, um ihre Lage zu bestimmen. Ist eine Ecke abgerissen",
    )
    assert rejected(torn(page, 0, 2, 3, grey=grey), words=words).reason == "corner_markers_missing"


def scribbled(*codes: int) -> Page:
    """A pen that went over page codes (0 the upper, 1 the lower)."""
    page = everyday().scanned().copy()
    for code in codes:
        x, y, width, height = everyday().layout.pages[0].code_boxes[code]
        rng = np.random.default_rng(code)
        points = np.column_stack([rng.uniform(x, x + width, 40), rng.uniform(y, y + height, 40)]) * PIXELS
        cv2.polylines(page, [points.astype(np.int32)], False, 30, 9)
    return page


@pytest.mark.parametrize("code", [0, 1])
def test_a_page_with_one_code_scribbled_over_is_read(code: int) -> None:
    reading = read(scribbled(code), catalogue_of(everyday()))
    assert reading.kind == "page", reading.messages
    assert_as_meant(reading.answers, reading.marks, everyday().truth)


def test_a_page_with_both_codes_scribbled_over_is_rejected_as_ours() -> None:
    """Its form is not guessed from the only one in the catalogue."""
    words = (
        "This is one of our forms, but neither of its page codes can be read. Scan it again at 300 dpi",
        "keiner der beiden Seitencodes ist lesbar. Scannen Sie die Seite noch einmal mit 300 dpi",
    )
    assert rejected(scribbled(0, 1), words=words).reason == "page_code_unreadable"


def test_two_sheets_on_top_of_each_other_are_rejected(tmp_path: Path) -> None:
    """Their codes differ: the upper half of one person's answers would go to the other."""
    folder = load_form_folder(small_folder(tmp_path / "small"))
    first, second = (filled(folder, copy, 4) for copy in printed_copies(folder, "de", 2))
    both = first.pages[0].copy()
    half = both.shape[0] // 2
    both[half:] = second.pages[0][half:]
    words = ("Do two sheets lie on top of each other? Scan them one by one", "Scannen Sie sie einzeln")
    assert rejected(both, first, words=words).reason == "page_codes_disagree"


def test_a_crumpled_sheet_whose_fields_are_not_in_their_places_is_rejected() -> None:
    """The corners lie right, the middle is pushed 7 mm aside: boxes would be read from the paper between them."""
    page = everyday().scanned()
    y, x = np.mgrid[0 : page.shape[0], 0 : page.shape[1]].astype(np.float32)
    aside = 7 * PIXELS * np.sin(np.pi * y / page.shape[0]) ** 0.5
    crumpled = cv2.remap(page, (x - aside).astype(np.float32), y, cv2.INTER_LINEAR, borderValue=255.0)
    words = (
        "Is the sheet crumpled, or the photo crooked? Scan it flat",
        "Ist das Blatt zerknittert oder das Foto schief?",
    )
    reading = rejected(np.asarray(crumpled, np.uint8), words=words)
    assert reading.reason == "fields_not_found"

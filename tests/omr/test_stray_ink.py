"""Ink where no field is: what people write beside the questions is found, what lies on paper by itself is not."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.real_forms import DATA, form_folder
from form_layouts.catalogue import Catalogue, Form, Reprint, forms_of
from form_layouts.form_folder import load_form_folder
from form_layouts.layout import Box
from form_layouts.typesetting import typeset
from omr.debug import DebugWriter
from omr.identify import identify
from omr.image import PageImage
from omr.markers import Markers, find_markers
from omr.notes.expected_ink import printed_words
from omr.notes.question_zones import near, zones
from omr.notes.stray_ink import find_stray_ink
from omr.pages import open_scan, page_image
from omr.reading import Finding
from omr.reference import reference_page
from omr.registration import Registration, register
from simulation.answers import random_answers
from simulation.damage import lose_corner, slip
from simulation.filling import fill_page
from simulation.hand import Hand
from simulation.handwriting import Script, write_text
from simulation.marks import draw_mark
from simulation.pen import BALL_PEN, FINE_BALL_PEN, PENS, Line, Page, Pen, draw_stroke
from simulation.printing import printed_copies
from simulation.scanner import OFFICE, Scanner, scan

FORMS = Path(__file__).parent.parent / "forms"
EVERYDAY, SMALL = FORMS / "everyday" / "1", FORMS / "small" / "2025-02"
PX = 300 / 25.4
MARGIN = (186.0, 120.0)
"""Where there is room for 18 mm of writing right of the questions."""


@cache
def paper(folder: Path, language: str, number: int = 0) -> tuple[Form, Page]:
    """A form with its blank, and a page (from 0) of its first printed copy."""
    asked = load_form_folder(folder)
    form = Form(asked.questionnaire, typeset(asked, language).layout, Reprint(asked, language))
    return form, next(printed_copies(asked, language, 1)).pages[number]


def everyday(language: str = "de") -> tuple[Form, Page]:
    form, page = paper(EVERYDAY, language)
    return form, page.copy()


def filled(language: str = "de", seed: int = 1, pen: Pen = BALL_PEN) -> tuple[Form, Page]:
    """The everyday form with all answers of one person."""
    form, page = everyday(language)
    rng = np.random.default_rng(seed)
    fill_page(page, 0, form.layout, random_answers(form.questionnaire, language, Hand(pen), rng), rng)
    return form, page


def scanned(page: Page, seed: int = 1, scanner: Scanner | None = None) -> Page:
    """The page through an office scanner, as its JPEG of quality 85 shows it."""
    rng = np.random.default_rng(seed)
    image = scan(page, scanner or OFFICE.draw(rng), rng)
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def registered(form: Form, image: Page) -> Registration:
    page = PageImage(image, 300, "scan.jpg", 0)
    markers = find_markers(page, DebugWriter())
    return register(page, markers, identify(page, markers, Catalogue([form]), DebugWriter()))


def found(form: Form, image: Page, page: int = 0, *, duplex: bool = False) -> list[Box]:
    findings = find_stray_ink(registered(form, image), form, page, duplex=duplex)
    assert all(finding.kind == "stray_ink" for finding in findings)
    return [finding.box for finding in findings if finding.box]


def write(page: Page, at: tuple[float, float], text: str, pen: Pen = BALL_PEN, width: float = 22.0) -> Box:
    """Words on the page; the box of their ink."""
    before = page.copy()
    write_text(page, (*at, width, 7.0), text, pen, Script(), np.random.default_rng(1))
    y, x = np.nonzero(before != page)
    left, top = float(x.min()) / PX, float(y.min()) / PX
    return left, top, float(np.ptp(x)) / PX, float(np.ptp(y)) / PX


def stroke(page: Page, *points: tuple[float, float], pen: Pen = BALL_PEN) -> None:
    draw_stroke(page, np.array(points), pen, np.random.default_rng(1))


def ellipse(middle: tuple[float, float], half: tuple[float, float]) -> Line:
    turn = np.linspace(0, 2 * np.pi, 60)
    return np.column_stack([middle[0] + half[0] * np.cos(turn), middle[1] + half[1] * np.sin(turn)])


def box_of(form: Form, question: str, choice: str) -> Box:
    page = form.layout.pages[0]
    return next(field.box for field in page.checkboxes if (field.question, field.choice) == (question, choice))


def label_of(form: Form, question: str, choice: str) -> Box:
    """Where the words beside a box stand."""
    page, size = form.layout.pages[0], form.layout.page_size
    return zones(page, size, form.questionnaire, printed_words(form, 0)).labels[question, choice]


def overlap(one: Box, other: Box) -> float:
    """Share of `one` that lies in `other`."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height) / (one[2] * one[3])


@pytest.mark.parametrize("pen", PENS, ids=[pen.name for pen in PENS])
def test_a_note_in_the_margin_is_found_with_its_place(pen: Pen) -> None:
    form, page = filled()
    written = write(page, MARGIN, "nein", pen)
    (box,) = found(form, scanned(page))
    assert overlap(written, box) > 0.6
    assert overlap(box, written) > 0.6


def test_two_notes_far_apart_are_two_findings_from_the_top_down() -> None:
    form, page = filled()
    first, second = write(page, (180.0, 105.0), "nein"), write(page, (183.0, 200.0), "doch")
    boxes = found(form, scanned(page))
    assert [overlap(box, note) > 0.6 for box, note in zip(boxes, (first, second), strict=True)] == [True, True]


@pytest.mark.parametrize("language", ["de", "ar", "uk", "hi"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_filled_page_without_a_note_has_no_finding(language: str, seed: int) -> None:
    form, page = filled(language, seed, PENS[seed])
    assert found(form, scanned(page, seed)) == []


def test_nothing_is_said_about_a_form_whose_blank_nobody_kept() -> None:
    form, page = filled()
    write(page, MARGIN, "nein")
    assert found(replace(form, blank=None), scanned(page)) == []


def circle(page: Page, box: Box) -> None:
    x, y, w, h = box
    draw_stroke(page, ellipse((x + w / 2, y + h / 2), (w / 2 + 2.5, 3.4)), BALL_PEN, np.random.default_rng(1))


def strike(page: Page, box: Box) -> None:
    x, y, w, h = box
    stroke(page, (x - 1, y + h * 0.5), (x + w / 2, y + h * 0.45), (x + w + 1, y + h * 0.52), pen=FINE_BALL_PEN)


def underline(page: Page, box: Box) -> None:
    x, y, w, h = box
    stroke(page, (x, y + h - 0.8), (x + w, y + h - 1.0))


def cross_out(page: Page, box: Box) -> None:
    x, y, w, h = box
    stroke(page, (x, y - 5), (x + w, y + h + 8))
    stroke(page, (x + w, y - 5), (x, y + h + 8))


def point_at(page: Page, box: Box) -> None:
    x, y, w, h = box
    tip = (x + w + 16, y + h + 4)
    stroke(page, (x + w - 6, y + h - 1), tip)
    stroke(page, (tip[0] - 3.0, tip[1] + 0.3), tip, (tip[0] - 1.5, tip[1] - 2.6))


@pytest.mark.parametrize("draw", [circle, strike, underline, cross_out, point_at])
@pytest.mark.parametrize("choice", ["bicycle", "no_answer_box"])
def test_what_is_drawn_at_a_label_is_found_there(draw: Callable[[Page, Box], None], choice: str) -> None:
    form, page = everyday()
    label = label_of(form, "transport", choice)
    draw(page, label)
    boxes = found(form, scanned(page))
    assert any(overlap(label, box) > 0 for box in boxes), boxes


def test_a_question_without_a_mark_is_near_ink_that_rings_its_label() -> None:
    form, page = everyday()
    circle(page, label_of(form, "transport", "bus"))
    layout, size = form.layout.pages[0], form.layout.page_size
    findings = find_stray_ink(registered(form, scanned(page)), form, 0)
    touched = near(findings, zones(layout, size, form.questionnaire, printed_words(form, 0)))
    assert touched.variables == {"transport"}
    assert ("transport", "bus") in touched.labels
    assert not {("transport", "foot"), ("transport", "other")} & touched.labels


def test_ink_beside_a_row_of_a_grid_is_near_that_row_alone() -> None:
    form, _ = everyday()
    layout, size = form.layout.pages[0], form.layout.page_size
    row = next(field.box for field in layout.checkboxes if (field.question, field.row) == ("places", "library"))
    note = Finding(kind="stray_ink", box=(row[0] - 30, row[1] + 0.5, 12.0, 4.0))
    assert near([note], zones(layout, size, form.questionnaire)).variables == {"places_library"}


def test_a_whole_page_finding_is_near_nothing() -> None:
    form, _ = everyday()
    kept = zones(form.layout.pages[0], form.layout.page_size, form.questionnaire)
    assert near([Finding(kind="one_bit")], kept).variables == set()


def hole(page: Page, at: tuple[float, float]) -> None:
    cv2.circle(page, (round(at[0] * PX), round(at[1] * PX)), round(2.75 * PX), 40, -1)


def hole_on_a_white_bed(page: Page, at: tuple[float, float]) -> None:
    cv2.circle(page, (round(at[0] * PX), round(at[1] * PX)), round(2.75 * PX), 120, 4)


def staple(page: Page, at: tuple[float, float]) -> None:
    start, end = ((round((at[0] + d) * PX), round((at[1] + d / 2) * PX)) for d in (-5, 5))
    cv2.line(page, start, end, 90, 8)


@pytest.mark.parametrize(
    ("draw", "at"),
    [
        (hole, (12.0, 110.0)),
        (hole, (198.0, 110.0)),
        (hole_on_a_white_bed, (198.0, 190.0)),
        (staple, (195.0, 20.0)),
        (staple, (12.0, 12.0)),
    ],
)
def test_holes_and_staples_are_no_notes(
    draw: Callable[[Page, tuple[float, float]], None], at: tuple[float, float]
) -> None:
    form, page = filled()
    draw(page, at)
    assert found(form, scanned(page)) == []


@pytest.mark.parametrize("how", ["torn", "folded", "stapled"])
def test_a_lost_corner_is_no_note(how: str) -> None:
    form, page = filled()
    page = lose_corner(page, 1, how, np.random.default_rng(2))  # type: ignore[arg-type]  # one of three literals
    assert found(form, scanned(page)) == []


def test_a_streak_over_the_page_is_no_note_and_hides_none() -> None:
    form, page = filled()
    written = write(page, MARGIN, "nein")
    image = scanned(page)
    image[:, 1300:1303] = np.clip(image[:, 1300:1303].astype(np.int16) - 90, 0, 255).astype(np.uint8)
    (box,) = found(form, image)
    assert overlap(box, written) > 0.6


def test_a_black_bed_around_a_skewed_sheet_is_no_note() -> None:
    form, page = filled()
    scanner = Scanner(skew_deg=2.5, bed_mm=10.0, black_border=True, noise=3.0, blur_mm=0.04)
    assert found(form, scanned(page, scanner=scanner)) == []


def test_paper_that_slipped_in_the_feeder_shows_no_notes() -> None:
    form, page = filled()
    image = slip(scanned(page), 1.0, np.random.default_rng(3))
    assert found(form, np.asarray(image, np.uint8)) == []


def test_print_of_the_back_that_shines_through_is_no_note() -> None:
    form, page = filled()
    rng = np.random.default_rng(4)
    scanner = Scanner(show_through=0.2, noise=3.0, blur_mm=0.04)
    assert found(form, np.asarray(scan(page, scanner, rng, back=everyday("ar")[1]), np.uint8)) == []


def test_a_stamp_in_its_box_and_writing_in_the_binding_margin_are_no_notes() -> None:
    form, page = everyday()
    write(page, (2.0, 150.0), "ok", width=14.0)
    write(page, (110.0, 225.0), "4. Mai 2025", width=36.0)
    image = scanned(page)
    assert len(found(form, image)) == 1
    (layout_page,) = form.layout.pages
    stamp = layout_page.model_copy(update={"ignore": ((110.0, 222.0, 40.0, 12.0),)})
    stamped = replace(form, layout=form.layout.model_copy(update={"pages": (stamp,), "edition": 2}))
    assert [finding.box for finding in find_stray_ink(registered(form, image), stamped, 0)] == []


def test_long_tails_of_marks_and_writing_over_its_frame_are_no_notes() -> None:
    form, page = everyday()
    x, y, w, h = box_of(form, "transport", "bus")
    stroke(page, (x + 1, y + 2), (x + 2, y + h - 0.5), (x + w + 5.0, y - 2.5))
    area = next(field.box for field in form.layout.pages[0].text_areas if field.question == "wish")
    stroke(page, (area[0] + 20, area[1] + area[3] - 3), (area[0] + 18, area[1] + area[3] + 4.5))
    assert found(form, scanned(page)) == []


def test_an_arrow_from_a_box_to_the_margin_is_a_note_though_it_begins_at_a_mark() -> None:
    form, page = everyday()
    x, y, w, h = box_of(form, "transport", "bus")
    draw_mark(page, (x, y, w, h), "cross", BALL_PEN, np.random.default_rng(1))
    stroke(page, (x + 1, y + h / 2), (x + w + 40, y + 1.0))
    assert len(found(form, scanned(page))) == 1


def test_the_number_of_a_copy_is_no_note_and_a_note_beside_the_foot_is_one() -> None:
    form, page = paper(SMALL, "de", 1)
    page = page.copy()
    assert found(form, scanned(page), 1) == []
    written = write(page, (60.0, 215.0), "seit Mai")
    boxes = found(form, scanned(page), 1)
    assert any(overlap(written, box) > 0.6 for box in boxes)


def test_on_the_back_of_a_sheet_the_binding_margin_is_on_the_right() -> None:
    form, page = paper(SMALL, "de", 1)
    page = page.copy()
    write(page, (194.0, 130.0), "ok", width=14.0)
    image = scanned(page)
    assert len(found(form, image, 1)) == 1
    assert found(form, image, 1, duplex=True) == []


def test_paper_that_still_says_draft_is_no_note_on_a_form_that_was_proofed_since() -> None:
    form, page = filled("tr")
    asked = load_form_folder(EVERYDAY)
    wording = asked.wording("tr").model_copy(update={"status": asked.wording("de").status})
    proofed = replace(asked, wordings={**asked.wordings, "tr": wording})
    layout = form.layout.model_copy(update={"edition": 2})  # else the blank that is kept in memory would be taken
    today = Form(form.questionnaire, layout, Reprint(proofed, "tr"))
    seen = replace(registered(form, scanned(page)), reference=reference_page(today, 0))
    assert find_stray_ink(seen, today, 0) == ()


def boxes_within(boxes: Sequence[Box], size: tuple[float, float]) -> bool:
    return all(x >= 0 and y >= 0 and x + w <= size[0] and y + h <= size[1] for x, y, w, h in boxes)


def test_every_box_lies_on_the_page() -> None:
    form, page = everyday()
    for at in ((186.0, 30.0), (190.0, 250.0), (100.0, 2.0)):
        write(page, at, "nein")
    boxes = found(form, scanned(page))
    assert boxes
    assert boxes_within(boxes, form.layout.page_size)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the real scans are not here: {DATA}")
def test_the_write_in_and_the_initials_on_a_real_ballot_are_notes() -> None:
    found_on = real("ballot", DATA / "vw-28lb" / "batch-1-20200504_210852-ballot-0002.jpg")
    written = [(176.2, 46.0, 12.8, 4.2), (15.8, 167.2, 11.8, 5.0), (36.0, 167.2, 11.3, 3.5)]  # by eye
    assert len(found_on) == 3
    assert all(overlap(note, box) > 0.6 for note, box in zip(written, found_on, strict=True))


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the real scans are not here: {DATA}")
@pytest.mark.parametrize("name", ["Q00001", "Q00003"])
def test_a_real_survey_that_nobody_wrote_notes_on_has_none(name: str) -> None:
    assert real("restaurants", DATA / "formscanner-questionnaire" / f"{name}.jpg") == []


def real(name: str, path: Path) -> list[Box]:
    """Notes on a scan of a form that we did not print."""
    (form,) = forms_of(form_folder(name))
    image = page_image(open_scan(path), 0)
    identity = identify(image, find_markers(image, DebugWriter()), Catalogue([form]), DebugWriter())
    findings = find_stray_ink(register(image, Markers({}), identity), form, identity.page)
    return [finding.box for finding in findings if finding.box]

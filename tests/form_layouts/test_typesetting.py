"""The printed form against its layout: rendered, measured and read, in every language."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import pytest

from form_layouts.form_folder import FormFolder, load_form_folder
from form_layouts.layout import Box, Checkbox, Comb, Layout, TextArea
from form_layouts.page_code import PageCode
from form_layouts.questionnaire import Question, Questionnaire
from form_layouts.typesetting import Typeset, typeset
from tests.form_layouts.prints import (
    FROM_RIGHT,
    PAPER,
    PIXELS,
    ROOT,
    SIDE_MM,
    Image,
    assert_apart_and_inside,
    code_in,
    cut,
    ink_box,
    letter_sizes,
    line_error,
    outline_error,
    render,
)

EVERYDAY = ROOT / "tests/forms/everyday/1"
NEEDS = ROOT / "form_layouts/examples/arrival-needs"
FORMS = [
    (folder, file.name.split(".")[1])
    for folder in (EVERYDAY, NEEDS / "2025-02", NEEDS / "2025-08")
    for file in sorted(folder.glob("text.*.yaml"))
]
PLACE_MM = 0.15
"""How far from its place in the layout a line may be printed."""
INSET_MM = 0.6
"""Inside of a field: what is left without its outline."""
QUIET_MM = 2.4
"""White around a page code: four modules."""


@dataclass(frozen=True)
class Printed:
    folder: FormFolder
    language: str
    typeset: Typeset
    pages: list[Image]

    @property
    def layout(self) -> Layout:
        return self.typeset.layout

    @property
    def questionnaire(self) -> Questionnaire:
        return self.folder.questionnaire


@pytest.fixture(scope="module", params=FORMS, ids=lambda form: f"{form[0].parent.name}-{form[0].name}-{form[1]}")
def printed(request: pytest.FixtureRequest) -> Printed:
    path, language = request.param
    folder = load_form_folder(path)
    form = typeset(folder, language, first_copy=31)
    return Printed(folder, language, form, render(form.pdf))


def test_the_forms_of_these_tests_are_in_twelve_languages() -> None:
    languages = Counter(folder.parent.name for folder, _ in FORMS)
    assert languages == {"everyday": 12, "arrival-needs": 8}


# ---- every language: print and layout agree -----------------------------------------------------------------


def test_every_outline_is_printed_where_the_layout_says(printed: Printed) -> None:
    wrong = []
    for number, (page, image) in enumerate(zip(printed.layout.pages, printed.pages, strict=True), start=1):
        outlines: list[tuple[str, Box, float]] = [(f"{b.question} {b.choice}", b.box, 0.6) for b in page.checkboxes]
        outlines += [(comb.question, cell, 0.6) for comb in page.combs for cell in comb.cells]
        outlines += [(a.question, a.box, 1.4) for a in page.text_areas if has_frame(printed, a)]
        outlines += [("warm-up", page.warm_up, 0.6)] if page.warm_up else []
        assert outlines
        errors = {(number, name, box): outline_error(image, box, corner) for name, box, corner in outlines}
        wrong += [(*place, error) for place, error in errors.items() if error > PLACE_MM]
    assert wrong == []


def test_every_writing_line_is_printed_where_the_layout_says(printed: Printed) -> None:
    for page, image in zip(printed.layout.pages, printed.pages, strict=True):
        for area in page.text_areas:
            inset = 2.3 if has_frame(printed, area) else 0.3
            x, y, width, height = area.box
            for rule in area.rules:
                assert y < rule < y + height
                assert line_error(image, rule, x + inset, x + width - inset) <= PLACE_MM, area


def test_every_field_is_white_inside(printed: Printed) -> None:
    for page, image in zip(printed.layout.pages, printed.pages, strict=True):
        boxes = [box for field in (*page.checkboxes, *page.combs) for box in field.boxes]
        boxes += [page.warm_up] if page.warm_up else []
        for area in page.text_areas:
            x, y, width, height = area.box
            edges = [y, *area.rules, y + height]
            boxes += [(x, top, width, bottom - top) for top, bottom in pairwise(edges) if bottom - top > 2]
        assert [box for box in boxes if cut(image, box, -INSET_MM).min() < PAPER] == []


def has_frame(printed: Printed, area: TextArea) -> bool:
    """A text asked on the line of a choice has a writing line only."""
    return printed.questionnaire.asked_with(printed.questionnaire.question(area.question)) is None


def test_both_codes_of_every_page_say_which_page_it_is(printed: Printed) -> None:
    layout = printed.layout
    copy = 31 if printed.questionnaire.copy_numbers else 0
    for number, (page, image) in enumerate(zip(layout.pages, printed.pages, strict=True), start=1):
        said = PageCode(
            printed.questionnaire.questionnaire,
            printed.questionnaire.version,
            printed.folder.wordings[printed.language].edition,
            printed.language,
            number,
            len(printed.pages),
            copy,
            False,
            layout.hash[:4].upper(),
        )
        assert len(page.code_boxes) == 2
        for box in page.code_boxes:
            assert code_in(image, box) == said
            assert ink_box(image, box, QUIET_MM) == pytest.approx(box, abs=PLACE_MM)


def test_the_markers_are_found_upright_at_their_corners(printed: Printed) -> None:
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    for page, image in zip(printed.layout.pages, printed.pages, strict=True):
        assert len(page.markers) == 4
        for corner, box in enumerate(page.markers):
            corners, ids, _ = detector.detectMarkers(np.ascontiguousarray(cut(image, box, 2.5)))
            assert ids is not None
            assert ids.ravel().tolist() == [corner]
            top_left, top_right, bottom_right, _ = corners[0][0]
            assert top_left[0] < top_right[0] - 70
            assert top_right[1] < bottom_right[1] - 70
            assert ink_box(image, box, 2.5) == pytest.approx(box, abs=PLACE_MM)
        (left, top, *_), (right, *_), (_, bottom, *_), _ = page.markers
        assert (left, top, right + 7) == (SIDE_MM, 8, 210 - SIDE_MM)
        assert bottom > 240


# ---- every language: what the layout holds ------------------------------------------------------------------


def test_every_choice_has_one_box_and_every_question_its_field(printed: Printed) -> None:
    fields = [field for page in printed.layout.pages for field in page.fields]
    boxes = Counter((f.question, f.row, f.choice) for f in fields if isinstance(f, Checkbox))
    asked = [
        (question.id, row, choice)
        for question in printed.questionnaire.questions
        for row in question.rows or (None,)
        for choice in question.boxes
    ]
    assert boxes == Counter(asked)
    cells = {field.question: len(field.cells) for field in fields if isinstance(field, Comb)}
    assert cells == {q.id: q.digits or 8 for q in printed.questionnaire.questions if q.kind in ("number", "date")}
    areas = [field.question for field in fields if isinstance(field, TextArea)]
    assert sorted(areas) == sorted(q.id for q in printed.questionnaire.questions if q.kind in ("text", "code"))


def test_no_two_fields_overlap_and_none_leaves_the_content_area(printed: Printed) -> None:
    assert_apart_and_inside(printed.layout)


def test_a_question_is_never_broken_over_pages(printed: Printed) -> None:
    pages = Counter(name for name, _ in printed.layout.question_pages())
    assert pages == dict.fromkeys((question.id for question in printed.questionnaire.questions), 1)
    on_page = dict(printed.layout.question_pages())
    for question in printed.questionnaire.questions:
        if question.other:
            assert on_page[question.other] == on_page[question.id]


def test_the_binding_margin_is_blank(printed: Printed) -> None:
    for page, image in zip(printed.layout.pages, printed.pages, strict=True):
        foot = page.markers[2][1] + page.markers[2][3]
        assert cut(image, (0, 0, printed.layout.binding_margin - 0.3, foot)).min() >= PAPER
        assert printed.layout.binding_margin == SIDE_MM


def test_only_the_first_page_has_a_stamp_box_and_a_warm_up_box(printed: Printed) -> None:
    opening = printed.questionnaire.first_page
    assert [len(page.ignore) for page in printed.layout.pages] == [opening] + [0] * (len(printed.pages) - 1)
    assert [page.warm_up is not None for page in printed.layout.pages] == [opening] + [False] * (len(printed.pages) - 1)


def test_all_that_is_asked_is_printed_in_large_letters(printed: Printed) -> None:
    places = []
    for page in printed.layout.pages:
        head, foot = page.code_boxes
        places.append((0.0, head[1] + head[3], 190.0, foot[1] - head[1] - head[3]))  # not the draft's in the margin
    sizes = letter_sizes(printed.typeset.pdf, places)
    least = 14 if printed.language in ("ar", "fa", "ti") else 12
    assert [page and min(page) >= least for page in sizes] == [True] * len(printed.pages)


# ---- every language: the way it is read ---------------------------------------------------------------------


def test_the_choices_of_a_grid_follow_the_direction_of_the_language(printed: Printed) -> None:
    grids = [question for question in printed.questionnaire.questions if question.kind == "grid"]
    assert grids
    for question in grids:
        for row in question.rows:
            found = {b.choice: b.box[0] for b in boxes_of(printed, question) if b.row == row}
            across = [found[choice] for choice in question.choices]
            assert across == sorted(across, reverse=printed.language in FROM_RIGHT)


def test_boxes_stand_on_the_side_of_their_column_where_the_language_begins(printed: Printed) -> None:
    for question in printed.questionnaire.questions:
        if question.kind in ("single", "multiple"):
            for field in boxes_of(printed, question):
                centre = field.box[0] + field.box[2] / 2
                middle = 60.5 if centre < 105 else 149.5
                assert (centre > middle) == (printed.language in FROM_RIGHT), field


def test_the_first_question_stands_in_the_column_where_the_language_begins(printed: Printed) -> None:
    first = boxes_of(printed, printed.questionnaire.questions[0])
    assert {field.box[0] > 105 for field in first} == {printed.language in FROM_RIGHT}


def test_digits_run_from_left_to_right_in_every_language(printed: Printed) -> None:
    combs = {comb.question: comb.cells for page in printed.layout.pages for comb in page.combs}
    for question in printed.questionnaire.questions:
        if question.kind in ("number", "date"):
            gaps = [round(b[0] - a[0] - a[2], 1) for a, b in pairwise(combs[question.id])]
            day_month_year = [0.9, 4.0, 0.9, 4.0, 0.9, 0.9, 0.9]
            assert gaps == (day_month_year if question.kind == "date" else [0.9] * len(gaps))


def test_a_page_begins_at_the_side_where_its_language_begins(printed: Printed) -> None:
    head = printed.layout.pages[0].code_boxes[0]
    ink = np.flatnonzero((cut(printed.pages[0], (0, head[1] + head[3] + 1, 195, 9)) < 128).any(axis=0)) / PIXELS
    if printed.language in FROM_RIGHT:
        assert ink[-1] > 186
    else:
        assert ink[0] < 24


def boxes_of(printed: Printed, question: Question) -> list[Checkbox]:
    return [b for page in printed.layout.pages for b in page.checkboxes if b.question == question.id]

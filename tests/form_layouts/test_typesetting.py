"""The printed form against its layout: rendered, measured and read, in every language."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from form_layouts.errors import MissingGlyph, TooTall
from form_layouts.form_folder import FormFolder, load_form_folder
from form_layouts.layout import Box, Checkbox, Comb, Layout, TextArea
from form_layouts.page_code import PageCode
from form_layouts.questionnaire import Question, Questionnaire
from form_layouts.typesetting import Typeset, typeset
from tests.form_layouts.folders import german_form, small_folder, write_folder
from tests.form_layouts.prints import (
    PAPER,
    PIXELS,
    ROOT,
    Image,
    code_in,
    cut,
    ink_box,
    letter_sizes,
    line_error,
    outline_error,
    render,
    text_of,
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
SIDE_MM = 20.0
FROM_RIGHT = {"ar", "fa"}
"""The languages of these forms that are read from the right."""


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


def assert_apart_and_inside(layout: Layout) -> None:
    for page in layout.pages:
        boxes = [box for field in page.fields for box in field.boxes] + [page.warm_up or (100, 140, 0, 0)]
        head, foot = page.code_boxes
        for x, y, width, height in boxes:
            assert x >= SIDE_MM
            assert x + width <= 210 - SIDE_MM
            assert y >= head[1] + head[3]
            assert y + height <= foot[1]
        assert [(a, b) for a, b in combinations(boxes, 2) if overlap(a, b)] == []


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


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


# ---- copies -------------------------------------------------------------------------------------------------


def copies_on(form: Typeset) -> list[int]:
    """The copy number that the codes of each printed page say."""
    pages = render(form.pdf)
    boxes = [page.code_boxes for page in form.layout.pages]
    said = []
    for number, image in enumerate(pages):
        codes = {code_in(image, box) for box in boxes[number % len(boxes)]}
        assert len(codes) == 1
        code = codes.pop()
        assert code is not None
        assert (code.page, code.pages) == (number % len(boxes) + 1, len(boxes))
        said.append(code.copy)
    return said


def test_copies_are_numbered_from_the_first_one_wanted(tmp_path: Path) -> None:
    form = typeset(load_form_folder(small_folder(tmp_path)), "de", first_copy=999_997, copies=3)
    assert len(form.layout.pages) == 1
    assert copies_on(form) == [999_997, 999_998, 999_999]


def test_all_pages_of_a_copy_carry_its_number() -> None:
    form = typeset(load_form_folder(NEEDS / "2025-02"), "de", first_copy=7, copies=2)
    assert copies_on(form) == [7, 7, 7, 7, 8, 8, 8, 8]


def test_a_form_printed_without_numbers_has_copy_0_and_no_slip(tmp_path: Path) -> None:
    folder = load_form_folder(small_folder(tmp_path))
    form = typeset(folder, "de", numbered=False)
    assert copies_on(form) == [0]
    assert "Nr." not in text_of(form.pdf)
    assert "abtrennen" not in text_of(form.pdf)
    assert form.layout == typeset(folder, "de").layout


def test_an_anonymous_questionnaire_never_has_numbers() -> None:
    form = typeset(load_form_folder(EVERYDAY), "de", first_copy=5, copies=2)
    assert copies_on(form) == [0, 0]


def test_the_same_copy_is_the_same_file_and_another_copy_another_with_the_same_layout() -> None:
    folder = load_form_folder(EVERYDAY)
    numbered = replace(folder, questionnaire=folder.questionnaire.model_copy(update={"copy_numbers": True}))
    first, again, other = (typeset(numbered, "ar", first_copy=copy) for copy in (1, 1, 2))
    assert first.pdf == again.pdf
    assert first.pdf != other.pdf
    assert first.layout == again.layout == other.layout
    assert len(first.layout.hash) == 64


def test_another_process_prints_the_same_file() -> None:
    program = (
        "import hashlib, pathlib; from form_layouts.form_folder import load_form_folder;"
        "from form_layouts.typesetting import typeset;"
        f"form = typeset(load_form_folder(pathlib.Path({str(EVERYDAY)!r})), 'uk');"
        "print(hashlib.sha256(form.pdf).hexdigest(), form.layout.hash)"
    )
    form = typeset(load_form_folder(EVERYDAY), "uk")
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert done.stdout.decode().split() == [hashlib.sha256(form.pdf).hexdigest(), form.layout.hash]


# ---- paper on both sides, and the slip ----------------------------------------------------------------------


def test_the_last_sheet_leaves_room_for_the_slip_on_both_sides() -> None:
    layout = typeset(load_form_folder(NEEDS / "2025-02"), "de").layout
    feet = [page.markers[2][1] + page.markers[2][3] for page in layout.pages]
    assert feet == [289, 289, 262, 262]


def test_a_last_sheet_printed_on_one_side_leaves_room_on_that_side(tmp_path: Path) -> None:
    questions = "".join(f"  - {{id: q{n}, kind: text, lines: 20}}\n" for n in range(3))
    texts = "".join(f"  q{n}: {{text: Frage}}\n" for n in range(3))
    layout = typeset(german_form(tmp_path, questions, texts), "de").layout
    assert [page.markers[2][1] + page.markers[2][3] for page in layout.pages] == [289, 289, 262]


def test_the_slip_says_the_number_of_its_copy() -> None:
    form = typeset(load_form_folder(NEEDS / "2025-02"), "de", first_copy=417, copies=2)
    for page, number in ((4, "417"), (8, "418")):
        slip = text_of(form.pdf, page, (0, 270, 210, 27))
        assert f"Nr. {number}" in slip
        assert "Zum Abtrennen und Behalten" in slip
    for page in (1, 2, 3, 5, 6, 7):
        assert "Abtrennen" not in text_of(form.pdf, page)


def test_the_back_of_a_sheet_has_its_binding_margin_on_the_right() -> None:
    form = typeset(load_form_folder(NEEDS / "2025-02"), "uk", duplex=True)  # a draft: its phrase stands in a margin
    for number, image in enumerate(render(form.pdf), start=1):
        code = code_in(image, form.layout.pages[number - 1].code_boxes[0])
        assert code is not None
        assert code.duplex
        left, right = (cut(image, (x, 0, 19.7, 262)).min() for x in (0, 190.3))
        assert (left >= PAPER, right >= PAPER) == (number % 2 == 1, number % 2 == 0)


# ---- texts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["\ue123", "\U0001f9ff"], ids=["private use", "amulet"])
@pytest.mark.parametrize("place", ["title", "choice"])
def test_a_letter_that_no_font_has_is_refused(tmp_path: Path, letter: str, place: str) -> None:
    change = ("Kleiner Bogen", f"Kleiner {letter}") if place == "title" else ("flat: Wohnung", f"flat: {letter}")
    folder = load_form_folder(small_folder(tmp_path, ("text.de.yaml", *change)))
    with pytest.raises(MissingGlyph) as caught:
        typeset(folder, "de")
    assert "text.de.yaml" in caught.value.sentence("en")
    assert "Install the font" in caught.value.sentence("en")
    assert "Installieren Sie die Schrift" in caught.value.sentence("de")


@pytest.mark.parametrize(
    "code", ['#panic("x")', "*bold*", "$x^2$", "#sys.inputs", "_a_ <b> @c // d", "`raw` \\ ~ -- x"]
)
def test_typst_code_in_a_text_is_printed_as_it_stands(tmp_path: Path, code: str) -> None:
    quoted = "'" + code + "'"
    folder = small_folder(
        tmp_path,
        ("text.de.yaml", "Kleiner Bogen", quoted),
        ("text.de.yaml", "flat: Wohnung", f"flat: {quoted}"),
        ("text.de.yaml", "text: Wie wohnen Sie?", f"text: {quoted}"),
        ("text.de.yaml", "slip: Bitte abtrennen und behalten.", f"slip: {quoted}"),
    )
    text = text_of(typeset(load_form_folder(folder), "de").pdf)
    assert text.replace(" ", "").count(code.replace(" ", "")) == 4


def test_a_limit_is_printed_with_its_number(tmp_path: Path) -> None:
    assert "Höchstens 2." in text_of(typeset(load_form_folder(small_folder(tmp_path)), "de").pdf)


def test_a_limit_with_another_placeholder_is_printed_as_it_stands(tmp_path: Path) -> None:
    folder = load_form_folder(small_folder(tmp_path, ("text.de.yaml", "Höchstens {n}.", "Höchstens {m}.")))
    assert "Höchstens {m}." in text_of(typeset(folder, "de").pdf)


def test_every_question_is_printed_on_the_page_of_its_fields() -> None:
    folder = load_form_folder(NEEDS / "2025-02")
    form = typeset(folder, "de")
    texts = [without_breaks(text_of(form.pdf, page)) for page in range(1, 5)]
    for question, page in form.layout.question_pages():
        wording = folder.wording("de").questions[question]
        if folder.questionnaire.asked_with(folder.questionnaire.question(question)) is None:
            assert without_breaks(wording.text) in texts[page]
        for word in " ".join((*wording.choices.values(), *wording.rows.values())).split():
            assert without_breaks(word) in texts[page]


def without_breaks(text: str) -> str:
    """A text without spaces and hyphens, which its lines may lose or gain."""
    return text.replace(" ", "").replace("-", "")


# ---- questions too large for their place --------------------------------------------------------------------


def test_a_question_too_tall_for_a_page_is_refused(tmp_path: Path) -> None:
    choices = ", ".join(f"c{n}: {n}" for n in range(45))
    labels = ", ".join(f"c{n}: Antwort" for n in range(45))
    folder = german_form(
        tmp_path,
        f"  - {{id: first, kind: text}}\n  - {{id: scale, kind: single, choices: {{{choices}}}}}\n",
        f"  first: {{text: Frage}}\n  scale: {{text: Frage, choices: {{{labels}}}}}\n",
    )
    with pytest.raises(TooTall) as caught:
        typeset(folder, "de")
    assert "'scale'" in caught.value.sentence("en")
    assert "„scale“" in caught.value.sentence("de")
    assert " 240 mm" in caught.value.sentence("en")


def test_a_question_with_thirty_choices_takes_a_page_of_its_own(tmp_path: Path) -> None:
    choices = ", ".join(f"c{n}: {n}" for n in range(35))
    labels = ", ".join(f"c{n}: Antwort" for n in range(35))
    folder = german_form(
        tmp_path,
        "".join(f"  - {{id: q{n}, kind: single, choices: {{{choices}}}}}\n" for n in range(2)),
        "".join(f"  q{n}: {{text: Frage, choices: {{{labels}}}}}\n" for n in range(2)),
        head="copy_numbers: false\n",
    )
    layout = typeset(folder, "de").layout
    assert sorted(layout.question_pages()) == [("q0", 0), ("q1", 1)]
    assert_apart_and_inside(layout)


@pytest.mark.parametrize("digits", [9, 10, 12])
def test_a_long_number_stays_inside_its_column(tmp_path: Path, digits: int) -> None:
    numbers = "".join(f"  - {{id: n{n}, kind: number, digits: {digits}}}\n" for n in range(4))
    texts = "".join(f"  n{n}: {{text: Nummer}}\n" for n in range(4))
    assert_apart_and_inside(typeset(german_form(tmp_path, numbers, texts, head="columns: 2\n"), "de").layout)


@pytest.mark.parametrize("choices", [4, 5, 11])
def test_a_scale_of_short_labels_stays_inside_its_column(tmp_path: Path, choices: int) -> None:
    codes = ", ".join(f"c{n}: {n}" for n in range(choices))
    labels = ", ".join(f'c{n}: "{n}"' for n in range(choices))
    folder = german_form(
        tmp_path,
        "".join(f"  - {{id: q{n}, kind: grid, rows: [r], choices: {{{codes}}}}}\n" for n in range(4)),
        "".join(f"  q{n}: {{text: Frage, rows: {{r: Zeile}}, choices: {{{labels}}}}}\n" for n in range(4)),
        head="columns: 2\n",
    )
    assert_apart_and_inside(typeset(folder, "de").layout)


def test_no_part_of_a_question_in_thirty_parts_is_lost(tmp_path: Path) -> None:
    folder = german_form(
        tmp_path,
        "  - {id: q, kind: text}\n" + "".join(f"  - {{id: q{n}, kind: text, part_of: q}}\n" for n in range(29)),
        "  q: {text: Frage}\n" + "".join(f"  q{n}: {{text: Frage}}\n" for n in range(29)),
    )
    form = typeset(folder, "de")
    assert len({name for name, _ in form.layout.question_pages()}) == 30
    printed_words = text_of(form.pdf).split()
    assert {"1a", "1z", "1aa", "1dd"} <= set(printed_words)


@pytest.mark.parametrize(
    ("language", "word"), [("de", "Mwohin"), ("ar", "منذ"), ("ti", "ብምንታይ")], ids=["de", "ar", "ti"]
)
def test_the_number_of_a_question_does_not_touch_its_text(tmp_path: Path, language: str, word: str) -> None:
    names = [*(f"q{n}" for n in range(23)), "part"]
    asked = [f"  - {{id: {name}, kind: text{', part_of: q22' if name == 'part' else ''}}}" for name in names]
    texts = [f"  {name}: {{text: {word}}}" for name in names]
    path = write_folder(
        tmp_path,
        {
            "questionnaire.yaml": "\n".join(['questionnaire: parts\nversion: "1"\nquestions:', *asked]),
            f"text.{language}.yaml": "\n".join([f"status: unproofed\ntitle: {word}\nquestions:", *texts]),
        },
    )
    form = typeset(load_form_folder(path), language)
    for page, image in zip(form.layout.pages, render(form.pdf), strict=True):
        for area in page.text_areas:
            x, y, width, _ = area.box
            before = x + width + 0.2 if language in FROM_RIGHT else x - 0.6
            assert cut(image, (before, y - 10, 0.4, 10)).min() >= PAPER, area.question

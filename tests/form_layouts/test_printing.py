"""Copies, slips, texts as they stand, and questions too large for their place."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from form_layouts.errors import MissingGlyph, TooTall
from form_layouts.form_folder import load_form_folder
from form_layouts.typesetting import Typeset, typeset
from tests.form_layouts.folders import german_form, small_folder, write_folder
from tests.form_layouts.prints import (
    FROM_RIGHT,
    PAPER,
    ROOT,
    assert_apart_and_inside,
    code_in,
    cut,
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

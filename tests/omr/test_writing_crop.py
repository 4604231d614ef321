"""What an engine is given of a written field: the writing, without what is printed there."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from form_layouts.catalogue import Catalogue, Form
from form_layouts.form_folder import load_form_folder
from form_layouts.layout import Box, Comb, TextArea
from form_layouts.typesetting import typeset
from omr.debug import DebugWriter
from omr.identify import identify
from omr.image import Grey, PageImage
from omr.markers import find_markers
from omr.registration import register
from omr.writing_crop import LINE_MARGIN_MM, MARGIN_MM, PX_PER_MM, Crop, crop_field
from simulation.handwriting import Script, write_text
from simulation.pen import BALL_PEN, draw_stroke
from simulation.scanner import OFFICE
from tests.omr.drawn import FOLDER, draw, printed, scanned, write

MARGIN_PX = round(MARGIN_MM * PX_PER_MM)
DARK = 128


def field(question: str) -> TextArea | Comb:
    page = printed()[0].forms[0].layout.pages[0]
    fields: list[TextArea | Comb] = [*page.text_areas, *page.combs]
    return next(one for one in fields if one.question == question)


@cache
def with_blank(folder: Path) -> Form:
    """The same form as the catalogue knows it that was printed with: its picture is kept."""
    file = folder / "blank.pdf"
    file.write_bytes(typeset(load_form_folder(FOLDER), "de").pdf)
    form = printed()[0].forms[0]
    return Form(form.questionnaire, form.layout, file)


def crop(page: Grey, question: str, form: Form | None = None) -> Grey:
    return crops(page, question, form).picture


def crops(page: Grey, question: str, form: Form | None = None) -> Crop:
    image, catalogue = PageImage(page, 300.0, "drawn", 0), Catalogue([form or printed()[0].forms[0]])
    markers = find_markers(image, DebugWriter())
    return crop_field(register(image, markers, identify(image, markers, catalogue, DebugWriter())), field(question))


def ink(picture: Grey) -> Grey:
    """What is dark, trimmed to it."""
    dark = (picture < DARK).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(dark)
    return dark[y : y + height, x : x + width]


def on_white(question: str, text: str) -> Grey:
    """The same writing by the same hand on paper that bears nothing else."""
    return ink(write(np.full_like(printed()[1], 255), question, text))


def stroke(page: Grey, *points: tuple[float, float]) -> Grey:
    draw_stroke(page, np.array(points), BALL_PEN, np.random.default_rng(1))
    return page


@pytest.mark.parametrize("question", ["origin", "wish", "transport_other"])
@pytest.mark.parametrize("kept", [False, True], ids=["outlines", "blank"])
def test_a_crop_holds_the_words_as_they_were_written_and_nothing_else(
    question: str, kept: bool, tmp_path: Path
) -> None:
    """Its size is that of the words, and four fifths of its ink lie where theirs does."""
    meant = on_white(question, "Kalligraphie")
    seen = ink(crop(write(draw([]), question, "Kalligraphie"), question, with_blank(tmp_path) if kept else None))
    assert np.abs(np.subtract(seen.shape, meant.shape)).max() <= 4
    resized = np.asarray(cv2.resize(seen, meant.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
    assert (resized & meant).sum() > 0.8 * max(resized.sum(), meant.sum())


def test_a_crop_is_trimmed_to_the_ink_with_a_white_margin() -> None:
    picture = crop(scanned(write(draw([]), "origin", "Iran"), OFFICE.draw(np.random.default_rng(3))), "origin")
    dark = np.argwhere(picture < 200)
    low, high = dark.min(axis=0), dark.max(axis=0)
    assert np.abs(low - MARGIN_PX).max() <= 3
    assert np.abs(np.array(picture.shape) - 1 - high - MARGIN_PX).max() <= 3


@pytest.mark.parametrize("aslant", [0.0, 3.0], ids=["upright", "aslant"])
def test_a_stroke_that_crosses_frame_or_rule_stays_one_stroke_of_its_whole_length(aslant: float) -> None:
    for question, y in (("origin", 97.7), ("wish", 176.4)):
        x = field(question).boxes[0][0] + 20
        seen = ink(crop(stroke(draw([]), (x, y - 4), (x + aslant, y + 2.5)), question))
        parts, _ = cv2.connectedComponents(seen, connectivity=8)
        assert parts == 2  # the paper and the stroke
        assert abs(seen.shape[0] / PX_PER_MM - 6.5) < 0.8


def test_words_beside_a_field_are_not_in_its_crop() -> None:
    page = write(draw([]), "origin", "Iran")
    x, y, w, h = field("origin").boxes[0]
    beside: Box = (x + w / 2, y + h + 1.2, w / 2, 7.0)
    write_text(page, beside, "Notiz", BALL_PEN, Script(), np.random.default_rng(1))
    assert np.abs(np.subtract(ink(crop(page, "origin")).shape, on_white("origin", "Iran").shape)).max() <= 4


def test_digits_in_a_comb_come_without_their_cells() -> None:
    seen, meant = ink(crop(write(draw([]), "moved_in", "01072023"), "moved_in")), on_white("moved_in", "01072023")
    assert np.abs(np.subtract(seen.shape, meant.shape)).max() <= 4
    assert 0.8 < seen.sum() / meant.sum() < 1.25


def test_a_field_without_ink_is_white() -> None:
    assert (crop(draw([]), "origin") == 255).all()


def on_two_lines(page: Grey, first: str, second: str) -> Grey:
    """The page with a line of writing on the printed line of the field `wish`, and one below."""
    x, y, w, h = field("wish").boxes[0]
    for top, text in ((y, first), (y + h / 2, second)):
        write_text(page, (x, top, w, h / 2), text, BALL_PEN, Script(), np.random.default_rng(1))
    return page


def test_lines_are_cut_where_the_field_prints_them_and_a_number_says_that_it_is_one() -> None:
    two = crops(on_two_lines(draw([]), "Gegend", "Sonnenblumen"), "wish")
    together = ink(on_two_lines(np.full_like(printed()[1], 255), "Gegend", "Sonnenblumen"))
    assert [line.shape[0] < 0.7 * together.shape[0] for line in two.lines] == [True, True]
    assert abs(sum(int(ink(line).sum()) for line in two.lines) / int(together.sum()) - 1) < 0.15
    assert ink(two.lines[1]).shape[1] > 1.3 * ink(two.lines[0]).shape[1]
    assert two.lines[0].shape[1] == pytest.approx(ink(two.lines[0]).shape[1] + 2 * LINE_MARGIN_MM * PX_PER_MM, abs=8)
    assert not two.digits
    number = crops(write(draw([]), "moved_in", "01072023"), "moved_in")
    assert (len(number.lines), number.digits) == (1, True)

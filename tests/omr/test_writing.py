"""Blank or written; and that no handwriting is ever accepted unread by a person."""

from collections.abc import Sequence

import numpy as np
import pytest

from omr.debug import DebugWriter
from omr.engines.both import Engines
from omr.engines.tesseract import Tesseract
from omr.image import PageImage
from omr.judge import ALONE
from omr.pipeline import read_page
from omr.text import Reading
from omr.writing_crop import Crop
from simulation.pen import CLEAR_PENS, Pen
from simulation.scanner import OFFICE
from tests.omr.drawn import draw, printed, read, scanned, write


class CountingEngine:
    """Says the same of every crop and counts how often it was asked."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def read(self, crops: Sequence[Crop], language: str) -> list[Reading | None]:
        assert language == "de"
        self.calls.append(len(crops))
        return [Reading("42", 1.0) for _ in crops]


class BrokenEngine:
    """Has nothing to say."""

    def read(self, crops: Sequence[Crop], language: str) -> list[Reading | None]:
        return [None for _ in crops]


@pytest.mark.parametrize("pen", CLEAR_PENS, ids=lambda pen: pen.name)
@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("persons", " 1"),
        ("persons", "4 "),
        ("moved_in", "01072023"),
        ("origin", "Syrien"),
        ("wish", "i"),
        ("transport_other", "Roller"),
    ],
)
def test_writing_is_seen_and_waits_for_a_person(pen: Pen, question: str, text: str) -> None:
    page = scanned(write(draw([]), question, text, pen=pen), OFFICE.draw(np.random.default_rng(3)))
    answer = read(page).answers[question]
    assert (answer.value, answer.accepted, answer.reasons) == (None, False, ("handwriting",))


def test_a_blank_field_is_an_accepted_no_answer_beside_written_ones() -> None:
    answers = read(write(draw([]), "origin", "Ukraine")).answers
    assert all(answers[name].value == -9 and answers[name].accepted for name in ("persons", "moved_in", "wish"))


def test_one_call_of_the_engine_serves_all_written_fields_and_none_a_blank_page() -> None:
    engine = CountingEngine()
    catalogue, empty = printed()
    page = write(write(draw([]), "origin", "Iran"), "persons", " 3")
    reading = read_page(PageImage(page, 300.0, "written", 0), catalogue, engine, DebugWriter())
    assert engine.calls == [2]
    read_page(PageImage(empty, 300.0, "blank", 0), catalogue, engine, DebugWriter())
    assert engine.calls == [2]
    assert reading.answers["origin"].candidates == ("42",)


def test_an_engine_that_is_certain_of_handwriting_still_only_suggests() -> None:
    catalogue, _ = printed()
    page = write(draw([]), "origin", "Iran")
    answer = read_page(PageImage(page, 300.0, "written", 0), catalogue, CountingEngine(), DebugWriter()).answers[
        "origin"
    ]
    assert answer.confidence == ALONE
    assert not answer.accepted
    assert answer.value is None


def test_an_engine_that_fails_costs_its_answer_and_not_the_page() -> None:
    catalogue, _ = printed()
    page = write(draw([("transport", "bus", "cross")]), "origin", "Iran")
    reading = read_page(PageImage(page, 300.0, "written", 0), catalogue, BrokenEngine(), DebugWriter())
    assert reading.answers["transport"].value == 3
    assert (reading.answers["origin"].reasons, reading.answers["origin"].candidates) == (("handwriting",), ())


def test_all_engines_are_asked_and_the_first_that_reads_a_crop_is_believed_first() -> None:
    crops = [Crop(np.full((50, 50), 255, np.uint8), ())] * 2
    assert Engines([BrokenEngine(), CountingEngine()]).read(crops, "de") == [Reading("42", 1.0)] * 2
    assert Engines([CountingEngine(), CountingEngine()]).read(crops, "de") == [Reading("42", 1.0, ("42",))] * 2
    assert Engines([BrokenEngine(), BrokenEngine()]).read(crops, "de") == [None, None]


def test_tesseract_reads_several_crops_in_one_call_and_keeps_them_apart() -> None:
    """Printed words, as it is made for; the third crop is empty."""
    _, empty = printed()
    k = 300 / 25.4
    title = empty[round(8 * k) : round(18.2 * k), round(30 * k) : round(110 * k)]
    footer = empty[round(280 * k) : round(290 * k), round(140 * k) : round(182 * k)]
    nothing = np.full((100, 300), 255, np.uint8)
    readings = Tesseract().read([Crop(picture, (picture,)) for picture in (title, footer, nothing)], "de")
    assert [reading.text if reading else None for reading in readings] == ["Ihr Alltag", "Seite 1 von 1", None]


def test_a_language_without_its_pack_gives_no_suggestion() -> None:
    assert Tesseract().read([Crop(np.full((50, 50), 255, np.uint8), ())], "ti") == [None]


def test_words_beside_a_choice_that_is_not_marked_hold_back_the_question() -> None:
    """Whoever wrote them may have meant that choice."""
    answers = read(write(draw([("transport", "bus", "cross")]), "transport_other", "Roller")).answers
    assert (answers["transport"].value, answers["transport"].reasons) == (None, ("contradiction",))
    assert answers["transport"].candidates == (90, 3)
    marked = read(write(draw([("transport", "other", "cross")]), "transport_other", "Roller")).answers
    assert marked["transport"].value == 90

"""The benchmark of reading counts what it says: a wrong reading is wrong, a doubtful one is review, a lost page is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import reading_set
from benchmarks.reading_count import SeenBox, Tally, TrueBox, figures, upper95
from benchmarks.reading_forms import printed_form
from benchmarks.reading_mix import DOUBTFUL_STYLES, EXCLUDES, the_mix
from benchmarks.reading_pile import Scanned, accounts
from benchmarks.reading_set import Task, count
from benchmarks.reading_sheets import Sheet, copy_sheets, unseen
from omr.reading import Answer, PageIdentity, PageReading, Reason
from simulation.scan_files import EncodedPage

FORM = ("2025-08", "de")
SEED = 3
TASK = Task("office", SEED, 0, (FORM,))


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    """A page with many boxes of a person without strays in the way."""
    sheets = copy_sheets("office", SEED, 0, printed_form(*FORM), the_mix())
    return next(page for page in sheets if page.page == 1)


def perfect(sheet: Sheet) -> PageReading:
    """What a perfect reader says of the page, standing upright at 300 dpi."""
    layout = sheet.printed.layout
    marks: dict[str, dict[str, tuple[Any, float]]] = {}
    for box in sheet.boxes:
        marks.setdefault(box.variable, {})[box.choice] = (box.state, 0.999)
    answers = {
        box.variable: Answer(value=sheet.values[box.variable]["value"], accepted=True, confidence=0.99)
        for box in sheet.boxes
    }
    identity = PageIdentity(
        questionnaire=layout.questionnaire,
        version=layout.version,
        edition=layout.edition,
        language=layout.language,
        page=sheet.page + 1,
        pages=len(layout.pages),
        copy_number=1,
    )
    px = 300 / 25.4
    plane = ((px, 0.0, 0.0), (0.0, px, 0.0), (0.0, 0.0, 1.0))
    return PageReading(file="x", index=0, kind="page", identity=identity, plane=plane, answers=answers, marks=marks)


def with_mark(reading: PageReading, box: TrueBox, state: Any) -> PageReading:
    marks = {variable: dict(boxes) for variable, boxes in reading.marks.items()}
    marks[box.variable][box.choice] = (state, 0.97)
    return reading.model_copy(update={"marks": marks})


def marked(sheet: Sheet) -> TrueBox:
    return next(box for box in sheet.boxes if box.state == "marked")


def test_a_perfect_reading_has_no_error_and_no_review(sheet: Sheet) -> None:
    report = figures(count(sheet, perfect(sheet), TASK))
    assert (report["pages"], report["identified_right"], report["boxes"]) == (1, 1, len(sheet.boxes))
    assert report["marked_boxes"] == sum(box.state == "marked" for box in sheet.boxes) > 5
    assert (report["silent_wrong"], report["review_share"], report["wrong_cases"]) == (0, 0.0, [])
    assert report["silent_wrong_upper95_per_10000"] == pytest.approx(30_000 / len(sheet.boxes), rel=0.01)


def test_a_mark_read_as_empty_is_silently_wrong_and_says_how_to_draw_it_again(sheet: Sheet) -> None:
    box = marked(sheet)
    report = figures(count(sheet, with_mark(perfect(sheet), box, "empty"), TASK))
    assert report["silent_wrong"] == report["by_style"][box.style]["silent_wrong"] == 1
    (case,) = report["wrong_cases"]
    assert (case["set"], case["seed"], case["person"], case["page"]) == ("office", SEED, 0, 2)
    assert (case["variable"], case["choice"], case["meant"], case["read"]) == (*box[:3], "empty")
    assert {"from": 0.95, "to": 0.98, "n": 1, "right": 0, "stated": 0.97} in report["reliability"]


def test_an_unsure_box_is_review_and_no_box_of_an_answer_held_back_is_wrong(sheet: Sheet) -> None:
    box = marked(sheet)
    unsure = count(sheet, with_mark(perfect(sheet), box, "unsure"), TASK)
    assert (unsure.silent_wrong, unsure.review) == (0, 1)
    reading = with_mark(perfect(sheet), box, "empty")
    reasons: list[tuple[Reason, bool]] = [("two_marks", True), ("handwriting", False)]
    for reason, reviewed in reasons:
        held = Answer(value=None, accepted=False, confidence=0.1, reasons=(reason,))
        answers = {**reading.answers, box.variable: held}
        tally = count(sheet, reading.model_copy(update={"answers": answers}), TASK)
        group = sum(other.variable == box.variable for other in sheet.boxes)
        assert (tally.held, tally.silent_wrong) == ((group, 0) if reviewed else (0, 1)), reason
        assert tally.review == 0
        assert tally.answers_review == int(reviewed)


def test_an_accepted_answer_with_another_value_is_counted_apart_from_its_boxes(sheet: Sheet) -> None:
    reading = perfect(sheet)
    variable = marked(sheet).variable
    answers = {**reading.answers, variable: Answer(value=77, accepted=True, confidence=0.9)}
    tally = count(sheet, reading.model_copy(update={"answers": answers}), TASK)
    assert (tally.answers_silent_wrong, tally.silent_wrong) == (1, 0)


def test_a_page_taken_for_another_is_identified_wrong_and_its_boxes_count_nowhere(sheet: Sheet) -> None:
    reading = perfect(sheet)
    assert reading.identity
    for change in ({"page": 4}, {"language": "ar"}, {"copy_number": 2}):
        other = reading.model_copy(update={"identity": reading.identity.model_copy(update=change)})
        tally = count(sheet, other, TASK)
        assert (tally.identified_wrong, tally.boxes, tally.boxes_on_other_pages) == (1, 0, len(sheet.boxes))
    unknown = reading.model_copy(update={"identity": reading.identity.model_copy(update={"copy_number": None})})
    tally = count(sheet, unknown, TASK)
    assert (tally.identified_right, tally.without_copy_number) == (1, 1)


def test_a_rejected_page_keeps_its_reason(sheet: Sheet) -> None:
    tally = count(sheet, PageReading(file="x", index=0, kind="rejected", reason="no_form_found"), TASK)
    assert figures(tally)["rejections"] == {"no_form_found": 1}


def test_ink_that_no_one_can_see_is_listed_apart_and_not_dropped() -> None:
    tally = Tally()
    true = TrueBox("a", "b", "marked", "faint", (0, 0, 4, 4))
    for visible in (False, True):
        seen = SeenBox(true, "empty", 0.99, held=False, unsure=False, visible=visible, reasons=())
        tally.box(seen, "one bit", "pencil", doubtful_question=True)
    report = figures(tally)
    assert report["below_visibility"] == {"n": 1, "silent_wrong": 1, "review": 0}
    assert (report["boxes"], report["silent_wrong"]) == (1, 1)


def test_a_one_bit_scan_that_lost_a_mark_makes_it_unseen(sheet: Sheet) -> None:
    """The scan is made again without ink: where both are the same, nobody could have seen the mark."""
    plane = np.diag([300 / 25.4, 300 / 25.4, 1.0])
    box = marked(sheet)
    lost = replace(sheet, device="one bit", filled=sheet.clean, boxes=(box,))
    assert unseen(lost, plane) == {(box.variable, box.choice)}


def test_no_error_bounds_the_rate_at_three() -> None:
    assert upper95(0) == pytest.approx(2.996, abs=0.01)
    assert upper95(3) == pytest.approx(7.754, abs=0.01)


def test_the_mix_draws_what_it_says() -> None:
    mix = the_mix()
    rng = np.random.default_rng(1)
    hands = [mix.hand(rng) for _ in range(600)]
    assert len({hand.pen.name for hand in hands}) >= 6
    assert 0.68 < np.mean([hand.habit == "cross" for hand in hands]) < 0.8
    assert 0.005 < np.mean([hand.mixes for hand in hands]) < 0.06
    styles: list[str] = [style for hand in hands[:100] for style in (hand.style(rng) for _ in range(30))]
    for style, share in {"faint": 3, "beside": 3, "corrected": 4, "dot": 2}.items():
        assert styles.count(style) / len(styles) == pytest.approx(share / 100, abs=0.012)
    assert set(DOUBTFUL_STYLES) - {"mixed"} < {*mix.raw["strays"], "overwritten"}


def test_a_bad_page_has_one_or_two_defects_that_go_together() -> None:
    rng = np.random.default_rng(1)
    drawn = [the_mix().defects(rng) for _ in range(400)]
    assert {len(defects) for defects in drawn} == {1, 2}
    assert {name for defects in drawn for name in defects} == set(the_mix().raw["bad_defects"])
    assert all(len(d) == 1 or d[1] not in EXCLUDES.get(d[0], {d[0]}) for d in drawn)
    assert not any({"fax", "photo"} <= set(defects) for defects in drawn)


def test_a_small_office_set_is_drawn_and_read() -> None:
    report = reading_set.run_set("office", 2, SEED, quick=True, workers=1)
    assert (report["pages"], report["identified_wrong"]) == (4, 0)
    assert report["boxes"] + report["boxes_on_other_pages"] + report["below_visibility"]["n"] == 163


def test_the_same_seed_and_person_give_the_same_page(sheet: Sheet) -> None:
    """A wrong case must be drawn again from what the report says."""
    pages = copy_sheets("office", SEED, 0, printed_form(*FORM), the_mix())
    again = next(page for page in pages if page.page == sheet.page)
    assert again.data == sheet.data
    assert again.boxes == sheet.boxes
    assert next(copy_sheets("office", SEED + 1, 0, printed_form(*FORM), the_mix())).hand != sheet.hand


def pile() -> Iterator[tuple[tuple[str, int], Scanned]]:
    encoded = EncodedPage("jpeg", False, 10, 10, 300, Path("x"))
    for copy in (1, 2):
        for page in (1, 2):
            yield ("a.pdf", 2 * copy + page - 3), Scanned(("v", "de", copy), page, (), encoded)


def line(copy: int | None, *pages: tuple[int, int]) -> dict[str, Any]:
    """A submission; pages as (index in the file, page)."""
    places = [{"file": "a.pdf", "index": index, "page": page} for index, page in pages]
    return {"kind": "submission", "version": "v", "language": "de", "copy": copy, "pages": places}


def test_a_pile_read_right_is_all_accounted_for() -> None:
    found = accounts([line(1, (0, 1), (1, 2)), line(2, (2, 1), (3, 2))], dict(pile()))
    assert (found["accounted"], found["misplaced"], found["apart"], found["lost"], found["double"]) == (4, 0, 0, 0, 0)


def test_pages_in_the_wrong_submission_lost_or_apart_are_told() -> None:
    swapped = accounts([line(1, (0, 1), (3, 2)), line(2, (2, 1), (1, 2))], dict(pile()))
    assert (swapped["accounted"], swapped["misplaced"]) == (4, 2)
    rejected = {"kind": "rejected", "file": "a.pdf", "index": 3}
    halved = accounts([line(1, (0, 1)), line(None, (1, 2)), line(2, (2, 1)), rejected], dict(pile()))
    assert (halved["accounted"], halved["misplaced"], halved["apart"], halved["rejected"]) == (4, 0, 1, 1)
    lost = accounts([line(1, (0, 1), (1, 2)), line(2, (2, 1)), line(2, (2, 1))], dict(pile()))
    assert (lost["lost"], lost["double"], lost["accounted"]) == (1, 1, 2)

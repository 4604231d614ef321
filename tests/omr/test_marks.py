"""What people do with a pen, and what the reader makes of it."""

import cv2
import numpy as np
import pytest

from omr.assembly import assemble
from omr.image import Grey
from omr.reading import PageReading, Submission
from simulation.marks import Style, draw_mark
from simulation.pen import BALL_PEN, BROAD_FELT_PEN, CLEAR_PENS, FINE_BALL_PEN, PENCIL, PENS, Pen
from simulation.scanner import OFFICE, Scanner
from tests.omr.drawn import Marks, draw, printed, read, scanned


def office(page: Grey, seed: int) -> Grey:
    """A scan as an office's feeder makes it."""
    return scanned(page, OFFICE.draw(np.random.default_rng(seed)), seed)


def value(reading: PageReading, variable: str) -> object:
    answer = reading.answers[variable]
    return answer.value if answer.accepted else answer.reasons


def test_an_empty_form_is_all_unanswered_and_nobody_has_to_look() -> None:
    """A blank box needs no filled neighbour to be blank."""
    for seed in range(3):
        reading = read(office(draw([]), seed))
        assert {answer.value for answer in reading.answers.values()} == {-9}
        assert all(answer.accepted for answer in reading.answers.values())


@pytest.mark.parametrize("pen", CLEAR_PENS, ids=lambda pen: pen.name)
@pytest.mark.parametrize("style", ["cross", "tick"])
def test_a_clear_mark_is_the_answer_with_every_pen(pen: Pen, style: Style) -> None:
    marks: Marks = [("transport", "bus", style), ("leisure", "music", style), ("places.pool", "often", style)]
    reading = read(office(draw(marks, pen=pen, seed=4), 4))
    assert value(reading, "transport") == 3
    assert [value(reading, f"leisure_{code}") for code in (1, 2, 3, 4)] == [0, 0, 1, 0]
    assert value(reading, "places_pool") == 3
    assert value(reading, "places_park") == -9


def test_a_person_who_fills_boxes_has_marked_them() -> None:
    rows: Marks = [(f"places.{row}", "never", "fill") for row in ("park", "library", "pool")]
    marks: Marks = [("transport", "car", "fill"), ("leisure", "sport", "fill"), *rows]
    reading = read(office(draw(marks, seed=2), 2))
    assert (value(reading, "transport"), value(reading, "leisure_2"), value(reading, "places_park")) == (4, 1, 1)


@pytest.mark.parametrize(("style", "state"), [("fill", "marked"), ("corrected", "unsure")])
def test_beside_a_cross_of_somebody_who_fills_only_a_blacker_box_waits(style: Style, state: str) -> None:
    """What looks like this person's other answers is one; what is blacker may have been taken back for the cross."""
    rows: Marks = [(f"places.{row}", "never", "fill") for row in ("park", "library", "pool")]
    marks: Marks = [("transport", "car", "fill"), ("leisure", "sport", style), ("leisure", "music", "cross"), *rows]
    reading = read(office(draw(marks, pen=FINE_BALL_PEN, seed=4), 4))
    assert reading.marks["leisure_2"]["sport"][0] == state
    assert {reading.marks[f"places_{row}"]["never"][0] for row in ("park", "library", "pool")} == {"marked"}


def test_a_blackened_box_beside_a_cross_is_a_correction() -> None:
    """The blackened box is cancelled, the crossed one is the answer, and nobody has to look."""
    marks: Marks = [("transport", "bus", "corrected"), ("transport", "car", "cross"), ("places.park", "often", "cross")]
    reading = read(office(draw(marks), 1))
    assert value(reading, "transport") == 4
    assert reading.marks["transport"]["bus"][0] == "cancelled"


def test_a_blackened_box_alone_among_crosses_waits_for_a_person() -> None:
    marks: Marks = [("transport", "bus", "corrected"), ("places.park", "often", "cross")]
    reading = read(office(draw(marks), 1))
    assert value(reading, "transport") == ("blackened",)


def test_two_blackened_boxes_alone_on_a_page_wait_for_a_person() -> None:
    """Two answers taken back look like two answers of a person who fills boxes."""
    reading = read(office(draw([("transport", "bus", "corrected"), ("places.park", "often", "corrected")]), 1))
    assert [value(reading, name) for name in ("transport", "places_park")] == [("blackened",), ("blackened",)]


def test_two_marks_where_one_answer_is_allowed_wait_for_a_person() -> None:
    reading = read(office(draw([("transport", "bus", "cross"), ("transport", "car", "cross")]), 3))
    assert value(reading, "transport") == ("two_marks",)
    assert reading.answers["transport"].candidates == (3, 4)


def test_more_marks_than_allowed_wait_for_a_person() -> None:
    marks: Marks = [("leisure", choice, "cross") for choice in ("reading", "sport", "music")]
    reading = read(office(draw(marks), 3))
    assert [value(reading, f"leisure_{code}") for code in (1, 2, 3)] == [("too_many_marks",)] * 3
    assert value(reading, "leisure_4") == 0


def test_the_box_for_no_answer_gives_its_missing_code() -> None:
    reading = read(office(draw([("transport", "no_answer_box", "cross")]), 5))
    assert value(reading, "transport") == -7


@pytest.mark.parametrize(
    ("style", "reason"), [("dot", "dot"), ("faint", "faint_mark"), ("beside", "beside_box"), ("circled", "circled")]
)
def test_a_doubtful_mark_is_never_silently_empty(style: Style, reason: str) -> None:
    for seed in range(4):
        reading = read(office(draw([("transport", "car", style), ("places.park", "often", "cross")], seed=seed), seed))
        answer = reading.answers["transport"]
        if style == "faint" and answer.accepted:  # pale, but a plain cross
            assert answer.value == 4
            continue
        assert answer.reasons, f"seed {seed}: {answer}"
        assert set(answer.reasons) <= {reason, "beside_box", "faint_mark", "dot"}


@pytest.mark.parametrize("pen", PENS, ids=lambda pen: pen.name)
def test_what_is_accepted_is_right_whatever_the_pen_and_style(pen: Pen) -> None:
    """Any style may wait for a person; none may be accepted as another answer."""
    styles: tuple[Style, ...] = ("cross", "tick", "fill", "faint", "dot", "circled", "overwritten")
    for seed, style in enumerate(styles):
        reading = read(office(draw([("places.library", "sometimes", style)], pen=pen, seed=seed), seed))
        assert value(reading, "places_library") in (
            2,
            *((reason,) for reason in reading.answers["places_library"].reasons),
        )


def grid_column(choice: str) -> slice:
    """Four pixels down the middle of the boxes of one choice of the grid."""
    boxes = printed()[0].forms[0].layout.pages[0].checkboxes
    x, _, width, _ = next(field.box for field in boxes if field.choice == choice)
    left = round((x + width / 2) * 300 / 25.4)
    return slice(left, left + 4)


@pytest.mark.parametrize("grey", [110, 255], ids=["dark", "bright"])
def test_a_streak_of_the_scanner_is_no_mark_and_hides_none(grey: int) -> None:
    """A thin line over the whole scan, through a column of a grid: empty boxes stay empty, a crossed one crossed."""
    page = np.minimum(draw([("places.library", "sometimes", "cross")], pen=FINE_BALL_PEN), 240)
    page[:, grid_column("sometimes")] = grey
    reading = read(page)
    assert [value(reading, f"places_{row}") for row in ("park", "library", "pool")] == [-9, 2, -9]
    assert "streaks" in {finding.kind for finding in reading.findings}


def test_a_line_drawn_through_several_boxes_is_no_answer() -> None:
    page = draw([("transport", "bus", "cross")], pen=FINE_BALL_PEN)
    top, bottom = (round(at * 300 / 25.4) for at in grid_span())
    page[top:bottom, grid_column("sometimes")] = 60
    reading = read(page)
    assert [value(reading, f"places_{row}") for row in ("park", "library", "pool")] == [("struck_line",)] * 3
    assert value(reading, "transport") == 3


def grid_span() -> tuple[float, float]:
    """Above the first and below the last row of the grid, mm."""
    boxes = [field.box for field in printed()[0].forms[0].layout.pages[0].checkboxes if field.question == "places"]
    return min(box[1] for box in boxes) - 2, max(box[1] + box[3] for box in boxes) + 2


def test_a_cross_that_runs_into_the_next_box_marks_only_its_own() -> None:
    """Large crosses of a list reach over the gap of a millimetre: the leg in the next box is none of its marks."""
    boxes = {
        field.choice: field.box
        for field in printed()[0].forms[0].layout.pages[0].checkboxes
        if field.question == "transport"
    }
    page = draw([])
    x, y, width, height = boxes["bus"]
    draw_mark(page, (x, y, width, height * 1.8), "cross", BALL_PEN, np.random.default_rng(3))
    reading = read(office(page, 3))
    assert reading.marks["transport"]["bus"][0] == "marked"
    assert {reading.marks["transport"][choice][0] for choice in boxes if choice != "bus"} <= {"empty", "unsure"}


def test_a_ring_is_found_though_half_of_it_lies_on_outlines_and_in_the_next_box() -> None:
    """Rings of every size and place round a box of a narrow list; the boxes that they cut are not marked."""
    for seed in range(12):
        page = draw([("transport", "bus", "circled")], pen=BALL_PEN, seed=seed)
        marks = read(office(page, seed)).marks["transport"]
        assert marks["bus"][0] == "unsure", seed
        assert "marked" not in {state for state, _ in marks.values()}, seed


def test_broad_crosses_are_crosses_and_no_corrections() -> None:
    """Of 30 hardly any waits for a person, and none is taken for a correction."""
    rows: Marks = [(f"places.{row}", "never", "cross") for row in ("park", "library", "pool")]
    marks: Marks = [("transport", "car", "cross"), ("leisure", "sport", "cross"), *rows]
    right = 0
    for seed in range(6):
        reading = read(office(draw(marks, pen=BROAD_FELT_PEN, seed=seed), seed))
        states = [state for boxes in reading.marks.values() for state, _ in boxes.values() if state != "empty"]
        assert len(states) == 5, seed
        assert set(states) <= {"marked", "unsure"}, seed
        right += states.count("marked")
    assert right >= 27


def with_speck(page: Grey, question: str, choice: str) -> Grey:
    """Dust of a quarter millimetre in the middle of a box."""
    boxes = printed()[0].forms[0].layout.pages[0].checkboxes
    x, y, w, h = next(field.box for field in boxes if (field.question, field.choice) == (question, choice))
    centre = round((x + w / 2) * 300 / 25.4), round((y + h / 2) * 300 / 25.4)
    return np.asarray(cv2.circle(page.copy(), centre, 1, 0, -1), np.uint8)


def test_a_speck_in_an_unanswered_question_is_shown_to_a_person() -> None:
    """It may be all that is left of a pale stroke; beside a cross of the same question it is dust."""
    page = draw([("leisure", "sport", "cross"), ("places.park", "often", "cross")])
    alone = read(office(with_speck(page, "transport", "bus"), 1))
    assert value(alone, "transport") == ("dot",)
    assert alone.answers["transport"].candidates == (3,)
    beside = read(office(with_speck(page, "leisure", "music"), 1))
    assert [value(beside, f"leisure_{code}") for code in (2, 3)] == [1, 0]


def test_a_confidence_is_higher_for_a_clear_mark_than_for_a_doubtful_one() -> None:
    reading = read(office(draw([("transport", "car", "cross"), ("places.park", "often", "dot")]), 7))
    assert reading.marks["transport"]["car"][1] > 0.95 > reading.marks["places_park"]["often"][1]


def test_a_one_bit_scan_that_lost_all_strokes_proves_no_unanswered_question() -> None:
    """Thin pale crosses, and a scanner set too light: nothing is left, and -9 would be wrong for every question."""
    marks: Marks = [("transport", "bus", "faint"), ("leisure", "music", "faint"), ("places.pool", "often", "faint")]
    page = scanned(draw(marks, pen=FINE_BALL_PEN), Scanner(dpi=200, one_bit=True, threshold=90, blur_mm=0.08))
    reading = read(page, dpi=200.0)
    assert {finding.kind for finding in reading.findings} >= {"one_bit", "scan_too_thin"}
    (line,) = assemble([reading], printed()[0], "en")
    assert isinstance(line, Submission)
    assert {answer.reasons for answer in line.answers.values()} == {("scan_too_thin",)}


def test_a_readable_one_bit_scan_is_accepted() -> None:
    page = scanned(draw([("transport", "bus", "cross")]), Scanner(dpi=200, one_bit=True))
    reading = read(page, dpi=200.0)
    (line,) = assemble([reading], printed()[0], "en")
    assert isinstance(line, Submission)
    assert (line.answers["transport"].value, line.answers["places_park"].value) == (3, -9)


def test_a_mark_gone_over_far_more_than_the_persons_others_waits_for_a_person() -> None:
    """Nobody knows whether it was made plain or taken back."""
    crosses: Marks = [
        ("places.park", "often", "cross"),
        ("places.pool", "never", "cross"),
        ("leisure", "music", "cross"),
    ]
    page = draw([*crosses, ("transport", "car", "overwritten"), ("transport", "car", "overwritten")], seed=3)
    reading = read(office(page, 3))
    assert set(reading.answers["transport"].reasons) <= {"overwritten", "blackened"}
    assert not reading.answers["transport"].accepted


def test_a_mark_that_was_half_rubbed_out_says_so() -> None:
    page = draw([("transport", "car", "faint"), ("places.park", "often", "cross")], pen=PENCIL, seed=2)
    box = next(b.box for b in printed()[0].forms[0].layout.pages[0].checkboxes if b.choice == "car")
    x, y, w, h = (round(mm * 300 / 25.4) for mm in box)
    inside = page[y + 5 : y + h - 5, x + 5 : x + w - 5]
    inside[:] = (cv2.GaussianBlur(inside, (0, 0), 2.0) * 0.88).astype(np.uint8)
    assert read(office(page, 2)).answers["transport"].reasons == ("half_erased",)

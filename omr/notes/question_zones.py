"""Which part of a page belongs to which question: its fields, their labels and its wording.  For ink that lies in no field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from form_layouts.layout import Box, PageLayout
from form_layouts.questionnaire import Questionnaire
from omr.reading import Finding

ABOVE_MM = 13.0
"""How much of what is printed above its first field belongs to a question: two lines of wording."""
BELOW_MM = 2.0
"""Paper below its last field that belongs to a question: marks run over."""
EDGE_MM = 6.0
"""Edge of the sheet that belongs to no question."""
OVER_MM = 1.5
"""How far ink must reach into a zone, on both axes, to be near its question; half of it where the ink is smaller."""
ROW_RIM_MM = 1.0
"""What belongs to a choice above and below its box: lines of choices stand 6.3 mm apart, boxes are 5 mm high."""


@dataclass(frozen=True)
class Zones:
    """Boxes in mm on the form."""

    variables: Mapping[str, Box]
    """By question, or question_row for a row of a grid."""
    labels: Mapping[tuple[str, str], Box]
    """The label of each (question, choice) that stands beside its box, where it is known which words are printed."""


@dataclass(frozen=True)
class Near:
    """What ink outside the fields lies near."""

    variables: frozenset[str]
    labels: frozenset[tuple[str, str]]


def zones(
    page: PageLayout, page_size: tuple[float, float], questionnaire: Questionnaire, words: Sequence[Box] = ()
) -> Zones:
    """The zones of every question with a field on a page.

    `words` are the boxes of printed text.  Labels are only given on forms that we set ourselves: there a label stands
    beside its box.
    """
    found: dict[str, Box] = {}
    labels: dict[tuple[str, str], Box] = {}
    for question in dict.fromkeys(field.question for field in page.fields):
        whole = question_box(question, page, page_size, questionnaire)
        rows = list(dict.fromkeys(box.row for box in page.checkboxes if box.question == question and box.row))
        for row in rows:
            boxes = [box.box for box in page.checkboxes if box.question == question and box.row == row]
            found[f"{question}_{row}"] = _row_zone(boxes, whole)
        if not rows:
            found[question] = whole
    if page.markers:
        for field in page.checkboxes:
            if field.row is None:
                column = _column(field.box[0], field.box[0] + field.box[2], page_size[0], questionnaire.columns)
                label = _label(field.box, column, words)
                if label is not None:
                    labels[field.question, field.choice] = label
    return Zones(found, labels)


def near(findings: Iterable[Finding], zones: Zones) -> Near:
    """What the findings with a place lie near."""
    boxes = [finding.box for finding in findings if finding.kind == "stray_ink" and finding.box]
    return Near(
        frozenset(name for name, zone in zones.variables.items() if any(_reaches(box, zone) for box in boxes)),
        frozenset(name for name, zone in zones.labels.items() if any(_reaches(box, zone) for box in boxes)),
    )


def question_box(question: str, page: PageLayout, page_size: tuple[float, float], questionnaire: Questionnaire) -> Box:
    """The question's fields with the wording around them, up to its neighbours' fields and its column's edge; mm."""
    own = [box for field in page.fields if field.question == question for box in field.boxes]
    with_it = {question, questionnaire.question(question).other}  # the line beside "other" stands within the question
    others = [box for field in page.fields if field.question not in with_it for box in field.boxes]
    left, top = min(x for x, _, _, _ in own), min(y for _, y, _, _ in own)
    right, bottom = max(x + w for x, _, w, _ in own), max(y + h for _, y, _, h in own)
    columns = 1 if questionnaire.question(question).kind == "grid" else questionnaire.columns  # a grid may span both
    column_left, column_right = _column(left, right, page_size[0], columns)
    above = [y + h for y, h in _beside(others, column_left, column_right, 0) if y + h <= top]
    below = [y for y, _ in _beside(others, column_left, column_right, 0) if y >= bottom]
    top_end, bottom_end = max([top - ABOVE_MM, *above]), min([bottom + BELOW_MM, *below])
    left_end = max([column_left, *(x + w for x, w in _beside(others, top, bottom, 1) if x + w <= left)])
    right_end = min([column_right, *(x for x, _ in _beside(others, top, bottom, 1) if x >= right)])
    return left_end, top_end, right_end - left_end, bottom_end - top_end


def _column(left: float, right: float, page_width: float, columns: int) -> tuple[float, float]:
    """Where the column ends that fields from `left` to `right` stand in: half a page, or all of it."""
    if columns == 2 and right <= page_width / 2:
        return EDGE_MM, page_width / 2
    if columns == 2 and left >= page_width / 2:
        return page_width / 2, page_width - EDGE_MM
    return EDGE_MM, page_width - EDGE_MM


def _beside(boxes: Iterable[Box], start: float, end: float, axis: int) -> list[tuple[float, float]]:
    """Of the boxes that overlap start..end on one axis (0: x, 1: y), place and size on the other."""
    other = 1 - axis
    return [(box[other], box[other + 2]) for box in boxes if box[axis] < end and box[axis] + box[axis + 2] > start]


def _row_zone(boxes: list[Box], whole: Box) -> Box:
    """A row of a grid: as wide as the question, as high as its boxes."""
    top, bottom = min(y for _, y, _, _ in boxes), max(y + h for _, y, _, h in boxes)
    return whole[0], top - ROW_RIM_MM, whole[2], bottom - top + 2 * ROW_RIM_MM


def _label(box: Box, column: tuple[float, float], words: Iterable[Box]) -> Box | None:
    """The words at a box's height up to its column's edge, on the side where there is more room."""
    x, y, w, h = box
    left, right = (column[0], x) if x - column[0] > column[1] - x - w else (x + w, column[1])
    own = [
        word for word in words if y <= word[1] + word[3] / 2 <= y + h and left <= word[0] and word[0] + word[2] <= right
    ]
    if not own:
        return None
    start, end = min(word[0] for word in own), max(word[0] + word[2] for word in own)
    return start, y - ROW_RIM_MM, end - start, h + 2 * ROW_RIM_MM


def _reaches(box: Box, zone: Box) -> bool:
    for axis in (0, 1):
        shared = min(box[axis] + box[axis + 2], zone[axis] + zone[axis + 2]) - max(box[axis], zone[axis])
        if shared < min(OVER_MM, box[axis + 2] / 2):
            return False
    return True

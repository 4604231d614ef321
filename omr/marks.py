"""Scores of boxes -> states: empty, marked, cancelled, unsure, each with a confidence and, if unsure, a reason.

Each box by itself (omr.one_mark), then what the page as a whole says of this hand.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from form_layouts.layout import Box
from omr.checkboxes import BoxScore
from omr.one_mark import (
    FAINT_SHARE,
    HATCHED_RUNS,
    SIDE_CORE,
    STROKE_COVERAGE,
    USUAL_MARKS,
    Mark,
    Person,
    alone,
    decided,
    person_of,
    unsure,
)

RING_MM = 9.0
"""Distance of box centres up to which a ring round one box may cross another."""
BLACK_CORE = 0.97
BLACK_COVERAGE, BLACK_ALL_OVER = 0.93, 0.98
BLACK_GAP = 0.04
BLACK_INSIDE = 0.62
"""From here a filled box is black all over and hardly beyond, as one does to take a mark back: a cross gone over again
and again by a felt pen covers 0.87 to 0.94 but lies to a third outside.  What covers BLACK_ALL_OVER may hang together with
the tick next door, and be drawn with the broadest pen."""
LOOSE_FILL = 0.95
"""Median coverage of a person's filled boxes up to which one taken back is plainly blacker than they."""
BROAD = 0.6
"""Median coverage of a person's strokes from which a cross gone over again is nearly as black as a box taken back."""
CLEAR_GAP = 0.13
"""Largest empty disc, in box widths, from which a mark is surely no filled box: 95 % of crosses, whatever the pen."""
STROKES = 2
"""Sure crosses or ticks on a page, the warm-up box among them, from which somebody makes strokes and does not fill."""
FILLERS = 4
"""Filled boxes on a page from which the person may be one who fills boxes to mark them; one is enough where the
warm-up box is filled.  Nobody takes back four answers on a page without giving others."""
FILLERS_TO_STROKES = 3
"""Filled boxes for each cross or tick from which that is so: who corrects makes one cross for each blackened box.
One is enough where the warm-up box is filled."""
MIXED = 3
"""Sure crosses and sure ticks on a page from which nobody knows what this person means by the rarer one: a correction
or a slip makes one or two."""


def judge_marks(boxes: Sequence[BoxScore], warm_up: BoxScore | None, *, one_bit: bool = False) -> list[Mark]:
    """States of all boxes of a page: each by itself, then filled ones and mixed shapes by this hand's habit."""
    person = person_of(boxes, warm_up, one_bit)
    marks = _without_rings([alone(score, person) for score in boxes])
    strokes = [mark for mark in marks if mark.state == "marked"]
    filled = sum(mark.filled or mark.score.runs >= HATCHED_RUNS for mark in strokes)
    first = alone(warm_up, person) if warm_up else None
    begins_full = first is not None and first.filled
    needed, ratio = (1, 1) if begins_full else (FILLERS, FILLERS_TO_STROKES)
    stroke_maker = sum(map(_is_clear_stroke, [*marks, *([first] if first else [])])) >= STROKES
    fills_boxes = filled >= max(needed, ratio * (len(strokes) - filled))
    full = [mark.score.coverage for mark in strokes if mark.filled]
    usual_fill = statistics.median(full) if len(full) >= USUAL_MARKS else 1.0
    groups: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for number, mark in enumerate(marks):
        groups[mark.score.question, mark.score.row].append(number)
    for members in groups.values():
        crossed = any(marks[n].state == "marked" and not marks[n].filled for n in members)
        lone = sum(marks[n].filled for n in members) == 1
        beside_stroke = lone and any(_is_stroke(marks[n]) for n in members)
        for n in members:
            if marks[n].filled and marks[n].state == "marked":
                if not fills_boxes:
                    marks[n] = _not_a_filler(marks[n], person, beside_stroke=beside_stroke and stroke_maker)
                elif crossed:
                    marks[n] = _beside_stroke(marks[n], usual_fill)
    return _without_mixed(marks)


def _is_stroke(mark: Mark) -> bool:
    return mark.state == "marked" and not mark.filled and mark.score.coverage <= STROKE_COVERAGE


def _is_clear_stroke(mark: Mark) -> bool:
    return mark.state == "marked" and not mark.filled and mark.score.gap >= CLEAR_GAP


def _without_rings(marks: list[Mark]) -> list[Mark]:
    """A ring round a box runs through its neighbours: ink in their corners is no mark."""
    rings = [mark.score.box for mark in marks if mark.reason == "circled"]
    return [_without_ring(mark, rings) for mark in marks]


def _without_ring(mark: Mark, rings: Sequence[Box]) -> Mark:
    score = mark.score
    if score.core >= SIDE_CORE or score.ringed:
        return mark
    if not any(math.dist(score.box[:2], ring[:2]) <= RING_MM for ring in rings):
        return mark
    if mark.state == "marked":
        return unsure(score, "circled")
    if score.coverage and mark.reason in ("beside_box", "struck_line"):
        return decided(score, "empty", "entered", 1 - score.core / SIDE_CORE, "beside_box")
    return mark


def _without_mixed(marks: list[Mark]) -> list[Mark]:
    """Where a page shows crosses and ticks, the rarer ones are doubtful: for some people a tick means yes and a cross no."""
    sure = [mark for mark in marks if mark.state == "marked" and not mark.filled]
    usual = statistics.median(mark.score.darkness for mark in sure) if sure else 0.0
    count = Counter(mark.score.stroke for mark in sure if mark.score.darkness >= FAINT_SHARE * usual)
    if min(count["cross"], count["tick"]) < MIXED:
        return marks
    rarer = "cross" if count["cross"] < count["tick"] else "tick"
    return [
        unsure(mark.score, "mixed_marks")
        if mark.state == "marked" and not mark.filled and mark.score.stroke == rarer
        else mark
        for mark in marks
    ]


def _not_a_filler(mark: Mark, person: Person, *, beside_stroke: bool) -> Mark:
    """A filled box of a person who crosses or ticks: the only one, black beside a stroke, is a correction; else a question."""
    score = mark.score
    plain = score.inside >= BLACK_INSIDE and person.coverage < BROAD
    least = BLACK_COVERAGE if plain else BLACK_ALL_OVER
    all_over = score.core >= BLACK_CORE and score.coverage >= least and score.gap <= BLACK_GAP
    if beside_stroke and all_over:
        return replace(decided(score, "cancelled", "taken back", score.coverage, "blackened"), filled=True)
    return replace(unsure(score, "blackened"), filled=True)


def _beside_stroke(mark: Mark, usual_fill: float) -> Mark:
    """A filled box beside a stroke, of a person who fills boxes: an answer where it looks like the others; where it is
    blacker, it may have been taken back for the stroke."""
    if usual_fill <= LOOSE_FILL and mark.score.coverage <= (1 + usual_fill) / 2:
        return mark
    return replace(unsure(mark.score, "blackened"), filled=True)

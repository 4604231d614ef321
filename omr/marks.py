"""Scores of boxes -> states: empty, marked, cancelled, unsure, each with a confidence and, if unsure, a reason.

Thresholds were set on simulated scans of six pens and looked at on the real scans of the shared data;
`python -m benchmarks pile` prints what they accept and get wrong.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from form_layouts.questionnaire import Questionnaire
from omr.checkboxes import BoxScore
from omr.reading import MarkReading, Reason, State

EMPTY_COVERAGE = 0.012
"""Inked share of the inside up to which a box is empty: dust and an outline's blur."""
EMPTY_FAINT = 0.006
"""Share of faint ink up to which a box is empty: of 7,367 empty boxes of office scans 99 % have none, faint crosses begin at 0.008."""
MARK_COVERAGE = 0.045
"""Inked share from which a stroke is a mark: of 417 simulated ticks on office scans the least covers 0.055."""
MARK_EXTENT = 0.38
"""Extent of the ink, in inner widths, from which a mark is a stroke and not a dot."""
FLAT = 0.22
"""Height of the ink, in inner widths, up to which a stroke across the box may be a struck line."""
RULED = 0.12
"""Breadth of the ink, in inner widths, up to which a stroke along the whole box is ruled: no hand draws 4 mm that straight."""
STREAK_MM2 = 0.3
"""Ink on both sides of the box from which that stroke goes on beyond it."""
MARK_DARKNESS = 0.42
"""Median darkness from which ink is a stroke made on purpose."""
FILLED_CORE = 0.35
"""Inked share of the core from which a box may be filled: a hatched one has 0.38 to 1."""
FILLED_GAP = 0.085
"""Largest empty disc in the core, in inner widths, up to which a box is filled: simulated hatching leaves 0 to 0.08
(ovals of real ballots, hatched loosely, up to 0.12: they count as strokes),
a cross of a 1 mm pen 0.1 to 0.16, of a ball pen 0.2 to 0.3."""
BLACK_CORE = 0.9
BLACK_COVERAGE = 0.8
BLACK_GAP = 0.05
"""From here a filled box is black all over, as one does to take a mark back."""
BESIDE_MM2 = 0.5
"""Ink beside an empty box that is a mark of its own: a stroke of 2 mm with the finest pen."""
AROUND_MM2 = 0.2
"""Ink on a side from which that side counts as drawn round: left, right and one more are a circle and no tail."""
TAIL_MM2 = 0.3
"""Ink outside a marked box from which its stroke runs out of the box on that side."""
EXPLAINED_MM2 = 1.3
"""Up to here, ink beside an empty box may be the tail of its neighbour's mark: a whole mark beside it has 1.4 and more."""
NEIGHBOUR_MM = 14.0
"""How far from its box a mark's tail reaches."""
LOST_OUTLINE = 0.25
"""Correlation below which the printed box was not seen at its place."""
FILLERS = 4
"""Filled boxes on a page from which the person may be one who fills boxes to mark them; one is enough where the
warm-up box is filled.  Nobody takes back four answers on a page without giving others."""
FILLERS_TO_STROKES = 3
"""Filled boxes for each cross or tick from which that is so: who corrects makes one cross for each blackened box."""


@dataclass(frozen=True)
class Mark:
    """One box's state.  `filled` says that it is hatched or blackened, whatever that means on this sheet."""

    score: BoxScore
    state: State
    confidence: float
    reason: Reason | None = None
    filled: bool = False

    @property
    def reading(self) -> MarkReading:
        return self.state, self.confidence


def judge_marks(questionnaire: Questionnaire, boxes: Sequence[BoxScore], warm_up: BoxScore | None) -> list[Mark]:
    """States of all boxes of a page: each by itself, then beside its neighbours, then filled ones by this hand's habit."""
    marks = [_alone(score) for score in boxes]
    marks = [_without_neighbours_tail(mark, marks) for mark in marks]
    strokes = [mark for mark in marks if mark.state == "marked"]
    filled = sum(mark.filled for mark in strokes)
    needed = 1 if warm_up and _alone(warm_up).filled else FILLERS
    fills_boxes = filled >= max(needed, FILLERS_TO_STROKES * (len(strokes) - filled))
    groups: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for number, mark in enumerate(marks):
        groups[mark.score.question, mark.score.row].append(number)
    for members in groups.values():
        crossed = any(marks[n].state == "marked" and not marks[n].filled for n in members)
        lone = sum(marks[n].filled for n in members) == 1
        several = questionnaire.question(marks[members[0]].score.question).kind == "multiple"
        for n in members:
            if marks[n].filled and marks[n].state == "marked":
                if not fills_boxes:
                    marks[n] = _not_a_filler(marks[n], lone_beside_cross=lone and crossed)
                elif crossed and several:  # where one answer is allowed, both count, and two marks are seen by a person
                    marks[n] = replace(marks[n], state="unsure", confidence=0.5, reason="blackened")
    return marks


def _not_a_filler(mark: Mark, *, lone_beside_cross: bool) -> Mark:
    """A filled box of a person who crosses or ticks: the only one, black beside a cross, is a correction; else it is a question."""
    score = mark.score
    all_over = score.core >= BLACK_CORE and score.coverage >= BLACK_COVERAGE
    if lone_beside_cross and all_over and score.gap_mm <= BLACK_GAP * min(score.box[2:]):
        return replace(mark, state="cancelled", confidence=0.985)
    return replace(mark, state="unsure", confidence=0.5, reason="blackened")


def _alone(score: BoxScore) -> Mark:
    """What one box shows by itself."""
    width = min(score.box[2], score.box[3])
    if score.outline < LOST_OUTLINE and score.coverage < MARK_COVERAGE:
        return Mark(score, "unsure", 0.5, "box_not_found")
    if score.coverage <= EMPTY_COVERAGE:
        return _empty_or_beside(score)
    extent = max(score.extent_mm) / width
    if score.core >= FILLED_CORE and score.gap_mm / width <= FILLED_GAP:
        return Mark(score, "marked", _sure(FILLED_GAP - score.gap_mm / width, 0.015), filled=True)
    if score.darkness < MARK_DARKNESS:
        return Mark(score, "unsure", 0.6, "faint_mark")
    if extent < MARK_EXTENT or score.coverage < MARK_COVERAGE:
        return Mark(score, "unsure", 0.6, "dot")
    if _is_struck(score, width):
        return Mark(score, "unsure", 0.5, "struck_line")
    return Mark(score, "marked", _sure(score.coverage - MARK_COVERAGE, 0.03))


def _empty_or_beside(score: BoxScore) -> Mark:
    sides = [side for side in ("left", "right", "above", "below") if score.beside_mm2[side] >= BESIDE_MM2]
    if score.faint > EMPTY_FAINT:
        return Mark(score, "unsure", 0.6, "faint_mark")
    if "left" in sides or "right" in sides:
        return Mark(score, "unsure", 0.6, "circled" if len(sides) == 4 else "beside_box")
    return Mark(score, "empty", _sure(EMPTY_FAINT - score.faint, 0.002))


def _is_struck(score: BoxScore, width: float) -> bool:
    """A thin straight stroke that is ruled, or goes on to both sides: a line through choices, or a streak of the scanner; no answer."""
    across, down, beside = score.extent_mm[0] / width, score.extent_mm[1] / width, score.beside_mm2
    if min(across, down) <= RULED and max(across, down) >= 0.7:
        return True
    level = down < FLAT and across > 0.6 and min(beside["left"], beside["right"]) > STREAK_MM2
    upright = across < FLAT and down > 0.6 and min(beside["above"], beside["below"]) > STREAK_MM2
    return level or upright


def _without_neighbours_tail(mark: Mark, marks: Sequence[Mark]) -> Mark:
    """An empty box with a little ink on one side is empty where a marked neighbour's stroke may have left that ink."""
    beside = mark.score.beside_mm2
    across = min(beside["left"], beside["right"]) >= AROUND_MM2
    around = across and max(beside["above"], beside["below"]) >= AROUND_MM2
    if mark.reason != "beside_box" or around or min(beside["left"], beside["right"]) >= BESIDE_MM2:
        return mark
    if max(beside["left"], beside["right"]) > EXPLAINED_MM2:
        return mark
    for other in marks:
        away_x, away_y = other.score.box[0] - mark.score.box[0], other.score.box[1] - mark.score.box[1]
        if (
            other.state == "marked"
            and math.hypot(away_x, away_y) <= NEIGHBOUR_MM
            and _runs_towards(other, away_x, away_y)
        ):
            return Mark(mark.score, "empty", 0.98)
    return mark


def _runs_towards(other: Mark, away_x: float, away_y: float) -> bool:
    """Whether the marked neighbour's stroke leaves its box on the side that faces the empty one."""
    tail = other.score.beside_mm2
    if abs(away_y) < other.score.box[3] / 2:
        return tail["left" if away_x > 0 else "right"] >= TAIL_MM2
    return tail["above" if away_y > 0 else "below"] >= TAIL_MM2


def _sure(margin: float, scale: float) -> float:
    """A probability that grows from 0.9 at a threshold to 0.999 three scales beyond it."""
    return round(0.999 - 0.099 * math.exp(-max(0.0, margin) / scale * 1.5), 4)

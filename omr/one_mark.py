"""What one box of a page shows by itself, seen beside the other marks of the same hand.

Thresholds were set on simulated scans of eleven pens and looked at on the real scans of the shared data;
`python -m benchmarks reading` prints what they accept and get wrong, `python -m benchmarks.calibration` how sure they are.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from omr.checkboxes import DUST_MM2, BoxScore
from omr.confidence import TARGET_ERROR, Kind, confidence
from omr.reading import MarkReading, Reason, State

FAINT_LINE, WASHED_LINE = 0.03, 0.009
"""Contrast of a line in an inkless box from which something pale was drawn there; of empty boxes of simulated office
scans 98 % have less than 0.012, the palest crosses that can be seen 0.056.  The second where a copier washed the paper
white: empty boxes have 0.000 there, the palest crosses that can be seen 0.012 to 0.022."""
FAINT_OF_USUAL = 0.08
"""The same as a share of the darkness of this person's marks, where not a speck of ink is seen: the palest crosses have
0.17, the back shining through thin paper up to 0.15."""
WASHED = 0.001
"""Median contrast of a page's inkless boxes below which its paper was washed white."""
FAINT_LINES = 5.0
"""The same as a multiple of the page's own median of its inkless boxes: coarse paper, a copy of a copy."""
SOLID_INK = 0.7
"""Median darkness of a person's marks from which a speck is dust and not what is left of a stroke: ball pens give 0.75 and
more, pencils, of whose palest strokes copies leave specks, 0.4 to 0.65."""
SPECKED = 2
"""Boxes of a page with dust in them from which it may be something else: office scans have one at most."""
DUST_MM = 0.7
"""Length up to which ink of less than DUST_MM2 is dust: no pen makes a dot below 0.3 mm2."""
PLAIN_COVERAGE = 0.2
"""Inked share beyond that at which a stroke is as plain as can be: the median of ticks."""
MARK_COVERAGE = 0.03
"""Inked share of the inside from which a stroke is a mark: a tick of the finest pen that only passes a corner has 0.043."""
MARK_WIDTHS = 0.42
"""Length or height, in box widths, from which ink is a stroke and no dot: in boxes of 5 mm simulated dots reach 2.0 mm,
the smallest ticks begin at 2.5."""
INSIDE = 0.35
"""Share of a mark that lies in its box: below, it stands beside the box, or goes round another."""
ELSEWHERE, LEG = 0.7, 0.2
"""Share of connected ink in other boxes from which, and coverage up to which it is a leg of the cross next door, unless it
crosses here too: two boxes whose crosses touch have 0.5."""
EDGE_CORE, EDGE_MM = 0.01, 0.8
"""Inked share of the core, and breadth, up to which ink only runs along the box's edge: a ring round a neighbour, a tail."""
SIDE_CORE, SIDE_COVERAGE, SIDE_INSIDE = 0.04, 0.1, 0.6
"""The same for thin ink that lies mostly outside."""
CROSS_RUNS = 1.8
"""Most strokes side by side of a cross: 95 % have 1.79."""
HATCHED_RUNS, HATCHED_COVERAGE = 2.6, 0.4
"""Strokes side by side, and coverage, from which a box is hatched."""
FAINT_INK = 0.27
"""Median darkness below which ink is faint, whoever drew it: a pale pen on a pale scan has 0.3, the back shining through 0.2."""
FAINT_SHARE = 0.5
"""Darkness, as a share of this person's other marks, below which a mark that is no plain cross or tick is faint: a
hesitation, or rubbed out."""
FLAT, ALONG = 0.22, 0.6
"""Breadth of the ink, in box widths, up to which, and length from which it is one line along or down the box: struck
through choices, or a streak of the scanner.  Ticks and crosses are broader than half a box."""
SMEARED, RUBBED_INK = 0.05, 0.45
"""Mean darkness of the paper inside a box from which, and of the ink up to which, a mark was rubbed: a rubber spreads
pencil over the paper.  Beside the strokes of pale pens it is at most 0.03."""
OVERWRITTEN, OVER_USUAL = 0.5, 1.7
"""Coverage, and coverage as a multiple of the median of this person's strokes, from which a mark was gone over: to make
it plain, or to take it back."""
FILLED_CORE = 0.35
"""Inked share of the core from which a box may be filled: a hatched one has 0.38 to 1."""
FILLED_GAP = 0.085
"""Largest empty disc in the core, in box widths, up to which a box is filled: simulated hatching leaves 0 to 0.08
(ovals of real ballots, hatched loosely, up to 0.12: they count as strokes),
a cross of a 1 mm pen 0.1 to 0.16, of a ball pen 0.2 to 0.3."""
FILLED_DENSITY = 0.75
"""Share of a mark's own bounding box that is inked from which it is filled, though it lies half beside its box: a cross of
a 1.2 mm pen has 0.6."""
USUAL = 1.25
"""Coverage, as a multiple of the median of this person's strokes, up to which a full box is a stroke like the others: a
broad felt pen leaves little paper in any box."""
USUAL_MARKS = 3
"""Marks on a page from which its median says something about the person."""
STROKE_COVERAGE = 0.8
"""Most that a cross covers: 0.78 with a broad felt pen."""
BESIDE_MM2 = 0.4
"""Ink beside an empty box that is a mark of its own: a stroke of 1.5 mm with the finest pen."""
EMPTY_FILL, MARK_FILL = 0.09, 0.18
"""Darkness beyond the print up to which a bubble with a letter in it is empty, and from which it is marked: looked at on
17 real sheets of three forms, whose empty ones have at most 0.066 and whose marked ones at least 0.192."""
RUNS_IN = 0.08
"""Share of the inside that a neighbour's mark may run into: of 269 boxes with less, none but circled ones was marked; of
9 with more, one in three."""
LOST_OUTLINE = 0.25
"""Correlation below which the printed box was not seen at its place."""


@dataclass(frozen=True)
class Mark:
    """One box's state.  `filled` says that it is hatched or blackened, whatever that means on this sheet."""

    score: BoxScore
    state: State
    confidence: float
    reason: Reason | None = None
    filled: bool = False
    kind: Kind | None = None
    """What speaks for the state; None where it was unsure from the first."""
    margin: float = 0.0
    """How far from the threshold, 0 to 1."""
    likely: State = "unsure"
    """The state before it was asked whether it is sure enough."""

    @property
    def reading(self) -> MarkReading:
        return self.state, self.confidence


@dataclass(frozen=True)
class Person:
    """What a page shows of the hand that filled it in."""

    darkness: float
    """Median darkness of the marks; 0 where there are none."""
    coverage: float
    """Median coverage of the strokes where there are USUAL_MARKS; else 0."""
    one_bit: bool
    """Then a few specks may be all that is left of a stroke."""
    washed: bool
    """Whether the paper was washed white."""
    specked: bool
    """Whether specks lie in several boxes, or on washed paper: they may be what is left of pale strokes."""
    faint_line: float
    """Contrast from which a line in a box without a mark is pale ink."""

    def faint_line_in(self, score: BoxScore) -> float:
        """The same for one box: where there is not even a speck, this hand's strokes say how pale they may be."""
        if score.coverage or self.washed:
            return self.faint_line
        return max(self.faint_line, FAINT_OF_USUAL * self.darkness)


def person_of(boxes: Sequence[BoxScore], warm_up: BoxScore | None, one_bit: bool) -> Person:
    everything = [*boxes, *([warm_up] if warm_up else [])]
    marks = [
        score
        for score in everything
        if max(score.mark_mm) >= MARK_WIDTHS * min(score.box[2:]) and score.inside >= INSIDE
    ]
    strokes = [score.coverage for score in marks if _is_shaped(score) and not _is_filled(score)]
    inkless = [score.line for score in everything if score.coverage == 0 and score.foreign == 0]
    usual = statistics.median(inkless) if inkless else WASHED
    washed = usual < WASHED
    return Person(
        darkness=statistics.median(score.darkness for score in marks) if marks else 0.0,
        coverage=statistics.median(strokes) if len(strokes) >= USUAL_MARKS else 0.0,
        one_bit=one_bit,
        washed=washed,
        specked=washed or sum(score.coverage > 0 and _is_dust(score) for score in everything) >= SPECKED,
        faint_line=WASHED_LINE if washed else max(FAINT_LINE, FAINT_LINES * usual),
    )


def alone(score: BoxScore, person: Person) -> Mark:
    """What one box shows by itself."""
    width = min(score.box[2], score.box[3])
    if score.outline < LOST_OUTLINE and score.coverage < MARK_COVERAGE:
        return unsure(score, "box_not_found")
    if score.fill is not None:
        return _crowded(score, score.fill)
    if score.coverage == 0:
        return _empty_or_beside(score, person)
    if _is_dust(score):
        return unsure(score, "dot") if person.one_bit else _empty_or_beside(score, person)
    plain_tick = score.stroke == "tick" and score.centred
    if not plain_tick and _is_struck(score, width):
        return unsure(score, "struck_line")
    leg = score.elsewhere >= ELSEWHERE and score.coverage < LEG and not (score.stroke == "cross" and score.centred)
    if leg or (not plain_tick and (score.inside < INSIDE or _is_at_edge(score))):
        return unsure(score, "circled" if score.ringed else "beside_box")
    sure = _is_shaped(score) and score.centred
    pale = 0.0 if sure and person.washed else FAINT_INK  # on washed paper there is nothing else that it could be
    if score.darkness < (pale if sure else max(pale, FAINT_SHARE * person.darkness)):
        return unsure(score, "half_erased" if score.smear >= SMEARED else "faint_mark")
    if _is_filled(score) and not (0 < score.coverage <= USUAL * person.coverage):
        return decided(score, "marked", "full", 1 - score.gap / FILLED_GAP, "blackened", filled=True)
    if score.smear >= SMEARED and score.darkness < RUBBED_INK:
        return unsure(score, "half_erased")
    if max(score.mark_mm) < MARK_WIDTHS * width or score.coverage < MARK_COVERAGE:
        return unsure(score, "dot")
    if score.coverage >= OVERWRITTEN and score.coverage >= OVER_USUAL * person.coverage > 0:
        return unsure(score, "overwritten")
    kind: Kind = "shaped" if sure else "stroke"
    return decided(score, "marked", kind, (score.coverage - MARK_COVERAGE) / PLAIN_COVERAGE, "dot")


def _crowded(score: BoxScore, fill: float) -> Mark:
    """A box whose print hides the strokes: only how dark it is says something."""
    if fill >= MARK_FILL:
        return decided(score, "marked", "bubble", (fill - MARK_FILL) / MARK_FILL, "faint_mark")
    if fill > EMPTY_FILL:
        return unsure(score, "faint_mark")
    return decided(score, "empty", "bubble", 1 - fill / EMPTY_FILL, "faint_mark")


def _empty_or_beside(score: BoxScore, person: Person) -> Mark:
    faint_line = person.faint_line_in(score)
    if score.line > faint_line:
        return unsure(score, "half_erased" if score.smear >= SMEARED else "faint_mark")
    if score.ringed:
        return unsure(score, "circled")
    if score.foreign >= RUNS_IN:
        return unsure(score, "beside_box")
    if max(score.beside_mm2) >= BESIDE_MM2:
        return unsure(score, "beside_box")
    if score.foreign:
        return decided(score, "empty", "entered", 1 - score.foreign / RUNS_IN, "beside_box")
    kind: Kind = "specked" if score.coverage and person.specked and person.darkness < SOLID_INK else "clean"
    return decided(score, "empty", kind, 1 - score.line / faint_line, "faint_mark")


def _is_dust(score: BoxScore) -> bool:
    return score.mark_mm2 <= DUST_MM2 and max(score.mark_mm) <= DUST_MM


def _is_shaped(score: BoxScore) -> bool:
    """Whether it is plainly a cross or a tick."""
    return score.stroke != "other" or _is_broad_cross(score)


def _is_broad_cross(score: BoxScore) -> bool:
    return score.saltire and score.coverage <= STROKE_COVERAGE and score.runs <= CROSS_RUNS


def _is_filled(score: BoxScore) -> bool:
    if score.core < FILLED_CORE or _is_broad_cross(score):
        return False
    hatched = score.runs >= HATCHED_RUNS and score.coverage >= HATCHED_COVERAGE
    dense = score.mark_mm2 >= FILLED_DENSITY * score.mark_mm[0] * score.mark_mm[1]
    return hatched or dense or score.gap <= FILLED_GAP


def _is_at_edge(score: BoxScore) -> bool:
    along = score.core < EDGE_CORE and min(score.extent_mm) <= EDGE_MM
    return along or (score.core < SIDE_CORE and score.coverage < SIDE_COVERAGE and score.inside < SIDE_INSIDE)


def _is_struck(score: BoxScore, width: float) -> bool:
    """One narrow line along or down the box: a line through choices, or a streak of the scanner; no answer."""
    return min(score.extent_mm) < FLAT * width and max(score.extent_mm) > ALONG * width


def decided(score: BoxScore, state: State, kind: Kind, margin: float, doubt: Reason, *, filled: bool = False) -> Mark:
    """The state, where boxes like this one are right often enough; else unsure, for `doubt`."""
    margin = min(1.0, max(0.0, margin))
    probability = confidence(kind, margin)
    if probability < 1 - TARGET_ERROR:
        return Mark(score, "unsure", 0.5, doubt, filled, kind, margin, state)
    return Mark(score, state, probability, None, filled, kind, margin, state)


def unsure(score: BoxScore, reason: Reason) -> Mark:
    return Mark(score, "unsure", 0.5, reason)

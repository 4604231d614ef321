"""How people mark a box: crosses, ticks, scribbles, and what they do instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from form_layouts.layout import Box
from simulation.manners import Manner, cross_strokes, tick_stroke
from simulation.pen import Line, Page, Pen, draw_stroke

Style = Literal["cross", "tick", "fill", "dot", "faint", "beside", "corrected", "struck", "circled", "overwritten"]
STYLES: tuple[Style, ...] = get_args(Style)
Drawing = list[Line]

FAINT_INK = 0.38
"""Share of the pen's ink in a faint cross; with a dark pen about 35 % of the paper's light is gone."""
FAINT_WIDTH = 0.6
"""Share of the pen's width in a faint cross."""
BESIDE_GAP_MM = (0.9, 1.8)
"""From the box's edge to the nearest ink of a cross beside it."""
BESIDE_SIZE_MM = (2.8, 4.2)
"""Height and width of a cross beside the box."""
SQUEEZED_MM = 1.8
SQUEEZED_GAP_MM = 0.5
"""Size and gap where another box stands close, as in a grid."""
LEFT_FIRST = 0.6
"""Share of crosses beside a box that stand left of it: on the right there is the choice's text."""
BESIDE_OVERSHOOT_MM = 0.4
"""How far the cross beside the box leaves its own square, turned and bowed; less than the gap minus half a felt pen."""
BLACKEN_SPACING = 0.75
"""Line distance of a blackened box as a share of the pen's width: no paper shows between the lines."""
SCRIBBLE_SPACING_MM = (0.55, 1.0)
"""Line distance of a box filled loosely."""
SOLID_SHARE = 0.35
"""Share of fills that are solid."""
SOLID_SPACING = 0.95
"""Line distance of a solid fill as a share of the pen's width."""
SMALLEST_FILL = 0.75
"""Of the box: a hand that makes small crosses still fills most of a box that it fills."""
USUAL = Manner()


def draw_mark(
    page: Page,
    box: Box,
    style: Style,
    pen: Pen,
    rng: np.random.Generator,
    *,
    dpi: float = 300.0,
    others: Sequence[Box] = (),
    manner: Manner = USUAL,
) -> None:
    """Mark `box` (mm) on `page`, in place.

    `corrected` blackens the box: the wrong one; the right one gets a mark of its own.
    `others` are boxes (mm) that a cross beside this box keeps clear of.
    `manner` shapes crosses, ticks and fills; what is beside, around or through a box knows none.
    """
    if style == "faint":
        pen = replace(pen, darkness=pen.darkness * FAINT_INK, width_mm=pen.width_mm * FAINT_WIDTH)
    elif style == "beside":
        pen = replace(pen, wobble_mm=min(pen.wobble_mm, 0.1), overshoot_mm=BESIDE_OVERSHOOT_MM, tilt_deg=0.0)
        box = _place_beside(box, others, pen, rng)
    for line in _lines(box, style, pen, rng, manner):
        draw_stroke(page, line, pen, rng, dpi=dpi)


def _lines(box: Box, style: Style, pen: Pen, rng: np.random.Generator, manner: Manner) -> Drawing:
    if manner == USUAL or style not in ("cross", "tick", "fill", "faint"):
        return _DRAWINGS[style](box, pen, rng)
    if style == "fill":
        manner = replace(manner, size=min(1.0, max(SMALLEST_FILL, manner.size)))
    box = manner.placed(box, rng)
    x, y, width, height = box
    middle, size = (x + width / 2, y + height / 2), np.array([width, height])
    if style == "tick" and manner.tick != "plain":
        return [_placed(tick_stroke(manner.tick, size, pen.overshoot_mm, rng), middle, rng.normal(0, 6), rng)]
    if style in ("cross", "faint") and manner.cross != "plain":
        turn = pen.tilt_deg + rng.normal(0, 5)
        return [
            _placed(line, middle, turn, rng) for line in cross_strokes(manner.cross, size / 2, pen.overshoot_mm, rng)
        ]
    return _DRAWINGS[style](box, pen, rng)


def _cross(box: Box, pen: Pen, rng: np.random.Generator) -> Drawing:
    x, y, width, height = _centred(box, rng)
    half = np.array([width, height]) / 2
    strokes = []
    for sign in (1, -1):
        reach = half + rng.uniform(-0.15 * half[0], pen.overshoot_mm, 2)
        ends = np.array([[-sign, -1.0], [sign, 1.0]]) * reach * rng.uniform(0.9, 1.0, (2, 1))
        strokes.append(_placed(_bowed(ends, 0.06, rng), (x, y), pen.tilt_deg + rng.normal(0, 5), rng))
    return strokes


def _tick(box: Box, pen: Pen, rng: np.random.Generator) -> Drawing:
    x, y, width, height = _centred(box, rng)
    up = min(1.5, pen.overshoot_mm * rng.uniform(0.6, 1.6))
    corner = np.array([rng.uniform(-0.18, 0.0) * width, rng.uniform(0.25, 0.5) * height])
    start = corner + [-rng.uniform(0.2, 0.35) * width, -rng.uniform(0.25, 0.5) * height]
    end = np.array([width / 2 + up, -height / 2 - up * rng.uniform(0.3, 1.0)])
    down, rise = _bowed(np.array([start, corner]), 0.08, rng), _bowed(np.array([corner, end]), 0.08, rng)
    return [_placed(np.vstack([down, rise[1:]]), (x, y), rng.normal(0, 5), rng)]


def _fill(box: Box, pen: Pen, rng: np.random.Generator) -> Drawing:
    """One layer of lines to and fro: a loose zigzag, or one so dense that hardly any paper shows."""
    dense = rng.random() < SOLID_SHARE
    spacing = SOLID_SPACING * pen.width_mm if dense else max(rng.uniform(*SCRIBBLE_SPACING_MM), 1.2 * pen.width_mm)
    return [_zigzag(box, pen, spacing, rng.normal(40, 15), rng)]


def _blackened(box: Box, pen: Pen, rng: np.random.Generator) -> Drawing:
    angle = rng.normal(35, 12)
    twice = [_zigzag(box, pen, max(0.22, BLACKEN_SPACING * pen.width_mm), turn, rng) for turn in (angle, angle + 80)]
    x, y, width, height = box
    edge = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]])
    return [*twice, edge + rng.normal(0, 0.12, edge.shape)]


def _zigzag(box: Box, pen: Pen, spacing: float, angle: float, rng: np.random.Generator) -> Line:
    """Lines to and fro over the box, turned by `angle` degrees and cut near its edge."""
    x, y, width, height = box
    half = np.array([width, height]) / 2
    turn = np.deg2rad(angle)
    forward, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    span = float(np.abs(across) @ half)
    points = []
    for number, offset in enumerate(np.arange(-span + spacing / 2, span, spacing)):
        near, far = _within(across * offset, forward, half)
        if near < far:
            ends = (near, far) if number % 2 == 0 else (far, near)
            points += [across * offset + forward * (end + rng.normal(0, 0.15)) for end in ends]
    inset = half - min(0.2, pen.width_mm / 3)
    reach = 0.35 * min(1.0, pen.overshoot_mm)
    return np.asarray(np.clip(np.array(points), -inset - reach, inset + reach) + [x + half[0], y + half[1]])


def _within(start: Line, forward: Line, half: Line) -> tuple[float, float]:
    """The stretch of the line start + t * forward inside the box of half size `half` around 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        crossings = np.sort(np.vstack([(-half - start) / forward, (half - start) / forward]), axis=0)
    return float(crossings[0].max()), float(crossings[1].min())


def _dot(box: Box, pen: Pen, rng: np.random.Generator) -> Drawing:
    x, y, width, height = _centred(box, rng)
    radius = rng.uniform(0.15, 0.45)
    turns = np.linspace(0, 2 * np.pi * rng.uniform(1.2, 2.2), 24)
    spiral = np.column_stack([np.cos(turns), np.sin(turns)]) * np.linspace(0.1, radius, 24)[:, None]
    return [spiral + [x + rng.normal(0, 0.06) * width, y + rng.normal(0, 0.06) * height]]


def _struck(box: Box, pen: Pen, rng: np.random.Generator) -> Drawing:
    x, y, width, _ = _centred(box, rng)
    before, after = rng.uniform(0.5, 1.6, 2)
    ends = np.array([[-width / 2 - before, 0.0], [width / 2 + after, 0.0]])
    return [_placed(_bowed(ends, 0.04, rng), (x, y), rng.normal(-6, 8), rng)]


def _circled(box: Box, pen: Pen, rng: np.random.Generator) -> Drawing:
    x, y, width, height = _centred(box, rng)
    radii = np.array([width, height]) / 2 * rng.uniform(1.15, 1.3) + rng.uniform(0.4, 1.0, 2)
    turns = np.linspace(0, 2 * np.pi * rng.uniform(1.0, 1.12), 40) + rng.uniform(-2.2, -1.2)
    drift = np.linspace(1.0, rng.uniform(0.92, 1.1), 40)
    ring = np.column_stack([np.cos(turns), np.sin(turns)]) * radii * drift[:, None]
    return [_placed(ring, (x, y), rng.normal(0, 12), rng)]


def _overwritten(box: Box, pen: Pen, rng: np.random.Generator) -> Drawing:
    """Gone over again and again: two or three crosses on one another, or a tick under a cross."""
    first = _tick(box, pen, rng) if rng.random() < 0.4 else _cross(box, pen, rng)
    again = [stroke for _ in range(int(rng.integers(1, 3))) for stroke in _cross(box, pen, rng)]
    return [*first, *again]


_DRAWINGS: dict[Style, Callable[[Box, Pen, np.random.Generator], Drawing]] = {
    "cross": _cross,
    "tick": _tick,
    "fill": _fill,
    "dot": _dot,
    "faint": _cross,
    "beside": _cross,
    "corrected": _blackened,
    "struck": _struck,
    "circled": _circled,
    "overwritten": _overwritten,
}


def _place_beside(box: Box, others: Sequence[Box], pen: Pen, rng: np.random.Generator) -> Box:
    """A square left or right of the box, on the side where it meets the fewest other boxes; small between two."""
    x, y, width, height = box
    shift, free = rng.normal(0, 0.4), rng.uniform(*BESIDE_GAP_MM)
    sides: list[Box] = []
    for size, clear in ((rng.uniform(*BESIDE_SIZE_MM), free), (SQUEEZED_MM, SQUEEZED_GAP_MM)):
        gap = clear + BESIDE_OVERSHOOT_MM + pen.width_mm / 2 + 3 * pen.wobble_mm + 0.1 * size
        top = y + height / 2 - size / 2 + shift
        pair: list[Box] = [(x - gap - size, top, size, size), (x + width + gap, top, size, size)]
        sides += pair if rng.random() < LEFT_FIRST else pair[::-1]
    return min(sides, key=lambda side: sum(_overlap(side, other) for other in others) + 1e3 * (side[0] < 0))


def _overlap(one: Box, other: Box) -> float:
    """Shared area of two boxes in mm2, the first widened by what a cross overshoots."""
    wide = min(one[0] + one[2] + 1, other[0] + other[2]) - max(one[0] - 1, other[0])
    high = min(one[1] + one[3] + 1, other[1] + other[3]) - max(one[1] - 1, other[1])
    return max(0.0, wide) * max(0.0, high)


def _centred(box: Box, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Centre, a little off, and size of the box."""
    x, y, width, height = box
    off = np.clip(rng.normal(0, 0.07, 2), -0.15, 0.15) * [width, height]
    return x + width / 2 + float(off[0]), y + height / 2 + float(off[1]), width, height


def _bowed(ends: Line, bow: float, rng: np.random.Generator) -> Line:
    """A line from end to end as the arm swings it: a slight arc, `bow` its usual height as a share of its length."""
    share = np.linspace(0, 1, 12)[:, None]
    along = ends[1] - ends[0]
    across = np.array([-along[1], along[0]]) * rng.normal(0, bow)
    return np.asarray(ends[0] + share * along + 4 * share * (1 - share) * across)


def _placed(line: Line, centre: tuple[float, float], angle: float, rng: np.random.Generator) -> Line:
    """The line turned by `angle` degrees around 0 and moved to `centre`; in one case of three drawn the other way."""
    turn = np.deg2rad(angle)
    turned = line @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + centre
    return np.asarray(turned[::-1] if rng.random() < 0.3 else turned)

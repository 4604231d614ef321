"""How one hand's crosses and ticks differ from the drawn example: size, place, loops, hooks, strokes of unequal length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box

Line = npt.NDArray[np.float64]
"""Points of a stroke, n x 2, around the middle of the box, in mm; y runs down."""
CrossShape = Literal["plain", "looped", "uneven", "upright"]
TickShape = Literal["plain", "curved", "long", "small"]

LARGEST_OFFSET_MM = 1.3
"""No hand's marks stand further off their boxes on the whole: beyond it they are marks beside the box."""
LONG_TAIL_MM = (2.0, 5.0)
"""How far a long tick leaves its box to the right."""


@dataclass(frozen=True)
class Manner:
    """One hand's way; the defaults change nothing and draw no random number."""

    size: float = 1.0
    """Of crosses and ticks, as a share of the box."""
    offset_mm: tuple[float, float] = (0.0, 0.0)
    """Where this hand's marks stand, seen from the middle of their boxes."""
    scatter_mm: float = 0.0
    """Standard deviation of single marks around that."""
    cross: CrossShape = "plain"
    tick: TickShape = "plain"

    def placed(self, box: Box, rng: np.random.Generator) -> Box:
        """The box (mm) that this hand aims at in place of the printed one."""
        if self == Manner():
            return box
        x, y, width, height = box
        off = np.clip(
            np.array(self.offset_mm) + rng.normal(0, self.scatter_mm, 2), -LARGEST_OFFSET_MM, LARGEST_OFFSET_MM
        )
        size = self.size * rng.uniform(0.92, 1.08)
        left, top = x + width / 2 * (1 - size) + float(off[0]), y + height / 2 * (1 - size) + float(off[1])
        return left, top, width * size, height * size


@dataclass(frozen=True)
class Manners:
    """How often people have each manner; any positive weights."""

    sizes: Mapping[tuple[float, float], float] = field(default_factory=lambda: {(1.0, 1.0): 1})
    """Ranges of the size."""
    offset_mm: float = 0.0
    """Standard deviation, over people, of where their marks stand."""
    scatter_mm: float = 0.0
    crosses: Mapping[CrossShape, float] = field(default_factory=lambda: {"plain": 1})
    ticks: Mapping[TickShape, float] = field(default_factory=lambda: {"plain": 1})

    def draw(self, rng: np.random.Generator) -> Manner:
        """Any person's manner."""
        ranges = list(self.sizes)
        low, high = ranges[_place(list(self.sizes.values()), rng)]
        off = np.clip(rng.normal(0, self.offset_mm, 2), -LARGEST_OFFSET_MM, LARGEST_OFFSET_MM)
        return Manner(
            float(rng.uniform(low, high)),
            (float(off[0]), float(off[1])),
            self.scatter_mm,
            list(self.crosses)[_place(list(self.crosses.values()), rng)],
            list(self.ticks)[_place(list(self.ticks.values()), rng)],
        )


def _place(weights: list[float], rng: np.random.Generator) -> int:
    shares = np.array(weights, dtype=float)
    return int(rng.choice(len(shares), p=shares / shares.sum()))


def cross_strokes(shape: CrossShape, half: Line, overshoot_mm: float, rng: np.random.Generator) -> list[Line]:
    """A cross of another shape in a box of half size `half` (2,) around 0."""
    reach = half + rng.uniform(-0.1 * half[0], 0.6 * overshoot_mm, 2)
    if shape == "looped":
        return [_looped(reach, rng)]
    down = np.array([[-1.0, -1.0], [1.0, 1.0]]) * reach * rng.uniform(0.85, 1.0, (2, 1))
    up = np.array([[-1.0, 1.0], [1.0, -1.0]]) * reach * rng.uniform(0.85, 1.0, (2, 1))
    if shape == "uneven":
        up = up * rng.uniform(0.3, 0.6) + rng.uniform(-0.35, 0.35, 2) * half
        down = down * rng.uniform(1.0, 1.3)
    if shape == "upright":
        level = np.array([[-1.0, 0.0], [1.0, 0.0]]) * reach
        upright = np.array([[0.0, -1.0], [0.0, 1.0]]) * reach
        down, up = level + rng.normal(0, 0.06, 2) * half, upright + rng.normal(0, 0.06, 2) * half
    return [_arc(stroke, rng.normal(0, 0.06)) for stroke in (down, up)]


def _looped(reach: Line, rng: np.random.Generator) -> Line:
    """Both diagonals without lifting the pen: a loop joins them at the right or below."""
    corners = np.array([[-1.0, -1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]])
    if rng.random() < 0.35:
        corners = corners[:, ::-1]
    bulge = rng.uniform(0.15, 0.45) * (-1 if corners[1][0] == corners[2][0] else 1)
    points = corners * reach
    first, joint, last = points[:2], points[1:3], points[2:]
    pieces = [_arc(first, rng.normal(0, 0.05)), _arc(joint, bulge)[1:], _arc(last, rng.normal(0, 0.05))[1:]]
    return np.vstack(pieces)


def tick_stroke(shape: TickShape, size: Line, overshoot_mm: float, rng: np.random.Generator) -> Line:
    """A tick of another shape in a box of size `size` (2,) around 0."""
    width, height = float(size[0]), float(size[1])
    if shape == "small":
        width, height = width * rng.uniform(0.45, 0.65), height * rng.uniform(0.45, 0.65)
    corner = np.array([rng.uniform(-0.2, 0.0) * width, rng.uniform(0.25, 0.5) * height])
    start = corner - np.array([rng.uniform(0.2, 0.35) * width, rng.uniform(0.25, 0.5) * height])
    out = rng.uniform(*LONG_TAIL_MM) if shape == "long" else min(1.2, overshoot_mm) * rng.uniform(-0.3, 0.8)
    end = np.array([width / 2 + out, -height / 2 - out * rng.uniform(0.2, 0.9)])
    if shape == "small":
        end = np.array([width / 2, -height / 2])
    if shape != "curved":
        return np.vstack(
            [_arc(np.array([start, corner]), 0.05), _arc(np.array([corner, end]), rng.normal(0, 0.08))[1:]]
        )
    # one swing: the corner is rounded to a hook, and the way up is bent
    share = np.linspace(0, 1, 30)[:, None]
    low = corner + np.array([0.0, rng.uniform(0.2, 0.5) * height])
    return np.asarray((1 - share) ** 2 * start + 2 * share * (1 - share) * low + share**2 * end)


def _arc(ends: Line, bow: float) -> Line:
    """A line from end to end, `bow` of its length off the straight in the middle."""
    share = np.linspace(0, 1, 12)[:, None]
    along = ends[1] - ends[0]
    across = np.array([-along[1], along[0]]) * bow
    return np.asarray(ends[0] + share * along + 4 * share * (1 - share) * across)

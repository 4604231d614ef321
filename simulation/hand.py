"""Who fills in a form: one pen, one habit, one handwriting, and how often this person strays from the habit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np

from simulation.handwriting import Script
from simulation.marks import Style
from simulation.pen import BALL_PEN, CLEAR_PENS, PENS, Pen

Name = TypeVar("Name", bound=str)
Alignment = Literal["right", "zeros", "left"]
ALIGNMENTS: dict[Alignment, float] = {"right": 0.5, "zeros": 0.35, "left": 0.15}
"""How people put a short number into a long comb: 4 as " 4", "04" or "4 "."""


@dataclass(frozen=True)
class StyleMix:
    """How the marks of many people look."""

    name: str
    habits: Mapping[Style, float]
    """How often people have each habit; any positive weights."""
    strays: Mapping[Style, float]
    """Share of all marks, 0 to 1, that are not the person's habit."""
    pens: tuple[Pen, ...]


CLEAR = StyleMix("clear", {"cross": 62, "tick": 14, "fill": 8}, {}, CLEAR_PENS)
MIX = StyleMix(
    "mix",
    {"cross": 62, "tick": 14, "fill": 8},
    {
        "dot": 0.02,
        "faint": 0.03,
        "beside": 0.03,
        "corrected": 0.04,
        "struck": 0.014,
        "circled": 0.013,
        "overwritten": 0.013,
    },
    PENS,
)
MIXES = {mix.name: mix for mix in (CLEAR, MIX)}


@dataclass(frozen=True)
class Hand:
    """One person with a pen."""

    pen: Pen = BALL_PEN
    habit: Style = "cross"
    strays: Mapping[Style, float] = field(default_factory=dict)
    script: Script = field(default_factory=Script)
    alignment: Alignment = "right"

    def style(self, rng: np.random.Generator) -> Style:
        """How this person makes the next mark."""
        habit_share = 1 - sum(self.strays.values())
        return weighted({self.habit: habit_share, **self.strays}, rng)


def draw_hand(mix: StyleMix, rng: np.random.Generator) -> Hand:
    """Any person of the mix."""
    script = Script(int(rng.integers(0, 60)), float(rng.normal(0.06, 0.1)), float(rng.random()))
    pen = mix.pens[int(rng.integers(len(mix.pens)))]
    return Hand(pen, weighted(mix.habits, rng), mix.strays, script, weighted(ALIGNMENTS, rng))


def weighted(weights: Mapping[Name, float], rng: np.random.Generator) -> Name:
    """One of the names, as often as its weight says."""
    names = list(weights)
    shares = np.array([weights[name] for name in names], dtype=float)
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]

"""Who fills in a form: one pen, one habit, one handwriting, and how often this person strays from the habit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

import numpy as np

from simulation.handwriting import Script
from simulation.manners import Manner, Manners
from simulation.marks import Style
from simulation.pen import BALL_PEN, CLEAR_PENS, PENS, Pen

Name = TypeVar("Name", bound=str)
Alignment = Literal["right", "zeros", "left"]
ALIGNMENTS: dict[Alignment, float] = {"right": 0.5, "zeros": 0.35, "left": 0.15}
"""How people put a short number into a long comb: 4 as " 4", "04" or "4 "."""
MIXED_TICKS = 0.4
"""Share of ticks on the sheet of a person who crosses and ticks by turns."""


@dataclass(frozen=True)
class StyleMix:
    """How the marks of many people look."""

    name: str
    habits: Mapping[Style, float]
    """How often people have each habit; any positive weights."""
    strays: Mapping[Style, float]
    """Share of all marks, 0 to 1, that are not the person's habit."""
    pens: tuple[Pen, ...]
    manners: Manners | None = None
    """None: all marks are made as drawn in the examples."""
    mixing: float = 0.0
    """Share of people, 0 to 1, who cross and tick by turns on one sheet."""


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
    manner: Manner = field(default_factory=Manner)
    mixes: bool = False
    """Whether this person crosses and ticks by turns."""

    def style(self, rng: np.random.Generator) -> Style:
        """How this person makes the next mark."""
        habit_share = 1 - sum(self.strays.values())
        return weighted({self.habit: habit_share, **self.strays}, rng)


def draw_hand(mix: StyleMix, rng: np.random.Generator) -> Hand:
    """Any person of the mix."""
    script = Script(int(rng.integers(0, 60)), float(rng.normal(0.06, 0.1)), float(rng.random()))
    pen = mix.pens[int(rng.integers(len(mix.pens)))]
    hand = Hand(pen, weighted(mix.habits, rng), mix.strays, script, weighted(ALIGNMENTS, rng))
    if mix.manners:
        hand = replace(hand, manner=mix.manners.draw(rng))
    if mix.mixing and rng.random() < mix.mixing:
        hand = replace(hand, habit="cross", strays={**mix.strays, "tick": MIXED_TICKS}, mixes=True)
    return hand


def weighted(weights: Mapping[Name, float], rng: np.random.Generator) -> Name:
    """One of the names, as often as its weight says."""
    names = list(weights)
    shares = np.array([weights[name] for name in names], dtype=float)
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]

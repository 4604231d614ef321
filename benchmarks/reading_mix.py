"""mix.yaml as values: who fills in, with what, and what happens to the sheets.  Fixed, so that figures can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from simulation.copiers import COPIERS
from simulation.hand import Hand, StyleMix, draw_hand, weighted
from simulation.manners import Manners
from simulation.pen import MORE_PENS, PENS, Pen
from simulation.scanner import Preset

MIX_FILE = Path(__file__).with_name("mix.yaml")
CLEAR_STYLES = ("cross", "tick", "fill", "corrected")
"""Styles that nobody should have to look at."""
DOUBTFUL_STYLES = ("dot", "faint", "beside", "struck", "circled", "overwritten", "mixed")
"""Styles that a person may be asked about.  `mixed` is any cross or tick of somebody who makes both."""
Numbers = dict[str, float]


@dataclass(frozen=True)
class Mix:
    """The file's content, checked for what the sums must be."""

    styles: StyleMix
    pens: dict[str, float]
    raw: dict[str, Any]

    def hand(self, rng: np.random.Generator) -> Hand:
        """Any person, with a pen as often as the mix says."""
        pen = _pens()[weighted(self.pens, rng)]
        return draw_hand(self.styles_with(pen), rng)

    def styles_with(self, pen: Pen) -> StyleMix:
        s = self.styles
        return StyleMix(s.name, s.habits, s.strays, (pen,), s.manners, s.mixing)

    def scanner(self, rng: np.random.Generator) -> Preset:
        return COPIERS[weighted(self.raw["office_scanners"], rng)]

    def defects(self, rng: np.random.Generator) -> list[str]:
        """One or two defects of a page."""
        weights: Numbers = self.raw["bad_defects"]
        first = weighted(weights, rng)
        if 100 * rng.random() >= self.raw["second_defect"]:
            return [first]
        rest = {name: weight for name, weight in weights.items() if name not in EXCLUDES.get(first, {first})}
        return [first, weighted(rest, rng)]

    def forms(self, *, quick: bool) -> list[tuple[str, str]]:
        """Versions and languages of the example form."""
        chosen = self.raw["quick_languages" if quick else "languages"]
        return [(version, language) for version, languages in chosen.items() for language in languages]


_DEVICES = {"fax", "photo"}
_FEEDERS = {"skew", "black borders", "streaks", "thin paper", "slipped in the feeder"}
_CODES = {"code lost", "both codes lost"}
_CORNERS = {"corner lost", "two corners lost"}
EXCLUDES: dict[str, set[str]] = {
    **{name: {name} for name in (*_FEEDERS, "copy of a copy", "printed at 93 %", "turned")},
    "fax": {"fax", "photo", "copy of a copy"},
    "photo": {*_DEVICES, *_FEEDERS},
    **dict.fromkeys(_CODES, _CODES),
    **dict.fromkeys(_CORNERS, _CORNERS),
}
"""Which defects do not come with a first one; both directions of `photo` are in `defects`' second draw."""
for _name in _FEEDERS:
    EXCLUDES[_name] = EXCLUDES[_name] | {"photo"}
EXCLUDES["copy of a copy"] = {"copy of a copy", "fax"}


def _pens() -> dict[str, Pen]:
    return {pen.name: pen for pen in (*PENS, *MORE_PENS)}


@cache
def the_mix() -> Mix:
    """The mix of mix.yaml."""
    raw = yaml.safe_load(MIX_FILE.read_text(encoding="utf-8"))
    habits, strays, manners = raw["habits"], raw["strays"], raw["manners"]
    assert sum(habits.values()) + sum(strays.values()) == 100, "mix.yaml: habits and strays must be 100 % together"
    styles = StyleMix(
        "benchmark",
        habits,
        {style: share / 100 for style, share in strays.items()},
        (),
        Manners(
            {(low, high): weight for low, high, weight in manners["sizes"]},
            manners["offset_mm"],
            manners["scatter_mm"],
            manners["crosses"],
            manners["ticks"],
        ),
        raw["mixing"] / 100,
    )
    return Mix(styles, raw["pens"], raw)

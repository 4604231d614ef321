"""The ways of single hands: their marks look different, stand where they should, and change nobody else's."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from form_layouts.layout import Box
from simulation.hand import MIX, StyleMix, draw_hand
from simulation.manners import CrossShape, Manner, Manners, TickShape
from simulation.marks import Style, draw_mark
from simulation.pen import BALL_PEN, MORE_PENS, PENS, Page

BOX: Box = (20.0, 20.0, 4.0, 4.0)
PX = 300 / 25.4


def _marked(style: Style, manner: Manner, seed: int = 1) -> Page:
    page = np.full((600, 600), 250, np.uint8)
    draw_mark(page, BOX, style, BALL_PEN, np.random.default_rng(seed), manner=manner)
    return page


def _middle_mm(page: Page) -> tuple[float, float]:
    rows, columns = np.nonzero(page < 200)
    return float(columns.mean()) / PX, float(rows.mean()) / PX


def _width_mm(page: Page) -> float:
    columns = np.nonzero(page < 200)[1]
    return float(np.ptp(columns)) / PX


@pytest.mark.parametrize("style", ["cross", "tick", "fill", "faint", "beside", "corrected"])
def test_the_usual_manner_draws_what_was_drawn_before_there_were_manners(style: Style) -> None:
    """Piles of one seed must stay the same, or figures cannot be compared."""
    page = np.full((600, 600), 250, np.uint8)
    draw_mark(page, BOX, style, BALL_PEN, np.random.default_rng(1))
    assert page.tobytes() == _marked(style, Manner()).tobytes()


@pytest.mark.parametrize("shape", [shape for shape in get_args(CrossShape) if shape != "plain"])
def test_a_cross_of_another_shape_crosses_its_box(shape: CrossShape) -> None:
    for seed in range(12):
        page = _marked("cross", Manner(cross=shape), seed)
        x, y = _middle_mm(page)
        assert abs(x - 22) < 1.5
        assert abs(y - 22) < 1.5
        inside = page[round(20.3 * PX) : round(23.7 * PX), round(20.3 * PX) : round(23.7 * PX)]
        assert (inside < 200).mean() > 0.06


@pytest.mark.parametrize("shape", [shape for shape in get_args(TickShape) if shape != "plain"])
def test_a_tick_of_another_shape_starts_in_its_box_and_rises_to_the_right(shape: TickShape) -> None:
    for seed in range(12):
        page = _marked("tick", Manner(tick=shape), seed)
        rows, columns = np.nonzero(page < 200)
        assert columns[rows.argmin()] > columns[rows.argmax()]
        assert abs(rows.max() / PX - 22.5) < 2.5


def test_size_and_place_of_a_hands_marks_are_those_of_the_hand() -> None:
    small, large = (np.mean([_width_mm(_marked("cross", Manner(size=s), n)) for n in range(9)]) for s in (0.6, 1.4))
    assert large > 1.5 * small
    moved = np.mean([_middle_mm(_marked("cross", Manner(offset_mm=(1.0, -0.8)), n)) for n in range(9)], axis=0)
    assert moved == pytest.approx([23.0, 21.2], abs=0.4)


def test_a_mix_without_manners_draws_the_hands_that_it_always_drew() -> None:
    plain = draw_hand(MIX, np.random.default_rng(4))
    assert plain.manner == Manner()
    assert not plain.mixes
    varied = StyleMix(MIX.name, MIX.habits, MIX.strays, MIX.pens, Manners(offset_mm=0.4, scatter_mm=0.1), mixing=1.0)
    hand = draw_hand(varied, np.random.default_rng(4))
    assert (hand.pen, hand.script, hand.mixes) == (plain.pen, plain.script, True)
    styles = [hand.style(np.random.default_rng(n)) for n in range(60)]
    assert {"cross", "tick"} <= set(styles)


def test_every_pen_has_a_name_of_its_own_and_leaves_ink() -> None:
    pens = (*PENS, *MORE_PENS)
    assert len({pen.name for pen in pens}) == len(pens)
    for pen in MORE_PENS:
        page = np.full((600, 600), 250, np.uint8)
        draw_mark(page, BOX, "cross", pen, np.random.default_rng(2))
        assert (page < 225).sum() > 200

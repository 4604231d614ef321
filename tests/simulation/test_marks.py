"""Marks of a pen: where their ink is, and where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from form_layouts.layout import Box
from simulation.marks import STYLES, draw_mark
from simulation.pen import PENS, Page, Pen

DPI = 300.0
BOX: Box = (20.0, 20.0, 5.0, 5.0)
PAPER = 250


def _page() -> Page:
    return np.full((600, 600), PAPER, np.uint8)


def _cut(page: Page, box: Box, grow_mm: float) -> Page:
    scale = DPI / 25.4
    x, y, width, height = box
    rows = slice(round((y - grow_mm) * scale), round((y + height + grow_mm) * scale))
    return page[rows, round((x - grow_mm) * scale) : round((x + width + grow_mm) * scale)]


@pytest.mark.parametrize("pen", PENS, ids=lambda pen: pen.name)
def test_a_cross_stays_at_its_box(pen: Pen) -> None:
    """A cross that inked a neighbouring question would make the truth wrong."""
    for seed in range(20):
        page = _page()
        draw_mark(page, BOX, "cross", pen, np.random.default_rng(seed))
        assert _cut(page, BOX, 0).mean() < PAPER - 4
        _cut(page, BOX, 4.0)[:] = PAPER
        assert (page == PAPER).all()


@pytest.mark.parametrize("pen", PENS, ids=lambda pen: pen.name)
def test_a_cross_beside_leaves_the_box_white(pen: Pen) -> None:
    """A cross beside the box that touched its inside would be an ordinary cross under a wrong name."""
    for seed in range(40):
        page = _page()
        draw_mark(page, BOX, "beside", pen, np.random.default_rng(seed))
        assert (_cut(page, BOX, 0) == PAPER).all()
        assert (page < PAPER).any()


def test_a_cross_beside_avoids_the_next_box() -> None:
    """In a grid, a cross beside one box must not land inside the next one."""
    others: list[Box] = [(11.0, 20.0, 5.0, 5.0), (29.0, 20.0, 5.0, 5.0)]
    for seed in range(40):
        page = _page()
        draw_mark(page, BOX, "beside", PENS[0], np.random.default_rng(seed), others=others)
        assert all((_cut(page, box, -0.5) == PAPER).all() for box in (BOX, *others))


def test_a_faint_cross_is_lighter_than_a_cross() -> None:
    """Faint marks that were as dark as others would make the benchmark look good."""
    plain, faint = _page(), _page()
    draw_mark(plain, BOX, "cross", PENS[1], np.random.default_rng(1))
    draw_mark(faint, BOX, "faint", PENS[1], np.random.default_rng(1))
    assert faint.min() > plain.min() + 60


@pytest.mark.parametrize("style", STYLES)
def test_every_style_leaves_ink_and_repeats(style: str) -> None:
    """A style that draws nothing, or something else each time, would be counted as a misreading."""
    for name in (known for known in STYLES if known == style):
        first, second = _page(), _page()
        draw_mark(first, BOX, name, PENS[0], np.random.default_rng(5))
        draw_mark(second, BOX, name, PENS[0], np.random.default_rng(5))
        assert (first < PAPER - 40).sum() > 20
        assert first.tobytes() == second.tobytes()


def test_a_mark_at_the_edge_of_the_page_is_cut_off() -> None:
    """A field near the edge must not crash the simulator or ink the other side."""
    page = _page()
    draw_mark(page, (-1.0, -1.0, 5.0, 5.0), "cross", PENS[3], np.random.default_rng(0))
    assert (page[:80, :80] < PAPER).any()
    assert (page[120:, 120:] == PAPER).all()

"""Puts one person's answers onto the printed pages of one copy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from form_layouts.layout import Box, Layout
from simulation.answers import FilledForm, Mark
from simulation.handwriting import write_comb, write_text
from simulation.marks import Style, draw_mark
from simulation.pen import Page


def fill_page(
    page: Page, number: int, layout: Layout, filled: FilledForm, rng: np.random.Generator, *, dpi: float = 300.0
) -> None:
    """Mark and write everything that belongs on page `number` (from 0), in place; the warm-up box too.

    `page` is the whole printed page, its top left corner the layout's.  Raises NoHandwritingFont, NoLetterJoining.
    """
    places = layout.pages[number]
    hand = filled.hand
    boxes = [box.box for box in places.checkboxes]
    marks = {(mark.question, mark.row, mark.choice): mark for mark in filled.marks}
    if places.warm_up:
        draw_mark(page, places.warm_up, hand.habit, hand.pen, rng, dpi=dpi, manner=hand.manner)
    for checkbox in places.checkboxes:
        mark = marks.get((checkbox.question, checkbox.row, checkbox.choice))
        if mark:
            others = [box for box in boxes if box != checkbox.box]
            style = _drawn(mark, hand.habit)
            draw_mark(page, checkbox.box, style, hand.pen, rng, dpi=dpi, others=others, manner=hand.manner)
    combs: dict[str, list[Box]] = {}
    for comb in places.combs:
        combs.setdefault(comb.question, []).extend(comb.cells)
    for question, cells in combs.items():
        if question in filled.written:
            write_comb(
                page, cells, _fitted(filled.written[question].text, len(cells)), hand.pen, hand.script, rng, dpi=dpi
            )
    for area in places.text_areas:
        if area.question in filled.written and area.question not in combs:
            text = filled.written[area.question].text.strip()
            script = replace(hand.script, slant=hand.script.slant + rng.normal(0, 0.02))
            write_text(page, area.box, text, hand.pen, script, rng, rules=area.rules, dpi=dpi)


def _drawn(mark: Mark, habit: Style) -> Style:
    """The right box of a correction is crossed or ticked: filled, nobody could tell it from the wrong one."""
    if mark.style == "corrected" and mark.state == "marked":
        return "tick" if habit == "tick" else "cross"
    return mark.style


def _fitted(text: str, cells: int) -> str:
    return text if len(text) <= cells else text.strip()[:cells]

"""Handwriting: that it can be read, and stays where it belongs."""

from __future__ import annotations

import numpy as np
import pytest

from form_layouts.layout import Box
from simulation.fonts import NoHandwritingFont, covers, font_for, loaded
from simulation.handwriting import Script, write_comb, write_text
from simulation.pen import PENS, Page, Pen
from simulation.phrases import PHRASES

PAPER = 250
SCALE = 300 / 25.4


def _page() -> Page:
    return np.full((500, 1500), PAPER, np.uint8)


@pytest.mark.parametrize("pen", PENS, ids=lambda pen: pen.name)
def test_digits_stay_inside_their_cells(pen: Pen) -> None:
    """A digit that touched the next cell would be read there."""
    cells: list[Box] = [(5 + 6.5 * n, 10, 6, 8) for n in range(10)]
    for font in range(5):
        page = _page()
        write_comb(page, cells, "0123456789", pen, Script(font, 0.1, 1.0), np.random.default_rng(font))
        for x, y, width, height in cells:
            rows = slice(round(y * SCALE), round((y + height) * SCALE))
            cell = page[rows, round(x * SCALE) : round((x + width) * SCALE)]
            assert (cell < PAPER - 50).sum() > 50
            cell[:] = PAPER
        assert (page == PAPER).all()


def test_a_space_leaves_its_cell_empty() -> None:
    """A number shorter than its comb leaves a cell blank."""
    page = _page()
    write_comb(page, [(5, 10, 6, 8), (15, 10, 6, 8)], " 4", PENS[0], Script(), np.random.default_rng(0))
    assert (page[:, : round(13 * SCALE)] == PAPER).all()
    assert (page < PAPER).any()


def test_arabic_letters_are_joined() -> None:
    """Arabic in separate letters is what nobody writes, and no engine reads."""
    font = font_for("بيت")
    joined = loaded(font, 100).getlength("بيت")
    apart = sum(loaded(font, 100).getlength(letter) for letter in "بيت")
    assert joined < 0.9 * apart


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_every_phrase_has_a_font(language: str) -> None:
    """A letter that the font lacks would be printed as an empty box and called handwriting."""
    stock = PHRASES[language]
    for text in (*stock.short, *stock.wishes, *stock.countries):
        assert covers(font_for(text), text)


def test_a_text_without_a_font_is_refused_in_both_languages() -> None:
    """Somebody who lacks a font must learn which package to install."""
    with pytest.raises(NoHandwritingFont) as refused:
        font_for("\U000e5556")
    assert "fonts-noto-core" in refused.value.sentence("en")
    assert "Installieren" in refused.value.sentence("de")


@pytest.mark.parametrize("text", ["Nur ein paar Worte", "كلمات قليلة فقط"])
def test_writing_stays_near_its_area_and_starts_on_the_right_side(text: str) -> None:
    """A text that ran into the next question would be a finding there; Arabic starts at the right."""
    page = _page()
    box: Box = (10, 15, 80, 9)
    write_text(page, box, text, PENS[1], Script(), np.random.default_rng(0), rules=[22.5])
    inked = np.argwhere(page < PAPER - 50) / SCALE
    assert inked[:, 0].min() > 12
    assert inked[:, 0].max() < 27
    middle = float(np.median(inked[:, 1]))
    assert (middle > 50) == (text[0] > "z")
    assert inked[:, 1].min() > 9
    assert inked[:, 1].max() < 91

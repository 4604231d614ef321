"""More scanner models: each must do what it is named after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulation.copiers import CLEANED, COPIERS, ONE_BIT, SHARPENED
from simulation.pen import Page
from simulation.scanner import Preset, Scanner, scan


def _page() -> Page:
    page = np.full((800, 600), 255, np.uint8)
    page[300:500, 300:309] = 40
    page[300:500, 400:404] = 200
    return page


def _scanned(preset: Preset, seed: int = 0) -> Page:
    rng = np.random.default_rng(seed)
    still = replace(preset.draw(rng), skew_deg=0.0, shift_mm=(0.0, 0.0), speckles=0, streaks=0, dpi=300)
    return scan(_page(), still, rng, dpi=300)


@pytest.mark.parametrize("preset", COPIERS.values(), ids=lambda preset: preset.name)
def test_every_copier_keeps_a_dark_stroke_and_repeats(preset: Preset) -> None:
    first = _scanned(preset)
    assert first.tobytes() == _scanned(preset).tobytes()
    assert first[350:450, 302:307].mean() < 130 < 180 < first[350:450, 200:280].mean()


def test_cleaning_makes_the_paper_white() -> None:
    assert np.median(_scanned(CLEANED)[350:450, 200:280]) == 255


def test_sharpening_leaves_bright_rims_along_strokes() -> None:
    plain = Scanner(paper=225, blur_mm=0.05)
    soft, sharp = (scan(_page(), s, np.random.default_rng(0), dpi=300) for s in (plain, replace(plain, sharpen=1.5)))
    assert int(sharp[400, 310:316].max()) > int(soft[400, 310:316].max()) + 5
    assert SHARPENED.draw(np.random.default_rng(1)).sharpen >= SHARPENED.sharpen[0]


def test_a_one_bit_scan_is_black_and_white() -> None:
    assert set(np.unique(_scanned(ONE_BIT))) == {0, 255}


def test_a_bed_larger_than_the_sheet_shows_more_than_the_sheet() -> None:
    large = scan(_page(), Scanner(dpi=300, bed_mm=10.0, skew_deg=8.0, black_border=True), np.random.default_rng(0))
    assert large.shape == (800 + 236, 600 + 236)
    assert large[:5].max() < 40

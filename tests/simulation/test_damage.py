"""What happens to sheets: the defect must be there, and nothing else may change."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.damage import CORNER_LOSSES, CornerLoss, fit_to_page, lose_corner, photocopy, slip, stain, streaks
from simulation.pen import Page

DPI = 100.0
PX = DPI / 25.4
MARKERS_MM = [(20, 8), (183, 8), (183, 282), (20, 282)]
"""Clockwise from the top left, as on our forms."""


def _page() -> Page:
    """A4 at 100 dpi with a black square of 7 mm at each corner marker's place."""
    page = np.full((1169, 827), 255, np.uint8)
    for corner in range(4):
        page[_marker(corner)] = 0
    return page


def _marker(corner: int) -> tuple[slice, slice]:
    x, y = MARKERS_MM[corner]
    return slice(round(y * PX), round((y + 7) * PX)), slice(round(x * PX), round((x + 7) * PX))


def _rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize("how", CORNER_LOSSES)
@pytest.mark.parametrize("corner", range(4))
def test_a_lost_corner_takes_its_marker_and_no_other(corner: int, how: CornerLoss) -> None:
    """A loss at the wrong corner, or at none, would be counted as a page that was easy to read."""
    whole = _page()
    page = lose_corner(whole, corner, how, _rng(), dpi=DPI)
    changed = [(page[_marker(other)] != whole[_marker(other)]).mean() for other in range(4)]
    assert [other for other in range(4) if changed[other] > 0] == [corner]
    if how != "stapled":
        assert page[_marker(corner)].mean() > 180


def test_a_stapled_corner_keeps_its_print() -> None:
    """A staple hides a part of the marker: the rest must be there to be found."""
    page = lose_corner(_page(), 0, "stapled", _rng(), dpi=DPI)
    assert 0 < (page[_marker(0)] > 0).mean() < 0.6


def test_a_stain_darkens_the_box_it_is_spilled_on() -> None:
    """A code that was not covered would be read, and the set called hard."""
    page = np.full((600, 600), 250, np.uint8)
    box = (60.0, 60.0, 18.0, 18.0)
    inside = (slice(round(60 * PX), round(78 * PX)),) * 2
    assert stain(page, box, "pen", _rng(), dpi=DPI)[inside].mean() < 90
    coffee = stain(page, box, "coffee", _rng(), dpi=DPI)
    assert 30 < coffee[inside].mean() < 230
    assert coffee[:100, :100].min() == 250
    assert page.min() == 250


def test_a_slip_moves_rows_by_as_much_as_it_says_and_no_column() -> None:
    page = np.full((1169, 400), 255, np.uint8)
    lines = np.arange(50, 1150, 50)
    page[lines] = 0
    page[:, 200] = 0
    moved = slip(page, 1.0, _rng(), dpi=DPI)
    off = [abs(int(np.argmin(moved[line - 8 : line + 9, 50])) - 8) for line in lines]
    assert 0.6 * PX <= max(off) <= 1.0 * PX + 1
    assert len(set(off)) > 1
    assert (moved[:, 200] == 0).all()


def test_fit_to_page_shrinks_around_the_middle() -> None:
    shrunk = fit_to_page(_page(), 0.93)
    rows, columns = np.nonzero(shrunk < 128)
    assert np.ptp(rows) / PX == pytest.approx(0.93 * (289 - 8), abs=0.6)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(827 / 2, abs=2)


def test_a_photocopy_is_harsh_and_repeats() -> None:
    page = _page()
    page[500:600, 300:500] = 140
    copies = [photocopy(page, _rng(), dpi=DPI) for _ in range(2)]
    assert copies[0].tobytes() == copies[1].tobytes()
    assert copies[0].shape == page.shape
    assert copies[0][20:1000, 20:60].std() > 1
    assert all(copies[0][_marker(corner)].min() < 60 for corner in range(4))


def test_streaks_run_along_the_whole_scan_where_they_are_asked_for() -> None:
    striped = streaks(np.full((500, 500), 240, np.uint8), [50.0], _rng(), dpi=DPI)
    columns = np.flatnonzero((striped < 200).all(axis=0))
    assert len(columns) >= 1
    assert abs(columns[0] / PX - 50) < 0.5
    assert (striped[:, :150] == 240).all()

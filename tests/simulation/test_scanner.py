"""The scanner: what must survive a pass, and what must change."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.pen import Page
from simulation.scanner import BAD, FAX, OFFICE, PRESETS, Preset, Scanner, scan

MARKERS_MM = [(20, 8), (183, 8), (183, 282), (20, 282)]
SIZE_MM = 7


def _page() -> Page:
    """A4 at 100 dpi with a black square at each corner marker's place."""
    page = np.full((1169, 827), 255, np.uint8)
    for x, y in MARKERS_MM:
        left, top, size = (round(mm * 100 / 25.4) for mm in (x, y, SIZE_MM))
        page[top : top + size, left : left + size] = 0
    return page


@pytest.mark.parametrize("skew", [1.5, -1.5])
def test_a_skewed_scan_keeps_its_size_and_all_markers(skew: float) -> None:
    """A feeder skews the sheet on a canvas of the same size: markers that left it would make every page unreadable."""
    scanned = scan(_page(), Scanner(dpi=100, skew_deg=skew, shift_mm=(9, -9)), np.random.default_rng(0), dpi=100)
    assert scanned.shape == (1169, 827)
    expected = 4 * (SIZE_MM * 100 / 25.4) ** 2
    assert (scanned < 128).sum() == pytest.approx(expected, rel=0.05)
    assert (scanned[[0, -1]] > 128).all()
    assert (scanned[:, [0, -1]] > 128).all()


def test_rotation_is_clockwise() -> None:
    """The truth says clockwise; a scan turned the other way would be read as a mistake."""
    page = np.full((200, 100), 255, np.uint8)
    page[:20, :20] = 0
    turned = scan(page, Scanner(dpi=100, rotation=90), np.random.default_rng(0), dpi=100)
    assert turned.shape == (100, 200)
    assert turned[:15, -15:].mean() < 40
    assert scan(page, Scanner(dpi=100, rotation=180), np.random.default_rng(0), dpi=100)[-15:, -15:].mean() < 40


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_the_same_seed_gives_the_same_scan(preset: Preset) -> None:
    """A benchmark that cannot be repeated proves nothing."""
    scans = []
    for _ in range(2):
        rng = np.random.default_rng(4)
        scans.append(scan(_page(), preset.draw(rng), rng, dpi=100, back=_page()))
    assert scans[0].tobytes() == scans[1].tobytes()


def test_a_fax_is_black_or_white_and_of_200_dpi() -> None:
    """A fax with greys would be no fax."""
    rng = np.random.default_rng(0)
    scanned = scan(_page(), FAX.draw(rng), rng, dpi=100)
    assert set(np.unique(scanned)) == {0, 255}
    assert scanned.shape == (2338, 1654)


def test_bad_scans_are_worse_than_office_scans() -> None:
    """Presets mixed up would make the hard set easy."""
    noise = []
    for preset in (OFFICE, BAD):
        rng = np.random.default_rng(0)
        plain = np.full((600, 600), 255, np.uint8)
        noise.append(float(np.median([scan(plain, preset.draw(rng), rng)[150:250, 150:250].std() for _ in range(9)])))
    assert noise[1] > 1.5 * noise[0]

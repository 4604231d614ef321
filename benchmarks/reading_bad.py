"""The set `bad`: what one or two defects make of a filled sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from form_layouts.layout import PageLayout
from simulation.damage import CORNER_LOSSES, fit_to_page, lose_corner, photocopy, slip, stain, streaks
from simulation.pen import Page
from simulation.photo import draw_camera, photograph
from simulation.scanner import FAX, OFFICE, Scanner, scan

FIT_TO_PAGE = 0.93
SLIP_MM = 1.0
SKEW_DEG = (3.0, 10.0)
LARGE_BED_MM = 28.0
LARGE_BED = 0.7
"""Share of skewed scans made on a bed that shows the whole sheet; on the others corners are cut off."""
COPY_GENERATIONS = 2
SHEET_MM = (210.0, 297.0)


@dataclass(frozen=True)
class Delivered:
    """What comes out of the device: a grey image, or one of 0 and 255."""

    image: Page
    dpi: int | None
    quality: int
    device: str
    one_bit: bool = False


def deliver_bad(
    sheet: Page, defects: Sequence[str], layout: PageLayout, rng: np.random.Generator, *, back: Page | None
) -> Delivered:
    """The filled sheet (300 dpi) with these defects of mix.yaml.  Same random numbers whatever is on the sheet."""
    if "printed at 93 %" in defects:
        sheet = fit_to_page(sheet, FIT_TO_PAGE)
    sheet = _damaged(sheet, defects, layout, rng)
    if "copy of a copy" in defects:
        for _ in range(COPY_GENERATIONS):
            sheet = photocopy(sheet, rng)
    if "photo" in defects:
        camera = draw_camera(rng)
        return Delivered(photograph(sheet, camera, rng), None, camera.jpeg_quality, "photo")
    preset = FAX if "fax" in defects else OFFICE
    scanner = _scanner(preset.draw(rng), defects, rng)
    image = scan(sheet, scanner, rng, back=back)
    if "slipped in the feeder" in defects:
        image = slip(image, rng.uniform(0.5, SLIP_MM), rng, dpi=scanner.dpi)
    if "streaks" in defects:
        image = streaks(image, _streak_places(layout, rng), rng, dpi=scanner.dpi)
    if scanner.one_bit:  # what moved or darkened its rows left greys
        image = np.where(image >= scanner.threshold, 255, 0).astype(np.uint8)
    return Delivered(image, scanner.dpi, scanner.jpeg_quality, preset.name, one_bit=scanner.one_bit)


def _damaged(sheet: Page, defects: Sequence[str], layout: PageLayout, rng: np.random.Generator) -> Page:
    corners = 2 if "two corners lost" in defects else 1 if "corner lost" in defects else 0
    for corner in rng.permutation(4)[:corners].tolist():
        sheet = lose_corner(sheet, corner, CORNER_LOSSES[int(rng.integers(3))], rng)
    if "code lost" in defects or "both codes lost" in defects:
        lost = list(layout.code_boxes)
        if "both codes lost" not in defects:
            lost = [lost[int(rng.integers(len(lost)))]]
        how = "coffee" if rng.random() < 0.4 else "pen"
        for box in lost:
            sheet = stain(sheet, box, "coffee" if how == "coffee" else "pen", rng)
    return sheet


def _scanner(scanner: Scanner, defects: Sequence[str], rng: np.random.Generator) -> Scanner:
    if "skew" in defects:
        sign = 1 if rng.random() < 0.5 else -1
        bed = LARGE_BED_MM if rng.random() < LARGE_BED else 0.0
        scanner = replace(scanner, skew_deg=sign * rng.uniform(*SKEW_DEG), bed_mm=bed)
    if "black borders" in defects:
        scanner = replace(
            scanner,
            black_border=True,
            bed_mm=max(scanner.bed_mm, rng.uniform(2, 12)),
            shift_mm=(float(rng.normal(0, 3)), float(rng.normal(0, 3))),
        )
    if "thin paper" in defects:
        scanner = replace(scanner, show_through=rng.uniform(0.1, 0.28))
    if "turned" in defects:
        scanner = replace(scanner, rotation=int(rng.choice([90, 180, 270])))
    return scanner


def _streak_places(layout: PageLayout, rng: np.random.Generator) -> list[float]:
    """One to four streaks (mm from the left); in half of the scans one of them runs through both left corner markers."""
    places = rng.uniform(5, SHEET_MM[0] - 5, int(rng.integers(1, 5))).tolist()
    if layout.markers and rng.random() < 0.5:
        x, _, width, _ = layout.markers[0]
        places[0] = x + width * rng.uniform(0.3, 0.7)
    return [float(place) for place in places]

"""More scanner models beside the three of `scanner`: what copiers do to a scan by default."""

from __future__ import annotations

from simulation.scanner import OFFICE, Preset

DARK = Preset(
    "dark", 0.5, 0.8, 0.002, (215, 235), (0.03, 0.06), (1.0, 1.1), (-35, -15), (1.3, 1.8), (2, 4), (5, 40), (75, 88),
    black_border_share=0.1, show_through=0.05,
)  # fmt: skip
SHARPENED = Preset(
    "sharpened", 0.5, 0.8, 0.002, (236, 250), (0.02, 0.06), (1.0, 1.15), (-6, 8), (0.9, 1.2), (1.5, 3), (0, 20), (78, 90),
    sharpen=(0.8, 2.2),
)  # fmt: skip
"""An unsharp mask leaves bright rims along strokes, and dark ones inside broad strokes."""
CLEANED = Preset(
    "cleaned", 0.6, 0.8, 0.003, (225, 245), (0.03, 0.07), (1.0, 1.2), (-4, 10), (0.75, 1.0), (2, 4), (0, 15), (70, 88),
    whiten=(185, 225), sharpen=(0.0, 0.8),
)  # fmt: skip
"""Background cleaning: paper is pure white, and pale ink goes with it."""
COARSE = Preset(
    "coarse", 0.8, 0.8, 0.003, (232, 250), (0.03, 0.06), (0.95, 1.1), (-6, 6), (0.9, 1.2), (2, 5), (0, 30), (42, 56),
    show_through=0.03,
)  # fmt: skip
"""Small files: JPEG quality 50 puts waves around every stroke."""
PALE = Preset(
    "pale", 0.6, 0.8, 0.002, (240, 252), (0.03, 0.06), (0.7, 0.85), (15, 40), (0.7, 0.9), (1.5, 3), (0, 10), (78, 90),
)  # fmt: skip
"""Set too light: print is dark grey, pencil hardly there."""
GREY_200 = Preset(
    "grey 200 dpi", 0.7, 0.8, 0.003, (235, 250), (0.03, 0.06), (0.95, 1.1), (-6, 6), (0.9, 1.2), (2, 4), (0, 20), (75, 88),
    dpi=200, sharpen=(0.0, 1.0),
)  # fmt: skip
ONE_BIT = Preset(
    "one bit", 0.6, 0.8, 0.002, (236, 250), (0.02, 0.05), (0.95, 1.1), (-6, 6), (0.9, 1.2), (1.5, 3), (0, 40), (85, 85),
    one_bit=True, threshold=(150, 215),
)  # fmt: skip
"""Black and white at 300 dpi, the default of many copiers."""
COPIERS = {
    preset.name: preset for preset in (OFFICE, DARK, SHARPENED, CLEANED, COARSE, PALE, GREY_200, ONE_BIT)
}  # fmt: skip

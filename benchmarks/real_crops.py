"""Checkboxes cut out of real photos, laid on a drawn sheet so that their printed boxes meet its own."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.real_forms import DPI, drawn_sheet, load_fields, read_grey

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
WIDE = 42
"""The sheet's first boxes are 8 x 4 mm, those after them 5 x 5 mm."""
BOXES_PX = {(16, 26): (20.0, 10.0), (18, 18): (12.5, 12.5), (20, 20): (13.5, 13.5), (9, 9): (6.5, 6.5), (10, 10): (6.5, 6.5)}  # fmt: skip
"""Width and height of the printed box in crops of a shape (height, width): middle of its outline, seen by eye."""
STRETCHES = (0.9, 1.0, 1.1)
WHITE = 245.0
PX = DPI / 25.4


def sheet_of_crops(crops: Path) -> tuple[Grey, dict[str, str]]:
    """The sheet at 300 dpi, and the crop's name at each variable."""
    sheet = np.rint(drawn_sheet() * (WHITE / 255)).astype(np.uint8)
    boxes = load_fields("cut-out-boxes")
    free = {True: list(range(WIDE)), False: list(range(WIDE, len(boxes)))}
    placed = {}
    for path in sorted(crops.glob("*.jpg")):
        crop = read_grey(path)
        wide = crop.shape == (16, 26)
        number = free[wide].pop(0)
        lay(crop, sheet, boxes[number])
        placed[f"{'wide' if wide else 'square'}_{number + 1}"] = path.stem
    return sheet, placed


def crop_states(placed: dict[str, str]) -> dict[tuple[str, str], str]:
    """What the file's name says: everything but `empty` is a mark.  Places without a crop do not count."""
    return {(name, "box"): "empty" if crop.startswith("empty") else "marked" for name, crop in placed.items()}


def lay(crop: Grey, sheet: Grey, box: tuple[float, float, float, float]) -> None:
    """Lay one crop over a box (mm) of the sheet, in place: its printed outline on the sheet's, its paper as white."""
    left, top, width, height = outline(crop)
    x, y, w, h = (side * PX for side in box)
    matrix = np.array([[w / width, 0, x - left * w / width], [0, h / height, y - top * h / height]])
    paper = float(np.percentile(np.concatenate([crop[0], crop[-1], crop[:, 0], crop[:, -1]]), 60))
    lit = np.clip(crop.astype(np.float32) * (WHITE / max(paper, 1)), 0, WHITE)
    size = (sheet.shape[1], sheet.shape[0])
    cover = cv2.warpAffine(np.ones_like(lit), matrix, size, flags=cv2.INTER_NEAREST)
    laid = cv2.warpAffine(lit, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    sheet[cover > 0] = np.clip(laid[cover > 0], 0, 255).astype(np.uint8)


def outline(crop: Grey) -> tuple[float, float, float, float]:
    """Left, top, width and height (px) of the printed box: the darkest rectangle of about the known size."""
    large = 4
    dark = 255 - cv2.resize(crop, None, fx=large, fy=large, interpolation=cv2.INTER_CUBIC).astype(np.float64)
    width, height = BOXES_PX[crop.shape[0], crop.shape[1]]
    best, found = -1.0, (0.0, 0.0, width, height)
    for across, down in product(STRETCHES, STRETCHES):
        w, h = round(width * across * large), round(height * down * large)
        for y, x in product(range(0, dark.shape[0] - h, 2), range(0, dark.shape[1] - w, 2)):
            sides = [dark[y, x : x + w], dark[y + h, x : x + w], dark[y : y + h, x], dark[y : y + h, x + w]]
            score = min(float(side.mean()) for side in sides) + 0.5 * float(np.mean([side.mean() for side in sides]))
            if score > best:
                best, found = score, (x / large, y / large, w / large, h / large)
    return found

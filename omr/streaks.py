"""Streaks: straight lines over the whole scan, from dirt on the scanner's glass, along the way the sheet was fed."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from omr.files.pixels import Grey

BANDS = 24
"""Bands across which a streak must be seen."""
SEEN_IN = 0.7
"""Share of bands, the first and the last among them: no printed line runs into the margins."""
ROWS_EACH = 9
"""Rows of each band that are looked at: their mean has a third of a pixel's noise."""
DARKER, BRIGHTER = 11, 4
"""Grey levels by which a streak is darker, or brighter, than both its sides, in the mean of a band.  Paper leaves bright
ones little room; printed rules reach 6 in the outer bands."""
WIDEST_SHARE = 0.0035
"""Width of a streak, at most, as a share of the image's shorter side: 0.7 mm of an A4 sheet."""


def without_streaks(grey: Grey) -> tuple[Grey, bool]:
    """The same image (height, width), its streaks painted over from both sides, and whether there were any."""
    columns, rows = _streaks(grey), _streaks(grey.T)
    if not len(columns) and not len(rows):
        return grey, False
    grey = grey.copy()
    _paint(grey, columns)
    _paint(grey.T, rows)
    return grey, True


def _streaks(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    """Columns that a streak darkens or brightens."""
    bands = np.linspace(0, grey.shape[0] - 1, BANDS * ROWS_EACH).astype(np.intp).reshape(BANDS, ROWS_EACH)
    reach = max(2, round(WIDEST_SHARE * min(grey.shape)))
    ends = _stands_out(grey, bands[[0, -1]], reach)
    if not ends.all(axis=1).any():  # nearly always: the other bands need not be looked at
        return np.zeros(0, np.intp)
    seen = _stands_out(grey, bands, reach).mean(axis=1) >= SEEN_IN
    return np.flatnonzero((seen & ends.all(axis=1)).any(axis=0))


def _stands_out(grey: npt.NDArray[np.uint8], bands: npt.NDArray[np.intp], reach: int) -> npt.NDArray[np.bool_]:
    """Whether a column is darker, and whether brighter, than `reach` px to both its sides: (2, bands, width)."""
    sums = np.stack([grey[rows].sum(axis=0, dtype=np.uint16) for rows in bands])
    means = ((sums + ROWS_EACH // 2) // ROWS_EACH).astype(np.uint8)
    padded = cv2.copyMakeBorder(means, 0, 0, reach, reach, cv2.BORDER_REPLICATE)
    left, right = padded[:, : -2 * reach], padded[:, 2 * reach :]
    darker = cv2.subtract(cv2.min(left, right), means) >= DARKER
    return np.stack([darker, cv2.subtract(means, cv2.max(left, right)) >= BRIGHTER])


def _paint(grey: npt.NDArray[np.uint8], columns: npt.NDArray[np.intp]) -> None:
    """Fill the columns, and the one on each side of them, evenly from their neighbours, in place."""
    if not len(columns):
        return
    for run in np.split(columns, np.flatnonzero(np.diff(columns) > 2) + 1):
        left, right = max(0, run[0] - 2), min(grey.shape[1] - 1, run[-1] + 2)
        share = np.linspace(0, 1, right - left + 1)
        grey[:, left : right + 1] = np.rint(np.outer(grey[:, left], 1 - share) + np.outer(grey[:, right], share))

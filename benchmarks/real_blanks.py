"""Blanks of forms whose empty sheet is not at hand, made from their filled scans.

A limit of these figures: such a blank knows this printer and scanner, which a blank from a file would not.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

TILE_PX = 24
"""Side of the squares that are chosen sheet by sheet: 2 mm at 300 dpi, less than the gap between two bubbles."""
TILE_REACH_PX = 6
"""How far a tile is looked for around its place: half a millimetre."""
LIGHTEST = 2
"""Sheets that a tile is averaged over.  Up to all but two may bear a mark there."""
FEATURES = 4000
GOOD_MATCH = 0.75
"""Lowe's ratio."""
MIN_MATCHES = 40


def without_marks(sheets: Sequence[Grey], rows: tuple[int, int]) -> Grey:
    """The sheets laid over the first; each tile from those where it is lightest, so that no mark is left.

    What is marked at one place in all sheets but one stays.  Only `rows` (px, from and to) are made so; the other rows
    are the pixels' median, which is faster.
    """
    first = sheets[0]
    aligned = [first, *(laid_over(sheet, first) for sheet in sheets[1:])]
    blank = np.median(np.stack(aligned), axis=0).astype(np.uint8)
    width = first.shape[1]
    for top in range(*rows, TILE_PX):
        for left in range(0, width, TILE_PX):
            tiles = [_tile(sheet, first, left, top) for sheet in aligned]
            light = sorted(tiles, key=lambda tile: -float(tile.mean()))[:LIGHTEST]
            blank[top : top + TILE_PX, left : left + TILE_PX] = np.mean(light, axis=0).astype(np.uint8)
    return blank


def laid_over(sheet: Grey, other: Grey) -> Grey:
    """The sheet, warped to lie on `other`: homography of matched ORB features.  Raises ValueError where none fits."""
    height, width = other.shape
    return np.asarray(cv2.warpPerspective(sheet, homography(sheet, other), (width, height), borderValue=255), np.uint8)


def homography(sheet: Grey, other: Grey) -> npt.NDArray[np.float64]:
    """Px of the sheet -> px of `other`.  Raises ValueError where too little of them looks alike."""
    shrink = 0.5
    small = [cv2.GaussianBlur(cv2.resize(image, None, fx=shrink, fy=shrink), (0, 0), 1.0) for image in (sheet, other)]
    detector = cv2.SIFT.create(nfeatures=FEATURES)
    (points, found), (places, known) = (detector.detectAndCompute(image, None) for image in small)
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(found, known, k=2)
    good = [one for one, second in pairs if one.distance < GOOD_MATCH * second.distance]
    if len(good) < MIN_MATCHES:
        raise ValueError(f"only {len(good)} features match")
    source = np.array([points[match.queryIdx].pt for match in good]) / shrink
    target = np.array([places[match.trainIdx].pt for match in good]) / shrink
    matrix, _ = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 3.0)
    if matrix is None:
        raise ValueError("no plane fits the features")
    return np.asarray(matrix, np.float64)


def _tile(sheet: Grey, first: Grey, left: int, top: int) -> Grey:
    """The tile of `sheet` that looks most like that of `first`, its rim included, within the reach."""
    rim = TILE_PX
    height, width = first.shape
    y0, x0, y1, x1 = max(0, top - rim), max(0, left - rim), min(height, top + 2 * rim), min(width, left + 2 * rim)
    wanted = first[y0:y1, x0:x1]
    tile = sheet[top : min(height, top + TILE_PX), left : min(width, left + TILE_PX)]
    if sheet is first or wanted.min() > 200:
        return tile
    padded = cv2.copyMakeBorder(sheet[y0:y1, x0:x1], *(TILE_REACH_PX,) * 4, cv2.BORDER_REPLICATE)
    match = cv2.matchTemplate(padded, wanted, cv2.TM_CCOEFF_NORMED)
    _, _, _, (x, y) = cv2.minMaxLoc(np.nan_to_num(match))
    row, column = top + y - TILE_REACH_PX, left + x - TILE_REACH_PX
    moved = sheet[max(0, row) : row + tile.shape[0], max(0, column) : column + tile.shape[1]]
    return moved if moved.shape == tile.shape else tile

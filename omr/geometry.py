"""Plane geometry between the form's millimetres and the image's pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box

Points = npt.NDArray[np.float64]
Grey = npt.NDArray[np.uint8]
MM_PER_INCH = 25.4
MAX_FORESHORTENING = 2.0
"""Longest side of a sheet in a photo over its shortest, each over its true length: 1.6 from 45 degrees, close by."""


@dataclass(frozen=True)
class Plane:
    """A homography from mm on the form to px on the image, shape (3, 3)."""

    matrix: Points

    def to_px(self, mm: Points) -> Points:
        """(n, 2) mm -> (n, 2) px."""
        flat = mm @ self.matrix[:, :2].T + self.matrix[:, 2]
        px: Points = flat[:, :2] / flat[:, 2:]
        return px

    def shrunk(self, shrink: int) -> Plane:
        """The plane to the px of an image whose pixels are the means of `shrink` x `shrink` pixels of this one."""
        middle = 0.5 / shrink - 0.5
        return Plane(np.array([[1 / shrink, 0, middle], [0, 1 / shrink, middle], [0, 0, 1]]) @ self.matrix)

    def grown(self, shrink: int) -> Plane:
        """The plane to the px of an image of which this one's pixels are the means of `shrink` x `shrink`."""
        middle = (shrink - 1) / 2
        return Plane(np.array([[shrink, 0, middle], [0, shrink, middle], [0, 0, 1]]) @ self.matrix)

    def px_per_mm(self, at: tuple[float, float]) -> float:
        """Mean resolution around a point in mm."""
        x, y = at
        start, *others = self.to_px(np.array([[x, y], [x + 10, y], [x, y + 10]])).tolist()
        (a, b), (c, d) = ((to[0] - start[0], to[1] - start[1]) for to in others)
        return math.sqrt(abs(a * d - b * c)) / 10

    def plausible(self, page_size: tuple[float, float]) -> bool:
        """Whether a flat sheet can lie so before a camera: not mirrored, no side twisted or much shorter than it should be."""
        width, height = page_size
        sheet = corners_of((0.0, 0.0, width, height))
        if (np.column_stack([sheet, np.ones(4)]) @ self.matrix[2] * self.matrix[2, 2] <= 0).any():
            return False  # a part of it would lie behind the camera
        px = self.to_px(sheet)
        sides = np.roll(px, -1, axis=0) - px
        ahead = np.roll(sides, -1, axis=0)
        if (sides[:, 0] * ahead[:, 1] - sides[:, 1] * ahead[:, 0] <= 0).any():
            return False
        scales = self.side_scales(page_size)
        return bool(scales.max() <= MAX_FORESHORTENING * scales.min())

    def side_scales(self, page_size: tuple[float, float]) -> Points:
        """Px per mm along the four sides of the sheet, from the upper one clockwise, (4,)."""
        width, height = page_size
        px = self.to_px(corners_of((0.0, 0.0, width, height)))
        scales: Points = np.linalg.norm(np.roll(px, -1, axis=0) - px, axis=1) / [width, height, width, height]
        return scales

    def rotation(self, page_size: tuple[float, float]) -> int:
        """Degrees clockwise by which the page lies turned in the image, to the next quarter turn."""
        x, y = page_size[0] / 2, page_size[1] / 2
        left, right = self.to_px(np.array([[x - 20, y], [x + 20, y]]))
        angle = float(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0])))
        return round(angle / 90) % 4 * 90


@dataclass(frozen=True)
class View:
    """An image, (height, width), and where the form lies on it."""

    grey: Grey
    plane: Plane


def corners_of(box: Box) -> Points:
    """The box's corners, clockwise from the top left, (4, 2) mm."""
    x, y, w, h = box
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float64)

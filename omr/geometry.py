"""Plane geometry between the form's millimetres and the image's pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """A homography from mm on the form to px on the image, shape (3, 3)."""

    matrix: Points

    def to_px(self, mm: Points) -> Points:
        """(n, 2) mm -> (n, 2) px."""
        flat = np.column_stack([mm, np.ones(len(mm))]) @ self.matrix.T
        px: Points = flat[:, :2] / flat[:, 2:]
        return px

    def px_per_mm(self, at: tuple[float, float]) -> float:
        """Mean resolution around a point in mm."""
        x, y = at
        around = self.to_px(np.array([[x, y], [x + 10, y], [x, y + 10]]))
        return float(np.sqrt(abs(np.linalg.det(np.stack([around[1] - around[0], around[2] - around[0]])))) / 10)

    def rotation(self, page_size: tuple[float, float]) -> int:
        """Degrees clockwise by which the page lies turned in the image, to the next quarter turn."""
        x, y = page_size[0] / 2, page_size[1] / 2
        left, right = self.to_px(np.array([[x - 20, y], [x + 20, y]]))
        angle = float(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0])))
        return round(angle / 90) % 4 * 90


def corners_of(box: Box) -> Points:
    """The box's corners, clockwise from the top left, (4, 2) mm."""
    x, y, w, h = box
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float64)

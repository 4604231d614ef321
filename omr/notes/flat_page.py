"""A page laid flat: cut out of its image with the local shifts that its fields show, and how bright its paper is."""

from __future__ import annotations

import cv2
import numpy as np

from omr.geometry import Points, View
from omr.image import Grey
from omr.reference import REFERENCE_PX_PER_MM
from omr.registration import Registration

NODE_MM = 20
"""Distance of the points whose place on the image is computed; between them it is taken as even."""
NEAR_MM = 18.0
"""How far a field's shift speaks for the paper around it: feeders slip over some centimetres, not over millimetres."""
CLOSED_BLOCKS = 5
"""Blocks over which print and writing are closed to see the paper below: 10 mm."""


def flattened(view: View, registration: Registration, size: tuple[int, int], px_per_mm: float) -> Grey:
    """The whole page, of `size` (height, width) px."""
    node = round(NODE_MM * px_per_mm)
    rows, columns = (-(-side // node) + 2 for side in size)  # one more on each side, for the edges
    half = 0.5 / px_per_mm
    xs = (np.arange(columns, dtype=np.float64) - 0.5) * NODE_MM - half
    ys = (np.arange(rows, dtype=np.float64) - 0.5) * NODE_MM - half
    grid = np.stack(np.meshgrid(xs, ys), axis=-1) + shifts_near(registration, xs, ys)
    px = view.plane.to_px(grid.reshape(-1, 2) + half).reshape(rows, columns, 2).astype(np.float32)
    flat = np.empty(size, np.uint8)
    for row in range(rows - 1):  # from one row of nodes to the next: the places of all pixels would not fit the cache
        start = round((row - 0.5) * node)
        top, bottom = max(0, start), min(size[0], start + node)
        if top < bottom:
            places = cv2.resize(px[row : row + 2], (columns * node, 2 * node), interpolation=cv2.INTER_LINEAR)
            places = places[top - start + node // 2 : bottom - start + node // 2, node : node + size[1]]
            cv2.remap(view.grey, places, None, cv2.INTER_LINEAR, dst=flat[top:bottom], borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]  # both maps are in the first; the stubs want two
    return flat


def shifts_near(registration: Registration, xs: Points, ys: Points) -> Points:
    """The paper's shift in mm at every crossing of `xs` and `ys` (mm): that of the fields, the nearer the more; (ys, xs, 2)."""
    boxes = registration.checkboxes.boxes + registration.cells.boxes
    if not boxes:
        return np.zeros((len(ys), len(xs), 2))
    shifts = np.vstack([registration.checkboxes.shifts, registration.cells.shifts])
    corners = np.array(boxes)
    at = corners[:, :2] + corners[:, 2:] / 2
    across = np.exp(-(((xs[:, None] - at[:, 0]) / NEAR_MM) ** 2) / 2) + 1e-9
    down = np.exp(-(((ys[:, None] - at[:, 1]) / NEAR_MM) ** 2) / 2) + 1e-9
    weight = down @ across.T
    return np.stack([(down * shifts[:, axis]) @ across.T / weight for axis in (0, 1)], axis=-1)


def shift_near(registration: Registration, at: tuple[float, float]) -> tuple[float, float]:
    """The paper's shift in mm at one place (x, y) mm."""
    dx, dy = shifts_near(registration, np.array([at[0]]), np.array([at[1]]))[0, 0].tolist()
    return dx, dy


def cut_part(view: View, origin: tuple[float, float], size: tuple[int, int]) -> Grey:
    """A part of the page of `size` (height, width) px at REFERENCE_PX_PER_MM, from `origin` in mm on."""
    scale = REFERENCE_PX_PER_MM
    half = 0.5 / scale
    from_part = np.array([[1 / scale, 0, origin[0] + half], [0, 1 / scale, origin[1] + half], [0, 0, 1]])
    matrix = view.plane.matrix @ from_part
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = cv2.warpPerspective(view.grey, matrix, (size[1], size[0]), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(part, np.uint8)


def cut_blank(reference: Grey, origin: tuple[float, float], size: tuple[int, int]) -> Grey:
    """The same part of the blank, paper beyond the page."""
    left, top = (round(at * REFERENCE_PX_PER_MM) for at in origin)
    part = np.full(size, 255, np.uint8)
    there = reference[max(0, top) : max(0, top + size[0]), max(0, left) : max(0, left + size[1])]
    y, x = max(0, -top), max(0, -left)
    part[y : y + there.shape[0], x : x + there.shape[1]] = there
    return part


def paper_near(grey: Grey, block: int) -> Grey:
    """How bright the paper is around each block of `block` px: print and writing are closed over CLOSED_BLOCKS."""
    size = (max(1, grey.shape[1] // block), max(1, grey.shape[0] // block))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    kernel = np.ones((CLOSED_BLOCKS, CLOSED_BLOCKS), np.uint8)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.blur(closed, (3, 3)), np.uint8)

"""A phone's photo of a sheet on a desk: perspective, uneven light, a shadow, the desk around it, blur and noise."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from simulation.pen import Page

Floats = npt.NDArray[np.float64]

LONG_SIDE, SHORT_SIDE = 4032, 3024
"""Of a 12 megapixel phone."""
FOCAL = 1.15
"""Focal length over the photo's long side: a phone's main camera."""
COARSE = 48
"""Pixels of the photo for each of the map of light and shadow, which is smooth."""


@dataclass(frozen=True)
class Camera:
    """How the phone is held; the defaults look straight down in even light."""

    pitch_deg: float = 0.0
    yaw_deg: float = 0.0
    roll_deg: float = 0.0
    fills: float = 0.85
    """Share of the photo's height or width that the sheet takes."""
    rotation: int = 0
    """0, 90, 180 or 270: clockwise degrees by which the sheet lies turned."""
    darkest: float = 1.0
    """Light in the darkest corner over light in the brightest."""
    shadow: float = 1.0
    """Light in the shadow of hand and phone; 1 is no shadow."""
    desk: int = 120
    """Grey of the desk."""
    blur_px: float = 0.0
    noise: float = 0.0
    gamma: float = 1.0
    jpeg_quality: int = 88


def draw_camera(rng: np.random.Generator) -> Camera:
    """Somebody's phone, held as people hold it."""
    return Camera(
        pitch_deg=rng.uniform(-22, 22),
        yaw_deg=rng.uniform(-16, 16),
        roll_deg=float(np.clip(rng.normal(0, 4), -10, 10)),
        fills=rng.uniform(0.72, 0.94),
        rotation=int(rng.choice([0, 0, 0, 90, 180, 270])),
        darkest=rng.uniform(0.5, 0.95),
        shadow=rng.uniform(0.5, 0.85) if rng.random() < 0.7 else 1.0,
        desk=int(rng.integers(35, 205)),
        blur_px=rng.uniform(0.6, 1.5),
        noise=rng.uniform(1.5, 5),
        gamma=rng.uniform(0.85, 1.25),
        jpeg_quality=int(rng.integers(80, 93)),
    )


def photograph(page: Page, camera: Camera, rng: np.random.Generator) -> Page:
    """The photo of `page` (clean), LONG_SIDE x SHORT_SIDE, standing or lying as the sheet does."""
    sheet = np.ascontiguousarray(np.rot90(page, k=-camera.rotation // 90))
    tall = sheet.shape[0] >= sheet.shape[1]
    size = (SHORT_SIDE, LONG_SIDE) if tall else (LONG_SIDE, SHORT_SIDE)
    matrix = _homography(sheet.shape, size, camera)
    photo = _desk(size, camera.desk, rng)
    cv2.warpPerspective(
        cv2.LUT(sheet, np.rint(np.linspace(0, 243, 256)).astype(np.uint8)),
        matrix,
        size,
        dst=photo,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    if camera.blur_px > 0:
        photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), camera.blur_px), np.uint8)
    lit = photo * _light(size, camera, rng)
    lit += np.resize(rng.standard_normal((1 << 20) - 7, dtype=np.float32), lit.shape) * camera.noise
    return np.asarray(255 * (np.clip(lit, 0, 255) / 255) ** camera.gamma, np.uint8)


def _homography(shape: tuple[int, ...], size: tuple[int, int], camera: Camera) -> Floats:
    """Sheet px -> photo px: a pinhole camera that looks at the sheet's middle."""
    height, width = shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    centred = (corners - [width / 2, height / 2]) / max(width, height)
    turned = np.column_stack([centred, np.zeros(4)]) @ _rotation(camera).T
    distance = FOCAL / 0.8
    seen = turned[:, :2] / (1 + turned[:, 2:] / distance)
    seen -= (seen.min(axis=0) + seen.max(axis=0)) / 2
    room = np.array(size) / 2 / np.abs(seen).max(axis=0)
    placed = seen * float(room.min()) * camera.fills + np.array(size) / 2
    return np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), placed.astype(np.float32)), np.float64)


def _rotation(camera: Camera) -> Floats:
    pitch, yaw, roll = np.deg2rad([camera.pitch_deg, camera.yaw_deg, camera.roll_deg])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)


def _desk(size: tuple[int, int], grey: int, rng: np.random.Generator) -> Page:
    """A wooden top: bands along one side, finer grain over them."""
    width, height = size
    bands = np.asarray(cv2.resize(rng.normal(0, 14, (60, 6)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC))
    grain = np.resize(rng.standard_normal((1 << 19) - 9, dtype=np.float32), (height, width)) * 6
    return np.asarray(np.clip(grey + bands + grain, 5, 250), np.uint8)


def _light(size: tuple[int, int], camera: Camera, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Share of light at each pixel: a lamp on one side, and a soft-edged shadow."""
    width, height = size[0] // COARSE + 1, size[1] // COARSE + 1
    turn = rng.uniform(0, 2 * np.pi)
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    side = (x * np.cos(turn) + y * np.sin(turn)) / np.sqrt(2) / 2 + 0.5
    light = camera.darkest + (1 - camera.darkest) * side
    edge = rng.uniform(0, 2 * np.pi)
    reach = x * np.cos(edge) + y * np.sin(edge) - rng.uniform(-0.2, 0.6)
    soft = rng.uniform(0.03, 0.2)
    light *= camera.shadow + (1 - camera.shadow) / (1 + np.exp(np.clip(reach / soft, -30, 30)))
    return np.asarray(cv2.resize(light.astype(np.float32), size, interpolation=cv2.INTER_LINEAR), np.float32)

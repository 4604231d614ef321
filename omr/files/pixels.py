"""Pixels of any kind -> 8-bit grey with square pixels, upright; and the limits that hold before anything is decoded."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from omr.errors import PageTooLarge, PageTooSmall

Grey = npt.NDArray[np.uint8]
MAX_MEGAPIXELS = 80
_PIXELS = 1_000_000
MIN_SIDE_PX = 300
"""A sheet at 36 dpi: below it not even a corner marker can be told from dust."""
DPI_RANGE = (90, 1300)
"""What scanners make, fax at 98 lines to the inch included: another figure is no resolution, such as the 72 of a photo."""
SQUARE = 1.01
"""Ratio of the two resolutions up to which pixels count as square: page sizes in PDFs are rounded to whole points."""
MAX_STRETCH = 4.0
"""Ratio above which a stated resolution is not believed: fax, the least square of all, has 204 x 98."""
FAULTS = (ArithmeticError, LookupError, OSError, SyntaxError, TypeError, ValueError, EOFError, struct.error)
"""What Pillow raises on damaged files: its readers trust what they read."""


def assert_not_too_large(width: float, height: float) -> None:
    """Raises PageTooLarge."""
    if width * height > MAX_MEGAPIXELS * _PIXELS:
        raise PageTooLarge(megapixels=round(width * height / _PIXELS), limit=MAX_MEGAPIXELS)


def assert_not_too_small(width: int, height: int) -> None:
    """Raises PageTooSmall."""
    if min(width, height) < MIN_SIDE_PX:
        raise PageTooSmall(width=width, height=height)


@contextmanager
def lenient() -> Iterator[None]:
    """Without Pillow's warnings and without its limit of pixels: ours is checked before decoding."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit


@contextmanager
def opened(file: Path | IO[bytes]) -> Iterator[Image.Image]:
    """A picture, leniently.  Raises one of FAULTS."""
    with lenient(), Image.open(file) as image:
        yield image


def eight_bit(image: Image.Image) -> Grey:
    """Any kind of picture as 8-bit grey: 16 bits scaled, transparency on white paper."""
    if image.mode.startswith(("I", "F")):
        levels = np.asarray(image, np.float32)
        top = 255.0 if levels.max(initial=0) <= 255 else 65535.0
        return np.asarray(np.clip(levels * (255.0 / top), 0, 255), np.uint8)
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return np.asarray(image.convert("L"))


def turned(grey: Grey, orientation: int) -> Grey:
    """Pixels as they are shown.  `orientation` as in EXIF (tag 274), 1 to 8: which corner the first pixel lies in."""
    if orientation >= 5:
        grey = grey.T
    across = orientation in (2, 3, 6, 7)
    down = orientation in (3, 4, 7, 8)
    return np.ascontiguousarray(grey[:: -1 if down else 1, :: -1 if across else 1])


def square(grey: Grey, dpi: tuple[float, float] | None) -> tuple[Grey, float | None]:
    """A page with square pixels, and its resolution.  `dpi` across and down; None where the file states none.

    The coarser direction is enlarged to the finer one: a fax of 204 x 98 dpi becomes 204 x 204.
    """
    if dpi is not None and not is_square(dpi):
        height, width = grey.shape
        size = (round(width * max(dpi) / dpi[0]), round(height * max(dpi) / dpi[1]))
        assert_not_too_large(*size)
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    return grey, known_dpi(dpi)


def is_square(dpi: tuple[float, float] | None) -> bool:
    """Whether `square` leaves the pixels as they are."""
    return dpi is None or min(dpi) <= 0 or not SQUARE < max(dpi) / min(dpi) <= MAX_STRETCH


def known_dpi(dpi: tuple[float, float] | None) -> float | None:
    """The resolution once pixels are square; None where none is stated, or one that no scanner has."""
    if dpi is None or min(dpi) <= 0 or max(dpi) / min(dpi) > MAX_STRETCH:
        return None
    known = sum(dpi) / 2 if is_square(dpi) else max(dpi)
    return known if DPI_RANGE[0] <= known <= DPI_RANGE[1] else None


def stated_dpi(image: Image.Image) -> tuple[float, float] | None:
    """The resolutions across and down that a picture file states; as its pixels are stored, before turning."""
    stated = image.info.get("dpi") or image.info.get("resolution")
    if not stated:
        return None
    return float(stated[0]), float(stated[1])

"""Picture files of one page: JPEG, PNG, and HEIC or AVIF as telephones make them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pi_heif
from PIL import Image

from omr.errors import DamagedPage
from omr.files.file_kinds import is_heif
from omr.files.jpeg import decode_jpeg
from omr.files.opened_page import OpenedPage
from omr.files.pixels import (
    FAULTS,
    Grey,
    assert_not_too_large,
    assert_not_too_small,
    eight_bit,
    is_square,
    known_dpi,
    opened,
    square,
    stated_dpi,
    turned,
)
from omr.image import Jpeg

_ORIENTATION = 274
"""EXIF tag: which corner of the picture the first pixel lies in."""


def open_picture(path: Path) -> OpenedPage:
    """A JPEG stays as it is until somebody asks for its pixels.  Raises RejectedPage."""
    with path.open("rb") as stream:
        head = stream.read(12)
    try:
        if is_heif(head) and not head[8:12].startswith(b"avi"):
            return _heic(path)
        with opened(path) as image:
            assert_not_too_large(*image.size)
            if image.format in ("JPEG", "MPO") and image.mode in ("L", "RGB"):
                orientation = int(image.getexif().get(_ORIENTATION, 1))
                return _jpeg(path.read_bytes(), image.size, orientation, stated_dpi(image))
            if image.format == "PNG" and not image.has_transparency_data:
                return OpenedPage(*square(_decoded(path), stated_dpi(image)))
            return _any(image)
    except FAULTS as fault:
        raise DamagedPage() from fault


def _jpeg(data: bytes, size: tuple[int, int], orientation: int, dpi: tuple[float, float] | None) -> OpenedPage:
    assert_not_too_small(*size)
    if is_square(dpi):
        return OpenedPage(Jpeg(data, min(size), orientation), known_dpi(dpi))
    grey, known = square(decode_jpeg(data), dpi)
    return OpenedPage(turned(grey, orientation), known)


def _any(image: Image.Image) -> OpenedPage:
    orientation = int(image.getexif().get(_ORIENTATION, 1))
    grey, dpi = square(eight_bit(image), stated_dpi(image))
    return OpenedPage(turned(grey, orientation), dpi)


def _decoded(path: Path) -> Grey:
    grey = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise DamagedPage()
    return np.asarray(grey, np.uint8)


def _heic(path: Path) -> OpenedPage:
    """Its first picture.  The decoder turns it upright by itself: its EXIF says so once more and is left alone."""
    pi_heif.options.DECODE_THREADS = 1
    with path.open("rb") as stream:
        try:
            heif = pi_heif.open_heif(stream)
            assert_not_too_large(*heif.size)
            return OpenedPage(eight_bit(heif.to_pillow()), None)
        except RuntimeError as fault:  # libheif's own
            raise DamagedPage() from fault

"""TIFF, of one page or many: each page's place is found once, going forward through the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from omr.errors import DamagedPage
from omr.files.group4 import MIN_WIDTH, decode_group4
from omr.files.opened_page import OpenedPage
from omr.files.pixels import FAULTS, Grey, assert_not_too_large, eight_bit, lenient, square, stated_dpi, turned

_COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _OFFSETS, _ORIENTATION, _ROWS, _COUNTS = 259, 262, 266, 273, 274, 278, 279
_GROUP_4 = 4
_MOST_STRIPS = 64
"""Strips up to which a Group 4 page is decoded strip by strip with a proof that it is whole; one strip takes 1 ms more."""


class Tiff:
    """An open TIFF."""

    def __init__(self, image: Image.Image, stream: IO[bytes]) -> None:
        self._image = image
        self._stream = stream

    def count(self, most: int) -> int:
        """Pages up to the last that is named, `most` + 1 at most; in a file that was cut off, that is the first behind the cut."""
        pages = 1
        with lenient():
            while pages <= most:
                try:
                    self._image.seek(pages)
                except EOFError:
                    break
                except FAULTS:
                    return pages + 1
                pages += 1
        return pages

    def page(self, index: int) -> OpenedPage:
        """One page, by its index from 0.  Raises RejectedPage."""
        image = self._image
        try:
            with lenient():
                image.seek(index)
                assert_not_too_large(*image.size)
                dpi, orientation = stated_dpi(image), int(image.getexif().get(_ORIENTATION, 1))
                grey = self._group4(_tags(image), orientation) if self._is_group4(_tags(image)) else _grey(image)
        except FAULTS as fault:
            raise DamagedPage() from fault
        return OpenedPage(*square(grey, dpi[::-1] if dpi and orientation in (5, 6, 7, 8) else dpi))

    def _is_group4(self, tags: Any) -> bool:
        return bool(
            self._image.mode == "1"
            and tags.get(_COMPRESSION) == _GROUP_4
            and tags.get(_FILL_ORDER, 1) == 1
            and 0 < len(tags.get(_OFFSETS, ())) <= _MOST_STRIPS
            and len(tags.get(_OFFSETS)) == len(tags.get(_COUNTS, ()))
            and min(self._image.size) >= MIN_WIDTH
        )

    def _group4(self, tags: Any, orientation: int) -> Grey:
        """Strip by strip: Pillow would fill up what is damaged."""
        width, height = self._image.size if orientation < 5 else self._image.size[::-1]
        rows = min(int(tags.get(_ROWS, height)), height)
        strips = []
        for number, (offset, count) in enumerate(zip(tags[_OFFSETS], tags[_COUNTS], strict=True)):
            self._stream.seek(offset)
            data = self._stream.read(count)
            if len(data) < count:
                raise DamagedPage()
            strips.append(decode_group4(data, width, min(rows, height - number * rows)))
        grey = np.concatenate(strips)
        return turned(grey if tags.get(_PHOTOMETRIC, 0) == 0 else np.bitwise_not(grey), orientation)


@contextmanager
def open_tiff(path: Path) -> Iterator[Tiff]:
    """Raises DamagedPage where not even its first page's place is told."""
    with path.open("rb") as stream:
        try:
            with lenient():
                image = Image.open(stream)
        except FAULTS as fault:
            raise DamagedPage() from fault
        with image:
            yield Tiff(image, stream)


def _tags(image: Image.Image) -> Any:
    return image.tag_v2  # type: ignore[attr-defined]  # Pillow's TIFF reader has it, its base class does not


def _grey(image: Image.Image) -> Grey:
    white_is_zero = _tags(image).get(_PHOTOMETRIC) == 0 and image.mode.startswith("I")
    grey = eight_bit(image)
    return np.bitwise_not(grey) if white_is_zero else grey  # of 16 bits Pillow leaves that to its caller

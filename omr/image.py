"""One page as an image, and how it looks as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from omr.files.jpeg import decode_jpeg
from omr.files.pixels import Grey as Grey
from omr.files.pixels import turned
from omr.streaks import without_streaks

Points = npt.NDArray[np.float64]

BLANK_SHARE = 0.0004
"""Share of inked area below which a side is blank: dust and a hole stay below it, one line of print is far above."""
BLANK_EDGE = 0.085
"""Edge that the blank test leaves out, as a share of the shorter side: 18 mm, where scanners leave borders and punch
holes reach 15 mm in.  It lies within the binding margin of 20 mm."""
ONE_BIT_GREYS = 0.005
"""Share of pixels that are neither nearly black nor nearly white up to which a page is a one-bit scan: such scans saved
as JPEG have 0.0000, the sharpest grey scans with their paper washed white 0.015 and more."""
NEARLY = 24
"""Grey levels from black and white within which a pixel of a one-bit scan stays when it is coded as JPEG."""
STEP_NEAR, STEPPED = 10, 0.8
"""Share of greys at half scale that lie this near to the means of four black or white pixels, 64, 128 and 191, from which
a JPEG is a one-bit scan: such scans have 1.0, others at most 0.37."""
WASHED = 250
"""Paper that is darker than this is grey: then nobody looks at all pixels."""
_LOOK_PIXELS = 800
"""Height of the small image that the blank test looks at."""


WORK_SHORT_SIDE = 1155
"""Least pixels of the working scale's short side: 5.5 px per mm of an A4 sheet, where the finest pen is 1.5 px wide."""
SHRINKS = (1, 2, 4, 8)


@dataclass(frozen=True)
class Jpeg:
    """A grey or colour JPEG that is decoded only when its pixels are asked for, at the scale that is asked for."""

    data: bytes
    short_side: int
    """Pixels of its shorter side."""
    orientation: int = 1
    """How it is shown, as in EXIF (tag 274), 1 to 8; what the JPEG itself says of that is not looked at."""

    def decoded(self, shrink: int) -> Grey:
        """Shape (height, width); `shrink` 1, 2, 4 or 8.  Raises DamagedPage."""
        return turned(decode_jpeg(self.data, shrink), self.orientation)


@dataclass(frozen=True)
class Small:
    """A page at working scale: each of its pixels is the mean of `shrink` x `shrink` pixels of the scan; without streaks."""

    grey: Grey
    shrink: int
    streaked: bool = False
    """Whether streaks were painted over."""

    def to_full(self, points: Points) -> Points:
        """Px of this image -> px of the scan, (..., 2): the centre of a shrunk pixel lies half a pixel in."""
        full: Points = (points + 0.5) * self.shrink - 0.5
        return full


@dataclass(frozen=True, eq=False)
class PageImage:
    """One scanned side: pixels of shape (height, width), 0 is black, or a JPEG; `dpi` is None where the file does not say.

    Each scale is decoded at most once, and the full one only where somebody asks for it.
    """

    source: Grey | Jpeg
    dpi: float | None
    file: str
    index: int
    coding: Literal["jbig2"] | None = None
    """How the file codes it, where that may have changed it: JBIG2 with pattern matching."""

    @cached_property
    def grey(self) -> Grey:
        """All pixels of the scan.  Raises DamagedPage."""
        if not isinstance(self.source, Jpeg):
            return self.source
        return self.small.grey if self._shrink == 1 else self.source.decoded(1)

    @cached_property
    def small(self) -> Small:
        """The working scale, on which marks are read.  Raises DamagedPage."""
        shrink = self._shrink
        grey, streaked = without_streaks(self._shrunk(shrink))
        return Small(grey, shrink, streaked)

    def _shrunk(self, shrink: int) -> Grey:
        if isinstance(self.source, Jpeg):
            return self.source.decoded(shrink)
        if shrink == 1:
            return self.source
        height, width = (side // shrink for side in self.source.shape)
        whole = self.source[: height * shrink, : width * shrink]
        return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)

    @property
    def _shrink(self) -> int:
        short = self.source.short_side if isinstance(self.source, Jpeg) else min(self.source.shape)
        return max(shrink for shrink in SHRINKS if shrink == 1 or short >= WORK_SHORT_SIDE * shrink)

    @cached_property
    def one_bit(self) -> bool:
        """Whether the scanner made black and white of it: then faint strokes are lost for ever."""
        small = self.small.grey[::9]
        if 2 * np.count_nonzero(small < WASHED) > small.size:
            return False
        if isinstance(self.source, Jpeg) and self.small.shrink == 2:
            between = small[(small > NEARLY) & (small < 255 - NEARLY)].astype(np.int16)
            return bool((abs((between + 32) % 64 - 32) <= STEP_NEAR).mean() >= STEPPED) if len(between) else True
        sample = self.grey[::7, ::7]
        return bool(((sample > NEARLY) & (sample < 255 - NEARLY)).mean() <= ONE_BIT_GREYS)


def is_blank(grey: Grey) -> bool:
    """Whether the side bears nothing: hardly any pixel is clearly darker than the paper around it."""
    shrink = _LOOK_PIXELS / max(grey.shape)
    small = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else grey
    edge = round(min(small.shape) * BLANK_EDGE)
    inner = small[edge : small.shape[0] - edge, edge : small.shape[1] - edge]
    paper = cv2.medianBlur(inner, 31).astype(np.int16)
    darker = paper - inner > 40
    return bool(paper.mean() > 90 and darker.mean() < BLANK_SHARE)

"""One page as an image, and how it looks as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

BLANK_SHARE = 0.0004
"""Share of inked area below which a side is blank: dust and a hole stay below it, one line of print is far above."""
BLANK_EDGE = 0.085
"""Edge that the blank test leaves out, as a share of the shorter side: 18 mm, where scanners leave borders and punch
holes reach 15 mm in.  It lies within the binding margin of 20 mm."""
ONE_BIT_SHARE = 0.99
"""Share of pure black and white pixels from which a page is a one-bit scan; set by eye: the blurred edges of print alone keep a grey page below it."""
_LOOK_PIXELS = 800
"""Height of the small image that the blank test looks at."""


@dataclass(frozen=True)
class PageImage:
    """One scanned side: `grey` has shape (height, width), 0 is black; `dpi` is None where the file does not say."""

    grey: Grey
    dpi: float | None
    file: str
    index: int

    @property
    def one_bit(self) -> bool:
        """Whether the scanner made black and white of it: then faint strokes are lost for ever."""
        sample = self.grey[::7, ::7]
        return bool(((sample == 0) | (sample == 255)).mean() > ONE_BIT_SHARE)


def is_blank(grey: Grey) -> bool:
    """Whether the side bears nothing: hardly any pixel is clearly darker than the paper around it."""
    shrink = _LOOK_PIXELS / max(grey.shape)
    small = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else grey
    edge = round(min(small.shape) * BLANK_EDGE)
    inner = small[edge : small.shape[0] - edge, edge : small.shape[1] - edge]
    paper = cv2.medianBlur(inner, 31).astype(np.int16)
    darker = paper - inner > 40
    return bool(paper.mean() > 90 and darker.mean() < BLANK_SHARE)

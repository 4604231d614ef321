"""One page as it was found in its file, before it has a name: what every kind of file gives to omr.pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from omr.files.pixels import Grey
from omr.image import Jpeg

Coding = Literal["jbig2"]
"""How a page was coded, where that may have changed it: "jbig2" is JBIG2 with pattern matching."""


@dataclass(frozen=True)
class OpenedPage:
    """Pixels, shape (height, width), or a JPEG that is decoded later; `dpi` is None where the file does not say."""

    source: Grey | Jpeg
    dpi: float | None
    coding: Coding | None = None

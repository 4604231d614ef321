"""The one writer of debug pictures: a picture a step, silent unless a folder was named."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt


class DebugWriter:
    """Writes `<file>-<index>-<number>-<step>.png` into its folder; does nothing without one."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._page = ""
        self._step = 0

    @property
    def on(self) -> bool:
        return self._folder is not None

    def page(self, file: str, index: int) -> None:
        """Name the page that the next pictures belong to."""
        self._page, self._step = f"{re.sub(r'[^A-Za-z0-9-]+', '_', file)}-{index:03d}", 0

    def write(self, step: str, picture: npt.NDArray[np.uint8]) -> None:
        """Write one picture, grey (h, w) or colour (h, w, 3) in BGR."""
        if self._folder is None:
            return
        self._step += 1
        cv2.imwrite(str(self._folder / f"{self._page}-{self._step}-{step}.png"), picture)

"""One thread a process: pages are read side by side by several processes, and threads would wait for one another."""

from __future__ import annotations

import cv2
from threadpoolctl import threadpool_limits


def one_thread() -> None:
    """Keep OpenCV and the linear algebra below NumPy to one thread, from now on."""
    cv2.setNumThreads(1)
    threadpool_limits(1)

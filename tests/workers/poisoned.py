"""A worker that dies over the first page of every file: `celery -A tests.workers.poisoned worker`."""

from __future__ import annotations

import os
import signal
from typing import Any

from workers import steps
from workers.app import app as app

_read = steps._read


def _deadly(image: Any, name: str, number: int, published: Any) -> Any:
    if number == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return _read(image, name, number, published)


steps._read = _deadly

"""`python -m workers.scheduler`: the sweep, every minute, in a process of its own.

It asks no worker and needs no broker, so that a long queue or a broker that is away does not keep it from its work.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from service.settings import settings
from workers.cleaning import forget_unused
from workers.sweep import clean_broker, sweep

CLEANING_S = 3600.0
_LOG = logging.getLogger(__name__)


def main() -> None:
    """Sweep until told to stop.  A sweep that fails is told in the log; the next one comes all the same."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s scheduler %(levelname)s %(message)s")
    stop = threading.Event()

    def stopped(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, stopped)
    signal.signal(signal.SIGINT, stopped)
    cleaned = 0.0
    while not stop.is_set():
        due: list[Callable[[], object]] = [sweep, clean_broker]
        if time.monotonic() - cleaned > CLEANING_S or not cleaned:
            due.append(forget_unused)
            cleaned = time.monotonic()
        for work in due:
            try:
                work()
            except Exception:  # the database or the broker may be away for a minute
                _LOG.exception("%s failed", work)
        stop.wait(settings().sweep_s)


if __name__ == "__main__":
    main()

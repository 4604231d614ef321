"""`celery -A workers.app worker`"""

from __future__ import annotations

import ctypes
import os
from typing import Any

from celery.signals import worker_process_init

from omr.threads import one_thread
from service.db.session import forget_connections
from service.queue import queue

os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract: one thread a page, there are more pages than cores
app = queue()
app.conf.imports = ("workers.tasks",)


_DUMPABLE = 4
"""PR_SET_DUMPABLE of prctl(2): 0 keeps /proc/<pid>/environ and memory from processes of the same user."""
ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)


@worker_process_init.connect  # type: ignore[untyped-decorator]  # celery has no types
def _begin(**_: Any) -> None:
    """Each process of the pool has its own connections and one thread for OpenCV, and no other process may look into it."""
    ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)
    forget_connections()
    one_thread()

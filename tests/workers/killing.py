"""A worker that is killed once at each named point: `celery -A tests.workers.killing worker`.

No row is killed three times: that one would be set aside, and rightly.  Never import this into a test: it patches the steps
of the process that it is in.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from service import storage
from service.claims import MOST_ATTEMPTS
from service.settings import settings
from workers import steps
from workers.app import app as app
from workers.decoder import Decoder


def _kill(point: str) -> None:
    """Once for each point, and at most twice for each page, file or batch."""
    data, row = settings().data, getattr(_kill, "row", None)
    deaths = len(list(data.glob(f"{row}-died-*")))
    if deaths >= MOST_ATTEMPTS - 1:
        return
    try:
        (data / f"killed-{point}").touch(exist_ok=False)
    except FileExistsError:
        return
    (data / f"{row}-died-{deaths}").touch()
    os.kill(os.getpid(), signal.SIGKILL)


def _then(point: str, function: Callable[..., Any], *, before: bool = False) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if before:
            _kill(point)
        result = function(*args, **kwargs)
        if not before:
            _kill(point)
        return result

    return wrapped


def _working_on(kind: str, function: Callable[[int], Any]) -> Callable[[int], Any]:
    def wrapped(row_id: int) -> Any:
        _kill.row = f"{kind}-{row_id}"  # type: ignore[attr-defined]  # kept on the function itself
        return function(row_id)

    return wrapped


def _patch(owner: Any, name: str, point: str, *, before: bool = False) -> None:
    setattr(owner, name, _then(point, getattr(owner, name), before=before))


_patch(steps, "_claim_file", "file_claimed")
_patch(Decoder, "walk", "file_walked")
_patch(steps, "insert", "while_storing_pages", before=True)
_patch(steps, "_store_walked", "before_sending_pages")
_patch(steps, "_claim_page", "page_claimed")
_patch(Decoder, "page", "page_decoded")
_patch(steps, "_read", "page_read")
_patch(storage, "put", "pictures_kept")
_patch(steps, "keep_reading", "while_storing_reading")
_patch(steps, "_store_reading", "before_assembly")
_patch(steps, "_claim_batch", "batch_claimed")
_patch(steps, "keep_groups", "while_storing_submissions")
for _name in ("split_file", "read_page", "assemble_batch"):
    setattr(steps, _name, _working_on(_name, getattr(steps, _name)))

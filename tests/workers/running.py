"""A real worker and scheduler as processes, and a small pile to give them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.exc import OperationalError

from service import batches, intake, queue, storage
from service.batches import Overview

LOGLEVEL = "WARNING"
LOOK_S = 0.3
"""Between two looks at a batch: seldom enough to leave the cores to the workers."""


@contextmanager
def worker(app: str = "workers.app", processes: int = 2, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker in a process group of its own, so that nothing of it outlives the test."""
    command = [sys.executable, "-m", "celery", "-q", "-A", app, "worker", "--concurrency", str(processes)]
    yield from _running([*command, "--loglevel", LOGLEVEL], variables)


@contextmanager
def scheduler(**variables: str) -> Iterator[subprocess.Popen[bytes]]:
    yield from _running([sys.executable, "-m", "workers.scheduler"], variables)


def _running(command: list[str], variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env={**os.environ, **variables}, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
        process.wait()


def upload(batch: int, path: Path, *, send: bool = True) -> int:
    """As the web does it; the file's id."""
    with storage.incoming() as arriving:
        arriving.write(path.read_bytes())
        received = intake.receive(batch, path.name, arriving, None)
    if send and received.waits:
        queue.split_file(received.id)
    return received.id


def wait_for(true: Callable[[Overview], bool], batch: int, seconds: float) -> Overview:
    """Look at the batch until it is as wanted.  Raises TimeoutError that says what it was like."""
    deadline = time.monotonic() + seconds
    what = "the database is away"
    while time.monotonic() < deadline:
        with suppress(OperationalError):  # a database that restarted: the first look finds its old connection broken
            shown = batches.overview(batch)
            if true(shown):
                return shown
            what = f"{shown.counts}, {len(shown.submissions)} submissions, active: {shown.active}"
        time.sleep(LOOK_S)  # until the next look
    raise TimeoutError(what)


def at_rest(shown: Overview) -> bool:
    return bool(shown.files) and not shown.active

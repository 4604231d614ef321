"""CPU time that queue and database take for a page: claims, messages, rows and submissions, without any reading."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from benchmarks.stacks import PAGES, READINGS, STACKS, Stack, running
from form_layouts.catalogue import EXAMPLES, Catalogue, forms_of
from form_layouts.form_folder import load_form_folder
from omr.debug import DebugWriter
from omr.image import PageImage
from omr.pages import open_scan, page_images
from omr.pipeline import read_page
from omr.reading import PageReading
from service import batches, forms, intake, queue, storage
from simulation.stack import simulate
from tests.servers import wait_until

FORM = EXAMPLES / "arrival-needs" / "2025-08"
FEW, MANY, QUICK_MANY = 40, 540, 140
"""The cost is the difference over 500 (quick: 100) pages: starting the worker is in both."""
SEED_QUEUE = 500_2025
PATIENCE_S = 400


def run(quick: bool) -> dict[str, Any]:
    """Milliseconds of CPU a page, for both stacks."""
    many = QUICK_MANY if quick else MANY
    readings = _readings()
    result: dict[str, Any] = {"pages": many - FEW, "fields_a_page": _fields(readings)}
    for stack in STACKS:
        seconds = _cpu_seconds(stack, many, readings) - _cpu_seconds(stack, FEW, readings)
        result[f"{stack}_cpu_ms_per_page"] = round(1000 * seconds / (many - FEW), 1)
    return result


def _fields(readings: list[PageReading]) -> float:
    return round(float(np.mean([len(reading.answers) for reading in readings])), 1)


def _readings() -> list[PageReading]:
    """A real submission, read once."""
    with tempfile.TemporaryDirectory() as out:
        pile = simulate([load_form_folder(FORM)], ["de"], 1, SEED_QUEUE, Path(out))
        catalogue = Catalogue(list(forms_of(load_form_folder(FORM))))
        pages = [page for page in page_images(open_scan(pile.files[0])) if isinstance(page, PageImage)]
        return [read_page(page, catalogue, None, DebugWriter()) for page in pages]


def _cpu_seconds(stack: Stack, pages: int, readings: list[PageReading]) -> float:
    """User and system time of the worker with all its processes, of the scheduler, PostgreSQL and Redis."""
    with running(stack) as opened:
        forms.publish(FORM)
        (opened.data / READINGS).write_bytes(TypeAdapter(list[PageReading]).dump_json(readings))
        (opened.data / PAGES).write_text(str(pages), encoding="utf-8")
        batch = intake.open_batch("Benchmark", test=False, user_id=None)
        before = _spent(opened.servers)
        processes = [
            subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for command in (
                ["-m", "celery", "-q", "-A", "benchmarks.unread", "worker", "--concurrency", "2"],
                ["-m", "workers.scheduler"],
            )
        ]
        with storage.incoming() as arriving:
            arriving.write(b"%PDF-1.4")
            received = intake.receive(batch, "scan.pdf", arriving, None)
        queue.split_file(received.id)
        wait_until(lambda: _done(batch, pages), "all pages are stored", PATIENCE_S)
        for process in processes:
            process.send_signal(signal.SIGTERM)
            process.wait()
        return _spent(opened.servers) - before


def _spent(servers: Sequence[int]) -> float:
    """CPU seconds of the processes that ended, and of the running servers with all of theirs."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    stats = {int(entry.name): _stat(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    family = {pid for pid, (parent, _) in stats.items() if pid in servers or parent in servers}
    return ended.ru_utime + ended.ru_stime + sum(stats[pid][1] for pid in family)


def _stat(process: Path) -> tuple[int, float]:
    """Parent, and CPU seconds with those of its children that ended (proc(5))."""
    try:
        fields = (process / "stat").read_text().rsplit(") ", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0.0
    return int(fields[1]), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _done(batch: int, pages: int) -> bool:
    shown = batches.overview(batch)
    return shown.counts["page"] == pages and not shown.active

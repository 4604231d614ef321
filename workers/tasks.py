"""The tasks: names and decorators only.  The work is in steps."""

from __future__ import annotations

from service.queue import ASSEMBLE_BATCH, READ_PAGE, SPLIT_FILE, queue
from workers import steps


@queue().task(name=SPLIT_FILE)  # type: ignore[untyped-decorator]  # celery has no types
def split_file(file_id: int) -> None:
    steps.split_file(file_id)


@queue().task(name=READ_PAGE)  # type: ignore[untyped-decorator]  # celery has no types
def read_page(page_id: int) -> None:
    steps.read_page(page_id)


@queue().task(name=ASSEMBLE_BATCH)  # type: ignore[untyped-decorator]  # celery has no types
def assemble_batch(batch_id: int) -> None:
    steps.assemble_batch(batch_id)

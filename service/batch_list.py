"""All batches in one list, and the files that a batch has."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from service.claims import MOST_ATTEMPTS
from service.db.models import Batch, Field, Page, ScanFile, Submission
from service.db.session import looking
from service.intake import NoSuchBatch
from service.review.queue import servable

ACTIVE = ("waiting", "working")
"""States of a file, page or batch that is still to be worked on."""
STUCK = and_(Batch.state == "resting", Batch.assembled < Batch.revision, Batch.attempts >= MOST_ATTEMPTS)
"""A batch that could not be put together: nobody tries any more until a person or a new page asks for it."""


@dataclass(frozen=True)
class BatchLine:
    """One batch in the list."""

    id: int
    name: str
    test: bool
    created_at: datetime
    files: int
    pages: int
    done: int
    troubled: int
    fields_waiting: int


def batches() -> list[BatchLine]:
    """All batches, the newest first."""
    with looking() as session:
        files = counted(session, select(ScanFile.batch_id, func.count()).group_by(ScanFile.batch_id))
        pages = counted(session, select(Page.batch_id, func.count()).group_by(Page.batch_id))
        idle = select(Page.batch_id, func.count()).where(Page.state.not_in(ACTIVE)).group_by(Page.batch_id)
        done = counted(session, idle)
        bad = select(Page.batch_id, func.count()).where(Page.reason.is_not(None)).group_by(Page.batch_id)
        lost = select(ScanFile.batch_id, func.count()).where(ScanFile.reason.is_not(None)).group_by(ScanFile.batch_id)
        stuck = dict.fromkeys(session.scalars(select(Batch.id).where(STUCK)), 1)
        troubled = Counter(counted(session, bad)) + Counter(counted(session, lost)) + Counter(stuck)
        waits = select(Field.batch_id, func.count()).where(Field.id.in_(servable())).group_by(Field.batch_id)
        fields = counted(session, waits)
        return [
            BatchLine(
                id=batch.id,
                name=batch.name,
                test=batch.test,
                created_at=batch.created_at,
                files=files.get(batch.id, 0),
                pages=pages.get(batch.id, 0),
                done=done.get(batch.id, 0),
                troubled=troubled[batch.id],
                fields_waiting=fields.get(batch.id, 0),
            )
            for batch in session.scalars(select(Batch).order_by(Batch.id.desc()))
        ]


def mark(batch_id: int) -> str:
    """Changes whenever the batch's page would show something else, and costs little to ask for.  Raises NoSuchBatch.

    It rests on the batch's revision, which counts every page that was read, and on sums over what people change.
    """
    files, pages, submissions = (
        select(*whats, func.count(), func.sum(kind.id))
        .where(kind.batch_id == batch_id)
        .group_by(*whats)
        .order_by(*whats)
        for kind, whats in (
            (ScanFile, (ScanFile.state, ScanFile.pages, ScanFile.reason)),
            (Page, (Page.state, Page.kind, Page.again)),
            (Submission, (Submission.same_paper, Submission.same_paper_as)),
        )
    )
    fields = select(func.count(), func.sum(Field.id)).where(Field.batch_id == batch_id, Field.id.in_(servable()))
    with looking() as session:
        batch = session.get(Batch, batch_id)
        if batch is None:
            raise NoSuchBatch()
        seen = [str((batch.revision, batch.assembled, batch.state, batch.attempts))]
        for one in (files, pages, submissions, fields):
            seen += map(str, session.execute(one).all())
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def counted(session: Session, counts: Any) -> dict[int, int]:
    """The rows of a grouped count: key -> number."""
    return {key: number for key, number in session.execute(counts)}  # noqa: C416 (rows are no tuples to mypy)


def arrived(batch_id: int) -> list[dict[str, str | int]]:
    """Name, size and SHA-256 of every file that is there: an upload sends only the rest.  Raises NoSuchBatch.

    A file that was refused or set aside is not among them: sent again, it is told why, or tried once more.
    """
    with looking() as session:
        if session.get(Batch, batch_id) is None:
            raise NoSuchBatch()
        files = session.scalars(select(ScanFile).where(ScanFile.batch_id == batch_id))
        return [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in files if file.reason is None]

"""Send again what was lost, hand back what a dead worker held, set aside what keeps killing its worker."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, text, update
from sqlalchemy.orm import Session

from form_layouts.errors import LANGUAGES
from omr.errors import GaveUp
from service import queue
from service.claims import MOST_ATTEMPTS, Workable
from service.db.models import Batch, Page, ScanFile, now
from service.db.session import rows_changed, transaction
from service.settings import settings
from workers.steps import assemble_batch_if_at_rest

SEND_AGAIN_S = 600.0
"""A row that waits longer is sent again even while others are worked on: its message may be lost.  Ten minutes are 1,500
pages on one core; a message too many finds nothing to do."""
CLOCK = 2
"""A lease that ends later than so many leases from now was given by a clock that was ahead."""
AHEAD = timedelta(minutes=5)
"""A message from so far in the future was sent by a clock that was ahead."""
SENT_AT_ONCE = 2000
"""Messages of one sweep: the rest follows with the next."""
_LOG = logging.getLogger(__name__)
_SENDERS = {Batch: queue.assemble_batch, ScanFile: queue.split_file, Page: queue.read_page}


def sweep() -> dict[str, int]:
    """One round; how many rows were handed back, set aside and sent again."""
    at = now()
    counts = {"handed_back": 0, "set_aside": 0, "sent": 0}
    to_send: list[tuple[Workable, int]] = []
    with transaction() as session:
        for kind in (ScanFile, Page, Batch):
            counts["handed_back"] += _hand_back(session, kind, at)
            counts["set_aside"] += _set_aside(session, kind, at)
        _reassemble(session)
        nobody_works = not any(
            session.scalar(select(func.count()).where(kind.state == "working")) for kind in (ScanFile, Page)
        )
        for kind in (ScanFile, Page, Batch):
            to_send += _lost(session, kind, at, nobody_works=nobody_works)
    for kind, row_id in to_send:
        if not _SENDERS[kind](row_id):
            break  # the broker is away: the next sweep tries again
        counts["sent"] += 1
    if any(counts.values()):
        _LOG.warning("sweep: %s", counts)
    return counts


def _hand_back(session: Session, kind: Workable, at: datetime) -> int:
    """Rows whose worker is gone wait again, at once."""
    gone = (kind.state == "working", _over(kind, at), kind.attempts < MOST_ATTEMPTS)
    changed = update(kind).where(*gone).values(state="waiting", lease_token=None, lease_until=None, sent_at=None)
    return rows_changed(session, changed)


def _over(kind: Workable, at: datetime) -> ColumnElement[bool]:
    """The lease has ended, or was given by a clock that was ahead."""
    return or_(kind.lease_until < at, kind.lease_until > at + CLOCK * timedelta(seconds=settings().lease_s))


def _set_aside(session: Session, kind: Workable, at: datetime) -> int:
    """Rows whose work never ended: a person sees them, with the reason.  A batch is tried again with its next page."""
    spent = kind.attempts >= MOST_ATTEMPTS
    over = or_(kind.state == "waiting", (kind.state == "working") & _over(kind, at))
    if kind is Batch:
        wanted = update(Batch).where(spent, over).values(state="resting", lease_token=None, lease_until=None)
        count = rows_changed(session, wanted)
        if count:
            _LOG.error("%s batch(es) could not be put together", count)
        return count
    fault = GaveUp(times=MOST_ATTEMPTS)
    rows = session.scalars(select(kind).where(spent, over)).all()
    for row in rows:
        assert isinstance(row, Page | ScanFile)
        row.state, row.lease_token, row.lease_until = "set_aside", None, None
        if isinstance(row, ScanFile):
            row.read_once = False  # the same file may be handed in again
        row.reason, row.messages = fault.reason, {language: fault.sentence(language) for language in LANGUAGES}
        session.execute(update(Batch).where(Batch.id == row.batch_id).values(revision=Batch.revision + 1))
    return len(rows)


def _reassemble(session: Session) -> None:
    """Batches whose pages changed since they were put together, and of which nothing is under way."""
    behind = select(Batch.id).where(
        Batch.state == "resting", Batch.assembled < Batch.revision, Batch.attempts < MOST_ATTEMPTS
    )
    session.flush()
    for batch_id in session.scalars(behind).all():
        assemble_batch_if_at_rest(session, batch_id, sent=False)


def _lost(session: Session, kind: Workable, at: datetime, *, nobody_works: bool) -> list[tuple[Workable, int]]:
    """Waiting rows whose message must be taken for lost; from now on counted as sent."""
    patience = timedelta(seconds=settings().sweep_s if nobody_works else SEND_AGAIN_S)
    wanted = (
        select(kind.id)
        .where(
            kind.state == "waiting",
            or_(kind.sent_at.is_(None), kind.sent_at < at - patience, kind.sent_at > at + AHEAD),
        )
        .order_by(kind.id)
        .limit(SENT_AT_ONCE)
    )
    rows = list(session.scalars(wanted))
    if rows:
        session.execute(update(kind).where(kind.id.in_(rows)).values(sent_at=at))
    return [(kind, row) for row in rows]


def clean_broker() -> None:
    """The embedded broker keeps delivered messages as rows: delete them."""
    if not settings().embedded:
        return
    with queue.queue().connection_for_write() as connection:
        channel = connection.default_channel
        channel.session.execute(text("DELETE FROM kombu_message WHERE visible = 0"))
        channel.session.commit()

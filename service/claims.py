"""Who works on which row until when.  A claim is one statement: whoever changed the row has it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, or_, update
from sqlalchemy.orm import Session

from service.db.models import Batch, Page, ScanFile, now
from service.db.session import rows_changed
from service.settings import settings

MOST_ATTEMPTS = 3
"""A row whose work began three times and never ended is set aside: it may be what kills the worker."""
Workable = type[Batch] | type[Page] | type[ScanFile]


@dataclass(frozen=True)
class Claim:
    """The right to store the result of one row's work."""

    kind: Workable
    id: int
    token: str


def claim(session: Session, kind: Workable, row_id: int) -> Claim | None:
    """Take a waiting row, or one whose worker is long gone.  None: somebody has it, or there is nothing to do.

    The attempt is counted before the work: a row that kills its worker comes to its last attempt all the same.
    """
    at = now()
    token = secrets.token_hex(16)
    statement = (
        update(_table(kind))
        .where(
            kind.id == row_id,
            kind.attempts < MOST_ATTEMPTS,
            or_(kind.state == "waiting", (kind.state == "working") & (kind.lease_until < at)),
        )
        .values(
            state="working",
            lease_token=token,
            lease_until=at + timedelta(seconds=settings().lease_s),
            attempts=kind.attempts + 1,
        )
    )
    return Claim(kind, row_id, token) if rows_changed(session, statement) else None


def give_up(session: Session, held: Claim) -> None:
    """Hand a row back: the work could not be done now, through no fault of the row, so it is no attempt."""
    store(session, held, state="waiting", sent_at=now(), attempts=held.kind.attempts - 1)


def store(session: Session, held: Claim, *, state: str, **values: Any) -> bool:
    """End the work with its result.  False: the claim was lost to another worker, and nothing may be stored."""
    statement = (
        update(_table(held.kind))
        .where(held.kind.id == held.id, held.kind.lease_token == held.token, held.kind.state == "working")
        .values(state=state, lease_token=None, lease_until=None, **values)
    )
    return rows_changed(session, statement) == 1


def _table(kind: Workable) -> Table:
    """A statement on the table, not on the class, costs half."""
    table = kind.__table__
    assert isinstance(table, Table)
    return table

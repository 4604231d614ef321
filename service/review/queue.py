"""Which field a reviewer gets next, and who has which.  A field is leased in one statement: nobody gets another's."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from form_layouts.errors import CrosscheckError
from service.db.models import Field, Page, Submission, User, Verdict, now
from service.db.session import looking, rows_changed, transaction

LEASE = timedelta(minutes=5)
"""How long a field is kept for a reviewer who says nothing: long enough to ask a colleague.  The screen, while somebody
is at it, asks again each minute."""
SITTING = timedelta(hours=12)
"""How far back `previous` goes: as long as a person can be signed in."""


class FieldTaken(CrosscheckError):
    """The lease is another's, or ended and was given to another."""

    status = 409
    en = "Somebody else has this field now; your answer was not taken. Nothing else was changed, and you can go on with the next field."
    de = "Dieses Feld hat jetzt jemand anderes; Ihre Antwort wurde nicht übernommen. Sonst wurde nichts geändert, und Sie können mit dem nächsten Feld weitermachen."


class NoSuchField(CrosscheckError):
    status = 404
    en = "There is no such field any more. Its scan may have been removed; go on with the next field."
    de = "Dieses Feld gibt es nicht mehr. Vielleicht wurde sein Scan entfernt; machen Sie mit dem nächsten Feld weiter."


@dataclass(frozen=True)
class Held:
    """The right to decide one field, until somebody else gets it."""

    field_id: int
    token: str


@dataclass(frozen=True)
class Earlier:
    """A field that was decided before, held again, and the verdict that is `before` for the one before it."""

    held: Held
    verdict_id: int


def next_field(user_id: int, holding: Collection[int] = (), skipped: Sequence[int] = ()) -> Held | None:
    """Lease the first field that waits and is free.  None: nothing is left to give.

    `holding` are fields that the screen has already, or has answered and not saved yet: they are not given again.  What
    the person leased besides, in a window that is gone, is free for them.  `skipped` come last, in their order.
    """
    fresh = Field.id.not_in([*holding, *skipped])
    with transaction() as session:
        held = _lease_first(session, user_id, fresh, (Field.batch_id, Field.position, Field.id))
        again = [one for one in skipped if one not in holding]
        if held is None and again:
            place = case({field_id: place for place, field_id in enumerate(again)}, value=Field.id)
            held = _lease_first(session, user_id, Field.id.in_(again), (place,))
        return held


def previous_field(user_id: int, before: int | None = None) -> Earlier | None:
    """Lease again what this person decided last, or last before the verdict `before`, and nobody changed since.

    What another person holds at the moment is passed over.  None: there is nothing further back in this sitting.
    """
    decided = (
        select(Verdict.id, Verdict.field_id)
        .join(Field, Field.verdict_id == Verdict.id)
        .where(Verdict.user_id == user_id, Verdict.at > now() - SITTING, _free_for(user_id))
        .order_by(Verdict.id.desc())
        .limit(1)
    )
    with transaction() as session:
        while found := session.execute(decided.where(Verdict.id < before) if before else decided).one_or_none():
            held = _lease(session, user_id, select(Field.id).where(Field.id == found.field_id))
            if held:
                return Earlier(held, found.id)
            before = found.id
    return None


def renew(user_id: int, held: Held) -> datetime:
    """Keep the field for another LEASE; until when.  Raises FieldTaken."""
    until = now() + LEASE
    with transaction() as session:
        if not rows_changed(session, update(Field).where(is_held(user_id, held)).values(lease_until=until)):
            raise FieldTaken()
    return until


def release(user_id: int, held: Held) -> None:
    """Hand the field back undecided.  No fault where it is another's by now."""
    free = {"lease_user": None, "lease_token": None, "lease_until": None}
    with transaction() as session:
        rows_changed(session, update(Field).where(is_held(user_id, held)).values(**free))


def waiting_count() -> int:
    """How many fields wait for a person, those included that somebody has on the screen."""
    with looking() as session:
        return session.scalar(select(func.count()).select_from(servable().subquery())) or 0


def holder(session: Session, field: Field) -> str | None:
    """The name of the person who has the field at this moment."""
    if field.lease_user is None or field.lease_until is None or field.lease_until < now():
        return None
    return session.scalar(select(User.name).where(User.id == field.lease_user))


def servable() -> Select[int]:
    """The ids of the fields that wait, on pages of submissions that count or may count."""
    return (
        select(Field.id)
        .join(Page, Field.page_id == Page.id)
        .join(Submission, Page.submission_id == Submission.id)
        .where(Field.state == "waiting", or_(Submission.same_paper.is_(None), Submission.same_paper != "yes"))
    )


def is_held(user_id: int, held: Held) -> ColumnElement[bool]:
    """Whether the field's lease is still this one; a lease that ended holds until somebody else gets the field."""
    return and_(Field.id == held.field_id, Field.lease_token == held.token, Field.lease_user == user_id)


def _free_for(user_id: int) -> ColumnElement[bool]:
    return or_(Field.lease_until.is_(None), Field.lease_until < now(), Field.lease_user == user_id)


def _lease_first(session: Session, user_id: int, which: ColumnElement[bool], order: tuple[Any, ...]) -> Held | None:
    return _lease(session, user_id, servable().where(which).order_by(*order))


def _lease(session: Session, user_id: int, wanted: Select[int]) -> Held | None:
    """One statement.  PostgreSQL passes over rows that another transaction is just leasing; SQLite has one writer."""
    token = secrets.token_hex(16)
    first = wanted.where(_free_for(user_id)).limit(1).with_for_update(skip_locked=True, of=Field)
    statement = (
        update(Field)
        .where(Field.id == first.scalar_subquery(), _free_for(user_id))
        .values(lease_user=user_id, lease_token=token, lease_until=now() + LEASE)
        .returning(Field.id)
    )
    field_id = session.scalar(statement, execution_options={"synchronize_session": False})
    return None if field_id is None else Held(field_id, token)

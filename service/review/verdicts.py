"""A person's decision about a field: one more row beside the reading, never in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, or_, true, update
from sqlalchemy.orm import Session

from form_layouts.errors import CrosscheckError
from form_layouts.questionnaire import Question
from service.db.models import Edition, Field, Page, Verdict, now
from service.db.session import rows_changed, transaction
from service.forms import questionnaire_of
from service.review.queue import FieldTaken, Held, NoSuchField, holder, is_held
from service.review.values import WRITTEN, AnswerUnusable, Value, checked

_DECIDED = {"state": "decided", "lease_user": None, "lease_token": None, "lease_until": None}


class HeldBySomebody(CrosscheckError):
    status = 409
    en = "{name} is looking at this field just now, so it was not changed. Try again in a few minutes."
    de = "{name} sieht sich dieses Feld gerade an; es wurde deshalb nicht geändert. Versuchen Sie es in einigen Minuten noch einmal."


class DecidedMeanwhile(CrosscheckError):
    """The page was older than the answer: nobody overwrites what they have not seen."""

    status = 409
    en = "This field was decided after you opened the page, so nothing was changed. Its new answer is shown here now; if yours is right, save it once more."
    de = "Dieses Feld wurde entschieden, nachdem Sie die Seite geöffnet haben; es wurde deshalb nichts geändert. Die neue Antwort steht jetzt hier; wenn Ihre stimmt, speichern Sie sie noch einmal."


def decide(user_id: int, held: Held, given: Mapping[str, object], *, as_written: bool = False) -> int:
    """Keep a verdict about a field that this person holds, and let go of it; the verdict's id.

    `as_written`: the person says that an unlikely number or date is what is written.  The same answer sent twice, or a decision of one's own that is left as it was, is one verdict.
    Raises NoSuchField, AnswerUnusable, AnswerUnlikely, FieldTaken.
    """
    with transaction() as session:
        field, question = _asked(session, held.field_id)
        values = checked(question, field.answers, given, as_written=as_written)
        standing = _own_standing(session, field, user_id, values)
        if rows_changed(session, update(Field).where(is_held(user_id, held)).values(**_DECIDED)):
            return standing or _keep(session, field, question, user_id, values)
        session.refresh(field)
        standing = _own_standing(session, field, user_id, values)
        if standing is None:
            raise FieldTaken()
        return standing


def correct(
    user_id: int, field_id: int, given: Mapping[str, object], *, seen: int | None = None, as_written: bool = False
) -> int:
    """Keep a verdict about any field, also an accepted one, unless somebody else has it; the verdict's id.

    `seen`: the verdict that the person saw as the one that counts, 0 for none; None asks for no comparison.
    Raises NoSuchField, AnswerUnusable, AnswerUnlikely, HeldBySomebody, DecidedMeanwhile.
    """
    with transaction() as session:
        field, question = _asked(session, field_id)
        values = checked(question, field.answers, given, as_written=as_written)
        standing = _own_standing(session, field, user_id, values)
        free = or_(Field.lease_until.is_(None), Field.lease_until < now(), Field.lease_user == user_id)
        unchanged = true() if seen is None else func.coalesce(Field.verdict_id, 0) == seen
        if rows_changed(session, update(Field).where(Field.id == field_id, free, unchanged).values(**_DECIDED)):
            return standing or _keep(session, field, question, user_id, values)
        session.refresh(field)
        name = holder(session, field)
        if name and field.lease_user != user_id:
            raise HeldBySomebody(name=name)
        standing = _own_standing(session, field, user_id, values)
        if standing is None:
            raise DecidedMeanwhile()
        return standing


def kind_of(question: Question, answers: Mapping[str, Mapping[str, Any]], values: Mapping[str, Value]) -> str:
    """confirmed: as the machine thought; typed: writing that it did not accept; else corrected."""
    if all(_is_thought(question, answers[variable], value) for variable, value in values.items()):
        return "confirmed"
    read = all(answer["accepted"] for answer in answers.values())
    return "typed" if question.kind in WRITTEN and not read else "corrected"


def _is_thought(question: Question, answer: Mapping[str, Any], value: Value) -> bool:
    if answer["accepted"]:
        return bool(answer["value"] == value)
    thoughts = answer["candidates"]
    if question.kind in WRITTEN:
        return any(_written_alike(question, thought, value) for thought in thoughts)
    return len(thoughts) == 1 and bool(thoughts[0] == value)


def _written_alike(question: Question, thought: Value, value: Value) -> bool:
    """Whether a suggestion, written down as a person's answer would be, is this value."""
    try:
        return checked(question, [question.id], {question.id: thought}, as_written=True)[question.id] == value
    except AnswerUnusable:
        return False


def _asked(session: Session, field_id: int) -> tuple[Field, Question]:
    field = session.get(Field, field_id)
    page = session.get(Page, field.page_id) if field else None
    edition = session.get(Edition, page.edition_id) if page and page.edition_id else None
    if field is None or edition is None:
        raise NoSuchField()
    return field, questionnaire_of(edition.version).question(field.question)


def _own_standing(session: Session, field: Field, user_id: int, values: Mapping[str, Value]) -> int | None:
    """The verdict that counts now, where it is this person's and says the same."""
    verdict = session.get(Verdict, field.verdict_id) if field.verdict_id else None
    return verdict.id if verdict and verdict.user_id == user_id and verdict.values == dict(values) else None


def _keep(session: Session, field: Field, question: Question, user_id: int, values: dict[str, Value]) -> int:
    verdict = Verdict(field_id=field.id, user_id=user_id, kind=kind_of(question, field.answers, values), values=values)
    session.add(verdict)
    session.flush()
    session.execute(
        update(Field).where(Field.id == field.id).values(verdict_id=verdict.id),
        execution_options={"synchronize_session": False},
    )
    return verdict.id

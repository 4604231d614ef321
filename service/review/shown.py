"""What a reviewer sees of one field: the question, the crop, what the machine saw, what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from form_layouts.layout import Box
from form_layouts.printed_blocks import is_right_to_left
from form_layouts.questionnaire import Question
from omr.reading import Finding
from service import storage
from service.db.models import Edition, Field, Page, Reading, Verdict
from service.db.session import looking
from service.review.printed import Words, printed
from service.review.queue import NoSuchField
from service.review.values import WRITTEN, Value, missing_codes


@dataclass(frozen=True)
class Option:
    """A box on the paper that can be chosen.  `state` is how it was read: empty, marked, cancelled, unsure, or no text."""

    name: str
    code: int
    variable: str
    is_missing: bool
    state: str
    own: str
    other: str
    """Its words in the form's language, and in the reviewer's where that is another."""


@dataclass(frozen=True)
class ShownField:
    """One field, without any word of the screen's own."""

    id: int
    page_id: int
    question: Question
    row: str
    number: str
    own: Words | None
    """The wording as printed."""
    other: Words | None
    """The wording for a reviewer who does not read the form's language, where it is known."""
    form_language: str
    direction: str
    options: tuple[Option, ...]
    variables: tuple[str, ...]
    missing: tuple[int, ...]
    suggestions: tuple[str, ...]
    """What the machine thinks is written."""
    reasons: tuple[str, ...]
    crop: Box | None
    """What the crop shows, in mm on the form; None where there is none."""
    page_size: tuple[float, float]
    boxes: tuple[Box, ...]
    """The field's own boxes, in mm on the form."""
    value: Mapping[str, Value] | None
    """The answer that counts now: a verdict, or an accepted reading."""
    source: str
    """Who gave it: person, machine, or nobody yet."""
    verdict: int
    """The verdict that counts now; 0 for none."""
    state: str
    notes: tuple[Box, ...] = ()
    """Ink on the page outside all fields, in mm on the form."""


def shown_field(field_id: int, language: str) -> ShownField:
    """The field for a reviewer who reads `language`.  Raises NoSuchField."""
    with looking() as session:
        field = session.get(Field, field_id)
        page = session.get(Page, field.page_id) if field else None
        if field is None or page is None:
            raise NoSuchField()
        notes = tuple(finding.box for finding in findings_of(session, page.id) if finding.box)
        return replace(shown(session, field, page, language), notes=notes)


def shown(session: Session, field: Field, page: Page, language: str) -> ShownField:
    """As `shown_field`, of rows that were read already.  Raises NoSuchField where the page is on no form."""
    edition = session.get(Edition, page.edition_id) if page.edition_id else None
    if edition is None or page.form_page is None:
        raise NoSuchField()
    book = printed(session, edition)
    question = book.questionnaire.question(field.question)
    own = book.words(question, field.row, edition.language, edition.id)
    other = book.words_beside(question, field.row, language, edition.language)
    place = (page.picture_places or {}).get(field.question)
    value, source = _counts(session, field)
    return ShownField(
        id=field.id,
        page_id=page.id,
        question=question,
        row=field.row,
        number=book.number(question),
        own=own,
        other=other,
        form_language=edition.language,
        direction="rtl" if is_right_to_left(edition.language) else "ltr",
        options=tuple(_options(question, field, own, other)),
        variables=tuple(field.answers),
        missing=missing_codes(question),
        suggestions=_suggestions(field),
        reasons=tuple(field.reasons),
        crop=(place[2], place[3], place[4], place[5]) if place and len(place) == 6 else None,
        page_size=book.editions[edition.id][0].page_size,
        boxes=book.boxes(edition.id, page.form_page, field.question, field.row),
        value=value,
        source=source,
        verdict=field.verdict_id or 0,
        state=field.state,
    )


def findings_of(session: Session, page_id: int) -> tuple[Finding, ...]:
    """What the newest reading of a page says about the page as such."""
    newest = select(Reading.content).where(Reading.page_id == page_id).order_by(Reading.id.desc()).limit(1)
    content = session.scalars(newest).first()
    return tuple(Finding.model_validate(finding) for finding in (content or {}).get("findings", ()))


def crop(field_id: int) -> bytes:
    """The picture of the field's question as JPEG.  Raises NoSuchField where there is none (any more)."""
    with looking() as session:
        field = session.get(Field, field_id)
        page = session.get(Page, field.page_id) if field else None
        if field is None or page is None:
            raise NoSuchField()
        return picture(page, field.question)


def picture(page: Page, name: str) -> bytes:
    """One of a page's pictures as JPEG: `page`, or that of a question.  Raises NoSuchField."""
    place = (page.picture_places or {}).get(name)
    if page.pictures is None or place is None:
        raise NoSuchField()
    try:
        return storage.part(page.pictures, int(place[0]), int(place[1]))
    except FileNotFoundError as fault:
        raise NoSuchField() from fault


def _options(question: Question, field: Field, own: Words | None, other: Words | None) -> list[Option]:
    """The boxes in the order of the form.  For `multiple`, each choice is a variable."""
    of_choice = {choice: variable for variable, choice in question.variables.items() if question.kind == "multiple"}
    only = next(iter(field.answers))
    return [
        Option(
            name=name,
            code=code,
            variable=of_choice.get(name, only),
            is_missing=name in question.missing,
            state=str(field.marks[name][0]) if name in field.marks else "",
            own=own.choices[name] if own else name,
            other=other.choices[name] if other else "",
        )
        for name, code in question.boxes.items()
    ]


def _suggestions(field: Field) -> tuple[str, ...]:
    if field.kind not in WRITTEN:
        return ()
    found = [str(thought).strip() for answer in field.answers.values() for thought in answer["candidates"]]
    return tuple(dict.fromkeys(thought for thought in found if thought and not thought.startswith("-")))


def _counts(session: Session, field: Field) -> tuple[Mapping[str, Value] | None, str]:
    """The answer that counts now, and who gave it."""
    verdict = session.get(Verdict, field.verdict_id) if field.verdict_id else None
    if verdict:
        return verdict.values, "person"
    if field.state == "accepted":
        values: dict[str, Any] = {variable: answer["value"] for variable, answer in field.answers.items()}
        return values, "machine"
    return None, "nobody"

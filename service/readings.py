"""PageReading -> rows.  What the machine saw is kept as it is; verdicts stand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from form_layouts.questionnaire import Question, Questionnaire
from omr.reading import PageReading
from service.db.models import Base

READINGS, FIELDS = Base.metadata.tables["reading"], Base.metadata.tables["field"]
"""Statements on tables, not on classes, cost half."""


@dataclass(frozen=True)
class FieldReading:
    """One question, or one row of a grid, as read on a page."""

    question: Question
    row: str
    position: int
    answers: dict[str, Any]
    marks: dict[str, Any]


def keep_reading(
    session: Session,
    page_id: int,
    batch_id: int,
    reading: PageReading,
    questionnaire: Questionnaire | None,
    program: str,
) -> None:
    """Add the rows of one reading.  `questionnaire` is None for a side that is no form's page."""
    content = reading.model_dump(mode="json", exclude={"answers", "marks"})
    session.execute(insert(READINGS), {"page_id": page_id, "program": program, "content": content})
    fields = [
        {
            "page_id": page_id,
            "batch_id": batch_id,
            "question": field.question.id,
            "row": field.row,
            "kind": field.question.kind,
            "position": field.position,
            "state": "read",
            "accepted": all(answer["accepted"] for answer in field.answers.values()),
            "answers": field.answers,
            "marks": field.marks,
            "reasons": reasons_of(field.answers),
        }
        for field in (fields_of(reading, questionnaire) if questionnaire else ())
    ]
    if fields:
        session.execute(insert(FIELDS).returning(FIELDS.c.id), fields)  # returning: one statement for all of them


def fields_of(reading: PageReading, questionnaire: Questionnaire) -> Iterator[FieldReading]:
    """What a page's reading says, question by question; a grid row by row."""
    dumped = reading.model_dump(mode="json", include={"answers", "marks"})
    answers, marks = dumped["answers"], dumped["marks"]
    for position, question in enumerate(questionnaire.questions):
        for row in question.rows or ("",):
            variables = variables_of(question, row)
            read = {variable: answers[variable] for variable in variables if variable in answers}
            if read:
                shown: dict[str, Any] = {}
                for variable in dict.fromkeys((*variables, question.id)):
                    shown |= marks.get(variable, {})
                yield FieldReading(question, row, position, read, shown)


def variables_of(question: Question, row: str) -> tuple[str, ...]:
    """The variables of one field: all of a `multiple`, one of anything else."""
    if question.kind == "grid":
        return (f"{question.id}_{row}",)
    return tuple(question.variables)


def reasons_of(answers: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(reason for answer in answers.values() for reason in answer["reasons"]))

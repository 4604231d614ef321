"""What a researcher receives, read back; and what people decided before."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date

from openpyxl import load_workbook
from sqlalchemy import select

from service.db.models import Field, Page, Secret, Submission, Verdict
from service.db.session import looking, transaction
from service.exports.case_ids import CASE_IDS
from service.exports.deliveries import FileFormat, Made, Order, make
from service.exports.tables import Table, load
from tests.service.seeds import person

DAY = date(2026, 11, 23)
Row = dict[str, str]


def table(*versions: str) -> Table:
    """The table of the small questionnaire; of all versions where none are named."""
    with looking() as session:
        return load(session, "small", versions or None)


def export(*versions: str, file_format: FileFormat = "csv", labels: str = "de", day: date = DAY) -> Made:
    return make(Order("small", versions or None, labels, file_format, day))


def rows(made: Made, name: str = "data.csv") -> list[Row]:
    """The lines of one CSV file, by column."""
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        text = archive.read(name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def read_me(made: Made) -> str:
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        return archive.read("README.txt").decode("utf-8-sig")


def sheet(made: Made, name: str) -> list[dict[str, object]]:
    """The lines of one sheet, by column; empty cells are None."""
    book = load_workbook(io.BytesIO(made.data))
    header, *lines = book[name].iter_rows(values_only=True)
    return [dict(zip(map(str, header), line, strict=True)) for line in lines]


def decide(
    submission_id: int, question: str, values: Mapping[str, int | str], row: str = "", kind: str = "typed"
) -> None:
    """A person's verdict about one field, as the review stores it."""
    user = person(f"reviewer {submission_id} {question} {row}", "reviewer")
    with transaction() as session:
        chosen = select(Field).join(Page, Field.page_id == Page.id).where(Page.submission_id == submission_id)
        field = session.scalars(chosen.where(Field.question == question, Field.row == row)).one()
        verdict = Verdict(field_id=field.id, user_id=user, kind=kind, values=dict(values))
        session.add(verdict)
        session.flush()
        field.verdict_id, field.state = verdict.id, "decided"


def set_key(value: str) -> None:
    """Give this installation the key that its case ids are made with."""
    with transaction() as session:
        session.add(Secret(name=CASE_IDS, value=value))


def set_same_paper(submission_id: int, said: str | None) -> None:
    with transaction() as session:
        session.get_one(Submission, submission_id).same_paper = said


def columns(line: Row, names: Sequence[str]) -> dict[str, str]:
    return {name: line[name] for name in names}

"""Cases as they lie in the database, loaded with few queries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Batch, Edition, Field, Page, ScanFile, Submission, Verdict, Version
from service.exports.counts import IS_CASE, submissions
from service.exports.published import PublishedVersion

CASE_ID_DIGITS = 12
"""Hexadecimal digits of a case id: among 100,000 cases two are the same with a chance of 1 in 50,000."""
CASE_ID_LETTER = "c"
"""Before the digits: without a letter, spreadsheets read some ids as numbers and change them."""
ROWS_AT_ONCE = 5_000
"""Rows taken from the database at a time, so that a large table does not lie in memory twice."""
IDS_AT_ONCE = 500
"""Ids in one question to the database: SQLite once took no more than 999."""


@dataclass(frozen=True, slots=True)
class StoredField:
    """One field of a case: what a person decided, else what the machine read and may stand."""

    id: int
    question: str
    kind: str
    variables: tuple[str, ...]
    verdict: Mapping[str, Any] | None
    verdict_kind: str | None
    accepted: Mapping[str, Any]
    """Variable -> value; empty where the reading was not accepted."""


@dataclass(slots=True)
class StoredCase:
    version: str
    edition_id: int
    edition: int
    language: str
    batch: str
    sides: list[tuple[str, int]] = field(default_factory=list)
    """SHA-256 of the file and place in it, of every page."""
    form_pages: set[int | None] = field(default_factory=set)
    fields: list[StoredField] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return len(self.form_pages)

    @property
    def case_id(self) -> str:
        """The smallest of the hashes of its pages, cut."""
        hashes = (hashlib.sha256(f"{sha256}:{number}".encode()).hexdigest() for sha256, number in self.sides)
        return CASE_ID_LETTER + min(hashes)[:CASE_ID_DIGITS]


def stored_cases(session: Session, versions: Sequence[PublishedVersion]) -> list[StoredCase]:
    """Every case of these versions with its pages and fields, in three queries."""
    wanted = (IS_CASE, Version.id.in_([version.id for version in versions]))
    heads = select(Submission.id, Version.version, Edition.id, Edition.number, Edition.language, Batch.name)
    cases = {
        key: StoredCase(version, edition_id, edition, language, batch)
        for key, version, edition_id, edition, language, batch in session.execute(submissions(heads).where(*wanted))
    }
    pages = submissions(select(Submission.id, ScanFile.sha256, Page.number, Page.form_page)).join(
        Page, Page.submission_id == Submission.id
    )
    for key, sha256, number, form_page in session.execute(
        pages.join(ScanFile, Page.file_id == ScanFile.id).where(*wanted)
    ):
        cases[key].sides.append((sha256, number))
        cases[key].form_pages.add(form_page)
    columns = (Field.id, Field.question, Field.kind, Field.state, Field.answers, Verdict.kind, Verdict.values)
    fields = submissions(select(Submission.id, *columns)).join(Page, Page.submission_id == Submission.id)
    fields = fields.join(Field, Field.page_id == Page.id).outerjoin(Verdict, Field.verdict_id == Verdict.id)
    for key, *row in session.execute(fields.where(*wanted), execution_options={"yield_per": ROWS_AT_ONCE}):
        cases[key].fields.append(_field(*row))
    return list(cases.values())


def set_boxes(session: Session, fields: Iterable[int]) -> dict[int, list[str]]:
    """Field -> its boxes with ink in them, sure or unsure, that was not taken back."""
    found: dict[int, list[str]] = {}
    ids = sorted(fields)
    for start in range(0, len(ids), IDS_AT_ONCE):
        chosen = select(Field.id, Field.marks).where(Field.id.in_(ids[start : start + IDS_AT_ONCE]))
        for key, marks in session.execute(chosen):
            found[key] = [box for box, (state, _) in marks.items() if state in ("marked", "unsure")]
    return found


def _field(
    key: int,
    question: str,
    kind: str,
    state: str,
    answers: Mapping[str, Mapping[str, Any]],
    verdict_kind: str | None,
    verdict: Mapping[str, Any] | None,
) -> StoredField:
    stands = state == "accepted"
    accepted = {name: answer["value"] for name, answer in answers.items() if stands and answer["accepted"]}
    return StoredField(key, question, kind, tuple(answers), verdict, verdict_kind, accepted)

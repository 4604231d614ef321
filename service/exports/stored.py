"""Cases as they lie in the database, loaded with few queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from service.db.models import Batch, Edition, Field, Page, ScanFile, Submission, Verdict, Version
from service.exports.case_ids import numbered, unnumbered
from service.exports.counts import IS_CASE, submissions
from service.exports.published import PublishedVersion

UNREAD = ("waiting", "working", "set_aside")
"""States of a page or file that may still become pages of a submission."""
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
    questionnaire: str
    version: str
    edition_id: int
    edition: int
    language: str
    copy: int | None
    batch_id: int
    batch: str
    ordinal: int = 1
    """Counts the cases that share a copy number, by their submissions, from 1."""
    complete: bool = True
    """Whether its batch is read to the end, so that a page that is not there is missing."""
    sides: list[tuple[int, str, int]] = field(default_factory=list)
    """Page of the form, SHA-256 of the file, and place in it."""
    fields: list[StoredField] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return len({form_page for form_page, _, _ in self.sides})

    @property
    def name(self) -> str:
        """What its id is made from: stays the same when further pages are read."""
        if self.copy is not None:
            return numbered(self.questionnaire, self.version, self.edition, self.language, self.copy, self.ordinal)
        return unnumbered(*min(self.sides)[1:])


def stored_cases(session: Session, versions: Sequence[PublishedVersion]) -> list[StoredCase]:
    """Every case of these versions with its pages and fields, in four queries."""
    wanted = (IS_CASE, Version.id.in_([version.id for version in versions]))
    cases = _heads(session, wanted)
    pages = submissions(select(Submission.id, Page.form_page, ScanFile.sha256, Page.number)).join(
        Page, Page.submission_id == Submission.id
    )
    for key, form_page, sha256, number in session.execute(
        pages.join(ScanFile, Page.file_id == ScanFile.id).where(*wanted)
    ):
        cases[key].sides.append((form_page or 0, sha256, number))
    columns = (Field.id, Field.question, Field.kind, Field.state, Field.answers, Verdict.kind, Verdict.values)
    fields = submissions(select(Submission.id, *columns)).join(Page, Page.submission_id == Submission.id)
    fields = fields.join(Field, Field.page_id == Page.id).outerjoin(Verdict, Field.verdict_id == Verdict.id)
    for key, *row in session.execute(fields.where(*wanted), execution_options={"yield_per": ROWS_AT_ONCE}):
        cases[key].fields.append(_field(*row))
    return list(cases.values())


def _heads(session: Session, wanted: Sequence[ColumnElement[bool]]) -> dict[int, StoredCase]:
    """Submission -> its case, yet without pages and fields."""
    form = (Version.questionnaire, Version.version, Edition.id, Edition.number, Edition.language)
    heads = submissions(select(Submission.id, *form, Submission.copy_number, Batch.id, Batch.name)).where(*wanted)
    cases = {key: StoredCase(*row) for key, *row in session.execute(heads.order_by(Submission.id))}
    unfinished = _unfinished(session)
    seen: Counter[tuple[int, int | None]] = Counter()
    for case in cases.values():
        seen[case.edition_id, case.copy] += 1
        case.ordinal = seen[case.edition_id, case.copy]
        case.complete = case.batch_id not in unfinished
    return cases


def _unfinished(session: Session) -> set[int]:
    """The batches of which something is not read, was set aside, or is not put together yet."""
    pages = select(Page.id).where(Page.batch_id == Batch.id, Page.state.in_(UNREAD)).correlate(Batch)
    files = select(ScanFile.id).where(ScanFile.batch_id == Batch.id, ScanFile.state.in_(UNREAD)).correlate(Batch)
    chosen = select(Batch.id).where(or_(Batch.assembled < Batch.revision, pages.exists(), files.exists()))
    return set(session.scalars(chosen))


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

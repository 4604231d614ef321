"""What became of a batch: every file, every page, every submission, and what a person has to look at."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from form_layouts.errors import CrosscheckError
from service import storage
from service.db.models import Batch, Field, Page, ScanFile, Submission, now
from service.db.session import looking, transaction
from service.intake import NoSuchBatch
from service.submissions import by_number

ACTIVE = ("waiting", "working")
KINDS = ("page", "blank", "cover", "rejected", "set_aside", "waiting")
"""What a page that was received is now: exactly one of these."""


class OnlyTestBatches(CrosscheckError):
    status = 409
    en = "Only a test batch can be removed. This batch holds answers; nothing was changed."
    de = "Nur ein Probestapel lässt sich entfernen. Dieser Stapel enthält Antworten; es wurde nichts geändert."


class NotToBeReadAgain(CrosscheckError):
    status = 409
    en = "This page is being read or was read: there is nothing to read again."
    de = "Diese Seite wird gerade gelesen oder ist gelesen: Es gibt nichts noch einmal zu lesen."


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


@dataclass(frozen=True)
class FileLine:
    id: int
    name: str
    size: int
    sha256: str
    state: str
    pages: int | None
    reason: str | None
    messages: dict[str, str]
    sides: tuple[PageLine, ...]


@dataclass(frozen=True)
class PageLine:
    id: int
    number: int
    """Place in the file, from 1 as people count."""
    now: str
    """One of KINDS."""
    reason: str | None
    messages: dict[str, str]
    form_page: int | None
    copy_number: int | None
    file: str


@dataclass(frozen=True)
class SubmissionLine:
    id: int
    questionnaire: str
    version: str
    language: str
    copy_number: int | None
    pages: tuple[tuple[int, int], ...]
    """(page of the form, id) of each side that is there."""
    of: int
    waiting: int
    findings: tuple[str, ...]
    same_paper: str | None
    same_as_page: int | None
    """First page of the submission that it may be the same paper as."""

    @property
    def missing(self) -> tuple[int, ...]:
        there = {number for number, _ in self.pages}
        return tuple(number for number in range(1, self.of + 1) if number not in there)


@dataclass(frozen=True)
class Overview:
    """Everything the batch's page shows."""

    id: int
    name: str
    test: bool
    created_at: datetime
    files: tuple[FileLine, ...]
    submissions: tuple[SubmissionLine, ...]
    counts: dict[str, int]
    """Pages by KINDS."""
    received: int
    """Pages counted when the files were split."""
    fields_waiting: int
    active: bool
    """Something is still being read or put together."""

    @property
    def accounted(self) -> bool:
        """Whether every page that was received is somewhere."""
        return self.received == sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.received - self.counts["waiting"]

    @property
    def troubled(self) -> tuple[PageLine, ...]:
        return tuple(p for file in self.files for p in file.sides if p.now in ("rejected", "set_aside"))

    @property
    def troubled_files(self) -> tuple[FileLine, ...]:
        return tuple(file for file in self.files if file.state in ("rejected", "set_aside"))

    @property
    def incomplete(self) -> tuple[SubmissionLine, ...]:
        return tuple(one for one in self.submissions if one.missing)

    @property
    def suspected(self) -> tuple[SubmissionLine, ...]:
        return tuple(one for one in self.submissions if one.same_paper == "suspected")


def batches() -> list[BatchLine]:
    """All batches, the newest first."""
    with looking() as session:
        files = _counted(session, select(ScanFile.batch_id, func.count()).group_by(ScanFile.batch_id))
        pages = _counted(session, select(Page.batch_id, func.count()).group_by(Page.batch_id))
        idle = select(Page.batch_id, func.count()).where(Page.state.not_in(ACTIVE)).group_by(Page.batch_id)
        done = _counted(session, idle)
        bad = select(Page.batch_id, func.count()).where(Page.reason.is_not(None)).group_by(Page.batch_id)
        lost = select(ScanFile.batch_id, func.count()).where(ScanFile.reason.is_not(None)).group_by(ScanFile.batch_id)
        troubled = Counter(_counted(session, bad)) + Counter(_counted(session, lost))
        waits = select(Field.batch_id, func.count()).where(Field.state == "waiting").group_by(Field.batch_id)
        fields = _counted(session, waits)
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


def _counted(session: Session, counts: Any) -> dict[int, int]:
    return {key: number for key, number in session.execute(counts)}  # noqa: C416 (rows are no tuples to mypy)


def overview(batch_id: int) -> Overview:
    """Raises NoSuchBatch."""
    with looking() as session:
        batch = session.get(Batch, batch_id)
        if batch is None:
            raise NoSuchBatch()
        files = session.scalars(select(ScanFile).where(ScanFile.batch_id == batch_id)).all()
        names = {file.id: file.name for file in files}
        sides: dict[int, list[PageLine]] = defaultdict(list)
        pages = session.execute(
            select(
                Page.id, Page.file_id, Page.number, Page.state, Page.kind, Page.reason, Page.messages, Page.form_page,
                Page.copy_number, Page.submission_id,
            ).where(Page.batch_id == batch_id).order_by(Page.file_id, Page.number)
        ).all()  # fmt: skip
        owned: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for page in pages:
            sides[page.file_id].append(_page_line(page, names))
            if page.submission_id:
                owned[page.submission_id].append((page.form_page, page.id))
        waits = (
            select(Page.submission_id, func.count())
            .join(Field, Field.page_id == Page.id)
            .where(Page.batch_id == batch_id, Field.state == "waiting")
            .group_by(Page.submission_id)
        )
        waiting = _counted(session, waits)
        found = session.scalars(select(Submission).where(Submission.batch_id == batch_id).order_by(Submission.id)).all()
        counts = Counter(side.now for lines in sides.values() for side in lines)
        active = batch.state in ACTIVE or batch.assembled < batch.revision or counts["waiting"] > 0
        return Overview(
            id=batch.id,
            name=batch.name,
            test=batch.test,
            created_at=batch.created_at,
            files=tuple(_file_line(file, sides[file.id]) for file in sorted(files, key=lambda f: by_number(f.name))),
            submissions=tuple(_submission_line(session, one, owned[one.id], waiting.get(one.id, 0)) for one in found),
            counts={kind: counts[kind] for kind in KINDS},
            received=sum(file.pages or 0 for file in files),
            fields_waiting=sum(waiting.values()),
            active=active or any(file.state in ACTIVE for file in files),
        )


def _page_line(page: Any, names: dict[int, str]) -> PageLine:
    what = "waiting" if page.state in ACTIVE else "set_aside" if page.state == "set_aside" else page.kind
    return PageLine(
        page.id,
        page.number + 1,
        what,
        page.reason,
        page.messages or {},
        page.form_page,
        page.copy_number,
        names[page.file_id],
    )


def _file_line(file: ScanFile, sides: list[PageLine]) -> FileLine:
    return FileLine(
        file.id,
        file.name,
        file.size,
        file.sha256,
        file.state,
        file.pages,
        file.reason,
        file.messages or {},
        tuple(sides),
    )


def _submission_line(session: Session, one: Submission, own: list[tuple[int, int]], waiting: int) -> SubmissionLine:
    other = None
    if one.same_paper_as:
        wanted = select(Page.id).where(Page.submission_id == one.same_paper_as).order_by(Page.form_page)
        other = session.scalars(wanted).first()
    return SubmissionLine(
        id=one.id,
        questionnaire=one.edition.version.questionnaire,
        version=one.edition.version.version,
        language=one.edition.language,
        copy_number=one.copy_number,
        pages=tuple(sorted(own)),
        of=len(one.edition.layout["pages"]),
        waiting=waiting,
        findings=tuple(one.findings),
        same_paper=one.same_paper,
        same_as_page=other,
    )


def arrived(batch_id: int) -> list[dict[str, str | int]]:
    """Name, size and SHA-256 of every file that is there: an upload sends only the rest.  Raises NoSuchBatch."""
    with looking() as session:
        if session.get(Batch, batch_id) is None:
            raise NoSuchBatch()
        files = session.scalars(select(ScanFile).where(ScanFile.batch_id == batch_id))
        return [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in files]


def say_same_paper(submission_id: int, *, same: bool) -> int:
    """What a person found out about two submissions with one number; the batch's id.  Raises NoSuchBatch."""
    with transaction() as session:
        one = session.get(Submission, submission_id)
        if one is None:
            raise NoSuchBatch()
        if one.same_paper is not None:
            one.same_paper = "yes" if same else "no"
        return one.batch_id


def read_again(page_id: int) -> int:
    """Let a page that was not readable be read once more, after its form was published; its batch's id.

    Raises NoSuchBatch, NotToBeReadAgain.
    """
    with transaction() as session:
        page = session.get(Page, page_id)
        if page is None:
            raise NoSuchBatch()
        wanted = (
            update(Page)
            .where(Page.id == page_id, (Page.state == "set_aside") | (Page.kind == "rejected"))
            .where(Page.state.in_(("done", "set_aside")))
            .values(state="waiting", attempts=0, kind=None, reason=None, messages=None, sent_at=now())
        )
        if session.execute(wanted).rowcount != 1:  # type: ignore[attr-defined]
            raise NotToBeReadAgain()
        return page.batch_id


def remove_test_batch(batch_id: int) -> None:
    """Delete a test batch with its scans and pictures.  Raises NoSuchBatch, OnlyTestBatches."""
    with transaction() as session:
        batch = session.get(Batch, batch_id)
        if batch is None:
            raise NoSuchBatch()
        if not batch.test:
            raise OnlyTestBatches()
        contents = set(session.scalars(select(ScanFile.sha256).where(ScanFile.batch_id == batch_id)))
        contents |= {
            found for found in session.scalars(select(Page.pictures).where(Page.batch_id == batch_id)) if found
        }
        session.execute(delete(Batch).where(Batch.id == batch_id))
        for kind, column in ((ScanFile, ScanFile.sha256), (Page, Page.pictures)):
            contents -= set(session.scalars(select(column).select_from(kind).where(column.in_(contents))))
    for address in contents:
        storage.path(address).unlink(missing_ok=True)

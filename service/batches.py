"""What became of a batch: every file, every page, every submission, and what a person has to look at."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.batch_list import ACTIVE, counted
from service.claims import MOST_ATTEMPTS
from service.db.models import Batch, Edition, Field, Page, ScanFile, Submission, Version
from service.db.session import looking
from service.intake import NoSuchBatch, may_be_read_again
from service.review.queue import servable
from service.submissions import by_number

KINDS = ("page", "blank", "cover", "rejected", "set_aside", "waiting")
"""What a page that was received is now: exactly one of these."""


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

    @property
    def may_be_read_again(self) -> bool:
        return may_be_read_again(self.state, self.reason)


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
    again: bool
    """The same side was scanned before: that scan counts."""
    owned: bool
    """It is in a submission, or cannot be in one."""


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
    gap_after: tuple[int, str, int] | None = None
    """Right after which side its missing pages should lie: the side's id, file and place in it, from 1."""

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
    stuck: bool
    """Everything was tried to put its pages together; nobody tries any more."""

    @property
    def accounted(self) -> bool:
        """Whether every page that was received is somewhere, file by file, and every page that was read counts."""
        return all((file.pages or 0) == len(file.sides) for file in self.files) and not self.lost

    @property
    def lost(self) -> tuple[PageLine, ...]:
        """Pages that were read and are in no submission although nothing is under way."""
        if self.active or self.stuck:
            return ()
        return tuple(p for file in self.files for p in file.sides if p.now == "page" and not (p.owned or p.again))

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
        return tuple(one for one in self._with_pages_missing if "order_doubtful" not in one.findings)

    @property
    def doubtful(self) -> tuple[SubmissionLine, ...]:
        """Incomplete ones without a number, of which the order of the pile does not say what belongs together."""
        return tuple(one for one in self._with_pages_missing if "order_doubtful" in one.findings)

    @property
    def doubtful_sides(self) -> tuple[PageLine, ...]:
        """The first side of each of them, in the order of the pile."""
        first = {one.pages[0][1] for one in self.doubtful}
        return tuple(side for file in self.files for side in file.sides if side.id in first)

    @property
    def _with_pages_missing(self) -> tuple[SubmissionLine, ...]:
        return tuple(one for one in self.submissions if one.missing and one.same_paper != "yes")

    @property
    def suspected(self) -> tuple[SubmissionLine, ...]:
        return tuple(one for one in self.submissions if one.same_paper == "suspected")


def overview(batch_id: int) -> Overview:
    """Raises NoSuchBatch."""
    with looking() as session:
        batch = session.get(Batch, batch_id)
        if batch is None:
            raise NoSuchBatch()
        files, owned = _files(session, batch_id)
        waits = (
            select(Page.submission_id, func.count())
            .join(Field, Field.page_id == Page.id)
            .where(Field.batch_id == batch_id, Field.id.in_(servable()))
            .group_by(Page.submission_id)
        )
        waiting = counted(session, waits)
        counts = Counter(side.now for file in files for side in file.sides)
        reading = counts["waiting"] > 0 or any(file.state in ACTIVE for file in files)
        behind = batch.assembled < batch.revision
        stuck = behind and not reading and batch.state == "resting" and batch.attempts >= MOST_ATTEMPTS
        return Overview(
            id=batch.id,
            name=batch.name,
            test=batch.test,
            created_at=batch.created_at,
            files=files,
            submissions=_submissions(session, batch_id, owned, waiting),
            counts={kind: counts[kind] for kind in KINDS},
            received=sum(file.pages or 0 for file in files),
            fields_waiting=sum(waiting.values()),
            active=reading or batch.state in ACTIVE or (behind and not stuck),
            stuck=stuck,
        )


_Owned = dict[int, list[tuple[int, int]]]
"""Submission -> (page of the form, id) of each of its sides."""


def _files(session: Session, batch_id: int) -> tuple[tuple[FileLine, ...], _Owned]:
    """The files by name, each with its sides; and which submission has which of them."""
    files = session.scalars(select(ScanFile).where(ScanFile.batch_id == batch_id)).all()
    names = {file.id: file.name for file in files}
    sides: dict[int, list[PageLine]] = defaultdict(list)
    owned: _Owned = defaultdict(list)
    pages = select(
        Page.id, Page.file_id, Page.number, Page.state, Page.kind, Page.reason, Page.messages, Page.form_page,
        Page.copy_number, Page.submission_id, Page.edition_id, Page.again,
    ).where(Page.batch_id == batch_id).order_by(Page.file_id, Page.number)  # fmt: skip
    for page in session.execute(pages):
        sides[page.file_id].append(_page_line(page, names))
        if page.submission_id:
            owned[page.submission_id].append((page.form_page, page.id))
    ordered = sorted(files, key=lambda file: by_number(file.name))
    return tuple(_file_line(file, sides[file.id]) for file in ordered), owned


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
        page.again,
        page.submission_id is not None or page.edition_id is None,
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


def _submissions(session: Session, batch_id: int, owned: _Owned, waiting: dict[int, int]) -> tuple[SubmissionLine, ...]:
    """In the order they were found.  Editions are large: each is looked at once."""
    columns = (
        Submission.id, Submission.edition_id, Submission.copy_number, Submission.findings,
        Submission.same_paper, Submission.same_paper_as, Submission.gap_after,
    )  # fmt: skip
    found = session.execute(select(*columns).where(Submission.batch_id == batch_id).order_by(Submission.id)).all()
    editions = {
        number: (questionnaire, version, language, len(layout["pages"]))
        for number, questionnaire, version, language, layout in session.execute(
            select(Edition.id, Version.questionnaire, Version.version, Edition.language, Edition.layout)
            .join(Version, Edition.version_id == Version.id)
            .where(Edition.id.in_({one.edition_id for one in found}))
        )
    }
    first = _first_pages(session, {one.same_paper_as for one in found if one.same_paper_as})
    gaps = {
        page: (page, name, number + 1)
        for page, name, number in session.execute(
            select(Page.id, ScanFile.name, Page.number)
            .join(ScanFile, Page.file_id == ScanFile.id)
            .where(Page.id.in_({one.gap_after for one in found if one.gap_after}))
        )
    }
    lines = []
    for one in found:
        questionnaire, version, language, of = editions[one.edition_id]
        lines.append(
            SubmissionLine(
                id=one.id,
                questionnaire=questionnaire,
                version=version,
                language=language,
                copy_number=one.copy_number,
                pages=tuple(sorted(owned[one.id])),
                of=of,
                waiting=waiting.get(one.id, 0),
                findings=tuple(one.findings),
                same_paper=one.same_paper,
                same_as_page=first.get(one.same_paper_as),
                gap_after=gaps.get(one.gap_after),
            )
        )
    return tuple(lines)


def _first_pages(session: Session, submissions: set[int]) -> dict[int | None, int]:
    """Submission -> the id of its first page; also of submissions in other batches."""
    wanted = select(Page.submission_id, Page.id).where(Page.submission_id.in_(submissions))
    first: dict[int | None, int] = {}
    for submission, page in session.execute(wanted.order_by(Page.form_page, Page.id)):
        first.setdefault(submission, page)
    return first

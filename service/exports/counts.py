"""How many cases there are, what waits and what is left out: known before a file is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from service.db.models import Batch, Edition, Field, Page, ScanFile, Submission, Version

IS_CASE = and_(Batch.test.is_(False), or_(Submission.same_paper.is_(None), Submission.same_paper == "no"))
"""Holds for the submissions that are cases; their batch must be joined."""
AnySelect = Select[*tuple[Any, ...]]
OPEN = ("read", "waiting")
"""States of a field without a value."""
BUSY = ("waiting", "working")
"""States of a page or file that is still worked on."""


@dataclass(frozen=True)
class Counts:
    """Of one version or of some together."""

    cases: int = 0
    waiting: int = 0
    """Fields of cases that wait for a person."""
    test: int = 0
    """Submissions left out, here and below: in test batches."""
    suspected: int = 0
    """Perhaps a paper scanned twice: nobody has said yet."""
    same_paper: int = 0
    """A person said that it is a paper scanned twice."""


@dataclass(frozen=True)
class Unread:
    """What is in no submission, of all real batches: most of it does not say which questionnaire it belongs to."""

    pages: int
    files: int
    unfinished: int
    """Pages and files that are still worked on."""


def counts(session: Session) -> dict[tuple[str, str], Counts]:
    """(questionnaire, version) -> what there is of it."""
    versions = session.execute(select(Version.questionnaire, Version.version)).all()
    found: dict[tuple[str, str], dict[str, int]] = {(name, version): {} for name, version in versions}
    apart = (Version.questionnaire, Version.version, Batch.test, Submission.same_paper)
    grouped = submissions(select(*apart, func.count(Submission.id))).group_by(*apart)
    for name, version, test, same_paper, many in session.execute(grouped).all():
        count, what = found[name, version], _what_it_is(test, same_paper)
        count[what] = count.get(what, 0) + many
    for name, version, many in session.execute(_open_fields()).all():
        found[name, version]["waiting"] = many
    return {key: Counts(**count) for key, count in found.items()}


def unread(session: Session, editions: Iterable[int] | None = None) -> Unread:
    """What is not read, of these editions or of no known one; of all where none are named."""
    ours: ColumnElement[bool] = Batch.test.is_(False)
    if editions is not None:
        ours = and_(ours, or_(Page.edition_id.is_(None), Page.edition_id.in_(list(editions))))
    pages = select(func.count(Page.id)).join(Batch, Page.batch_id == Batch.id).where(ours)
    files = select(func.count(ScanFile.id)).join(Batch, ScanFile.batch_id == Batch.id).where(Batch.test.is_(False))
    failed = or_(Page.state == "set_aside", and_(Page.state == "done", Page.kind == "rejected"))
    alone = and_(Page.state == "done", Page.kind == "page", Page.submission_id.is_(None), Page.again.is_(False))

    def count(statement: Select[int], condition: ColumnElement[bool]) -> int:
        return session.scalar(statement.where(condition)) or 0

    return Unread(
        pages=count(pages, failed),
        files=count(files, ScanFile.state.in_(("rejected", "set_aside")) & (ScanFile.reason != "received_before")),
        unfinished=count(pages, or_(Page.state.in_(BUSY), alone)) + count(files, ScanFile.state.in_(BUSY)),
    )


def together(some: Iterable[Counts]) -> Counts:
    """The sum of some counts."""
    listed = [vars(one) for one in some]
    return Counts(**{name: sum(one[name] for one in listed) for name in vars(Counts())})


def submissions(statement: AnySelect) -> AnySelect:
    """A statement over the submissions that have pages, joined with edition, version and batch."""
    return (
        statement.select_from(Submission)
        .join(Edition, Submission.edition_id == Edition.id)
        .join(Version, Edition.version_id == Version.id)
        .join(Batch, Submission.batch_id == Batch.id)
        .where(select(Page.id).where(Page.submission_id == Submission.id).correlate(Submission).exists())
    )


def _what_it_is(test: bool, same_paper: str | None) -> str:
    if test:
        return "test"
    return {"suspected": "suspected", "yes": "same_paper"}.get(same_paper or "", "cases")


def _open_fields() -> AnySelect:
    statement = submissions(select(Version.questionnaire, Version.version, func.count(Field.id)))
    fields = statement.join(Page, Page.submission_id == Submission.id).join(Field, Field.page_id == Page.id)
    waiting = fields.where(IS_CASE, Field.state.in_(OPEN), Field.verdict_id.is_(None))
    return waiting.group_by(Version.questionnaire, Version.version)

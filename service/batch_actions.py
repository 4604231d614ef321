"""What people do to a batch: read again, put together again, say what was scanned twice, remove a trial."""

from __future__ import annotations

import logging

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, lazyload

from form_layouts.errors import CrosscheckError
from service.batch_list import STUCK
from service.db.models import Batch, Page, ScanFile, Submission, now
from service.db.session import rows_changed, transaction
from service.intake import NoSuchBatch, may_be_read_again, wait_again

_LOG = logging.getLogger(__name__)


class OnlyTestBatches(CrosscheckError):
    status = 409
    en = "Only a test batch can be removed. This batch holds answers; nothing was changed."
    de = "Nur ein Probestapel lässt sich entfernen. Dieser Stapel enthält Antworten; es wurde nichts geändert."


class NotToBeReadAgain(CrosscheckError):
    status = 409
    en = "This page is being read or was read: there is nothing to read again."
    de = "Diese Seite wird gerade gelesen oder ist gelesen: Es gibt nichts noch einmal zu lesen."


class FileNotToBeReadAgain(CrosscheckError):
    status = 409
    en = "This file is being read, or was read, or cannot be read: it is not tried again. Nothing was changed."
    de = "Diese Datei wird gerade gelesen, ist gelesen oder lässt sich nicht lesen: Sie wird nicht noch einmal versucht. Es wurde nichts geändert."


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
        if rows_changed(session, wanted) != 1:
            raise NotToBeReadAgain()
        return page.batch_id


def read_file_again(file_id: int) -> tuple[int, bool]:
    """Try once more to open a file that was set aside; its batch's id, and whether it waits now.

    It does not where another batch has the same bytes by now: the file then says so.
    Raises NoSuchBatch, FileNotToBeReadAgain.
    """
    with transaction() as session:
        file = session.get(ScanFile, file_id, with_for_update=True)
        if file is None:
            raise NoSuchBatch()
        if not may_be_read_again(file.state, file.reason):
            raise FileNotToBeReadAgain()
        return file.batch_id, wait_again(session, file)


def put_together_again(batch_id: int) -> None:
    """Let a batch be put together that could not be; nothing is changed about any other.  Raises NoSuchBatch."""
    with transaction() as session:
        if session.get(Batch, batch_id) is None:
            raise NoSuchBatch()
        wanted = update(Batch).where(Batch.id == batch_id, STUCK).values(attempts=0, state="waiting", sent_at=None)
        session.execute(wanted, execution_options={"synchronize_session": False})


def say_same_paper(submission_id: int, *, same: bool, user_id: int | None = None) -> int:
    """What a person found out about two submissions with one number; the batch's id.  Raises NoSuchBatch.

    Of one paper the scan with more of its pages is kept, the earlier one where they have as many.
    """
    with transaction() as session:
        asked = _submission(session, submission_id)
        if asked.same_paper is None:
            return asked.batch_id
        one = _undecided(session, asked)
        other = _kept(session, one)
        if other is None or not same:
            one.same_paper = "no"
        elif _pages(session, one) > _pages(session, other):
            other.same_paper, other.same_paper_as = "yes", one.id
            one.same_paper, one.same_paper_as = "no", other.id
        else:
            one.same_paper, one.same_paper_as = "yes", other.id
        _LOG.warning("user %s said of submission %s: same paper %s", user_id, one.id, "yes" if same else "no")
        return asked.batch_id


def decide_again(submission_id: int, *, user_id: int | None = None) -> int:
    """Take back what was said about two submissions with one number; the batch's id.  Raises NoSuchBatch."""
    with transaction() as session:
        asked = _submission(session, submission_id)
        if asked.same_paper in ("yes", "no"):
            one = _undecided(session, asked)
            _LOG.warning("user %s took back about submission %s: same paper", user_id, one.id)
        return asked.batch_id


def _submission(session: Session, submission_id: int) -> Submission:
    one = _locked(session, submission_id)
    if one is None:
        raise NoSuchBatch()
    return one


def _locked(session: Session, submission_id: int | None) -> Submission | None:
    wanted = select(Submission).where(Submission.id == submission_id).options(lazyload(Submission.edition))
    return session.scalars(wanted.with_for_update(of=Submission)).one_or_none()


def _undecided(session: Session, one: Submission) -> Submission:
    """The pair as it was before a person spoke: which of the two was suspected, and is again."""
    other = _locked(session, one.same_paper_as)
    if other is not None and other.same_paper_as == one.id and {one.same_paper, other.same_paper} == {"yes", "no"}:
        suspected, first = (one, other) if one.same_paper == "no" else (other, one)  # the first had fewer pages
        first.same_paper, first.same_paper_as = None, None
        one = suspected
    one.same_paper = "suspected"
    session.flush()
    return one


def _kept(session: Session, one: Submission) -> Submission | None:
    """The submission that counts for the paper which `one` is another scan of."""
    seen = {one.id}
    other = _locked(session, one.same_paper_as)
    while other is not None and other.same_paper == "yes" and other.id not in seen:
        seen.add(other.id)
        other = _locked(session, other.same_paper_as)
    return other if other is not None and other.id not in seen else None


def _pages(session: Session, one: Submission) -> int:
    """How many different pages of the form are there."""
    wanted = select(func.count(func.distinct(Page.form_page))).where(Page.submission_id == one.id)
    return session.scalar(wanted) or 0


def remove_test_batch(batch_id: int) -> None:
    """Delete a test batch.  Its scans and pictures go once they are an hour old and nothing else needs them.

    Raises NoSuchBatch, OnlyTestBatches.
    """
    with transaction() as session:
        batch = session.get(Batch, batch_id, with_for_update=True)
        if batch is None:
            raise NoSuchBatch()
        if not batch.test:
            raise OnlyTestBatches()
        session.execute(delete(Batch).where(Batch.id == batch_id))

"""A whole scanned page beside its fields: every value with where it comes from and who decided what before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from form_layouts.errors import CrosscheckError
from omr.reading import Finding
from service.db.models import Batch, Edition, Field, Page, ScanFile, Submission, User, Verdict
from service.db.session import looking
from service.forms import layout_of
from service.review.queue import NoSuchField, holder
from service.review.shown import ShownField, findings_of, picture, shown
from service.review.values import Value


class NoSuchPage(CrosscheckError):
    status = 404
    en = "There is no such page. Its file may have been removed; look for it in its batch."
    de = "Diese Seite gibt es nicht. Vielleicht wurde ihre Datei entfernt; sehen Sie im Stapel nach."


@dataclass(frozen=True)
class Decision:
    """One verdict of a field's history."""

    at: datetime
    by: str
    kind: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class PageField:
    shown: ShownField
    history: tuple[Decision, ...]
    """Newest first."""
    holder: str | None
    """Who has it on the screen at this moment."""


@dataclass(frozen=True)
class ShownPage:
    page: Page
    file: ScanFile
    batch: Batch
    edition: Edition | None
    submission: Submission | None
    fields: tuple[PageField, ...]
    findings: tuple[Finding, ...]
    """About this page, as the machine read it last; those with a box lie somewhere on it."""
    page_size: tuple[float, float] | None
    """In mm; None for a page that is on no form."""
    has_picture: bool
    before_in_file: int | None
    after_in_file: int | None
    before_in_submission: int | None
    after_in_submission: int | None


def shown_page(page_id: int, language: str) -> ShownPage:
    """A page, whatever became of it, for a person who reads `language`.  Raises NoSuchPage."""
    with looking() as session:
        page = _page(session, page_id)
        of_file = select(Page.id).where(Page.file_id == page.file_id).order_by(Page.number)
        of_submission = select(Page.id).where(Page.submission_id == page.submission_id)
        file_pages = session.scalars(of_file).all()
        own_pages = session.scalars(of_submission.order_by(Page.form_page, Page.id)).all() if page.submission_id else ()
        fields = session.scalars(select(Field).where(Field.page_id == page_id).order_by(Field.position, Field.id)).all()
        history = _history(session, page_id)
        edition = session.get(Edition, page.edition_id) if page.edition_id else None
        return ShownPage(
            page=page,
            file=session.get_one(ScanFile, page.file_id),
            batch=session.get_one(Batch, page.batch_id),
            edition=edition,
            submission=session.get(Submission, page.submission_id) if page.submission_id else None,
            fields=tuple(
                PageField(
                    shown(session, field, page, language), tuple(history.get(field.id, ())), holder(session, field)
                )
                for field in fields
            ),
            findings=findings_of(session, page_id),
            page_size=layout_of(edition).page_size if edition and page.kind == "page" else None,
            has_picture=page.pictures is not None and "page" in (page.picture_places or {}),
            before_in_file=_beside(file_pages, page_id, -1),
            after_in_file=_beside(file_pages, page_id, 1),
            before_in_submission=_beside(own_pages, page_id, -1),
            after_in_submission=_beside(own_pages, page_id, 1),
        )


def page_picture(page_id: int) -> bytes:
    """The upright page as JPEG; as it was scanned where it could not be read.  Raises NoSuchPage."""
    with looking() as session:
        try:
            return picture(_page(session, page_id), "page")
        except NoSuchField as fault:
            raise NoSuchPage() from fault


def _page(session: Session, page_id: int) -> Page:
    page = session.get(Page, page_id)
    if page is None:
        raise NoSuchPage()
    return page


def _beside(pages: Sequence[int], page_id: int, step: int) -> int | None:
    place = pages.index(page_id) + step if page_id in pages else -1
    return pages[place] if 0 <= place < len(pages) else None


def _history(session: Session, page_id: int) -> dict[int, list[Decision]]:
    rows = session.execute(
        select(Verdict, User.name)
        .join(Field, Verdict.field_id == Field.id)
        .join(User, Verdict.user_id == User.id)
        .where(Field.page_id == page_id)
        .order_by(Verdict.id.desc())
    )
    found: dict[int, list[Decision]] = {}
    for verdict, name in rows:
        found.setdefault(verdict.field_id, []).append(Decision(verdict.at, name, verdict.kind, verdict.values))
    return found

"""Everything that is remembered.  The row is the truth; a message is only a nudge."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, MetaData, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

Json = dict[str, Any]


def now() -> datetime:
    return datetime.now(UTC)


class Moment(TypeDecorator[datetime]):
    """A point in time, always with its zone; SQLite keeps it in UTC without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, Json: JSON, list[str]: JSON}  # noqa: RUF012 (SQLAlchemy asks for a plain dict)


class Work:
    """A row that a worker claims: its state says what is to be done, the lease who does it until when."""

    state: Mapped[str] = mapped_column(String(16))
    """waiting, working, and then what became of it."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Counted before the work, so that a page that kills its worker does not loop."""
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    """When a message for it was last sent."""


class User(Base):
    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    """What is typed to sign in: lower case."""
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    roles: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None] = mapped_column(String(2))
    """de or en, where chosen; else the browser's."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class WebSession(Base):
    """A signed-in browser.  The cookie's token is kept only as its SHA-256."""

    __tablename__ = "web_session"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    user: Mapped[User] = relationship()


class SignInFailure(Base):
    """A wrong password: by them the next tries are slowed down."""

    __tablename__ = "sign_in_failure"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    address: Mapped[str] = mapped_column(String(60), index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class Version(Base):
    """One published version of a questionnaire: what is asked."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("questionnaire", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(12))
    asked: Mapped[Json]
    """form_layouts.questionnaire.Questionnaire"""
    published_at: Mapped[datetime] = mapped_column(default=now)


class Edition(Base):
    """One typesetting of a version in one language, as printed."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("version_id", "language", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    language: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    layout: Mapped[Json]
    """form_layouts.layout.Layout"""
    wording: Mapped[Json | None]
    """form_layouts.questionnaire.Wording; null where a foreign form came without."""
    blank: Mapped[str | None] = mapped_column(String(70))
    """Where its blank is stored, with its ending; null where only its layout was kept."""
    version: Mapped[Version] = relationship(lazy="joined")


class Batch(Work, Base):
    """What was handed in together.  Its own work is to put the read pages together into submissions."""

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    test: Mapped[bool] = mapped_column(default=False)
    """A test batch: never in an export."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    revision: Mapped[int] = mapped_column(default=0)
    """Counts what changed about its pages."""
    assembled: Mapped[int] = mapped_column(default=0)
    """The revision that its submissions were put together from."""


class ScanFile(Work, Base):
    """One uploaded file.  Its work is to be split into pages: done, rejected with a reason, or set aside."""

    __tablename__ = "scan_file"
    __table_args__ = (
        UniqueConstraint("batch_id", "sha256"),
        Index(
            "uq_scan_file_read_once",
            "sha256",
            unique=True,
            sqlite_where=text("read_once"),
            postgresql_where=text("read_once"),
        ),
        Index("ix_scan_file_state", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    """As the person called it: shown as text, never used as a path."""
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    read_once: Mapped[bool] = mapped_column(default=True)
    """The one row of these bytes that is read.  False in test batches and for a file that was handed in before."""
    kind: Mapped[str | None] = mapped_column(String(10))
    """pdf, tiff or picture: known when it is split, like the number of its pages."""
    pages: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(40))
    messages: Mapped[Json | None]
    """Why it was not read: {"en": ..., "de": ...}"""
    received_at: Mapped[datetime] = mapped_column(default=now)
    received_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    batch: Mapped[Batch] = relationship()


class Submission(Base):
    """One filled questionnaire: its pages point to it."""

    __tablename__ = "submission"
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    copy_number: Mapped[int | None] = mapped_column(index=True)
    findings: Mapped[list[str]]
    """pages_missing, copy_number_shared, ..."""
    gap_after: Mapped[int | None]
    """The page right after which its missing pages should lie in the pile.  Without a constraint: pages point to it."""
    same_paper_as: Mapped[int | None] = mapped_column(ForeignKey("submission.id", ondelete="SET NULL"))
    """Another submission with the same number and the same answers."""
    same_paper: Mapped[str | None] = mapped_column(String(16))
    """suspected, and then what a person said: yes (left out), no (both count)."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    edition: Mapped[Edition] = relationship(lazy="joined")
    batch: Mapped[Batch] = relationship()


class Page(Work, Base):
    """One scanned side.  Its work is to be read: done (see kind), or set aside."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("file_id", "number"),
        Index("ix_page_batch_state", "batch_id", "state"),
        Index("ix_page_state", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("scan_file.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Place in the file, from 0."""
    kind: Mapped[str | None] = mapped_column(String(10))
    """page, blank, cover or rejected, once it is done."""
    reason: Mapped[str | None] = mapped_column(String(40))
    messages: Mapped[Json | None]
    """Why it was rejected or set aside: {"en": ..., "de": ...}"""
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    form_page: Mapped[int | None]
    """Page of the form, from 1."""
    copy_number: Mapped[int | None]
    pictures: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the stored file that holds this page's pictures one after the other."""
    picture_places: Mapped[Json | None]
    """{"page": [offset, bytes], "<question>": [offset, bytes, x, y, width, height in mm]}"""
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id", ondelete="SET NULL"), index=True)
    again: Mapped[bool] = mapped_column(default=False)
    """The same side of paper was scanned before, with the same answers: that scan counts, this one is kept."""
    file: Mapped[ScanFile] = relationship()
    edition: Mapped[Edition | None] = relationship()
    submission: Mapped[Submission | None] = relationship()


class Reading(Base):
    """What the machine saw on a page: never overwritten."""

    __tablename__ = "reading"
    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    program: Mapped[str] = mapped_column(String(40))
    """Version of Crosscheck that read."""
    content: Mapped[Json]
    """omr.reading.PageReading without answers and marks: those are in the fields."""


class Field(Base):
    """What was asked once on a page: a question, or one row of a grid.  The unit of review."""

    __tablename__ = "field"
    __table_args__ = (
        UniqueConstraint("page_id", "question", "row"),
        Index("ix_field_queue", "state", "batch_id", "position", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"), index=True)
    question: Mapped[str] = mapped_column(String(32))
    row: Mapped[str] = mapped_column(String(32), default="")
    """Row of a grid, else empty."""
    kind: Mapped[str] = mapped_column(String(10))
    position: Mapped[int]
    """Place of the question in the questionnaire."""
    state: Mapped[str] = mapped_column(String(10))
    """read (its page is in no submission yet), accepted, waiting (for a person), decided."""
    accepted: Mapped[bool]
    """Whether the reading of this page alone may stand."""
    answers: Mapped[Json]
    """The reading: {variable: omr.reading.Answer}"""
    marks: Mapped[Json]
    """The reading: {choice: [state, confidence]}"""
    reasons: Mapped[list[str]]
    """Why a person must look; also what was found out only with the submission's other pages."""
    verdict_id: Mapped[int | None]
    """The decision: the verdict that counts now.  Without a constraint: verdicts already point to fields."""
    lease_user: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    page: Mapped[Page] = relationship()
    verdict: Mapped[Verdict | None] = relationship(primaryjoin="foreign(Field.verdict_id) == Verdict.id", viewonly=True)


class Verdict(Base):
    """What a person decided about a field: one more row, with who and when."""

    __tablename__ = "verdict"
    id: Mapped[int] = mapped_column(primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("field.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str] = mapped_column(String(16))
    """confirmed (as the machine thought), corrected, or typed."""
    values: Mapped[Json]
    """{variable: code or text}; a missing code where there is no value."""


class Delivery(Base):
    """An export that was given out."""

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    content: Mapped[Json]
    """What was asked for and what was in it: versions, rows, what was left out."""
    sha256: Mapped[str] = mapped_column(String(64))


class Secret(Base):
    """A random value of this installation, drawn once and never shown.  It is in every backup of the database."""

    __tablename__ = "secret"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))

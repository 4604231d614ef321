"""A small published questionnaire and submissions as a worker would have stored them, without any picture being read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from form_layouts.questionnaire import Question
from omr.reading import Answer, MarkReading, PageIdentity, PageReading, Reason
from service import forms, storage
from service.db.models import Batch, Edition, Page, ScanFile, User
from service.db.session import transaction
from service.forms import layout_of, questionnaire_of
from service.readings import keep_reading
from service.submissions import Group, keep_groups

SMALL = Path(__file__).parent.parent / "forms" / "small"
"""Versions 2025-02 (de, ar) and 2025-08 (de): every kind of question, a choice and a question added in the second."""
Given = Mapping[str, int | str]
"""Variable -> accepted value.  What is not named was left blank: -9."""


@dataclass(frozen=True)
class Waiting:
    """A reading that was not accepted."""

    candidates: tuple[int | str, ...] = ()
    reasons: tuple[Reason, ...] = ("handwriting",)


def publish_small() -> None:
    for version in sorted(SMALL.iterdir()):
        forms.publish(version)


def person(name: str, *roles: str) -> int:
    """An account that nobody can sign in to; its id."""
    with transaction() as session:
        user = User(name=name, password_hash="!", roles=list(roles))
        session.add(user)
        session.flush()
        return user.id


def batch(name: str = "Montag", *, test: bool = False) -> int:
    with transaction() as session:
        made = Batch(name=name, state="resting", test=test)
        session.add(made)
        session.flush()
        return made.id


def submission(
    batch_id: int,
    answers: Mapping[str, int | str | Waiting],
    *,
    version: str = "2025-02",
    language: str = "de",
    copy: int | None = None,
    pages: Sequence[int] = (1, 2),
) -> int:
    """One submission of the small questionnaire; its id.  `pages` are those that were in the pile."""
    with transaction() as session:
        edition = _edition(session.scalars(select(Edition)).all(), version, language)
        files = len(session.scalars(select(ScanFile.id)).all())
        digest = f"{files:064x}"
        file = ScanFile(
            batch_id=batch_id, name=f"scan-{files}.pdf", size=1, sha256=digest, state="done", pages=len(pages)
        )
        session.add(file)
        session.flush()
        made = [_page(session, edition, file, number, answers, copy) for number in pages]
        before = _groups(session, batch_id)
        missing = ("pages_missing",) if len(pages) < len(layout_of(edition).pages) else ()
        group = Group(tuple(made), edition.id, copy, missing, frozenset())
        batch_row = session.get_one(Batch, batch_id)
        keep_groups(session, batch_row, [*before, group])
        session.flush()
        owner = session.get_one(Page, made[0]).submission_id
        assert owner is not None
        return owner


def _edition(editions: Sequence[Edition], version: str, language: str) -> Edition:
    return next(e for e in editions if e.version.version == version and e.language == language)


def _groups(session: Any, batch_id: int) -> list[Group]:
    """The submissions that are there already."""
    found: dict[int, list[Page]] = {}
    for page in session.scalars(select(Page).where(Page.batch_id == batch_id, Page.submission_id.is_not(None))):
        found.setdefault(page.submission_id, []).append(page)
    return [
        Group(
            tuple(page.id for page in pages),
            pages[0].edition_id or 0,
            pages[0].copy_number,
            tuple(pages[0].submission.findings if pages[0].submission else ()),
            frozenset(),
        )
        for pages in found.values()
    ]


def _page(
    session: Any,
    edition: Edition,
    file: ScanFile,
    number: int,
    answers: Mapping[str, int | str | Waiting],
    copy: int | None,
) -> int:
    layout, asked = layout_of(edition), questionnaire_of(edition.version)
    picture = Path(__file__).parent.parent / "forms" / "small" / "crop.jpg"
    content = picture.read_bytes() if picture.exists() else b"no picture"
    on_page = layout.pages[number - 1]
    questions = {field.question for field in on_page.fields}
    box = [20.0, 30.0, 85.0, 40.0]
    page = Page(
        file_id=file.id,
        batch_id=file.batch_id,
        number=number - 1,
        state="done",
        kind="page",
        edition_id=edition.id,
        form_page=number,
        copy_number=copy,
        pictures=storage.put(content),
        picture_places={"page": [0, len(content)], **{name: [0, len(content), *box] for name in questions}},
    )
    session.add(page)
    session.flush()
    reading = PageReading(
        file=file.name,
        index=page.number,
        kind="page",
        identity=PageIdentity(
            questionnaire=asked.questionnaire,
            version=asked.version,
            edition=edition.number,
            language=edition.language,
            page=number,
            pages=len(layout.pages),
            copy_number=copy,
        ),
        answers={
            variable: _answer(answers.get(variable, -9))
            for question in asked.questions
            for variable, row in question.variables.items()
            if any(f.question == question.id and getattr(f, "row", None) in (None, row) for f in on_page.fields)
        },
        marks={
            v: m
            for question in asked.questions
            for v, m in _marks(question, answers).items()
            if question.id in questions
        },
    )
    keep_reading(session, page.id, file.batch_id, reading, asked, "test")
    return page.id


def _answer(given: int | str | Waiting) -> Answer:
    if isinstance(given, Waiting):
        return Answer(value=None, accepted=False, confidence=0.5, candidates=given.candidates, reasons=given.reasons)
    return Answer(value=given, accepted=True, confidence=0.99)


def _marks(question: Question, answers: Mapping[str, int | str | Waiting]) -> dict[str, dict[str, MarkReading]]:
    """Boxes as they would have been read: those of accepted values are marked, candidates unsure."""
    marks: dict[str, dict[str, MarkReading]] = {}
    for variable, part in question.variables.items():
        given = answers.get(variable, -9)
        thought = given.candidates if isinstance(given, Waiting) else (given,)
        state = "unsure" if isinstance(given, Waiting) else "marked"
        if question.kind == "multiple":
            marks[variable] = {str(part): (state if 1 in thought else "empty", 0.9)}  # type: ignore[dict-item]  # state is one of State
        else:
            for choice, code in question.boxes.items():
                marks.setdefault(variable, {})[choice] = (state if code in thought else "empty", 0.9)  # type: ignore[assignment]  # as above
    return marks

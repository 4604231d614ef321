"""Page readings -> the lines of the output: submissions, and every other side.  No page is dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from form_layouts.catalogue import Catalogue
from form_layouts.layout import Layout
from form_layouts.questionnaire import Questionnaire
from omr.judge import held_back
from omr.piles.grouping import Group, group_pages
from omr.reading import (
    Answer,
    Finding,
    Line,
    Marks,
    PageIdentity,
    PageReading,
    Rejected,
    SetAside,
    Submission,
    SubmissionPage,
)


def assemble(readings: Sequence[PageReading], catalogue: Catalogue, message_language: str) -> list[Line]:
    """Put a pile's pages together: submissions in the order of their first page, then every other side."""
    groups = group_pages(readings)
    gaps = {id(page) for group in groups for page in group.gaps}
    lines: list[Line] = [_submission(group, gaps, catalogue) for group in groups]
    return lines + list(_others(readings, message_language))


def _submission(group: Group, gaps: Collection[int], catalogue: Catalogue) -> Submission:
    """`gaps`: the sides (by id) right after which pages are missing from the pile, of this submission or the next."""
    first = group.pages[0].identity
    assert first is not None
    questionnaire, _ = _form(catalogue, first)
    answers: dict[str, Answer] = {}
    marks: Marks = {}
    for place, reading in enumerate(group.pages):
        answers.update(held_back(reading.answers) if place in group.too_thin else reading.answers)
        marks.update(reading.marks)
    for variable in _variables_of(questionnaire):
        if variable not in answers:
            answers[variable] = Answer(value=None, accepted=False, confidence=0.0, reasons=("page_missing",))
    scales = [reading.scale for reading in group.pages if reading.scale is not None]
    return Submission(
        questionnaire=first.questionnaire,
        version=first.version,
        edition=first.edition,
        language=first.language,
        copy_number=first.copy_number,
        scale=round(sum(scales) / len(scales), 4) if scales else None,
        pages=tuple(_shown(reading, [*_findings(group), *_fed(reading, gaps)]) for reading in group.pages)
        + tuple(_shown(reading, [Finding(kind="scanned_again"), *_fed(reading, gaps)]) for reading in group.again),
        answers={variable: answers[variable] for variable in _variables_of(questionnaire)},
        marks=marks,
    )


def _findings(group: Group) -> Iterable[Finding]:
    """What is found out only with the other pages of the pile."""
    if group.shared:
        yield Finding(kind="copy_number_shared")
    if group.missing:
        yield Finding(kind="pages_missing")
    if group.doubtful:
        yield Finding(kind="order_doubtful")
    if group.twice:
        yield Finding(kind="scanned_twice")


def _fed(reading: PageReading, gaps: Collection[int]) -> list[Finding]:
    return [Finding(kind="double_feed")] if id(reading) in gaps else []


def _shown(reading: PageReading, extra: Sequence[Finding]) -> SubmissionPage:
    return SubmissionPage(
        file=reading.file,
        index=reading.index,
        page=reading.identity.page if reading.identity else 0,
        rotation=reading.rotation,
        findings=(*reading.findings, *extra),
    )


def _form(catalogue: Catalogue, identity: PageIdentity) -> tuple[Questionnaire, Layout]:
    for form in catalogue.forms:
        layout = form.layout
        if (layout.questionnaire, layout.version, layout.edition, layout.language) == (
            identity.questionnaire,
            identity.version,
            identity.edition,
            identity.language,
        ):
            return form.questionnaire, layout
    raise KeyError(identity)


def _variables_of(questionnaire: Questionnaire) -> list[str]:
    return [variable for question in questionnaire.questions for variable in question.variables]


def _others(readings: Iterable[PageReading], language: str) -> Iterable[Line]:
    for reading in readings:
        if reading.kind == "blank" or reading.kind == "cover":
            yield SetAside(kind=reading.kind, file=reading.file, index=reading.index)
        elif reading.kind == "rejected":
            yield Rejected(
                file=reading.file,
                index=reading.index,
                reason=reading.reason or "",
                message=reading.messages.get(language, ""),
            )

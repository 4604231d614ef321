"""Page readings -> submissions: by copy number, without one by their order in the pile.  No page is dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from form_layouts.catalogue import Catalogue
from form_layouts.layout import Layout
from form_layouts.questionnaire import Questionnaire
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

_Key = tuple[str, str, int, str]


def assemble(readings: Sequence[PageReading], catalogue: Catalogue) -> list[Line]:
    """Put a pile's pages together: submissions in the order of their first page, then every other side.

    Pages with the same number twice under one copy number are different people who share a photocopied form:
    they are kept apart and paired by order.
    """
    groups: list[list[PageReading]] = []
    numbered: dict[tuple[_Key, int], list[list[PageReading]]] = defaultdict(list)
    open_group: dict[_Key, list[PageReading]] = {}
    for reading in readings:
        if reading.identity is None:
            continue
        identity = reading.identity
        key = (identity.questionnaire, identity.version, identity.edition, identity.language)
        if identity.copy_number is not None:
            group = _first_without(identity.page, numbered[key, identity.copy_number])
            if group is None:
                group = []
                numbered[key, identity.copy_number].append(group)
                groups.append(group)
        else:
            current = open_group.get(key)
            if current is None or _closes(current, identity):
                current = []
                open_group[key] = current
                groups.append(current)
            group = current
        group.append(reading)
    shared = {id(group) for sharing in numbered.values() if len(sharing) > 1 for group in sharing}
    lines: list[Line] = [_submission(group, catalogue, photocopied=id(group) in shared) for group in groups]
    return lines + list(_others(readings))


def _first_without(page: int, groups: Iterable[list[PageReading]]) -> list[PageReading] | None:
    for group in groups:
        if page not in {reading.identity.page for reading in group if reading.identity}:
            return group
    return None


def _closes(group: Sequence[PageReading], identity: PageIdentity) -> bool:
    """Without numbers a submission is full when it has all pages, and ends where a page comes a second time."""
    pages = {reading.identity.page for reading in group if reading.identity}
    return len(pages) == identity.pages or identity.page in pages


def _submission(group: Sequence[PageReading], catalogue: Catalogue, *, photocopied: bool) -> Submission:
    first = group[0].identity
    assert first is not None
    questionnaire, layout = _form(catalogue, first)
    ordered = sorted(group, key=lambda reading: reading.identity.page if reading.identity else 0)
    seen = [reading.identity.page for reading in ordered if reading.identity]
    in_order = first.copy_number is not None or [r.identity.page for r in group if r.identity] == seen
    answers: dict[str, Answer] = {}
    marks: Marks = {}
    for reading in ordered:
        answers.update(reading.answers)
        marks.update(reading.marks)
    for variable in _variables_of(questionnaire):
        if variable not in answers:
            answers[variable] = Answer(value=None, accepted=False, confidence=0.0, reasons=("page_missing",))
    extra = []
    if photocopied:
        extra.append(Finding(kind="copy_number_shared"))
    if len(seen) < len(layout.pages):
        extra.append(Finding(kind="pages_missing"))
    if not in_order:
        extra.append(Finding(kind="put_together_by_order"))
    scales = [reading.scale for reading in ordered if reading.scale is not None]
    return Submission(
        questionnaire=first.questionnaire,
        version=first.version,
        edition=first.edition,
        language=first.language,
        copy_number=first.copy_number,
        scale=round(sum(scales) / len(scales), 4) if scales else None,
        pages=tuple(
            SubmissionPage(
                file=reading.file,
                index=reading.index,
                page=reading.identity.page if reading.identity else 0,
                rotation=reading.rotation,
                findings=(*reading.findings, *extra),
            )
            for reading in ordered
        ),
        answers={variable: answers[variable] for variable in _variables_of(questionnaire)},
        marks=marks,
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


def _others(readings: Iterable[PageReading]) -> Iterable[Line]:
    for reading in readings:
        if reading.kind == "blank":
            yield SetAside(kind="blank", file=reading.file, index=reading.index)
        elif reading.kind == "rejected":
            yield Rejected(
                file=reading.file, index=reading.index, reason=reading.reason or "", message=reading.message or ""
            )

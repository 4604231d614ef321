"""Page readings -> submissions: by copy number, without one by their order in the pile.  No page is dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from form_layouts.catalogue import Catalogue
from form_layouts.layout import Layout
from form_layouts.questionnaire import Questionnaire
from omr.judge import held_back
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

_Key = tuple[str, str, int, str, int | None]


@dataclass(frozen=True)
class Group:
    """The pages of one submission, in the order of the form.  `shared`: others carry the same copy number."""

    pages: tuple[PageReading, ...]
    shared: bool

    @property
    def missing(self) -> tuple[int, ...]:
        """Pages of the form, from 1, that are not there."""
        identities = [page.identity for page in self.pages if page.identity]
        seen = {identity.page for identity in identities}
        return tuple(number for number in range(1, identities[0].pages + 1) if number not in seen)

    @property
    def too_thin(self) -> frozenset[int]:
        """Places in `pages` whose blank fields prove nothing: one-bit scans of a pile that lost this hand's ink."""
        kinds = [{finding.kind for finding in page.findings} for page in self.pages]
        if not any("scan_too_thin" in kind for kind in kinds):
            return frozenset()
        return frozenset(place for place, kind in enumerate(kinds) if "one_bit" in kind)


def assemble(readings: Sequence[PageReading], catalogue: Catalogue, message_language: str) -> list[Line]:
    """Put a pile's pages together: submissions in the order of their first page, then every other side."""
    lines: list[Line] = [_submission(group, catalogue) for group in group_pages(readings)]
    return lines + list(_others(readings, message_language))


def group_pages(readings: Sequence[PageReading]) -> list[Group]:
    """Which pages of a pile belong together, in the order of their first page.

    A copy number joins its pages wherever they lie.  Where several people share a number, because the form was
    photocopied, the first of each page belong together, then the second, as long as every page came equally often.
    Pages without a number, and of a shared one with pages missing, are joined only where they follow each other
    without a gap: what was put together wrongly would be another person's answer.
    """
    seen = Counter((_key(r.identity), r.identity.page) for r in readings if r.identity and r.identity.copy_number)
    shared = {key for (key, _), times in seen.items() if times > 1}
    uneven = {key for key in shared if len({seen[key, page] for page in range(1, _pages(readings, key) + 1)}) > 1}
    step = _step(readings)
    groups: list[list[PageReading]] = []
    numbered: dict[tuple[_Key, int], list[PageReading]] = {}
    current: dict[_Key, list[PageReading]] = {}
    times: Counter[tuple[_Key, int]] = Counter()
    for reading in readings:
        if reading.identity is None:
            if reading.kind == "rejected":
                current.clear()  # it may have been any page of anybody
            continue
        key = _key(reading.identity)
        if reading.identity.copy_number is not None and key not in uneven:
            person = (key, times[key, reading.identity.page])
            times[key, reading.identity.page] += 1
            if person not in numbered:
                numbered[person] = []
                groups.append(numbered[person])
            numbered[person].append(reading)
            continue
        if not _follows(current.get(key, ()), reading.identity, step):
            current[key] = []
            groups.append(current[key])
        current[key].append(reading)
    return [
        Group(tuple(sorted(group, key=lambda reading: _page(reading))), shared=_key_of(group) in shared)
        for group in groups
    ]


def _page(reading: PageReading) -> int:
    return reading.identity.page if reading.identity else 0


def _pages(readings: Iterable[PageReading], key: _Key) -> int:
    return next(reading.identity.pages for reading in readings if reading.identity and _key(reading.identity) == key)


def _key(identity: PageIdentity) -> _Key:
    return identity.questionnaire, identity.version, identity.edition, identity.language, identity.copy_number


def _key_of(group: Sequence[PageReading]) -> _Key | None:
    return _key(group[0].identity) if group[0].identity else None


def _step(readings: Sequence[PageReading]) -> int:
    """1 where the pile lies with first pages up, -1 where most neighbours count down: it was scanned from the back."""
    pages = [(_key(r.identity), r.identity.page) for r in readings if r.identity]
    steps = Counter(after - before for (key, before), (other, after) in pairwise(pages) if key == other)
    return -1 if steps[-1] > steps[1] else 1


def _follows(group: Sequence[PageReading], identity: PageIdentity, step: int) -> bool:
    """Whether a page is the next one of the group: of the same form and number, without a gap, from its first page on."""
    if (
        not group
        or group[0].identity is None
        or group[-1].identity is None
        or _key(group[0].identity) != _key(identity)
    ):
        return False
    first = 1 if step == 1 else identity.pages
    return group[0].identity.page == first and identity.page == group[-1].identity.page + step


def _submission(group: Group, catalogue: Catalogue) -> Submission:
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
    extra = []
    if group.shared:
        extra.append(Finding(kind="copy_number_shared"))
    if group.missing:
        extra.append(Finding(kind="pages_missing"))
    scales = [reading.scale for reading in group.pages if reading.scale is not None]
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
                page=_page(reading),
                rotation=reading.rotation,
                findings=(*reading.findings, *extra),
            )
            for reading in group.pages
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


def _others(readings: Iterable[PageReading], language: str) -> Iterable[Line]:
    for reading in readings:
        if reading.kind == "blank":
            yield SetAside(kind="blank", file=reading.file, index=reading.index)
        elif reading.kind == "rejected":
            yield Rejected(
                file=reading.file,
                index=reading.index,
                reason=reading.reason or "",
                message=reading.messages.get(language, ""),
            )

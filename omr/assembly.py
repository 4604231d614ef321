"""Page readings -> submissions: by copy number, without one by their order in the pile.  No page is dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from form_layouts.catalogue import Catalogue
from form_layouts.layout import Layout
from form_layouts.questionnaire import Questionnaire
from omr.judge import held_back
from omr.reading import (
    SAME_PAPER,
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
    accepted,
    likeness,
)

ORDERLY = 0.75
"""Share of a photocopied number's pages in whole, unbroken forms from which their order says whose they are; set by
thought: two people sorted by page (1 1 2 2) reach a half, one lost page among ten people leaves nine tenths."""
_Key = tuple[str, str, int, str, int | None]


@dataclass(frozen=True)
class Group:
    """The pages of one submission, in the order of the form.  `shared`: others carry the same copy number.
    `again`: sides of the same paper that were scanned once more."""

    pages: tuple[PageReading, ...]
    shared: bool
    again: tuple[PageReading, ...] = ()

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


def group_pages(readings: Sequence[PageReading], arrived: Sequence[int] | None = None) -> list[Group]:
    """Which pages of a pile belong together, in the order of their first page.

    A copy number joins its pages wherever they lie.  Where some of its pages came twice with the same answers, a sheet
    was scanned again: the scan that arrived first counts (`arrived`: one number a reading; the pile's order without).
    Where they came with other answers, several people share the number, because the form was photocopied.  Their pages
    are joined only where whole forms lie in the pile without a gap, and pages without a number only where each follows
    the one before: what was put together wrongly would be another person's answer.
    """
    order = {id(reading): number for reading, number in zip(readings, arrived or range(len(readings)), strict=True)}
    sides: dict[_Key, dict[int, list[PageReading]]] = {}
    for reading in readings:
        if reading.identity and reading.identity.copy_number is not None:
            sides.setdefault(_key(reading.identity), {}).setdefault(reading.identity.page, []).append(reading)
    photocopied, twice, again = set(), set(), {}
    for key, by_page in sides.items():
        if all(len(scans) == 1 for scans in by_page.values()):
            continue
        if not all(_same_side(scans) for scans in by_page.values()):
            photocopied.add(key)
        elif {len(scans) for scans in by_page.values()} == {2} and len(by_page) == _pages(by_page):
            twice.add(key)  # all of it: one paper scanned twice, or two people of one mind; a person says which
        else:
            first = {id(min(scans, key=lambda scan: order[id(scan)])) for scans in by_page.values()}
            again[key] = [scan for scans in by_page.values() for scan in scans if id(scan) not in first]
    return _grouped(readings, photocopied, twice, again)


def _grouped(
    readings: Sequence[PageReading],
    photocopied: set[_Key],
    twice: set[_Key],
    again: Mapping[_Key, Sequence[PageReading]],
) -> list[Group]:
    step = _step(readings)
    left_out = {id(reading) for scans in again.values() for reading in scans}
    runs = _complete_runs([reading for reading in readings if reading.kind != "blank"], photocopied, step)
    groups: list[list[PageReading]] = []
    joined: dict[object, list[PageReading]] = {}
    current: dict[_Key, list[PageReading]] = {}
    times: Counter[tuple[_Key, int]] = Counter()
    for reading in readings:
        if reading.identity is None:
            if reading.kind == "rejected":
                current.clear()  # it may have been any page of anybody
            continue
        if id(reading) in left_out:
            continue
        key = _key(reading.identity)
        if key in photocopied:
            person: object = runs.get(id(reading), id(reading))
        elif reading.identity.copy_number is not None:
            person = (key, times[key, reading.identity.page])
            times[key, reading.identity.page] += 1
        else:
            if not _follows(current.get(key, ()), reading.identity, step):
                current[key] = []
                groups.append(current[key])
            current[key].append(reading)
            continue
        if person not in joined:
            joined[person] = []
            groups.append(joined[person])
        joined[person].append(reading)
    shared = photocopied | twice
    return [
        Group(tuple(sorted(group, key=_page)), _key_of(group) in shared, tuple(again.get(_key_of(group), ())))
        for group in groups
    ]


def _complete_runs(readings: Sequence[PageReading], photocopied: set[_Key], step: int) -> dict[int, int]:
    """For numbers that several people share: the run of each page (by id) that lies in a whole form, first to last page
    with nothing between.  Only where nearly all pages of the number lie so: else the pile was sorted or shuffled, and
    pages that touch may be two people's."""
    found: dict[_Key, list[list[PageReading]]] = {}
    run: list[PageReading] = []
    for reading in readings:
        if reading.identity is None:
            run = []
            continue
        key = _key(reading.identity)
        if not run or _key_of(run) != key or _page(reading) != _page(run[-1]) + step:
            run = []
            if key in photocopied:
                found.setdefault(key, []).append(run)
        run.append(reading)
    joined: dict[int, int] = {}
    for key_runs in found.values():
        whole = [one for one in key_runs if one[0].identity and len(one) == one[0].identity.pages]
        if sum(map(len, whole)) >= ORDERLY * sum(map(len, key_runs)):
            joined |= {id(reading): id(one[0]) for one in whole for reading in one}
    return joined


def _same_side(scans: Sequence[PageReading]) -> bool:
    """Whether all scans of one side show the same answers."""
    return all(likeness(accepted(scans[0].answers), accepted(scan.answers)) >= SAME_PAPER for scan in scans[1:])


def _page(reading: PageReading) -> int:
    return reading.identity.page if reading.identity else 0


def _pages(by_page: Mapping[int, Sequence[PageReading]]) -> int:
    """How many pages the form has."""
    return next(scan.identity.pages for scans in by_page.values() for scan in scans if scan.identity)


def _key(identity: PageIdentity) -> _Key:
    return identity.questionnaire, identity.version, identity.edition, identity.language, identity.copy_number


def _key_of(group: Sequence[PageReading]) -> _Key:
    assert group[0].identity is not None
    return _key(group[0].identity)


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
        pages=tuple(_shown(reading, extra) for reading in group.pages)
        + tuple(_shown(reading, [Finding(kind="scanned_again")]) for reading in group.again),
        answers={variable: answers[variable] for variable in _variables_of(questionnaire)},
        marks=marks,
    )


def _shown(reading: PageReading, extra: Sequence[Finding]) -> SubmissionPage:
    return SubmissionPage(
        file=reading.file,
        index=reading.index,
        page=_page(reading),
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
        if reading.kind == "blank":
            yield SetAside(kind="blank", file=reading.file, index=reading.index)
        elif reading.kind == "rejected":
            yield Rejected(
                file=reading.file,
                index=reading.index,
                reason=reading.reason or "",
                message=reading.messages.get(language, ""),
            )
